import { queryOptions } from "@tanstack/react-query";
import { get } from "../api";

/** Something to do. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly done: boolean;
}

/** All tasks, as the API tells them. */
export const tasksQuery = queryOptions({
  queryKey: ["tasks"],
  queryFn: async ({ signal }) => tasksFrom(await get("/tasks", signal)),
});

/** The answer, checked here once: behind this line a task is what its type says. */
function tasksFrom(body: unknown): readonly Task[] {
  if (!Array.isArray(body) || !body.every(isTask)) {
    throw new TypeError("The API answered something that is no list of tasks.");
  }
  return body;
}

function isTask(value: unknown): value is Task {
  if (typeof value !== "object" || value === null) return false;
  const { id, title, done } = value as Partial<Record<keyof Task, unknown>>;
  return typeof id === "string" && typeof title === "string" && typeof done === "boolean";
}

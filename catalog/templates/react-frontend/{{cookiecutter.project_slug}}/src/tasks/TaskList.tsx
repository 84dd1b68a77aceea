import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Task, tasksQuery } from "./tasks";

/** The tasks, and what is true instead while there are none to show. */
export function TaskList() {
  const [withDone, setWithDone] = useState(false);
  const { data, isError, isFetching, refetch } = useQuery(tasksQuery);
  const shown = data?.filter((task) => withDone || !task.done);

  return (
    <section aria-labelledby="tasks-heading" aria-busy={isFetching}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <h2 id="tasks-heading" className="text-xl font-semibold">
          Tasks
        </h2>
        <label className="flex items-center gap-2 py-1">
          <input
            type="checkbox"
            className="size-4 accent-indigo-700 dark:accent-indigo-300"
            checked={withDone}
            onChange={(event) => {
              setWithDone(event.target.checked);
            }}
          />
          Show finished tasks
        </label>
      </div>
      {/* It is there from the start: screen readers read out what changes in it. */}
      <p role="status" className="mb-3 text-zinc-700 dark:text-zinc-300">
        {!isError && sentence(shown, withDone)}
      </p>
      {isError && (
        <Failure
          onRetry={() => {
            void refetch();
          }}
        />
      )}
      {shown !== undefined && shown.length > 0 && (
        <ul className="divide-y divide-zinc-200 rounded-lg border border-zinc-200 bg-white dark:divide-zinc-800 dark:border-zinc-800 dark:bg-zinc-900">
          {shown.map((task) => (
            <TaskItem key={task.id} task={task} />
          ))}
        </ul>
      )}
    </section>
  );
}

function sentence(shown: readonly Task[] | undefined, withDone: boolean): string {
  if (shown === undefined) return "Loading the tasks …";
  if (shown.length === 0) return withDone ? "There are no tasks." : "There is nothing left to do.";
  return shown.length === 1 ? "1 task" : `${String(shown.length)} tasks`;
}

function TaskItem({ task }: { readonly task: Task }) {
  return (
    <li className="flex items-baseline justify-between gap-4 px-4 py-3">
      <span className="min-w-0 wrap-anywhere">{task.title}</span>
      {task.done && (
        <span className="shrink-0 text-sm text-emerald-800 dark:text-emerald-300">finished</span>
      )}
    </li>
  );
}

function Failure({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <div
      role="alert"
      className="rounded-lg border border-red-300 bg-red-50 px-4 py-3 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
    >
      <p>The tasks could not be loaded.</p>
      <button
        type="button"
        onClick={onRetry}
        className="mt-3 rounded-md bg-red-800 px-3 py-1.5 font-medium text-white hover:bg-red-900 dark:bg-red-200 dark:text-red-950 dark:hover:bg-red-100"
      >
        Try again
      </button>
    </div>
  );
}

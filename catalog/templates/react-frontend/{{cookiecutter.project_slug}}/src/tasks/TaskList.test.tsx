import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, test, vi } from "vitest";
import { TaskList } from "./TaskList";

const RENT = { id: "1", title: "Pay the rent", done: false };
const CALL = { id: "2", title: "Call the tax office", done: true };

/** The page, and an API that gives one answer after another, then none any more. */
function show(...answers: Response[]) {
  vi.stubGlobal("fetch", () => {
    const answer = answers.shift();
    return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer);
  });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const { container } = render(
    <QueryClientProvider client={client}>
      <TaskList />
    </QueryClientProvider>,
  );
  return { container, user: userEvent.setup() };
}

const json = (body: unknown) => Response.json(body);

describe("the list of tasks", () => {
  test("says that it is loading", () => {
    show();

    expect(screen.getByRole("status")).toHaveTextContent("Loading the tasks …");
  });

  test("shows what is left to do, and finished tasks when asked by keyboard", async () => {
    const { user } = show(json([RENT, CALL]));

    expect(await screen.findByText("Pay the rent")).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("1 task");
    expect(screen.queryByText("Call the tax office")).not.toBeInTheDocument();

    await user.tab();
    await user.keyboard(" ");
    expect(screen.getByRole("checkbox", { name: "Show finished tasks" })).toBeChecked();
    expect(screen.getByRole("status")).toHaveTextContent("2 tasks");
  });

  test("tells a day without work from an empty list", async () => {
    const { user } = show(json([]));

    expect(await screen.findByText("There is nothing left to do.")).toBeVisible();
    await user.click(screen.getByRole("checkbox"));
    expect(screen.getByRole("status")).toHaveTextContent("There are no tasks.");
  });

  test.each([
    ["refuses", () => new Response("", { status: 503 })],
    ["answers something else", () => json([{ id: 1 }])],
    ["answers no JSON", () => new Response("<html>")],
  ])("can be tried again when the API %s", async (_how, answer) => {
    const { user } = show(answer(), json([RENT]));

    expect(await screen.findByRole("alert")).toHaveTextContent("could not be loaded");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Pay the rent")).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  test.each([
    ["with tasks", () => json([RENT, CALL]), "Pay the rent"],
    ["after a failure", () => new Response("", { status: 500 }), "The tasks could not be loaded."],
  ])("has no fault that axe finds, %s", async (_how, answer, text) => {
    const { container } = show(answer());
    await screen.findByText(text);

    // jsdom paints nothing, so contrast cannot be measured here.
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });
});

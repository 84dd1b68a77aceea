import { beforeEach, expect, test, vi } from "vitest";
import { get } from "./api";

const fetch = vi.fn<typeof globalThis.fetch>();
const { signal } = new AbortController();

beforeEach(() => {
  vi.stubGlobal("fetch", fetch);
  fetch.mockResolvedValue(Response.json([]));
});

test("asks below the page's own origin", async () => {
  await get("/tasks", signal);

  expect(fetch.mock.lastCall?.[0]).toBe("/api/tasks");
});
{%- if cookiecutter.api_access == "cross-origin" %}

test("asks where the server wrote that the API is", async () => {
  document.head.innerHTML = '<meta name="api-origin" content="https://api.example.com">';
  await get("/tasks", signal);

  expect(fetch.mock.lastCall?.[0]).toBe("https://api.example.com/tasks");
});
{%- endif %}

test("says how it was refused", async () => {
  fetch.mockResolvedValue(new Response("", { status: 403 }));

  await expect(get("/tasks", signal)).rejects.toThrow("GET /tasks was answered with 403.");
});

test("stops when nobody waits for it any more", async () => {
  const leaving = new AbortController();
  await get("/tasks", leaving.signal);
  const asked = fetch.mock.lastCall?.[1]?.signal;

  expect(asked?.aborted).toBe(false);
  leaving.abort();
  expect(asked?.aborted).toBe(true);
});

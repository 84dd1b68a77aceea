import type { Plugin } from "vite";

const TASKS = [
  { id: "1", title: "Pay the rent", done: false },
  { id: "2", title: "Send the invoices of last month to the bookkeeper", done: false },
  { id: "3", title: "Call the tax office", done: true },
];

/** Answers for the API while there is none: for `npm run dev` only, never part of a build. */
export function sampleApi(): Plugin {
  return {
    name: "sample-api",
    configureServer(server) {
      server.middlewares.use("/api/tasks", (_request, response) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(TASKS));
      });
    },
  };
}

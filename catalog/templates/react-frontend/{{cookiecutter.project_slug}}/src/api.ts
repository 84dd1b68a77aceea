const TIME_LIMIT_MS = 10_000;

/** What the API answers to a GET; rejects when it refuses, is out of reach or takes too long. */
export async function get(path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(`${apiBase()}${path}`, {
    headers: { accept: "application/json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
  });
  if (!answer.ok) throw new Error(`GET ${path} was answered with ${String(answer.status)}.`);
  return answer.json();
}

/** Where the API is: as the server wrote it into the page, otherwise below the page's own origin. */
function apiBase(): string {
  const written = document.querySelector<HTMLMetaElement>('meta[name="api-origin"]')?.content;
  return written === undefined || written === "" ? "/api" : written;
}

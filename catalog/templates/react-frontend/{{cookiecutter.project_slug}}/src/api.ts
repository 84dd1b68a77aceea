const TIME_LIMIT_MS = 10_000;

/** What the API answers to a GET; rejects when it refuses, is out of reach or takes too long. */
export async function get(path: string, signal: AbortSignal): Promise<unknown> {
{%- if cookiecutter.api_access == "same-origin" %}
  const answer = await fetch(`/api${path}`, {
{%- else %}
  const answer = await fetch(`${apiBase()}${path}`, {
{%- endif %}
    headers: { accept: "application/json" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
  });
  if (!answer.ok) throw new Error(`GET ${path} was answered with ${String(answer.status)}.`);
  return answer.json();
}
{%- if cookiecutter.api_access == "cross-origin" %}

/** Where the API is: as the server wrote it into the page; in development below its own origin. */
function apiBase(): string {
  const written = document.querySelector<HTMLMetaElement>('meta[name="api-origin"]')?.content;
  return written === undefined || written === "" ? "/api" : written;
}
{%- endif %}

"""The logs of workflow jobs, at signed addresses that the API leads to."""

import io
import zipfile

from aiohttp import web

from bot.localhub.pages.page import Page
from bot.localhub.refusal import Refused, not_found


def _check_signature(page: Page) -> None:
    signature, until = page.asked("signature"), page.asked("until")
    path = page.request.path
    if not page.hub.signed.is_open(path, until, signature, now_s=page.hub.now_s()):
        raise Refused(403, "This address was open for a minute. Ask the API for a new one.")


async def job_text(page: Page) -> web.Response:
    """What a job printed."""
    _check_signature(page)
    job = page.hub.world.jobs.get(page.number())
    if job is None:
        raise not_found()
    return web.Response(text=page.hub.job_logs.read(job.id))


async def run_archive(page: Page) -> web.Response:
    """What each job of a run printed, a file for each."""
    _check_signature(page)
    run = page.hub.world.workflow_runs.get(page.number())
    if run is None:
        raise not_found()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for place, job in enumerate(page.hub.jobs_of(run)):
            name = job.name.replace("/", "_").replace("\\", "_")
            files.writestr(f"{place}_{name}.txt", page.hub.job_logs.read(job.id))
    return web.Response(body=archive.getvalue(), content_type="application/zip")

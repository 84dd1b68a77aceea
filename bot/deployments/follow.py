"""Looking at a deployment under way: what was heard, and, where nothing was, what GitHub says."""

from bot.deployments.news import HeardRun, News
from bot.deployments.record import Deployment
from bot.deployments.services import DEPLOY_WORKFLOW, WORKFLOWS, DeployServices, intent_of
from bot.deployments.verdict import Observed, Via
from bot.github.port import NotFound, WorkflowRun
from bot.runs import Run

ASK_S = 20.0  # after so long without news GitHub is asked; a failure is known within 30 s


async def look(
    run: Run, deployment: Deployment, services: DeployServices, *, ask: bool
) -> Observed:
    """Everything that is known by now; with ``ask``, also what no event told."""
    news = await services.news.get(run.id)
    via = intent_of(run).via
    if ask and via is Via.ACTIONS:
        news = await _ask_run(run, news, services)
    observed = _observed(run, deployment, news, services)
    if (ask and via is Via.DEPLOYMENT) or (
        observed.run_status == "completed" and not _heard_end(observed)
    ):
        news = await _ask_statuses(run, deployment, news, services)
        observed = _observed(run, deployment, news, services)
    if observed.jobs_would_tell:
        return _observed(run, deployment, news, services, jobs=await _jobs(run, news, services))
    return observed


def known_run(run: Run, news: News) -> HeardRun | None:
    """The workflow run of this deployment as it was last heard of.

    Its id was told when it was started; an older GitHub tells none, and then its
    name, which carries our run, has to do.
    """
    id_ = run.facts.get("workflow_run")
    if id_:
        return news.runs.get(str(id_))
    return next(iter(news.runs.values()), None)


async def find_run(run: Run, services: DeployServices) -> WorkflowRun | None:
    """The workflow run whose name carries our run's id, or None."""
    intent = intent_of(run)
    for each in await services.github.actions.runs_on(
        intent.repository, branch=intent.default_branch
    ):
        if each.workflow == WORKFLOWS + DEPLOY_WORKFLOW and run.id in each.title:
            return each
    return None


def _heard_end(observed: Observed) -> bool:
    return bool(observed.final)


def _observed(
    run: Run,
    deployment: Deployment,
    news: News,
    services: DeployServices,
    *,
    jobs: dict[str, str] | None = None,
) -> Observed:
    now_s = services.clock.now_s()
    started_at_s = float(str(run.facts["started_at_s"]))
    heard = known_run(run, news)
    return Observed(
        via=intent_of(run).via,
        statuses=news.of(deployment.github_id),
        run_status=heard.status if heard else "",
        run_conclusion=heard.conclusion if heard else "",
        jobs=jobs,
        since_start_s=now_s - started_at_s,
        silent_s=now_s - max(news.heard_at_s, started_at_s),
    )


async def _ask_run(run: Run, news: News, services: DeployServices) -> News:
    known, actions = known_run(run, news), services.github.actions
    id_ = run.facts.get("workflow_run") or (known.id if known else 0)
    if known is not None and known.status == "completed":
        return news
    try:
        found = (
            await actions.run(intent_of(run).repository, int(str(id_)))
            if id_
            else await find_run(run, services)
        )
    except NotFound:
        gone = HeardRun(id=int(str(id_)), status="gone", conclusion="", url="")
        return await services.news.run(run.id, gone, now_s=services.clock.now_s())
    if found is None:
        return news
    heard = HeardRun(
        id=found.id, status=found.status, conclusion=found.conclusion, url=found.html_url
    )
    return await services.news.run(run.id, heard, now_s=services.clock.now_s())


async def _ask_statuses(
    run: Run, deployment: Deployment, news: News, services: DeployServices
) -> News:
    try:
        found = await services.github.deployments.statuses(
            intent_of(run).repository, deployment.github_id
        )
    except NotFound:  # somebody deleted the deployment
        return news
    return await services.news.status(
        run.id, deployment.github_id, found, now_s=services.clock.now_s()
    )


async def _jobs(run: Run, news: News, services: DeployServices) -> dict[str, str]:
    known = known_run(run, news)
    if known is None:
        return {}
    jobs = await services.github.actions.jobs(intent_of(run).repository, known.id)
    return {job.name: job.conclusion for job in jobs}

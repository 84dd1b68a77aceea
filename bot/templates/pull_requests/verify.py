"""The fourth step of a check: the templates' own commands, run in the catalog's Actions.

The bot renders the projects itself, in its isolation, and hands them over on a branch of
their own that holds nothing else but the workflow. So what is verified is what people
get, byte for byte; nothing of a pull request's branch is checked out; the run has no
secrets to see, a token that reads, and a cache that dies with the branch.
"""

from collections.abc import Mapping, Sequence

import structlog

from bot.errors import UserError
from bot.github.port import Forbidden, Job, NotFound, Rejected, WorkflowRun
from bot.problems import ProblemsFound, has_errors
from bot.progress import counted
from bot.progress.inert import inert
from bot.runs import Outcome, Run, Waits
from bot.templates.catalog_files import VERIFY
from bot.templates.check.known_verdict import (
    CaseResult,
    KnownVerdict,
    Verification,
    Verified,
)
from bot.templates.definition import load_template
from bot.templates.pull_requests.facts import Asked, Looked, asked_of, fact, looked_of, ruled_of
from bot.templates.pull_requests.hand_over import Project, cases_input, files_for
from bot.templates.pull_requests.services import CheckServices

log = structlog.get_logger(__name__)

BRANCH = "paved-road/verify-"
LOOK_AGAIN_S = 60.0  # where no event tells
PATIENCE_S = 90 * 60.0  # a job ends within an hour; what is queued longer is told as not run
MOST_PROJECTS = 100  # in one workflow run; GitHub takes 256 jobs of a matrix

Result = Mapping[tuple[str, str], CaseResult]  # template, case → how it went


async def verify(run: Run, services: CheckServices) -> Outcome:
    """Run the commands of every changed template that is fine so far, and fold in the results.

    Raises Waits while they run.
    """
    looked, asked = looked_of(run), asked_of(run)
    if looked is None:
        return Outcome()
    if asked is not None:
        return await _fold(asked, looked, services)
    pending = await _pending(run, looked, services)
    if not pending:
        return Outcome(note="no commands to run")
    if not looked.is_member:
        note = "They run once a member of the organisation has approved this head."
        return await _not_run(pending, note, services, state=Verified.WAITS)
    return await _ask(run, pending, services)


def branch_of(run: Run) -> str:
    """The branch that a commit's projects are handed over on."""
    return BRANCH + str(run.intent["head"])[:16]


# --- asking ------------------------------------------------------------------------


async def _pending(run: Run, looked: Looked, services: CheckServices) -> list[KnownVerdict]:
    ruled = ruled_of(run)
    found = []
    for template in looked.changed:
        known = await services.verdicts.get(template.id, template.tree) if template.tree else None
        refused = ruled is not None and has_errors(ruled.problems.get(template.id, ()))
        if known is None or not known.verdict.ok or refused:
            continue
        again = run.intent.get("button") == "verify"
        state = known.verification.state
        if state in (Verified.PENDING, Verified.WAITS) or (again and state is Verified.NOT_RUN):
            found.append(known)
    return found


async def _ask(run: Run, pending: Sequence[KnownVerdict], services: CheckServices) -> Outcome:
    branch = branch_of(run)
    projects = _projects(pending)
    try:
        run_id = await _under_way(branch, services)
        if run_id is None:
            await _hand_over(run, branch, projects, services)
            inputs = {"check": run.subject, "cases": cases_input(projects)}
            run_id = await services.github.actions.dispatch(
                services.catalog, VERIFY, ref=branch, inputs=inputs
            )
    except (Forbidden, NotFound, Rejected, UserError, ProblemsFound) as error:
        log.warning("verify workflow could not be started", run=run.id, reason=str(error))
        await services.github.contents.delete_branch(services.catalog, branch)
        return await _not_run(pending, _why_not_started(error), services)
    for known in pending:
        running = Verification(state=Verified.PENDING)
        await services.verdicts.verified(known.template, known.tree, running)
    await services.checks.waits_for(branch, run)
    asked = Asked(
        branch=branch,
        run_id=run_id or 0,
        asked_at_s=services.clock.now_s(),
        cases={each.job: (each.template, each.case.id) for each in projects},
    )
    raise Waits(
        f"{counted(len(projects), 'project')} in GitHub Actions",
        wait_s=LOOK_AGAIN_S,
        facts={"asked": fact(asked)},
    )


def _projects(pending: Sequence[KnownVerdict]) -> list[Project]:
    """Some of every template where there are too many for one workflow run."""
    each = max(1, MOST_PROJECTS // len(pending))
    return [
        Project(template=known.template, case=case)
        for known in pending[:MOST_PROJECTS]
        for case in known.verdict.cases[:each]
    ]


async def _under_way(branch: str, services: CheckServices) -> int | None:
    """A workflow run that was asked for already, by an attempt that died or an earlier check."""
    for earlier in await services.github.actions.runs_on(services.catalog, branch=branch):
        if earlier.status != "completed":
            return earlier.id
    return None


async def _hand_over(
    run: Run, branch: str, projects: Sequence[Project], services: CheckServices
) -> None:
    contents, definitions = services.github.contents, {}
    for template in dict.fromkeys(each.template for each in projects):
        files = await contents.read_folder(
            services.catalog, f"templates/{template}", ref=str(run.intent["head"])
        )
        definitions[template] = load_template(files, commit="", folder=template)
    content = await files_for(
        [(each, definitions[each.template]) for each in projects],
        await services.organization(),
        services.render_case,
    )
    await contents.branch_of(
        services.catalog, branch, content, message=f"Projects to verify for {run.subject}"
    )


def _why_not_started(error: Exception) -> str:
    if isinstance(error, Forbidden):
        return "GitHub does not let the App start workflows; `paved-road doctor` says what to do."
    if isinstance(error, NotFound):
        return f"The workflow {VERIFY} is not on the default branch yet, or Actions are off here."
    if isinstance(error, UserError):
        return f"The projects could not be made: {error.problem}"
    return f"GitHub refused to start the workflow: {inert(str(error))}."


# --- folding in --------------------------------------------------------------------


async def _fold(asked: Asked, looked: Looked, services: CheckServices) -> Outcome:
    found = await _workflow_run(asked, services)
    if found is None or found.status != "completed":
        waited_s = services.clock.now_s() - asked.asked_at_s
        if waited_s < PATIENCE_S:
            raise Waits("Running in GitHub Actions", wait_s=LOOK_AGAIN_S)
    results = await _results(asked, found, services)
    trees = {each.id: each.tree for each in looked.changed}
    for template in dict.fromkeys(template for template, _ in asked.cases.values()):
        mine = [results[key] for key in asked.cases.values() if key[0] == template]
        await services.verdicts.verified(template, trees[template], _folded(mine, found))
    await services.github.contents.delete_branch(services.catalog, asked.branch)
    return Outcome(note=f"[the workflow run]({found.html_url})" if found else "")


async def _workflow_run(asked: Asked, services: CheckServices) -> WorkflowRun | None:
    actions = services.github.actions
    try:
        if asked.run_id:
            return await actions.run(services.catalog, asked.run_id)
        for found in await actions.runs_on(services.catalog, branch=asked.branch):
            return found
    except NotFound:  # somebody deleted it
        pass
    return None


async def _results(asked: Asked, found: WorkflowRun | None, services: CheckServices) -> Result:
    """Each case by its job; a case whose job is not told of has no conclusion."""
    jobs: Sequence[Job] = ()
    if found is not None:
        jobs = await services.github.actions.jobs(services.catalog, found.id)
    by_name = {job.name: job for job in jobs}
    return {
        key: CaseResult(
            id=key[1],
            conclusion=by_name[name].conclusion if name in by_name else "",
            url=by_name[name].html_url if name in by_name else "",
        )
        for name, key in asked.cases.items()
    }


def _folded(cases: Sequence[CaseResult], found: WorkflowRun | None) -> Verification:
    url = found.html_url if found else ""
    said = {case.conclusion for case in cases}
    if said & {"failure", "timed_out"}:
        return Verification(state=Verified.FAILED, url=url, cases=tuple(cases))
    if said == {"success"}:
        return Verification(state=Verified.PASSED, url=url, cases=tuple(cases))
    how = f"GitHub says {inert(found.conclusion or found.status)}" if found else "It is gone"
    return Verification(
        state=Verified.NOT_RUN,
        note=f"The workflow run came to no result: {how}.",
        url=url,
        cases=tuple(cases),
    )


async def _not_run(
    pending: Sequence[KnownVerdict],
    note: str,
    services: CheckServices,
    *,
    state: Verified = Verified.NOT_RUN,
) -> Outcome:
    for known in pending:
        await services.verdicts.verified(
            known.template, known.tree, Verification(state=state, note=note)
        )
    return Outcome(note=note)

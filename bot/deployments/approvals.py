"""A second person's word on a deployment that waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.deployments.commanded import audit_command, policy_of, project_of
from bot.deployments.news import GivenApproval
from bot.deployments.record import Deployment, DeploymentState
from bot.deployments.rules import Refused, missing_approvals
from bot.deployments.services import DeployServices, intent_of
from bot.progress import listed
from bot.projects import Project
from bot.runs import enqueue
from bot.work.events import CommentMade


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCommand:
    """``/approve`` in a project, bound to the thread in which the deployment was asked for."""

    services: DeployServices

    async def __call__(self, comment: CommentMade, _words: Sequence[str]) -> str:
        """Approve the deployment that waits in this thread, as a member of the named team."""
        project = await project_of(comment, self.services)
        waiting = await self._waiting(project)
        here = [each for each in waiting if _thread(each) == _thread_of(comment)]
        if not here:
            links = listed([each.cause_url for each in waiting])
            raise Refused(
                "No deployment waits for approval here.",
                fix=f"One waits where it was asked for: {links}."
                if waiting
                else "There is nothing to do.",
            )
        return "\n\n".join([await self._approve(comment, project, each) for each in here])

    async def _approve(self, comment: CommentMade, project: Project, waiting: Deployment) -> str:
        if comment.sender.id == waiting.by_id:
            raise Refused(
                "Nobody approves a deployment of their own.",
                fix="Ask somebody else of the approving team.",
            )
        run = await self.services.runs.get(waiting.id)
        needed = intent_of(run).approvals if run is not None else ()
        known = (await self.services.news.get(waiting.id)).approvals
        missing = missing_approvals(needed, known, by_id=waiting.by_id)
        teams = dict.fromkeys(rule.by for rule in missing or needed)
        people, owner = self.services.github.people, comment.repository.owner
        mine = [
            team for team in teams if await people.is_team_member(owner, team, comment.sender.login)
        ]
        if not mine:
            names = listed([f"`{team}`" for team in teams], last="or")
            raise Refused(
                f"Approving a deployment to `{waiting.environment}` needs membership in {names} "
                "(GitHub does not list you there).",
                fix="Ask somebody of that team.",
            )
        given = GivenApproval(person_id=comment.sender.id, login=comment.sender.login, team=mine[0])
        news = await self.services.news.approval(waiting.id, given)
        await audit_command(
            comment,
            project,
            "deployment.approved",
            waiting.environment,
            self.services,
            run=waiting.id,
        )
        # As it is now: a run that went on meanwhile may have looked before this was kept.
        run = await self.services.runs.get(waiting.id)
        if run is not None:
            await enqueue(self.services.queue, run)
        left = missing_approvals(needed, news.approvals, by_id=waiting.by_id)
        more = " It goes on now." if not left else " More approvals are needed."
        return (
            f"Approved by @{comment.sender.login} for `{mine[0]}`: `{waiting.commit[:7]}` to "
            f"`{waiting.environment}`.{more}"
        )

    async def _waiting(self, project: Project) -> list[Deployment]:
        found = []
        for name in (await policy_of(self.services)).environments:
            known = await self.services.environments.get(project.id, name)
            holder = await self.services.records.get(known.run) if known.run else None
            if holder is not None and holder.state is DeploymentState.WAITS_FOR_APPROVAL:
                found.append(holder)
        return found


def _thread(deployment: Deployment) -> str:
    return deployment.cause_url.partition("#")[0]


def _thread_of(comment: CommentMade) -> str:
    return comment.url.partition("#")[0]

"""What the commands of deployments do in a project: each answers with Markdown, or refuses.

A deployment that begins is answered by its own comment, so its command says nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.deployments.commanded import policy_of, project_of
from bot.deployments.history import (
    could_be_promoted,
    current,
    is_unsure,
    succeeded,
    to_roll_back_to,
)
from bot.deployments.record import Action, Deployment, DeploymentState
from bot.deployments.resolve import Target, is_on_default, read_via, resolve
from bot.deployments.rules import (
    Refused,
    lock_words,
    require_allowed,
    require_branch,
    require_environment,
    require_free,
    require_ladder,
    require_unlocked,
)
from bot.deployments.services import PLAN_WORKFLOW, DeployServices
from bot.deployments.start_deployment import Wanted, start_deployment
from bot.deployments.steps import WorkflowMissing
from bot.github.port import Commit, NotFound, Rejected
from bot.progress import listed
from bot.progress.deployment_view import EnvironmentShown, environments_table
from bot.progress.inert import inert
from bot.projects import Project
from bot.runs import Cause
from bot.work.events import CommentMade

SHOWN = 5  # commits that are named to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentCommands:
    """The commands of the table that are about deployments."""

    services: DeployServices
    figures: Callable[[Project], Awaitable[str]]  # what `/status` says below the environments

    async def deploy(self, comment: CommentMade, words: Sequence[str]) -> str:
        """Bring a commit to an environment."""
        project, policy = await project_of(comment, self.services), await policy_of(self.services)
        environment = words[0] if words else ""
        require_environment(environment, policy, "deploy")
        await self._require_open(project, environment, comment, Action.DEPLOY)
        target = await resolve(
            self.services.github.contents,
            comment.repository,
            words[1] if len(words) > 1 else "",
            default_branch=comment.default_branch,
        )
        await self._require_fit(project, environment, target, comment)
        await self._start(comment, project, environment, Action.DEPLOY, target)
        return ""

    async def promote(self, comment: CommentMade, _words: Sequence[str]) -> str:
        """Bring what an environment runs to the one above it, where only one can be meant."""
        project, policy = await project_of(comment, self.services), await policy_of(self.services)
        found = could_be_promoted(
            {each: await self._of(project, each) for each in policy.environments},
            policy.environments,
        )
        if not found:
            raise Refused(
                "There is nothing to promote: each environment runs what the one before it runs, "
                "as far as that is known.",
                fix=f"`/deploy {policy.environments[0]}` brings a commit to the first of them.",
            )
        if len(found) > 1:
            options = [f"`/deploy {name} {each.commit[:12]}`" for name, each in found]
            raise Refused(
                "More than one environment could be meant.",
                fix=f"Comment {listed(options, last='or')}.",
            )
        environment, there = found[0]
        allowed = (await self.services.organization()).command_policy("promote")
        require_allowed("promote", environment, allowed)
        await self._require_open(project, environment, comment, Action.PROMOTE)
        target = _target_of(there)
        await self._require_fit(project, environment, target, comment)
        await self._start(comment, project, environment, Action.PROMOTE, target)
        return ""

    async def rollback(self, comment: CommentMade, words: Sequence[str]) -> str:
        """Bring back what ran before, or the commit that is named if it ran there."""
        project, policy = await project_of(comment, self.services), await policy_of(self.services)
        environment = words[0] if words else ""
        require_environment(environment, policy, "rollback")
        await self._require_open(project, environment, comment, Action.ROLLBACK)
        records = await self._of(project, environment)
        if len(words) > 1:
            target = await self._named(comment, environment, records, words[1])
        else:
            found = to_roll_back_to(records)
            if found is None:
                raise Refused(
                    f"Nothing is known that ran in `{environment}` before.",
                    fix=f"`/deploy {environment}` brings a commit there.",
                )
            target = found
        await self._start(comment, project, environment, Action.ROLLBACK, _target_of(target))
        return ""

    async def plan(self, comment: CommentMade, words: Sequence[str]) -> str:
        """Ask the project's workflow for a plan; it comments it here itself."""
        await project_of(comment, self.services)
        environment = words[0] if words else ""
        require_environment(environment, await policy_of(self.services), "plan")
        inputs = {"environment": environment, "issue": str(comment.number)}
        try:
            await self.services.github.actions.dispatch(
                comment.repository, PLAN_WORKFLOW, ref=comment.default_branch, inputs=inputs
            )
        except NotFound:
            raise WorkflowMissing(PLAN_WORKFLOW) from None
        except Rejected as error:
            raise Refused(
                f"GitHub refused to start `{PLAN_WORKFLOW}`: {inert(str(error))}.",
                fix="Enable the workflow, or give it back its trigger and its inputs as the "
                "template has them.",
            ) from None
        return f"A plan for `{environment}` is being made; the workflow comments it here."

    async def status(self, project: Project) -> str:
        """What each environment runs, what is under way, and the figures below."""
        policy, now_s = await policy_of(self.services), self.services.clock.now_s()
        rows = []
        for name in policy.environments:
            records = await self._of(project, name)
            known = await self.services.environments.get(project.id, name)
            held = known.locked(now_s=now_s)
            under_way = await self.services.records.get(known.run) if known.run else None
            rows.append(
                EnvironmentShown(
                    name=name,
                    runs=current(records),
                    unsure=is_unsure(records),
                    under_way=under_way if under_way and not under_way.state.is_final else None,
                    lock=f"locked {lock_words(held, now_s=now_s)}" if held else "",
                )
            )
        told = any(each.runs or each.unsure or each.under_way or each.lock for each in rows)
        if not told and not project.is_deployed:
            return ""  # a library runs nowhere
        parts = [environments_table(rows), await self.figures(project)]
        return "\n\n".join(part for part in parts if part)

    # --- what must hold ----------------------------------------------------------------

    async def _require_open(
        self, project: Project, environment: str, comment: CommentMade, action: Action
    ) -> None:
        """Nobody holds the environment back, and nothing else is under way there."""
        known = await self.services.environments.get(project.id, environment)
        require_unlocked(
            environment,
            known.lock,
            by_id=comment.sender.id,
            now_s=self.services.clock.now_s(),
        )
        run = await self.services.runs.get(known.run) if known.run else None
        holder = await self.services.records.get(known.run) if known.run else None
        if run is None or run.finished or holder is None:
            return
        waits = holder.state is DeploymentState.WAITS_FOR_APPROVAL
        if holder.cause_url != comment.url and not (waits and action is Action.ROLLBACK):
            require_free(environment, holder, ours="")

    async def _require_fit(
        self, project: Project, environment: str, target: Target, comment: CommentMade
    ) -> None:
        """The commit may go there: its branch, and what it has passed."""
        policy = await policy_of(self.services)
        if environment in policy.default_branch_only:
            on_default = await is_on_default(
                self.services.github.contents,
                comment.repository,
                target,
                default_branch=comment.default_branch,
            )
            require_branch(
                environment,
                policy,
                on_default=on_default,
                ref=target.ref,
                default=comment.default_branch,
            )
        below = policy.before(environment)
        passed = {each.commit for each in succeeded(await self._of(project, below))}
        require_ladder(environment, policy, target.commit.id, passed)

    async def _named(
        self, comment: CommentMade, environment: str, records: Sequence[Deployment], word: str
    ) -> Deployment:
        """The newest deployment of the named commit that was in place there."""
        good = succeeded(records)
        found = [each for each in good if len(word) >= 7 and each.commit.startswith(word)]
        if not found:
            target = await resolve(
                self.services.github.contents,
                comment.repository,
                word,
                default_branch=comment.default_branch,
            )
            found = [each for each in good if each.commit == target.commit.id]
        if len({each.commit for each in found}) == 1:
            return found[-1]
        commits = list(dict.fromkeys(each.commit for each in good[::-1]))[:SHOWN]
        options = [f"`/rollback {environment} {each[:12]}`" for each in commits]
        raise Refused(
            f"{inert(word)} has not run in `{environment}`, so there is nothing to go back to."
            if not found
            else f"{inert(word)} could be more than one commit.",
            fix=f"Comment {listed(options, last='or')}."
            if options
            else f"`/deploy {environment}` brings a commit there.",
        )

    # --- what is done ------------------------------------------------------------------

    async def _start(
        self,
        comment: CommentMade,
        project: Project,
        environment: str,
        action: Action,
        target: Target,
    ) -> None:
        policy = await policy_of(self.services)
        rollback, contents = action is Action.ROLLBACK, self.services.github.contents
        await start_deployment(
            Wanted(
                key=f"{project.id}:{comment.comment_id}:{action.value}:{environment}",
                project=project,
                environment=environment,
                action=action,
                commit=target.commit,
                ref=target.ref,
                via=await read_via(contents, comment.repository, target.commit.id),
                default_branch=comment.default_branch,
                subject=f"{comment.repository}#{comment.number}",
                cause=Cause(
                    delivery=comment.guid,
                    actor=comment.sender.login,
                    actor_id=comment.sender.id,
                    url=comment.url,
                ),
                approvals=() if rollback else policy.approvals_for(environment),
                instead_of_waiting=rollback,
            ),
            self.services,
        )

    async def _of(self, project: Project, environment: str) -> Sequence[Deployment]:
        return await self.services.records.of_environment(project.id, environment)


def _target_of(deployment: Deployment) -> Target:
    commit = Commit(id=deployment.commit, committed_at_s=deployment.committed_at_s)
    return Target(commit=commit, ref=deployment.ref, on_default=None)

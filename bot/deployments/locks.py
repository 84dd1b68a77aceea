"""Holding an environment back, and letting it go."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.deployments.commanded import audit_command, policy_of, project_of
from bot.deployments.environments import Lock
from bot.deployments.rules import Refused, lock_words, require_environment, require_unlocked
from bot.deployments.services import DeployServices
from bot.github.port import Role
from bot.progress import duration
from bot.progress.inert import inert
from bot.work.events import CommentMade


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCommands:
    """``/lock`` and ``/unlock``."""

    services: DeployServices

    async def lock(self, comment: CommentMade, words: Sequence[str]) -> str:
        """Hold an environment back from everybody else, for as long as policy allows."""
        project, policy = await project_of(comment, self.services), await policy_of(self.services)
        environment = words[0] if words else ""
        require_environment(environment, policy, "lock", " load test until noon")
        now_s = self.services.clock.now_s()
        asked = Lock(
            by=comment.sender.login,
            by_id=comment.sender.id,
            reason=" ".join(words[1:]),
            at_s=now_s,
            until_s=now_s + policy.lock_hours * 3600.0,
        )
        held = await self.services.environments.lock(project.id, environment, asked)
        require_unlocked(environment, held, by_id=comment.sender.id, now_s=now_s)
        await audit_command(comment, project, "environment.locked", environment, self.services)
        return (
            f"`{environment}` is locked for {duration(policy.lock_hours * 3600.0)}: "
            f"{inert(asked.reason)}\n\n**Next:** only you deploy there. `/unlock {environment}` "
            "ends it."
        )

    async def unlock(self, comment: CommentMade, words: Sequence[str]) -> str:
        """End a lock of one's own, or of anybody with the role *maintain*."""
        project, policy = await project_of(comment, self.services), await policy_of(self.services)
        environment = words[0] if words else ""
        require_environment(environment, policy, "unlock")
        now_s = self.services.clock.now_s()
        known = await self.services.environments.get(project.id, environment)
        held = known.locked(now_s=now_s)
        if held is None:
            return f"`{environment}` is not locked."
        if held.by_id != comment.sender.id:
            await self._require_maintain(comment, environment, held, now_s)
        await self.services.environments.unlock(project.id, environment)
        await audit_command(comment, project, "environment.unlocked", environment, self.services)
        return (
            f"`{environment}` is unlocked. `{held.by}` had locked it for "
            f"{duration(now_s - held.at_s)}: {inert(held.reason)}."
        )

    async def _require_maintain(
        self, comment: CommentMade, environment: str, held: Lock, now_s: float
    ) -> None:
        role = await self.services.github.people.role(
            comment.repository, comment.sender.login, user_id=comment.sender.id
        )
        if role < Role.MAINTAIN:
            raise Refused(
                f"`/unlock {environment}` of somebody else's lock needs the role *maintain* in "
                f"this repository (you have *{role.name.lower()}*). It is locked "
                f"{lock_words(held, now_s=now_s)}.",
                fix=f"Ask @{held.by}.",
            )

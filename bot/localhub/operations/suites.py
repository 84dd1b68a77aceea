"""Check suites: opened for each App when a commit is pushed, or when an App first reports."""

from bot.localhub.actor import Actor
from bot.localhub.operations.apps import ACTIONS
from bot.localhub.operations.registrations import RegistrationOperations
from bot.localhub.shapes.checks import check_suite
from bot.localhub.shapes.pulls import pulls_with_head
from bot.localhub.state.checks import CheckSuite
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit


class SuiteOperations(RegistrationOperations):
    """Which suites there are."""

    def request_checks(
        self, who: Actor, repository: Repository, branch: str, before: str | None, head: str
    ) -> None:
        """GitHub opens a suite for each App that may write checks, and asks it to fill it."""
        for installation in self.world.installations.of(repository.owner.lower()):
            is_actions = self.world.apps[installation.app_id].slug == ACTIONS
            if is_actions or installation.permissions.get("checks") != "write":
                continue  # GitHub Actions has suites for its runs alone
            suite = self.suite_for(repository, installation.app_id, head, branch, before)
            about = {"check_suite": check_suite(self, repository, suite)}
            emit(
                self,
                "check_suite",
                "requested",
                about,
                sender=who,
                repository=repository,
                only_app=installation.app_id,
            )

    def suite_for(
        self,
        repository: Repository,
        app_id: int,
        head: str,
        branch: str | None = None,
        before: str | None = None,
    ) -> CheckSuite:
        """The App's suite on a commit, made when it is not there."""
        known = self.world.check_suites.find((repository.id, app_id, head, None))
        if known is not None:
            return known
        pulls = pulls_with_head(self, repository, head)
        heads = {sha: name for name, sha in self.git(repository).branches().items()}
        from_pull = pulls[0].pull.head_ref if pulls and pulls[0].pull else None
        made = CheckSuite(
            id=self.world.next_id(),
            repository_id=repository.id,
            app_id=app_id,
            head_sha=head,
            head_branch=branch or from_pull or heads.get(head),
            before=before,
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
        )
        return self.world.check_suites.put(made)

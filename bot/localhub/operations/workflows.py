"""The workflows of a repository: the files, and what is known of each."""

from collections.abc import Iterator, Sequence

from bot.localhub.actions.calls import with_called_jobs
from bot.localhub.actions.definition import JobPlan, WorkflowFile
from bot.localhub.actions.read_workflow import FOLDER, read_workflow
from bot.localhub.operations.deployments import DeploymentOperations
from bot.localhub.refusal import not_found
from bot.localhub.state.actions import Workflow, WorkflowRun
from bot.localhub.state.repositories import Repository

SUFFIXES = (".yml", ".yaml")


class WorkflowOperations(DeploymentOperations):
    """Reads workflow files at any commit and keeps an id for each."""

    def workflow_files(self, repository: Repository, sha: str) -> Iterator[WorkflowFile]:
        """The workflow files of a commit, read; broken ones say so themselves."""
        git = self.git(repository)
        folder = git.find(git.commit(sha).tree, FOLDER)
        if folder is None or folder.type != "tree":
            return
        for entry in git.entries(folder.sha):
            if entry.type == "blob" and entry.path.endswith(SUFFIXES):
                yield read_workflow(f"{FOLDER}/{entry.path}", git.blob(entry.sha))

    def workflow_file(self, repository: Repository, sha: str, path: str) -> WorkflowFile | None:
        """The workflow file of that path in a commit, or None."""
        git = self.git(repository)
        entry = git.find(git.commit(sha).tree, path)
        if entry is None or entry.type != "blob":
            return None
        return read_workflow(path, git.blob(entry.sha))

    def workflows(self, repository: str | Repository) -> list[Workflow]:
        """The workflows of the default branch, and those that ran and are gone."""
        found = self.repository(repository)
        head = self.git(found).branch(found.default_branch)
        for file in self.workflow_files(found, head) if head else ():
            self.known_workflow(found, file)
        return self.world.workflows.of(found.id)

    def workflow(self, repository: str | Repository, id_or_file: str) -> Workflow:
        """The workflow of that id or file name. Raises Refused 404."""
        found = self.repository(repository)
        for one in self.workflows(found):
            if id_or_file in {str(one.id), one.path.rpartition("/")[2]}:
                return one
        raise not_found()

    def known_workflow(self, repository: Repository, file: WorkflowFile) -> Workflow:
        """What is kept of the file; made when it is new, renamed when its name changed."""
        known = self.world.workflows.find((repository.id, file.path))
        if known is not None and known.name == file.name:
            return known
        made = known or Workflow(
            id=self.world.next_id(),
            repository_id=repository.id,
            path=file.path,
            name=file.name,
            created_at_s=self.now_s(),
        )
        made.name, made.updated_at_s = file.name, self.now_s()
        return self.world.workflows.put(made)

    def plans_of(self, run: WorkflowRun) -> Sequence[JobPlan]:
        """The jobs of a run by its file, those of reusable workflows among them."""
        repository = self.world.repositories[run.repository_id]
        file = self.workflow_file(repository, run.head_sha, run.path)
        if file is None:
            return ()
        return with_called_jobs(file, lambda uses: self._called(repository, run.head_sha, uses))

    def _called(self, repository: Repository, sha: str, uses: str) -> WorkflowFile | None:
        """The file that ``./path`` or ``owner/name/path@ref`` names, if this hub has it."""
        if uses.startswith("./"):
            return self.workflow_file(repository, sha, uses.removeprefix("./"))
        place, _, ref = uses.partition("@")
        owner, _, rest = place.partition("/")
        name, _, path = rest.partition("/")
        other = self.world.repositories.find(f"{owner}/{name}".lower())
        at = self.git(other).resolve(ref) if other and ref else None
        return self.workflow_file(other, at, path) if other and at else None

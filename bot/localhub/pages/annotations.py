"""What check runs say about lines, where people read the lines: in the diff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.localhub.core import HubCore
from bot.localhub.git.diff import FileChange
from bot.localhub.pages.diff_lines import diff_lines
from bot.localhub.state.repositories import Repository

TONES = {"failure": "failure", "warning": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One annotation, with the check that made it."""

    path: str
    line: int
    first_line: int
    tone: str  # failure, warn, quiet
    title: str
    message: str
    by: str
    address: str


@dataclass(frozen=True, slots=True)
class Notes:
    """All annotations of a commit, by file and line."""

    by_path: Mapping[str, Sequence[Note]]

    def at(self, path: str, line: int | None) -> list[Note]:
        """Those that end at a line."""
        return [note for note in self.by_path.get(path, ()) if note.line == line]

    def beside(self, file: FileChange) -> list[Note]:
        """Those about lines of a changed file that its diff does not show."""
        shown = {line.new for line in diff_lines(file.patch or "")}
        return [note for note in self.by_path.get(file.path, ()) if note.line not in shown]

    def elsewhere(self, files: Sequence[FileChange]) -> list[Note]:
        """Those about files that are not changed."""
        changed = {file.path for file in files}
        return [n for path, notes in self.by_path.items() if path not in changed for n in notes]


NO_NOTES = Notes({})


def notes_of(hub: HubCore, repository: Repository, sha: str) -> Notes:
    """The annotations of the newest check run of each suite and name."""
    newest = {
        (run.suite_id, run.name): run for run in hub.world.check_runs.of((repository.id, sha))
    }
    found: dict[str, list[Note]] = {}
    for run in newest.values():
        app = hub.world.apps.get(run.app_id)
        for one in run.annotations:
            note = Note(
                path=one["path"],
                line=one["end_line"],
                first_line=one["start_line"],
                tone=TONES.get(one["annotation_level"], "quiet"),
                title=one.get("title") or "",
                message=one["message"],
                by=f"{app.name} / {run.name}" if app else run.name,
                address=f"/{repository.full_name}/runs/{run.id}",
            )
            found.setdefault(note.path, []).append(note)
    return Notes(found)

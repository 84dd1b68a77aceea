"""What jobs print, a file for each: read while it is written."""

from pathlib import Path

LONGEST_BYTES = 16 * 1024 * 1024  # of one job; what is printed beyond it is not kept
CUT = "The log ends here: a job keeps 16 MB of what it prints.\n"


class JobLogs:
    """The logs by job id. Places in them are bytes from the start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, job_id: int, text: str) -> None:
        """Write at the end, as far as there is room."""
        room = LONGEST_BYTES - self.size_bytes(job_id)
        if room <= 0:
            return
        data = text.encode(errors="replace")
        if len(data) > room:
            data = data[:room].rpartition(b"\n")[0] + b"\n" + CUT.encode()
            data += b" " * max(0, room - len(data))
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._path(job_id).open("ab") as log:
            log.write(data)

    def size_bytes(self, job_id: int) -> int:
        """How much there is."""
        path = self._path(job_id)
        return path.stat().st_size if path.exists() else 0

    def read(self, job_id: int, start: int = 0, end: int | None = None) -> str:
        """The text between two places; empty for a job that printed nothing."""
        path = self._path(job_id)
        if not path.exists():
            return ""
        with path.open("rb") as log:
            log.seek(start)
            return log.read(-1 if end is None else max(0, end - start)).decode(errors="replace")

    def tail(
        self, job_id: int, start: int, end: int | None, *, most_bytes: int
    ) -> tuple[str, bool]:
        """The end of the text between two places, and whether that leaves any of it out."""
        last = self.size_bytes(job_id) if end is None else end
        cut = last - start > most_bytes
        text = self.read(job_id, last - most_bytes if cut else start, last)
        return (text.partition("\n")[2] if cut else text), cut

    def delete(self, job_id: int) -> None:
        """Forget what it printed."""
        self._path(job_id).unlink(missing_ok=True)

    def _path(self, job_id: int) -> Path:
        return self._folder / f"{job_id}.txt"

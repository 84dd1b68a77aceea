"""How repositories and threads are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RepositoryName:
    """``owner/name``. Adapters answer NotFound for parts no name can have, as ``..`` or ``/``."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    @classmethod
    def of(cls, full_name: str) -> "RepositoryName":
        """The name that ``owner/name`` spells; what is read from outside is checked first."""
        owner, _, name = full_name.partition("/")
        return cls(owner, name)


def thread_of(subject: str) -> tuple[RepositoryName, int]:
    """The repository and the issue that ``owner/name#7`` names."""
    repository, _, number = subject.rpartition("#")
    return RepositoryName.of(repository), int(number)

"""How much one template may ask of us; both sides of the isolation read it here."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on a template, on a render and on what comes out of it.

    ``wall_s`` bounds loading a template and, anew, each render. ``memory_bytes``
    is address space. ``parallel`` renders share one host; a host that nobody
    asked for ``idle_s`` is closed.
    """

    files: int = 5_000
    in_bytes: int = 20_000_000
    out_bytes: int = 50_000_000
    depth: int = 20  # parts of a path, and nesting of JSON
    variables: int = 200
    json_bytes: int = 100_000
    wall_s: float = 20.0
    cpu_s: int = 10
    memory_bytes: int = 1 << 30
    parallel: int = 4
    idle_s: float = 600.0

    def as_json(self) -> dict[str, int | float]:
        """The same as plain JSON; ``Limits(**value)`` reads it back."""
        return asdict(self)

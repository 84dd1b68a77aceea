"""How much a linter may use, and how much of a tree it is given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one process, on what it reads and on what it may say.

    ``memory_bytes`` is address space. ``files`` and ``file_bytes`` bound what is linted, in
    all and each, ``texts`` and ``text_bytes`` what is searched for secrets, ``tree_bytes``
    both. Providers of Terraform are large programs, so ``terraform validate`` has bounds of
    its own; ``validations_s`` is for all of a call's modules together.
    """

    wall_s: float = 15.0
    cpu_s: int = 15
    memory_bytes: int = 2_000_000_000
    written_bytes: int = 50_000_000
    output_bytes: int = 10_000_000
    processes: int = 4  # at once, of all calls

    files: int = 500
    file_bytes: int = 300_000
    texts: int = 5_000
    text_bytes: int = 1_000_000
    tree_bytes: int = 30_000_000

    validate_wall_s: float = 60.0
    validate_cpu_s: int = 60
    validate_memory_bytes: int = 4_000_000_000
    validate_written_bytes: int = 2_000_000_000
    validations_s: float = 120.0
    validations_kept: int = 64

    findings: int = 200  # of one linter; the rest is counted, not listed

"""What the bot keeps things in and works with: store, queue, rendering, linters."""

from collections.abc import Mapping
from typing import Final

from bot.doctor.finding import Finding
from bot.doctor.probes import Probes
from bot.errors import UserError
from bot.queue.port import QueueUnavailable
from bot.store.port import StoreUnavailable

OLD_AGE_S: Final = 600.0  # a message that has waited so long waits for nobody
DISK: Final = "Look at the disk's space and the file's owner, or at"
STORES: Final = {"sqlite": "SQLite", "mongodb": "MongoDB", "mongodb+srv": "MongoDB"}
QUEUES: Final = {"sqlite": "SQLite", "sqs": "SQS", "https": "SQS", "http": "SQS"}
MEND: Final[Mapping[str, str]] = {
    "SQLite": DISK,
    "MongoDB": "Look whether the server runs and has a primary, at the network between, and at",
    "SQS": "Look at AWS_REGION, the role's permissions on the queue and its dead letters, and",
}


async def look_at_store(probes: Probes, url: str) -> list[Finding]:
    """Whether it keeps things; ``url`` names the engine and is not repeated."""
    engine = STORES.get(url.partition(":")[0], "The store")
    try:
        await probes.store()
    except (StoreUnavailable, OSError) as error:
        do = f"{MEND.get(engine, 'Look at')} STORE_URL."
        return [Finding("store", False, f"{engine}: {_words(error)}", do)]
    except UserError as error:
        return [Finding("store", False, error.problem, error.fix)]
    return [Finding("store", True, f"{engine} works.")]


async def look_at_queue(probes: Probes, url: str) -> list[Finding]:
    """Whether it works and somebody works it off."""
    engine = QUEUES.get(url.partition(":")[0], "The queue")
    try:
        stats = await probes.queue()
    except (QueueUnavailable, StoreUnavailable, OSError) as error:
        do = f"{MEND.get(engine, 'Look at')} QUEUE_URL."
        return [Finding("queue", False, f"{engine}: {_words(error)}", do)]
    except UserError as error:
        return [Finding("queue", False, error.problem, error.fix)]
    if stats.oldest_age_s is not None and stats.oldest_age_s > OLD_AGE_S:
        what = f"The oldest of {stats.depth} messages waits for {stats.oldest_age_s:.0f} seconds."
        return [Finding("queue", False, what, "Start `paved-road work`, or look at its log.")]
    if stats.dead:
        what = f"{engine} works; {stats.dead} messages were given up."
        do = "`paved-road queue dead list` says why, `… dead redrive ID` tries one again."
        return [Finding("queue", True, what, do)]
    return [Finding("queue", True, f"{engine} works.")]


def _words(error: Exception) -> str:
    """Ours are sentences; an operating system's may hold an address."""
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}."
    return str(error)


async def look_at_rendering(probes: Probes) -> list[Finding]:
    """How far templates are fenced in."""
    how = await probes.isolation()
    if how == "bubblewrap":
        return [Finding("rendering", True, "Templates are rendered in bubblewrap.")]
    return [
        Finding(
            "rendering",
            True,
            f"Templates are rendered in a plain child process ({how}); hooks are refused.",
            "Install bubblewrap (Debian: `apt-get install bubblewrap`) and allow user namespaces.",
        )
    ]


async def look_at_linters(probes: Probes) -> list[Finding]:
    """None keeps the bot from working: what could not be looked at is told with each check."""
    there = await probes.linters()
    missing = [name for name, is_here in there.items() if not is_here]
    found = ", ".join(name for name, is_here in there.items() if is_here)
    if not missing:
        return [Finding("linters", True, f"{found}.")]
    return [
        Finding(
            "linters",
            True,
            f"{found or 'none'}; not here: {', '.join(missing)}.",
            "Templates are checked without them, and each check says so. Put them on the PATH; for "
            "Terraform's own validation also name a provider mirror in TF_PLUGIN_MIRROR_DIR.",
        )
    ]

"""What the bot keeps things in and works with: store, queue, rendering, linters."""

from collections.abc import Mapping
from typing import Final

from bot.doctor.finding import Finding
from bot.doctor.probes import Probes
from bot.queue.port import QueueUnavailable
from bot.rendering import RenderError, RendererUnavailable
from bot.settings import SettingsError
from bot.store.port import StoreUnavailable

OLD_AGE_S: Final = 600.0  # a message that has waited so long waits for nobody
STORES: Final = {"sqlite": "SQLite", "mongodb": "MongoDB", "mongodb+srv": "MongoDB"}
QUEUES: Final = {"sqlite": "SQLite", "sqs": "SQS", "https": "SQS", "http": "SQS"}
MEND: Final[Mapping[str, str]] = {
    "SQLite": "Look at the disk's space and the file's owner, or at {name}.",
    "MongoDB": "Look at {name} (host, user, password, database), whether MongoDB runs and has a "
    "primary, and whether this machine reaches it; docs/mongodb.md says more.",
    "SQS": "Look at {name}, AWS_REGION, and what the role may do on queue and dead letters.",
}


async def look_at_store(probes: Probes, url: str) -> list[Finding]:
    """Whether it keeps things; ``url`` names the engine and is not repeated."""
    engine = STORES[url.partition(":")[0]]
    try:
        await probes.store()
    except (StoreUnavailable, OSError) as error:
        do = MEND[engine].format(name="STORE_URL")
        return [Finding("store", False, _told(engine, error), do)]
    except SettingsError as error:
        return [Finding("store", False, _clauses(error), "Correct STORE_URL.")]
    return [Finding("store", True, f"{engine} works.")]


async def look_at_queue(probes: Probes, url: str) -> list[Finding]:
    """Whether it works and somebody works it off."""
    engine = QUEUES[url.partition(":")[0]]
    try:
        stats = await probes.queue()
    except (QueueUnavailable, StoreUnavailable, OSError) as error:
        do = MEND[engine].format(name="QUEUE_URL")
        return [Finding("queue", False, _told(engine, error), do)]
    except SettingsError as error:
        return [Finding("queue", False, _clauses(error), "Correct what is named.")]
    if stats.oldest_age_s is not None and stats.oldest_age_s > OLD_AGE_S:
        what = f"The oldest of {stats.depth} messages waits for {stats.oldest_age_s:.0f} seconds."
        return [Finding("queue", False, what, "Start `paved-road work`, or look at its log.")]
    if stats.dead:
        what = f"{engine} works; {stats.dead} messages were given up."
        do = "`paved-road queue dead list` says why, `… dead redrive ID` tries one again."
        return [Finding("queue", True, what, do)]
    return [Finding("queue", True, f"{engine} works.")]


def _told(engine: str, error: Exception) -> str:
    """Which engine, and what it said; the system's own errors may hold an address."""
    words = str(error)
    if isinstance(error, OSError):
        words = f"{error.strerror or type(error).__name__}."
    return words if words.startswith(engine) else f"{engine}: {words}"


def _clauses(error: SettingsError) -> str:
    return " ".join(f"{name} {what}." for name, what in error.problems.items())


async def look_at_rendering(probes: Probes, function: str) -> list[Finding]:
    """Whether a template can be rendered, and how far it is fenced in.

    ``function`` is the AWS Lambda function that does it, empty where a process does.
    """
    try:
        how = await probes.rendering()
    except (RendererUnavailable, RenderError) as error:
        return [_no_rendering(function, str(error))]
    if how == "elsewhere":
        what = f"Templates are rendered by the function {function}; hooks are refused."
        return [Finding("rendering", True, what)]
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


def _no_rendering(function: str, reason: str) -> Finding:
    if not function:
        do = "Look at the machine's free memory, processes and /tmp."
        return Finding("rendering", False, f"No template can be rendered: {reason}", do)
    return Finding(
        "rendering",
        False,
        f"The function {function} renders no template: {reason}",
        "Look at RENDER_FUNCTION, AWS_REGION, whether the role may `lambda:InvokeFunction` it, and "
        "at the function's own log.",
    )


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

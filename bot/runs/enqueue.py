"""How a run travels in the queue: under its subject's key, so that its work is in order."""

from bot.queue.port import Message, Queue
from bot.runs.record import Run


def message_of(run: Run) -> Message:
    """The message that makes a worker advance the run from the state it was read in."""
    return Message(f"run:{run.id}", run.subject.lower(), token=str(run.version))


async def enqueue(queue: Queue, run: Run) -> None:
    """Queue the run; doing so twice for one state of it is like once."""
    await queue.send([message_of(run)])

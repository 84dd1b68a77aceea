"""What can be wrong, in three kinds: the person's to mend, a matter of time, our bug."""


class UserError(Exception):
    """Something the person can fix: shown as written, never retried.

    ``problem`` and ``fix`` are Markdown sentences that we wrote; a stranger's
    text inside them has gone through ``progress.inert`` before.
    """

    code = "user-error"  # stable: docs and tests name it

    def __init__(self, problem: str, *, fix: str) -> None:
        super().__init__(problem)
        self.problem, self.fix = problem, fix


class RetryLater(Exception):
    """Nobody's fault now; the queue brings the work back.

    ``wait_s`` is the least number of seconds until a repeat is worth it; None
    leaves the delay to the queue.
    """

    def __init__(self, reason: str, *, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.wait_s = reason, wait_s


class Unavailable(Exception):
    """GitHub or the plan does not offer this here: the step is skipped and told.

    ``change`` says what to change so that it is offered.
    """

    def __init__(self, what: str, *, change: str) -> None:
        super().__init__(what)
        self.what, self.change = what, change


class PortTaken(Exception):
    """The address to listen on is not to be had; the text says what to do."""

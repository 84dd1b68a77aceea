"""The run of a check: its ordered steps."""

from typing import Final

from bot.runs import RunKind, Step
from bot.templates.pull_requests.apply_rules import apply_rules
from bot.templates.pull_requests.check_contents import check_contents
from bot.templates.pull_requests.conclude import conclude
from bot.templates.pull_requests.look import look
from bot.templates.pull_requests.services import CHECK, CheckServices
from bot.templates.pull_requests.verify import verify

CHECK_KIND: Final[RunKind[CheckServices]] = RunKind(
    name=CHECK,
    title="Check templates",
    steps=(
        Step(name="look", title="See what changed", ensure=look),
        Step(name="rules", title="Apply the catalog's rules", ensure=apply_rules),
        Step(name="check", title="Check the content", ensure=check_contents),
        Step(name="verify", title="Run the templates' commands", ensure=verify),
        Step(name="conclude", title="Conclude", ensure=conclude),
    ),
)

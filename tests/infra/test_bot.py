"""The Terraform that runs the bot, without an account: read, validated, and tried dry."""

import importlib
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.aws_lambda.secrets import SecretsManager
from bot.clock import ManualClock
from bot.linting import Linters, LintFile, detect_isolation, find_tools
from bot.reading.cost_tags import cost_tags
from bot.written import HclBlock, read_hcl
from tests.catalog.needed_tools import missing
from tests.catalog.terraform import run
from tests.infra.projects import BOT, HERE

NAMED = re.compile(r'"([a-z0-9-]+:[A-Za-z*]+)"')
WIDE = re.compile(r'Action\s*=\s*(\[[^\]]*\])\s*(?:Resource)\s*=\s*(?:\[)?"\*"')
# What AWS takes no name for: a login to a registry, and what Lambda asks for a function in a VPC.
NOT_TO_BE_NAMED = {
    "ecr:GetAuthorizationToken",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}


def files() -> dict[str, str]:
    """The folder's Terraform by name."""
    return {path.name: path.read_text() for path in sorted(BOT.glob("*.tf"))}


def blocks(kind: str) -> Iterator[HclBlock]:
    """All blocks of that kind."""
    for name, text in files().items():
        body = read_hcl(text, path=name, limit_bytes=100_000)
        yield from (block for block in body.blocks if block.kind == kind)


# --- read -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["variable", "output"])
def test_everything_that_can_be_said_is_described_and_documented(kind: str) -> None:
    told = (BOT / "README.md").read_text()
    its = {block.labels[0]: block.text("description") for block in blocks(kind)}

    assert len(its) > 8
    assert [name for name, description in its.items() if not description] == []
    assert [name for name in its if f"`{name}`" not in told] == []


def test_only_who_pays_and_where_must_be_said() -> None:
    needed = {each.labels[0] for each in blocks("variable") if "default" not in each.arguments}
    assert needed == {"region", "team", "business_unit", "cost_center"}


def test_somebody_can_be_charged_for_everything() -> None:
    assert list(cost_tags(files())) == []


def test_no_role_may_do_everything_of_a_service() -> None:
    """An action with a star would grow by itself with every feature of AWS."""
    named = [name for text in files().values() for name in NAMED.findall(text)]

    assert len(named) > 30
    assert [name for name in named if "*" in name] == []
    assert not re.search(r"policy_arn|managed_policy", "".join(files().values()))


def test_only_what_cannot_be_narrowed_is_granted_for_all_resources() -> None:
    text = "".join(files().values())
    wide = {name for given in WIDE.findall(text) for name in NAMED.findall(given)}

    assert wide == NOT_TO_BE_NAMED
    assert len(re.findall(r'Resource\s*=\s*\[?"\*"', text)) == 3  # the third denies


def test_the_renderer_has_a_role_without_rights_and_no_variables() -> None:
    """Nobody gives its role a policy, in whatever file."""
    text = "".join(files().values())
    function = next(each for each in blocks("resource") if each.labels[1] == "render")

    assert {each.kind for each in function.blocks} == set()
    assert text.count("aws_iam_role.render") == 1  # in the function itself
    assert "log" not in function.arguments


# --- linted -----------------------------------------------------------------------


async def test_our_own_check_of_projects_finds_nothing() -> None:
    """It validates with the provider, too."""
    tools = find_tools()
    if tools.terraform is None or not tools.mirrors:
        pytest.skip("needs terraform with a provider mirror (TF_PLUGIN_MIRROR_DIR)")
    if detect_isolation().name != "bubblewrap":
        missing("needs bubblewrap: apt-get install bubblewrap")
    given = [LintFile(path=name, content=text.encode()) for name, text in files().items()]

    linted = await Linters(tools=tools).lint({"bot": given})

    assert linted.findings == ()
    assert [each.reason for each in linted.left_out if each.linter.startswith("terraform")] == []


def test_roles_queues_and_alarms_are_as_they_should_be(tmp_path: Path) -> None:
    """Both ways to run, made of nothing, and what is refused: see tests/infra/bot/."""
    folder = Path(shutil.copytree(BOT, tmp_path / "bot", ignore=shutil.ignore_patterns(".*")))
    shutil.copytree(HERE / "bot", folder / "tests")
    (folder / "tests" / "any.zip").write_bytes(b"")
    run("terraform init -backend=false -input=false >/dev/null", folder)

    assert "0 failed" in run("terraform test", folder)


# --- what the bot and its Terraform agree on ----------------------------------------


def test_the_age_of_the_key_is_read_from_what_the_bot_logs() -> None:
    """A value that was written a hundred days ago, with whatever else was done to the secret."""
    clock = ManualClock()
    written = datetime.fromtimestamp(clock.now_s(), UTC) - timedelta(days=100)

    class Vault:
        def get_secret_value(self, **_asked: str) -> dict[str, object]:
            return {"SecretString": "{}", "CreatedDate": written}

    with capture_logs() as logged:
        SecretsManager(clock, client=Vault())("any")

    (line,) = logged
    (name,) = re.findall(r'pattern\s*=\s*"\{ \$\.(\w+) = \* \}"', files()["alarms.tf"])
    assert line[name] == 100.0
    assert f'value     = "$.{name}"' in files()["alarms.tf"]


def test_the_handlers_are_where_the_functions_look_for_them() -> None:
    text = "".join(files().values())
    for name in ("receive", "work", "render"):
        assert callable(importlib.import_module(f"bot.aws_lambda.{name}").handler)
    assert '"bot.aws_lambda.${each.key}.handler"' in text
    assert '"bot.aws_lambda.render.handler"' in text

"""The secret is read when it is needed, seldom, and again when something says that it changed."""

import pytest

from bot.aws_lambda.secrets import KNOWN_S, SOONEST_S, Secrets, SecretUnavailable, variables_of
from bot.clock import ManualClock


class Vault:
    """A secret that can be rotated and be away."""

    def __init__(self, text: str) -> None:
        self.text, self.away, self.asked = text, False, []  # type: ignore[var-annotated]

    def __call__(self, name: str) -> str:
        self.asked.append(name)
        if self.away:
            raise SecretUnavailable("It is away.")
        return self.text


def secrets(vault: Vault, clock: ManualClock, **environment: str) -> Secrets:
    return Secrets({"APP_SECRET": "bot"} | environment, clock=clock, read=vault)


async def test_the_environment_wins_over_the_secret() -> None:
    vault = Vault('{"APP_ID": 7, "WEBHOOK_SECRET": "s", "LOG_LEVEL": "debug"}')
    found = await secrets(vault, ManualClock(), LOG_LEVEL="info", APP_ID=" ").variables()
    assert found == {"APP_SECRET": "bot", "APP_ID": "7", "WEBHOOK_SECRET": "s", "LOG_LEVEL": "info"}


async def test_without_a_name_nothing_is_asked() -> None:
    vault = Vault("{}")
    found = await Secrets({"APP_ID": "7"}, clock=ManualClock(), read=vault).variables()
    assert (found, vault.asked) == ({"APP_ID": "7"}, [])


async def test_it_is_read_again_after_a_while() -> None:
    vault, clock = Vault('{"APP_ID": "1"}'), ManualClock()
    kept = secrets(vault, clock)
    for _ in range(3):
        await kept.variables()
    assert vault.asked == ["bot"]
    vault.text = '{"APP_ID": "2"}'
    clock.advance(KNOWN_S)
    assert (await kept.variables())["APP_ID"] == "2"


async def test_it_is_read_again_at_once_when_it_is_doubted_but_not_by_every_stranger() -> None:
    vault, clock = Vault('{"APP_ID": "1"}'), ManualClock()
    kept = secrets(vault, clock)
    await kept.variables()
    clock.advance(SOONEST_S)
    vault.text = '{"APP_ID": "2"}'
    for _ in range(100):
        kept.doubt()
        assert (await kept.variables())["APP_ID"] == "2"
    assert len(vault.asked) == 2


async def test_what_is_known_serves_while_the_secret_is_away() -> None:
    vault, clock = Vault('{"APP_ID": "1"}'), ManualClock()
    kept = secrets(vault, clock)
    await kept.variables()
    vault.away = True
    clock.advance(KNOWN_S)
    assert (await kept.variables())["APP_ID"] == "1"
    with pytest.raises(SecretUnavailable):
        await secrets(vault, clock).variables()


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"A": ["value"]}', '{"A": true}'])
def test_a_secret_of_another_shape_is_told_without_its_values(text: str) -> None:
    with pytest.raises(SecretUnavailable) as caught:
        variables_of(text)
    assert "value" not in str(caught.value)

"""The engines that journeys run on, by name, and the settings that choose them."""

from collections.abc import Mapping

import pytest

ENGINES = ("sqlite",)


def engine_settings(engines: str, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The variables that make a bot use these engines; they are empty and the test's own."""
    return {}

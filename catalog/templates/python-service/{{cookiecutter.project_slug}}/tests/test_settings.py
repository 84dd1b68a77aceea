import pytest

from {{ cookiecutter.__package }}.__main__ import main
from {{ cookiecutter.__package }}.settings import Settings


def test_the_environment_sets_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")

    assert Settings().port == 9000


def test_all_that_is_wrong_is_told_by_name_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "hunter2")
    monkeypatch.setenv("LOG_LEVEL", "hunter2")

    with pytest.raises(SystemExit) as stopped:
        main()
    told = str(stopped.value)
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == ["PORT", "LOG_LEVEL"]
    assert "hunter2" not in told

"""`paved-road setup` as it is typed: what is wrong is said before a page is opened."""

import socket
from pathlib import Path

import pytest

from bot.cli import main

ASKED = ["setup", "acme", "--url", "https://road.example.com", "--no-browser"]


def test_an_env_file_that_is_complete_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = tmp_path / ".env"
    env.write_text("APP_ID=1\n")

    assert main([*ASKED, "--env", str(env)]) == 1

    assert "already sets APP_ID" in capsys.readouterr().err
    assert env.read_text() == "APP_ID=1\n"


def test_an_address_that_is_taken_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main([*ASKED, "--listen", place, "--env", str(tmp_path / ".env")]) == 2
    assert f"{place} cannot be listened on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["--listen", "3000"], "HOST:PORT", id="no-host"),
        pytest.param(["--listen", "127.0.0.1:x"], "HOST:PORT", id="no-port"),
        pytest.param(["--listen", "127.0.0.1:70000"], "HOST:PORT", id="port-too-large"),
        pytest.param(["--secret", "s", "--env", "e"], "not allowed with", id="two-places"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*ASKED, *words])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_an_address_that_github_cannot_reach_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = str(tmp_path / ".env")
    assert main(["setup", "acme", "--url", "http://road.example.com", "--env", env]) == 1
    assert "https://" in capsys.readouterr().err

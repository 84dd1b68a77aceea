"""What an operator sets, and what they are told when something is missing or wrong."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from bot.github.port import RepositoryName
from bot.settings import Settings, SettingsError, environment

KEY = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    .decode()
)
NOT_RSA = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
SECRET = "correct horse battery"
COMPLETE = {
    "APP_ID": "12345",
    "PRIVATE_KEY": KEY,
    "WEBHOOK_SECRET": SECRET,
    "ORGANIZATIONS": "acme",
    "CATALOG_REPOSITORY": "acme/catalog",
}


def problems(**changes: str) -> Mapping[str, str]:
    with pytest.raises(SettingsError) as told:
        Settings.from_env(COMPLETE | changes)
    return told.value.problems


def test_five_variables_are_enough() -> None:
    """The rest has defaults that serve one machine."""
    settings = Settings.from_env(COMPLETE)

    assert settings.app_id == 12345
    assert settings.organizations == ("acme",)
    assert settings.catalog_repository == RepositoryName("acme", "catalog")
    assert settings.github_api_url == "https://api.github.com"
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.store_url == settings.queue_url == "sqlite:///data/paved-road.db"


def test_everything_missing_is_named_at_once() -> None:
    """Nobody starts the bot five times to learn of five variables."""
    with pytest.raises(SettingsError) as told:
        Settings.from_env({})

    assert sorted(told.value.problems) == sorted(COMPLETE)
    assert str(told.value).count("is missing") == 5


def test_blank_is_missing() -> None:
    """A variable that a deployment left empty is reported, not used."""
    assert problems(WEBHOOK_SECRET=" \n", APP_ID="") == {
        "APP_ID": "is missing",
        "WEBHOOK_SECRET": "is missing",
    }


def test_every_variable_is_read() -> None:
    """What is set is what the bot uses."""
    settings = Settings.from_env(
        COMPLETE
        | {
            "ORGANIZATIONS": "acme, Umbrella ,",
            "CATALOG_REPOSITORY": "umbrella/road.catalog",
            "GITHUB_API_URL": "https://github.acme.example/api/v3/",
            "HOST": "0.0.0.0",
            "PORT": "8080",
            "LOG_LEVEL": "WARN",
            "LOG_FORMAT": "pretty",
            "STORE_URL": "sqlite:////var/lib/road/store.db",
            "QUEUE_URL": "sqlite:///queue.db",
            "WORKERS": "2",
            "LEASE_SECONDS": "30",
            "STOP_SECONDS": "5",
            "CONTENT_PER_MINUTE": "40",
            "CONTENT_PER_HOUR": "250",
        }
    )

    assert settings.organizations == ("acme", "Umbrella")
    assert settings.catalog_repository == RepositoryName("umbrella", "road.catalog")
    assert settings.github_api_url == "https://github.acme.example/api/v3"
    assert (settings.port, settings.workers, settings.lease_seconds) == (8080, 2, 30)
    assert settings.stop_seconds == 5
    assert (settings.log_level, settings.log_format) == ("warning", "pretty")
    assert settings.store_url == "sqlite:////var/lib/road/store.db"
    assert settings.queue_url == "sqlite:///queue.db"
    assert (settings.content_per_minute, settings.content_per_hour) == (40, 250)


def test_the_data_folder_moves_store_and_queue() -> None:
    """One variable is enough to put everything on a volume."""
    settings = Settings.from_env(COMPLETE | {"DATA_DIR": "/data"})

    assert settings.store_url == settings.queue_url == "sqlite:////data/paved-road.db"


@pytest.mark.parametrize(
    ("store", "queue"),
    [
        ("mongodb://db.example/road", "sqs://road.fifo"),
        ("mongodb+srv://cluster.example", "https://sqs.eu-west-1.amazonaws.com/1/road.fifo"),
        ("sqlite:///road.db", "http://127.0.0.1:5000/1/road.fifo"),
    ],
)
def test_engines_are_chosen_by_address(store: str, queue: str) -> None:
    """The password in a store's address is never shown."""
    settings = Settings.from_env(COMPLETE | {"STORE_URL": store, "QUEUE_URL": queue})

    assert (settings.store_url, settings.queue_url) == (store, queue)
    assert store not in repr(settings)


def test_a_store_elsewhere_leaves_the_queue_on_this_machine() -> None:
    """No engine is assumed that nobody named."""
    settings = Settings.from_env(COMPLETE | {"STORE_URL": "mongodb://db.example/road"})

    assert settings.queue_url == "sqlite:///data/paved-road.db"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(KEY, id="as-downloaded"),
        pytest.param(KEY.replace("\n", "\\n"), id="escaped"),
        pytest.param(KEY.replace("\n", "\r\n"), id="crlf"),
        pytest.param(base64.b64encode(KEY.encode()).decode(), id="base64"),
        pytest.param(base64.encodebytes(KEY.encode()).decode(), id="base64-in-lines"),
    ],
)
def test_the_key_may_stand_in_one_variable(key: str) -> None:
    """In the forms in which platforms let people paste it."""
    settings = Settings.from_env(COMPLETE | {"PRIVATE_KEY": key})

    assert settings.private_key.replace("\r", "").strip() == KEY.strip()


def test_the_key_may_stand_in_a_file(tmp_path: Path) -> None:
    """A mounted secret is read from where it is."""
    (tmp_path / "app.pem").write_text(KEY)
    env = COMPLETE | {"PRIVATE_KEY": "", "PRIVATE_KEY_PATH": str(tmp_path / "app.pem")}

    assert Settings.from_env(env).private_key == KEY


@pytest.mark.parametrize(
    "name", ["render", "arn:aws:lambda:eu-central-1:123456789012:function:road-render:live"]
)
def test_templates_may_be_rendered_by_a_function(name: str) -> None:
    """By its name or its ARN; without one, in a process of the bot's own."""
    assert Settings.from_env(COMPLETE | {"RENDER_FUNCTION": name}).render_function == name
    assert Settings.from_env(COMPLETE).render_function == ""
    assert "RENDER_FUNCTION" in problems(RENDER_FUNCTION="https://elsewhere.example.com/render")


def test_two_keys_are_one_too_many() -> None:
    """Nobody wonders which of two keys was used."""
    assert "keep one" in problems(PRIVATE_KEY_PATH="/somewhere.pem")["PRIVATE_KEY"]


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        pytest.param("APP_ID", "abc", "whole number", id="app-id-in-letters"),
        pytest.param("APP_ID", "-1", "whole number", id="negative"),
        pytest.param("APP_ID", "١٢٣", "whole number", id="digits-of-another-script"),
        pytest.param("APP_ID", "9" * 17, "whole number", id="too-large"),
        pytest.param("PORT", "65536", "from 1 to 65535", id="port"),
        pytest.param("WORKERS", "0", "from 1 to 64", id="no-workers"),
        pytest.param("LEASE_SECONDS", "0", "from 1 to 3600", id="lease-too-short"),
        pytest.param("WEBHOOK_SECRET", "short\n", "16 characters", id="short-secret"),
        pytest.param("PRIVATE_KEY", "hello", "PEM", id="no-key"),
        pytest.param("PRIVATE_KEY", KEY[:300], "PEM", id="half-a-key"),
        pytest.param("PRIVATE_KEY", NOT_RSA, "RSA", id="another-kind-of-key"),
        pytest.param("ORGANIZATIONS", "acme;umbrella", "commas", id="semicolon"),
        pytest.param("ORGANIZATIONS", "acme/catalog", "commas", id="a-repository"),
        pytest.param("CATALOG_REPOSITORY", "catalog", "owner/name", id="no-owner"),
        pytest.param("CATALOG_REPOSITORY", "acme/..", "owner/name", id="dots"),
        pytest.param("CATALOG_REPOSITORY", "acme/a/b", "owner/name", id="two-slashes"),
        pytest.param(
            "CATALOG_REPOSITORY", "other/catalog", "one of ORGANIZATIONS", id="not-served"
        ),
        pytest.param("GITHUB_API_URL", "http://github.example", "https", id="plain-http"),
        pytest.param("GITHUB_API_URL", "github.example", "https", id="no-scheme"),
        pytest.param("GITHUB_API_URL", "https://me:pw@github.example", "https", id="password"),
        pytest.param("GITHUB_API_URL", "https://[::1", "https", id="half-an-address"),
        pytest.param("LOG_LEVEL", "loud", "one of trace", id="log-level"),
        pytest.param("LOG_FORMAT", "xml", "json, pretty", id="log-format"),
        pytest.param("STORE_URL", "sqs://road", "mongodb://host", id="a-queue-as-store"),
        pytest.param("STORE_URL", "mongodb://", "mongodb://host", id="no-host"),
        pytest.param("STORE_URL", "postgres://db/road", "sqlite:///path", id="other-store"),
        pytest.param("STORE_URL", "sqlite://road.db", "sqlite:///path", id="two-slashes-only"),
        pytest.param("STORE_URL", "sqlite:///", "sqlite:///path", id="no-path"),
        pytest.param("QUEUE_URL", "sqs://", "sqs://name", id="no-name"),
        pytest.param("QUEUE_URL", "http://sqs.example/1/road", "sqs://name", id="plain-http"),
        pytest.param("QUEUE_URL", "mongodb://db/road", "sqs://name", id="a-store-as-queue"),
    ],
)
def test_what_is_malformed_is_named_with_what_it_should_be(
    name: str, value: str, what: str
) -> None:
    """Each problem says the variable and what belongs into it."""
    told = problems(**{name: value})

    assert list(told) == [name]
    assert what in told[name]


@pytest.mark.parametrize("url", ["http://127.0.0.1:4000", "http://localhost:4000/api/v3"])
def test_the_local_github_is_reached_without_tls(url: str) -> None:
    """The sandbox on this machine needs no certificate."""
    assert Settings.from_env(COMPLETE | {"GITHUB_API_URL": url}).github_api_url == url


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The variable is named; its path is not repeated into logs."""
    told = problems(PRIVATE_KEY="", PRIVATE_KEY_PATH=str(tmp_path / "none.pem"))

    assert told == {"PRIVATE_KEY_PATH": "names a file that does not exist"}


WRONG_IN_LETTERS = ["APP_ID", "PRIVATE_KEY", "CATALOG_REPOSITORY", "STORE_URL", "LOG_LEVEL"]


@given(st.sampled_from(WRONG_IN_LETTERS), st.text(st.characters(categories=["L"]), min_size=20))
def test_no_value_is_ever_repeated(name: str, value: str) -> None:
    """A secret pasted into the wrong variable does not end in a log."""
    with pytest.raises(SettingsError) as told:
        Settings.from_env(COMPLETE | {name: value})

    assert value not in str(told.value)
    assert value not in repr(told.value)


def test_settings_print_no_secrets() -> None:
    """Somebody who logs the settings leaks nothing."""
    settings = Settings.from_env(COMPLETE)

    assert SECRET not in repr(settings)
    assert "PRIVATE KEY" not in repr(settings)


def test_a_file_completes_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` gives what is not set, word for word; what is set stays."""
    (tmp_path / ".env").write_text("PORT=1\nWEBHOOK_SECRET='a$PORT b'\nAPP_ID=7\n")
    monkeypatch.setenv("PORT", "2")
    monkeypatch.delenv("APP_ID", raising=False)
    monkeypatch.delenv("WEBHOOK_SECRET", raising=False)

    env = environment(tmp_path)

    assert (env["PORT"], env["APP_ID"], env["WEBHOOK_SECRET"]) == ("2", "7", "a$PORT b")


def test_no_file_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In production there is none."""
    monkeypatch.setenv("PORT", "2")
    assert environment(tmp_path)["PORT"] == "2"

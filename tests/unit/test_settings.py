"""Settings: read once from the environment and `.env`, refused in one line that names the setting and no secret."""

from __future__ import annotations

import os
from pathlib import Path

import pydantic
import pytest

from gateway.errors import SettingsError
from gateway.settings import MIN_SECRET_BYTES, load_settings, misspelled

KEY = "key_0123456789abcdef0123"
OTHER = "key_fedcba9876543210fedc"
LONG = "s" * 32


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine and no `.env` of this folder."""
    for name in os.environ:
        if name.startswith("GATEWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_set_is_the_embedded_default() -> None:
    """SQLite beside us, no key, no neighbour."""
    settings = load_settings()
    assert settings.database_url == "sqlite:///gateway.db"
    assert (settings.retell_keys, settings.redis_url, settings.log_level) == ((), None, "INFO")
    assert settings.max_calls_in_flight == 256


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """By GATEWAY_ names."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql://db/x")
    monkeypatch.setenv("GATEWAY_RETELL_API_KEY", KEY)
    settings = load_settings()
    assert (settings.database_url, settings.retell_keys) == ("postgresql://db/x", (KEY,))


def test_a_file_is_read_and_the_environment_outweighs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` in the working folder."""
    (tmp_path / ".env").write_text(f"GATEWAY_RETELL_API_KEY={KEY}\nGATEWAY_LOG_LEVEL=DEBUG\nOTHER_TOOL=1\n")
    monkeypatch.setenv("GATEWAY_LOG_LEVEL", "ERROR")
    settings = load_settings()
    assert (settings.retell_keys, settings.log_level) == ((KEY,), "ERROR")


@pytest.mark.parametrize(
    ("one", "several", "keys"),
    [
        (KEY, "", (KEY,)),
        (KEY, f"{OTHER}", (KEY, OTHER)),
        ("", f" {KEY} , {OTHER},, ", (KEY, OTHER)),
        ("", "", ()),
    ],
)
def test_during_a_rotation_several_keys_count(
    monkeypatch: pytest.MonkeyPatch, one: str, several: str, keys: tuple[str, ...]
) -> None:
    """The one first, then the list; blanks and empty places are nothing."""
    monkeypatch.setenv("GATEWAY_RETELL_API_KEY", one)
    monkeypatch.setenv("GATEWAY_RETELL_API_KEYS", several)
    assert load_settings().retell_keys == keys


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RETELL_API_KEY", "k" * (MIN_SECRET_BYTES - 1), "GATEWAY_RETELL_API_KEY is too short: at least 24 bytes"),
        ("RETELL_API_KEYS", f"{KEY},short", "GATEWAY_RETELL_API_KEY is too short"),
        ("SECRET_KEY", "geheim", "GATEWAY_SECRET_KEY is too short: at least 32 bytes"),
        ("LOG_LEVEL", "loud", "GATEWAY_LOG_LEVEL"),
        ("MAX_CALLS_IN_FLIGHT", "0", "GATEWAY_MAX_CALLS_IN_FLIGHT"),
        ("MAX_CALLS_IN_FLIGHT", "10001", "GATEWAY_MAX_CALLS_IN_FLIGHT"),
        ("MAX_CALLS_IN_FLIGHT", "viele", "GATEWAY_MAX_CALLS_IN_FLIGHT"),
        ("REDIS_URL", "http://geheim@redis", "GATEWAY_REDIS_URL: must start with redis://"),
        ("BASE_URL", "salon.example", "GATEWAY_BASE_URL: must start with https://"),
        ("CALCOM_BASE_URL", "ftp://cal.example", "GATEWAY_CALCOM_BASE_URL: must start with https://"),
        ("SMTP_URL", "smtp://u:geheim@mail", "GATEWAY_MAIL_FROM"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """Which and why; the value stays unsaid, and so does the chain that led there."""
    monkeypatch.setenv(f"GATEWAY_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    line = str(raised.value)
    assert said in line
    assert "\n" not in line
    assert "geheim" not in line
    assert raised.value.__suppress_context__


def test_an_empty_setting_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As compose files and shells leave them behind."""
    for name in ("DATABASE_URL", "RETELL_API_KEY", "REDIS_URL", "BASE_URL", "MAX_CALLS_IN_FLIGHT", "SECRET_KEY"):
        monkeypatch.setenv(f"GATEWAY_{name}", "")
    assert load_settings() == load_settings(_env_file=None)


def test_settings_never_change_and_never_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen, and safe to print."""
    monkeypatch.setenv("GATEWAY_RETELL_API_KEY", KEY)
    monkeypatch.setenv("GATEWAY_SECRET_KEY", LONG)
    settings = load_settings()
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        settings.log_level = "DEBUG"
    assert KEY not in repr(settings)
    assert LONG not in f"{settings} {settings.model_dump()}"


@pytest.mark.parametrize(("said", "level"), [("info", "INFO"), ("Warning", "WARNING"), ("ERROR", "ERROR")])
def test_a_log_level_may_be_written_small(said: str, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As everybody does."""
    monkeypatch.setenv("GATEWAY_LOG_LEVEL", said)
    assert load_settings().log_level == level


def test_only_names_that_look_like_a_setting_are_misspelled() -> None:
    """What Kubernetes or another tool sets is none of our business."""
    names = ["GATEWAY_DATABSE_URL", "GATEWAY_DATABASE_URL", "GATEWAY_SERVICE_HOST", "GATEWAY_PORT", "OTHER_BASE_URL"]
    assert misspelled(names) == {"GATEWAY_DATABSE_URL": "GATEWAY_DATABASE_URL"}

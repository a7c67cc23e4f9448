"""Every setting, read once at the start from `GATEWAY_*` and `.env`, frozen, handed down."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.errors import SettingsError

# The seconds a caller waits in silence, and what they are spent on (DESIGN section 6, PROTOCOL section 7).
TOOL_BUDGET_SECONDS: Final = 8.0
STORE_DEADLINE_SECONDS: Final = 2.0
BODY_READ_SECONDS: Final = 5.0
MAX_BODY_BYTES: Final = 4 * 1024 * 1024
# Shorter ones can be guessed offline from one captured request; an empty one verifies everything.
MIN_SECRET_BYTES: Final = 24
MIN_SECRET_KEY_BYTES: Final = 32
DRAIN_SECONDS: Final = 10
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


class Settings(BaseSettings):
    """What an operator may set. A wrong value stops the start with one line (`load_settings`)."""

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: str = "sqlite:///gateway.db"
    redis_url: str | None = None
    retell_api_key: SecretStr | None = None
    retell_api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Further keys during a rotation, comma separated."""
    calcom_base_url: str = "https://api.cal.com"
    base_url: str | None = None
    secret_key: SecretStr | None = None
    """Seals what is secret at rest and hashes codes and numbers; at least 32 bytes. Without it there are no one-time
    codes and no Cal.com."""
    secret_keys_old: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Earlier ones during a rotation (`gateway secrets rotate`), comma separated: they open, they never seal."""
    log_level: str = "INFO"
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    max_calls_in_flight: int = Field(default=256, ge=1, le=10_000)
    """More tool calls than this at once are answered early and honestly instead of queued."""

    @field_validator("retell_api_keys", "secret_keys_old", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in LOG_LEVELS:
            raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
        return value.upper()

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("base_url", "calcom_base_url")
    @classmethod
    def _http_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// (or http:// on your own network)")
        return value

    @model_validator(mode="after")
    def _secrets(self) -> Settings:
        for key in self.retell_keys:
            if len(key.encode()) < MIN_SECRET_BYTES:
                raise ValueError(f"GATEWAY_RETELL_API_KEY is too short: at least {MIN_SECRET_BYTES} bytes")
        for key in self.installation_secrets:
            if len(key.encode()) < MIN_SECRET_KEY_BYTES:
                raise ValueError(f"GATEWAY_SECRET_KEY is too short: at least {MIN_SECRET_KEY_BYTES} bytes")
        if self.redis_url and not self.secret_key:
            raise ValueError("GATEWAY_REDIS_URL needs GATEWAY_SECRET_KEY: several processes must hash numbers alike")
        if self.smtp_url and not self.mail_from:
            raise ValueError("GATEWAY_SMTP_URL needs GATEWAY_MAIL_FROM: the address mails are sent from")
        return self

    @property
    def retell_keys(self) -> tuple[str, ...]:
        """Every key a Retell signature may be made with; empty when none is set."""
        keys = ([self.retell_api_key] if self.retell_api_key else []) + list(self.retell_api_keys)
        return tuple(key.get_secret_value() for key in keys)

    @property
    def installation_secrets(self) -> tuple[str, ...]:
        """`secret_key` and the earlier ones, the newest first; empty when none is set."""
        keys = ([self.secret_key] if self.secret_key else []) + list(self.secret_keys_old)
        return tuple(key.get_secret_value() for key in keys)


def misspelled(names: Iterable[str]) -> dict[str, str]:
    """Environment names that are no setting and look like one, with the one they look like. Others are left alone:
    Kubernetes sets GATEWAY_SERVICE_HOST and the like where a service is called "gateway"."""
    known = [f"GATEWAY_{name.upper()}" for name in Settings.model_fields]
    strange = [name for name in names if name.startswith("GATEWAY_") and name not in known]
    return {name: close[0] for name in strange if (close := get_close_matches(name, known, n=1, cutoff=0.9))}


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process. Raises SettingsError naming the setting and why, without echoing secrets."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = "_".join(str(part) for part in first["loc"] if isinstance(part, str))
        name = f"GATEWAY_{place.upper()}: " if place else ""
        raise SettingsError(f"{name}{first['msg'].removeprefix('Value error, ')}") from None

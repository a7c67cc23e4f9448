"""Running the server: settings and clock in, uvicorn until it is told to stop."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gateway.app import create_app
from gateway.clock import RandomIds, SystemClock
from gateway.demo.salon import ZONE
from gateway.demo.seed import seed
from gateway.errors import SettingsError
from gateway.logs import configure_logging
from gateway.server import bind, run
from gateway.settings import load_settings
from gateway.storage.store import AnyStore


def serve(*, host: str, port: int, demo: bool, now: datetime | None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code. Raises SettingsError for a wrong setting, StoreUnavailable
    when the database does not answer."""
    settings = load_settings()
    clock = shifted_clock(now)
    keys = settings.retell_keys
    if not keys and not demo:
        raise SettingsError("GATEWAY_RETELL_API_KEY is not set: without it no call can be told from a forgery")
    if not keys:
        keys = (f"key_{secrets.token_hex(20)}",)
        print(f"GATEWAY_RETELL_API_KEY={keys[0]}", flush=True)
    configure_logging(settings.log_level)

    async def prepare(store: AnyStore) -> None:
        if demo and await seed(store, ids=RandomIds(), now=clock.now()):
            print("seeded the demo salon", file=sys.stderr, flush=True)
        print(f"listening on {host}:{listener.getsockname()[1]}", flush=True)

    listener = bind(host, port)
    run(create_app(settings, keys=keys, clock=clock, prepare=prepare), listener)
    return 0


def shifted_clock(now: datetime | None) -> SystemClock:
    """The real clock, or one whose domain time starts at `now` (naive: on the demo salon's wall clock)."""
    if now is None:
        return SystemClock()
    moment = now if now.tzinfo else now.replace(tzinfo=ZoneInfo(ZONE))
    return SystemClock(moment.astimezone(UTC) - datetime.now(UTC))

"""uvicorn, set up the way a phone line needs it."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

from gateway.settings import DRAIN_SECONDS


def server_config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    """uvicorn as we want it: our own logs, no access log (its lines hold addresses), calls in flight finished."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=75,
        lifespan="on",
    )

"""uvicorn, set up the way a phone line needs it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from typing import Final, Literal

import uvicorn
from starlette.applications import Starlette

from gateway.errors import SettingsError
from gateway.settings import DRAIN_SECONDS

_STOP: Final = (signal.SIGINT, signal.SIGTERM)


class GracefulServer(uvicorn.Server):
    """uvicorn that comes back from a signal instead of dying of it, so that whoever started it can finish."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in _STOP:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to that address; nobody is let in before `run`. Raises SettingsError when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def run(app: Starlette, listener: socket.socket) -> None:
    """Serve `app` until SIGTERM or SIGINT. What its lifespan raises while it opens (SettingsError) is raised here:
    uvicorn would log it and keep the reason to itself."""
    server = GracefulServer(server_config(app, *listener.getsockname()[:2], lifespan="off"))

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            await server.serve(sockets=[listener])

    with contextlib.closing(listener), asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(serve())


def server_config(app: Starlette, host: str, port: int, *, lifespan: Literal["on", "off"] = "on") -> uvicorn.Config:
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
        lifespan=lifespan,
    )

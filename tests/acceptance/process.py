"""The real command line as a process of its own: `gateway serve --demo` and what an operator does to it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from .caller import KEY, Caller

GATEWAY: Final = str(Path(sys.executable).with_name("gateway"))
NOW: Final = "2025-10-24T09:00"
START_SECONDS: Final = 60.0
"""Generous: the machine may be busy with other people's tests."""


def environment(database_url: str | None, **settings: str) -> dict[str, str]:
    """A bare environment with these settings and nothing inherited that could be one."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    if database_url is not None:
        env["GATEWAY_DATABASE_URL"] = database_url
    return env | settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run_gateway(*args: str, folder: Path, seconds: float = 60.0, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself, in `folder`."""
    env = environment(settings.pop("DATABASE_URL", None), **settings)
    return subprocess.run(
        [GATEWAY, *args], cwd=folder, env=env, capture_output=True, text=True, timeout=seconds, check=False
    )


@dataclass
class Server:
    """A `gateway serve --demo` process; its standard error goes to `log`."""

    url: str
    folder: Path
    port: int = field(default_factory=free_port)
    key: str | None = KEY
    process: subprocess.Popen[str] | None = None
    started_in: float = 0.0
    """Seconds from the command to the first answer."""

    @property
    def log(self) -> Path:
        return self.folder / f"server-{self.port}.log"

    @property
    def out(self) -> Path:
        return self.folder / f"server-{self.port}.out"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Begin the process; `ready` waits for it."""
        settings = {} if self.key is None else {"GATEWAY_RETELL_API_KEY": self.key}
        with self.log.open("a") as log, self.out.open("a") as out:
            self.process = subprocess.Popen(
                [GATEWAY, "serve", "--demo", "--now", NOW, "--port", str(self.port)],
                cwd=self.folder,
                env=environment(self.url, **settings),
                stdout=out,
                stderr=log,
                text=True,
            )

    async def start(self) -> None:
        """Start and wait until it answers."""
        began = time.monotonic()
        self.launch()
        await self.ready(began)

    async def ready(self, began: float) -> None:
        assert self.process is not None
        async with self.client() as client:
            while True:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() - began < START_SECONDS, "the server did not start in time"
                await asyncio.sleep(0.01)
        self.started_in = time.monotonic() - began

    def client(self) -> httpx.AsyncClient:
        """A client for this server; as many connections as callers."""
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        return httpx.AsyncClient(base_url=self.base, timeout=30.0, limits=limits, trust_env=False)

    def caller(self, client: httpx.AsyncClient, number: str | None = "+4915112349001") -> Caller:
        return Caller(client, number, key=self.key or "")

    def kill(self) -> None:
        """kill -9: no handler, no flush, no goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(60)
        self.process = None
        return code

    def close(self) -> None:
        """End it, however it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.process = None

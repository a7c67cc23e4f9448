"""A small keep-alive client over raw sockets, so that the client's own cost does not flatter the ratios, and the
processes it talks to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.auth.signature import sign
from gateway.demo.salon import AGENT_ID, CALLED_NUMBER

KEY = "key_benchmark_0123456789abcdef"
NOW = "2026-03-02T08:00"


@dataclass(frozen=True, slots=True)
class Spread:
    """Latencies of one arm in milliseconds."""

    p50: float
    p99: float
    count: int


class Connection:
    """One keep-alive HTTP/1.1 connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, body: bytes) -> bytes:
        signature = sign(body, KEY.encode(), datetime.now(UTC))
        self._writer.write(
            (
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"X-Retell-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = await self._reader.readexactly(length)
        if b" 200 " not in head[:20]:
            raise RuntimeError(head.decode())
        return answer

    def close(self) -> None:
        self._writer.close()


def request(
    tool: str, args: Mapping[str, object], *, call: str, caller: str, place: int, called: str = CALLED_NUMBER
) -> bytes:
    """A tool call of about two kilobytes, as Retell sends it a minute into a call."""
    transcript = [{"role": "agent", "content": "Salon, guten Tag, was kann ich für Sie tun?"}] * 12
    invocation = {"role": "tool_call_invocation", "tool_call_id": f"{call}-{place}", "name": tool, "arguments": "{}"}
    payload: dict[str, Any] = {
        "name": tool,
        "args": args,
        "call": {
            "call_id": call,
            "call_type": "phone_call",
            "direction": "inbound",
            "from_number": caller,
            "to_number": called,
            "agent_id": AGENT_ID if called == CALLED_NUMBER else "agent_elsewhere",
            "transcript_object": transcript,
            "transcript_with_tool_calls": [*transcript, invocation],
        },
    }
    return json.dumps(payload, ensure_ascii=False).encode()


Make = Callable[[int], tuple[str, bytes]]
"""The n-th request of an arm: path and body."""


async def measure(port: int, make: Make, *, callers: int, calls: int, first: int = 0) -> list[float]:
    """Milliseconds of `calls` requests spread over `callers` connections."""
    taken: list[float] = []
    numbers = iter(range(first, first + calls))

    async def caller() -> None:
        connection = await Connection.open(port)
        for number in numbers:
            path, body = make(number)
            began = time.perf_counter()
            await connection.post(path, body)
            taken.append((time.perf_counter() - began) * 1000)
        connection.close()

    await asyncio.gather(*(caller() for _ in range(callers)))
    return taken


def spread(taken: list[float]) -> Spread:
    cuts = statistics.quantiles(taken, n=100)
    return Spread(statistics.median(taken), cuts[98], len(taken))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def floor_server() -> AsyncIterator[int]:
    port = free_port()
    async with process([sys.executable, "-m", "benchmarks.floor", str(port), KEY], port, {}):
        yield port


@contextlib.asynccontextmanager
async def gateway_server(database_url: str) -> AsyncIterator[int]:
    """`gateway serve --demo` on a database, ready to answer."""
    port = free_port()
    env = {"GATEWAY_DATABASE_URL": database_url, "GATEWAY_RETELL_API_KEY": KEY, "GATEWAY_LOG_LEVEL": "WARNING"}
    command = [str(Path(sys.executable).parent / "gateway"), "serve", "--demo", "--now", NOW, "--port", str(port)]
    async with process(command, port, env):
        yield port


@contextlib.asynccontextmanager
async def process(command: list[str], port: int, env: Mapping[str, str]) -> AsyncIterator[None]:
    """A command that listens on `port`, with these settings, until the block ends."""
    process = subprocess.Popen(  # noqa: ASYNC220  # one short start, and nothing else runs meanwhile
        command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            with contextlib.suppress(OSError):
                (await Connection.open(port)).close()
                break
            await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)

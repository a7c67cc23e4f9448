"""Reading a request's body within bounds of size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from gateway.errors import RequestRefused


async def read_body(request: Request, *, limit_bytes: int, seconds: float) -> bytes:
    """The raw bytes as received. Raises RequestRefused: 413 over `limit_bytes`, 408 when slower than `seconds`."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit_bytes:
        raise RequestRefused(413, "too_large", "The body is too large.")
    try:
        async with asyncio.timeout(seconds):
            return await _collect(request, limit_bytes)
    except TimeoutError:
        raise RequestRefused(408, "too_slow", "The body came too slowly.") from None
    except ClientDisconnect:
        raise RequestRefused(400, "gone", "The sender left.") from None


async def _collect(request: Request, limit_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise RequestRefused(413, "too_large", "The body is too large.")
        chunks.append(chunk)
    return b"".join(chunks)

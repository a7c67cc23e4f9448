"""The one door to the HTTP client library: nothing else imports `httpx` (its continuation can replace it here alone).

Beside the name it holds what every outgoing call of ours shares: no redirects, no cookies, no credentials from the environment, one
deadline over the whole exchange, a bound on the answer's size, and silence in the log (URLs carry booking uids, and a
booking uid is a capability).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

__all__ = ["DEADLINE", "MAX_ANSWER_BYTES", "DeadlineTransport", "httpx", "new_client"]

DEADLINE: Final = "deadline_seconds"
"""Request extension: seconds the whole exchange may take, connection and body included (float)."""

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
MAX_CONNECTIONS: Final = 512
"""More than calls and background work can have under way at once (`settings.max_calls_in_flight` and some): a neighbour
that hangs for one company must not keep the others' requests waiting for a connection. Deadlines end each of them."""

# The library logs "HTTP Request: POST <url>" at INFO and the wire at DEBUG; our URLs are secrets.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class DeadlineTransport(httpx.AsyncBaseTransport):
    """A transport with one deadline over everything.

    The library's own timeouts are per operation, so an answer that drips a byte every second never ends; here the body
    is read whole, under the same deadline. Raises httpx.ReadTimeout when time is up, httpx.ReadError when the answer
    outgrows MAX_ANSWER_BYTES, httpx.DecodingError when it comes compressed.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(request.extensions.get(DEADLINE)):
                return await self._exchange(request)
        except TimeoutError as late:
            raise httpx.ReadTimeout("the exchange outlived its deadline", request=request) from late

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        chunks: list[bytes] = []
        size = 0
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                # We never ask for it, and 8 MiB of it unpack to gigabytes.
                raise httpx.DecodingError("a compressed answer was not asked for", request=request)
            async for chunk in response.stream:
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    raise httpx.ReadError("the answer is too large", request=request)
                chunks.append(chunk)
        finally:
            await response.stream.aclose()
        return httpx.Response(
            response.status_code, headers=response.headers, stream=_Whole(b"".join(chunks)), request=request
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Whole(httpx.AsyncByteStream):
    """A body that is already here."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def new_client(transport: httpx.AsyncBaseTransport | None = None, *, proxy: str | None = None) -> httpx.AsyncClient:
    """The shared client: build one per process (a construction costs 16 ms) and close it at the end.

    `trust_env=False`: a `.netrc` or `HTTPS_PROXY` of the machine never joins our requests; a proxy is a setting.
    """
    inner = transport or DeadlineTransport(
        httpx.AsyncHTTPTransport(
            proxy=proxy,
            trust_env=False,
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=20),
        )
    )
    # One client serves many companies' keys: a cookie set for one must never travel with another's request.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        transport=inner,
        headers={"accept-encoding": "identity"},
        cookies=no_cookies,
        follow_redirects=False,
        trust_env=False,
    )

"""The short way from the Cal.com client to the simulated Cal.com: the client's two calls, without the library between.

`CalcomClient` builds a request and sends it; what the HTTP library adds (URL parsing, cookies, redirects, streams) took
a sixth of a schedule. `test_the_short_ways_change_nothing` runs the same seeds over the real library.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway._http import DEADLINE, httpx
from gateway.calcom.simulated.api import Request
from gateway.calcom.simulated.service import Drop, Dropped, SimulatedCalcom
from gateway.clock import Clock


@dataclass(frozen=True, slots=True)
class Answer:
    """As much of `httpx.Response` as the client reads."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code <= 299


_ERRORS = {Drop.CONNECT: httpx.ConnectError, Drop.TIMEOUT: httpx.ReadTimeout, Drop.BROKEN: httpx.RemoteProtocolError}


class Straight:
    """As much of `httpx.AsyncClient` as the client uses; anything else is missing loudly."""

    def __init__(self, service: SimulatedCalcom, clock: Clock, base_url: str) -> None:
        self._service = service
        self._clock = clock
        self._base_url = base_url

    def build_request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None,
        json: Any,
        headers: Mapping[str, str],
        timeout: float,
        extensions: Mapping[str, float],
    ) -> tuple[Request, float]:
        assert url.startswith(self._base_url)
        request = Request(method, url.removeprefix(self._base_url), dict(params or {}), dict(headers), _body(json))
        return request, extensions[DEADLINE]

    async def send(self, request: tuple[Request, float], *, follow_redirects: bool) -> Answer:
        asked, timeout = request
        exchange = self._service.begin(asked, self._clock.now(), timeout=timeout)
        await self._clock.sleep((exchange.answer_at - self._clock.now()).total_seconds())
        self._service.advance(max(self._clock.now(), exchange.answer_at))
        try:
            answer = exchange.answer()
        except Dropped as dropped:
            raise _ERRORS[dropped.how](str(dropped)) from None
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body)


def _body(value: Any) -> bytes:
    return b"" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

"""The signed door: Retell's tool calls and call events, from raw bytes to an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.auth.signature import Signature, check_signature, parse_signature, usable_secret
from gateway.clock import Clock
from gateway.errors import RequestRefused, SettingsError
from gateway.logs import Log
from gateway.metrics import Metrics
from gateway.settings import BODY_READ_SECONDS, MAX_BODY_BYTES
from gateway.strict_json import parse_object
from gateway.web.body import read_body
from gateway.web.replays import Replays

SIGNATURE_HEADER: Final = b"x-retell-signature"

Endpoint = Callable[[Request], Awaitable[Response]]


class SignedDoor:
    """Lets a request in only when its raw body carries our signature; everything else gets plain HTTP and no echo."""

    def __init__(self, keys: Sequence[bytes], clock: Clock, metrics: Metrics, log: Log) -> None:
        """Raises SettingsError for a key that could be guessed, or that no sender could have (blanks at its ends)."""
        for key in keys:
            if (why := usable_secret(key.decode("utf-8", "replace"))) is not None:
                raise SettingsError(f"GATEWAY_RETELL_API_KEY {why}")
        self._keys = tuple(keys)
        self._replays = Replays()
        self._clock = clock
        self._metrics = metrics
        self._log = log

    def endpoint(self, handle: Callable[[Request, dict[str, object]], Awaitable[Response]]) -> Endpoint:
        """A Starlette endpoint that calls `handle` with the decoded body of a request we trust."""

        async def serve(request: Request) -> Response:
            try:
                signature, body = await self._authentic(request)
                payload = parse_object(body)
            except RequestRefused as refusal:
                return self._refuse(refusal)
            key = (request.scope["path"], signature.sent_ms, signature.digest)
            if (answer := self._replays.answer(key, self._clock.real_now())) is not None:
                self._metrics.events.labels("signed_request_replayed").inc()
                return Response(answer, media_type="application/json")
            response = await handle(request, payload)
            self._replays.remember(key, response.status_code, bytes(response.body))
            return response

        return serve

    async def _authentic(self, request: Request) -> tuple[Signature, bytes]:
        """The header is judged before the body is read: a stranger costs us no memory."""
        values = [value for name, value in request.scope["headers"] if name == SIGNATURE_HEADER]
        signature = parse_signature(values, self._clock.real_now())
        body = await read_body(request, limit_bytes=MAX_BODY_BYTES, seconds=BODY_READ_SECONDS)
        check_signature(signature, body, self._keys)
        return signature, body

    def _refuse(self, refusal: RequestRefused) -> Response:
        self._metrics.refused.labels(refusal.reason).inc()
        self._log.warning("request_refused", reason=refusal.reason, status_code=refusal.status_code)
        # 401 says nothing at all: neither which check failed nor that anything lives here.
        body = "" if refusal.status_code == 401 else refusal.detail
        return Response(body, refusal.status_code, media_type="text/plain")

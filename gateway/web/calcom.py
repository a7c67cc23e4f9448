"""`POST /calcom/webhook/{company_slug}`: believed, stored, answered within milliseconds; applied by the worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.calcom.gauges import CalcomGauges
from gateway.calcom.signature import HEADER
from gateway.calcom.webhooks import Webhooks
from gateway.errors import RequestRefused, StoreUnavailable
from gateway.settings import BODY_READ_SECONDS
from gateway.web.body import read_body

MAX_BODY_BYTES: Final = 256 * 1024

CompanyOf = Callable[[str], Awaitable[str | None]]
"""The company behind a webhook address."""


def calcom_routes(inbox: Callable[[], Webhooks], company_of: CompanyOf, gauges: CalcomGauges) -> list[Route]:
    """The one route. Every fault of the sender gets the same empty 401: neither address nor secret can be felt for."""

    async def receive(request: Request) -> Response:
        try:
            status, outcome = 204, await _received(request, inbox(), company_of)
        except RequestRefused as refusal:
            status, outcome = refusal.status_code, refusal.reason
        except StoreUnavailable:
            # Cal.com repeats nothing; the reconciler will see what this told of.
            status, outcome = 503, "unavailable"
        gauges.webhooks.labels(outcome).inc()
        return Response(status_code=status)

    return [Route("/calcom/webhook/{company_slug}", receive, methods=["POST"])]


async def _received(request: Request, inbox: Webhooks, company_of: CompanyOf) -> str:
    signatures = [value for name, value in request.scope["headers"] if name == HEADER.encode()]
    if not signatures:
        raise RequestRefused(401, "bad_signature")
    body = await read_body(request, limit_bytes=MAX_BODY_BYTES, seconds=BODY_READ_SECONDS)
    company_id = await company_of(request.path_params["company_slug"])
    if company_id is None:
        raise RequestRefused(401, "unknown_company")
    return await inbox.receive(company_id, body, signatures)

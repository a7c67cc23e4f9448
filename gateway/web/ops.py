"""For whoever is on call: is the process alive, can it work, what has it counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Check:
    """One thing readiness depends on: `problem` is one plain line for the operator, None when it is well."""

    name: str
    problem: str | None
    vital: bool = True
    """False: reported, but the process still answers calls without it."""


Probe = Callable[[], Awaitable[Sequence[Check]]]


def ops_routes(metrics: Metrics, probe: Probe) -> list[Route]:
    """`/healthz` (this process), `/readyz` (what it needs), `/metrics` (Prometheus text)."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        checks = await probe()
        ready = all(check.problem is None for check in checks if check.vital)
        body = {
            "status": "ready" if ready else "not_ready",
            "checks": {check.name: check.problem or "ok" for check in checks},
        }
        return JSONResponse(body, 200 if ready else 503)

    async def exposition(_: Request) -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", exposition)]

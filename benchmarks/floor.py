"""The floor every tool is measured against: bare Starlette, the same HMAC over the raw body, the same JSON, nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.server import server_config

ANSWER = {"ok": True, "status": "offered", "say": "Ja, morgen um vierzehn Uhr ist bei Fabian frei.", "offers": []}


def floor_app(key: bytes) -> Starlette:
    """One signed route that verifies, parses and answers."""

    async def tool(request: Request) -> Response:
        body = await request.body()
        version, digest = request.headers["x-retell-signature"].split(",")
        expected = hmac.new(key, body + version[2:].encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(digest[2:], expected):
            return Response(status_code=401)
        json.loads(body)
        return Response(json.dumps(ANSWER, ensure_ascii=False), media_type="application/json")

    return Starlette(routes=[Route("/retell/tools/{name}", tool, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.Server(server_config(floor_app(sys.argv[2].encode()), "127.0.0.1", int(sys.argv[1]))).run()

"""The webhook's door: stored before it is answered, the same empty 401 for every fault."""

from __future__ import annotations

import json

import httpx
import pytest
from starlette.applications import Starlette

from gateway.calcom import signature
from gateway.web.calcom import calcom_routes

from .conftest import WEBHOOK_SECRET, Rig

BODY = json.dumps({"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "abc", "organizer": {"id": 1}}}).encode()
GOOD = signature.sign(BODY, WEBHOOK_SECRET)


def client(rig: Rig) -> httpx.AsyncClient:
    routes = calcom_routes(lambda: rig.remote.webhooks, rig.remote.company_of, rig.remote.gauges)
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://gateway")


async def test_a_delivery_is_stored_and_counted(quick: Rig) -> None:
    """Kept once; its repetition is as welcome and has no effect."""
    async with client(quick) as http:
        for _ in range(3):
            answer = await http.post("/calcom/webhook/demo", content=BODY, headers={"X-Cal-Signature-256": GOOD})
            assert (answer.status_code, answer.content) == (204, b"")
    counted = quick.remote.gauges.webhooks
    assert (counted.labels("kept")._value.get(), counted.labels("duplicate")._value.get()) == (1, 2)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("demo", {}),
        ("demo", {"X-Cal-Signature-256": "no-secret-provided"}),
        ("demo", {"X-Cal-Signature-256": "0" * 64}),
        ("demo", {"X-Cal-Signature-256": GOOD.upper()}),
        ("somebody-else", {"X-Cal-Signature-256": GOOD}),
    ],
)
async def test_every_fault_looks_alike(quick: Rig, path: str, headers: dict[str, str]) -> None:
    """Nobody learns whether the company, the secret or the signature was wrong."""
    async with client(quick) as http:
        answer = await http.post(f"/calcom/webhook/{path}", content=BODY, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    due = await quick.store.read("demo-salon", lambda tx: tx.deliveries_due(quick.clock.now().replace(hour=23), 10))
    assert due == []


async def test_only_post(quick: Rig) -> None:
    async with client(quick) as http:
        assert (await http.get("/calcom/webhook/demo")).status_code == 405


async def test_a_flood_of_bytes_is_cut_off(quick: Rig) -> None:
    async with client(quick) as http:
        headers = {"X-Cal-Signature-256": GOOD}
        answer = await http.post("/calcom/webhook/demo", content=b"x" * 300_000, headers=headers)
    assert answer.status_code == 413

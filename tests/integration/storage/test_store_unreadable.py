"""What somebody wrote by hand and nobody can read: told by its field, and everything beside it works on."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from gateway.booking.model import Policy, Salon
from gateway.booking.validation import Severity, salon_findings, sold
from gateway.storage import catalog_writer
from gateway.storage.store import AnyStore

from .conftest import salon

COMPOSITE = next(service.id for service in salon().services if service.composite)


async def _written(store: AnyStore, table: str, column: str, stored: str, **where: str) -> Salon:
    """The salon after `column` was set to the JSON text `stored`, past everything of ours."""
    place = " AND ".join(f"{name} = :{name}" for name in where)
    # PostgreSQL wants the text to be JSON and to say so; SQLite keeps any text.
    value = "CAST(:stored AS JSON)" if store.__class__.__name__ == "PostgresStore" else ":stored"
    statement = text(f"UPDATE {table} SET {column} = {value} WHERE {place}")
    await store.configure(lambda c: c.execute(statement, {"stored": stored, **where}))
    found = await store.snapshot("+49301", None)
    assert found is not None
    return found.salon


@pytest.mark.parametrize(
    ("column", "stored", "field", "severity"),
    [
        ("segments", [{"key": "a", "name": "A", "duration": "long"}, 7], "segments[0].duration", "not_composite"),
        ("segments", [{"key": "a", "name": "A", "duration": 10}, 7], "segments[1]", "not_composite"),
        ("segments", [{"name": "A", "duration": 10}], "segments[0].key", "not_composite"),
        ("segments", [{"key": "a", "name": "A", "duration": 1.5}], "segments[0].duration", "not_composite"),
        ("segments", [{"key": "a", "name": "A", "duration": 5, "gap_after": None}], "segments[0].gap_after", "not_composite"),
        ("segments", {"a": 1}, "segments", "not_composite"),
        ("segments", None, "segments", "not_composite"),
        ("aliases", "Farbe", "aliases", "warning"),
        ("aliases", ["Farbe", 7], "aliases[1]", "warning"),
        ("policy", {"cancel_free_hours": "24"}, "policy.cancel_free_hours", "not_sold"),
        ("policy", {"cancel_fee": 50}, "policy.cancel_fee", "not_sold"),
        ("policy", ["free"], "policy", "not_sold"),
    ],
)  # fmt: skip
async def test_a_service_that_cannot_be_read_is_named_by_its_field(
    company: AnyStore, column: str, stored: Any, field: str, severity: str
) -> None:
    """And what the phone offers of it is safe: a block, or nothing; the other services are what they were."""
    found = await _written(company, "service", column, json.dumps(stored), id=COMPOSITE)
    told = {(finding.service_id, finding.field): finding.severity for finding in salon_findings(found)}
    assert told[COMPOSITE, field] is Severity(severity)
    offered = {service.id: service for service in sold(found).services}
    assert offered[COMPOSITE].active is (severity != "not_sold")
    assert offered[COMPOSITE].composite is (severity != "not_composite")
    assert [s for s in found.services if s.id != COMPOSITE] == [s for s in salon().services if s.id != COMPOSITE]


@pytest.mark.parametrize(
    ("table", "column", "stored", "field", "where"),
    [
        ("company", "policy", {"max_moves": "three"}, "policy.max_moves", {"id": "salon-a"}),
        ("branch", "holidays_open", ["2026-13-06"], "holidays_open[0]", {"company_id": "salon-a"}),
        ("staff", "aliases", [None], "staff[anna].aliases[0]", {"id": "anna"}),
        ("company_identity", "rules", ["strict"], "identity", {"company_id": "salon-a"}),
    ],
)
async def test_what_is_wrong_with_the_salon_itself_is_named_and_the_usual_holds(
    company: AnyStore, table: str, column: str, stored: Any, field: str, where: dict[str, str]
) -> None:
    await company.configure(lambda c: catalog_writer.set_identity(c, "salon-a", {"code_for_fees": True}))
    found = await _written(company, table, column, json.dumps(stored), **where)
    assert field in {finding.field for finding in salon_findings(found) if finding.service_id is None}
    assert found.services == salon().services
    if column == "policy":
        assert found.policy == Policy()
    if column == "holidays_open":
        assert found.holidays_open == frozenset[date]()


async def test_text_that_is_no_json_at_all_is_told_like_the_rest(company: AnyStore) -> None:
    """SQLite takes any text where a column holds JSON."""
    if company.__class__.__name__ == "PostgresStore":
        pytest.skip("PostgreSQL refuses it")
    found = await _written(company, "service", "segments", "[{", id=COMPOSITE)
    assert "segments" in {finding.field for finding in salon_findings(found)}

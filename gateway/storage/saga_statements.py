"""Statements of the second calendar, built once at import; each names its company as those of `statements` do."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, text, union_all
from sqlmodel import UTCDateTime

from gateway.storage import saga_tables as rows
from gateway.storage import tables
from gateway.storage.statements import PHASE, among, ours, table

COMPANY: Final = table(tables.Company)
SAGA: Final = table(rows.SagaRow)
STEP: Final = table(rows.SagaStepRow)
OUTBOX: Final = table(rows.Outbox)
INBOX: Final = table(rows.WebhookInbox)
SETUP: Final = table(rows.CalcomSetup)
ACCOUNT: Final = table(rows.CalcomAccount)
EVENT_MAP: Final = table(rows.CalcomEventMap)
BUSY_MIRROR: Final = table(rows.CalcomBusy)

_p, _b = PHASE.c, BUSY_MIRROR.c
_start, _end = bindparam("start", type_=UTCDateTime()), bindparam("end", type_=UTCDateTime())
# One statement for both: what is booked here, and what stands in the other calendar. Unordered, because a sort would
# keep either index from answering by itself.
BUSY: Final = union_all(
    select(_p.staff_id, _p.starts_at, _p.ends_at).where(
        ours(PHASE),
        among(PHASE, "staff_id", "staff_ids"),
        # As text: rendered as `blocks = 1` it would not match the condition of SQLite's partial index.
        text("appointment_phase.blocks"),
        # A phase lasts a day at most (the database sees to it): what started earlier cannot reach the window.
        _p.starts_at > bindparam("day_before", type_=UTCDateTime()),
        _p.starts_at < _end,
        _p.ends_at > _start,
    ),
    select(_b.staff_id, _b.starts_at, _b.ends_at).where(
        ours(BUSY_MIRROR), among(BUSY_MIRROR, "staff_id", "staff_ids"), _b.ends_at > _start, _b.starts_at < _end
    ),
)

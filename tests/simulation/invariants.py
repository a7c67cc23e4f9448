"""I1-I11 checked from outside: database rows, the simulated Cal.com's state, and every answer that was ever said.

Nothing here calls the code it judges: the rows are read by SQL of its own.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from gateway.calcom.model import META_REF, META_SEGMENT
from tests.simulation.salon import COMPOSITE, SIMPLE

if TYPE_CHECKING:
    from tests.simulation.memory import Memory
    from tests.simulation.world import Simulation

BLOCKING: Final = ("held", "scheduled", "confirmed", "in_progress", "paused", "compensating")
CONFIRMED: Final = ("confirmed", "in_progress", "paused", "completed", "scheduled")
FREE_HOURS: Final = 24
FEE_PERCENT: Final = 50
PRICES: Final = {SIMPLE.id: SIMPLE.price_cents, COMPOSITE.id: COMPOSITE.price_cents}
TRANSIENT: Final = ("unavailable", "locked")
"""Said when nothing could be decided; not recorded, so the next try may get another answer."""
PROMISES: Final = ("booked", "already_booked", "rescheduled", "unchanged")


@dataclass(frozen=True, slots=True)
class Violation:
    """What broke, and how."""

    invariant: str
    text: str
    error: BaseException | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer that reached a caller."""

    company_id: str
    call_id: str
    key: str
    tool: str
    fingerprint: str
    body: bytes
    facts: dict[str, Any]
    at: datetime

    @property
    def status(self) -> str:
        return str(self.facts["status"])


@dataclass(slots=True)
class Row:
    """One appointment as it stands in the database."""

    company_id: str
    id: str
    status: str
    service_id: str
    start: datetime
    end: datetime
    phases: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """One phase."""

    staff_id: str
    start: datetime
    end: datetime
    works: bool
    blocks: bool
    segment: int
    key: str
    uid: str | None


def instant(text: str) -> datetime:
    """SQLite's text as an aware instant."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# -- after every step ------------------------------------------------------------------------------------------------


def stepwise(simulation: Simulation) -> list[Violation]:
    """I1 and I7, and that no version went back (I9), after each commit."""
    memory = simulation.memory
    touched = memory.touched()
    # What no row of was changed is as it was found the last time.
    found = _overlaps(memory) if {table for _, table in touched} & {"appointment", "appointment_phase"} else []
    companies = {company for company, _ in touched}
    if memory.company not in (None, *companies) and companies or len(companies) > 1:
        found.append(Violation("I7", f"a transaction of {memory.company} touched rows of {sorted(companies)}"))
    for table, row_id in memory.shrunk():
        found.append(Violation("I9", f"{table} {row_id} went back"))
    return found


def _overlaps(memory: Memory) -> list[Violation]:
    """I1: nobody twice at one time, and whatever is held or confirmed does block."""
    found: list[Violation] = []
    rows = memory.rows(
        "SELECT company_id, staff_id, starts_at, ends_at, appointment_id FROM appointment_phase WHERE blocks "
        "ORDER BY company_id, staff_id, starts_at"
    )
    for one, other in itertools.pairwise(rows):
        if one[:2] == other[:2] and other[2] < one[3]:
            found.append(Violation("I1", f"{one[1]} twice: {one[2:]} and {other[2:]}"))
    open_times = memory.rows(
        "SELECT a.id, a.status FROM appointment a JOIN appointment_phase p ON p.company_id = a.company_id "
        "AND p.appointment_id = a.id WHERE a.status IN ('held', 'confirmed', 'compensating') AND p.staff_required "
        "AND NOT p.blocks LIMIT 1"
    )
    found += [Violation("I1", f"{row[0][-6:]} is {row[1]} and does not block") for row in open_times]
    return found


def spoken(simulation: Simulation, said: Said) -> list[Violation]:
    """I4 at the instant of speaking: what is called booked stands in the store, confirmed."""
    found: list[Violation] = []
    if said.status in PROMISES and "appointment_id" in said.facts:
        row = simulation.memory.rows(
            "SELECT status FROM appointment WHERE company_id = ? AND id = ?",
            said.company_id,
            said.facts["appointment_id"],
        )
        ended = _cancelled_by(simulation, said.company_id, said.facts["appointment_id"])
        if not row or row[0][0] not in CONFIRMED and not ended:
            found.append(
                Violation("I4", f"{said.tool} said {said.status} while it is {row[0][0] if row else 'nowhere'}")
            )
    if said.status == "cancelled":
        row = simulation.memory.rows(
            "SELECT status FROM appointment WHERE company_id = ? AND id = ?",
            said.company_id,
            said.facts["appointment_id"],
        )
        if not row or row[0][0] not in ("cancelled", "compensating", "failed"):
            found.append(Violation("I4", f"said cancelled while it is {row[0][0] if row else 'nowhere'}"))
    return found


# -- at rest ---------------------------------------------------------------------------------------------------------


def unrest(simulation: Simulation) -> str:
    """What is not at rest yet, in a line; empty when nothing is."""
    rows = simulation.memory.rows
    live = rows(
        "SELECT id, kind, state, reason, company_id, appointment_id FROM saga WHERE state IN ('running', 'compensating')"
    )
    if live := [row for row in live if row[2] == "running" or not _excused(simulation, row[4], row[5])]:
        return f"sagas {live}"
    held = rows("SELECT id, status FROM appointment WHERE status IN ('held', 'compensating')")
    if held:
        return f"appointments {held}"
    inbox = rows("SELECT count(*) FROM webhook_inbox WHERE applied_at IS NULL")[0][0]
    if inbox:
        return f"{inbox} deliveries not applied"
    started = rows("SELECT call_id, key FROM tool_call WHERE status = 'started'")
    if started:
        return f"answers without an end: {started}"
    return ""


def final(simulation: Simulation) -> list[Violation]:
    """Everything that has to hold once nothing is under way."""
    appointments = _appointments(simulation)
    return [
        *stepwise(simulation),
        *_overlaps(simulation.memory),
        *_remote(simulation, appointments),
        *_promises(simulation, appointments),
        *_answers(simulation),
        *_sagas(simulation),
        *_inbox(simulation),
        *_fees(simulation, appointments),
        *_whole(simulation, appointments),
    ]


def _appointments(simulation: Simulation) -> dict[tuple[str, str], Row]:
    found: dict[tuple[str, str], Row] = {}
    for company_id, row_id, status, service_id, start, end in simulation.memory.rows(
        "SELECT company_id, id, status, service_id, starts_at, ends_at FROM appointment"
    ):
        found[company_id, row_id] = Row(company_id, row_id, status, service_id, instant(start), instant(end))
    for row in simulation.memory.rows(
        "SELECT company_id, appointment_id, staff_id, starts_at, ends_at, staff_required, blocks, segment, key, remote_uid "
        "FROM appointment_phase ORDER BY seq"
    ):
        part = Part(row[2], instant(row[3]), instant(row[4]), bool(row[5]), bool(row[6]), row[7], row[8], row[9])
        found[row[0], row[1]].phases.append(part)
    return found


def _remote(simulation: Simulation, appointments: dict[tuple[str, str], Row]) -> list[Violation]:
    """I2, I3, I6: over there stands exactly what is confirmed here, segment by segment, and nothing else of ours."""
    found: list[Violation] = []
    now = simulation.clock.now()
    host_of = {host: key for key, host in simulation.made.hosts.items()}
    wanted: dict[str, tuple[Row, Part]] = {}
    for row in appointments.values():
        for part in row.phases:
            if part.works and row.status in CONFIRMED:
                if part.uid is None:
                    if not _excused(simulation, row.company_id, row.id):
                        found.append(
                            Violation("I3", f"{row.id[-6:]} segment {part.segment} is confirmed without a booking")
                        )
                elif part.uid in wanted:
                    found.append(Violation("I2", f"two segments share {part.uid[:6]}"))
                else:
                    wanted[part.uid] = (row, part)
    active = {booking.uid: booking for booking in simulation.bookings()}
    for uid, (row, part) in wanted.items():
        booking = active.get(uid)
        if booking is None:
            if not _excused(simulation, row.company_id, row.id):
                found.append(Violation("I3", f"{row.id[-6:]} segment {part.segment}: {uid[:6]} is not active"))
        elif (
            (booking.start, booking.end) != (part.start, part.end)
            or host_of[booking.host_id]
            != (
                row.company_id,
                part.staff_id,
            )
        ) and not _excused(simulation, row.company_id, row.id):
            found.append(Violation("I3", f"{row.id[-6:]} segment {part.segment}: the booking is another one"))
    busy = {
        row[0]: row for row in simulation.memory.rows("SELECT uid, staff_id, starts_at, ends_at, kind FROM calcom_busy")
    }
    for uid, booking in active.items():
        if META_REF in booking.metadata and uid not in wanted:
            owner = appointments.get((host_of[booking.host_id][0], booking.metadata[META_REF].rpartition("-")[0]))
            if owner is None and simulation.human_acted and uid in busy:
                continue  # of no row here: closed off and told, for cancelling it would be a guess
            if owner is not None and _excused(simulation, owner.company_id, owner.id):
                continue
            label = f"{booking.metadata[META_REF][-8:]} {booking.metadata[META_SEGMENT]} {booking.start:%d. %H:%M}"
            found.append(Violation("I2", f"orphan over there: {label} ({uid[:6]})"))
    for uid, booking in () if simulation.plan.alone else active.items():
        if META_REF not in booking.metadata and booking.end > now and uid not in busy:
            found.append(Violation("I2", f"a booking made elsewhere is not known here ({uid[:6]})"))
    for uid, row in busy.items():
        if uid not in active and instant(row[3]) > now:
            found.append(Violation("I2", f"a booking that is gone still closes the calendar: {row[4]} {uid[:6]}"))
    return found


def _excused(simulation: Simulation, company_id: str, appointment_id: str) -> bool:
    """Somebody meddled over there, and a person was told about this appointment: then only a person can decide, and
    neither side may guess. (What cannot be taken back because somebody took the time in between is tried for ever.)"""
    told = simulation.memory.rows(
        "SELECT 1 FROM outbox WHERE company_id = ? AND topic IN "
        "('calendar_conflict', 'cannot_restore', 'moved_elsewhere', 'saga_needs_a_person') AND payload LIKE ?",
        company_id,
        f"%{appointment_id}%",
    )
    return (simulation.human_acted or simulation.weather.humans > 0) and bool(told)


def _promises(simulation: Simulation, appointments: dict[tuple[str, str], Row]) -> list[Violation]:
    """I4: whatever was called booked is, unless a cancel is on record; whatever was called moved is there."""
    found: list[Violation] = []
    for said in simulation.said:
        if said.status in PROMISES and "appointment_id" in said.facts:
            row = appointments.get((said.company_id, said.facts["appointment_id"]))
            cancelled = row is not None and _cancelled_by(simulation, row.company_id, row.id)
            if row is None or row.status not in CONFIRMED and not cancelled:
                found.append(
                    Violation("I4", f"{said.tool} said {said.status}; it is {row.status if row else 'nowhere'}")
                )
            elif row.start != datetime.fromisoformat(said.facts["start"]) and not _moved_after(simulation, row, said):
                found.append(Violation("I4", f"{said.tool} said {said.facts['start']}; it is at {row.start}"))
        if said.status == "cancelled":
            row = appointments.get((said.company_id, said.facts["appointment_id"]))
            if row is None or row.status not in ("cancelled", "failed"):
                found.append(Violation("I4", f"said cancelled; it is {row.status if row else 'nowhere'}"))
    return found


def _cancelled_by(simulation: Simulation, company_id: str, appointment_id: str) -> bool:
    return bool(
        simulation.memory.rows(
            "SELECT 1 FROM appointment_modification WHERE company_id = ? AND appointment_id = ? AND kind = 'cancel'",
            company_id,
            appointment_id,
        )
    )


def _moved_after(simulation: Simulation, row: Row, said: Said) -> bool:
    """A recorded move leads away from what was said."""
    moves = simulation.memory.rows(
        "SELECT old_start FROM appointment_modification WHERE company_id = ? AND appointment_id = ? AND kind = 'reschedule'",
        row.company_id,
        row.id,
    )
    return datetime.fromisoformat(said.facts["start"]) in {instant(move[0]) for move in moves}


def _answers(simulation: Simulation) -> list[Violation]:
    """I5: one request key, one answer; and no more than one appointment."""
    found: list[Violation] = []
    recorded: dict[tuple[str, str, str], bytes] = {
        (row[0], row[1], row[2]): bytes(row[3])
        for row in simulation.memory.rows("SELECT company_id, call_id, key, answer FROM tool_call")
    }
    by_key: dict[tuple[str, str, str], set[bytes]] = defaultdict(set)
    for said in simulation.said:
        if said.key.startswith("h:") or said.status in TRANSIENT:
            continue
        by_key[said.company_id, said.call_id, said.key].add(said.body)
    for key, bodies in by_key.items():
        kept = recorded.get(key)
        # Questions back (no date, no such service) are not recorded in these schedules' writes unless in a transaction.
        if kept is not None and bodies - {kept}:
            words = sorted(json.loads(body)["status"] for body in bodies | {kept})
            found.append(Violation("I5", f"{key[1]} {key[2]} heard {words}"))
        elif len(bodies) > 1:
            found.append(Violation("I5", f"{key[1]} {key[2]} heard {len(bodies)} answers"))
    doubles = simulation.memory.rows(
        "SELECT company_id, customer_id, service_id, starts_at, count(*) FROM appointment "
        "WHERE status IN ('held', 'scheduled', 'confirmed', 'in_progress', 'paused') GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
    )
    found += [Violation("I5", f"one person twice for the same: {row}") for row in doubles]
    effects = simulation.memory.rows(
        "SELECT t.company_id, t.call_id, t.key, count(DISTINCT s.appointment_id) FROM tool_call t JOIN saga s "
        "ON s.company_id = t.company_id AND s.call_id = t.call_id AND s.answer_key = t.key GROUP BY 1, 2, 3 "
        "HAVING count(DISTINCT s.appointment_id) > 1"
    )
    found += [Violation("I5", f"one key, several appointments: {row}") for row in effects]
    return found


def _sagas(simulation: Simulation) -> list[Violation]:
    """I8 and I5: every saga ended, and what was said of it is how it ended."""
    found: list[Violation] = []
    for state, kind, status, body, answers, reason in simulation.memory.rows(
        "SELECT s.state, s.kind, t.status, t.answer, s.answers, s.reason FROM saga s JOIN tool_call t "
        "ON t.company_id = s.company_id AND t.call_id = s.call_id AND t.key = s.answer_key"
    ):
        ends = json.loads(answers)
        said = bytes(body).decode()
        if state == "done" and said in (ends["taken"], ends["failed"]):
            found.append(Violation("I4", f"a {kind} that was called off ({status}) was done after all"))
        if state == "failed" and said == ends["done"]:
            found.append(Violation("I4", f"a {kind} that was promised failed ({reason})"))
    unrecorded = simulation.memory.rows(
        "SELECT s.id FROM saga s WHERE s.state = 'failed' AND s.kind = 'book' AND s.reason NOT IN ('withdrawn', 'deadline') "
        "AND s.answer_key IS NOT NULL AND EXISTS (SELECT 1 FROM tool_call t WHERE t.company_id = s.company_id AND "
        "t.call_id = s.call_id AND t.key = s.answer_key AND t.status = 'pending') AND NOT EXISTS "
        "(SELECT 1 FROM outbox o WHERE o.company_id = s.company_id AND o.dedupe_key = 'pending_failed:' || s.id)"
    )
    found += [Violation("I4", f"told pending, failed, and nobody rings back: {row}") for row in unrecorded]
    return found


def _inbox(simulation: Simulation) -> list[Violation]:
    """I10: one delivery is kept once (its key), one event changes an appointment at most once, and none that nobody made."""
    doubles = simulation.memory.rows(
        "SELECT company_id, appointment_id, kind, count(*) FROM appointment_modification WHERE evidence = 'calcom' "
        "AND kind = 'cancel' GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    found = [Violation("I10", f"one cancel over there, several here: {row}") for row in doubles]
    if not simulation.people_changed:
        made_up = simulation.memory.rows(
            "SELECT company_id, appointment_id, kind FROM appointment_modification WHERE evidence = 'calcom'"
        )
        found += [Violation("I10", f"a change over there that nobody made: {row}") for row in made_up]
    return found


def _fees(simulation: Simulation, appointments: dict[tuple[str, str], Row]) -> list[Violation]:
    """I11: whoever cancels pays at least what the latest change inside the paid window had to cost."""
    found: list[Violation] = []
    owed: dict[tuple[str, str], int] = defaultdict(int)
    paid: dict[tuple[str, str], int] = defaultdict(int)
    confirmed = {
        (row[0], row[1])
        for row in simulation.memory.rows(
            "SELECT company_id, appointment_id FROM saga WHERE kind = 'book' AND state = 'done'"
        )
    }
    for company_id, appointment_id, kind, at, old_start, fee, actor in simulation.memory.rows(
        "SELECT company_id, appointment_id, kind, at, old_start, fee_cents, actor FROM appointment_modification ORDER BY at, id"
    ):
        key = (company_id, appointment_id)
        if actor != "caller" or key not in confirmed:
            continue
        row = appointments[key]
        late = instant(old_start) - instant(at) < timedelta(hours=FREE_HOURS)
        if late:
            owed[key] = max(owed[key], (PRICES[row.service_id] * FEE_PERCENT + 50) // 100)
        paid[key] += fee
        if kind == "cancel" and paid[key] < owed[key]:
            found.append(Violation("I11", f"{appointment_id[-6:]} cancelled for {paid[key]}, owed {owed[key]}"))
    return found


def _whole(simulation: Simulation, appointments: dict[tuple[str, str], Row]) -> list[Violation]:
    """I6 and I1 here: a confirmed appointment has all its parts, an ended one keeps no time, no hold is left over."""
    found: list[Violation] = []
    live = set(
        simulation.memory.rows("SELECT company_id, appointment_id FROM saga WHERE state IN ('running', 'compensating')")
    )
    for row in appointments.values():
        works = [part for part in row.phases if part.works]
        if row.status in CONFIRMED and len(works) != (2 if row.service_id == COMPOSITE.id else 1):
            found.append(Violation("I6", f"{row.id[-6:]} has {len(works)} parts"))
        if row.status not in BLOCKING and any(part.blocks for part in row.phases):
            found.append(Violation("I6", f"{row.id[-6:]} is {row.status} and still keeps its time"))
        if (
            any(part.key.startswith("~") for part in row.phases)
            and (row.company_id, row.id) not in live
            and row.status in BLOCKING
        ):
            found.append(Violation("I6", f"{row.id[-6:]} keeps a hold of a move that has ended"))
    return found

"""What people and restored backups do to either side, for the reconciler's scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from gateway.calcom.model import META_ATTEMPT, META_REF, META_SEGMENT, META_TAG, BookingStatus, SegmentRef
from gateway.calcom.payloads import ref_tag
from gateway.calcom.simulated.world import BookingRow, Draft
from gateway.secretbox import derive
from tests.simulation.prepared import SECRET_KEY
from tests.simulation.salon import ALPHA, local

if TYPE_CHECKING:
    from tests.simulation.world import Simulation


def _ours(simulation: Simulation, *, active: bool = True) -> list[BookingRow]:
    """Our bookings over there by start; those that stand, or those that are cancelled."""
    rows = simulation.calcom.world.bookings()
    wanted = BookingStatus.ACCEPTED if active else BookingStatus.CANCELLED
    return sorted((r for r in rows if META_REF in r.metadata and r.status is wanted), key=lambda r: (r.start, r.id))


def human_cancels(simulation: Simulation) -> None:
    world, now, row = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    world.announce_cancel(row.uid, "krank", True, now)
    world.apply_cancel(row.uid, "krank", now)


def human_announces_cancel(simulation: Simulation) -> None:
    """Cal.com tells of a cancel before it does it; here the doing takes long."""
    world, now, row = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    world.announce_cancel(row.uid, "krank", True, now)


def human_has_cancelled(simulation: Simulation) -> None:
    world, now, row = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    world.apply_cancel(row.uid, "krank", now)


def human_moves(simulation: Simulation) -> None:
    world, now, row = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    world.insert(world.check_move(row.uid, local(1, 15 * 60), "krank", now), now)


def human_moves_onto_us(simulation: Simulation) -> None:
    """Onto the second half of another booking of ours: over there this needs the host's own insistence."""
    world, now = simulation.calcom.world, simulation.clock.now()
    row, other = _ours(simulation)[:2]
    event_type = world.types[row.event_type_id or 0]
    start = other.start + timedelta(minutes=15)
    end = start + (row.end - row.start)
    world.insert(Draft(event_type, start, end, row.attendee, row.metadata, row.responses, row.uid, "krank"), now)


def human_books(simulation: Simulation) -> None:
    host = simulation.made.hosts[ALPHA, "emma"]
    simulation.calcom.world.book_by_hand(host, local(1, 15 * 60), 30, simulation.clock.now())


def human_leaves(simulation: Simulation) -> None:
    world, now = simulation.calcom.world, simulation.clock.now()
    for row in [row for row in world.active() if META_REF not in row.metadata]:
        world.apply_cancel(row.uid, "krank", now)


def human_books_and_leaves(simulation: Simulation) -> None:
    human_books(simulation)


def human_books_and_vanishes(simulation: Simulation) -> None:
    human_books(simulation)


def theirs_vanishes(simulation: Simulation) -> None:
    world = simulation.calcom.world
    for row in [row for row in world.active() if META_REF not in row.metadata]:
        del world._history[row.uid]


def revives(simulation: Simulation) -> None:
    """What was cancelled stands again: a request that took effect later than anybody would believe."""
    for row in _ours(simulation, active=False):
        simulation.calcom.world._write(replace(row, status=BookingStatus.ACCEPTED), simulation.clock.now())


def forgets_here(simulation: Simulation) -> None:
    """An older backup: the row stands, and does not know the booking's name."""
    simulation.memory.raw.execute("UPDATE appointment_phase SET remote_uid = NULL")
    simulation.memory.touched()


def vanishes(simulation: Simulation) -> None:
    for row in _ours(simulation):
        del simulation.calcom.world._history[row.uid]


def forgets_on_both_sides(simulation: Simulation) -> None:
    forgets_here(simulation)
    vanishes(simulation)


def adds_orphan(simulation: Simulation) -> None:
    """A booking that bears our mark and that no row here knows: our database is older than Cal.com's."""
    world, now, like = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    mark = SegmentRef(f"{'f' * 32}-1", 0, 1)
    key = derive(SECRET_KEY, "calcom ref")
    metadata: dict[str, Any] = {META_REF: mark.ref, META_SEGMENT: mark.label, META_ATTEMPT: "1"}
    metadata[META_TAG] = ref_tag(key, ALPHA, mark)
    start = local(1, 16 * 60)
    end = start + (like.end - like.start)
    event_type = world.types[like.event_type_id or 0]
    world.insert(Draft(event_type, start, end, like.attendee, metadata, {}), now)


def changes_key(simulation: Simulation) -> None:
    users = simulation.calcom.world.users
    host = simulation.made.hosts[ALPHA, "emma"]
    users[host] = replace(users[host], key="cal_quite_another")


def loses_key(simulation: Simulation) -> None:
    simulation.memory.raw.execute("UPDATE calcom_account SET api_key = NULL WHERE staff_id = 'fabian'")
    simulation.memory.touched()


def moves_late(simulation: Simulation) -> None:
    """A move of ours that was taken back takes effect after all."""
    world, now, row = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    world.insert(world.check_move(row.uid, row.start + timedelta(minutes=30), "Verlegt", now), now)


def cancels_late(simulation: Simulation) -> None:
    world, now, row = simulation.calcom.world, simulation.clock.now(), _ours(simulation)[0]
    world.apply_cancel(row.uid, "Abgesagt", now)


def leaves_old_row(simulation: Simulation) -> None:
    """A closed time of long ago."""
    simulation.memory.raw.execute(
        "INSERT INTO calcom_busy (company_id, uid, staff_id, kind, starts_at, ends_at, seen_at, conflict) VALUES "
        "(?, 'longago', 'emma', 'foreign', '2026-09-01 08:00:00.000000', '2026-09-01 09:00:00.000000', "
        "'2026-09-01 08:00:00.000000', 0)",
        (ALPHA,),
    )
    simulation.memory.touched()


def _nothing(simulation: Simulation) -> None:
    return


AFTERWARDS: Final[dict[Callable[[Simulation], None], tuple[Callable[[Simulation], None], ...]]] = {
    human_books_and_leaves: (_nothing,) * 20 + (human_leaves,),
    human_books_and_vanishes: (_nothing,) * 20 + (theirs_vanishes,),
    human_announces_cancel: (_nothing, _nothing, human_has_cancelled),
}
"""What follows, every five seconds."""

"""What fits, with whom, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from gateway.booking.availability import Reason, assign, demand, fits, gap_starts, starts, stranded, why_not
from gateway.booking.free_time import Board, CalendarCache, fresh_board
from gateway.booking.model import Hours, Interval, PausePolicy, StaffMember
from gateway.booking.timeline import set_bits, without
from gateway.errors import InvalidPlan
from tests.unit.booking.salons import MONDAY, at, between, board, composite, held_by_others, hours, salon, simple

TUESDAY = date(2025, 10, 21)
SATURDAY = date(2025, 10, 25)


def times(board: Board, bits: int, day: date = MONDAY) -> list[str]:
    """The starts of one day as clock times."""
    local = [board.window.instant(t).astimezone(board.salon.tz) for t in set_bits(bits)]
    return [f"{start:%H:%M}" for start in local if start.date() == day]


def test_a_day_without_bookings_offers_every_five_minutes_until_it_no_longer_fits() -> None:
    """From opening to closing minus the service."""
    shop = salon(simple(60))
    found = times(board(shop), starts(board(shop), shop.services[0]).bits)
    assert (found[0], found[1], found[-1], len(found)) == ("09:00", "09:05", "18:00", 109)


# -- the four gap policies: who may use 10:00-10:45 of a composite that begins at 9:30 (30 + gap 45 + 15) -----------

GAP_POLICIES = [
    # policy, buffer, what of 20 minutes fits into the gap
    (PausePolicy.FREE, 5, ["10:00", "10:05", "10:10", "10:15", "10:20", "10:25"]),
    (PausePolicy.FLEXIBLE, 5, ["10:05", "10:10", "10:15", "10:20"]),  # five minutes stay at either end
    (PausePolicy.FLEXIBLE, 10, ["10:10", "10:15"]),
    (PausePolicy.FLEXIBLE, 0, ["10:00", "10:05", "10:10", "10:15", "10:20", "10:25"]),  # no buffer: as free
    (PausePolicy.FLEXIBLE, 25, []),  # two buffers eat the gap: as blocked
    (PausePolicy.BLOCKED, 5, []),
    (PausePolicy.NEVER, 5, []),
]


@pytest.mark.parametrize(("policy", "buffer", "expected"), GAP_POLICIES)
def test_the_policy_decides_who_may_use_the_gap(policy: PausePolicy, buffer: int, expected: Sequence[str]) -> None:
    """A second customer gets what the first one's gap leaves, and nothing that a segment needs."""
    colour = composite(30, 45, 15, pause_policy=policy, gap_buffer_minutes=buffer)
    shop = salon(colour, simple(20))
    booked = fits(board(shop), colour, "emma", at("09:30"))
    assert booked is not None
    busy = [Interval(phase.start, phase.end) for phase in booked.phases if phase.blocks]
    later = board(shop, {"emma": busy})
    found = times(later, starts(later, shop.services[1]).bits)
    assert [time for time in found if "09:30" <= time < "11:00"] == expected
    assert "09:10" in found and "09:15" not in found and "11:00" in found


@pytest.mark.parametrize(("policy", "buffer", "expected"), GAP_POLICIES)
def test_the_policy_decides_what_the_composite_itself_needs(
    policy: PausePolicy, buffer: int, expected: Sequence[str]
) -> None:
    """The other way round: a booking of 20 minutes at 10:05 allows a composite around it where the gap is released."""
    colour = composite(30, 45, 15, pause_policy=policy, gap_buffer_minutes=buffer)
    shop = salon(colour)
    taken = board(shop, {"emma": [between("10:05", "10:25")]})
    assert (fits(taken, colour, "emma", at("09:30")) is not None) == ("10:05" in expected)


def test_gap_and_segments_have_their_exact_phases() -> None:
    """A flexible gap is bound, free, bound; the last phase ends with the appointment."""
    colour = composite(30, 45, 15, 0, 30, pause_policy=PausePolicy.FLEXIBLE)
    shop = salon(colour)
    found = fits(board(shop), colour, None, at("10:00"))
    assert found is not None
    assert [(p.key, (p.start - found.start) // timedelta(minutes=1), p.blocks) for p in found.phases] == [
        ("A", 0, True), ("A-gap-before", 30, True), ("A-gap", 35, False), ("A-gap-after", 70, True), ("B", 75, True),
        ("C", 90, True),
    ]  # fmt: skip
    assert (found.end, found.staff, found.staff_ids) == (at("12:00"), ("emma",) * 3, ("emma",))


def test_lengths_off_the_grid_take_every_grain_they_touch() -> None:
    """22 minutes before a booking at 10:00 must begin by 9:35."""
    shop = salon(simple(22))
    taken = board(shop, {"emma": [between("10:00", "11:01")]})
    found = times(taken, starts(taken, shop.services[0]).bits)
    assert [time for time in found if "09:30" <= time <= "11:10"] == ["09:30", "09:35", "11:05", "11:10"]


def test_the_whole_span_lies_in_opening_hours_even_where_nobody_is_bound() -> None:
    """The customer waits inside: a free gap does not reach over the lunch break."""
    for same_staff in (True, False):
        both = ["emma", "fabian"]
        colour = composite(30, 60, 30, staff=both, pause_policy=PausePolicy.FREE, same_staff=same_staff)
        lunch = salon(colour, staff=both, opening=hours((9, 12), (13, 19)))
        found = times(board(lunch), starts(board(lunch), colour).bits)
        assert [time for time in found if "09:55" <= time <= "13:05"] == ["09:55", "10:00", "13:00", "13:05"]


def test_lead_time_and_horizon_bound_the_search() -> None:
    """Sixty minutes from 9:58 are over at 11:00; the last day is today + horizon, to its last start."""
    shop = salon(simple(60), lead_minutes=60, horizon_days=1)
    here = board(shop, now=at("09:58"))
    found = starts(here, shop.services[0]).bits
    assert times(here, found)[0] == "11:00"
    assert times(here, found, TUESDAY)[-1] == "18:00"
    assert times(here, found, date(2025, 10, 22)) == []
    exactly = board(shop, now=at("10:00"))
    assert times(exactly, starts(exactly, shop.services[0]).bits)[0] == "11:00"


def test_other_calls_holds_block_and_ones_own_do_not() -> None:
    """What `held` names is gone; a board made without it has it."""
    shop = salon(simple(60))
    held = held_by_others({"emma": [between("09:00", "18:05")], "stranger": [between("09:00", "10:00")]}, at("07:00"))
    assert times(board(shop, held=held), starts(board(shop, held=held), shop.services[0]).bits) == []
    assert fits(board(shop), shop.services[0], "emma", at("09:00")) is not None


def test_people_have_their_own_durations() -> None:
    """The faster one fits where the slower one does not, and the appointment is as long as theirs."""
    cut = simple(60, ["emma", "fabian"], staff_minutes={"fabian": 30})
    shop = salon(cut, staff=["emma", "fabian"])
    late = fits(board(shop), cut, None, at("18:30"))
    assert late is not None
    assert (late.staff, late.end) == (("fabian",), at("19:00"))
    assert fits(board(shop), cut, "emma", at("18:30")) is None


def test_only_those_who_do_the_service_and_are_wanted_are_asked() -> None:
    """Not an unskilled colleague, not an excluded one, not a stranger."""
    cut = simple(60, ["emma", "fabian"])
    shop = salon(cut, staff=["emma", "fabian", "oliver"])
    here = board(shop)
    assert set(starts(here, cut).by_staff) == {"emma", "fabian"}
    assert fits(here, cut, "oliver", at("10:00")) is None
    assert fits(here, cut, "nobody", at("10:00")) is None
    assert starts(here, cut, excluded=["emma", "fabian"]).bits == 0
    chosen = assign(here, cut, at("10:00"), excluded=["emma"])
    assert chosen is not None and chosen.staff == ("fabian",)


def test_parts_go_to_different_people_only_where_the_service_allows_it() -> None:
    """Emma is free for the first part only, Fabian for the second only."""
    busy = {"emma": [between("11:00", "19:00")], "fabian": [between("09:00", "11:00"), between("12:00", "19:00")]}
    for same_staff, expected in ((True, None), (False, ("emma", "fabian"))):
        colour = composite(60, 0, 60, staff=["emma", "fabian"], same_staff=same_staff)
        shop = salon(colour, staff=["emma", "fabian"])
        found = fits(board(shop, busy), colour, None, at("10:00"))
        assert (found.staff if found else None) == expected
        assert fits(board(shop, busy), colour, "emma", at("10:00")) is None


def test_one_person_does_everything_where_possible() -> None:
    """Even when somebody preferred could do a part of it."""
    colour = composite(60, 0, 60, staff=["emma", "fabian"], same_staff=False)
    shop = salon(colour, staff=["emma", "fabian"])
    here = board(shop, {"emma": [between("11:00", "11:30")]})
    found = assign(here, colour, at("10:00"), preferred=["emma"])
    assert found is not None and found.staff == ("fabian", "fabian")


def test_a_blocked_gap_stays_with_whoever_did_the_segment_before() -> None:
    """The gap's phases name the same person as their segment."""
    colour = composite(60, 30, 60, staff=["emma", "fabian"], same_staff=False)
    shop = salon(colour, staff=["emma", "fabian"])
    busy = {"emma": [between("11:30", "19:00")], "fabian": [between("09:00", "11:30")]}
    found = fits(board(shop, busy), colour, None, at("10:00"))
    assert found is not None
    assert [(phase.key, phase.staff_id) for phase in found.phases] == [
        ("A", "emma"), ("A-gap", "emma"), ("B", "fabian"),
    ]  # fmt: skip
    gap_taken = {**busy, "emma": [between("11:10", "19:00")]}
    assert fits(board(shop, gap_taken), colour, None, at("10:00")) is None


def test_few_people_share_what_one_cannot_do() -> None:
    """Whoever can do most parts does them."""
    colour = composite(30, 0, 30, 0, 30, staff=["emma", "fabian", "oliver"], same_staff=False)
    shop = salon(colour, staff=["emma", "fabian", "oliver"])
    busy = {
        "emma": [between("10:30", "19:00")],
        "fabian": [between("09:00", "10:30"), between("11:00", "19:00")],
        "oliver": [between("09:00", "10:30")],
    }
    found = fits(board(shop, busy), colour, None, at("10:00"))
    assert found is not None and found.staff == ("emma", "oliver", "oliver")


def test_a_preferred_person_does_the_parts_they_can() -> None:
    """Oliver is asked for and free for the middle part only; Emma and Fabian share the rest."""
    colour = composite(30, 0, 30, 0, 30, staff=["emma", "fabian", "oliver"], same_staff=False)
    shop = salon(colour, staff=["emma", "fabian", "oliver"])
    busy = {
        "emma": [between("11:00", "19:00")],
        "fabian": [between("09:00", "11:00")],
        "oliver": [between("09:00", "10:30"), between("11:00", "19:00")],
    }
    found = assign(board(shop, busy), colour, at("10:00"), preferred=["oliver"])
    assert found is not None and found.staff == ("emma", "oliver", "fabian")


def test_anybody_means_the_preferred_then_the_one_whose_day_stays_whole() -> None:
    """10:00 leaves Emma ten useless minutes after her booking, and Fabian none."""
    cut = simple(60, ["emma", "fabian"])
    shop = salon(cut, simple(20, ["emma", "fabian"]), staff=["emma", "fabian"])
    here = board(shop, {"emma": [between("09:00", "09:50")]})
    chosen, wanted = assign(here, cut, at("10:00")), assign(here, cut, at("10:00"), preferred=["oliver", "emma"])
    assert chosen is not None and wanted is not None
    assert (chosen.staff, wanted.staff) == (("fabian",), ("emma",))


def test_of_people_with_equal_waste_the_one_with_the_gap_is_bound() -> None:
    """Emma's whole day is free, Fabian has twenty minutes between two customers."""
    beard = simple(20, ["emma", "fabian"])
    shop = salon(composite(30, 45, 15, pause_policy=PausePolicy.FREE), beard, staff=["emma", "fabian"])
    here = board(shop, {"fabian": [between("09:00", "10:00"), between("10:20", "12:00")]})
    found = assign(here, beard, at("10:00"))
    assert found is not None and found.staff == ("fabian",)


def test_the_shortest_service_is_each_persons_own() -> None:
    """In their own duration, and of what they do; somebody who does nothing strands nothing."""
    services = (
        simple(60, ["emma", "fabian"], staff_minutes={"fabian": 45}), simple(20, ["emma"]), simple(5, ["emma"], active=False),
    )  # fmt: skip
    shop = salon(*services, staff=["emma", "fabian", "oliver"])
    assert board(shop).rota.shortest == {"emma": 4, "fabian": 9, "oliver": 1}


def test_time_that_can_no_longer_be_booked_is_not_worth_sparing() -> None:
    """At 9:50 a start at ten strands ten minutes; at seven they are part of a long morning, at ten they are gone."""
    cut = simple(60)
    shop = salon(cut, simple(20))
    for now, waste in ((at("07:00"), 0), (at("09:50"), 2), (at("10:00"), 0)):
        here = board(shop, now=now)
        assert stranded(here, "emma", demand(cut), here.window.grain_at(at("10:00")) or 0) == waste


def test_stranded_time_is_what_is_too_short_for_the_shortest_service() -> None:
    """Counted in grains, on both sides, against what was stranded before; filling a scrap earns."""
    cut, beard = simple(60), simple(20)
    shop = salon(cut, beard)
    need = demand(cut)
    here = board(shop, {"emma": [between("09:00", "09:50"), between("11:15", "12:00"), between("12:15", "18:00")]})

    def at_time(clock: str) -> int:
        grain = here.window.grain_at(at(clock))
        assert grain is not None
        return stranded(here, "emma", need, grain)

    assert [at_time(clock) for clock in ("09:50", "09:55", "10:00", "10:10", "10:15")] == [0, 1, 5, 1, 0]
    grain = here.window.grain_at(at("12:00")) or 0
    assert stranded(here, "emma", demand(simple(15)), grain) == -3


def test_a_gap_lies_between_bookings_and_is_no_longer_than_the_salons_gaps() -> None:
    """45 minutes between two bookings are a gap; before the first one and over lunch they are not."""
    colour = composite(30, 45, 15, pause_policy=PausePolicy.FREE)
    shop = salon(colour, simple(20), opening=hours((9, 12), (13, 19)))
    busy = [between("09:30", "10:00"), between("10:45", "11:30"), between("13:45", "14:00"), between("15:00", "19:00")]
    here = board(shop, {"emma": busy})
    assert times(here, gap_starts(here, "emma", demand(simple(20)))) == [
        "10:00", "10:05", "10:10", "10:15", "10:20", "10:25",
    ]  # fmt: skip


def test_a_broken_composite_is_never_searched_as_one() -> None:
    """One segment is no composite: InvalidPlan, not a wrong time."""
    broken = composite(30)
    with pytest.raises(InvalidPlan):
        starts(board(salon(broken)), broken)


def test_a_moved_appointment_does_not_stand_in_its_own_way() -> None:
    """Its own phases are taken out of the busy time, and nobody else's."""
    cut = simple(60)
    shop = salon(cut)
    mine, other = between("10:00", "11:00"), between("11:00", "12:00")
    here = board(shop, {"emma": without([mine, other], [mine])})
    assert fits(here, cut, "emma", at("10:00")) is not None
    assert fits(here, cut, "emma", at("10:05")) is None


# -- why not -------------------------------------------------------------------------------------------------------

SHOP = salon(
    simple(60),
    staff=[StaffMember("emma", "Emma", absences=(between("09:00", "12:00"),))],
    lead_minutes=60,
    opening=Hours(dict.fromkeys(range(5), ((540, 1140),)), {TUESDAY: ()}),
)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (at("07:59"), Reason.PAST),
        (at("08:00"), Reason.TOO_SOON),
        (at("08:59"), Reason.TOO_SOON),
        (at("12:00", MONDAY + timedelta(days=15)), Reason.BEYOND_HORIZON),
        (at("12:00", MONDAY + timedelta(days=150)), Reason.BEYOND_HORIZON),
        (at("12:02"), Reason.OFF_GRID),
        (at("12:00", TUESDAY), Reason.CLOSED_DAY),  # an exception
        (at("12:00", SATURDAY), Reason.CLOSED_DAY),
        (at("19:00"), Reason.OUTSIDE_HOURS),
        (at("18:05"), Reason.DOES_NOT_FIT_BEFORE_CLOSING),
        (at("11:55"), Reason.STAFF_ABSENT),
        (at("13:30"), Reason.TAKEN),
        (at("12:00"), None),
        (at("18:00"), None),
        (at("18:00", MONDAY + timedelta(days=14)), None),
    ],
)
def test_the_reason_says_what_to_change(start: datetime, reason: Reason | None) -> None:
    """The first that applies; none where the service fits."""
    here = board(SHOP, {"emma": [between("14:00", "15:00")]}, now=at("08:00"))
    assert why_not(here, SHOP.services[0], None, start) == reason


def test_a_service_nobody_wanted_does_is_a_matter_of_staff() -> None:
    """No eligible person: absent, not taken."""
    assert why_not(board(SHOP), SHOP.services[0], ["oliver"], at("13:00")) is Reason.STAFF_ABSENT


# -- the cache -----------------------------------------------------------------------------------------------------


def test_a_new_version_of_one_calendar_asks_for_that_one_only() -> None:
    """The others are still known; the board follows the version it is asked for."""
    shop = salon(simple(60, ["emma", "fabian"]), staff=["emma", "fabian"])
    cache, now = CalendarCache(), at("07:00")
    window = board(shop).window
    cache.learn(shop, window, {"emma": 1, "fabian": 1}, {})
    assert cache.missing(shop, window, {"emma": 2, "fabian": 1}) == ("emma",)
    cache.learn(shop, window, {"emma": 2}, {"emma": [between("09:00", "19:00")]})
    for version, free in ((1, True), (2, False)):
        here = cache.board(shop, now, {"emma": version, "fabian": 1})
        assert (fits(here, shop.services[0], "emma", at("10:00")) is not None) is free


def test_a_new_configuration_or_a_new_day_starts_afresh() -> None:
    """Yesterday's bits and last week's opening hours answer nothing."""
    shop, later = salon(simple(60)), salon(simple(60), config_version=1, opening=hours((12, 13)))
    cache, versions = CalendarCache(), {"emma": 1}
    cache.learn(shop, board(shop).window, versions, {})
    assert cache.missing(later, board(later).window, versions) == ("emma",)
    assert cache.missing(shop, board(shop, now=at("07:00", TUESDAY)).window, versions) == ("emma",)
    cache.learn(later, board(later).window, versions, {})
    here = cache.board(later, at("07:00"), versions)
    assert times(here, starts(here, later.services[0]).bits) == ["12:00"]


def test_the_cache_forgets_the_least_recently_used() -> None:
    """Its size is bounded; who is unknown is not on the board and so never offered."""
    shop = salon(simple(60, ["emma", "fabian"]), staff=["emma", "fabian"])
    cache, window = CalendarCache(calendars=1), board(shop).window
    versions = {"emma": 1, "fabian": 1}
    cache.learn(shop, window, versions, {})
    assert cache.missing(shop, window, versions) == ("emma",)
    assert set(starts(cache.board(shop, at("07:00"), versions), shop.services[0]).by_staff) == {"fabian"}


def test_what_is_used_is_kept() -> None:
    """Asking for Emma makes Fabian the one to forget."""
    shop = salon(staff=["emma", "fabian", "oliver"])
    cache, window = CalendarCache(calendars=2), board(shop).window
    cache.learn(shop, window, {"emma": 1, "fabian": 1}, {})
    assert cache.missing(shop, window, {"emma": 1}) == ()
    cache.learn(shop, window, {"oliver": 1}, {})
    assert cache.missing(shop, window, {"emma": 1, "fabian": 1, "oliver": 1}) == ("fabian",)


def test_a_board_of_some_people_knows_only_those() -> None:
    """Inside a booking's transaction only the people concerned are read."""
    shop = salon(simple(60, ["emma", "fabian"]), staff=["emma", "fabian"])
    here = fresh_board(shop, at("07:00"), {"fabian": ()})
    assert set(starts(here, shop.services[0]).by_staff) == {"fabian"}

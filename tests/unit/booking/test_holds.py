"""For how long, for whom and how much of the calendar is kept while callers make up their minds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.booking.boards import OfferBoard
from gateway.booking.holds import HOLD_TTL, OFFER_MEMORY, HoldBook
from gateway.booking.model import Interval, PausePolicy
from gateway.booking.offers import Offer, Why, Wish, rank
from gateway.booking.timeline import GRAIN, HeldTimes
from tests.unit.booking.salons import at, between, board, composite, held_by_others, held_grains, salon, simple

NOW = at("07:00")
CUT, BEARD = simple(60, ["emma", "fabian"]), simple(20, ["emma", "fabian"])
SHOP = salon(CUT, BEARD, staff=["emma", "fabian"])
FREE = board(SHOP)


def offered(wish: Wish, limit: int = 3) -> tuple[Offer, ...]:
    return rank(FREE, CUT, wish, staff_ids=["emma"], limit=limit)


FOURTEEN = offered(Wish.at(at("14:00")), 1)
TEN = offered(Wish.at(at("10:00")), 1)


class Book(HoldBook):
    """A book for calls that have a number of their own each, unless told otherwise."""

    async def keep(
        self, call: str, offers: Sequence[Offer], now: datetime = NOW, *, line: str = "", most: int = 3
    ) -> None:
        await self.place("acme", call, offers, now, line=line or call, most=most)

    async def kept(self, call: str, now: datetime = NOW, company: str = "acme") -> dict[str, set[datetime]]:
        """The grains that others keep from this call."""
        return held_grains(await self.others(company, call, now))


def grains(*intervals: Interval, staff: str = "emma") -> Mapping[str, set[datetime]]:
    return held_grains(HeldTimes.of({staff: intervals}, NOW))


# -- one call ------------------------------------------------------------------------------------------------------


async def test_a_hold_blocks_other_calls_for_ninety_seconds() -> None:
    """The caller's own hold never stands in their way, nor does it reach another company."""
    book = Book()
    await book.keep("call-1", FOURTEEN)
    held = grains(between("14:00", "15:00"))
    assert await book.kept("call-2") == held
    assert await book.kept("call-1") == {}
    assert await book.kept("call-2", company="other") == {}
    assert await book.kept("call-2", NOW + HOLD_TTL - timedelta(seconds=1)) == held
    assert await book.kept("call-2", NOW + HOLD_TTL) == {}


async def test_a_held_time_is_not_offered_to_the_next_caller() -> None:
    """Two calls asking for the same hour hear different times; after the hold lapsed the hour is back."""
    book = Book()
    await book.keep("call-1", FOURTEEN)
    for later, expected in ((timedelta(0), at("15:00")), (HOLD_TTL, at("14:00"))):
        held = await book.others("acme", "call-2", NOW + later)
        offers = rank(board(SHOP, held=held), CUT, Wish.at(at("14:00")), staff_ids=["emma"])
        assert expected in {offer.start for offer in offers[:2]}
        assert (offers[0].reason is Why.WISH) == (expected == at("14:00"))


async def test_a_gap_that_is_free_is_not_held() -> None:
    """Only blocking phases are."""
    colour = composite(30, 45, 15, pause_policy=PausePolicy.FREE)
    book = Book()
    await book.keep("call-1", rank(board(salon(colour)), colour, Wish.at(at("14:00")), limit=1))
    assert await book.kept("call-2") == grains(between("14:00", "14:30"), between("15:15", "15:30"))


async def test_the_newest_offers_replace_the_older_ones() -> None:
    """Asking again frees what was held before, and A means the new A."""
    book = Book()
    await book.keep("call-1", offered(Wish.at(at("14:00"))))
    await book.keep("call-1", TEN)
    assert await book.kept("call-2") == grains(between("10:00", "11:00"))
    again = await book.offer("acme", "call-1", " a", NOW)
    assert again is not None
    assert again.start == at("10:00")
    assert await book.offer("acme", "call-1", "B", NOW) is None


async def test_a_call_never_holds_more_than_three() -> None:
    """However many it is given, and however many its number may."""
    book = Book()
    offers = offered(Wish(), 6)
    await book.keep("call-1", offers, most=6)
    held = grains(*(Interval(offer.start, offer.end) for offer in offers[:3]))
    assert await book.kept("call-2") == held


async def test_offers_that_are_only_remembered_hold_nothing() -> None:
    """Who came too late can name them; a flood of losers does not close the calendar."""
    book = Book()
    await book.keep("call-1", FOURTEEN)
    await book.remember("acme", "call-1", TEN, NOW)
    assert await book.kept("call-2") == {}
    assert await book.offer("acme", "call-1", "A", NOW) == TEN[0]


async def test_a_time_offered_to_two_calls_stands_in_neithers_way() -> None:
    """Whoever takes it first has it: two who were offered the same must not shut each other out."""
    book = Book()
    await book.keep("call-1", FOURTEEN)
    await book.keep("call-2", FOURTEEN)
    assert await book.kept("call-1") == await book.kept("call-2") == {}
    assert await book.kept("call-3") == grains(between("14:00", "15:00"))
    await book.release("acme", "call-1")
    assert await book.kept("call-3") == grains(between("14:00", "15:00"))


@pytest.mark.parametrize("released", [False, True])
async def test_a_token_keeps_its_meaning_after_the_hold(released: bool) -> None:
    """Half an hour beyond it, whether the hold lapsed or was released; another call's token means nothing."""
    book = Book()
    await book.keep("call-1", offered(Wish.at(at("14:00"))))
    if released:
        await book.release("acme", "call-1")
        assert await book.kept("call-2") == {}
    last = NOW + HOLD_TTL + OFFER_MEMORY
    assert await book.offer("acme", "call-1", "A", last - timedelta(seconds=1)) is not None
    assert await book.offer("acme", "call-1", "A", last) is None
    assert await book.offer("acme", "call-2", "A", NOW) is None
    assert await book.offer("other", "call-1", "A", NOW) is None


async def test_releasing_a_call_that_holds_nothing_is_no_error() -> None:
    """It may have ended before it asked for anything."""
    book = Book()
    await book.release("acme", "call-1")
    assert await book.kept("call-2") == {}


# -- many calls ----------------------------------------------------------------------------------------------------


async def test_five_hundred_calls_of_one_number_hold_three_times() -> None:
    """Hoarding is bounded by the number, not by the call; the newest offers are the ones kept."""
    book = Book()
    starts = [at(f"{hour:02d}:00") for hour in range(9, 18)]
    for n in range(500):
        await book.keep(f"call-{n}", offered(Wish.at(starts[n % 9]), 1), line="h:one")
    newest = [starts[n % 9] for n in (497, 498, 499)]
    assert await book.kept("genuine") == grains(*(Interval(start, start + timedelta(hours=1)) for start in newest))


async def test_a_new_offer_cuts_an_older_calls_offers_from_the_last_on() -> None:
    """One new time leaves the older call of the number its best two, with the time they were placed."""
    book = Book()
    first = offered(Wish.at(at("14:00")))
    later = NOW + timedelta(seconds=60)
    await book.keep("call-1", first, line="h:one")
    await book.keep("call-2", TEN, later, line="h:one")
    kept = [Interval(offer.start, offer.end) for offer in first[:2]]
    assert await book.kept("call-3", later) == grains(*kept, between("10:00", "11:00"))
    assert await book.kept("call-3", NOW + HOLD_TTL) == grains(between("10:00", "11:00"))


async def test_another_number_is_not_cut() -> None:
    """Nor does a company that allows nothing hold anything."""
    book = Book()
    await book.keep("call-1", FOURTEEN, line="h:one")
    await book.keep("call-2", TEN, line="h:two")
    await book.keep("call-3", offered(Wish.at(at("16:00"))), line="h:three", most=0)
    assert await book.kept("call-4") == grains(between("14:00", "15:00"), between("10:00", "11:00"))


async def test_the_book_forgets_the_oldest_calls() -> None:
    """Memory is bounded: by number, and by time."""
    book = Book(calls=2)
    for n in range(3):
        await book.keep(f"call-{n}", FOURTEEN)
    assert [await book.offer("acme", f"call-{n}", "A", NOW) is None for n in range(3)] == [True, False, False]


async def test_a_call_that_asked_again_is_not_the_oldest() -> None:
    """It is the silent one that is forgotten."""
    book = Book(calls=2)
    for n in (0, 1, 0, 2):
        await book.keep(f"call-{n}", FOURTEEN)
    assert [await book.offer("acme", f"call-{n}", "A", NOW) is None for n in range(3)] == [False, True, False]


async def test_bits_are_counted_from_a_later_day_when_nothing_is_held() -> None:
    """A book that lives for years does not drag years of zeros along, and says the same."""
    book = Book()
    await book.keep("call-1", FOURTEEN)
    much_later = NOW + timedelta(days=400)
    offer = rank(board(SHOP, now=much_later), CUT, Wish(), limit=1)
    await book.keep("call-2", offer, much_later)
    held = await book.others("acme", "call-3", much_later)
    assert held.base > NOW + timedelta(days=390)
    who = offer[0].assignment.staff[0]
    assert held_grains(held) == held_grains(HeldTimes.of({who: [Interval(offer[0].start, offer[0].end)]}, NOW))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["place", "place", "place", "remember", "release"]),
        st.integers(0, 5),  # call
        st.integers(0, 2),  # line
        st.lists(st.integers(0, 40), max_size=3),  # starts of its offers, in grains from nine
        st.integers(0, 40),  # seconds since the act before
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(ACTS, st.integers(0, 5), st.integers(0, 4))
async def test_what_is_added_up_is_what_counting_call_by_call_gives(
    acts: Sequence[tuple[str, int, int, list[int], int]], asking: int, most: int
) -> None:
    """Whatever is placed, replaced, cut, released and lapsed in whatever order."""
    book = Book()
    now = NOW
    model: dict[str, tuple[datetime, int, list[Offer]]] = {}  # in the order of placing
    for act, call_number, line, begins, seconds in acts:
        now += timedelta(seconds=seconds)
        call = f"call-{call_number}"
        offers = [OFFERS[begin] for begin in begins]
        model = {name: held for name, held in model.items() if now < held[0] + HOLD_TTL}
        model.pop(call, None)
        if act == "place":
            await book.keep(call, offers, now, line=str(line), most=most)
            model[call] = (now, line, offers)
            room = most
            for name, (placed, of_line, held) in reversed(list(model.items())):
                if of_line == line:
                    model[name] = (placed, of_line, held[:room])
                    room -= len(held[:room])
        elif act == "remember":
            await book.remember("acme", call, offers, now)
        else:
            await book.release("acme", call)
    asker = f"call-{asking}"
    alive = {name: held[2] for name, held in model.items() if now < held[0] + HOLD_TTL}
    own = {grain for offer in alive.pop(asker, []) for grain in grains_of(offer)}
    expected = {grain for held in alive.values() for offer in held for grain in grains_of(offer)} - own
    assert await book.kept(asker, now) == ({"emma": expected} if expected else {})


OFFERS = [rank(FREE, CUT, Wish.at(at("09:00") + n * GRAIN), staff_ids=["emma"], limit=1)[0] for n in range(41)]


def grains_of(offer: Offer) -> set[datetime]:
    return {offer.start + n * GRAIN for n in range(12)}


async def test_asking_is_as_quick_with_five_hundred_holding_calls_as_with_one() -> None:
    """Microseconds: the work is that of a few integers, not of every hold (300 calls took 5 ms when it was not)."""
    book = Book()
    offers = offered(Wish.at(at("14:00")))
    for n in range(500):
        await book.keep(f"call-{n}", [offers[0], OFFERS[n % 41], offers[-1]])
    began = time.perf_counter()
    for n in range(200):
        await book.others("acme", f"call-{n}", NOW)
    assert (time.perf_counter() - began) / 200 < 0.000_5


# -- never full because of holds -----------------------------------------------------------------------------------

HOUR = salon(simple(60), horizon_days=0)


def offering(held: Mapping[str, Sequence[Interval]]) -> OfferBoard:
    kept = held_by_others(held, NOW)
    return OfferBoard(board(HOUR, held=kept), {}, kept, board(HOUR))


def test_a_salon_is_not_full_because_everything_is_held() -> None:
    """Where others' holds leave nothing, the calendar itself decides."""
    fair = offering({"emma": [between("09:00", "19:00")]}).fair_to(HOUR.services[0])
    assert rank(fair.board, HOUR.services[0], Wish())[0].start == at("09:00")
    assert not fair.held


def test_holds_count_as_long_as_they_leave_anything() -> None:
    """One free hour on the whole horizon is an offer, and nobody's held hour."""
    fair = offering({"emma": [between("09:00", "18:00")]}).fair_to(HOUR.services[0])
    assert [offer.start for offer in rank(fair.board, HOUR.services[0], Wish())] == [at("18:00")]


def test_a_wished_for_person_is_not_booked_out_because_everything_of_theirs_is_held() -> None:
    """Fabian has time, and the caller wants Emma."""
    kept = held_by_others({"emma": [Interval(NOW, NOW + timedelta(days=30))]}, NOW)
    here = OfferBoard(board(SHOP, held=kept), {}, kept, FREE)
    assert here.fair_to(CUT).board is here.board
    assert here.fair_to(CUT, ["emma"]).board is FREE
    assert here.fair_to(CUT, None, ["fabian"]).board is FREE

"""Which times are said, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from gateway.booking.free_time import Board
from gateway.booking.model import Interval, PausePolicy, Policy
from gateway.booking.offers import Merit, Offer, Why, Wish, rank
from tests.unit.booking.salons import MONDAY, at, between, board, composite, hours, salon, simple

TUESDAY, FRIDAY = date(2025, 10, 21), date(2025, 10, 24)
CUT, BEARD = simple(60, ["emma", "fabian"]), simple(20, ["emma", "fabian"])
SHOP = salon(CUT, BEARD, staff=["emma", "fabian"])
ALL_DAY = between("09:00", "19:00")


def said(offers: Sequence[Offer], here: Board) -> list[str]:
    """Each offer as "A 20.10. 14:00 emma"."""
    return [f"{o.token} {o.start.astimezone(here.salon.tz):%d.%m. %H:%M} {'+'.join(o.assignment.staff_ids)}" for o in offers]  # fmt: skip


# -- one start -----------------------------------------------------------------------------------------------------


def test_the_wish_comes_first_with_everything_a_booking_needs() -> None:
    """Token A, the exact time, price and policy version; what else is said lies half an hour away or more."""
    shop = salon(simple(60, policy=Policy(version=4)))
    here = board(shop)
    offers = rank(here, shop.services[0], Wish.at(at("14:00")))
    first = offers[0]
    assert (first.token, first.start, first.end, first.reason) == ("A", at("14:00"), at("15:00"), Why.WISH)
    assert (first.service_id, first.price_cents, first.policy_version) == ("simple-60", 2000, 4)
    assert said(offers[1:], here) == ["B 20.10. 14:30 emma", "C 20.10. 13:30 emma"]


def test_a_wish_off_the_quarter_is_met_as_it_was_said() -> None:
    """14:05 is a time like any other when somebody asks for it; 14:07 is not."""
    assert rank(board(SHOP), CUT, Wish.at(at("14:05")))[0].start == at("14:05")
    assert rank(board(SHOP), CUT, Wish.at(at("14:07")))[0].reason is Why.SAME_DAY


def test_a_taken_wish_gets_the_times_around_it_and_one_a_week_later() -> None:
    """Both near starts are flush with the booking that is in the way."""
    busy = {"emma": [between("13:30", "14:30")]}
    here = board(SHOP, busy)
    offers = rank(here, CUT, Wish.at(at("14:00")), staff_ids=["emma"])
    assert said(offers, here) == ["A 20.10. 14:30 emma", "B 20.10. 12:30 emma", "C 27.10. 14:00 emma"]
    assert [offer.reason for offer in offers] == [Why.SAME_DAY, Why.SAME_DAY, Why.SAME_WEEKDAY]
    assert {offer.staff_wished for offer in offers} == {True}


def test_a_full_day_leads_to_the_nearest_days_at_the_same_time() -> None:
    """A week later first, then the days around it."""
    here = board(SHOP, {"emma": [ALL_DAY], "fabian": [ALL_DAY]})
    offers = rank(here, CUT, Wish.at(at("14:00")))
    assert [offer.start for offer in offers] == [at("14:00", MONDAY + timedelta(days=n)) for n in (7, 1, 2)]
    assert [offer.reason for offer in offers] == [Why.SAME_WEEKDAY, Why.NEARBY, Why.NEARBY]


def test_of_days_equally_near_the_later_one_comes_first() -> None:
    """Wednesday is full: a week later, Thursday, Tuesday."""
    wednesday = date(2025, 10, 22)
    full = [Interval(at("09:00", wednesday), at("19:00", wednesday))]
    offers = rank(board(SHOP, {"emma": full, "fabian": full}), CUT, Wish.at(at("14:00", wednesday)))
    assert [offer.start for offer in offers] == [at("14:00", wednesday + timedelta(days=n)) for n in (7, 1, -1)]


def test_the_nearer_side_of_a_taken_wish_comes_first() -> None:
    """An hour earlier before two hours later."""
    here = board(SHOP, {"emma": [between("14:00", "16:00")]})
    offers = rank(here, CUT, Wish.at(at("14:00")), staff_ids=["emma"], limit=2)
    assert said(offers, here) == ["A 20.10. 13:00 emma", "B 20.10. 16:00 emma"]


def test_a_week_later_means_the_same_wall_time_across_the_clock_change() -> None:
    """From Friday 24 October 14:00 summer time to Friday 31 October 14:00 winter time."""
    shop = salon(simple(60))
    here = board(shop, {"emma": [Interval(at("09:00", FRIDAY), at("19:00", FRIDAY))]})
    offers = rank(here, shop.services[0], Wish.at(at("14:00", FRIDAY)), limit=1)
    assert said(offers, here) == ["A 31.10. 14:00 emma"]


def test_on_the_day_the_clocks_go_back_the_clock_time_is_kept() -> None:
    """Sunday 26 October at noon, thirteen hours after its midnight, is noon on the days around it."""
    shop = salon(CUT, staff=["emma"], opening=hours((9, 19), weekdays=range(6)))
    sunday = date(2025, 10, 26)
    here = board(shop)
    for wish in (Wish.at(at("12:00", sunday)), Wish.on(shop, sunday, minutes=(12 * 60, 12 * 60 + 5))):
        offers = rank(here, CUT, wish)
        assert {offer.start.astimezone(shop.tz).strftime("%H:%M") for offer in offers} == {"12:00"}


def test_beyond_the_horizon_the_clock_time_is_kept() -> None:
    """New Year's Eve at ten, or between ten and noon: the last days that can be booked, at that time."""
    eve = date(2025, 12, 31)
    last = [date(2025, 10, 31), date(2025, 11, 3), date(2025, 11, 1)]
    shop = salon(CUT, staff=["emma"], opening=hours((9, 19), weekdays=range(6)))
    for wish in (Wish.at(at("10:00", eve)), Wish.on(shop, eve, minutes=(10 * 60, 12 * 60))):
        offers = rank(board(shop), CUT, wish)
        assert {offer.start for offer in offers} == {at("10:00", day) for day in last}
        assert {offer.reason for offer in offers} == {Why.NEARBY}


def test_a_day_that_is_past_is_answered_from_today_on_at_the_same_time() -> None:
    """Last Friday at two: today at two and the next days; nobody means a week after it."""
    here = board(SHOP, now=at("09:00"))
    offers = rank(here, CUT, Wish.at(at("14:00", MONDAY - timedelta(days=3))))
    assert [offer.start for offer in offers] == [at("14:00", MONDAY + timedelta(days=n)) for n in range(3)]
    assert {offer.reason for offer in offers} == {Why.NEARBY}


def test_wishes_outside_the_window_find_the_nearest_day() -> None:
    """Beyond the horizon, or past."""
    last = MONDAY + timedelta(days=14)
    for day, expected in ((MONDAY + timedelta(days=90), last), (MONDAY - timedelta(days=3), MONDAY)):
        offers = rank(board(SHOP), CUT, Wish.at(at("14:00", day)), limit=1)
        assert [offer.start.date() for offer in offers] == [expected]


# -- stretches of time ---------------------------------------------------------------------------------------------


def test_one_day_is_offered_across_its_length() -> None:
    """Two hours apart where the day allows it, on quarter hours."""
    here = board(SHOP)
    offers = rank(here, CUT, Wish.on(SHOP, TUESDAY), staff_ids=["emma"])
    assert said(offers, here) == ["A 21.10. 09:00 emma", "B 21.10. 11:00 emma", "C 21.10. 13:00 emma"]
    assert {offer.reason for offer in offers} == {Why.WITHIN_WISH}


def test_several_days_are_offered_one_each() -> None:
    """Afternoons from Monday to Friday: the first three."""
    here = board(SHOP)
    offers = rank(here, CUT, Wish.on(SHOP, MONDAY, FRIDAY, minutes=(14 * 60, 24 * 60)), staff_ids=["emma"])
    assert said(offers, here) == ["A 20.10. 14:00 emma", "B 21.10. 14:00 emma", "C 22.10. 14:00 emma"]


def test_weekdays_choose_among_the_days() -> None:
    """Tuesdays and Thursdays only."""
    wish = Wish.on(SHOP, MONDAY, MONDAY + timedelta(days=13), weekdays=[1, 3])
    assert [offer.start.astimezone(SHOP.tz).weekday() for offer in rank(board(SHOP), CUT, wish)] == [1, 3, 1]


def test_a_wish_no_day_answers_to_finds_alternatives_only() -> None:
    """A Sunday between Monday and Friday does not exist: nothing is called a hit."""
    wish = Wish.on(SHOP, MONDAY, FRIDAY, weekdays=[6])
    offers = rank(board(SHOP), CUT, wish)
    assert offers
    assert all(offer.reason is not Why.WITHIN_WISH for offer in offers)


def test_no_wish_at_all_means_soon() -> None:
    """The first start of each of the next days."""
    here = board(SHOP, now=at("09:58"))
    assert [o.start for o in rank(here, CUT, Wish())] == [at("10:00"), at("09:00", TUESDAY), at("09:00", date(2025, 10, 22))]  # fmt: skip


def test_as_soon_as_possible_begins_with_the_very_first_start() -> None:
    """Five past ten is sooner than a quarter past, even where it strands time; with their usual person, if they are in."""
    here = board(SHOP, {"emma": [between("09:00", "10:00")]}, now=at("10:03"))
    assert said(rank(here, CUT, Wish(), limit=1), here) == ["A 20.10. 10:05 emma"]
    busy = {"emma": [between("09:00", "12:00")]}
    here = board(SHOP, busy, now=at("10:03"))
    assert said(rank(here, CUT, Wish(), usual="emma", limit=1), here) == ["A 20.10. 12:00 emma"]
    here = board(SHOP, {"emma": [ALL_DAY]}, now=at("10:03"))
    assert said(rank(here, CUT, Wish(), usual="emma", limit=1), here) == ["A 20.10. 10:05 fabian"]


def test_the_soonest_are_several_though_only_one_day_is_left() -> None:
    """The first start, then what else the day has."""
    shop = salon(CUT, staff=["emma"], horizon_days=0)
    here = board(shop, now=at("10:03"))
    assert said(rank(here, CUT, Wish()), here) == ["A 20.10. 10:05 emma", "B 20.10. 12:15 emma", "C 20.10. 14:15 emma"]


def test_where_no_exact_time_was_wished_the_offers_run_with_the_clock() -> None:
    """What is offered is chosen by rank, and said in the order of time: the days around a Wednesday that is full."""
    wednesday = date(2025, 10, 22)
    full = [Interval(at("09:00", wednesday), at("19:00", wednesday))]
    here = board(SHOP, {"emma": full, "fabian": full})
    offers = rank(here, CUT, Wish.on(SHOP, wednesday))
    assert said(offers, here) == ["A 21.10. 09:00 emma", "B 23.10. 09:00 emma", "C 29.10. 09:00 emma"]
    assert [offer.reason for offer in offers] == [Why.NEARBY, Why.NEARBY, Why.SAME_WEEKDAY]


def test_hours_of_several_days_are_looked_for_on_others_at_those_hours() -> None:
    """Nobody is there at ten on Monday or Tuesday: on Wednesday at about ten, though three o'clock fits its gap."""
    wednesday = date(2025, 10, 22)
    left = [("09:00", "09:50"), ("11:10", "15:00"), ("16:00", "19:00")]
    busy = [ALL_DAY, between("09:00", "19:00", TUESDAY), *(between(low, high, wednesday) for low, high in left)]
    wish = Wish.on(SHOP, MONDAY, TUESDAY, minutes=(10 * 60, 10 * 60 + 5))
    offers = rank(board(SHOP, {"emma": busy, "fabian": busy}), CUT, wish)
    assert offers[0].start == at("09:50", wednesday)


def test_what_lies_in_the_wish_comes_before_what_lies_beside_it() -> None:
    """One start left in the afternoon, the rest from elsewhere, each with its reason."""
    here = board(SHOP, {"emma": [between("13:00", "16:00"), between("17:00", "19:00")], "fabian": [ALL_DAY]})
    offers = rank(here, CUT, Wish.on(SHOP, MONDAY, minutes=(14 * 60, 19 * 60)))
    assert said(offers, here)[:2] == ["A 20.10. 16:00 emma", "B 20.10. 12:00 emma"]
    assert [offer.reason for offer in offers] == [Why.WITHIN_WISH, Why.SAME_DAY, Why.SAME_WEEKDAY]


# -- what decides among near times ---------------------------------------------------------------------------------


def test_less_stranded_time_beats_the_quarter_hour() -> None:
    """After a booking that ends at 14:20, 14:20 leaves nothing useless behind; 14:30 would."""
    shop = salon(simple(60), simple(20))
    here = board(shop, {"emma": [between("09:00", "14:20")]})
    offers = rank(here, shop.services[0], Wish.at(at("14:15")), limit=1)
    assert said(offers, here) == ["A 20.10. 14:20 emma"]
    assert Merit.NOTHING_STRANDED in offers[0].merits


def test_a_quarter_hour_is_preferred_when_nothing_else_decides() -> None:
    """From five past ten on: a quarter past, unless that is all the wish leaves."""
    shop = salon(simple(20))
    for end, expected in (("10:30", "10:15"), ("10:15", "10:05")):
        offers = rank(board(shop), shop.services[0], Wish(windows=(between("10:05", end),)), limit=1)
        assert [offer.start for offer in offers] == [at(expected)]


def test_where_nothing_is_neat_the_smaller_waste_wins() -> None:
    """An hour strands 25 of the 85 minutes in the morning, and 10 of the 70 at noon."""
    shop = salon(simple(60), simple(30))
    here = board(shop, {"emma": [between("10:25", "12:00"), between("13:10", "19:00")]})
    offers = rank(here, shop.services[0], Wish.on(shop, MONDAY), limit=1)
    assert said(offers, here) == ["A 20.10. 12:00 emma"]
    assert Merit.NOTHING_STRANDED not in offers[0].merits


def test_a_gap_is_used_before_open_time() -> None:
    """Twenty minutes go into Emma's colour gap rather than into her empty afternoon."""
    colour = composite(30, 45, 15, pause_policy=PausePolicy.FREE)
    shop = salon(colour, simple(20))
    here = board(shop, {"emma": [between("11:00", "11:30"), between("12:15", "12:30")]})
    offers = rank(here, shop.services[1], Wish.on(shop, MONDAY), limit=1)
    assert said(offers, here) == ["A 20.10. 11:30 emma"]
    assert offers[0].merits == (Merit.NOTHING_STRANDED, Merit.FILLS_GAP)


def test_one_person_for_all_parts_goes_before_two() -> None:
    """At ten it takes two people, at half past ten Fabian alone can do it."""
    colour = composite(60, 0, 60, staff=["emma", "fabian"], same_staff=False)
    shop = salon(colour, staff=["emma", "fabian"], opening=hours((9, 13)))
    here = board(shop, {"emma": [between("11:00", "13:00")], "fabian": [between("09:00", "10:30")]})
    offers = rank(here, colour, Wish.on(shop, MONDAY, minutes=(10 * 60, 13 * 60)), limit=1)
    assert said(offers, here) == ["A 20.10. 10:30 fabian"]
    assert Merit.ONE_PERSON in offers[0].merits
    split = rank(here, colour, Wish.at(at("10:00")), limit=1)
    assert said(split, here) == ["A 20.10. 10:00 emma+fabian"]
    assert split[0].merits == ()


def test_the_usual_person_is_bound_where_they_can() -> None:
    """And decides between times that are otherwise as good."""
    here = board(SHOP, {"fabian": [between("09:00", "10:00")]})
    assert said(rank(here, CUT, Wish.at(at("14:00")), usual="fabian", limit=1), here) == ["A 20.10. 14:00 fabian"]
    offers = rank(here, CUT, Wish.on(SHOP, MONDAY), usual="fabian", limit=1)
    assert said(offers, here) == ["A 20.10. 10:00 fabian"]
    assert Merit.USUAL_PERSON in offers[0].merits


def test_a_time_is_judged_with_the_person_who_will_be_bound() -> None:
    """At ten her usual Emma strands time, so that Fabian's empty day then is no merit; at noon he is alone, and neat."""
    shop = salon(CUT, BEARD, staff=["emma", "fabian"])
    busy = {
        "emma": [between("09:00", "09:50"), between("11:10", "19:00")],
        "fabian": [between("11:00", "12:00"), between("13:00", "19:00")],
    }
    here = board(shop, busy)
    wish = Wish(windows=(between("10:00", "10:05"), between("12:00", "12:05")))
    assert said(rank(here, CUT, wish, usual="emma", limit=1), here) == ["A 20.10. 12:00 fabian"]
    assert said(rank(here, CUT, wish, limit=1), here) == ["A 20.10. 10:00 fabian"]


def test_whoever_is_excluded_is_never_offered() -> None:
    """ "Nicht bei Emma"."""
    offers = rank(board(SHOP), CUT, Wish(), excluded=["emma"])
    assert {offer.assignment.staff for offer in offers} == {("fabian",)}


# -- diverse -------------------------------------------------------------------------------------------------------


def test_neighbouring_starts_are_one_offer() -> None:
    """70 minutes free for an hour: three starts, one choice."""
    shop = salon(simple(60), horizon_days=0)
    here = board(shop, {"emma": [between("10:10", "19:00")]})
    assert said(rank(here, shop.services[0], Wish.on(shop, MONDAY)), here) == ["A 20.10. 09:00 emma"]


def test_another_person_makes_a_near_start_an_offer_of_its_own() -> None:
    """Only when nothing else is left."""
    shop = salon(CUT, staff=["emma", "fabian"], horizon_days=0)
    here = board(shop, {"emma": [between("10:00", "19:00")], "fabian": [between("09:00", "09:10"), between("10:10", "19:00")]})  # fmt: skip
    assert said(rank(here, CUT, Wish.on(shop, MONDAY)), here) == ["A 20.10. 09:00 emma", "B 20.10. 09:10 fabian"]


def test_nothing_free_is_no_offer() -> None:
    """An empty tuple, whatever the wish."""
    shop = salon(simple(60), horizon_days=0)
    full = board(shop, {"emma": [ALL_DAY]})
    for wish in (Wish(), Wish.at(at("10:00")), Wish.on(shop, MONDAY)):
        assert rank(full, shop.services[0], wish) == ()

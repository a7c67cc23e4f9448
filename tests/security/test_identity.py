"""S4-S7 over the real tools: who may do what, and that a number, a name or a guess opens nothing it should not."""

from __future__ import annotations

import json
import random
import string
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
import pytest_asyncio
from acceptance.caller import NEW_NUMBER, Caller
from integration.redis.conftest import RedisServer, redis_process, redis_server

from gateway.auth.identity import Evidence, Held, Level, recognise
from gateway.auth.phone import caller_number
from gateway.auth.rights import Act, IdentityRules, may
from gateway.booking.model import Customer, Policy
from gateway.demo.salon import COMPANY_ID, CUSTOMERS, HANSI, JULIA, SABINE, THOMAS
from gateway.storage import catalog_writer

from .house import BERLIN, DAY, HOUR, SEED, Place, in_waves, lavish, open_place, size, tally

__all__ = ["redis_process", "redis_server"]

# -- S6: the table of rights, through the tools ------------------------------------------------------------------------

BOOKED: Final = datetime(2025, 10, 28, 10, 0, tzinfo=BERLIN)
WINDOWS: Final = {
    "free": BOOKED - timedelta(hours=72),
    "fee": BOOKED - timedelta(hours=5),
    "late": BOOKED - timedelta(hours=1),
}
LEVELS: Final = (
    "unknown number",
    "unknown number, right name",
    "hidden, no claim",
    "hidden, right claim",
    "number",
    "code",
)
_OWN: Final = ("hidden, right claim", "number", "code")


def expected(act: str, level: str, window: str, code_for_fees: bool) -> set[str]:
    """What the house says: DESIGN section 8, one line per rule."""
    if level == "hidden, no claim":
        return {"verify"}
    if level not in _OWN:
        return {"none" if act == "find" else "not_found"}
    if act == "find":
        return {"found"}
    if window == "late":
        return {"too_late"}
    if window == "free":
        return {"rescheduled" if act == "move" else "cancelled"}
    return {"verify"} if code_for_fees and level != "code" else {"rescheduled" if act == "move" else "cancelled"}


async def as_level(place: Place, level: str) -> tuple[Caller, dict[str, object]]:
    """A caller on that rung, and what such a caller says of themselves and the appointment."""
    claim: dict[str, object] = {"old_date": "2025-10-28", "old_time": "10:00"}
    match level:
        case "unknown number":
            return place.caller(NEW_NUMBER), claim
        case "unknown number, right name":
            return place.caller(NEW_NUMBER), {**claim, "name": SABINE.name}
        case "hidden, no claim":
            return place.caller(None), {}
        case "hidden, right claim":
            return place.caller(None), {**claim, "name": SABINE.name}
    caller = place.caller(SABINE.phone_e164)
    if level == "code":
        assert (await caller("verify_caller")).status == "sent"
        assert (await caller("verify_caller", code=place.ids.codes[-1])).status == "verified"
    return caller, claim


async def try_act(caller: Caller, act: str, claim: dict[str, object]) -> str:
    """The status an act ends with, the fee agreed to where one is asked."""
    said = dict(claim)
    if act == "move":
        args, tool = {**said, "date": "2025-10-30", "time": "12:00"}, "reschedule_appointment"
    else:
        args = {k.removeprefix("old_"): v for k, v in said.items()}
        tool = "cancel_appointment" if act == "cancel" else "find_appointments"
    answer = await caller(tool, **args)
    if answer.status == "fee_confirm":
        answer = await caller(tool, **args, confirm=True)
    return answer.status


@pytest.mark.parametrize("code_for_fees", [False, True])
@pytest.mark.parametrize("window", WINDOWS)
async def test_each_level_may_do_what_the_table_says(sqlite_url: str, window: str, code_for_fees: bool) -> None:
    """Find, move, cancel x six ways to call x free, for a fee, too late x a company that wants a code for fees."""
    cells = 0
    async with open_place(sqlite_url, datetime(2025, 10, 24, 9, 0, tzinfo=BERLIN)) as place:
        await place.change(
            "UPDATE appointment SET policy = :p, version = version + 1",
            p=json.dumps({"cancel_latest_hours": 2, "move_latest_hours": 2} | _stored_policy()),
        )
        await place.store.configure(
            lambda c: catalog_writer.set_identity(c, COMPANY_ID, {"code_for_fees": code_for_fees})
        )
        (kept,) = await place.rows("SELECT id FROM appointment WHERE customer_id = :c", c=SABINE.id)
        place.clock.at = WINDOWS[window]
        for act in ("find", "move", "cancel"):
            for level in LEVELS:
                place.clock.skip(DAY)
                caller, claim = await as_level(place, level)
                status = await try_act(caller, act, claim)
                assert {status} == expected(act, level, window, code_for_fees), (act, level, window, status)
                cells += 1
                await restore(place, kept.id)
    tally("S6", f"cells of rights, {window}, code for fees {code_for_fees}", cells, "as the table says")


def _stored_policy() -> dict[str, Any]:
    from gateway.storage.convert import policy_values

    return policy_values(Policy(cancel_latest_hours=2, move_latest_hours=2))


async def restore(place: Place, appointment_id: str) -> None:
    """Sabine's appointment as it was, for the next cell."""
    await place.change(
        "UPDATE appointment SET status = 'confirmed', starts_at = :s, ends_at = :e, moves = 0, floor_cents = 0,"
        " cancelled_at = NULL, version = version + 1 WHERE id = :id",
        s="2025-10-28 09:00:00.000000", e="2025-10-28 10:00:00.000000", id=appointment_id,
    )  # fmt: skip


def test_rights_grow_with_the_level_and_never_shrink() -> None:
    """For every act and rule: who may at one level may at each higher one; nobody hears or changes at L0."""
    from gateway.auth.identity import Reason, Recognition

    for rules in (IdentityRules(), IdentityRules(code_for_fees=True), IdentityRules(code_for_contact=True)):
        for act in Act:
            allowed = [may(Recognition(level, Reason.NUMBER), act, rules) for level in Level]
            assert allowed == sorted(allowed)
            assert allowed[Level.UNKNOWN] == (act is Act.BOOK_NEW)


# -- S4: numbers -------------------------------------------------------------------------------------------------------

SAME: Final = ("+4915112345601", "004915112345601", "+49 151 12345601", "+49(0)151-12345601", "tel:+4915112345601",
               "+49.151.123.456.01", "＋４９１５１１２３４５６０１", " +4915112345601 ")  # fmt: skip
OTHER: Final = (
    "", "anonymous", "Anonymous", "ANONYMOUS", "unknown", "Restricted", "private", "unavailable", "withheld", "0", "+",
    "266696687", "7378742833", "+266696687", "12345601", "5601", "112345601", "15112345601x", "+491511234560", "+49151123456011",
    "+4915112345602x", "+4815112345601", "+15112345601", "4915112345601;ext=5", "+4915112345601;ext=5", "+4915112345601@host",
    "sip:+4915112345601@host", "+4915112345601,1", "110", "112", "116117", "+49110", "*31#+4915112345601", "null", "None",
    "+49 151 1234 560l", "+49151%", "+49151_____", "%", "+4915112345601 OR 1=1", "٠", "+49O15112345601",
)  # fmt: skip


async def test_a_number_matches_by_being_the_same_and_in_no_other_way(place: Place) -> None:
    """Every spelling of the number is its owner; whatever is shorter, longer, masked or decorated is nobody."""
    await lavish(place)
    for form in (*SAME, *OTHER):
        place.clock.skip(DAY)
        answer = await place.caller(form)("find_appointments")
        known = caller_number(form).e164 == SABINE.phone_e164
        assert known == (form in SAME), form
        assert (answer.status == "found") == known, (form, answer.body)
    tally("S4", "forms of a calling number over HTTP", len(SAME) + len(OTHER), "matched by equality alone")


async def test_no_other_number_in_the_neighbourhood_is_the_customers(place: Place) -> None:
    """Every number one digit away, and every prefix and suffix, is a stranger's."""
    await lavish(place)
    number = SABINE.phone_e164 or ""
    near = [number[:i] + d + number[i + 1 :] for i in range(3, len(number)) for d in string.digits if d != number[i]]
    near += [number[:-n] for n in range(1, 8)] + [number[n:] for n in range(1, 8)]
    on_file = {c.phone_e164 for c in CUSTOMERS}
    near = [n for n in near if caller_number(n).e164 not in on_file]  # without its plus it is the same number
    for form in near:
        place.clock.skip(DAY)
        answer = await place.caller(form)("cancel_appointment", date="2025-10-28", time="10:00")
        assert answer.status in ("not_found", "verify"), (form, answer.body)
    tally("S4", "numbers next to a customer's", len(near), "0 accepted")


async def test_two_customers_on_one_number_are_asked_apart(place: Place) -> None:
    """No name: neither is read out; the wrong name: as if nobody were there; the right one: only theirs."""
    nameless = await place.caller(THOMAS.phone_e164)("find_appointments")
    assert (nameless.status, "appointments" in nameless.facts) == ("verify", False)
    wrong = await place.caller(THOMAS.phone_e164)("find_appointments", name="Brunhilde Kowalski")
    nobody = await place.caller(NEW_NUMBER)("find_appointments", name="Brunhilde Kowalski")
    assert wrong.body == nobody.body
    julia = await place.caller(JULIA.phone_e164)("find_appointments", name="Julia Schröder")
    assert [a["service"] for a in julia["appointments"]] == ["Waschen, schneiden, föhnen"]


# -- S5: names ---------------------------------------------------------------------------------------------------------

FIRST: Final = "Sabine Sabrina Sabina Thomas Tomas Julia Juliane Hansi Hans Johann Anna Peter Mehmet Olga Jörg".split()
LAST: Final = "Meier Maier Mayer Meyer Schröder Schroeder Hinterseher Müller Mueller Becker Yilmaz Nowak Weiß".split()


def guesses(rng: random.Random, count: int) -> Iterator[str]:
    """Names as a guesser would try them, the right ones among them."""
    for _ in range(count):
        if rng.random() < 0.2:
            yield rng.choice([c.name for c in CUSTOMERS])
        else:
            yield f"{rng.choice(FIRST)} {rng.choice(LAST)}"


async def test_no_name_opens_anything_from_another_number(place: Place) -> None:
    """Guessed names, the right ones among them, from numbers that are nobody's: nothing found, nothing changed."""
    await lavish(place)
    before, count = await place.rows("SELECT id, version, status FROM appointment ORDER BY id"), size(1_000, 100_000)
    tools = ("find_appointments", "cancel_appointment", "reschedule_appointment", "verify_caller")
    for number, name in enumerate(guesses(random.Random(SEED), count)):
        if number % 300 == 0:
            place.clock.skip(DAY)
        rng = random.Random(f"{SEED}:{number}")
        when = {"date": "2025-10-28", "time": "10:00"} if rng.random() < 0.5 else {}
        answer = await place.caller(f"+49160{number:07d}")(tools[number % 4], name=name, **when)
        assert answer.status in ("none", "not_found", "ask_when", "sent"), answer.body
    assert await place.rows("SELECT id, version, status FROM appointment ORDER BY id") == before
    assert await place.rows("SELECT id FROM challenge WHERE customer_id IS NOT NULL") == []
    tally("S5", "names guessed from other numbers", count, "0 accepted")


def test_with_a_number_that_is_not_theirs_no_name_is_ever_recognised() -> None:
    """The decision alone, in bulk: however alike the names, without the number there is nobody."""
    rng, count = random.Random(SEED), size(50_000, 1_000_000)
    for name in guesses(rng, count):
        found = recognise(Evidence("+491601234567", said_name=name, call_name=name, named_a_time=True))
        assert not found.known
    tally("S5", "pairs of names with another number (decision)", count, "0 accepted")


# -- hidden callers ----------------------------------------------------------------------------------------------------


async def test_a_hidden_caller_with_exact_name_date_and_time_cancels(both: Place) -> None:
    """The one way without a number, in any spelling of the same letters."""
    answer = await both.caller(None)("cancel_appointment", name="HINTERSEHER, Hansi", date="2025-10-29", time="11:00")
    assert answer.status == "cancelled"
    julia = await both.caller(None)("cancel_appointment", name="Julia Schroeder", date="2025-10-30", time="16:00")
    assert julia.status == "cancelled"


def one_off(name: str) -> list[str]:
    """Every name one letter away: another letter, one less, one more, two exchanged."""
    letters = string.ascii_lowercase
    found = {name[:i] + c + name[i + 1 :] for i in range(len(name)) for c in letters if name[i] != " "}
    found |= {name[:i] + name[i + 1 :] for i in range(len(name)) if name[i] != " "}
    found |= {name[:i] + c + name[i:] for i in range(len(name) + 1) for c in letters}
    found |= {
        name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1) if " " not in name[i : i + 2]
    }
    return sorted(n for n in found if n.lower() != name.lower())


async def test_a_name_one_letter_off_cancels_nothing(place: Place) -> None:
    """Every one of them, with the right date and time: not found, and the appointment stands."""
    await lavish(place)
    near = one_off(HANSI.name)
    tried = random.Random(SEED).sample(near, size(200, len(near)))
    for number, name in enumerate(tried):
        if number % 100 == 0:
            place.clock.skip(DAY)
        answer = await place.caller(None)("cancel_appointment", name=name, date="2025-10-29", time="11:00")
        assert answer.status == "not_found", (name, answer.body)
    exact = await place.caller(None)("cancel_appointment", name=HANSI.name, date="2025-10-29", time="11:00")
    assert exact.status == "cancelled"
    tally("S5", "hidden callers with a name one letter off", len(tried), "0 accepted")


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("2025-10-29", "11:05"),
        ("2025-10-29", "10:00"),
        ("2025-10-30", "11:00"),
        ("2025-10-28", "11:00"),
        ("2025-10-29", "23:00"),
    ],
)
async def test_a_hidden_caller_with_another_moment_cancels_nothing(place: Place, date: str, time: str) -> None:
    """The name alone is no proof."""
    answer = await place.caller(None)("cancel_appointment", name=HANSI.name, date=date, time=time)
    assert answer.status == "not_found"


async def test_a_hidden_caller_reaches_that_one_appointment_only(place: Place) -> None:
    """Hansi's other appointment stays out of reach of who named one of them."""
    office = place.caller(NEW_NUMBER)
    booked = await office("book_appointment", service="53", date="2025-11-05", time="15:00", name=HANSI.name)
    await place.change("UPDATE appointment SET customer_id = :c, version = version + 1 WHERE id = :id",
                       c=HANSI.id, id=booked["appointment_id"])  # fmt: skip
    hidden = place.caller(None)
    found = await hidden("find_appointments", name=HANSI.name, date="2025-10-29", time="11:00")
    assert [a["start"][:16] for a in found["appointments"]] == ["2025-10-29T11:00"]
    assert (await hidden("cancel_appointment", name=HANSI.name, code=booked["code"])).status in ("not_found", "verify")


def test_two_hidden_namesakes_at_one_time_are_neither() -> None:
    """Exactly one appointment must fit: two are no proof of either."""
    twin = Customer("twin", HANSI.name)
    appointment: Any = type("A", (), {"id": "a"})()
    held = [Held(appointment, HANSI), Held(appointment, twin)]
    assert not recognise(Evidence(None, said_name=HANSI.name, named_a_time=True, at_named_time=held)).known


# -- S7: the fourth wrong try ------------------------------------------------------------------------------------------

WRONG: Final = {"name": "Brunhilde Kowalski", "date": "2025-10-28", "time": "10:00"}


@pytest_asyncio.fixture(params=["memory", "redis"])
async def counted(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Place]:
    """The house with its counters in memory, and on a real Redis."""
    settings: dict[str, Any] = {}
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        settings["redis_url"] = server.url
    async with open_place(sqlite_url, **settings) as place:
        yield place


@pytest.mark.parametrize("tool", ["find_appointments", "cancel_appointment", "reschedule_appointment"])
async def test_the_fourth_wrong_try_in_an_hour_is_locked(counted: Place, tool: str) -> None:
    """From another call of the same number too, with the right words even; another number is served at once."""
    number = SABINE.phone_e164
    for _ in range(3):
        assert (await counted.caller(number)(tool, **WRONG)).status in ("none", "not_found")
    assert (await counted.caller(number)(tool, **WRONG)).status == "locked"
    right = {"name": SABINE.name, "date": "2025-10-28", "time": "10:00"}
    assert (await counted.caller(number)(tool, **right)).status == "locked"
    julia = counted.caller(JULIA.phone_e164)
    assert (await julia("cancel_appointment", name=JULIA.name, date="2025-10-30")).status == "cancelled"


async def test_a_hidden_caller_is_counted_by_call_and_by_the_name_claimed(counted: Place) -> None:
    """Three in one call, then locked; a new call with the same name waits, and with another name does not."""
    call = counted.caller(None)
    for minute in ("10", "20", "30"):
        assert (
            await call("find_appointments", name=HANSI.name, date="2025-10-29", time=f"12:{minute}")
        ).status == "none"
    assert (await call("find_appointments", name=HANSI.name, date="2025-10-29", time="12:40")).status == "locked"
    again = counted.caller(None)
    assert (await again("find_appointments", name=HANSI.name, date="2025-10-29", time="12:50")).status == "locked"
    other = await counted.caller(None)("find_appointments", name=JULIA.name, date="2025-10-30", time="16:00")
    assert other.status == "found"


async def test_an_hour_later_the_caller_may_try_again_and_success_clears_the_count(place: Place) -> None:
    """A lock is no ban; who was right starts anew."""
    for _ in range(4):
        locked = await place.caller(SABINE.phone_e164)("find_appointments", **WRONG)
    assert locked.status == "locked"
    place.clock.skip(HOUR)
    for _ in range(3):
        for _ in range(2):
            assert (await place.caller(SABINE.phone_e164)("find_appointments", **WRONG)).status == "none"
        assert (await place.caller(SABINE.phone_e164)("find_appointments")).status == "found"


async def test_guessing_at_one_customer_grows_slower_and_locks_nobody_out(place: Place) -> None:
    """Hidden calls guess at Julia's appointment for six hours, each call a new one: at most four tries an hour are
    looked at. Julia's own call from her number is served all the while; hidden, with the right words, she waits a
    quarter of an hour at most, and being right clears the guessers' trace."""
    looked_at: list[int] = []
    for minute in range(360):
        place.clock.skip(60)
        wrong = {"date": "2025-10-30", "time": f"{9 + minute % 10}:05"}
        guess = await place.caller(None)("cancel_appointment", name=JULIA.name, **wrong)
        assert guess.status in ("not_found", "locked")
        if guess.status == "not_found":
            looked_at.append(minute)
        if minute % 20 == 0:
            own = await place.caller(JULIA.phone_e164)("find_appointments", name=JULIA.name)
            assert own.status == "found", minute
    gaps = [after - before for before, after in pairwise(looked_at)]
    assert gaps == sorted(gaps), "each wait at least as long as the one before"
    assert gaps[-1] == 15
    assert len(looked_at) <= 4 * 6 + 8
    right = {"name": JULIA.name, "date": "2025-10-30", "time": "16:00"}
    assert (await place.caller(None)("find_appointments", **right)).status == "locked"
    place.clock.skip(900)
    assert (await place.caller(None)("find_appointments", **right)).status == "found"
    assert (await place.caller(None)("find_appointments", **right)).status == "found"
    tally("S7", "hidden guesses at one customer in six hours", 360, f"{len(looked_at)} looked at, never locked out")


# -- S7: guessing at a code --------------------------------------------------------------------------------------------


async def test_of_many_parallel_guesses_at_one_code_five_are_evaluated(both: Place) -> None:
    """10,000 side by side at the real tool: five judged, the code dead even for the right guess; the customer is served."""
    count = size(1_000, 10_000)
    await lavish(both)
    attacker = both.caller(SABINE.phone_e164)
    assert (await attacker("verify_caller")).status == "sent"
    right = both.ids.codes[-1]
    wrong = (f"{n:06d}" for n in range(10**6) if f"{n:06d}" != right)

    def guess(code: str) -> Any:
        body = attacker.request("verify_caller", {"code": code}, tool_call_id=attacker.new_id())
        return lambda: attacker.send("verify_caller", body)

    jobs = [guess(next(wrong)) for _ in range(count)]
    statuses = [
        reply.json()["status"] for reply in await in_waves(jobs, 200 if both.database_url.startswith("sqlite") else 40)
    ]
    (row,) = await both.rows("SELECT tries, state FROM challenge WHERE customer_id = :c", c=SABINE.id)
    assert (row.tries, row.state) == (5, "locked")
    assert statuses.count("wrong") <= 4, "the fifth is told `locked`"
    # A database with more to do than it can is `unavailable`: nothing was judged.
    assert set(statuses) <= {"wrong", "locked", "unavailable"}
    assert statuses.count("unavailable") < count / 10
    assert (await attacker("verify_caller", code=right)).status == "locked"
    # The customer's own next call: known by number, served at once, and gets a fresh code that works.
    own = both.caller(SABINE.phone_e164)
    assert (await own("find_appointments")).status == "found"
    assert (await own("verify_caller")).status == "sent"
    assert (await own("verify_caller", code=both.ids.codes[-1])).status == "verified"
    kind = both.database_url.partition(":")[0]
    tally("S7", f"parallel guesses at one code ({kind})", count, "5 evaluated, customer served next")


async def test_guessing_from_many_calls_meets_a_challenge_of_its_own(place: Place) -> None:
    """A code is bound to its call: from any other call even the right one is worth nothing."""
    sabine = place.caller(SABINE.phone_e164)
    await sabine("verify_caller")
    right = place.ids.codes[-1]
    for number in (SABINE.phone_e164, NEW_NUMBER, None):
        for _ in range(20):
            place.clock.skip(DAY)
            assert (await place.caller(number)("verify_caller", code=right)).status == "expired"
    assert (await sabine("verify_caller", code=right)).status == "verified"


async def test_of_many_right_guesses_at_once_one_counts(both: Place) -> None:
    """The right code fifty times in parallel: one is verified."""
    sabine = both.caller(SABINE.phone_e164)
    await sabine("verify_caller")
    bodies = [
        sabine.request("verify_caller", {"code": both.ids.codes[-1]}, tool_call_id=sabine.new_id()) for _ in range(50)
    ]
    replies = await in_waves([lambda b=b: sabine.send("verify_caller", b) for b in bodies], 50)
    assert [reply.json()["status"] for reply in replies].count("verified") == 1

"""S12: what is sent costs money, and so much of it goes out and no more: per address, per country, per company.

One-time codes are all that a caller can make us send.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import pytest_asyncio

from gateway.auth.counters import Budget, Delay
from gateway.auth.limits import LimitRules
from gateway.auth.rights import identity_rules
from gateway.booking.model import Customer
from gateway.demo.salon import COMPANY_ID, HANSI, SABINE
from gateway.notify.message import NotDelivered
from gateway.storage import catalog_writer

from .house import DAY, NEIGHBOUR, NEIGHBOUR_NUMBER, SEED, Place, open_place, size, tally

ALLOWED: Final = ("+49151120", "+4366412", "+417912")
ABROAD: Final = ("+9053212", "+2637712", "+8816312", "+187656")
"""Where text messages are dear: nobody's customers live there, but a number on file may."""
PREFIX_CAP: Final = 20
COMPANY_CAP: Final = 45
ON: Final[Mapping[str, Any]] = {
    "code_by_text": True,
    "limits": {
        "texts_prefix_day": [PREFIX_CAP, 86_400],
        "codes_company_day": [COMPANY_CAP, 86_400],
        "identity_caller": [10_000, 60],
    },
}


@dataclass
class Carrier:
    """Takes text messages, and keeps them."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    async def send(self, to_e164: str, text: str) -> str:
        if self.broken:
            raise NotDelivered("carrier away")
        self.sent.append((to_e164, text))
        return "sent"


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest_asyncio.fixture
async def house(sqlite_url: str, carrier: Carrier) -> AsyncIterator[Place]:
    """Both salons with a carrier; Sabine has a number on file and no e-mail address."""
    async with open_place(sqlite_url, texter=carrier) as place:
        await place.change("UPDATE customer SET email = NULL WHERE id = :id", id=SABINE.id)
        yield place


async def choose(place: Place, rules: Mapping[str, Any], company_id: str = COMPANY_ID) -> None:
    await place.store.configure(lambda c: catalog_writer.set_identity(c, company_id, rules))


async def settle(place: Place) -> None:
    """Everything in the outbox is carried, or put back for later; the deliverer in the background may be at it too."""
    await place.still()
    began = time.monotonic()
    while (await place.rows("SELECT count(*) AS n FROM outbox WHERE done_at IS NULL"))[0].n:
        await place.house.deliverer.deliver()
        if time.monotonic() > began + 1 and await place.metric('gateway_letters_total{outcome="later"}'):
            return
        assert time.monotonic() < began + 10
        await asyncio.sleep(0.001)


async def test_a_code_by_text_goes_to_the_number_on_file_and_proves_the_caller(house: Place, carrier: Carrier) -> None:
    """Where the company chose so; sealed in the database until it is taken, and gone afterwards."""
    await choose(house, {"code_by_text": True})
    sabine = house.caller(SABINE.phone_e164)
    assert (await sabine("verify_caller")).status == "sent"
    await settle(house)
    ((number, text),) = carrier.sent
    code = house.ids.codes[-1]
    assert number == SABINE.phone_e164
    assert f"{code[:3]} {code[3:]}" in text
    assert (await sabine("verify_caller", code=code)).status == "verified"
    ((topic, payload),) = [tuple(row) for row in await house.rows("SELECT topic, payload FROM outbox")]
    assert (topic, payload) == ("text.code", "{}")


async def test_a_company_that_chose_nothing_sends_no_text(house: Place, carrier: Carrier) -> None:
    """The same words, and nobody gets a code."""
    chosen, answers = ({}, {"code_by_text": True}, {"code_by_text": True, "text_prefixes": ["+43"]}), []
    for rules in chosen:
        await choose(house, rules)
        answers.append((await house.caller(SABINE.phone_e164)("verify_caller")).body)
        await settle(house)
    stranger = await house.caller("+4915112347777")("verify_caller")
    assert {*answers, stranger.body} == {stranger.body}
    assert len(carrier.sent) == 1


async def test_an_address_for_mail_comes_before_the_number(house: Place, carrier: Carrier) -> None:
    """A letter costs nothing."""
    await choose(house, {"code_by_text": True})
    await house.change("UPDATE customer SET email = 'sabine@example.org' WHERE id = :id", id=SABINE.id)
    await house.caller(SABINE.phone_e164)("verify_caller")
    await settle(house)
    assert carrier.sent == []
    assert [row.topic for row in await house.rows("SELECT topic FROM outbox")] == ["mail.code"]


async def test_a_carrier_that_is_away_is_tried_again(house: Place, carrier: Carrier) -> None:
    """And the mail server is not blamed for it."""
    await choose(house, {"code_by_text": True})
    carrier.broken = True
    await house.caller(SABINE.phone_e164)("verify_caller")
    await settle(house)
    assert await house.metric('gateway_letters_total{outcome="later"}') == 1
    assert "GATEWAY_SMTP_URL is not set" in (await house.wire.get("/readyz")).text
    assert SABINE.phone_e164 not in house.logged.getvalue()
    row = await house.rows("SELECT done_at FROM outbox")
    assert [r.done_at for r in row] == [None]


async def test_without_a_carrier_the_log_says_so_and_to_nobody(sqlite_url: str) -> None:
    """The adapter of an installation that has none: a line with the number's mark."""
    async with open_place(sqlite_url) as place:
        await place.change("UPDATE customer SET email = NULL WHERE id = :id", id=SABINE.id)
        await choose(place, {"code_by_text": True})
        await place.caller(SABINE.phone_e164)("verify_caller")
        await settle(place)
        assert await place.metric('gateway_letters_total{outcome="logged"}') == 1
        logged = place.logged.getvalue()
    assert '"message_logged"' in logged
    assert (SABINE.phone_e164 or "")[3:] not in logged


async def people(place: Place, prefixes: tuple[str, ...], each: int) -> list[str]:
    """So many customers under each prefix, by number."""
    numbers = [f"{prefix}{n:05d}" for prefix in prefixes for n in range(each)]

    def write(connection: Any) -> None:
        for number in numbers:
            person = Customer(f"c{number[1:]}", "Petra Pumpe", number)
            catalog_writer.add_customer(connection, COMPANY_ID, person, now=place.clock.now())

    await place.store.configure(write)
    return numbers


async def test_however_many_ask_so_much_goes_out_and_no_more(house: Place, carrier: Carrier) -> None:
    """Pumping from hundreds of numbers, for two days: caps per number, country and company; the neighbour sends on.

    Strangers and numbers abroad ask first, and use up nothing of what the customers may be sent.
    """
    await choose(house, ON)
    await choose(house, {"code_by_text": True}, NEIGHBOUR)
    await house.change("UPDATE customer SET email = NULL WHERE company_id = :c", c=NEIGHBOUR)
    numbers = await people(house, ALLOWED[:1], 90) + await people(house, (*ALLOWED[1:], *ABROAD), 30)
    rng, asked, bodies = random.Random(SEED), size(1_200, 10_000), set()
    for _ in range(2):
        before = len(carrier.sent)
        for number in range(asked // 2):
            if number % 5 == 0:
                await settle(house)  # the store's patience is by the same clock: what is under way would be broken off
                house.clock.skip(5 * DAY / asked)
            who = rng.choice(numbers) if number % 3 else f"+49171{rng.randrange(10**7):07d}"
            bodies.add((await house.caller(who)("verify_caller")).body)
        await settle(house)
        today = Counter(to[:3] for to, _ in carrier.sent[before:])
        assert 0 < max(today.values()) <= PREFIX_CAP
        assert sum(today.values()) == COMPANY_CAP, "the company's cap is what stops it"
        assert max(Counter(to for to, _ in carrier.sent[before:]).values()) <= 10
        assert set(today) <= {"+49", "+43", "+41"}, "nothing goes abroad"
        nora = house.caller("+4915112399001", called=NEIGHBOUR_NUMBER)
        await nora("verify_caller")
        await settle(house)
        assert carrier.sent[-1][0] == "+4915112399001"
        house.clock.skip(DAY)
    assert len(bodies) == 1, "whether something was sent, and what kept it back, is told by nothing"
    assert await house.bugs() == 0
    refused = {name: await house.metric(f'gateway_limited_total{{budget="{name}"}}') for name in _CAPS}
    assert refused["texts_prefix_day"] > 0
    assert refused["codes_company_day"] > 0
    tally("S12", "requests for a code by text", asked, f"{2 * COMPANY_CAP} sent in two days, the cap; 0 abroad")


_CAPS: Final = ("codes_address", "codes_address_day", "codes_company_day", "texts_prefix_day")


async def test_one_number_gets_three_in_ten_minutes_and_ten_a_day(house: Place, carrier: Carrier) -> None:
    """However patiently it is asked for."""
    await choose(house, {"code_by_text": True})
    for minute in range(0, 600, 2):
        await house.caller(SABINE.phone_e164)("verify_caller")
        await settle(house)
        house.clock.skip(120)
        if minute == 8:
            assert len(carrier.sent) == 3
    await settle(house)
    assert len(carrier.sent) == 10
    tally("S12", "requests for a code to one number in ten hours", 300, "10 sent")


# -- settings ------------------------------------------------------------------------------------------------------------


def test_every_limit_is_a_companys_setting() -> None:
    """Each field of the rules can be chosen, in the shape of its default; nonsense keeps the default."""
    default = LimitRules()
    for name in LimitRules.__dataclass_fields__:
        usual = getattr(default, name)
        chosen: Any = 7
        if isinstance(usual, Budget):
            chosen = [7, 77]
        elif isinstance(usual, Delay):
            chosen = [2, 5, 50, 500]
        read = getattr(identity_rules({"limits": {name: chosen}}).limits, name)
        assert read == (type(usual)(*chosen) if isinstance(chosen, list) else chosen), name
        for nonsense in (None, "7", -1, [0, 0], [1], [1, 2, 3], [-1, 5], {"a": 1}, [9, 5, 1, 1], [True, 5], 7.0, True):
            read = getattr(identity_rules({"limits": {name: nonsense}}).limits, name)
            assert read == usual, (name, nonsense)


def test_one_is_not_true() -> None:
    """They are equal to Python: what one company set to `true` must not become what another set to 1."""
    for slip, number in ((True, 1), (1.0, 1), (False, 0)):
        name = "open_bookings_per_unverified_number"
        assert getattr(identity_rules({"limits": {name: slip}}).limits, name) == 3
        assert getattr(identity_rules({"limits": {name: number}}).limits, name) == number


@pytest.mark.parametrize("nonsense", [None, "x", 5, [], [1], ["ab"], [[1]], {"x": {}}, [["a", "b", "c"]]])
def test_settings_that_make_no_sense_are_the_defaults(nonsense: object) -> None:
    """A slip in a company's settings must not stop its telephone."""
    assert identity_rules({"limits": nonsense, "code_by_text": nonsense, "text_prefixes": None}) == identity_rules({})


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (["+49"], ("+49",)),
        (["+4917", "+43"], ("+4917", "+43")),
        ([], ()),
        (["+"], None),
        (["49"], None),
        ([""], None),
        (["+49", 43], None),
        ("+49", None),
        (["+0"], None),
    ],
)
def test_prefixes_are_a_plus_and_digits_or_the_usual_ones(chosen: object, kept: tuple[str, ...] | None) -> None:
    """An entry that is none would allow every number there is."""
    usual = identity_rules({}).text_prefixes
    assert identity_rules({"text_prefixes": chosen}).text_prefixes == (usual if kept is None else kept)


async def test_a_customer_without_any_address_hears_the_same(house: Place, carrier: Carrier) -> None:
    """Hansi has neither: the same words, a decoy, and nothing is sent."""
    await choose(house, {"code_by_text": True})
    await house.change("UPDATE customer SET email = NULL WHERE id = :id", id=HANSI.id)
    hansi = await house.caller(None)("verify_caller", name=HANSI.name, date="2025-10-29", time="11:00")
    nobody = await house.caller(None)("verify_caller", name="Brunhilde Kowalski", date="2025-10-29", time="11:00")
    assert hansi.body == nobody.body
    await settle(house)
    assert carrier.sent == []

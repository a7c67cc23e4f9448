"""The fee that was quoted in this call, for this very version, and a yes to it: nothing less charges anybody."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.auth.identity import Level, Reason, Recognition
from gateway.booking.change import FeeDue, Forbidden
from gateway.booking.model import Appointment, Phase, PhaseKind, Policy, Status
from gateway.booking.policy import Ruling, Verdict
from gateway.booking.ports import RecordedAnswer, Tx
from gateway.calls.context import NO_CALL
from gateway.demo.salon import SABINE, SALON
from gateway.speech.speakable import speakable
from gateway.tools.arguments import read_arguments
from gateway.tools.changing import agreed_fee, caller_actor, fee_answer, forbidden
from gateway.tools.context import Services, ToolContext

NOW = datetime(2025, 10, 24, 7, 0, tzinfo=UTC)
START = NOW + timedelta(hours=5)
MATCHED = Recognition(Level.MATCHED, Reason.NUMBER, SABINE)
YES = read_arguments({"confirm": "ja"})
CODE_FOR_FEES = replace(SALON, identity={"code_for_fees": True})


def context(call_id: str = "call_1", salon: Any = SALON) -> ToolContext:
    services: Services = None  # type: ignore[assignment]  # agreeing to a fee asks no service of the house
    return ToolContext(salon, {}, replace(NO_CALL, call_id=call_id), NOW, services)


def appointment(version: int = 4) -> Appointment:
    phase = Phase(PhaseKind.INITIAL, "a", "emma", START, START + timedelta(hours=1), True, True, 0)
    return Appointment(
        id="a",
        version=version,
        status=Status.CONFIRMED,
        customer_id=SABINE.id,
        service_id="51",
        service_name="Waschen, schneiden, föhnen",
        start=START,
        end=phase.end,
        zone="Europe/Berlin",
        price_cents=5500,
        code="K7RP2X",
        phases=(phase,),
        policy=Policy(),
    )


@dataclass
class Quoted:
    """A transaction that remembers quotes by call, appointment and tool."""

    quotes: dict[tuple[str, str, str], dict[str, Any]]

    def quoted_fee(self, call_id: str, appointment_id: str, tool: str) -> RecordedAnswer | None:
        facts = self.quotes.get((call_id, appointment_id, tool))
        body = json.dumps(facts).encode()
        return None if facts is None else RecordedAnswer("k", "f", "fee_confirm", body, NOW, appointment_id)


def agreed(
    tx: Quoted, args: Any = YES, *, ctx: ToolContext | None = None, recognition: Recognition = MATCHED
) -> int | None:
    transaction: Tx = tx  # type: ignore[assignment]  # the one question that is asked
    return agreed_fee(transaction, ctx or context(), args, "cancel_appointment", appointment(), recognition)


QUOTE = Quoted({("call_1", "a", "cancel_appointment"): {"fee_cents": 2750, "version": 4}})


def test_a_yes_after_a_quote_is_an_agreement() -> None:
    """To the very sum that was named."""
    assert agreed(QUOTE) == 2750


@pytest.mark.parametrize("confirm", [None, "nein", "vielleicht", False, ""])
def test_without_a_yes_there_is_none(confirm: object) -> None:
    """The quote alone agrees to nothing."""
    assert agreed(QUOTE, read_arguments({"confirm": confirm})) is None


@pytest.mark.parametrize(
    "quotes",
    [
        {},
        {("call_2", "a", "cancel_appointment"): {"fee_cents": 2750, "version": 4}},  # in another call
        {("call_1", "b", "cancel_appointment"): {"fee_cents": 2750, "version": 4}},  # for another appointment
        {("call_1", "a", "reschedule_appointment"): {"fee_cents": 2750, "version": 4}},  # for another act
        {("call_1", "a", "cancel_appointment"): {"fee_cents": 2750, "version": 3}},  # before it was changed
        {("call_1", "a", "cancel_appointment"): {"fee_cents": 2750}},
    ],
)
def test_a_yes_to_something_else_is_none(quotes: dict[tuple[str, str, str], dict[str, Any]]) -> None:
    """The model may not agree in the caller's place, nor carry a yes over."""
    assert agreed(Quoted(quotes)) is None


def test_without_a_call_nobody_agrees() -> None:
    """There is nothing the quote could be tied to."""
    assert agreed(QUOTE, ctx=context("")) is None


def test_where_the_company_wants_a_code_a_number_is_not_enough() -> None:
    """L1 hears that a code is needed; L2 agrees."""
    strict = context(salon=CODE_FOR_FEES)
    proven = Recognition(Level.PROVEN, Reason.CODE, SABINE)
    assert agreed(QUOTE, ctx=strict) is None
    assert agreed(QUOTE, ctx=strict, recognition=proven) == 2750
    due = FeeDue(appointment(), Ruling(Verdict.FEE, 2750, NOW))
    assert fee_answer(strict, YES, due, "fee_cancel", MATCHED).answer.status == "verify"
    assert fee_answer(strict, read_arguments({}), due, "fee_cancel", MATCHED).answer.status == "fee_confirm"


@pytest.mark.parametrize("phrase", ["fee_cancel", "fee_move"])
def test_a_quote_names_the_sum_and_the_version_it_holds_for(phrase: str) -> None:
    """In words for the ear, in cents for the record."""
    due = FeeDue(appointment(), Ruling(Verdict.FEE, 2750, NOW))
    outcome = fee_answer(context(), read_arguments({}), due, phrase, MATCHED)
    assert (outcome.answer.status, dict(outcome.answer.facts)) == ("fee_confirm", {"fee_cents": 2750, "version": 4})
    assert "siebenundzwanzig Euro fünfzig" in outcome.answer.say
    assert speakable(outcome.answer.say) == []
    assert (outcome.effect, outcome.appointment_id) == (False, "a")


@pytest.mark.parametrize(
    ("verdict", "words"), [(Verdict.TOO_LATE, "zu spät"), (Verdict.TOO_MANY_MOVES, "schon so oft verlegt")]
)
def test_what_the_house_forbids_is_said_with_its_reason(verdict: Verdict, words: str) -> None:
    """One status, two sentences."""
    outcome = forbidden(context(), Forbidden(appointment(), Ruling(verdict, 0, NOW)), "too_late_move", MATCHED)
    assert outcome.answer.status == "too_late"
    assert words in outcome.answer.say


def test_the_author_of_a_change_is_a_caller_by_their_evidence() -> None:
    """Never a name, never a number."""
    actor = caller_actor(context(), MATCHED, "krank")
    assert (actor.by, actor.evidence, actor.call_id, actor.reason) == ("caller", "number", "call_1", "krank")
    assert caller_actor(context(""), MATCHED).call_id is None

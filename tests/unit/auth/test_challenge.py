"""One-time codes: ten minutes, five tries, one use, one call, one purpose."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.challenge import (
    MAX_TRIES,
    Binding,
    Challenge,
    Issued,
    Purpose,
    State,
    Verdict,
    count_try,
    issue,
    judge,
    spoken_code,
    text_prefix,
    uncounted,
)
from gateway.clock import RandomIds
from gateway.secretbox import derive

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
KEY = derive("s" * 32, "code")
SABINE = Binding("c1", "call-1", "sabine", Purpose.IDENTITY)


class FixedIds:
    def new_id(self) -> str:
        return "0190aa"

    def new_code(self) -> str:
        return "CFHKLR"

    def new_digits(self, count: int) -> str:
        return "048213"[:count]


@pytest.fixture
def issued() -> Issued:
    return issue(SABINE, key=KEY, ids=FixedIds(), now=NOW)


def attempt(
    challenge: Challenge, code: str, *, binding: Binding = SABINE, now: datetime = NOW, key: bytes = KEY
) -> tuple[Verdict, Challenge]:
    """Count, then judge, as the storage does."""
    counted = count_try(challenge)
    return (uncounted(challenge), challenge) if counted is None else judge(counted, binding, code, key=key, now=now)


def test_the_right_code_verifies_once(issued: Issued) -> None:
    """A code works one time; the second time there is nothing left to try."""
    verdict, used = attempt(issued.challenge, "048213")
    assert (verdict, used.state, used.tries) == (Verdict.VERIFIED, State.USED, 1)
    assert attempt(used, "048213") == (Verdict.EXPIRED, used)


def test_the_fifth_wrong_try_locks_and_the_right_code_is_then_too_late(issued: Issued) -> None:
    """Five tries in all; the sixth is not even looked at."""
    challenge, said = issued.challenge, []
    for wrong in ("000000", "048212", "48213", "0482133", ""):
        verdict, challenge = attempt(challenge, wrong)
        said.append(verdict)
    assert said == [Verdict.WRONG] * 4 + [Verdict.LOCKED]
    assert attempt(challenge, "048213") == (Verdict.LOCKED, challenge)


def test_the_fifth_try_may_still_be_right(issued: Issued) -> None:
    """Four mistakes are forgiven."""
    challenge = replace(issued.challenge, tries=4)
    assert attempt(challenge, "048213")[0] is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(0, Verdict.VERIFIED), (599, Verdict.VERIFIED), (600, Verdict.EXPIRED), (9999, Verdict.EXPIRED)],
)
def test_a_code_lives_ten_minutes(issued: Issued, seconds: int, verdict: Verdict) -> None:
    """From the moment it was made, to the second."""
    assert attempt(issued.challenge, "048213", now=NOW + timedelta(seconds=seconds))[0] is verdict


@pytest.mark.parametrize(
    "other",
    [
        replace(SABINE, company_id="c2"),
        replace(SABINE, call_id="call-2"),
        replace(SABINE, customer_id="hansi"),
        replace(SABINE, purpose=Purpose.CHANGE_CONTACT),
    ],
)
def test_a_code_holds_for_its_company_call_customer_and_purpose_only(issued: Issued, other: Binding) -> None:
    """The right digits in another call, for another person or act, are wrong digits."""
    assert attempt(issued.challenge, "048213", binding=other)[0] is Verdict.WRONG


def test_a_row_moved_to_another_challenge_or_key_proves_nothing(issued: Issued) -> None:
    """The hash holds its challenge's id and needs the installation's key."""
    assert attempt(replace(issued.challenge, id="other"), "048213")[0] is Verdict.WRONG
    assert attempt(issued.challenge, "048213", key=derive("t" * 32, "code"))[0] is Verdict.WRONG


def test_what_is_stored_does_not_hold_the_code(issued: Issued) -> None:
    """Neither the row nor any printed form of it shows the digits."""
    shown = f"{issued!r} {issued.challenge!r} {issued.challenge.code_hash.hex()}"
    assert "048213" not in shown
    assert len(issued.challenge.code_hash) == 32


def test_of_ten_thousand_parallel_guesses_five_are_evaluated(issued: Issued) -> None:
    """The count comes first: whoever gets no counted row is answered without a look at the code."""
    row, evaluated = issued.challenge, 0
    for guess in range(10_000):
        counted = count_try(row)
        if counted is None:
            assert uncounted(row) is Verdict.LOCKED
            continue
        row = counted  # others count their try before this one's verdict is stored
        evaluated += 1
        assert judge(counted, SABINE, f"{guess:06d}", key=KEY, now=NOW)[0] is not Verdict.VERIFIED
    assert evaluated == MAX_TRIES


@pytest.mark.parametrize(
    "challenge_changes",
    [{"tries": 0}, {"tries": 6}, {"tries": 1, "state": State.USED}, {"tries": 1, "state": State.LOCKED}],
)
def test_judging_without_counting_is_a_mistake_of_ours(issued: Issued, challenge_changes: dict[str, object]) -> None:
    """The rule cannot be forgotten: an uncounted or closed challenge is not judged."""
    with pytest.raises(ValueError, match="counted before"):
        judge(replace(issued.challenge, **challenge_changes), SABINE, "048213", key=KEY, now=NOW)  # type: ignore[arg-type]


def test_without_a_challenge_the_answer_is_that_of_an_old_one() -> None:
    """Whether a code was ever sent cannot be told from the answer."""
    assert uncounted(None) is Verdict.EXPIRED


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("048213", "048213"),
        ("048 213", "048213"),
        ("0-4-8-2-1-3", "048213"),
        ("null vier acht zwo eins drei", "048213"),
        ("oh four eight, two one three.", "048213"),
        ("048213; DROP TABLE challenge", ""),
        ("48213", ""),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_codes_are_understood_as_dictated(said: str, read: str) -> None:
    """Six digits however they are said; anything else is no code at all."""
    assert spoken_code(said) == read


@given(st.text(max_size=30))
def test_no_text_but_the_code_verifies(text: str) -> None:
    """Whatever a stranger says, only the digits open it, and nothing raises."""
    challenge = issue(SABINE, key=KEY, ids=FixedIds(), now=NOW).challenge
    verdict, _ = attempt(challenge, text)
    assert verdict is (Verdict.VERIFIED if spoken_code(text) == "048213" else Verdict.WRONG)


def test_codes_are_six_random_digits() -> None:
    """Leading zeros count, and a thousand codes are not a handful of numbers."""
    codes = {issue(SABINE, key=KEY, ids=RandomIds(), now=NOW).code for _ in range(1000)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 950


def test_right_and_wrong_codes_take_the_same_time(issued: Issued) -> None:
    """The median of judging does not tell how near a guess was."""
    counted = replace(issued.challenge, tries=1)
    times: dict[str, list[int]] = {"048213": [], "148213": [], "048214": []}
    for turn in range(6000):
        code = list(times)[turn % 3]
        started = time.perf_counter_ns()
        judge(counted, SABINE, code, key=KEY, now=NOW)
        times[code].append(time.perf_counter_ns() - started)
    near, far = statistics.median(times["048214"]), statistics.median(times["148213"])
    assert abs(near - far) / far < 0.15


@pytest.mark.parametrize(
    ("e164", "allowed"),
    [
        ("+4917612345678", True),
        ("+436641234567", True),
        ("+41791234567", True),
        ("+905321234567", False),
        ("+12025550143", False),
        ("+881612345678", False),
        ("+49", False),
        ("+49110", False),
        ("", False),
    ],
)
def test_text_messages_go_to_allowed_countries_only(e164: str, allowed: bool) -> None:
    """Pumping fraud needs far and costly prefixes; a salon's customers live next door."""
    assert (text_prefix(e164) is not None) is allowed
    assert text_prefix("+905321234567", ("+90",)) == "+90"
    assert text_prefix(None) is None


def test_a_number_is_counted_under_the_narrowest_prefix_that_allows_it() -> None:
    """A company may give a part of a country a budget of its own; an empty list allows nothing."""
    assert text_prefix("+4917612345678", ("+49", "+49176", "+43")) == "+49176"
    assert text_prefix("+4917612345678", ()) is None

"""One-time codes: the rules alone. What proves a caller at L2, and for how long.

A code is six digits, lives ten minutes, is judged at most five times and works once, for one company, call, customer
and purpose. Only its keyed hash is kept (`GATEWAY_SECRET_KEY`, use "code"): a stolen row can be tried out in a million
steps by whoever has the key, and by nobody else.

Storing is another's work (`gateway/storage`). It must count the try before `judge` looks at the code, in ONE statement,
so that parallel guesses cannot share a try:

    UPDATE challenge SET tries = tries + 1
     WHERE company_id = ? AND id = ? AND state = 'open' AND tries < 5 RETURNING *

No row: the try is not evaluated, `uncounted` says what to answer. A row: `judge` it. When the verdict closes it,

    UPDATE challenge SET state = ? WHERE company_id = ? AND id = ? AND state = 'open'

and only who changed a row (rowcount 1) may act on VERIFIED: of two right codes at once, one counts. How often codes are
sent is limited by `LimitRules.codes_*` (RELIABILITY S12).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.auth.phone import dictated_digits, parse_e164
from gateway.clock import Ids
from gateway.secretbox import keyed_hash

CODE_DIGITS: Final = 6
LIFETIME: Final = timedelta(minutes=10)
MAX_TRIES: Final = 5
TEXT_PREFIXES: Final = ("+49", "+43", "+41")
"""Countries a text message may go to unless a company says otherwise: pumping fraud lives on far and costly ones."""


class Verdict(StrEnum):
    """What `verify_caller` may say; the words are its status words."""

    VERIFIED = "verified"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


class State(StrEnum):
    """Of a challenge; only an open one can be tried."""

    OPEN = "open"
    USED = "used"
    LOCKED = "locked"
    EXPIRED = "expired"


class Purpose(StrEnum):
    """What the code is for; a code for one act proves nothing for another."""

    IDENTITY = "identity"
    CHANGE_CONTACT = "change_contact"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a code holds for. All of it goes into the hash, so a code cannot be carried over."""

    company_id: str
    call_id: str
    customer_id: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Challenge:
    """One code that was sent. `tries` includes the one being judged."""

    id: str
    binding: Binding
    code_hash: bytes
    """32 bytes, keyed; never the code."""
    expires_at: datetime
    tries: int = 0
    state: State = State.OPEN


@dataclass(frozen=True, slots=True)
class Issued:
    """A new challenge to store, and the code to send: the only moment it exists in the clear."""

    challenge: Challenge
    code: str

    def __repr__(self) -> str:
        return f"Issued({self.challenge.id})"


def issue(binding: Binding, *, key: bytes, ids: Ids, now: datetime) -> Issued:
    """A fresh code for `binding`. `key`: 32 bytes of the use "code"; `now` aware UTC."""
    challenge_id, code = ids.new_id(), ids.new_digits(CODE_DIGITS)
    hashed = _hash(challenge_id, binding, code, key)
    return Issued(Challenge(challenge_id, binding, hashed, now + LIFETIME), code)


def count_try(challenge: Challenge) -> Challenge | None:
    """The challenge with one more try, or None when it takes none: the storage's one statement as a value."""
    if challenge.state is not State.OPEN or challenge.tries >= MAX_TRIES:
        return None
    return replace(challenge, tries=challenge.tries + 1)


def uncounted(challenge: Challenge | None) -> Verdict:
    """What to answer when no try could be counted; the code is not looked at. None: there never was a challenge."""
    if challenge is not None and (challenge.state is State.LOCKED or challenge.tries >= MAX_TRIES):
        return Verdict.LOCKED
    return Verdict.EXPIRED


def judge(counted: Challenge, binding: Binding, code: str, *, key: bytes, now: datetime) -> tuple[Verdict, Challenge]:
    """The verdict on `code` for a try that was counted (`count_try`), and the challenge as it is to be stored.

    `binding` is what the present call claims; another call, customer or purpose makes the right code wrong. The hash is
    computed and compared in constant time whatever the outcome. Raises ValueError when no try was counted.
    """
    if counted.state is not State.OPEN or not 1 <= counted.tries <= MAX_TRIES:
        raise ValueError("a try must be counted before it is judged")
    right = hmac.compare_digest(_hash(counted.id, binding, spoken_code(code), key), counted.code_hash)
    if now >= counted.expires_at:
        return Verdict.EXPIRED, replace(counted, state=State.EXPIRED)
    if right:
        return Verdict.VERIFIED, replace(counted, state=State.USED)
    if counted.tries >= MAX_TRIES:
        return Verdict.LOCKED, replace(counted, state=State.LOCKED)
    return Verdict.WRONG, counted


def spoken_code(text: str) -> str:
    """The six digits of "123 456", "1-2-3-4-5-6" or "eins zwo drei ..."; "" (always wrong) for anything else."""
    digits = dictated_digits(text)
    return digits if digits is not None and len(digits) == CODE_DIGITS else ""


def text_prefix(e164: str | None, prefixes: Sequence[str] = TEXT_PREFIXES) -> str | None:
    """The longest allowed prefix a valid number is under; None: no text message may go to it."""
    if e164 is None or parse_e164(e164) != e164:
        return None
    return max((prefix for prefix in prefixes if e164.startswith(prefix)), key=len, default=None)


def _hash(challenge_id: str, binding: Binding, code: str, key: bytes) -> bytes:
    parts = (binding.company_id, binding.call_id, binding.customer_id, binding.purpose.value)
    return keyed_hash(key, challenge_id, *parts, code)

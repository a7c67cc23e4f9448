"""Who may do what: one table of acts and levels, and what a company may tighten (DESIGN section 8)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from gateway.auth.challenge import TEXT_PREFIXES
from gateway.auth.counters import Budget, Delay
from gateway.auth.identity import Level, Recognition
from gateway.auth.limits import LimitRules


class Act(StrEnum):
    """What a caller may want of us."""

    BOOK_NEW = "book_new"
    """With a call-back number when the own one is hidden."""
    HEAR_OWN = "hear_own"
    MOVE_OWN = "move_own"
    CANCEL_OWN = "cancel_own"
    AGREE_TO_FEE = "agree_to_fee"
    CHANGE_CONTACT = "change_contact"


NEEDED: Final[Mapping[Act, Level]] = {
    Act.BOOK_NEW: Level.UNKNOWN,
    Act.HEAR_OWN: Level.MATCHED,
    Act.MOVE_OWN: Level.MATCHED,
    Act.CANCEL_OWN: Level.MATCHED,
    Act.AGREE_TO_FEE: Level.MATCHED,
    Act.CHANGE_CONTACT: Level.MATCHED,
}
# With these a company may ask for a one-time code.
TIGHTENED: Final = (Act.AGREE_TO_FEE, Act.CHANGE_CONTACT)
_PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """One company's choices: its limits, and which acts need a code."""

    limits: LimitRules = field(default_factory=LimitRules)
    code_for_fees: bool = False
    code_for_contact: bool = False
    code_by_text: bool = False
    """Customers with a number on file and no usable e-mail address get their code as a text message."""
    text_prefixes: tuple[str, ...] = TEXT_PREFIXES
    """Beginnings of the E.164 numbers a text message may go to."""

    def needed(self, act: Act) -> Level:
        """The level `act` takes here."""
        if (act is Act.AGREE_TO_FEE and self.code_for_fees) or (act is Act.CHANGE_CONTACT and self.code_for_contact):
            return Level.PROVEN
        return NEEDED[act]


def may(recognition: Recognition, act: Act, rules: IdentityRules) -> bool:
    """Whether somebody recognised like this may do `act` at this company."""
    return recognition.level >= rules.needed(act)


def identity_rules(settings: Mapping[str, Any]) -> IdentityRules:
    """The rules in a company's stored settings; what is missing or makes no sense keeps its default.

    `{"code_for_fees": true, "limits": {"identity_caller": [3, 3600], "holds_per_number": 3}}`; a budget is
    `[amount, seconds]`, a delay `[free, first, longest, memory]` with seconds but for the first, `text_prefixes` a list
    as `["+49", "+43"]`.
    """
    return _rules(_TEXT(settings))


# A text tells 1 from true and 1.0, which as keys of a cache would be one; and it is made faster than it is read.
_TEXT: Final = json.JSONEncoder(sort_keys=True, default=dict).encode


@lru_cache(maxsize=1024)
def _rules(settings: str) -> IdentityRules:
    known: dict[str, Any] = json.loads(settings)
    limits = known.get("limits")
    chosen = limits if isinstance(limits, dict) else {}
    defaults = LimitRules()
    read = {f.name: _limit(getattr(defaults, f.name), chosen.get(f.name)) for f in fields(LimitRules)}
    choices = {name: known.get(name) is True for name in ("code_for_fees", "code_for_contact", "code_by_text")}
    return IdentityRules(LimitRules(**read), text_prefixes=_prefixes(known.get("text_prefixes")), **choices)


def _prefixes(chosen: object) -> tuple[str, ...]:
    """The company's own list, where every entry is a plus and digits."""
    if not isinstance(chosen, list) or not all(isinstance(one, str) and _PREFIX.fullmatch(one) for one in chosen):
        return TEXT_PREFIXES
    return tuple(chosen)


def _limit(default: Any, chosen: object) -> Any:
    """What a company chose for one limit, where it has the default's shape."""
    figures: list[Any] = chosen if isinstance(chosen, list) else [chosen]
    if not all(type(figure) is int and figure >= 0 for figure in figures):
        return default
    match default, figures:
        case Budget(), [amount, seconds] if amount and seconds:
            return Budget(amount, seconds)
        case Delay(), [free, first, longest, memory] if free and memory and longest >= first:
            return Delay(free, first, longest, memory)
        case int(), [figure] if figure is chosen:
            return figure
    return default

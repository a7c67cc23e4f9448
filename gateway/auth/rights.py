"""Who may do what: one table of acts and levels, and what a company may tighten (DESIGN section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from gateway.auth.identity import Level, Recognition
from gateway.auth.limits import Budget, LimitRules


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


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """One company's choices: its limits, and which acts need a code."""

    limits: LimitRules = field(default_factory=LimitRules)
    code_for_fees: bool = False
    code_for_contact: bool = False

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
    `[amount, seconds]`.
    """
    return _rules(_frozen(settings))


@lru_cache(maxsize=1024)
def _rules(settings: tuple[tuple[str, Any], ...]) -> IdentityRules:
    known = dict(settings)
    chosen: dict[str, Any] = dict(known.get("limits") or ())
    defaults = LimitRules()
    read = {f.name: _limit(getattr(defaults, f.name), chosen.get(f.name)) for f in fields(LimitRules)}
    return IdentityRules(LimitRules(**read), known.get("code_for_fees") is True, known.get("code_for_contact") is True)


def _limit(default: Any, chosen: object) -> Any:
    """What a company chose for one limit, where it has the default's shape."""
    match default, chosen:
        case Budget(), (int() as amount, int() as seconds) if amount > 0 and seconds > 0:
            return Budget(amount, seconds)
        case int(), int() if not isinstance(chosen, bool) and chosen >= 0:
            return chosen
    return default


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), _frozen(item)) for key, item in value.items()))
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else value

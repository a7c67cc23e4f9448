"""Moving by so much: "eine Stunde später", "zwei Tage früher", "zur gleichen Uhrzeit", "etwas später".

Said of an appointment that stands, this counts from the appointment, not from today: what the grammar of days and times
would read in it ("eine Woche später": a week from now) is not meant. Pure; the appointment comes as its local start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.speech.fold import plain
from gateway.speech.numbers import cardinal
from gateway.speech.when import When
from gateway.tools.arguments import Arguments

MAX_COUNT: Final = 90
GRAIN: Final = timedelta(minutes=5)
NEAR: Final = timedelta(hours=2)
"""How far "etwas" reaches; farther comes as an alternative."""
_ONE: Final = ("ein", "eine", "einen", "einer", "one", "a", "an")
_NUMBERS: Final = {
    **{cardinal(n): n for n in range(1, MAX_COUNT + 1)},
    **{plain(cardinal(n)): n for n in range(1, MAX_COUNT + 1)},
    **{plain(cardinal(n, lang="en")): n for n in range(2, MAX_COUNT + 1)},
    **dict.fromkeys(_ONE, 1),
    "zwo": 2,
}
# Minutes of one; half and quarter hours before plain ones, for the longest is tried first.
_FIXED: Final = {
    r"(?:eine |ne )?(?:halbe stunde|half an hour)": 30,
    r"half an hour|a half hour": 30,
    r"(?:eine |ne )?(?:viertelstunde|viertel stunde)": 15,
    r"(?:a )?quarter (?:of an )?hour": 15,
    r"(?:eine )?(?:dreiviertelstunde|dreiviertel stunde)": 45,
    r"(?:anderthalb|eineinhalb|ein einhalb) stunden|(?:one|an hour) and a half(?: hours)?": 90,
    r"(?:zweieinhalb|zwei einhalb) stunden|two and a half hours": 150,
}
_UNITS: Final = {
    r"minuten?|minutes?|min": 1,
    r"stunden?|hours?|std|h": 60,
    r"tage?|tagen|days?": 1440,
    r"wochen?|weeks?": 10080,
}
_LATER: Final = r"sp(?:ä|ae)ter|nach hinten|danach|later"
_EARLIER: Final = r"fr(?:ü|ue)her|eher|vorher|davor|nach vorne?|vorverlegen|vorziehen|earlier"
_COUNT: Final = r"\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True))
_FIXED_SAID: Final = "|".join(f"(?P<f{n}>{pattern})" for n, pattern in enumerate(_FIXED))
_UNIT_SAID: Final = "|".join(f"(?P<u{n}>{pattern})" for n, pattern in enumerate(_UNITS))
_BY: Final = re.compile(
    rf"\b(?:um |by )?(?:{_FIXED_SAID}|(?P<count>{_COUNT}) ?(?:{_UNIT_SAID}))"
    rf" (?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))\b",
    re.IGNORECASE,
)
_SAME_CLOCK: Final = re.compile(
    r"\b(?:(?:zu|um|in) )?(?:zur |der |die )?(?:gleichen?|selben?|dieselbe|derselben) (?:uhr)?zeit\b|\b(?:at )?(?:the )?same time\b",
    re.IGNORECASE,
)
_VAGUE: Final = re.compile(
    r"(?:(?:lieber|gern|gerne|bitte|doch|ein|a|etwas|wenig|bisschen|bit|little|noch|moeglichst|am tag|wenn es geht) )*"
    r"(?:(?P<later>spaeter|later)|(?P<earlier>frueher|eher|earlier))(?: bitte| please| am tag| in the day)?"
)
# What may stand beside it and says no more.
_GLUE: Final = re.compile(r"\b(?:auf|um|bitte|gern|gerne|verschieben|verlegen|please|move|it|by)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much an appointment moves; neither: its clock time stays."""

    days: int = 0
    minutes: int = 0

    def from_start(self, start: datetime) -> datetime:
        """`start` (naive local) moved on the wall clock."""
        return start + timedelta(days=self.days, minutes=self.minutes)


def take_shift(args: Arguments) -> tuple[Shift | None, Arguments]:
    """The shift said in `date`, `time` or `when`, and the arguments without its words; without one as they were."""
    shift: Shift | None = None
    left = dict(args.values)
    for name in ("when", "time", "date"):
        said = left.get(name, "")
        by, same = _BY.search(said), _SAME_CLOCK.search(said)
        if by is None and same is None:
            continue
        if by is not None and (shift is None or shift == Shift()):
            shift = _amount(by)
        shift = shift or Shift()
        rest = _SAME_CLOCK.sub(" ", _BY.sub(" ", said))
        left[name] = " ".join(rest.split()) if re.search(r"\w", _GLUE.sub("", rest)) else ""
    return shift, args if shift is None else Arguments({key: text for key, text in left.items() if text}, args.ignored)


def _amount(found: re.Match[str]) -> Shift:
    minutes = next((m for n, m in enumerate(_FIXED.values()) if found[f"f{n}"]), None)
    if minutes is None:
        said = found["count"].lower()
        unit = next(m for n, m in enumerate(_UNITS.values()) if found[f"u{n}"])
        minutes = (int(said) if said.isdigit() else _NUMBERS[said]) * unit
    sign = 1 if found["later"] else -1
    days, rest = divmod(minutes, 1440)
    return Shift(sign * days, sign * rest)


def vaguely(args: Arguments, start: datetime) -> When | None:
    """ "Etwas später": the two hours after `start` (naive local), or those before it; None: not said."""
    said = [plain(text) for name in ("date", "time", "when") if (text := args.get(name))]
    found = _VAGUE.fullmatch(said[0]) if len(said) == 1 else None
    if found is None:
        return None
    if found["later"]:
        return When("interval", start + GRAIN, start + NEAR + GRAIN, "minute")
    return When("interval", start - NEAR, start, "minute")

"""The values the grammar works with: days, clock readings, windows, items and the context of one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Grain = Literal["minute", "part_of_day", "day", "week", "month"]
WeeklyHours = Mapping[int, Sequence[tuple[int, int]]]
"""Opening hours: weekday (0 = Monday) -> open intervals in minutes of the local day."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """Days `[start, end)`; a side is None when open. `readings`: other days the same words can mean."""

    start: date | None
    end: date | None
    grain: Grain = "day"
    within: bool = False
    readings: tuple[date, ...] = ()

    @property
    def single(self) -> date | None:
        """The day, when it is exactly one."""
        return self.start if self.start and self.end and self.end - self.start == ONE_DAY else None


def one_day(day: date, *, readings: tuple[date, ...] = ()) -> Days:
    """Return the single day as `Days`."""
    return Days(day, day + ONE_DAY, "day", False, readings)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock reading in minutes of the day, 0..1440; `twelve`: morning or afternoon was left open (1:00..12:59)."""

    minute: int
    twelve: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the day between two clock readings; a side is None when open. `part` when a part was said."""

    lo: Clock | None
    hi: Clock | None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch between two moments, each a day with an optional clock reading; a side is None when open."""

    lo: tuple[date, Clock | None] | None
    hi: tuple[date, Clock | None] | None


@dataclass(frozen=True, slots=True)
class Item:
    """One word or one folded phrase: `code` (see `codes`), numbers `n` and `m`, the text, and a meaning if built."""

    code: str
    n: int = 0
    m: int = 0
    text: str = ""
    digits: bool = False
    days: Days | None = None
    clock: Clock | None = None
    window: Window | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a reading depends on besides the words: the local moment of speaking, the language, the opening hours."""

    reference: datetime
    lang: str
    hours: WeeklyHours | None = None

    @property
    def today(self) -> date:
        """The local day of speaking."""
        return self.reference.date()

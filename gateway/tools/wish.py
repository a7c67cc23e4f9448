"""From what the agent passed on ("Freitag", "14 Uhr", "nächste Woche abends") to a wish the search understands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from gateway.booking.model import GRAIN_MINUTES, Interval, Salon
from gateway.booking.offers import Wish
from gateway.booking.timeline import local_date, open_hours, resolve
from gateway.speech.grammar.question import ask_which
from gateway.speech.numbers import Lang
from gateway.speech.soonest import means_soonest
from gateway.speech.when import When, understand
from gateway.tools.arguments import Arguments
from gateway.tools.context import ToolContext

ONE_DAY: Final = timedelta(days=1)
GRAIN: Final = timedelta(minutes=GRAIN_MINUTES)
# "Montag oder Dienstag", but not "Montag oder so".
_OR: Final = re.compile(
    r"\b(?:oder|or|beziehungsweise|bzw)\b\W+(?!so\b|sp[äa]|fr[üu]h|later\b|earlier\b|lieber\b)\w", re.IGNORECASE
)
# A time or a part of the day without a day means one of the coming days; an open end ("ab Montag") reaches as far.
NEAR_DAYS: Final = 7
OPEN_DAYS: Final = 14
FAR: Final = timedelta(days=800)
NOON: Final = 12 * 60
# Whoever asks for the afternoon does not mean lunch time; that comes as an alternative when nothing else is free.
AFTERNOON: Final = 13 * 60


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of a moment: `when` None means that none was said at all."""

    when: When | None
    soonest: bool = False
    """Nothing was named because any time will do."""
    either: bool = False
    """The caller named several and will take any of them ("Montag oder Dienstag"): `when` is the first."""

    @property
    def silent(self) -> bool:
        return self.when is None

    @property
    def unclear(self) -> bool:
        """Something was said and no moment could be read in it."""
        return self.when is not None and self.when.kind == "none"

    @property
    def doubtful(self) -> bool:
        """Two readings are real: ask, don't choose."""
        return self.when is not None and bool(self.when.readings) and self.when.question is not None

    @property
    def moment(self) -> datetime | None:
        """The naive local date and time, when exactly one was named."""
        start = self.when.start if self.when and self.when.kind == "datetime" and not self.either else None
        return start if isinstance(start, datetime) else None

    @property
    def day(self) -> date | None:
        """The day named, alone or with a time."""
        start = self.when.start if self.when and self.when.kind in ("date", "datetime") and not self.either else None
        return start.date() if isinstance(start, datetime) else start if isinstance(start, date) else None

    @property
    def clock(self) -> time | None:
        """The time named, alone or with a day."""
        start = self.when.start if self.when and self.when.kind in ("time", "datetime") and not self.either else None
        return start.time() if isinstance(start, datetime) else start if isinstance(start, time) else None


def hear(
    ctx: ToolContext, args: Arguments, *, day: str = "date", clock: str = "time", free: str | None = "when"
) -> Heard:
    """The moment in the arguments named: separate day and clock first, then the free text."""
    day_text, clock_text = args.get(day), args.get(clock)
    free_text = args.get(free) if free else None
    heard = [found for found in (_pair(ctx, day_text, clock_text), _one(ctx, free_text)) if found is not None]
    if not heard:
        return Heard(None, soonest=any(text and means_soonest(text) for text in (day_text, clock_text, free_text)))
    clear = [when for when in heard if when.kind != "none"]
    found = _completed(clear[0], clear[1]) if len(clear) == 2 else clear[0] if clear else heard[0]
    either = bool(found.readings) and any(_OR.search(text) for text in (day_text, clock_text, free_text) if text)
    return Heard(found if either else _without_impossible(ctx, found), either=either)


def _without_impossible(ctx: ToolContext, found: When) -> When:
    """Of several readings those the house is open for and that are not over; the first where there is none: nobody is
    asked between times that cannot be."""
    if not found.readings:
        return found
    readings = (replace(found, readings=(), question=None), *found.readings)
    possible = [reading for reading in readings if opens(ctx, reading)]
    if len(possible) == len(readings):
        return found
    first, *others = possible or readings[:1]
    question = ask_which(first.start, others[0].start, lang=ctx.salon.lang) if others else None
    return replace(first, readings=tuple(others), question=question)


def _one(ctx: ToolContext, text: str | None) -> When | None:
    """What one text says; None when nothing was said, or that any time will do."""
    if not text:
        return None
    lang: Lang = "en" if ctx.salon.lang == "en" else "de"
    found = understand(text, ctx.local_now, lang, hours=_weekly(ctx.salon))
    if lang == "de" and (found.kind == "none" or _timed(found) or _all_day_long(found)):
        # models and callers mix languages; a second look costs microseconds, and "Tuesday at 10 am" has a day
        english = understand(text, ctx.local_now, "en", hours=_weekly(ctx.salon))
        found = english if found.kind == "none" else _with_english(found, english)
    return None if found.kind == "none" and means_soonest(text) else found


def _with_english(found: When, english: When) -> When:
    """What both looks at one text say together: "nächste Woche in the morning"."""
    if _all_day_long(found if _timed(english) else english):
        return _completed(found, english)
    dated = english.kind in ("date", "datetime") or _dated_interval(english)
    return english if _timed(found) and dated else found


def _pair(ctx: ToolContext, day: str | None, clock: str | None) -> When | None:
    """A day and a clock time from two arguments, in whatever way the model split them."""
    if not (day and clock):
        return _one(ctx, day or clock)
    joined = _one(ctx, f"{day} {clock}")
    if joined is not None and (joined.kind == "datetime" or _dated_interval(joined)) and not _all_day_long(joined):
        return joined
    first, second = _one(ctx, day), _one(ctx, clock)
    if first is None or second is None:
        return first or second
    if first.kind == "none" or second.kind == "none":
        return first if second.kind == "none" else second
    return _completed(first, second)


def _completed(first: When, second: When) -> When:
    """Two readings as one: the day or days of one with the clock or the hours of the other; else the first."""
    days, beside = (second, first) if _days_only(second) else (first, second)
    if _days_only(days) and _timed(beside):
        return replace(days, hours=_minutes(beside), part=beside.part)
    dated, timed = (first, second) if second.kind in ("time", "interval") else (second, first)
    if (
        dated.kind == "date"
        and isinstance(dated.start, date)
        and timed.kind == "time"
        and isinstance(timed.start, time)
    ):
        return replace(dated, kind="datetime", start=datetime.combine(dated.start, timed.start), grain="minute")
    if dated.kind == "date" and isinstance(dated.start, date) and timed.kind == "interval":
        bounds = [b if not isinstance(b, time) else datetime.combine(dated.start, b) for b in (timed.start, timed.end)]
        if not any(isinstance(b, date) and not isinstance(b, datetime) for b in bounds):
            return replace(timed, start=bounds[0], end=bounds[1])
    return first


def _dated_interval(when: When) -> bool:
    return when.kind == "interval" and any(isinstance(bound, date) for bound in (when.start, when.end))


def _days_only(when: When) -> bool:
    """A stretch of whole days."""
    bounds = [bound for bound in (when.start, when.end) if bound is not None]
    return when.kind == "interval" and bool(bounds) and all(_is_day(bound) for bound in bounds)


def _all_day_long(when: When) -> bool:
    """A stretch of whole days with no hours said of them."""
    return _days_only(when) and when.hours is None


def _timed(when: When) -> bool:
    """A time, or hours, of no day."""
    bounds = [bound for bound in (when.start, when.end) if bound is not None]
    return when.kind in ("time", "interval") and bool(bounds) and all(isinstance(bound, time) for bound in bounds)


def _is_day(bound: object) -> bool:
    return isinstance(bound, date) and not isinstance(bound, datetime)


def _minutes(when: When) -> tuple[int, int]:
    """A time, or hours, of no day as minutes of the day."""
    start, end = when.start, when.end
    low = _begin(when, start) if isinstance(start, time) else 0
    if when.kind == "time":
        return low, low + 1
    high = _minute(end) if isinstance(end, time) else 24 * 60
    return low, high if high > low else 24 * 60


def _weekly(salon: Salon) -> Mapping[int, Sequence[tuple[int, int]]]:
    return salon.opening.weekly


def instant(salon: Salon, moment: datetime) -> datetime:
    """A naive local moment as the UTC instant the salon's clock shows it at."""
    return resolve(moment.date(), moment.hour * 60 + moment.minute, salon.tz)


def stretch(ctx: ToolContext, heard: Heard) -> Interval | None:
    """From the first to the last instant of what was named, where that is days or hours of a named day ("nächste
    Woche"); None for one moment, a day, or hours of no day."""
    when = heard.when
    if when is None or not _dated_interval(when):
        return None
    windows = _interval(ctx, when).windows
    if not windows:
        return None
    return Interval(windows[0].start, windows[-1].end if when.end is not None else ctx.now + FAR)


def as_wish(ctx: ToolContext, heard: Heard) -> Wish:
    """What the search should look for; as soon as possible when nothing was said."""
    when = heard.when
    if when is None or when.kind == "none":
        return Wish()
    if heard.either:
        wishes = [as_wish(ctx, Heard(replace(one, readings=()))) for one in (when, *when.readings)]
        windows = [w for wish in wishes for w in (_grain(wish.exact) if wish.exact else wish.windows)]
        return Wish(windows=tuple(sorted(windows, key=lambda window: (window.start, window.end))))
    if (moment := heard.moment) is not None:
        return Wish.at(instant(ctx.salon, moment))
    if when.kind == "date" and heard.day is not None:
        return Wish.on(ctx.salon, heard.day)
    return _interval(ctx, when)


def opens(ctx: ToolContext, when: When) -> bool:
    """Whether the house is open at some time to come that `when` means; of a time without a day: on one of the coming
    days."""
    wish = as_wish(ctx, Heard(when))
    return any(_open_in(ctx, window) for window in (_grain(wish.exact) if wish.exact else wish.windows))


def _open_in(ctx: ToolContext, stretch: Interval) -> bool:
    day, tz = local_date(stretch.start, ctx.salon.tz), ctx.salon.tz
    spans = open_hours(ctx.salon, day) if stretch.end > ctx.now else ()
    return any(resolve(day, low, tz) < stretch.end and stretch.start < resolve(day, high, tz) for low, high in spans)


def _grain(start: datetime) -> tuple[Interval]:
    return (Interval(start, start + GRAIN),)


def _interval(ctx: ToolContext, when: When) -> Wish:
    start, end = when.start, when.end
    if isinstance(start, datetime) or isinstance(end, datetime):
        return _moments(ctx, when, start, end)
    if _timed(when):
        return Wish.on(ctx.salon, ctx.today, ctx.today + NEAR_DAYS * ONE_DAY, minutes=_minutes(when))
    first = start if isinstance(start, date) else ctx.today
    last = end - ONE_DAY if isinstance(end, date) else first + OPEN_DAYS * ONE_DAY
    begin = max(first, ctx.today) if last >= ctx.today else first
    return Wish.on(ctx.salon, begin, max(first, last), minutes=_each_day(when))


def _moments(ctx: ToolContext, when: When, start: object, end: object) -> Wish:
    """Bounds with a day: an open side reaches to that day's edge; several days repeat the hours of none."""
    low = start if isinstance(start, datetime) else None
    high = end if isinstance(end, datetime) else None
    anchor = low or high
    assert anchor is not None
    if low is None:
        low = datetime.combine(start if isinstance(start, date) else anchor.date(), time())
    if high is None:
        last = end if isinstance(end, date) else anchor.date() + ONE_DAY
        high = datetime.combine(last, time())
    if high.date() > low.date() and (high - low) > ONE_DAY:
        return Wish.on(ctx.salon, low.date(), high.date())
    minutes_high = _minute(high.time()) + (24 * 60 if high.date() > low.date() else 0)
    return Wish.on(ctx.salon, low.date(), minutes=(_begin(when, low.time()), min(minutes_high, 24 * 60)))


def _each_day(days: When) -> tuple[int, int]:
    """The minutes meant of each of several days ("nächste Woche nachmittags")."""
    low, high = days.hours or (0, 24 * 60)
    return _after_lunch(days, low), high


def _begin(when: When, clock: time) -> int:
    return _after_lunch(when, _minute(clock))


def _after_lunch(when: When, minute: int) -> int:
    return AFTERNOON if when.part == "nachmittag" and minute == NOON else minute


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute

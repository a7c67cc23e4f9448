"""Understand what a caller says about days and times, in German and English: `understand(text, reference) -> When`.

Pure: the moment of speaking is an argument. What people leave open is read by the conventions of the evaluation
format (a weekday is the next one, a date without year is the next that is not past, an hour from one to twelve lies
in opening hours); where two readings stay real, both are given with the question that settles them.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from gateway.speech.grammar.combine import Meaning, combine
from gateway.speech.grammar.model import ONE_DAY, Clock, Context, Days, Grain, Span, WeeklyHours, Window
from gateway.speech.grammar.parts import NIGHT, PARTS, public
from gateway.speech.grammar.question import ask_which
from gateway.speech.grammar.rewrite import rewrite
from gateway.speech.grammar.rules import RULES
from gateway.speech.grammar.settle import both_halves, settle, settle_window
from gateway.speech.grammar.tokens import items_of, speaks_other

__all__ = ["NOTHING", "Kind", "Moment", "WeeklyHours", "When", "understand"]

Kind = Literal["date", "time", "datetime", "interval", "none"]
Moment = date | time | datetime | None
MINUTES: Final = 1440


@dataclass(frozen=True, slots=True)
class When:
    """A day, a time, both, or a stretch of either, as said.

    `start`, `end`: naive local values; `end` is exclusive, None when open or no interval. `within`: any day or time
    inside is meant ("Ende nächster Woche"). `part`: frueh, vormittag, mittag, nachmittag, abend or nacht, when said.
    `hours`: of several days, the minutes [from, to) meant of each of them ("am Wochenende um zehn": 600, 601).
    `readings`: the other real readings, `question`: what to ask about them.
    """

    kind: Kind
    start: Moment = None
    end: Moment = None
    grain: Grain | None = None
    part: str | None = None
    within: bool = False
    hours: tuple[int, int] | None = None
    readings: tuple["When", ...] = ()
    question: str | None = None

    def as_case(self) -> dict[str, str | None] | None:
        """Return `kind, start, end, part` as the evaluation writes them, None when nothing was understood."""
        if self.kind == "none":
            return None
        return {"kind": self.kind, "start": _written(self.start), "end": _written(self.end), "part": self.part}


NOTHING: Final = When("none")


def understand(text: str, reference: datetime, lang: str = "de", *, hours: WeeklyHours | None = None) -> When:
    """Return what `text` says about a day or time, spoken at `reference` (naive local).

    Total: any text is answered, `When("none")` when it names no usable time. `lang`: "de" or "en" (else German).
    `hours` (weekday, 0 = Monday -> open minutes of the local day) settle morning or afternoon.
    """
    spoken = "en" if lang[:2].lower() == "en" else "de"
    context = Context(reference.replace(tzinfo=None), spoken, hours)
    if speaks_other(text, spoken):
        heard = _read(text, replace(context, lang="de" if spoken == "en" else "en"))
        if heard.kind != "none":
            asked = ask_which(heard.start, heard.readings[0].start, lang=spoken) if heard.readings else None
            return replace(heard, question=asked)
    return _read(text, context)


def _read(text: str, context: Context) -> When:
    try:
        meaning = combine(rewrite(items_of(text, context), RULES[context.lang], context), context)
        return NOTHING if meaning is None else _with_readings(_when(meaning, context), meaning, context)
    except (OverflowError, ValueError):
        # Days beyond the calendar (year 1, year 9999): no usable time.
        return NOTHING


def _with_readings(said: When, meaning: Meaning, context: Context) -> When:
    """Add the other real readings and the question that settles them."""
    if said.kind == "none" or meaning.days is not None and not (meaning.days.start and meaning.days.end):
        return said
    others = [*_other_days(meaning, context), *_other_times(said, meaning, context)]
    others = [other for at, other in enumerate(others) if other != said and other not in others[:at]]
    if not others:
        return said
    return replace(said, readings=tuple(others), question=ask_which(said.start, others[0].start, lang=context.lang))


def _other_days(meaning: Meaning, context: Context) -> list[When]:
    days = meaning.days
    if days is None or days.start is None or days.end is None:
        return []
    starts = [*meaning.other_days, *days.readings]
    stretch = days.end - days.start
    moved = [replace(days, start=start, end=start + stretch, readings=()) for start in starts]
    return [_when(replace(meaning, days=other), context) for other in moved]


def _other_times(said: When, meaning: Meaning, context: Context) -> list[When]:
    """The clocks said beside the first ('um acht oder um neun'), and both sevens when hours do not settle them."""
    clocks = list(meaning.other_clocks)
    clock = meaning.clock
    day = meaning.days.single if meaning.days else None
    if clock is not None and clock.twelve and both_halves(clock, context, day.weekday() if day else None):
        minute = settle(clock, context, day.weekday() if day else None)
        clocks.append(Clock((minute + MINUTES // 2) % MINUTES))
    return (
        [_when(replace(meaning, clock=other), context) for other in clocks] if said.kind in {"time", "datetime"} else []
    )


def _when(meaning: Meaning, context: Context) -> When:
    if meaning.moment_minutes is not None:
        at = (context.reference + timedelta(minutes=meaning.moment_minutes)).replace(second=0, microsecond=0)
        return When("datetime", at, None, "minute")
    if meaning.span is not None:
        return _span(meaning.span, context)
    day = meaning.days.single if meaning.days else None
    if meaning.days is not None and day is None:
        return _days(meaning.days, meaning, context)
    if meaning.window is not None:
        return _window(meaning.window, day, context)
    if meaning.part is not None:
        return _part(meaning.part, day)
    if meaning.clock is not None:
        minute = settle(meaning.clock, context, day.weekday() if day else None)
        if day is None:
            return When("time", _time(minute), None, "minute")
        if minute == 0 and meaning.counted_day and day == context.today:
            minute = MINUTES  # "heute um Mitternacht" is the one to come
        elif meaning.counted_day and day == context.today and meaning.settled_part in NIGHT and minute < 5 * 60:
            minute += MINUTES if _at(day, minute) < context.reference else 0  # "heute Nacht um zwei"
        return When("datetime", _at(day, minute), None, "minute")
    return When("date", day, None, "day") if day else NOTHING


def _days(days: Days, meaning: Meaning, context: Context) -> When:
    part = meaning.part or meaning.settled_part
    if (days.start is None) != (days.end is None) and meaning.clock is not None:
        bound = days.start or (days.end - ONE_DAY if days.end else None)
        if bound is not None:
            minute = settle(meaning.clock, context, bound.weekday())
            at = _at(bound, minute)
            return When("interval", at if days.start else None, at if days.end else None, "minute")
    return When("interval", days.start, days.end, days.grain, public(part), days.within, _hours(meaning, context))


def _hours(meaning: Meaning, context: Context) -> tuple[int, int] | None:
    """The minutes of each of several days: of the window, the clock or the part said with them."""
    if meaning.window is not None:
        lo, hi = settle_window(meaning.window, context, None)
        return lo or 0, MINUTES if hi is None or lo is not None and hi <= lo else hi
    if meaning.clock is not None:
        minute = settle(meaning.clock, context, None) % MINUTES
        return minute, minute + 1
    if meaning.part is None:
        return None
    start, end = PARTS[meaning.part]
    return start, min(end, MINUTES)


def _window(window: Window, day: date | None, context: Context) -> When:
    lo, hi = settle_window(window, context, day.weekday() if day else None)
    if day is None:
        return When("interval", _time(lo), _time(hi), "minute", public(window.part))
    if lo is not None and hi is not None and hi <= lo:
        hi += MINUTES
    start = None if lo is None else _at(day, lo)
    return When("interval", start, None if hi is None else _at(day, hi), "minute", public(window.part))


def _part(part: str, day: date | None) -> When:
    start, end = PARTS[part]
    if day is None:
        return When("interval", _time(start), _time(end), "part_of_day", public(part))
    return When("interval", _at(day, start), _at(day, end), "part_of_day", public(part))


def _span(span: Span, context: Context) -> When:
    def moment(bound: tuple[date, Clock | None] | None) -> datetime | None:
        if bound is None:
            return None
        day, clock = bound
        return _at(day, 0 if clock is None else settle(clock, context, day.weekday()))

    return When("interval", moment(span.lo), moment(span.hi), "minute")


def _time(minute: int | None) -> time | None:
    return None if minute is None else time(minute % MINUTES // 60, minute % 60)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def _written(moment: Moment) -> str | None:
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="minutes")
    return moment.isoformat(timespec="minutes") if isinstance(moment, time) else moment.isoformat()

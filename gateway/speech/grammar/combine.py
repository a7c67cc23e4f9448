"""Put days, clock readings and windows together into one meaning; settle or record what is left open."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from gateway.speech.grammar.calendar import day_in, monday_of, month_start, next_weekday
from gateway.speech.grammar.model import ONE_DAY, Clock, Context, Days, Item, Span, Window, one_day
from gateway.speech.grammar.parts import PARTS, at_part
from gateway.speech.grammar.rules_days import ARTICLES, day_of_month, fitting_year

MEANINGFUL: Final = frozenset("DWCIJP0O")


@dataclass(slots=True)
class Meaning:
    """What was said: days, and the time of day as a clock reading, a window or a part; or a stretch, or a moment."""

    days: Days | None = None
    clock: Clock | None = None
    window: Window | None = None
    part: str | None = None
    span: Span | None = None
    moment_minutes: int | None = None
    other_days: list[date] = field(default_factory=list)
    other_clocks: list[Clock] = field(default_factory=list)
    settled_part: str | None = None
    counted_day: bool = False


def combine(items: Sequence[Item], context: Context) -> Meaning | None:
    """Return the meaning of the folded row, None when it holds no day and no time."""
    items = _moved(_after_correction(_possible(items)))
    meaning = Meaning()
    for item in items:
        if item.span is not None:
            return Meaning(span=item.span)
    moments = [item for item in items if item.code == "0"]
    clocks = [item for item in items if item.code == "C"]
    meaning.days = _days(items, context, meaning)
    if moments and not clocks and (moments[0].text == "moment" or meaning.days is None and _now_is_meant(items)):
        return Meaning(moment_minutes=moments[0].n)
    if meaning.days is None and any(item.text == "no such day" or _no_day(items, at) for at, item in enumerate(items)):
        return None  # "am 31. November um zehn": the time alone would hide the slip
    _time(items, meaning)
    meaning.counted_day = any(item.text in {"relative", "tonight", "latetonight"} for item in items)
    if meaning.days is None and any(item.text in {"tonight", "latetonight"} for item in items):
        meaning.days = one_day(context.today)
    if meaning.days is None and meaning.clock is None and meaning.window is None and meaning.part is None:
        return None
    return meaning


_NOT: Final = frozenset({"nicht", "nich", "net", "ned"})
_BUT: Final = frozenset({"aber", "but", "dann", "then", "lieber", "besser", "stattdessen", "sonst"})


def _possible(items: Sequence[Item]) -> Sequence[Item]:
    """'am Montag kann ich nicht': the day is out; 'vor neun geht nicht': from nine on is left.

    What stands before the refusal is out, or, when nothing does ('ich kann nicht am Montag'), what follows it.
    """
    kept: list[Item] = []
    clause = 0
    silent = False
    for at, item in enumerate(items):
        ends = item.code in "pc!" or item.text in _BUT
        if silent and not ends:
            continue
        silent = False
        if _refuses(items, at):
            said = [other for other in kept[clause:] if other.code in MEANINGFUL]
            silent = not said and item.code == "7" and not item.days
            opens = [_turned(other.window) for other in said if other.window is not None]
            del kept[clause:]
            if opens and len(opens) == 1 and opens[0] is not None:
                kept += [other if other.code != "I" else Item("I", window=opens[0]) for other in said]
            clause = len(kept)
        else:
            kept.append(item)
            if ends:
                clause = len(kept)
    return kept


def _refuses(items: Sequence[Item], at: int) -> bool:
    """'geht nicht', or a 'nicht' that ends the clause ('Montag nicht')."""
    item = items[at]
    return item.code == "7" or (
        item.code == "k" and item.text in _NOT and (at + 1 == len(items) or items[at + 1].code in "pc")
    )


def _turned(window: Window) -> Window | None:
    """The other side of a window that is open on one side."""
    if (window.lo is None) == (window.hi is None):
        return None
    return Window(window.hi, window.lo, window.part)


def _after_correction(items: Sequence[Item]) -> Sequence[Item]:
    """'am Dienstag, nein, am Mittwoch': what was said before a correction does not count, if something follows."""
    for at in range(len(items) - 1, 0, -1):
        if items[at].text == "meine ich":
            last = max((before for before in range(at) if items[before].code in MEANINGFUL), default=at)
            return _replaced(items[:last], items[last:at])
        if items[at].code == "!" or items[at].code == "k" and at + 1 < len(items) and items[at + 1].code == "c":
            after = items[at + 1 :]
            if any(item.code in MEANINGFUL for item in after):
                return _replaced(items[:at], after)
    return items


def _moved(items: Sequence[Item]) -> Sequence[Item]:
    """'von Freitag auf Samstag', 'den Termin um zehn auf elf Uhr': where a thing is moved to counts, not from where."""
    for at in range(len(items) - 1, 0, -1):
        after = items[at + 1 :]
        if items[at].text == "auf" and next((item for item in after if item.code != "d"), items[at]).code in "DWCIO":
            return _replaced(items[:at], after)
    return items


def _replaced(before: Sequence[Item], after: Sequence[Item]) -> list[Item]:
    """The items after, and of those before the days or times that no later ones replace."""
    days_after = any(item.code in "DWO" for item in after)
    times_after = any(item.code in "CIP" for item in after)
    kept = [item for item in before if item.code in "DWO" and not days_after or item.code in "CIP" and not times_after]
    return [*kept, *after]


def _now_is_meant(items: Sequence[Item]) -> bool:
    """'jetzt', 'haben Sie jetzt was frei': not the filler of a longer sentence ('das weiß ich jetzt nicht')."""
    return not any(item.code == "k" for item in items) and sum(item.code in "x1N" for item in items) < 4


def _bare_days(items: Sequence[Item]) -> list[int]:
    """Ordinals that are days of the month: 'am 15.', 'Freitag, der dritte'; not 'der dritte Versuch'."""
    found = []
    for at, item in enumerate(items):
        unmarked = item.code == "N" and item.digits and at > 0 and items[at - 1].text in _BEFORE_NUMBER
        if item.code != "O" and not unmarked or not 1 <= item.n <= 31:
            continue
        before = items[at - 1] if at else None
        after = items[at + 1].code if at + 1 < len(items) else "p"
        if after == "N" and items[at + 1].text in ARTICLES:
            after = "1"  # "am 3. einen Haarschnitt"
        beside_weekday = any(near.code == "W" for near in items[max(0, at - 3) : at])
        marked = before is not None and (before.code in "cfstv" and beside_weekday or before.text in _DAY_WORDS)
        said_alone = len(items) <= 2 and item.digits
        counts_noun = (
            at + 1 < len(items)
            and items[at + 1].text == "mal"
            or after in "UVNK"
            or after == "x"
            and not (item.digits and marked)
        )
        # "der erste passt": the first of what was offered.
        offered = (
            after == "1"
            and item.n <= 3
            and not beside_weekday
            and before is not None
            and before.text in _ARTICLES
            and not item.digits
            and (at < 2 or items[at - 2].text not in _BEFORE_NUMBER)
        )
        if (marked or beside_weekday or said_alone) and not counts_noun and not offered:
            found.append(item.n)
    return found


_ARTICLES: Final = frozenset({"der", "die", "das", "the"})
_DAY_WORDS: Final = frozenset(["am", "den", "dem", "zum", "vom", "der", "des", "on", "the", "in the", "bis", "ab"])


# "am 8": speech recognition drops the dot; no hour is said with these words.
_BEFORE_NUMBER: Final = frozenset(("am", "den", "dem", "zum", "on"))


def _no_day(items: Sequence[Item], at: int) -> bool:
    """'am 32. um zehn': a day of the month that no month has."""
    number = items[at]
    return number.code == "O" and number.digits and at > 0 and items[at - 1].text in _BEFORE_NUMBER and number.n > 31


def _denied(items: Sequence[Item], at: int) -> bool:
    """'nicht am Montag', 'nicht mehr heute', 'not on Friday': that day or time is not meant."""
    before = "".join(item.code for item in items[max(0, at - 4) : at] if item.text != "mehr")
    return before.rstrip("dga").endswith("k")


def _days(items: Sequence[Item], context: Context, meaning: Meaning) -> Days | None:
    named = [item for at, item in enumerate(items) if item.code == "D" and item.days and not _denied(items, at)]
    weekdays = [item.n for at, item in enumerate(items) if item.code == "W" and not _denied(items, at)]
    numbers = _bare_days(items)
    spans = _not_past([item for item in named if item.days is not None and not item.days.single], context)
    singles = _not_past([item for item in named if item.days is not None and item.days.single], context)
    # "Wochenende 18./19. August": the dates say which one.
    stretches = [item.days for item in sorted(spans, key=lambda item: item.text != "range") if item.days is not None]
    if singles:
        if stretches:
            singles = [replace(item, days=_in_year(item.days, item, stretches)) for item in singles if item.days]
        return _single(singles, weekdays, context, meaning)
    if stretches:
        days = _in_span(_narrowest(stretches), weekdays, numbers, context)
        if days.single:
            monday = monday_of(days.single)
            meaning.other_days += [monday + other * ONE_DAY for other in weekdays[1:] if other != weekdays[0]]
        return days
    if weekdays and numbers:
        return _weekday_and_number(weekdays[0], numbers[0], context, meaning)
    if weekdays:
        meaning.other_days += [next_weekday(context.today, other) for other in weekdays[1:] if other != weekdays[0]]
        return one_day(next_weekday(context.today, weekdays[0]))
    if numbers:
        day = day_of_month(context, numbers[0])
        return one_day(day) if day else None
    return None


def _not_past(items: Sequence[Item], context: Context) -> Sequence[Item]:
    """'letzte Woche war ich da, jetzt nächste Woche': beside days to come the past ones only tell a story."""
    coming = [item for item in items if item.days and (item.days.end is None or item.days.end > context.today)]
    return coming or items


def _single(singles: Sequence[Item], weekdays: Sequence[int], context: Context, meaning: Meaning) -> Days | None:
    first = next((item for item in singles if item.text in {"explicit", "date"}), singles[0])
    days = first.days
    assert days is not None and days.start is not None
    for other in singles:
        if other.days is not None and other.days.start not in (None, days.start) and other.days.start is not None:
            meaning.other_days.append(other.days.start)
    meaning.other_days += days.readings
    if not weekdays or days.start.weekday() == weekdays[0]:
        return days
    weekday = weekdays[0]
    if first.text == "away":
        return one_day(monday_of(days.start) + weekday * ONE_DAY)
    if first.text == "date":
        fitting = fitting_year(first, weekday, context)
        if fitting is not None:
            return one_day(fitting)
    # Weekday and date contradict each other: the date counts, the other reading is asked about.
    meaning.other_days.append(next_weekday(context.today, weekday))
    return days


def _in_year(days: Days, item: Item, spans: Sequence[Days]) -> Days:
    """'am 5. Mai nächsten Jahres', 'Juni nächstes Jahr': the date in the year that was said beside it."""
    for span in spans:
        if span.start and span.end and (span.end - span.start).days >= 365 and days.start and days.end:
            moved = days.start.replace(
                year=span.start.year, day=min(days.start.day, 28) if days.start.month == 2 else days.start.day
            )
            if item.text == "date" or days.grain == "month":
                return Days(moved, moved + (days.end - days.start), days.grain, days.within)
    return days


def _narrowest(spans: Sequence[Days]) -> Days:
    """'am Wochenende nächster Woche', 'im Juni dieses Jahres': the shorter stretch, inside the longer."""

    def size(days: Days) -> int:
        return (days.end - days.start).days if days.start and days.end else 0

    ordered = sorted(spans, key=size)
    short, long = ordered[0], ordered[-1]
    if size(short) == 2 and size(long) == 7 and long.start is not None:
        saturday = long.start + timedelta(days=5)
        return Days(saturday, saturday + timedelta(days=2), "day", short.within)
    return _in_year(short, Item("D"), [long]) if size(long) >= 365 > size(short) else short


def _in_span(days: Days, weekdays: Sequence[int], numbers: Sequence[int], context: Context) -> Days:
    """'nächste Woche Mittwoch', 'am 4. im Dezember': the day inside the week or month."""
    if days.start is None or days.end is None:
        return days
    if weekdays and days.end - days.start <= timedelta(days=7):
        day = next_weekday(days.start - ONE_DAY, weekdays[0])
        return one_day(day) if day < days.end or days.within else days
    if numbers and days.grain == "month":
        inside = day_in(days.start.year, days.start.month, numbers[0])
        return one_day(inside) if inside else days
    return days


def _weekday_and_number(weekday: int, number: int, context: Context, meaning: Meaning) -> Days | None:
    """'Freitag, der dritte': the next third that is a Friday, within a year; else the next third, and a question."""
    for months in range(12):
        first = month_start(context.today, months)
        day = day_in(first.year, first.month, number)
        if day is not None and day >= context.today and day.weekday() == weekday:
            if months > 2:  # so far away that one of the two may be a slip
                meaning.other_days.append(next_weekday(context.today, weekday))
            return one_day(day)
    nearest = day_of_month(context, number)
    if nearest is not None:
        meaning.other_days.append(next_weekday(context.today, weekday))
        return one_day(nearest)
    return None


def _time(items: Sequence[Item], meaning: Meaning) -> None:
    """Fill in clock, window or part; a part of the day said anywhere settles an open hour."""
    items = [item for at, item in enumerate(items) if item.code not in "CP" or not _denied(items, at)]
    parts = [item.text for item in items if item.code == "P"]
    windows = [item.window for item in items if item.code == "I" and item.window is not None]
    clocks = [item.clock for item in items if item.code == "C" and item.clock is not None]
    settled = [item.text for item in items if item.code == "C" and item.text in PARTS]
    part = parts[0] if parts else None
    if windows:
        window = windows[0]
        for other in windows[1:]:
            window = Window(window.lo or other.lo, window.hi or other.hi)
        if window.lo is None and window.hi is not None and len(clocks) == 1 and _begins(items, window.hi):
            window = Window(clocks[0], window.hi)
        meaning.window = Window(_within_part(window.lo, part), _within_part(window.hi, part), part)
    elif clocks:
        meaning.clock = _within_part(clocks[0], part or (settled[0] if settled else None))
        first = clocks[0].minute
        meaning.other_clocks = [clock for clock in clocks[1:] if clock.minute % 720 != first % 720]
        meaning.settled_part = part or (settled[0] if settled else None)
    elif part is not None:
        meaning.part = part


def _begins(items: Sequence[Item], end: Clock) -> bool:
    """'18 Uhr Yoga bis 19 Uhr': a clock reading before the end is where the stretch begins."""
    said = [item for item in items if item.code in "CI"]
    first = said[0].clock
    return first is not None and (first.twelve or end.twelve or first.minute < end.minute)


def _within_part(clock: Clock | None, part: str | None) -> Clock | None:
    if clock is None or part is None or not clock.twelve:
        return clock
    return Clock(at_part(clock.minute, part))

"""Days: dates in figures and words, weekdays, weeks, months, named days, and days counted from others."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from gateway.speech.grammar.calendar import (
    LAST_DAY_AFTER,
    NAMED_DAYS,
    SEASON_STARTS,
    add_months,
    day_in,
    monday_of,
    month_start,
    next_weekday,
    nth_weekday,
)
from gateway.speech.grammar.model import ONE_DAY, Context, Days, Item, one_day
from gateway.speech.grammar.rewrite import Found, Rule, rule

WEEK: Final = timedelta(days=7)
RECENT: Final = timedelta(days=60)
"""A date whose weekday was said and fits a day this recently past is meant to be past."""

NONSENSE: Final = Item("V", text="no such day")


def days_item(days: Days | None, text: str = "", *, n: int = 0) -> Item | None:
    """Return the item for days; None stays None (the rule does not apply)."""
    return None if days is None else Item("D", n=n, text=text, days=days)


def coming(context: Context, month: int, day: int) -> date | None:
    """Return the next such day that is not past (29 February: within eight years), None when there is none."""
    for year in range(context.today.year, context.today.year + 9):
        found = day_in(year, month, day)
        if found is not None and found >= context.today:
            return found
    return None


def day_of_month(context: Context, day: int) -> date | None:
    """Return the next day with that number that is not past, None for numbers no month has."""
    for months in range(4):
        first = month_start(context.today, months)
        found = day_in(first.year, first.month, day)
        if found is not None and found >= context.today:
            return found
    return None


def month_days(first: date) -> Days:
    """Return the month that starts on `first`."""
    return Days(first, month_start(first, 1), "month")


def week_days(monday: date) -> Days:
    """Return the calendar week that starts on a Monday."""
    return Days(monday, monday + WEEK, "week")


def _year(found: Found, group: str = "y") -> int | None:
    item = found[group]
    return item.n if item else None


def _day_month(found: Found) -> Item | None:
    day, month = found.get("o").n, found.get("m").n
    if not 1 <= month <= 12:
        return None
    return dated(found.context, day, month, _year(found))


def dated(context: Context, day: int, month: int, year: int | None) -> Item:
    """Return the item of a calendar date; `NONSENSE` when it does not exist."""
    which = coming(context, month, day) if year is None else day_in(year, month, day)
    if which is None:
        return NONSENSE
    return Item("D", n=month, m=day, text="date" if year is None else "explicit", days=one_day(which))


def _month_day(found: Found) -> Item | None:
    number = found.get("o")
    if number.n > 31 or number.n < 1:
        return None
    return dated(found.context, number.n, found.get("m").n, _year(found))


def _two_ordinals(found: Found) -> Item | None:
    day, month = found.get("o"), found.get("m")
    if month.n > 12 or day.n > 31:
        return None
    return dated(found.context, day.n, month.n, _year(found))


def _named(found: Found) -> Item | None:
    name, context = found.get("h").text, found.context
    year, turn = _year(found), found["x"]
    if name == "zwischenjahre":
        base = date(year or context.today.year, 12, 27)
        return days_item(Days(base, date(base.year + 1, 1, 1), "day", True), "named")
    of = NAMED_DAYS[name]
    if year is None:
        this = of(context.today.year)
        year = context.today.year + int(this < context.today)
        if turn and turn.n < 0:
            year -= 1
    last = timedelta(days=LAST_DAY_AFTER.get(name, 0))
    return Item("D", n=last.days, text="named", days=one_day(of(year)))


def _season(found: Found) -> Item | None:
    name, context = found.get("s").text, found.context
    if found["x"] is None and found["i"] is None and found["y"] is None:
        return None
    names = list(SEASON_STARTS)
    after = names[(names.index(name) + 1) % 4]

    def span(year: int) -> Days:
        return Days(
            date(year, *SEASON_STARTS[name]),
            date(year + int(after == "fruehling"), *SEASON_STARTS[after]),
            "month",
            True,
        )

    year = _year(found)
    if year is None:
        year = context.today.year - 1
        while (span(year).end or context.today) <= context.today:
            year += 1
        turn = found["x"]
        if turn and turn.n in {1, -1} and (span(year).start or context.today) <= context.today or turn and turn.n == -1:
            year += turn.n
    return days_item(span(year))


def _month(found: Found) -> Item | None:
    item, context, turn = found.get("m"), found.context, found["x"]
    year = _year(found)
    marked = (
        found["x"] or found["i"] or year is not None or (found.before is not None and found.before.code in "Fstzfvn")
    )
    # "Jan" is a name, "may" and "march" are verbs.
    if not marked and (len(item.text) < 4 and item.text != "mai" or item.text == "march") and len(found.items) > 1:
        return None
    if year is None:
        year = context.today.year + int(item.n < context.today.month)
        if turn and turn.n == -1:
            year = context.today.year - int(item.n >= context.today.month)
        elif turn and turn.n == 1 and item.n == context.today.month:
            year += 1
    return Item("D", n=item.n, text="month", days=month_days(date(year, item.n, 1)))


def _which_month(found: Found) -> date | None:
    """The first day of the month a phrase names: by name (with or without year), 'next month', 'the month'."""
    context = found.context
    named = found["m"]
    if named:
        year = _year(found)
        if year is None:
            year = context.today.year + int(named.n < context.today.month)
        return date(year, named.n, 1)
    unit, turn = found["u"], found["x"]
    if unit and unit.text == "month":
        return month_start(context.today, _turns(turn.n) if turn else 0)
    return None


def _turns(n: int) -> int:
    return 1 if n == 10 else n


def _nth_weekday(found: Found) -> Item | None:
    first, nth, weekday = _which_month(found), found.get("o"), found.get("w").n
    if first is None or (nth.code == "X" and nth.n not in {-1, -2}) or (nth.code == "O" and nth.n > 5):
        return None
    which = nth_weekday(first.year, first.month, weekday, nth.n)
    if which is None:
        return NONSENSE
    if which < found.context.today and nth.code == "O" and found["m"] is not None and found["y"] is None:
        which = nth_weekday(first.year + 1, first.month, weekday, nth.n)
    if which is not None and which < found.context.today and found["m"] is None and found["x"] is None:
        later = month_start(first, 1)
        which = nth_weekday(later.year, later.month, weekday, nth.n)
    return days_item(one_day(which), "explicit") if which else NONSENSE


def _nth_unit(found: Found) -> Item | None:
    first, nth, unit = _which_month(found), found.get("o"), found.get("v").text
    if first is None or unit not in {"day", "week", "weekend"}:
        return None
    if nth.code == "X" and nth.n != -1:
        return None
    after = month_start(first, 1)
    if unit == "day":
        which = after - ONE_DAY if nth.code == "X" else day_in(first.year, first.month, nth.n)
        if which is not None and which < found.context.today and found["y"] is None and found["m"] is not None:
            which = day_in(which.year + 1, which.month, which.day)
        elif which is not None and which < found.context.today and found["x"] is None and found["m"] is None:
            later = month_start(first, 1)
            which = day_in(later.year, later.month, which.day)
        return days_item(one_day(which), "explicit") if which else NONSENSE
    anchor = 5 if unit == "weekend" else 0
    start = nth_weekday(first.year, first.month, anchor, -1 if nth.code == "X" else nth.n)
    if start is None:
        return NONSENSE
    if unit == "weekend":
        return days_item(Days(start, start + timedelta(days=2)))
    if nth.code == "X" and start + timedelta(days=6) >= after:
        start -= WEEK
    return days_item(week_days(start))


def _day_of_that_month(found: Found) -> Item | None:
    first = _which_month(found)
    if first is None:
        return None
    which = day_in(first.year, first.month, found.get("o").n)
    if which is not None and which < found.context.today and found["x"] is None:
        later = month_start(first, 1)
        which = day_in(later.year, later.month, which.day)
    return days_item(one_day(which), "explicit") if which else NONSENSE


def _calendar_week(found: Found) -> Item | None:
    number, year, today = found.get("n").n, _year(found), found.context.today
    if not 1 <= number <= 53:
        return None
    for which in [year] if year else [today.year, today.year + 1]:
        try:
            monday = date.fromisocalendar(which, number, 1)
        except ValueError:
            continue
        if year or monday + WEEK > today:
            return days_item(week_days(monday))
    return NONSENSE


def _unit_turn(found: Found) -> Item | None:
    """'nächste Woche', 'this month', 'kommendes Wochenende', 'last year'."""
    return turned_unit(found.get("u").text, found.get("x").n, found.context.today)


def turned_unit(unit: str, turn: int, today: date) -> Item | None:
    """Return the week, month, weekend, year, quarter or day that a 'this/next/last' names."""
    n = _turns(turn)
    if unit == "week":
        return days_item(week_days(monday_of(today) + n * WEEK))
    if unit == "month":
        first = month_start(today, n)
        return Item("D", n=first.month, text="month", days=month_days(first))
    if unit == "weekend":
        return _weekend(today, turn)
    if unit == "year":
        return days_item(Days(date(today.year + n, 1, 1), date(today.year + n + 1, 1, 1), "month"))
    if unit == "quarter":
        first = month_start(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3 * n)
        return days_item(Days(first, month_start(first, 3), "month"))
    if unit == "day" and turn in {1, 2, -1}:
        return days_item(one_day(today + turn * ONE_DAY))
    return None


def _weekend(today: date, n: int) -> Item | None:
    saturday = monday_of(today) + timedelta(days=5)
    if n == 10:
        n = 1 if today > saturday else 0
    start = saturday + n * WEEK
    readings = (saturday,) if n == 1 and today < saturday else ()
    return days_item(Days(start, start + timedelta(days=2), "day", False, readings))


def _bare_weekend(found: Found) -> Item | None:
    return _weekend(found.context.today, 0) if found.get("u").text == "weekend" else None


def _next_units(found: Found) -> Item | None:
    """'die nächsten drei Tage', 'in the next two weeks', 'letzte 2 Wochen'."""
    span, turn, today = found.get("l"), found.get("x"), found.context.today
    if turn.n not in {1, 10, -1} or span.text == "minute":
        return None
    if turn.n == -1:
        back = shifted(today, span, -1)
        return days_item(Days(back, today)) if back else None
    to = shifted(today, span, 1)
    return days_item(Days(today + ONE_DAY, to + ONE_DAY, "day", True)) if to else None


def shifted(day: date, span: Item, sign: int) -> date | None:
    """Return the day a length away; None for minutes and beyond the calendar."""
    try:
        if span.text == "day":
            return day + sign * span.n * ONE_DAY
        if span.text == "week":
            return day + sign * span.n * WEEK
        if span.text == "month":
            return add_months(day, sign * span.n)
        if span.text == "year":
            return add_months(day, sign * 12 * span.n)
        if span.text == "workday":
            left = span.n
            while left > 0 and left < 400:
                day += sign * ONE_DAY
                left -= int(day.weekday() < 5)
            return day
    except (OverflowError, ValueError):
        return None
    return None


def _away(sign: int) -> Callable[[Found], Item | None]:
    """'in drei Tagen', 'vor zwei Wochen', 'two days ago': a day, or a moment for hours and minutes."""

    def build(found: Found) -> Item | None:
        span, context = found.get("l"), found.context
        if span.text == "minute":
            if span.n > 100_000:
                return None
            return Item("0", n=sign * span.n, text="moment")
        day = shifted(context.today, span, sign)
        if day is None:
            return None
        if span.m:
            return days_item(_some_time_off(span, context.today))
        other = (day + ONE_DAY,) if sign > 0 and span.text == "day" and span.n == 8 else ()
        if other:
            day, other = day - ONE_DAY, (day,)
        return days_item(one_day(day, readings=other), "away")

    return build


def _some_time_off(span: Item, today: date) -> Days | None:
    """'in ein paar Tagen', 'in a couple of weeks': from two of them on."""
    unit = max(1, span.n // 3) if span.n % 3 == 0 else max(1, span.n // 2)
    start = shifted(today, Item("L", n=2 * unit, text=span.text), 1)
    end = shifted(today, Item("L", n=span.n + 2 * unit if span.n == 3 * unit else span.n + unit, text=span.text), 1)
    return Days(start, end, "day", True) if start and end else None


def _within(found: Found) -> Item | None:
    span, context = found.get("l"), found.context
    if span.text == "minute":
        return None
    end = shifted(context.today, span, 1)
    return days_item(Days(context.today, end + ONE_DAY, "day", True)) if end else None


def _relative(found: Found) -> Item | None:
    return days_item(one_day(found.context.today + found.get("r").n * ONE_DAY), "relative")


def base_day(item: Item, context: Context) -> date | None:
    """Return the day an item names when it is one: a date, a weekday (the next), a relative day, a day of the month."""
    if item.days is not None:
        return item.days.single
    if item.code == "W":
        return next_weekday(context.today, item.n)
    if item.code == "R":
        return context.today + item.n * ONE_DAY
    if item.code in "BO":
        return day_of_month(context, item.n)
    return None


def _from_base(found: Found) -> Item | None:
    """'zwei Tage nach dem 15. Mai', 'Freitag in einer Woche', 'heute in 14 Tagen', 'a week from Thursday'."""
    base, span = base_day(found.get("d"), found.context), found.get("l")
    if base is None:
        return None
    before = found["v"] is not None and found.get("v").code == "v"
    if span.text == "day" and span.n == 8:
        span = Item("L", n=7, text="day")
    if before:
        day = shifted(base, span, -1)
    elif found.get("d").code == "W" and found.get("d").n == found.context.today.weekday():
        # "Mittwoch in einer Woche", said on a Wednesday: counted from today, or from the next one?
        day, later = shifted(found.context.today, span, 1), shifted(base, span, 1)
        return days_item(one_day(day, readings=(later,)), "away") if day and later else None
    else:
        extra = (
            found.get("d").n
            if found.get("d").text == "named" and found["v"] is not None and span.text == "workday"
            else 0
        )
        day = shifted(base + extra * ONE_DAY, span, 1)
    return days_item(one_day(day), "away") if day else None


def _length_then_base(found: Found) -> Item | None:
    """'a week from Thursday', 'a week on Monday', 'drei Wochen ab heute'; not 'in zwei Wochen am Montag'."""
    if found.before is not None and found.before.code in "i9":
        return None
    return None if found.get("f").code == "d" and found.context.lang == "de" else _from_base(found)


def _lasting(found: Found) -> Item | None:
    """'for ten days from 18th Dec', 'ab Montag für drei Tage'."""
    if found.get("e").text not in {"for", "fuer", "fur"}:
        return None
    base = base_day(found.get("d"), found.context)
    end = shifted(base, found.get("l"), 1) if base else None
    return days_item(Days(base, end), "range") if end else None


def _after_length(found: Found) -> Item | None:
    """'nach fünf Tagen': from then on."""
    day = shifted(found.context.today, found.get("l"), 1)
    return days_item(Days(day, None), "open") if day else None


def _quarter_of_year(found: Found) -> Item | None:
    number, today = found.get("o").n, found.context.today
    if found.get("u").text not in {"quarter", "a quarter"} or not 1 <= number <= 4:
        return None
    year = _year(found)
    first = date(year or today.year, 3 * number - 2, 1)
    if year is None and month_start(first, 3) <= today:
        first = first.replace(year=today.year + 1)
    return days_item(Days(first, month_start(first, 3), "month"))


def _past_unit(found: Found) -> Item | None:
    """'the past week', 'past two days': the same word as in 'half past three'."""
    return Item("X", n=-1, text="past") if found.get("n").text == "past" else None


def _neighbour_day(found: Found) -> Item | None:
    """'am Tag nach Weihnachten', 'the day before Christmas', 'die Woche nach Ostern'."""
    base, unit = base_day(found.get("d"), found.context), found.get("u").text
    sign = -1 if found.get("v").code == "v" else 1
    if base is None or unit not in {"day", "week", "weekend"}:
        return None
    if unit == "week":
        return days_item(week_days(monday_of(base) + sign * WEEK))
    if unit == "weekend":
        saturday = next_weekday(base, 5) if sign > 0 else next_weekday(base - timedelta(days=8), 5)
        return days_item(Days(saturday, saturday + 2 * ONE_DAY))
    return days_item(one_day(base + sign * ONE_DAY), "away")


def _weekday_near(found: Found) -> Item | None:
    """'der Freitag vor Weihnachten', 'Montag nach Ostern', 'third tuesday after christmas'."""
    base = base_day(found.get("d"), found.context)
    if base is None or found.get("d").code not in "D":
        return None
    weekday, nth = found.get("w").n, found["o"]
    count = nth.n if nth else 1
    if found.get("v").code == "n":
        return days_item(one_day(next_weekday(base, weekday) + (count - 1) * WEEK), "explicit")
    return days_item(one_day(next_weekday(base - timedelta(days=8), weekday) - (count - 1) * WEEK), "explicit")


def _weekday_turn(found: Found) -> Item | None:
    """'nächsten Dienstag', 'this Monday', 'übernächsten Freitag', 'letzten Sonntag'."""
    return days_item(turned_weekday(found.context.today, found.get("w").n, found.get("x").n), "turned")


def turned_weekday(today: date, weekday: int, turn: int) -> Days:
    """Return the weekday a 'this/next/last' names, with the other reading where both are real (FORMAT 1, 2)."""
    ahead = next_weekday(today, weekday)
    if turn == 0:
        this = monday_of(today) + weekday * ONE_DAY
        return one_day(this if this >= today else ahead)
    if turn == 10:
        return one_day(ahead)
    if turn == 2:
        return one_day(ahead + WEEK)
    if turn < 0:
        back = next_weekday(today - timedelta(days=8), weekday)
        return one_day(back + (turn + 1) * WEEK)
    if monday_of(ahead) == monday_of(today):
        return one_day(ahead + WEEK, readings=(ahead,))
    return one_day(ahead)


def _after_next(found: Found) -> Item | None:
    """'Mittwoch nach dem nächsten', 'wednesday after next', 'Thursday week'."""
    return days_item(one_day(next_weekday(found.context.today, found.get("w").n) + WEEK), "explicit")


def _unit_after_next(found: Found) -> Item | None:
    """'the week after next', 'die Woche nach der nächsten'."""
    if found.get("x").n != 1 or found.get("u").text not in {"week", "month", "weekend"}:
        return None
    return turned_unit(found.get("u").text, 2, found.context.today)


def _weekday_week(found: Found) -> Item | None:
    """English 'Monday week': a week after the next Monday."""
    return _after_next(found) if found.context.lang == "en" and found.get("u").text == "week" else None


def _week_of(found: Found) -> Item | None:
    """'in der Woche vom 5. Oktober', 'the week of October 6th'."""
    base, unit = base_day(found.get("d"), found.context), found.get("u").text
    if unit not in {"week", "weekend"} or base is None:
        return None
    if unit == "weekend":
        saturday = monday_of(base) + 5 * ONE_DAY
        return days_item(Days(saturday, saturday + 2 * ONE_DAY))
    return days_item(week_days(monday_of(base)))


def _close_by(found: Found) -> Item | None:
    """'kurz vor Weihnachten', 'kurz nach Ostern': within a week of it."""
    item = found.get("d")
    day = item.days.single if item.days else None
    if day is None:
        return None
    if found.get("v").code == "v":
        return days_item(Days(day - WEEK, day, "day", True))
    after = day + (item.n if item.text == "named" else 0) * ONE_DAY + ONE_DAY
    return days_item(Days(after, after + WEEK, "day", True))


# Days from the start, [first, last). Kept inside what most people would call it: a narrow answer is never wrong.
_PARTS: Final = {
    "week": {"start": (0, 3), "middle": (2, 4), "end": (4, 6), "half1": (0, 3), "half2": (3, 6)},
    "month": {"start": (0, 8), "middle": (11, 19), "end": (21, 31), "half1": (0, 15), "half2": (15, 31)},
    "year": {"start": (0, 31), "middle": (151, 212), "end": (334, 366), "half1": (0, 181), "half2": (181, 366)},
}


def part_of(days: Days, part: str) -> Days | None:
    """Return the beginning, middle, end or half of a week, month or year; None of a single day."""
    if days.start is None or days.end is None or days.single:
        return None
    length = (days.end - days.start).days
    first, last = _PARTS["week" if length <= 7 else "month" if length <= 31 else "year"][part]
    return Days(days.start + first * ONE_DAY, min(days.start + last * ONE_DAY, days.end), "day", True)


def _fuzzy(found: Found) -> Item | None:
    days = found.get("d").days
    return _part_item(days, found.get("f").text) if days else None


def _part_item(whole: Days, part: str) -> Item | None:
    """The item of a part; `m` keeps how far the whole goes on, because 'bis Ende der Woche' means all of it."""
    days = part_of(whole, part)
    if days is None or days.end is None or whole.end is None:
        return None
    return Item("D", m=(whole.end - days.end).days if part == "end" else 0, text="fuzzy", days=days)


def _fuzzy_unit(found: Found) -> Item | None:
    """'Anfang der Woche', 'Monatsende': of the one running, or of the next when that part is past."""
    word = found.get("f")
    if word.code == "5":
        part, unit = word.text.split()
    else:
        part, unit = word.text, found.get("u").text
    today = found.context.today
    for n in (0, 1):
        whole = _unit_days(unit, n, today)
        item = _part_item(whole, part) if whole else None
        if item is None or item.days is None:
            return None
        if item.days.end and item.days.end > today:
            return item
    return None


def _fuzzy_year(found: Found) -> Item | None:
    year = found.get("y").n
    return days_item(part_of(Days(date(year, 1, 1), date(year + 1, 1, 1), "month"), found.get("f").text))


def fitting_year(item: Item, weekday: int, context: Context) -> date | None:
    """Return the date, this year, next, or just past, on which its weekday is the one said."""
    for n in (0, 1, -1):
        day = day_in(context.today.year + n, item.n, item.m)
        if day is not None and day.weekday() == weekday and day >= context.today - RECENT:
            return day
    return None


def _weekday_and_date(found: Found) -> Item | None:
    """'Mittwoch, den 5. April': one day where both agree; a contradiction is left to `combine`."""
    item, weekday = found.get("d"), found.get("w").n
    day = item.days.single if item.days else None
    if day is None or item.text not in {"date", "explicit", "relative"}:
        return None
    if day.weekday() == weekday:
        return Item("D", n=item.n, m=item.m, text="explicit", days=item.days)
    fitting = fitting_year(item, weekday, found.context) if item.text == "date" else None
    return days_item(one_day(fitting), "explicit") if fitting else None


def _unit_days(unit: str, n: int, today: date) -> Days | None:
    if unit == "week":
        return week_days(monday_of(today) + n * WEEK)
    if unit == "month":
        return month_days(month_start(today, n))
    if unit == "year":
        return Days(date(today.year + n, 1, 1), date(today.year + n + 1, 1, 1), "month")
    return None


def _turned_part(found: Found) -> Item | None:
    """'this evening', 'diesen Nachmittag', 'am nächsten Morgen', 'last night': the day of the part that follows."""
    turn = found.get("x").n
    if turn not in {0, 1, -1}:
        return None
    return days_item(one_day(found.context.today + turn * ONE_DAY), "relative")


_MONTH: Final = "(?:(?P<m>M)(?:[dc]?(?P<y>Y))?|(?P<x>X)?(?P<u>U))"

DAYS: Final[tuple[Rule, ...]] = (
    rule("(?P<o>[OX])(?P<m>M)(?P<v>U)(?P<y>Y)?", _nth_unit),
    rule("(?P<o>[OX])d?(?P<w>W)[id]{1,3}" + _MONTH, _nth_weekday),
    rule("(?P<o>[OX])(?P<w>W)[id]{0,2}X?(?P<m>M)(?P<y>Y)?", _nth_weekday),
    rule("(?P<o>[OX])(?P<v>U)[id]{0,3}(?P<m>M)(?:[dc]?(?P<y>Y))?", _nth_unit),
    rule("(?P<o>[OX])(?P<v>U)[id]{1,3}(?P<x>X)?(?P<u>U)", _nth_unit),
    rule("(?P<o>[ON])U?[id]{0,3}(?P<x>X)(?P<u>U)", _day_of_that_month),
    rule("(?P<o>O)d{1,2}(?P<u>U)", _day_of_that_month),
    rule("(?P<o>O)[dc]{0,2}(?P<m>M)(?:[dc]?(?P<y>Y))?", _day_month),
    rule("(?P<o>N)z(?P<m>M)z(?P<y>Y)", _day_month),
    rule("(?P<o>N)d?(?P<m>M)(?!O)(?:[dc]?(?P<y>Y))?", _day_month),
    rule("(?P<m>M)[dc]{0,2}(?P<o>[ON])(?![uUVmqh])(?:c?(?P<y>Y))?", _month_day),
    rule("(?P<o>O)d?(?P<m>O)(?:c?(?P<y>Y))?(?![MWxU])", _two_ordinals),
    rule("(?:(?P<x>X)|[id])?(?P<h>H)(?:[dc]?(?P<y>Y))?", _named),
    rule("(?:(?P<x>X)|(?P<i>i))?(?P<s>S)(?P<y>Y)?", _season),
    rule("(?:K|K[dc])(?P<n>[NO])(?:[dcz]?(?P<y>Y))?", _calendar_week),
    rule("(?P<n>[NO])K(?P<y>Y)?", _calendar_week),
    rule("(?:(?P<x>X)|(?P<i>i)d?)?(?P<m>M)(?:d?(?P<y>Y))?", _month),
)


def _either_unit(found: Found) -> Item | None:
    """'diese oder nächste Woche': both."""
    unit, today = found.get("u").text, found.context.today
    first = _unit_days(unit, _turns(found.get("x").n), today)
    second = _unit_days(unit, _turns(found.get("z").n), today)
    if first is None or second is None or first.start is None or second.end is None or second.end <= first.start:
        return None
    return days_item(Days(first.start, second.end, first.grain, True))


def _between_lengths(found: Found) -> Item | None:
    """'in zwei bis drei Wochen'."""
    until = found.get("l")
    if until.text == "minute" or not 0 < found.get("a").n < until.n:
        return None
    start = shifted(found.context.today, Item("L", n=found.get("a").n, text=until.text), 1)
    end = shifted(found.context.today, until, 1)
    return days_item(Days(start, end + ONE_DAY, "day", True)) if start and end else None


RELATIVE: Final[tuple[Rule, ...]] = (
    rule("(?P<x>X)[oe](?P<z>X)(?P<u>U)", _either_unit),
    rule("ig?(?P<a>N)[tzo](?P<l>L)", _between_lengths),
    rule("(?P<n>n)(?=[UL])", _past_unit),
    rule("(?P<o>O)(?P<u>[Uq])(?P<y>Y)?(?![vn])", _quarter_of_year),
    rule("[i9]d?(?P<x>X)d?(?P<l>L)", _next_units),
    rule("(?P<x>X)d?(?P<l>L)", _next_units),
    rule("(?P<d>[DWR])[dc]?ig?(?P<l>L)", _from_base),
    rule("(?P<l>L)(?P<v>[vn])d{0,2}(?P<d>[DWRO])", _from_base),
    rule("(?P<e>d)(?P<l>L)f(?P<d>[DWR])", _lasting),
    rule("f?(?P<d>[DWR])(?P<e>d)(?P<l>L)", _lasting),
    rule("(?P<l>L)(?P<f>[fds])(?P<d>[DWR])", _length_then_base),
    rule("(?P<l>L)(?P<d>R)", lambda found: _from_base(found) if found.context.lang == "en" else None),
    rule("E(?P<v>[vn])d?(?P<d>D)", _close_by),
    rule("(?P<u>U)(?P<v>[vn])d{0,2}(?P<d>[DWR])", _neighbour_day),
    rule("(?P<o>O)?(?P<w>W)(?P<v>[vn])d{0,2}(?P<d>D)", _weekday_near),
    rule("(?P<w>W)nd?X(?![UWM])", _after_next),
    rule("(?P<x>X)(?=P)", _turned_part),
    rule("(?P<u>U)nd?(?P<x>X)(?![UWM])", _unit_after_next),
    rule("(?P<x>X)(?P<w>W)", _weekday_turn),
    rule("(?P<w>W)(?P<u>U)", _weekday_week),
    rule("(?P<x>X)(?P<u>U)", _unit_turn),
    rule("i[dga]{0,2}(?P<l>L)", _away(1)),
    rule("9[dg]{0,2}(?P<l>L)", _within),
    rule("(?P<l>L)j", _away(-1)),
    rule("(?P<l>L)w", _away(1)),
    rule("v(?P<l>L)", _away(-1)),
    rule("nd?(?P<l>L)(?!v)", _after_length),
    rule("(?P<u>U)[dfi]{1,2}(?P<d>[D])", _week_of),
    rule("(?P<r>R)", _relative),
    rule("(?P<f>F)d{0,2}(?P<d>D)", _fuzzy),
    rule("(?P<f>F)d{0,2}(?P<u>U)", _fuzzy_unit),
    rule("(?P<f>5)", _fuzzy_unit),
    rule("(?P<f>F)d{0,2}(?P<y>Y)", _fuzzy_year),
    rule("(?P<w>W)[cd]{0,3}(?P<d>D)", _weekday_and_date),
    rule("(?P<d>D)[cd]{0,2}(?P<w>W)", _weekday_and_date),
    rule("(?P<u>U)", _bare_weekend),
)

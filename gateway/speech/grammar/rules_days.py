"""Days of the calendar: dates in words, months, the n-th weekday, calendar weeks, seasons and named days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from gateway.speech.grammar.calendar import (
    LAST_DAY_AFTER,
    NAMED_DAYS,
    SEASON_STARTS,
    day_in,
    month_start,
    next_weekday,
    nth_weekday,
)
from gateway.speech.grammar.model import ONE_DAY, Context, Days, Item, one_day
from gateway.speech.grammar.rewrite import Found, Rule, rule

WEEK: Final = timedelta(days=7)
RECENT: Final = timedelta(days=60)
"""A date whose weekday was said and fits a day this recently past is meant to be past."""

ARTICLES: Final = frozenset({"eine", "einer", "einem", "einen", "eines", "'ne", "ner", "nem", "ein", "a", "an"})
"""Words that are also the number one: 'im März einen Termin' is not the first of March."""

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


# Days from the start, [first, last). Kept inside what most people would call it: a narrow answer is never wrong.
_PARTS: Final = {
    "week": {"start": (0, 3), "middle": (2, 4), "end": (4, 6), "half1": (0, 3), "half2": (3, 6)},
    "month": {"start": (0, 8), "middle": (11, 19), "end": (21, 31), "half1": (0, 15), "half2": (15, 31)},
    "season": {"start": (0, 30), "middle": (31, 61), "end": (62, 92), "half1": (0, 45), "half2": (46, 92)},
    "year": {"start": (0, 31), "middle": (151, 212), "end": (334, 366), "half1": (0, 181), "half2": (181, 366)},
}


def part_of(days: Days, part: str) -> Days | None:
    """Return the beginning, middle, end or half of a week, month or year; None of a single day."""
    if days.start is None or days.end is None or days.single:
        return None
    length = (days.end - days.start).days
    kind = "week" if length <= 7 else "month" if length <= 31 else "season" if length <= 100 else "year"
    first, last = _PARTS[kind][part]
    return Days(days.start + first * ONE_DAY, min(days.start + last * ONE_DAY, days.end), "day", True)


def _year(found: Found, group: str = "y") -> int | None:
    item = found[group]
    return item.n if item else None


def _day_month(found: Found) -> Item | None:
    day, month, before = found.get("o").n, found.get("m").n, found.before
    if not 1 <= month <= 12 or found.get("o").text in ARTICLES:
        return None
    hour_before = before is not None and before.code in "anvgtlrsbezN" and found.context.lang == "en"
    if hour_before and found.after is not None and found.after.code == "N" and found.after.text not in ARTICLES:
        return None  # "at three December 3"
    return dated(found.context, day, month, _year(found))


def dated(context: Context, day: int, month: int, year: int | None) -> Item:
    """Return the item of a calendar date; `NONSENSE` when it does not exist."""
    which = coming(context, month, day) if year is None else day_in(year, month, day)
    if which is None:
        return NONSENSE
    return Item("D", n=month, m=day, text="date" if year is None else "explicit", days=one_day(which))


def _month_day(found: Found) -> Item | None:
    number = found.get("o")
    counts = number.code == "N" and not (number.digits and found.context.lang == "en")
    inside = counts and found.before is not None and found.before.code == "i"  # "im März drei Termine"
    if not 1 <= number.n <= 31 or number.text in ARTICLES or inside or found["z"] and found.context.lang != "en":
        return None
    built = dated(found.context, number.n, found.get("m").n, _year(found))
    return replace(built, digits=built.code == "D")  # digits: the day stands last, 'July 13 - 15' goes on from it


def _two_ordinals(found: Found) -> Item | None:
    day, month = found.get("o"), found.get("m")
    if month.n > 12 or day.n > 31:
        return None
    return dated(found.context, day.n, month.n, _year(found))


def _named(found: Found) -> Item | None:
    name, context = found.get("h").text, found.context
    year, turn = _year(found), found["x"]
    if year is None and found["u"] is not None:
        if found.get("u").text != "year" or turn is None:
            return None
        year, turn = context.today.year + turns(turn.n), None
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
    in_part = found.before is not None and found.before.code in "Fd"
    if found["x"] is None and found["i"] is None and found["y"] is None and not in_part:
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
        found["x"]
        or found["i"]
        or year is not None
        or (found.before is not None and found.before.code in "Fstzfvn")
        or (found.after is not None and found.after.code in "tz")
    )
    # "Jan" is a name, "may" and "march" are verbs.
    if not marked and (len(item.text) < 4 and item.text != "mai" or item.text == "march") and len(found.items) > 1:
        return None
    if year is None:
        year = context.today.year + int(item.n < context.today.month)
        if turn and turn.n == -1:
            year = context.today.year - int(item.n >= context.today.month)
        elif turn and turn.n in {1, 2}:
            year += turn.n - int(item.n != context.today.month)
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
        return month_start(context.today, turns(turn.n) if turn else 0)
    return None


def turns(n: int) -> int:
    """Return by how many units 'this', 'next', 'coming' and 'last' move."""
    return 1 if n == 10 else n


def _nth_weekday(found: Found) -> Item | None:
    first, nth, weekday = _which_month(found), found.get("o"), found.get("w").n
    if first is None and found["u"] is not None and found.get("u").text == "year":
        # "letzter Montag im Jahr", "erster Freitag nächsten Jahres"
        year = found.context.today.year + (turns(found.get("x").n) if found["x"] else 0)
        first = date(year, 12 if nth.n < 0 else 1, 1)
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
    if unit == "day" and found["u"] is not None and found.get("u").text == "year" and nth.n in {1, -1}:
        year = found.context.today.year + (turns(found.get("x").n) if found["x"] else 0)
        return days_item(one_day(date(year, 12, 31) if nth.n < 0 else date(year, 1, 1)), "explicit")
    if first is None or unit not in {"day", "week", "weekend", "half"}:
        return None
    if unit == "half":
        return days_item(part_of(month_days(first), f"half{nth.n}")) if nth.n in {1, 2} and nth.code == "O" else None
    if nth.code == "X" and nth.n not in {-1, -2}:
        return None
    after = month_start(first, 1)
    if unit == "day":
        which = after + nth.n * ONE_DAY if nth.code == "X" else day_in(first.year, first.month, nth.n)
        if which is not None and which < found.context.today and found["y"] is None and found["m"] is not None:
            which = day_in(which.year + 1, which.month, which.day)
        elif which is not None and which < found.context.today and found["x"] is None and found["m"] is None:
            later = month_start(first, 1)
            which = day_in(later.year, later.month, which.day)
        return days_item(one_day(which), "explicit") if which else NONSENSE
    anchor = 5 if unit == "weekend" else 0
    start = nth_weekday(first.year, first.month, anchor, nth.n)
    if start is None:
        return NONSENSE
    if unit == "weekend":
        return days_item(Days(start, start + timedelta(days=2)))
    if nth.code == "X" and start + timedelta(days=6) >= after:
        start -= WEEK
    return days_item(week_days(start))


def _first_of_month(found: Found) -> Item | None:
    """'the first two weeks of December', 'die letzten drei Tage im Mai'."""
    nth, length, first = found.get("o"), found.get("l"), _which_month(found)
    size = {"day": ONE_DAY, "week": WEEK}.get(length.text)
    if first is None or size is None or nth.n not in {1, -1} or not 1 < length.n * size.days < 29:
        return None
    after = month_start(first, 1)
    if nth.n == 1:
        return days_item(Days(first, first + length.n * size, "day", True), "fuzzy")
    return days_item(Days(after - length.n * size, after, "day", True), "fuzzy")


def _days_of_month(found: Found) -> Item | None:
    """'in den ersten Dezembertagen', 'in den letzten Maitagen'; 'die zweite Maiwoche' is one of its weeks."""
    nth, month = found.get("o"), _which_month(found)
    if found.get("v").text == "day" and month is not None and nth.n in {1, -1}:
        return days_item(part_of(month_days(month), "start" if nth.n == 1 else "end"), "fuzzy")
    return _nth_unit(found)


def _day_of_that_month(found: Found) -> Item | None:
    first = _which_month(found)
    if first is None or found.get("o").text in ARTICLES:
        return None
    which = day_in(first.year, first.month, found.get("o").n)
    if which is not None and which < found.context.today and found["x"] is None:
        later = month_start(first, 1)
        which = day_in(later.year, later.month, which.day)
    return days_item(one_day(which), "explicit") if which else NONSENSE


def _calendar_week(found: Found) -> Item | None:
    number, year, today = found.get("n").n, _year(found), found.context.today
    if not 1 <= number <= 53 or found.get("n").text in ARTICLES:
        return None
    for which in [year] if year else [today.year, today.year + 1]:
        try:
            monday = date.fromisocalendar(which, number, 1)
        except ValueError:
            continue
        if year or monday + WEEK > today:
            return days_item(week_days(monday))
    return NONSENSE


def _numbered_week(found: Found) -> Item | None:
    """'Woche 42', 'in der 42. Woche': more than a month has, so one of the year."""
    number = found.get("n")
    if found.get("u").text != "week" or not number.digits or number.code == "O" and number.n <= 5:
        return None
    return _calendar_week(found)


def _month_after_next(found: Found) -> Item | None:
    """'march after next': the second one to come."""
    month, today = found.get("m").n, found.context.today
    return days_item(month_days(date(today.year + 1 + int(month < today.month), month, 1)), "month")


def fitting_year(item: Item, weekday: int, context: Context) -> date | None:
    """Return the date, this year, next, or just past, on which its weekday is the one said."""
    for n in (0, 1, -1):
        day = day_in(context.today.year + n, item.n, item.m)
        if day is not None and day.weekday() == weekday and day >= context.today - RECENT:
            return day
    return None


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


def _whole_year(found: Found) -> Item | None:
    """'im Jahr 2027', 'in 2027'."""
    if found["u"] is not None and found.get("u").text != "year":
        return None
    year = found.get("y").n
    return days_item(Days(date(year, 1, 1), date(year + 1, 1, 1), "month"))


def _quarter_of_year(found: Found) -> Item | None:
    """'drittes Quartal 2026', 'Q3', 'zweites Halbjahr'."""
    number, today = found.get("o").n, found.context.today
    months = {"quarter": 3, "a quarter": 3, "halfyear": 6}.get(found.get("u").text)
    if months is None or not 1 <= number <= 12 // months or found.get("o").text in ARTICLES:
        return None
    year = _year(found)
    first = date(year or today.year, months * (number - 1) + 1, 1)
    if year is None and month_start(first, months) <= today:
        first = first.replace(year=today.year + 1)
    return days_item(Days(first, month_start(first, months), "month"))


_MONTH: Final = "(?:(?P<m>M)(?:[dc]?(?P<y>Y))?|(?P<x>X)?(?P<u>U))"

DAYS: Final[tuple[Rule, ...]] = (
    rule("(?P<o>[OX])(?P<m>M)(?P<v>U)(?P<y>Y)?", _days_of_month),
    rule("(?P<m>M)(?P<o>[OX])(?P<v>U)(?P<y>Y)?", _nth_unit),
    rule("(?P<o>[OX])d?(?P<w>W)[id]{1,3}" + _MONTH, _nth_weekday),
    rule("(?P<o>[OX])(?P<w>W)(?P<x>X)(?P<u>U)", _nth_weekday),
    rule("(?P<o>[OX])(?P<w>W)[id]{0,2}X?(?P<m>M)(?P<y>Y)?", _nth_weekday),
    rule("(?P<o>[OX])(?P<l>L)[id]{0,3}(?P<m>M)(?:[dc]?(?P<y>Y))?", _first_of_month),
    rule("(?P<o>[OX])(?P<v>U)[idf]{0,3}(?P<m>M)(?:[dc]?(?P<y>Y))?", _nth_unit),
    rule("(?P<o>[OX])(?P<v>U)[id]{1,3}(?P<x>X)?(?P<u>U)", _nth_unit),
    rule("(?P<o>[OX])(?P<v>U)(?P<x>X)(?P<u>U)", _nth_unit),
    rule("(?P<o>[ON])U?[id]{0,3}(?P<x>X)(?P<u>U)", _day_of_that_month),
    rule("(?P<o>O)d{1,2}(?P<u>U)", _day_of_that_month),
    rule("(?P<o>O)[dc]{0,2}(?P<m>M)(?:[dc]?(?P<y>Y))?", _day_month),
    rule("(?P<o>N)[zo](?P<m>M)[zo](?P<y>Y)", _day_month),
    rule("(?P<o>N)d?(?P<m>M)(?!d{0,2}O)(?:[dc]?(?P<y>Y))?", _day_month),
    rule("(?P<m>M)(?:[dc]{0,2}|(?P<z>z))(?P<o>[ON])(?![uUVm]|[qh](?![vn]))(?:c?(?P<y>Y))?", _month_day),
    rule("(?P<o>O)d?(?P<m>O)(?:c?(?P<y>Y))?(?![MWxU])", _two_ordinals),
    rule("(?P<h>H)[dci]{0,2}(?P<x>X)(?P<u>U)", _named),
    rule("(?:(?P<x>X)|[id])?(?P<h>H)(?:[dci]?d?(?P<y>Y))?", _named),
    rule("(?:(?P<x>X)|(?P<i>[i9])d?)?(?P<s>S)(?:d?(?P<y>Y))?", _season),
    rule("(?P<m>M)nd?X(?![UWM])", _month_after_next),
    rule("(?:K|K[dc])(?P<n>[NO])(?:[dcz]?(?P<y>Y))?", _calendar_week),
    rule("(?<!X)(?P<u>U)(?P<n>N)(?![uUNmztM])(?:d?(?P<y>Y))?", _numbered_week),
    rule("(?P<n>O)(?P<u>U)(?:[id]{0,2}(?P<y>Y))?", _numbered_week),
    rule("(?P<n>[NO])K(?P<y>Y)?", _calendar_week),
    rule("(?:(?P<x>X)|(?P<i>i)d?)?(?P<m>M)(?:d?(?P<y>Y))?", _month),
    rule("i?d?(?P<u>U)(?P<y>Y)(?!u)", _whole_year),
    rule("id?(?P<y>Y)(?!u)", _whole_year),
    rule("(?P<o>O)(?P<u>[Uq])d?(?P<y>Y)?(?![vn])", _quarter_of_year),
    rule("(?P<y>Y)(?P<u>U)(?P<o>N)(?![uUV])", _quarter_of_year),
    rule("(?P<u>U)(?P<o>N)d?(?P<y>Y)?", _quarter_of_year),
)

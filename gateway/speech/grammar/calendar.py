"""Days by the calendar: weeks, months, Easter and what hangs on it, named days."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final


def monday_of(day: date) -> date:
    """Return the Monday of the calendar week of `day`."""
    return day - timedelta(days=day.weekday())


def month_start(day: date, months: int = 0) -> date:
    """Return the first day of the month `months` after that of `day`. Raises ValueError beyond year 9999."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, the last of the month where it has no such day."""
    first = month_start(day, months)
    last = month_start(first, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def next_weekday(after: date, weekday: int) -> date:
    """Return the first `weekday` (0 = Monday) strictly after a day."""
    return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


def day_in(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date | None:
    """Return the n-th weekday of a month, the last for n = -1, None when the month has none."""
    if n < 0:
        last = month_start(date(year, month, 1), 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-n - 1))
    first = next_weekday(date(year, month, 1) - timedelta(days=1), weekday)
    found = first + timedelta(days=7 * (n - 1))
    return found if found.month == month else None


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Anonymous Gregorian algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    last = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _easter(offset: int) -> Callable[[int], date]:
    return lambda year: easter_sunday(year) + timedelta(days=offset)


def _advent(n: int) -> Callable[[int], date]:
    """The n-th Sunday of Advent; the fourth is the last Sunday before Christmas Day."""

    def of(year: int) -> date:
        fourth = next_weekday(date(year, 12, 17), 6)
        return fourth - timedelta(days=7 * (4 - n))

    return of


def _nth(month: int, weekday: int, n: int, offset: int = 0) -> Callable[[int], date]:
    def of(year: int) -> date:
        found = nth_weekday(year, month, weekday, n)
        assert found is not None  # n <= 4: every month has it
        return found + timedelta(days=offset)

    return of


NAMED_DAYS: Final[Mapping[str, Callable[[int], date]]] = {
    "neujahr": _fixed(1, 1),
    "dreikoenig": _fixed(1, 6),
    "valentin": _fixed(2, 14),
    "frauentag": _fixed(3, 8),
    "idesofmarch": _fixed(3, 15),
    "patrick": _fixed(3, 17),
    "aprilscherz": _fixed(4, 1),
    "earthday": _fixed(4, 22),
    "arbeit": _fixed(5, 1),
    "cincodemayo": _fixed(5, 5),
    "juneteenth": _fixed(6, 19),
    "independence": _fixed(7, 4),
    "bundesfeier": _fixed(8, 1),
    "mariahimmelfahrt": _fixed(8, 15),
    "einheit": _fixed(10, 3),
    "nationalfeiertag": _fixed(10, 26),
    "reformation": _fixed(10, 31),
    "halloween": _fixed(10, 31),
    "allerheiligen": _fixed(11, 1),
    "allerseelen": _fixed(11, 2),
    "martin": _fixed(11, 11),
    "veterans": _fixed(11, 11),
    "barbara": _fixed(12, 4),
    "nikolaus": _fixed(12, 6),
    "mariaempfaengnis": _fixed(12, 8),
    "heiligabend": _fixed(12, 24),
    "weihnachten": _fixed(12, 25),
    "weihnachten2": _fixed(12, 26),
    "silvester": _fixed(12, 31),
    "weiberfastnacht": _easter(-52),
    "rosenmontag": _easter(-48),
    "fastnacht": _easter(-47),
    "aschermittwoch": _easter(-46),
    "palmsonntag": _easter(-7),
    "gruendonnerstag": _easter(-3),
    "karfreitag": _easter(-2),
    "karsamstag": _easter(-1),
    "ostern": _easter(0),
    "ostermontag": _easter(1),
    "weissersonntag": _easter(7),
    "himmelfahrt": _easter(39),
    "pfingsten": _easter(49),
    "pfingstmontag": _easter(50),
    "fronleichnam": _easter(60),
    "mlk": _nth(1, 0, 3),
    "presidents": _nth(2, 0, 3),
    "muttertag": _nth(5, 6, 2),
    "memorial": _nth(5, 0, -1),
    "fathersday": _nth(6, 6, 3),
    "labor": _nth(9, 0, 1),
    "erntedank": _nth(10, 6, 1),
    "columbus": _nth(10, 0, 2),
    "thanksgiving": _nth(11, 3, 4),
    "blackfriday": _nth(11, 3, 4, 1),
    "cybermonday": _nth(11, 3, 4, 4),
    "volkstrauertag": lambda year: _advent(1)(year) - timedelta(days=14),
    "bussundbettag": lambda year: _advent(1)(year) - timedelta(days=11),
    "totensonntag": lambda year: _advent(1)(year) - timedelta(days=7),
    "advent1": _advent(1),
    "advent2": _advent(2),
    "advent3": _advent(3),
    "advent4": _advent(4),
}
"""Name in the word tables -> the day of a year."""

SEASON_STARTS: Final[Mapping[str, tuple[int, int]]] = {
    "fruehling": (3, 21),
    "sommer": (6, 21),
    "herbst": (9, 23),
    "winter": (12, 21),
}
"""Astronomical seasons, to the day."""

LAST_DAY_AFTER: Final[Mapping[str, int]] = {"ostern": 1, "pfingsten": 1, "weihnachten": 1}
"""Feasts of several days: days from the named one to the last; 'nach Ostern' starts after it."""

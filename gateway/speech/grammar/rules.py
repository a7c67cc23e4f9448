"""All rules in the order they apply: numbers, lengths, dates, relative days, clocks, stretches, what is left."""

from collections.abc import Mapping
from typing import Final

from gateway.speech.grammar.model import Clock, Item
from gateway.speech.grammar.rewrite import Found, Rule, RuleBook, rule
from gateway.speech.grammar.rules_clock import CLOCKS, PART_CLOCKS, bare_hour, hour_of
from gateway.speech.grammar.rules_days import ARTICLES, DAYS, dated, fitting_year
from gateway.speech.grammar.rules_fuzzy import ENDS_OF_DAYS, FUZZY
from gateway.speech.grammar.rules_numbers import LENGTHS, NUMBERS
from gateway.speech.grammar.rules_ranges import OPENS, RANGES
from gateway.speech.grammar.rules_relative import REFUSALS, RELATIVE, WEEKDAY_DATES


def _dotted(found: Found) -> Item | None:
    """'10.12.' is a date, '15.30' a clock; '10.10' is a date unless a word marks it as a clock."""
    pair = found.get("t")
    year = found["y"].n if found["y"] else None
    if 1 <= pair.m <= 12 and 1 <= pair.n <= 31:
        return dated(found.context, pair.n, pair.m, year)
    if pair.text == "date":
        return Item("V", text="no such day")
    clock = hour_of(pair)
    minutes = pair.text.partition(".")[2]
    return None if clock is None or len(minutes) != 2 else Item("C", clock=clock)


def _clock_marked(found: Found) -> Item | None:
    pair = found.get("t")
    if pair.text == "date" or len(pair.text.partition(".")[2]) != 2:
        return None
    if found["s"] is not None and 1 <= pair.m <= 12 and 1 <= pair.n <= 31 and pair.m % 5:
        return None  # "ab 3.12" is a day
    clock = hour_of(pair)
    return None if clock is None else Item("C", clock=clock)


def _year_beside_date(found: Found) -> Item | None:
    """'14 april 15': two digits behind a date in words are a year when it is one of the next three."""
    dated_item, number = found.get("d"), found.get("y")
    year = 2000 + number.n
    if dated_item.text != "date" or not number.digits or not 0 <= year - found.context.today.year <= 3:
        return None
    return dated(found.context, dated_item.m, dated_item.n, year)


def _comma_clock(found: Found) -> Item | None:
    """'8,30 Uhr'."""
    pair = found.get("t")
    if not pair.digits or pair.n > 23 or pair.m > 59:
        return None
    return Item("C", clock=Clock(pair.n * 60 + pair.m, 1 <= pair.n <= 12 and not pair.text.startswith("0")))


def _hour_beside_day(found: Found) -> Item | None:
    """'morgen 15', '9 tomorrow': a number right beside a day is an hour."""
    clock = bare_hour(found.get("c"))
    if found["a"] is not None and found.get("a").text not in ARTICLES:
        return None
    return None if clock is None or found.get("c").n == 0 else Item("C", clock=clock)


_DATE_WORDS: Final = frozenset({"am", "den", "dem", "der", "vom", "zum", "on", "the"})


def _clock_in_range(found: Found) -> Item | None:
    """'9.30 - 11 Uhr'; in 'am 3.12 bis 18 Uhr', 'Mo 7.12 - 15 Uhr' and '18.11 - 15 Uhr' the pair is the day."""
    pair, before = found.get("t"), [item for item in found.items[: found.match.start("t")] if item.code != "c"]
    if 1 <= pair.m <= 12 and 1 <= pair.n <= 31:
        said = next((item for item in reversed(before) if item.code != "d"), None)
        weekday = said.n if said is not None and said.code == "W" else None
        fits = weekday is not None and fitting_year(Item("D", n=pair.m, m=pair.n), weekday, found.context) is not None
        if pair.m % 5 or fits or before and before[-1].text in _DATE_WORDS:
            return None
    return _clock_marked(found)


PAIRS: Final[tuple[Rule, ...]] = (
    rule("(?P<t>T)u", _clock_marked),
    rule("(?P<t>x)u", _comma_clock),
    rule("(?<=[ag])(?P<t>T)", _clock_marked),
    rule("(?<=R)(?P<t>T)", _clock_marked),
    rule("(?P<t>T)(?=c?m)", _clock_marked),
    rule("(?P<s>(?<=[stvnfblr]))d?(?P<t>T)(?=[zte])", _clock_marked),
    rule("(?P<t>T)(?=[zt][CN]u?)", _clock_in_range),
    rule("(?<=[Cu][zt])(?P<t>T)", _clock_marked),
    rule("(?P<t>T)c?(?P<y>Y)?", _dotted),
)

LATE: Final[tuple[Rule, ...]] = (
    rule("(?<=[DWP])(?P<c>N)(?![xUVLNMOzt])", _hour_beside_day),
    rule("(?<=[DWP])(?P<c>N)(?=(?P<a>N))", _hour_beside_day),
    rule("(?<=Dc)(?P<c>N)(?=$|p)", _hour_beside_day),
    rule("(?:^|(?<=[pc1]))(?P<c>N)(?=D)", _hour_beside_day),
    rule("(?<=Co)[ag]?(?P<c>N)(?![xUVLNMO])", _hour_beside_day),
)


def _spoken_year(found: Found) -> Item | None:
    """'the third of May twenty twenty-seven'."""
    date_item, century, rest = found.get("d"), found.get("c"), found.get("y")
    year = 100 * century.n + rest.n
    if date_item.text != "date" or century.n not in {19, 20} or century.digits or not 10 <= rest.n <= 99:
        return None
    return dated(found.context, date_item.m, date_item.n, year)


YEARS: Final[tuple[Rule, ...]] = (
    rule("(?P<d>D)c?(?P<c>N)(?P<y>N)(?![um])", _spoken_year),
    rule("(?P<d>D)(?P<y>N)(?:(?![uUVNMOztmqhPg])|(?=g[ag]?[NCTqQh]))", _year_beside_date),
)

_ALL: Final = RuleBook(
    (
        *REFUSALS,
        *NUMBERS,
        *LENGTHS,
        *PAIRS,
        *DAYS,
        *YEARS,
        *ENDS_OF_DAYS,
        *RELATIVE,
        *FUZZY,
        *WEEKDAY_DATES,
        *CLOCKS,
        *PART_CLOCKS,
        *RANGES,
        *OPENS,
        *LATE,
    )
)
RULES: Final[Mapping[str, RuleBook]] = {"de": _ALL, "en": _ALL}

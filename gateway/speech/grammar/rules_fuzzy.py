"""Parts of longer stretches: 'Anfang der Woche', 'Mitte bis Ende Mai', 'Monatsende', 'bis Ende des Tages'."""

from datetime import date
from typing import Final

from gateway.speech.grammar.model import ONE_DAY, Days, Item
from gateway.speech.grammar.rewrite import Found, Rule, rule
from gateway.speech.grammar.rules_days import days_item, part_of
from gateway.speech.grammar.rules_relative import unit_days

END_OF_DAY: Final = frozenset({"eod", "cob", "ende des tages", "tagesende", "close of business"}) | {
    f"{the}end of {of}day" for the in ("", "the ") for of in ("", "the ")
}


def _day_ends(found: Found) -> Item | None:
    """'Friday EOD': the day is the one said, the end of it adds nothing."""
    return Item("d", text="eod") if found.get("r").text in END_OF_DAY else None


def _before_day_ends(found: Found) -> Item | None:
    """'vor Ende des Tages': still today."""
    if found.get("r").text not in END_OF_DAY:
        return None
    return days_item(Days(None, found.context.today + ONE_DAY), "open")


def _fuzzy(found: Found) -> Item | None:
    days = found.get("d").days
    return _part_item(days, found.get("f").text) if days else None


def _fuzzy_range(found: Found) -> Item | None:
    """'Mitte bis Ende September'."""
    days = found.get("d").days
    first, last = (part_of(days, found.get(group).text) if days else None for group in "fg")
    if first is None or last is None or first.start is None or last.end is None or last.end <= first.start:
        return None
    return days_item(Days(first.start, last.end, "day", True), "fuzzy")


def _side_by_side(found: Found) -> Item | None:
    """'Ende September, Anfang Oktober', 'Juni oder Juli': both, as one stretch to find a day in."""
    first, second = found.get("a"), found.get("b")
    if first.text != second.text or first.text not in {"fuzzy", "month"} or first.days is None or second.days is None:
        return None
    if first.text == "month" and "o" not in found.match[0]:
        return None
    start, end = first.days.start, second.days.end
    if start is None or end is None or second.days.start is None or not start < second.days.start:
        return None
    return days_item(Days(start, end, first.days.grain, True), "fuzzy")


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
        whole = unit_days(unit, n, today)
        item = _part_item(whole, part) if whole else None
        if item is None or item.days is None:
            return None
        if item.days.end and item.days.end > today:
            return item
    return None


def _fuzzy_year(found: Found) -> Item | None:
    year = found.get("y").n
    return days_item(part_of(Days(date(year, 1, 1), date(year + 1, 1, 1), "month"), found.get("f").text))


ENDS_OF_DAYS: Final[tuple[Rule, ...]] = (
    rule("(?P<r>R)(?=[dc]{0,2}[WDR])", _day_ends),
    rule("(?<=[WDR])[dc]?(?P<r>R)", _day_ends),
    rule("vd{0,2}(?P<r>R)", _before_day_ends),
)

FUZZY: Final[tuple[Rule, ...]] = (
    rule("(?P<f>F)[tzo]d{0,2}(?P<g>F)d{0,2}(?P<d>D)", _fuzzy_range),
    rule("(?P<f>F)d{0,2}(?P<d>D)", _fuzzy),
    rule("(?P<a>D)[ceot]?(?P<b>D)", _side_by_side),
    rule("(?P<d>D)(?P<f>F)(?=$|[pc])", _fuzzy),
    rule("(?P<f>F)d{0,2}(?P<u>U)", _fuzzy_unit),
    rule("(?P<f>5)", _fuzzy_unit),
    rule("(?P<f>F)d{0,2}(?P<y>Y)", _fuzzy_year),
)

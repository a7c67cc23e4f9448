"""Stretches and open sides: 'von neun bis zehn', 'ab 14 Uhr', 'vom 3. bis 5. Dezember', 'nicht vor 19 Uhr'."""

from datetime import date
from typing import Final

from gateway.speech.grammar.calendar import day_in, month_start, next_weekday
from gateway.speech.grammar.model import ONE_DAY, Clock, Context, Days, Item, Span, Window, one_day
from gateway.speech.grammar.parts import PARTS
from gateway.speech.grammar.rewrite import Found, Rule, rule
from gateway.speech.grammar.rules_clock import bare_hour, hour_of, says_24
from gateway.speech.grammar.rules_days import WEEK, base_day, dated, day_of_month, days_item

HALF_DAY: Final = 720


def _clock_range(found: Found) -> Item | None:
    """'von neun bis zehn Uhr', '14-16 Uhr', 'between 9:30 and 11'."""
    first, second = found.get("a"), found.get("b")
    begins = found.before is None or found.before.code in "pc1!V"
    alone = begins and (found.after is None or found.after.code in "pcd1o")
    sure = "C" in (first.code, second.code) or found["f"] is not None or alone
    if not sure or found.after is not None and found.after.code in "ULVM":
        return None
    lo, hi = hour_of(first), hour_of(second)
    if lo is None or hi is None:
        return None
    if found["p"] is not None:
        return None
    if _moves(found):
        return Item("C", clock=hi)
    return Item("I", window=Window(_like(lo, hi, second), hi))


_MOVING: Final = frozenset({"move", "moved", "reschedule", "change", "switch", "shift", "push", "postpone", "bring"})


def _moves(found: Found) -> bool:
    """English 'move it from Monday to Tuesday': no stretch, the second is where it goes."""
    from_to = found.match[0][0] == "f" and found.context.lang == "en"
    return from_to and any(item.text in _MOVING for item in found.items[: found.match.start()])


def _hours_beside_day(found: Found) -> Item | None:
    """'Montag 8-10', '8 bis 10 am Montag'."""
    lo, hi = hour_of(found.get("a")), hour_of(found.get("b"))
    if lo is None or hi is None or found.after is not None and found.after.code in "ULVMO":
        return None
    return Item("I", window=Window(_like(lo, hi, found.get("b")), hi))


EARLIEST: Final = 6 * 60
"""From here on '6:30 bis 23 Uhr' starts in the morning: who says 23 for eleven says 18 for six."""


def _like(lo: Clock, hi: Clock, second: Item) -> Clock:
    """The first bound takes the half of the day the second said: '5-6pm', '8 bis 10 abends'."""
    if not lo.twelve or hi.twelve:
        return lo
    if says_24(second) and EARLIEST <= lo.minute < HALF_DAY:
        return Clock(lo.minute)
    for minute in (lo.minute % HALF_DAY + HALF_DAY, lo.minute % HALF_DAY):
        if minute < hi.minute and (hi.minute - minute < HALF_DAY or minute < HALF_DAY):
            return Clock(minute, hi.minute - minute > 6 * 60)
    return lo


_LOWER: Final = frozenset("snrf")
_UPPER: Final = frozenset("tvl")


def _side(found: Found) -> str:
    """'lo' or 'hi': which side the word before leaves bound; 'nicht vor' and 'nicht nach' turn round."""
    code = found.get("s").code
    lower = code in _LOWER
    return "lo" if lower != (found["k"] is not None) else "hi"


def _open_clock(found: Found) -> Item | None:
    item = found.get("c")
    if item.code == "N" and found.after is not None and found.after.code in "ULVM":
        return None
    if found.before is not None and found.before.code == "N" and found.get("s").code == "t":
        return None  # "zwei bis drei Haarspangen"
    clock = bare_hour(item)
    if clock is None:
        return None
    return Item("I", window=Window(clock, None) if _side(found) == "lo" else Window(None, clock))


def _later(found: Found) -> Item | None:
    clock, mark = hour_of(found.get("c")), found.get("g")
    if clock is None:
        return None
    lower = mark.code == "r" or mark.code == "G" and mark.n > 0 or mark.code == "d" and mark.text == "an"
    if mark.code == "d" and not lower:
        return None
    return Item("I", window=Window(clock, None) if lower else Window(None, clock))


def _through(found: Found) -> Item | None:
    """'through 2pm' with nothing before it."""
    if found.get("s").text not in {"through", "thru"} and (found.before is not None or found.get("s").text == "-"):
        return None
    return Item("I", window=Window(None, found.get("c").clock))


def _from_on(found: Found) -> Item | None:
    """English 'from 2 pm', 'from Monday' without an end; German 'von 14 Uhr' alone leaves the side open."""
    if found.context.lang != "en":
        return None
    return _open_day(found) if found["d"] is not None else Item("I", window=Window(found.get("c").clock, None))


def _open_part(found: Found) -> Item | None:
    """'ab Nachmittag', 'bis mittags', 'nach dem Mittag'."""
    start, end = PARTS[found.get("p").text]
    code = found.get("s").code
    noon = found.get("p").text == "mittag"
    if _side(found) == "lo":
        return Item("I", window=Window(Clock(HALF_DAY if noon else start if code != "n" else end), None))
    return Item("I", window=Window(None, Clock(HALF_DAY if noon else start if code == "v" else end)))


def _part_range(found: Found) -> Item | None:
    """'zwischen Mittag und Abend', 'von morgens bis abends'."""
    (start, _), (_, end) = PARTS[found.get("a").text], PARTS[found.get("b").text]
    return Item("I", window=Window(Clock(start), Clock(end))) if end > start else None


def _bound_day(item: Item, context: Context, after: date | None = None) -> date | None:
    """The day a bound names; after a first bound a weekday or day of the month is the next from there."""
    if item.code == "W" and after is not None:
        return next_weekday(after, item.n)
    if item.code in "BON" and after is not None:
        inside = day_in(after.year, after.month, item.n)
        if inside is not None and inside > after:
            return inside
        first = month_start(after, 1)
        return day_in(first.year, first.month, item.n)
    if item.code in "BON":
        return day_of_month(context, item.n)
    return base_day(item, context)


def _day_range(found: Found) -> Item | None:
    """'vom 3. bis 5. Dezember', 'Montag bis Mittwoch', 'July 13-15', 'vom 4. bis zum 23.'."""
    first, second, context = found.get("a"), found.get("b"), found.context
    if _moves(found):
        target = base_day(second, context)
        return days_item(one_day(target), "explicit") if target else None
    if first.code == "N" and second.code != "D" or second.code == "N" and (first.code != "D" or second.n > 31):
        return None
    day_last = first.digits and first.n > 0  # "July 13 - 15"
    if second.code == "N" and (context.lang == "de" and not day_last or "t" in found.match[0]):
        return None  # "12.7. bis 10", "July 12 until ten" are hours
    if first.code in "ON" and second.code == "D":
        if second.days is None or second.text not in {"date", "explicit"}:
            return None
        end = second.days.single
        start = None if end is None else day_in(end.year, end.month, first.n)
    elif first.code == "D" and first.days is not None and not first.days.single:
        return _month_range(first, second)
    elif first.code == "W" and second.days is not None and second.days.single:
        end = second.days.single
        start = next_weekday(end - 8 * ONE_DAY, first.n)
    else:
        start = _bound_day(first, context)
        end = _bound_day(second, context, start)
        if second.code == "D" and second.text == "date" and start and end and end < start:
            later = dated(
                Context(context.reference.replace(year=start.year, month=start.month, day=start.day), "de"),
                second.m,
                second.n,
                None,
            )
            end = later.days.single if later.days else None
    if first.text == "date" and second.text == "explicit" and start and end:
        start = _in_year_of(start, end)
    if start is None or end is None or end <= start:
        return None
    weekdays = first.code == second.code == "W"  # "Freitag bis Sonntag, 16. bis 18. Oktober": the dates say which
    return days_item(Days(start, end + ONE_DAY), "weekdays" if weekdays else "range")


def _day_to_day(found: Found) -> Item | None:
    """'vom 24. zum 25. Mai': two days, unless something is moved from one to the other."""
    moves = any(item.text in {"verschieben", "verlegen", "umbuchen"} for item in found.items)
    return None if moves or found.get("to").text != "zum" else _day_range(found)


def _day_of_both(found: Found) -> Item:
    """'von Montag, 24. bis Mittwoch, 26. April': the number says the day, the weekday only goes with it."""
    return found.get("o")


def _in_year_of(start: date, end: date) -> date | None:
    """'26.6. bis 28.6.2027': the year said with the last day holds for the first."""
    same = day_in(end.year, start.month, start.day)
    return same if same is not None and same < end else day_in(end.year - 1, start.month, start.day)


def _night_between(found: Found) -> Item | None:
    """'in der Nacht vom 11. auf den 12. Juli': the day the night begins."""
    built = _day_range(found)
    return (
        days_item(Days(built.days.start, built.days.start + ONE_DAY))
        if built and built.days and built.days.start
        else None
    )


def _night_to(found: Found) -> Item | None:
    """'in der Nacht auf Samstag', 'in der Nacht zum 1. Mai': the night begins the day before."""
    to, night = found.get("s"), found.before
    if to.text not in {"auf", "zum", "zu"} or night is None or night.text != "nacht":
        return None
    day = _bound_day(found.get("d"), found.context)
    return days_item(one_day(day - ONE_DAY)) if day else None


def _two_days(found: Found) -> Item | None:
    """'am 24. und 25. Dezember': two days in a row."""
    built = _day_range(found)
    return (
        built
        if built
        and built.days
        and built.days.end
        and built.days.start
        and (built.days.end - built.days.start).days == 2
        else None
    )


def _either_day(found: Found) -> Item | None:
    """'am 5. oder 6. März', 'march 5 or 6': the first, and the other as a reading; '18./19. August' are two days."""
    first, second = found.get("a"), found.get("b")
    said = first if first.code == "D" else second
    number = second if first.code == "D" else first
    day = said.days.single if said.days else None
    if day is None or said.text not in {"date", "explicit"} or not number.digits and number.code == "N":
        return None
    other = day_in(day.year, day.month, number.n)
    if other is None:
        return None
    early, late = sorted((day, other))
    if found.get("o").text == "/" and late - early == ONE_DAY:
        return days_item(Days(early, late + ONE_DAY), "range")
    return days_item(one_day(other if said is second else day, readings=(day if said is second else other,)), said.text)


def _month_range(first: Item, second: Item) -> Item | None:
    """'Anfang bis Mitte Juni' is rare; 'Juni bis August': whole months."""
    if first.days is None or second.days is None or first.days.start is None or second.days.end is None:
        return None
    if second.days.end <= first.days.start:
        return None
    return days_item(Days(first.days.start, second.days.end, first.days.grain), "range")


def _range_in_month(found: Found) -> Item | None:
    """'nächsten Monat vom 4. bis zum 23.'."""
    days = found.get("d").days
    if days is None or days.grain != "month" or days.start is None:
        return None
    first, last = found.get("a"), found.get("b")
    if "N" in (first.code, last.code) and not (first.digits and last.digits and last.n > 12):
        return None  # "nächsten Monat von 9 bis 11" may be hours
    start = day_in(days.start.year, days.start.month, first.n)
    end = day_in(days.start.year, days.start.month, last.n)
    if start is None or end is None or end < start:
        return None
    return days_item(Days(start, end + ONE_DAY), "range")


def _moment_range(found: Found) -> Item | None:
    """'von Montag 10 Uhr bis Dienstag 12 Uhr'."""
    start = _bound_day(found.get("a"), found.context)
    end = _bound_day(found.get("b"), found.context, start)
    lo, hi = found.get("l").clock, found.get("h").clock
    if start is None or end is None or end < start:
        return None
    return Item("J", span=Span((start, lo), (end, hi)))


def _open_day_part(found: Found) -> Item | None:
    """'ab heute Nachmittag', 'bis Freitagmittag': open from where the part begins, until where it ends."""
    base, code = base_day(found.get("d"), found.context), found.get("s").code
    start, end = PARTS[found.get("p").text]
    if base is None:
        return None
    noon = HALF_DAY if found.get("p").text == "mittag" else None
    if _side(found) == "lo":
        return Item("J", span=Span((base, Clock(noon or (end if code == "n" else start))), None))
    return Item("J", span=Span(None, (base, Clock(noon or (start if code == "v" else end)))))


def _open_day(found: Found) -> Item | None:
    """'ab Montag', 'bis Freitag', 'nach Ostern', 'ab morgen um zehn'."""
    item, context = found.get("d"), found.context
    days = item.days
    since = found.get("s").text in {"seit", "since"}
    if since and item.text == "date" and days is not None and days.start and days.start > context.today:
        back = day_in(days.start.year - 1, days.start.month, days.start.day)
        return days_item(Days(back, None), "open") if back else None
    if days is None:
        day = _bound_day(item, context)
        if day is not None and item.code == "W" and since:
            day -= WEEK
        if day is None or item.code == "O" and not item.digits and found["m"] is not None:
            return None
        days = Days(day, day + ONE_DAY)
    if days.start is None or days.end is None:
        return None
    clock = found["c"].clock if found["c"] else None
    code, lower = found.get("s").code, _side(found) == "lo"
    strict = code in "nv"
    if clock is not None and days.single:
        bound = (days.single, clock)
        return Item("J", span=Span(bound, None) if lower else Span(None, bound))
    if lower:
        feast = item.n if item.text == "named" else 0
        start = days.end + feast * ONE_DAY if strict and found["k"] is None else days.start
        return days_item(Days(start, None, days.grain), "open")
    if item.text == "fuzzy" and not strict:
        days = Days(days.start, days.end + item.m * ONE_DAY, days.grain)
    return days_item(Days(None, days.start if strict and found["k"] is None else days.end, days.grain), "open")


def _day_or_later(found: Found) -> Item | None:
    """'am 2. Februar oder später', 'on or after March 1', 'Freitag oder früher'."""
    day = base_day(found.get("d"), found.context)
    if day is None:
        return None
    return days_item(Days(day, None) if found.get("g").n > 0 else Days(None, day + ONE_DAY), "open")


_T: Final = "[NCT]"
_GLUE: Final = "[dagcuE]{0,3}"

RANGES: Final[tuple[Rule, ...]] = (
    rule("(?<![tz])W[cd]{0,2}(?P<o>O)(?=[tz]d{0,2}[OWD])", _day_of_both),
    rule("(?<=[tz])d{0,2}W[cd]{1,2}(?P<o>O)(?!d?[tz])", _day_of_both),
    rule("(?P<d>D)[dcf]{0,2}f[d]{0,2}(?P<a>[ON])[tz]d{0,2}(?P<b>[ON])", _range_in_month),
    rule("(?P<d>D)[dc]{0,2}bd{0,2}(?P<a>[ON])ed{0,2}(?P<b>[ON])", _range_in_month),
    rule(
        "[fs]?d{0,2}(?P<a>[DWRO])[dcags]{0,3}(?P<l>C)c?[tz]d{0,2}(?P<b>[DWRO])[dcag]{0,3}(?P<h>C)",
        _moment_range,
    ),
    rule("b[dag]{0,2}(?P<a>[DWRO])[dcag]{0,3}(?P<l>C)ed{0,2}(?P<b>[DWRO])[dcag]{0,3}(?P<h>C)", _moment_range),
    rule(f"(?P<f>b){_GLUE}(?P<a>{_T}){_GLUE}[ezt]{_GLUE}(?P<b>{_T})(?!P)", _clock_range),
    rule(f"(?P<f>[fs]){_GLUE}(?P<a>{_T})[dgca]{{0,2}}[tz]{_GLUE}(?P<b>{_T})", _clock_range),
    rule(f"(?<=[DWPO])[dcagz]{{0,2}}(?P<a>N)[tz]{_GLUE}(?P<b>N)", _hours_beside_day),
    rule("(?P<a>N)[tz](?P<b>N)(?=c?(?:d{0,2}[DWP]|d{1,2}O))", _hours_beside_day),
    rule(f"[ag]?(?P<a>{_T})[dgc]{{0,2}}[tz]{_GLUE}(?P<b>{_T})", _clock_range),
    rule("b(?:d|i)?(?P<a>P)[ez]d?(?P<b>P)", _part_range),
    rule("f?d?(?P<a>P)td?(?P<b>P)", _part_range),
    rule("(?<=P)f(?P<a>[DWO])d{1,2}(?P<b>[DWO])", _night_between),
    rule("(?<=P)(?P<s>d)d?(?P<d>[DWO])", _night_to),
    rule("[fs]?[dc]{0,2}(?P<a>[DWRON])[dc]?[tz]d{0,2}(?P<b>[DWRON])", _day_range),
    rule("fd{0,2}(?P<a>[DWO])(?P<to>d)(?P<b>[DO])", _day_to_day),
    rule("bd{0,2}(?P<a>[DWRON])ed{0,2}(?P<b>[DWRO])", _day_range),
    rule("(?P<a>[OWD])ed{0,2}(?P<b>[DOW])", _two_days),
    rule("(?P<a>[ON])(?P<o>o)d{0,2}(?P<b>D)", _either_day),
    rule("(?P<a>D)(?P<o>o)d{0,2}(?P<b>[ON])(?![uUVmC])", _either_day),
    rule("(?P<d>D)[dcf]{0,2}f?d{0,2}(?P<a>O)[tz]d{0,2}(?P<b>O)", _range_in_month),
)

OPENS: Final[tuple[Rule, ...]] = (
    rule("(?P<k>k)[adg]?(?P<s>[vnt])[dag]{0,3}(?P<c>[NCT])", _open_clock),
    rule("(?P<s>r)s?[dag]{0,3}(?P<c>[NCT])", _open_clock),
    rule("(?P<s>l)t?[dag]{0,3}(?P<c>[NCT])", _open_clock),
    rule("(?P<s>[sn])[dagc]{0,3}(?P<c>[NCT])", _open_clock),
    rule("(?<!U)(?P<s>[tv])[dagc]{0,3}(?P<c>[NCT])", _open_clock),
    rule("f?(?P<c>[CN])d?(?P<g>[Glr])", _later),
    rule("(?P<c>C)c(?P<g>[Glr])(?![dag]{0,2}[CNTDWPR])", _later),
    rule("(?P<d>[DW])c?(?P<g>G)(?![dag]{0,2}[CT])", _day_or_later),
    rule("d(?P<g>G)(?P<d>[DW])(?![dag]{0,2}[CT])", _day_or_later),
    rule("(?<![CNTDWOI])(?P<s>z)(?P<c>C)", _through),
    rule("(?P<s>f)[dg]?(?P<c>C)", _from_on),
    rule("(?<![WD])(?P<s>f)d?(?P<d>[DW])", _from_on),
    rule("f(?P<c>C)(?P<g>d)", _later),
    rule("(?P<s>[stvnlr])[dg]{0,2}(?P<p>P)", _open_part),
    rule("(?P<s>[stvnlr])[dg]{0,2}(?P<d>[DWR])d?(?P<p>P)(?![CI])", _open_day_part),
    rule("(?P<k>k)?(?P<s>[stvnlr])[stdg]{0,3}(?P<d>[DWRO])(?:[dcag]{0,3}(?P<c>C))?", _open_day),
)

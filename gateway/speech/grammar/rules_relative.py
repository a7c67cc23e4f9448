"""Days counted from others: 'nächste Woche', 'in drei Tagen', 'Freitag vor Weihnachten', 'Ende des Monats'."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from gateway.speech.grammar.calendar import add_months, monday_of, month_start, next_weekday
from gateway.speech.grammar.model import ONE_DAY, Clock, Context, Days, Item, Span, one_day
from gateway.speech.grammar.rewrite import Found, Rule, rule
from gateway.speech.grammar.rules_days import (
    WEEK,
    base_day,
    days_item,
    fitting_year,
    month_days,
    turns,
    week_days,
)
from gateway.speech.grammar.rules_numbers import length

MINUTES_A_DAY: Final = 1440


def _not_today(found: Found) -> Item | None:
    """'heute nicht mehr, morgen': today is out, and nothing else."""
    return Item("7", text="today", days=one_day(found.context.today)) if found.get("r").n == 0 else None


def _not_beyond(found: Found) -> Item:
    """'am Montag kann ich nicht vor zehn': it is the bound that is denied, not the day."""
    return Item("k", text="nicht")


def _unit_turn(found: Found) -> Item | None:
    """'nächste Woche', 'this month', 'kommendes Wochenende', 'last year'."""
    unit, turn = found.get("u").text, found.get("x").n
    if unit in {"hour", "halfhour", "quarterhour"} and turn in {1, 10}:
        span = length(unit, 1)
        return _from_now(span, found.context) if span else None
    return turned_unit(unit, turn, found.context.today)


def _quarter_turn(found: Found) -> Item | None:
    """English 'this quarter': the word that is fifteen minutes elsewhere."""
    return turned_unit("quarter", found.get("x").n, found.context.today) if found.context.lang == "en" else None


def turned_unit(unit: str, turn: int, today: date) -> Item | None:
    """Return the week, month, weekend, year, quarter or day that a 'this/next/last' names."""
    n = turns(turn)
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
    if unit == "workday" and n in {1, -1}:
        day = shifted(today, Item("L", n=1, text="workday"), n)
        return days_item(one_day(day)) if day else None
    if unit == "day" and turn in {1, 2, -1}:
        return days_item(one_day(today + turn * ONE_DAY))
    return None


def _weekend(today: date, n: int) -> Item | None:
    saturday = monday_of(today) + timedelta(days=5)
    if n == 10:
        n = 1 if today > saturday else 0
    readings: tuple[date, ...] = ()
    if n == 2:  # the second to come, or the one after "nächstes Wochenende"
        n = 1 + int(today > saturday)
        readings = (saturday + (n + 1) * WEEK,)
    elif n == 1 and today < saturday:
        readings = (saturday,)
    start = saturday + n * WEEK
    return days_item(Days(start, start + timedelta(days=2), "day", False, readings))


_WHOLE: Final = frozenset({"all", "whole", "entire", "ganze", "ganzen"})


def _bare_unit(found: Found) -> Item | None:
    """'am Wochenende', 'die ganze Woche': the one that runs."""
    unit = found.get("u").text
    whole = found["d"] is not None and found.get("d").text in _WHOLE and unit in {"week", "month"}
    return turned_unit(unit, 0, found.context.today) if whole or unit == "weekend" else None


def _from_now(span: Item, context: Context, *, minutes: int = 0) -> Item | None:
    """'in den nächsten zwei Stunden', 'within half an hour': from this minute, or `minutes` later, on."""
    if not 0 < span.n <= MINUTES_A_DAY:
        return None
    bounds = (context.reference + timedelta(minutes=after) for after in (minutes, span.n))
    start, end = ((at.date(), Clock(at.hour * 60 + at.minute)) for at in bounds)
    return Item("J", span=Span(start, end))


def _next_units(found: Found) -> Item | None:
    """'die nächsten drei Tage', 'in the next two weeks', 'letzte 2 Wochen'."""
    span, turn, today = found.get("l"), found.get("x"), found.context.today
    if turn.n not in {1, 10, -1}:
        return None
    if span.text == "minute":
        return _from_now(span, found.context) if turn.n > 0 else None
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
            later = found["w"] is not None and found.get("w").text in {"spaeter", "spater", "later", "earlier"}
            if span.n > 100_000 or later:
                return None  # "eine Stunde später" counts from an offer, not from now
            return Item("0", n=sign * span.n, text="moment")
        day = shifted(context.today, span, sign)
        if day is None:
            return None
        if span.m:
            return days_item(_some_time_off(span, context.today) if sign > 0 else _some_time_ago(span, context.today))
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


def _some_time_ago(span: Item, today: date) -> Days | None:
    """'vor ein paar Tagen': some of them back, today excluded."""
    start = shifted(today, Item("L", n=2 * span.n, text=span.text), -1)
    return Days(start, today, "day", True) if start else None


def _within(found: Found) -> Item | None:
    span, context = found.get("l"), found.context
    if span.text == "minute":
        return _from_now(span, context)
    end = shifted(context.today, span, 1)
    return days_item(Days(context.today, end + ONE_DAY, "day", True)) if end else None


def _relative(found: Found) -> Item | None:
    return days_item(one_day(found.context.today + found.get("r").n * ONE_DAY), "relative")


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
    onward = found.get("f").code == "f" and found.context.lang == "en"
    if found.before is not None and found.before.code in "i9" and not onward:
        return None
    return None if found.get("f").code == "d" and found.context.lang == "de" else _from_base(found)


def _lasting(found: Found) -> Item | None:
    """'for ten days from 18th Dec', 'ab Montag für drei Tage'; 'heute über acht Tage' is a point."""
    if found.get("e").text in {"ueber", "uber"}:
        return _from_base(found)
    if found.get("e").text not in {"for", "fuer", "fur"}:
        return None
    base = base_day(found.get("d"), found.context)
    end = shifted(base, found.get("l"), 1) if base else None
    return days_item(Days(base, end), "range") if end else None


def _after_length(found: Found) -> Item | None:
    """'nach fünf Tagen': from then on."""
    day = shifted(found.context.today, found.get("l"), 1)
    return days_item(Days(day, None), "open") if day else None


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
        saturday = next_weekday(base, 5) if sign > 0 else next_weekday(base - timedelta(days=9), 5)
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


def _nth_from_now(found: Found) -> Item | None:
    """'three Fridays from now', 'zwei Sonntage ab jetzt'."""
    count, context = found.get("n").n, found.context
    if not 1 <= count <= 52:
        return None
    return days_item(one_day(next_weekday(context.today, found.get("w").n) + (count - 1) * WEEK), "explicit")


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


def _weekday_in_week(found: Found) -> Item | None:
    """'ab Mittwoch nächster Woche', 'bis nächste Woche Freitag': the day is the bound, not the week."""
    days = found.get("d").days
    if days is None or days.grain != "week" or days.start is None or days.end != days.start + WEEK:
        return None
    return days_item(one_day(days.start + found.get("w").n * ONE_DAY), "explicit")


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


def unit_days(unit: str, n: int, today: date) -> Days | None:
    if unit == "week":
        return week_days(monday_of(today) + n * WEEK)
    if unit == "month":
        return month_days(month_start(today, n))
    if unit == "year":
        return Days(date(today.year + n, 1, 1), date(today.year + n + 1, 1, 1), "month")
    if unit == "quarter":
        turned = turned_unit(unit, n, today)
        return turned.days if turned else None
    return None


def _turned_part(found: Found) -> Item | None:
    """'this evening', 'diesen Nachmittag', 'am nächsten Morgen', 'last night': the day of the part that follows."""
    turn = found.get("x").n
    if turn not in {0, 1, -1}:
        return None
    return days_item(one_day(found.context.today + turn * ONE_DAY), "relative")


def _ago_from(found: Found) -> Item | None:
    """'a week ago today', 'yesterday a week ago': counted back from that day."""
    base = base_day(found.get("d"), found.context)
    day = shifted(base, found.get("l"), -1) if base else None
    return days_item(one_day(day), "away") if day else None


def _weekdays_ago(found: Found) -> Item | None:
    """'two Fridays ago', 'the Friday before last'."""
    count, context = found["n"].n if found["n"] else 2, found.context
    if not 1 <= count <= 52 or found["x"] is not None and found.get("x").n != -1:
        return None
    return days_item(turned_weekday(context.today, found.get("w").n, -count), "explicit")


def _rest_of(found: Found) -> Item | None:
    """'later this week', 'später diesen Monat', 'Rest der Woche': from today to its end."""
    counted = found.get("w").text in {"later", "spaeter", "spater"}
    if (
        found["x"] is not None
        and found.get("x").n != 0
        or counted
        and (found["a"] is not None or len(found.match[0]) < 3)
    ):
        return None
    turned = turned_unit(found.get("u").text, 0, found.context.today)
    days = turned.days if turned else None
    if days is None or days.end is None:
        return None
    return days_item(Days(found.context.today, days.end, "day", True))


def _before_yesterday(found: Found) -> Item | None:
    """'zwei Tage vor gestern': not the one word 'vorgestern'."""
    if not found.get("r").text.startswith("vor "):
        return None
    day = shifted(found.context.today - ONE_DAY, found.get("l"), -1)
    return days_item(one_day(day), "away") if day else None


def _closest_weekday(found: Found) -> Item | None:
    """'the closest Monday to March 5th': before or after it, at most three days away."""
    day = base_day(found.get("d"), found.context)
    if found.get("c").text not in {"closest", "nearest"} or day is None:
        return None
    return days_item(one_day(next_weekday(day - 4 * ONE_DAY, found.get("w").n)), "explicit")


def _either_unit(found: Found) -> Item | None:
    """'diese oder nächste Woche': both."""
    unit, today = found.get("u").text, found.context.today
    first = unit_days(unit, turns(found.get("x").n), today)
    second = unit_days(unit, turns(found.get("z").n), today)
    if first is None or second is None or first.start is None or second.end is None or second.end <= first.start:
        return None
    return days_item(Days(first.start, second.end, first.grain, True))


def _next_few(found: Found) -> Item | None:
    """'in den nächsten Tagen', 'die kommenden Wochen'."""
    today = found.context.today
    return days_item(Days(today + ONE_DAY, today + (found.get("n").n + 1) * ONE_DAY, "day", True))


def _between_lengths(found: Found) -> Item | None:
    """'in zwei bis drei Wochen'."""
    until = found.get("l")
    if not 0 < found.get("a").n < until.n:
        return None
    if until.text == "minute":
        factor = 60 if until.n % 60 == 0 and 60 * found.get("a").n < until.n else 1
        return _from_now(until, found.context, minutes=factor * found.get("a").n)
    start = shifted(found.context.today, Item("L", n=found.get("a").n, text=until.text), 1)
    end = shifted(found.context.today, until, 1)
    return days_item(Days(start, end + ONE_DAY, "day", True)) if start and end else None


REFUSALS: Final[tuple[Rule, ...]] = (
    rule("(?P<r>R)kx?(?=$|[pc!o]|[dax]{0,3}[RWXO])", _not_today),
    rule("7[x1]?(?=[vn][dag]{0,3}[NCTPWRHqQh])", _not_beyond),
)

RELATIVE: Final[tuple[Rule, ...]] = (
    rule("(?P<c>x)(?P<w>W)[zt]d?(?P<d>[DR])", _closest_weekday),
    rule("(?P<w>w)(?:d{0,2}(?P<x>X)|[9i]d?|(?P<a>d){1,2})?(?P<u>U)", _rest_of),
    rule("(?P<d>R)(?P<l>L)j", _ago_from),
    rule("(?P<l>L)j(?P<d>R)", _ago_from),
    rule("(?P<n>N)(?P<w>W)j", _weekdays_ago),
    rule("(?P<w>W)v(?P<x>X)(?![UWMP])", _weekdays_ago),
    rule("(?P<l>L)(?P<r>R)", _before_yesterday),
    rule("(?P<x>X)[oe](?P<z>X)(?P<u>U)", _either_unit),
    rule("(?P<x>X)(?P<u>U)[oe]d?(?P<z>X)(?![UWMP])", _either_unit),
    rule("ig?(?P<a>N)[tzoc](?P<l>L)", _between_lengths),
    rule("[i9]?d{0,2}(?P<n>6)", _next_few),
    rule("(?P<n>n)(?=[UL])", _past_unit),
    rule("[i9]d?(?P<x>X)d?(?P<l>L)", _next_units),
    rule("(?P<x>X)d?(?P<l>L)", _next_units),
    rule("(?P<d>[DWR])[dc]?ig?(?P<l>L)", _from_base),
    rule("(?P<l>L)(?P<v>[vn])d{0,2}(?P<d>[DWRO])", _from_base),
    rule("(?P<d>R)(?P<v>v)(?P<l>L)", _from_base),
    rule("(?P<e>d)(?P<l>L)f(?P<d>[DWR])", _lasting),
    rule("f?(?P<d>[DWR])(?P<e>d)(?P<l>L)", _lasting),
    rule("(?P<l>L)(?P<f>[fds])(?P<d>[DWR])", _length_then_base),
    rule("(?P<l>L)(?P<d>R)", lambda found: _from_base(found) if found.context.lang == "en" else None),
    rule("E(?P<v>[vn])d?(?P<d>D)", _close_by),
    rule("(?P<u>U)(?P<v>[vn])d{0,2}(?P<d>[DWR])", _neighbour_day),
    rule("(?P<o>O)?(?P<w>W)(?P<v>[vn])d{0,2}(?P<d>D)", _weekday_near),
    rule("(?P<n>N)(?P<w>W)(?:w|[sf][0R])", _nth_from_now),
    rule("(?P<w>W)nd?X(?![UWM])", _after_next),
    rule("(?P<x>X)(?=P)", _turned_part),
    rule("(?P<u>U)nd?(?P<x>X)(?![UWM])", _unit_after_next),
    rule("(?P<x>X)(?P<w>W)", _weekday_turn),
    rule("(?P<w>W)(?P<u>U)", _weekday_week),
    rule("(?P<x>X)(?P<u>U)", _unit_turn),
    rule("(?P<x>X)q(?![vnzNC])", _quarter_turn),
    rule("i[dgaE]{0,2}(?P<l>L)", _away(1)),
    rule("9[dg]{0,2}(?P<l>L)", _within),
    rule("(?P<l>L)(?P<w>j)", _away(-1)),
    rule("(?P<l>L)(?P<w>w)", _away(1)),
    rule("v[gE]{0,2}(?P<l>L)", _away(-1)),
    rule("nd?(?P<l>L)(?!v)", _after_length),
    rule("(?P<u>U)[dfi]{1,2}(?P<d>[D])", _week_of),
    rule("(?P<u>U)fd?(?P<d>O)(?!d?[tz])", _week_of),
    rule("(?P<r>R)", _relative),
)

WEEKDAY_DATES: Final[tuple[Rule, ...]] = (
    rule("(?<=[stvnlrfb])d{0,2}(?P<w>W)[di]{0,2}(?P<d>D)", _weekday_in_week),
    rule("(?<=[stvnlrfb])d{0,2}(?P<d>D)[di]{0,2}(?P<w>W)(?![oe])", _weekday_in_week),
    rule("(?P<w>W)(?:[cd]{0,3}|z)(?P<d>D)", _weekday_and_date),
    rule("(?P<d>D)[cd]{0,2}(?P<w>W)", _weekday_and_date),
    rule("(?P<d>d)?(?P<u>U)", _bare_unit),
)

"""Clock readings: 'halb drei', 'viertel nach elf', 'achtzehn Uhr zwölf', 'quarter to five', '330 p.m.'."""

from typing import Final

from gateway.speech.grammar.model import Clock, Item
from gateway.speech.grammar.parts import MORNING, at_part
from gateway.speech.grammar.rewrite import Found, Rule, rule

HALF_DAY: Final = 720
DAY: Final = 1440
_ARTICLES: Final = frozenset({"eine", "einer", "einem", "einen", "eines", "'ne", "ner", "nem", "a", "an"})
_FILLERS: Final = frozenset({"also", "bitte", "dann", "gern", "gerne", "ja", "please", "then", "ähm", "aehm", "termin"})
_THIS_TIME: Final = frozenset(
    {"um diese zeit", "um diese uhrzeit", "this time", "same time", "at this time", "about this time"}
)
NOT_A_TIME: Final = Item("V", text="no such time")


def clock_item(minute: int, *, twelve: bool) -> Item:
    """Return the item of a clock reading; `twelve`: which half of the day is open."""
    return Item("C", m=24 * int(not twelve and minute > 12 * 60), clock=Clock(minute, twelve))


def says_24(item: Item) -> bool:
    """Tell whether an hour was said as one past twelve ('18 Uhr', '15:30'), not as 'sechs Uhr abends' or '6 pm'."""
    return item.code in "NYT" and item.n > 12 or item.code == "C" and item.m == 24


def hour_of(item: Item) -> Clock | None:
    """Return the clock a number names as an hour ('drei', '16', '1530'), None when it names none."""
    if item.code == "C":
        return item.clock
    if item.code == "T":
        return _hours_and_minutes(item.n, item.m, leading=item.text.startswith("0"))
    if item.text in _ARTICLES:
        return None
    if item.digits and len(item.text) >= 3 and item.code in "NY":
        return _hours_and_minutes(item.n // 100, item.n % 100, leading=item.text[0] == "0")
    if item.n > 24:
        return None
    return Clock(item.n * 60, 1 <= item.n <= 12 and not item.text.startswith("0"))


def bare_hour(item: Item) -> Clock | None:
    """Return the hour of a number no 'Uhr' follows: 'spät abends ein Termin' names none."""
    return None if item.text == "ein" else hour_of(item)


def _hours_and_minutes(hour: int, minute: int, *, leading: bool = False) -> Clock | None:
    if hour > 24 or minute > 59 or hour * 60 + minute > DAY:
        return None
    return Clock(hour * 60 + minute, 1 <= hour <= 12 and not leading)


def _of(clock: Clock | None) -> Item | None:
    return None if clock is None else Item("C", clock=clock)


def _offset(found: Found) -> Item | None:
    """'zehn vor neun', 'fünf nach halb drei', 'quarter to five', '20 Minuten nach acht Uhr'."""
    amount = {"q": 15, "Q": 45, "h": 30}.get(found.get("a").code, found.get("a").n)
    length = found.get("a")
    if length.code == "L" and (length.text != "minute" or length.m) or length.text in _ARTICLES:
        return None
    hour = bare_hour(found.get("c"))
    midnight_or_noon = found.get("c").code == "C" and found.get("c").text not in {"", "at"}
    if not 0 < amount < (12 * 60 if length.code == "L" and midnight_or_noon else 60):
        return None
    if hour is None or found.get("c").digits and found.get("c").code == "T":
        return None
    if found["h"] is not None:
        if hour.minute % 60 or not 1 <= hour.minute // 60 <= 12:
            return None
        hour = _half(hour, found.context.lang)
    minute = hour.minute + (-amount if found.get("v").code in "vzt" else amount)
    return clock_item(minute % DAY, twelve=hour.twelve)


def _swiss_past(found: Found) -> Item | None:
    """'viertel ab drei', 'zehn ab acht': past, as the Swiss say it."""
    amount = found.get("a")
    if found.get("v").text != "ab" or amount.code == "N" and (amount.digits or amount.n not in {5, 10, 20, 25}):
        return None
    return _offset(found)


def _to(found: Found) -> Item | None:
    """English 'ten to two': minutes before the hour, unless it is a stretch ('from nine to five', '5-6pm')."""
    amount, before = found.get("a"), found.before
    if found.context.lang != "en" or found.get("v").text == "-" or before is not None and before.code in "fbN":
        return None
    if amount.code == "N" and (amount.n not in {5, 10, 15, 20, 25, 29} or amount.digits and amount.n <= 12):
        return None
    if found.get("v").code == "t" and found.get("v").text not in {"till", "til", "'til"}:
        return None
    return _offset(found)


def _off_noon(found: Found) -> Item | None:
    """'viertel vor Mittag', 'eine halbe Stunde nach Mittag'."""
    amount = {"q": 15, "Q": 45}.get(found.get("a").code, found.get("a").n)
    if found.get("p").text != "mittag" or found.get("a").code == "L" and found.get("a").text != "minute":
        return None
    return clock_item(HALF_DAY + (-amount if found.get("v").code == "v" else amount), twelve=False)


def _half(hour: Clock, lang: str) -> Clock:
    """German 'halb drei' is 2:30; English 'half three' is 3:30."""
    return Clock((hour.minute + (30 if lang == "en" else -30)) % DAY, hour.twelve)


def _half_hour(found: Found) -> Item | None:
    """'halb drei', 'halb achte'."""
    hour = bare_hour(found.get("c"))
    if hour is None or _counts(found.get("c")) or hour.minute % 60 or not 1 <= hour.minute // 60 <= 12:
        return None
    return _of(_half(hour, found.context.lang))


def _counts(item: Item) -> bool:
    """Tell whether an ordinal is one, and not an hour with the e some dialects add ('halb achte')."""
    return item.code == "O" and (item.digits or not item.text.endswith("e"))


def _quarters(found: Found) -> Item | None:
    """'viertel drei' 2:15, 'dreiviertel drei' 2:45: quarters of the hour that ends at three."""
    hour = bare_hour(found.get("c"))
    if (
        found.context.lang != "de"
        or hour is None
        or _counts(found.get("c"))
        or hour.minute % 60
        or not 1 <= hour.minute // 60 <= 12
    ):
        return None
    return _of(Clock((hour.minute - (45 if found.get("q").code == "q" else 15)) % DAY, hour.twelve))


def _shortly(found: Found) -> Item | None:
    """'kurz vor drei', 'kurz nach halb vier': five minutes off."""
    hour = bare_hour(found.get("c"))
    if hour is None:
        return None
    if found["h"] is not None:
        hour = _half(hour, found.context.lang)
    return clock_item((hour.minute + (5 if found.get("v").code == "n" else -5)) % DAY, twelve=hour.twelve)


def _hour_minutes(found: Found) -> Item | None:
    """'achtzehn Uhr zwölf', '18 Uhr 30', 'three oh five', 'at 3 15'."""
    hour, minutes = found.get("c"), found.get("m")
    base = hour_of(hour)
    if base is not None and "u" in found.match[0] and (59 < minutes.n < 100 or hour.n == 24 and 10 <= minutes.n < 60):
        return NOT_A_TIME  # "5 Uhr 75", "24 Uhr 15"
    if base is None or base.minute % 60 or minutes.n > 59 or minutes.text in _ARTICLES or hour.n > 24:
        return None
    zero = found["o"]
    if zero is not None and (zero.n != 0 or minutes.n > 9):
        return None
    after = found.after
    if (
        minutes.n < 10
        and zero is None
        and not minutes.text.startswith("0")
        and after is not None
        and after.code in "xUVLM"
    ):
        return None  # "um 18 Uhr 2 Plätze"
    if hour.digits and len(hour.text) > 2 or minutes.digits and len(minutes.text.rstrip(".")) > 2:
        return None
    return clock_item(base.minute + minutes.n, twelve=base.twelve)


def _bare_pair(found: Found) -> Item | None:
    """'nine fifty nine', 'three thirty', 'drei dreißig': hour and minutes with nothing between."""
    hour, minutes, zero = found.get("c"), found.get("m"), found["o"]
    if found.after is not None and found.after.code == "N" and found.after.text not in _ARTICLES:
        return None
    if not 1 <= hour.n <= 24 or (zero is None and not 10 <= minutes.n <= 59):
        return None
    if hour.digits != minutes.digits and found["a"] is None:
        return None
    near_year = 0 <= 100 * hour.n + minutes.n - found.context.today.year + 1 <= 4
    if near_year and zero is None and found.context.lang == "en" and found["a"] is None and found["p"] is None:
        return None  # "twenty twenty-six"
    if found["a"] is None and found["p"] is None and found.context.lang == "de" and not _stands_alone(found):
        return None
    unmarked = found["a"] is None and found["p"] is None
    if hour.digits and unmarked and not (len(minutes.text) == 2 and _stands_alone(found)):
        return None
    built = _hour_minutes(found)
    if built is None or built.clock is None or found["p"] is None:
        return built
    return _meridiem_of(built.clock, found.get("p").n)


def _stands_alone(found: Found) -> bool:
    """'vierzehn dreißig' as the whole answer, or right beside a day."""
    before, after = found.before, found.after
    starts = before is None or before.code in "DWPc1" or before.text in _FILLERS
    return (
        starts
        and (after is None or after.code in "pcP1d" or after.text in _FILLERS | _ARTICLES)
        and found.get("c").n >= 6
    )


def _oclock(found: Found) -> Item | None:
    """'drei Uhr', '15.30 Uhr', '1530 Uhr'; an impossible hour refuses the words."""
    item = found.get("c")
    if item.text in _ARTICLES:
        return None
    hour = hour_of(item)
    return NOT_A_TIME if hour is None else Item("C", m=24 * int(says_24(item)), clock=hour)


def _meridiem(found: Found) -> Item | None:
    hour = hour_of(found.get("c"))
    if hour is None:
        return None
    return _meridiem_of(hour, found.get("p").n)


def _meridiem_of(hour: Clock, pm: int) -> Item:
    if hour.minute > 12 * 60 + 59:
        return Item("C", clock=Clock(hour.minute))
    return Item("C", clock=Clock(hour.minute % HALF_DAY + HALF_DAY * pm))


def _at(found: Found) -> Item | None:
    """'um drei', 'gegen 1530', 'um 20.15', 'at 3'."""
    item = found.get("c")
    if item.code == "O" and found.after is not None and found.after.code not in "pxdc1":
        return None
    if found.after is not None and found.after.code in "UVL":
        return None
    if item.code == "T" and item.text == "date":
        return None
    approximate = found["g"] is not None and found["a"] is None
    if approximate and item.code == "N" and item.text.startswith("ein") and item.text != "eins":
        return None
    return _of(bare_hour(item))


def _roughly(found: Found) -> Item | None:
    """'10ish'."""
    return _of(bare_hour(found.get("c"))) if found.get("g").text == "ish" else None


def _set_to(found: Found) -> Item | None:
    """'den Wecker auf sieben', 'verschieben auf drei' at the end of what is said."""
    number = found.get("c")
    return _of(bare_hour(number)) if found.get("a").text == "auf" and number.n else None


def _hour_part(found: Found) -> Item | None:
    """'8 morgens', '11 am Abend', 'nachmittag um 5', 'three in the afternoon'."""
    item, part = found.get("c"), found.get("p").text
    hour = bare_hour(item)
    if hour is None or item.code == "O":
        return None
    if not hour.twelve and (part in MORNING or not 60 <= hour.minute < 780):
        return Item("C", clock=hour, text=part)
    # "07:00 abends" is written with a leading zero and still means the evening.
    return Item("C", clock=Clock(at_part(hour.minute, part)), text=part)


def _part_before(found: Found) -> Item | None:
    """'abends um 7', 'morgens gg 9': the part settles the clock that follows, and both stay said."""
    after = found.after
    if after is not None and after.code in ("UVLM" if found.get("c").code == "C" else "UVLMW"):
        return None
    return _hour_part(found)


def _same_time(found: Found) -> Item | None:
    """'morgen um diese Zeit', 'this time tomorrow': the clock of this moment, another day."""
    now = found.context.reference
    return clock_item(now.hour * 60 + now.minute, twelve=False) if found.get("n").text in _THIS_TIME else None


CLOCKS: Final[tuple[Rule, ...]] = (
    rule("(?<=D)[dg]{0,2}(?P<n>0)", _same_time),
    rule("(?P<n>0)d?(?=D)", _same_time),
    rule("(?P<a>[NLqQh])g?(?P<v>[vn])(?P<h>h)?(?P<c>[NC])u?", _offset),
    rule("(?P<a>[NLqQ])(?P<v>z)(?P<c>[NC])u?", _to),
    rule("(?P<a>[LqQ])(?P<v>t)(?P<c>[NC])u?", _to),
    rule("(?P<a>[LqQ])(?P<v>[vn])d?(?P<p>P)", _off_noon),
    rule("(?P<a>[Nq])(?P<v>s)(?P<h>h)?(?P<c>[NC])u?", _swiss_past),
    rule("E(?P<v>[vn])(?P<h>h)?(?P<c>[NC])u?", _shortly),
    rule("h(?P<c>[NO])u?(?![UM])", _half_hour),
    rule("(?P<q>[qQ])(?P<c>[NO])u?(?![UM])", _quarters),
    rule("(?P<a>[NL])g?(?P<v>[vn])(?P<c>C)u?", _offset),
    rule("(?P<c>[NY])u(?P<o>N)(?P<m>[NO])U?(?![uU])", _hour_minutes),
    rule("(?P<c>[NY])u(?P<m>[NO])U?(?![uU])", _hour_minutes),
    rule("(?P<c>[NYTC])u", _oclock),
    rule("[ag]{0,2}(?P<c>N)(?P<o>N)(?P<m>N)(?P<p>m)", _bare_pair),
    rule("[ag]{0,2}(?P<c>N)(?P<m>N)(?P<p>m)", _bare_pair),
    rule("(?P<c>[NYTC])[gd]?(?:id)?(?P<p>m)u?", _meridiem),
    rule("(?P<a>[ag])[ag]?(?P<c>N)(?P<o>N)(?P<m>N)(?![uUV])", _bare_pair),
    rule("(?P<a>[ag])[ag]?(?P<c>N)(?P<m>N)(?![uUV])", _bare_pair),
    rule("(?P<c>N)(?P<o>N)(?P<m>N)(?![uUVL])", _bare_pair),
    rule("(?P<c>N)(?P<m>N)(?![uUVL])", _bare_pair),
    rule("(?P<g>g)?(?P<a>a)g?(?P<c>[NYTO])", _at),
    rule("(?P<g>g)(?P<c>[NYT])(?!z)", _at),
    rule("(?P<c>N)z?(?P<g>g)", _roughly),
    rule("(?P<a>d)(?P<c>N)(?=$|[pc])", _set_to),
    rule("[ag]{1,2}(?=C)", lambda found: Item("d", text="at")),
)

PART_CLOCKS: Final[tuple[Rule, ...]] = (
    rule("(?P<c>[NC])[dagc]{0,2}(?:i?d)?(?P<p>P)", _hour_part),
    rule("(?P<p>P)[agdc]{0,3}(?P<c>[NC])(?!z)", _part_before),
)

"""Numbers said in several words, money and measures (no times), lengths of time."""

from typing import Final

from gateway.speech.grammar.model import Clock, Item
from gateway.speech.grammar.rewrite import Found, Rule, rule

HOUR: Final = 60


def _tens_and_units(found: Found) -> Item | None:
    """'ein und zwanzig' (German: units first), 'twenty five', 'twenty-first' (English: tens first)."""
    first, second = found.get("a"), found.get("b")
    if first.digits or second.digits or second.text in {"a", "an"}:
        return None
    if found["z"] is not None and found.get("z").text != "-":
        return None  # "thirty to nine"
    if found.before is not None and found.before.code in "bf" and "e" in found.match[0]:
        return None  # "zwischen zwei und zwanzig Uhr" are two numbers
    if "e" not in found.match[0] and found.context.lang == "de":
        return None  # "um neun Uhr dreißig ein Termin"
    units, tens = (first.n, second.n) if "e" in found.match[0] else (second.n, first.n)
    if 1 <= units <= 9 and tens in range(20, 100, 10):
        return Item(second.code, n=tens + units, text=second.text)
    return None


def _split_year(found: Found) -> Item | None:
    """'zweitausend siebenundzwanzig': one year in two words."""
    thousand, rest = found.get("a"), found.get("b")
    if thousand.digits or rest.digits or thousand.n != 2000 or not 1 <= rest.n <= 99:
        return None
    return Item("Y", n=thousand.n + rest.n, text=rest.text)


def _split_teen(found: Found) -> Item | None:
    """'am drei zehnten': one ordinal in two words, as speech recognition writes it."""
    first, second = found.get("a"), found.get("b")
    if found.context.lang != "de" or not 3 <= first.n <= 9 or second.n != 10 or first.digits or second.digits:
        return None
    return Item("O", n=10 + first.n, text=second.text)


def _not_time(found: Found) -> Item | None:
    """'20 Euro', 'Zimmer 12'; 'Zug 20.8.' is on a day."""
    if any(item.code == "T" and item.text == "date" for item in found.items[found.match.start() : found.match.end()]):
        return None
    return Item("1", text=found.match[0])


def _military(found: Found) -> Item | None:
    """'1400 hours'."""
    number = found.get("n")
    if (
        found.get("u").text != "hour"
        or not number.digits
        or len(number.text) != 4
        or number.n % 100 > 59
        or number.n > 2400
    ):
        return None
    return Item("C", clock=Clock(number.n // 100 * 60 + number.n % 100))


_UNITS: Final = {
    "quarterhour": ("minute", 15),
    "halfhour": ("minute", 30),
    "threequarterhour": ("minute", 45),
    "hour": ("minute", HOUR),
    "fortnight": ("day", 14),
    "weekend": ("week", 1),
    "quarter": ("month", 3),
    "halfyear": ("month", 6),
}


def length(unit: str, amount: int, *, halves: int = 0, fuzzy: bool = False) -> Item | None:
    """Return the item of a length: `amount` units and `halves` half units."""
    if unit == "second":
        return Item("L", n=0 if amount < 30 else 1, text="minute")
    base, factor = _UNITS.get(unit, (unit, 1))
    if halves:
        halved = {"minute": ("minute", factor), "week": ("day", 7), "year": ("month", 12), "day": ("day", 1)}
        if base not in halved:
            return None
        base, factor = halved[base]
        return Item("L", n=amount * factor + halves * factor // 2, m=int(fuzzy), text=base)
    return Item("L", n=amount * factor, m=int(fuzzy), text=base)


_FULL: Final = frozenset({"guten", "gute", "vollen", "volle", "knappen", "knappe", "full", "good"})
"""'in einer guten Stunde': words between a number and its unit that change nothing."""


def _counted(found: Found) -> Item | None:
    number, unit = found["n"], found.get("u")
    if found["d"] is not None and found.get("d").text not in _FULL:
        return None
    halves = int(found["h"] is not None)
    amount = number.n if number else 0 if halves else 1
    if (
        halves
        and number
        and amount == 1
        and found.context.lang == "de"
        and not number.digits
        or halves
        and "e" not in found.match[0]
        and not (number and number.digits and found.get("h").text == "1/2")
    ):
        amount = 0  # "in einer halben Stunde", "half an hour"
    return length(unit.text, amount, halves=halves)


def _half_more(found: Found) -> Item | None:
    return length(found.get("u").text, found.get("z").n, halves=1)


def _few(found: Found) -> Item | None:
    return length(found.get("u").text, found.get("y").n, fuzzy=True)


def _quarter(found: Found) -> Item | None:
    if found.get("u").text != "hour":
        return None
    return Item("L", n=15 if found.get("q").code == "q" else 45, text="minute")


def _decimal(found: Found) -> Item | None:
    """'2.5 hours'."""
    return length(found.get("u").text, found.get("t").n, halves=1) if found.get("t").m == 5 else None


def _short_hours(found: Found) -> Item | None:
    """'in 2h', 'in 1/4h': hours, not a clock reading."""
    number = found.get("n")
    if found.get("u").text != "h":
        return None
    minutes = {"h": 30, "q": 15, "Q": 45}.get(number.code, 60 * number.n)
    return Item("L", n=minutes, text="minute")


def _whole(found: Found) -> Item | None:
    if found.get("u").text not in {"quarterhour", "halfhour", "threequarterhour"}:
        return None
    return length(found.get("u").text, 1)


_SUMS: Final = {
    ("year", "month"): ("month", 12),
    ("week", "day"): ("day", 7),
    ("day", "minute"): ("minute", 24 * HOUR),
}
"""Lengths that add up in the smaller of their units: 'ein Jahr und zwei Monate'."""


def _sum(found: Found) -> Item | None:
    first, second = found.get("a"), found.get("b")
    if first.text == second.text:
        return Item("L", n=first.n + second.n, text=first.text)
    smaller, factor = _SUMS.get((first.text, second.text), ("", 0))
    return Item("L", n=first.n * factor + second.n, text=smaller) if factor else None


NUMBERS: Final[tuple[Rule, ...]] = (
    rule("(?P<a>N)e(?P<b>[NO])", _tens_and_units),
    rule("(?P<a>N)(?P<z>z)?(?P<b>[NO])", _tens_and_units),
    rule("(?P<a>N)(?P<b>O)", _split_teen),
    rule("(?P<a>Y)e?(?P<b>N)", _split_year),
    rule("[NTZCYO]V", _not_time),
    rule("V[NTZY]", _not_time),
    rule("(?P<n>N)(?P<u>U)", _military),
)

LENGTHS: Final[tuple[Rule, ...]] = (
    rule("(?P<n>N)(?P<u>U)e(?:N)?(?P<h>h)(?!N)", _counted),  # "an hour and a half"
    rule("(?P<n>N)eN(?P<h>h)(?P<u>U)", _counted),  # "zwei und eine halbe Stunde"
    rule("(?P<n>N)?e?(?P<h>h)(?P<u>U)", _counted),
    rule("(?P<z>Z)(?P<u>U)", _half_more),
    rule("(?P<y>y)(?P<u>U)", _few),
    rule("N?(?P<q>[qQ])(?P<u>U)", _quarter),
    rule("(?P<n>N)(?P<u>U)", _counted),
    rule("(?P<n>N)(?P<d>[d1])(?P<u>U)", _counted),
    rule("(?P<u>U)", _whole),
    rule("(?P<t>T)(?P<u>U)", _decimal),
    rule("(?<=i)(?P<n>[NhqQ])(?P<u>u)", _short_hours),
    rule("(?<=ig)(?P<n>[NhqQ])(?P<u>u)", _short_hours),
    rule("(?P<a>L)e?(?P<b>L)", _sum),
)

"""The German voice: words for dates, times, spans, durations and prices. Reached through `gateway.speech.say`.

Every form is chosen so that `gateway.speech.when.understand` reads it back to the same instant. An hour from one to
twelve without a word of the day means opening time (08:00-19:59), so whatever lies outside is said in 24-hour speech
("zwanzig Uhr fünfzehn") or with its part of the day ("sechs Uhr morgens").
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Final

from gateway.speech.numbers import cardinal, ordinal, year

WEEKDAYS: Final = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
MONTHS: Final = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
RELATIVE: Final[Mapping[int, str]] = {0: "heute", 1: "morgen", 2: "übermorgen"}

AND: Final = "und"
OR: Final = "oder"
AS_WELL_AS: Final = "sowie"
THROUGH: Final = "bis"
AT_STAFF: Final = "bei"
NEUTRAL_SERVICE: Final = "die gewünschte Leistung"

#: case -> (before the weekday, before "heute/morgen", article and ending of the day's ordinal).
_DATE_CASES: Final[Mapping[str, tuple[str, str, str]]] = {
    "am": ("am ", "", "dem"),
    "ab": ("ab ", "ab ", "dem"),
    "von": ("von ", "von ", "dem"),
    "bis": ("bis ", "bis ", "den"),
    "auf": ("auf ", "auf ", "den"),
    "für": ("für ", "für ", "den"),
    "nom": ("", "", "der"),
    "acc": ("", "", "den"),
}
_TIME_STYLES: Final[Mapping[str, str]] = {"um": "um ", "ab": "ab ", "bis": "bis ", "gegen": "gegen ", "bare": ""}

#: The colloquial forms are used where no second reading is near: from 08:15 to 18:30.
_COLLOQUIAL_FROM: Final = time(8, 15)
_COLLOQUIAL_TO: Final = time(18, 30)


def relative_day(offset: int, *, case: str) -> str | None:
    """Return "heute", "ab morgen", "für übermorgen", or None when the day is too far for such a word."""
    word = RELATIVE.get(offset)
    return None if word is None else _DATE_CASES[case][1] + word


def calendar_day(day: date, *, case: str, with_month: bool, with_year: bool) -> str:
    """Return "am Dienstag, dem ersten (Dezember) (zweitausendsiebenundzwanzig)"."""
    before, _, article = _DATE_CASES[case]
    words = f"{before}{WEEKDAYS[day.weekday()]}, {article} {ordinal(day.day, ending='e' if article == 'der' else 'en')}"
    if with_month:
        words += f" {MONTHS[day.month - 1]}"
    return f"{words} {year(day.year)}" if with_year else words


def weekday_only(day: date) -> str:
    """Return "am Dienstag"."""
    return f"am {WEEKDAYS[day.weekday()]}"


def day_without_weekday(day: date) -> str:
    """Return "am ersten Dezember"."""
    return f"am {ordinal(day.day)} {MONTHS[day.month - 1]}"


def clock(at: time, *, style: str) -> str:
    """Return "um neun Uhr", "um halb drei", "um Viertel nach elf", "um zwanzig Uhr fünfzehn"."""
    return _TIME_STYLES[style] + (_colloquial(at) or plain_clock(at))


def plain_clock(at: time) -> str:
    """Return the 24-hour form: "vierzehn Uhr dreißig", and before eight "sieben Uhr dreißig morgens"."""
    return _hour_and_minute(at) + (f" {part}" if (part := _early_part(at)) else "")


def day_and_clock(day: str, at: time, *, compact: bool) -> str:
    """Join a day and a time: "morgen um vierzehn Uhr", "am Dienstag, dem ersten Dezember, um halb drei"."""
    if compact and _early_part(at) == "morgens":  # nobody says "morgen um sieben Uhr morgens"
        return f"{day} früh um {_hour_and_minute(at)}"
    return f"{day}{' ' if compact else ', '}{clock(at, style='um')}"


def span(start: time, end: time) -> str:
    """Return "von neun bis zehn Uhr dreißig"; 24-hour forms; an end of 00:00 is said as vierundzwanzig Uhr."""
    first, last = plain_clock(start), "vierundzwanzig Uhr" if end == time(0) else plain_clock(end)
    if _early_part(start) == _early_part(end):  # both ends share "Uhr", and "nachts" or "morgens" where there is one
        shared_hour = start.minute == 0 and start.hour != end.hour
        first = cardinal(start.hour, before_noun=True) if shared_hour else _hour_and_minute(start)
    return f"von {first} bis {last}"


def duration(minutes: int, *, dative: bool) -> str:
    """Return "eine halbe Stunde" (dative "einer halben Stunde"), "zwei Stunden und zehn Minuten"."""
    a, half = ("einer", "halben") if dative else ("eine", "halbe")
    fixed = {15: f"{a} Viertelstunde", 30: f"{a} {half} Stunde", 45: f"{a} Dreiviertelstunde", 90: "anderthalb Stunden"}
    if minutes in fixed:
        return fixed[minutes]
    hours, rest = divmod(minutes, 60)
    if hours > 1 and rest == 30:
        return f"{cardinal(hours, before_noun=True)}einhalb Stunden"
    parts = []
    if hours:
        parts.append(f"{a} Stunde" if hours == 1 else f"{cardinal(hours, before_noun=True)} Stunden")
    if rest or not hours:
        parts.append(f"{a} Minute" if rest == 1 else f"{cardinal(rest)} Minuten")
    return " und ".join(parts)


def price(euros: int, cents: int, *, accusative: bool) -> str:
    """Return "fünfundachtzig Euro", "zwölf Euro fünfzig", "fünfzig Cent"; accusative: "einen Euro"."""
    one = "einen" if accusative else "ein"
    if cents and not euros:
        return f"{one if cents == 1 else cardinal(cents)} Cent"
    return f"{one if euros == 1 else cardinal(euros, before_noun=True)} Euro" + (f" {cardinal(cents)}" if cents else "")


def all_at_staff(times: str, name: str, count: int) -> str:
    """Return "bei Emma morgen um zehn Uhr oder um elf Uhr", however many times there are."""
    return f"{AT_STAFF} {name} {times}"


def all_day() -> str:
    """Return what a day open around the clock is called."""
    return "rund um die Uhr"


def digit(character: str) -> str:
    """Return the word for one digit or for the plus of an international number."""
    return "plus" if character == "+" else cardinal(int(character))


def _colloquial(at: time) -> str | None:
    if not _COLLOQUIAL_FROM <= at <= _COLLOQUIAL_TO:
        return None
    this, following = (cardinal((hour - 1) % 12 + 1) for hour in (at.hour, at.hour + 1))
    return {15: f"Viertel nach {this}", 30: f"halb {following}", 45: f"Viertel vor {following}"}.get(at.minute)


def _hour_and_minute(at: time) -> str:
    words = f"{cardinal(at.hour, before_noun=True)} Uhr"
    return f"{words} {cardinal(at.minute)}" if at.minute else words


def _early_part(at: time) -> str | None:
    """Return the word that keeps 01:00-07:59 from being heard as afternoon or evening ("null Uhr" needs none)."""
    if 1 <= at.hour < 4:
        return "nachts"
    return "morgens" if 4 <= at.hour < 8 else None

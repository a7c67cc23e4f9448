"""Telephone numbers: one spelling (E.164), made once at the door, and equality of that spelling as the only match.

`parse_e164` reads what people and machines write and what callers dictate; `caller_number` judges what the platform
says about the calling line, which is stricter, because a wrong reading there would be somebody else's identity.
Neither guesses: a form with two readings has none. No suffixes, no similarity.

Validity is the numbering plan's as `phonenumberslite` knows it; a number with an extension is not E.164 and is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from gateway.speech.fold import plain
from gateway.speech.numbers import cardinal

MAX_TEXT: Final = 200
"""Longest text read, in characters: fifteen digits in words, dictated with fillers, stay below it."""


class Hidden(StrEnum):
    """Why a calling line identifies nobody; fixed words for metrics."""

    ABSENT = "absent"
    MASKED = "masked"
    """A keypad spelling that carriers send for withheld numbers."""
    UNREADABLE = "unreadable"
    """`anonymous`, `Restricted`, SIP addresses, short codes, extensions, malformed numbers."""


@dataclass(frozen=True, slots=True)
class CallerNumber:
    """The calling line as far as it can identify anybody: exactly one of `e164` and `why_hidden` is set."""

    e164: str | None
    why_hidden: Hidden | None = None

    @property
    def hidden(self) -> bool:
        return self.e164 is None


def parse_e164(text: str | None, region: str = "DE") -> str | None:
    """`text` as E.164 ("+4917612345678"), or None when it has no single valid reading.

    Reads national and international spellings, `+49(0)30`, `0049`, `49170...` without plus, `tel:`, any script's
    decimal digits, and digits dictated in German or English ("null eins siebzig, doppel drei", "oh one double seven").
    `region` is the ISO 3166 country whose national numbers are meant.
    """
    written = _digits(text, spoken=True)
    return None if written is None else _valid(written, region, bare_mobile=True)


@lru_cache(maxsize=2048)  # one caller's number comes with each of the call's tool calls
def caller_number(from_number: str | None, region: str = "DE") -> CallerNumber:
    """What the platform's `from_number` is worth. Written forms only, and a bare national number is hidden.

    Carriers send masks ("266696687", ANONYMOUS on a keypad) that parse as valid German numbers: tested before parsing.
    """
    if from_number is None or not from_number.strip():
        return CallerNumber(None, Hidden.ABSENT)
    written = _digits(from_number, spoken=False)
    if written is not None and written in _MASKS:
        return CallerNumber(None, Hidden.MASKED)
    e164 = None if written is None else _valid(written, region, bare_mobile=False)
    return CallerNumber(e164) if e164 else CallerNumber(None, Hidden.UNREADABLE)


def dictated_digits(text: str | None) -> str | None:
    """The digits in `text`, written or in words, without separators ("eins zwo, 34" -> "1234").

    None if other things are in it or there are fewer than 3 or more than 20. For one-time codes and the like.
    """
    written = _digits(text, spoken=True)
    return None if written is None or written.startswith("+") else written


def same_number(one: str | None, other: str | None, region: str = "DE") -> bool:
    """Both are readable and are the same E.164 number. Nothing else is a match: two unknowns are not equal."""
    e164 = parse_e164(one, region)
    return e164 is not None and e164 == parse_e164(other, region)


# -- from text to "+" and digits ---------------------------------------------------------------------------------------

# Everything beside letters and digits that people write between digits. `;`, `@`, `#`, `*`, `_` begin something else.
_SEPARATORS: Final = re.compile(r"[\s()\[\]/.,:\-'|\\]*")
_PLAIN_GERMAN: Final = re.compile(r"\+49([1-9][0-9]{5,12})")
_CANONICAL: Final = re.compile(r"\+[1-9][0-9]{2,19}")
_TOKENS: Final = re.compile(r"[0-9]+|[^\W\d_]+|\+")
_TEL: Final = re.compile(r"\s*tel\s*:", re.IGNORECASE)
_MARKS: Final = str.maketrans({"\uff0b": "+", "\ufe62": "+", "\u2212": "-", "\uff0f": "/"})


def _digits(text: str | None, *, spoken: bool) -> str | None:
    """`text` as digits with at most a leading plus, None if it holds anything else. `spoken`: words may be digits."""
    if text is None or len(text) > MAX_TEXT:
        return None
    if _CANONICAL.fullmatch(text):
        return text
    text = _TEL.sub("", _ascii_marks(text), count=1) if _TEL.match(text) else _ascii_marks(text)
    tokens = _TOKENS.findall(text)
    if not _SEPARATORS.fullmatch(_TOKENS.sub("", text)):
        return None
    written = _dictated(tokens) if spoken else "".join(tokens)
    return written if written and re.fullmatch(r"\+?[0-9]{3,20}", written) else None


def _ascii_marks(text: str) -> str:
    """Decimal digits of any script, dashes, wide brackets and plus signs as ASCII; invisible marks removed."""
    out = []
    for mark in unicodedata.normalize("NFC", text).translate(_MARKS):
        kind = unicodedata.category(mark)
        if kind == "Nd":
            out.append(str(unicodedata.decimal(mark)))
        elif kind == "Pd":
            out.append("-")
        elif mark in "\uff08\uff09":
            out.append(" ")
        elif kind != "Cf":  # direction marks and zero-width blanks travel with numbers copied from address books
            out.append(mark)
    return "".join(out)


def _spoken_table() -> Mapping[str, str]:
    """Number words -> digits. German up to 999 in one word, English below 100; tens carry a mark for `_JOIN`."""
    table: dict[str, str] = {}
    for number in range(1000):
        word = plain(cardinal(number)).replace(" ", "")
        tens = 20 <= number < 100 and number % 10 == 0
        table[word] = table[word.replace("zwei", "zwo")] = f"T{number}" if tens else str(number)
    for number in (*range(20), *range(20, 100, 10)):
        table[cardinal(number, lang="en")] = str(number) if number < 20 else f"E{number}"
    return table | {"ein": "1", "o": "0", "oh": "0", "plus": "+", "und": "U", "mal": "M"} | _REPEATS


_REPEATS: Final = {
    **dict.fromkeys(("doppel", "doppelt", "doppelte", "zweimal", "zwomal", "zweifach", "double", "twice"), "X2"),
    **dict.fromkeys(("dreimal", "dreifach", "triple", "treble"), "X3"),
    **dict.fromkeys(("viermal", "vierfach", "quadruple"), "X4"),
}
_SPOKEN: Final = _spoken_table()

# Words around a number that change nothing about it. Any other word makes the text unreadable.
_FILLER_WORDS: Final = """
tel telefon telefonnummer handy handynummer mobil mobilnummer mobile festnetz rufnummer nummer vorwahl durchwahl
meine die der das ist lautet unter also dann ja aeh aehm hm bitte minus strich bindestrich schraegstrich klammer
auf zu leerzeichen punkt komma pause my the phone number is it its area code then uh um and dash hyphen slash space
"""
_FILLERS: Final = frozenset(_FILLER_WORDS.split())

# How neighbouring words make one number, in this order. Marks: T/E German/English tens, U "und", M "mal", X repeat.
_JOIN: Final = (
    (re.compile(r"\b([2-9]) M ([0-9])\b"), lambda m: m[2] * int(m[1])),  # "zwei mal die drei"
    (re.compile(r"\bX([2-4]) ([0-9])\b"), lambda m: m[2] * int(m[1])),  # "doppel drei", "dreimal null"
    (re.compile(r"\b([1-9]) U T([2-9])0\b"), lambda m: m[2] + m[1]),  # "sechs und siebzig"
    (re.compile(r"\bE([2-9])0 ([1-9])\b"), lambda m: m[1] + m[2]),  # "seventy six"
    (re.compile(r"[UTE ]"), lambda m: ""),
)


def _dictated(tokens: list[str]) -> str | None:
    """Digits and number words in order as one string of digits; None at the first word that is neither."""
    items = []
    for token in tokens:
        item = token if not token[0].isalpha() else _item(plain(token))
        if item is None:
            return None
        if item:
            items.append(item)
    said = " ".join(items)
    for pattern, joined in _JOIN:
        said = pattern.sub(joined, said)
    return said


def _item(word: str) -> str | None:
    """The table's mark for a word, "" for a filler, None for any other word. "doppelnull" is "doppel null"."""
    if word in _FILLERS:
        return ""
    found = _SPOKEN.get(word)
    if found is None and word.startswith("doppel"):
        digit = _SPOKEN.get(word.removeprefix("doppel"), "")
        return digit * 2 if re.fullmatch("[0-9]", digit) else None
    return found


# -- from digits to a number -------------------------------------------------------------------------------------------

_KEYPAD: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_MASK_WORDS: Final = (
    *("anonymous", "unavailable", "restricted", "blocked", "unknown"),  # seen from carriers
    *("private", "withheld", "anonym", "unbekannt"),
)
# With and without the plus or 00 that some carriers put before them. None is a valid number with a plus (tested), so
# nobody's own number is lost; not with a single 0, where "02666 96687" would be somebody's.
_MASKS: Final = frozenset(prefix + word.translate(_KEYPAD) for word in _MASK_WORDS for prefix in ("", "+", "00"))


def _valid(written: str, region: str, *, bare_mobile: bool) -> str | None:
    """`written` as E.164 when the numbering plan has it. `bare_mobile`: a mobile number may lack its leading zero."""
    if written in _MASKS:
        return None
    if written.startswith(("+", "0")):
        return _e164(_parse(written, region))
    # Without + or 0 the country code is the likelier reading: the library would read "49170..." as +49 49170...
    code = str(phonenumbers.country_code_for_region(region))
    international = _parse("+" + written, region) if written.startswith(code) else None
    if international is not None:
        return _e164(international)
    national = _parse(written, region)
    if national is None:
        return None
    if phonenumbers.ndd_prefix_for_region(region, True) != "0":
        return _e164(national)  # a country whose national numbers begin with nothing
    # An agent that passes a number as an integer loses its zero; only mobile numbers are still unmistakable then.
    return _e164(national) if bare_mobile and phonenumbers.number_type(national) == PhoneNumberType.MOBILE else None


def _e164(number: phonenumbers.PhoneNumber | None) -> str | None:
    return None if number is None else phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parse(written: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A valid number, else None."""
    if (plain := _PLAIN_GERMAN.fullmatch(written)) is not None:
        # What nearly every carrier sends here: nothing to take apart (tested against the library's own reading).
        number = phonenumbers.PhoneNumber(country_code=49, national_number=int(plain[1]))
    else:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            return None
    return number if phonenumbers.is_valid_number(number) else None

"""Numbers in words, for saying only: German with declined ordinals, and English.

Range: 0 to 999,999. Nothing a salon says aloud is larger (prices are in euros, years in thousands), so a larger or a
negative number raises ValueError instead of being guessed at.
"""

from collections.abc import Mapping
from typing import Final, Literal

Lang = Literal["de", "en"]
#: The ending a German ordinal takes: "der erste", "ein erster", "am ersten", "ein erstes".
Ending = Literal["e", "er", "en", "em", "es"]

LIMIT: Final = 1_000_000

_DE_SMALL: Final = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_DE_TENS: Final = [
    "",
    "zehn",
    *["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
]
#: Stems that do not follow "number + t"; everything else below twenty does.
_DE_ORDINAL_STEMS: Final[Mapping[int, str]] = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}

_EN_SMALL: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS: Final = ["", "ten", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]]
_EN_ORDINALS: Final[Mapping[str, str]] = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(number: int, *, lang: Lang = "de", before_noun: bool = False) -> str:
    """Return `number` in words: 121 -> "hunderteinundzwanzig" / "one hundred and twenty-one".

    `before_noun` drops the German s of a final "eins": "ein Uhr", "hundertein Euro" (English is unchanged).
    Raises ValueError outside 0..999,999.
    """
    if not 0 <= number < LIMIT:
        raise ValueError(f"cannot say the number {number}")
    if lang == "en":
        return _en_cardinal(number)
    words = _de_cardinal(number)
    return words[:-1] if before_noun and words.endswith("eins") else words


def ordinal(number: int, *, lang: Lang = "de", ending: Ending = "en") -> str:
    """Return the ordinal in words: 1 -> "ersten" (or "erste", "erster" by `ending`), 21 -> "twenty-first".

    Raises ValueError for zero and outside 1..999,999.
    """
    if number < 1:
        raise ValueError(f"cannot say the ordinal {number}")
    if lang == "en":
        return _en_ordinal(number)
    return _de_ordinal_stem(number) + ending


def year(number: int, *, lang: Lang = "de") -> str:
    """Return a year as it is said: 2027 -> "zweitausendsiebenundzwanzig", 1999 -> "neunzehnhundertneunundneunzig".

    English keeps "two thousand twenty-seven": "twenty twenty-seven" could be heard as a time of day.
    """
    hundreds, rest = divmod(number, 100)
    if not 11 <= hundreds <= 19:
        return cardinal(number, lang=lang).replace(" and ", " ")
    if lang == "de":
        return f"{_de_cardinal(hundreds)}hundert{_de_cardinal(rest) if rest else ''}"
    tail = "hundred" if rest == 0 else f"oh {_en_cardinal(rest)}" if rest < 10 else _en_cardinal(rest)
    return f"{_en_cardinal(hundreds)} {tail}"


def _de_cardinal(number: int) -> str:
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        head = "" if thousands == 1 else _de_bound(thousands)
        # "hundert", but "tausendeinhundert": inside a longer number the one is said
        link = "ein" if 100 <= rest < 200 else ""
        return f"{head}tausend{link}{_de_cardinal(rest) if rest else ''}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        head = "" if hundreds == 1 else _DE_SMALL[hundreds]
        return f"{head}hundert{_de_cardinal(rest) if rest else ''}"
    if number < 20:
        return _DE_SMALL[number]
    tens, ones = divmod(number, 10)
    return f"{_de_bound(ones)}und{_DE_TENS[tens]}" if ones else _DE_TENS[tens]


def _de_bound(number: int) -> str:
    """Return a number as the first part of a longer one: "ein" in einundzwanzig, einundzwanzigtausend."""
    words = _de_cardinal(number)
    return words[:-1] if words.endswith("eins") else words


def _de_ordinal_stem(number: int) -> str:
    rest = number % 100
    if rest == 0 or rest >= 20:
        return _de_cardinal(number) + "st"
    head = _de_cardinal(number - rest) if number > rest else ""
    return head + (_DE_ORDINAL_STEMS.get(rest) or _DE_SMALL[rest] + "t")


def _en_cardinal(number: int) -> str:
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        link = " and " if 0 < rest < 100 else " "
        return f"{_en_cardinal(thousands)} thousand" + (link + _en_cardinal(rest) if rest else "")
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{_EN_SMALL[hundreds]} hundred" + (" and " + _en_cardinal(rest) if rest else "")
    if number < 20:
        return _EN_SMALL[number]
    tens, ones = divmod(number, 10)
    return f"{_EN_TENS[tens]}-{_EN_SMALL[ones]}" if ones else _EN_TENS[tens]


def _en_ordinal(number: int) -> str:
    words = _en_cardinal(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last in _EN_ORDINALS:
        return head + _EN_ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")

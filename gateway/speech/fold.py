"""Fold written and spoken German to forms that can be compared: letters first, then sounds.

`plain` undoes spelling (case, umlauts, accents, punctuation). `sound` undoes hearing: two words with the same sound
code are the same word to a German ear ("Schmidt" and "Schmitt", "Fuchs" and "Fux"). `readings` adds how a German
hears names written after Turkish, Polish, Vietnamese, Italian or English rules ("Ayşe" is heard as "Aische").
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_TEXT: Final = 2000
"""Longest utterance read, in characters; the rest is ignored. Nobody says more in one turn."""

MAX_NAME: Final = 60
"""Longest part of a name that is read, in letters."""

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "œ": "oe"})
# Letters that NFKD does not take apart.
_STROKES: Final = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Return `text` as lower-case ASCII words separated by one space; umlauts become ae, oe, ue, ß becomes ss."""
    lowered = unicodedata.normalize("NFC", text[:MAX_TEXT]).lower()
    ascii_like = unicodedata.normalize("NFKD", lowered.translate(_UMLAUTS).translate(_STROKES))
    base = "".join(letter for letter in ascii_like if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", base.casefold()).strip()


# Order matters: longer spellings first. Capitals stand for one sound that German spells with several letters.
_SOUNDS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"tsch|dsch", "C"),
        (r"sch|sh", "S"),
        (r"chs|cks|ks", "x"),
        (r"ch", "X"),
        (r"ph", "f"),
        (r"th|dt", "t"),
        (r"qu", "kw"),
        (r"tz|ts|z", "s"),
        (r"ck|c", "k"),
        (r"aeu|eu|oi|oy", "Y"),
        (r"ei|ai|ay|ey", "A"),
        (r"ou", "u"),
        (r"ie", "i"),
        (r"ae", "e"),
        (r"oe", "O"),
        (r"(?<![aeq])ue", "U"),
        (r"^y(?=[aeiouAOU])|^i(?=[aou])", "j"),
        (r"y", "i"),
        (r"(?<=[aeiouAOUY])h", ""),
        (r"v", "f"),
        (r"(.)\1+", r"\1"),
    )
)
_FINALS: Final = {"d": "t", "b": "p", "g": "k"}


@lru_cache(maxsize=8192)
def letters_by_ear(word: str) -> str:
    """Return one `plain` word with each sound written one way; stems and endings stay separable, unlike in `sound`."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """Return the sound code of one `plain` word: what a German ear keeps of it."""
    word = letters_by_ear(word.removesuffix("gs") + "x" if word.endswith("gs") else word)
    return word[:-1] + _FINALS.get(word[-1:], word[-1:])


# How other spellings are heard by a German, "spelling>heard"; each table is one language, or one way to say it.
_TURKISH: Final = "ş>sch ç>tsch c>dsch ğ> ı>i v>w z>s ya>ja ye>je yi>ji yı>ji yo>jo yö>jö yu>ju yü>jü"
_POLISH: Final = """
    szcz>schtsch sz>sch cz>tsch rz>sch dzi>dschi ść>schtsch ś>sch ć>tsch ci>tschi si>schi cie>tsche sie>sche
    zie>sche ż>sch ź>s ł>w ó>u ą>on ę>en ń>nj j>i
"""
_VIETNAMESE: Final = "nguyễn>nujen nguyen>nujen ngu>nu nh>nj gi>s tr>tsch ph>f x>s kh>k ng>n"
_VIETNAMESE_SOUTH: Final = "nh>n ph>f ng>n x>s qu>kw"
_ITALIAN: Final = """
    scia>scha sce>sche sci>schi ch>k gia>dscha gio>dscho giu>dschu gi>dschi ge>dsche cia>tscha cio>tscho ci>tschi
    ce>tsche gn>nj gli>lji gh>g v>w zz>z
"""
_ENGLISH: Final = "sh>sch ch>tsch j>dsch ee>i oo>u ea>i v>w"
_SPANISH: Final = "ñ>nj ll>j j>ch z>s v>w"
_SPANISH_SOFT: Final = "j>h ñ>nj ll>j z>s ci>si ce>se v>w"
_SLAVIC: Final = "č>tsch ć>tsch š>sch ž>sch c>ts v>w"
_FRENCH: Final = "ch>sch oi>oa ou>u eau>o au>o eu>ö u>ü j>sch gn>nj ai>e qu>k é>e è>e ge>sche gi>schi"
_V_AS_W: Final = "v>w"


Reader = tuple[re.Pattern[str], dict[str, str]]


def _reader(table: str) -> Reader:
    """One pass, longest spelling first: what a rule wrote is not read again by the next."""
    said = dict(rule.split(">") for rule in table.split())
    return re.compile("|".join(sorted(said, key=len, reverse=True))), said


_LANGUAGES: Final = tuple(
    map(
        _reader,
        (
            _TURKISH,
            _POLISH,
            _VIETNAMESE,
            _VIETNAMESE_SOUTH,
            _ITALIAN,
            _ENGLISH,
            _SPANISH,
            _SPANISH_SOFT,
            _SLAVIC,
            _V_AS_W,
        ),
    )
)
_BARE: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u"})
_BARE_O: Final = str.maketrans({"ö": "o"})
_BARE_U: Final = str.maketrans({"ü": "u"})


# Only names that look French are heard so: u as ü would make Kuhn of every Kühn. A final e is mute after these
# endings, but not after "-ine": Martine is not Martin.
_LOOKS_FRENCH: Final = re.compile(r"^ch[aeiou]|oi|ou|eau|é|è|eux|ault|que")
_FRENCH_READER: Final = _reader(_FRENCH)
_MUTE_E: Final = ("icole", "elle", "ette", "lotte", "onne", "ique", "ice")
_BREATHED_H: Final = re.compile(r"(?<=[aeiou])h(?=[bdfgklmnprstwz])")
_MUTE_CONSONANT: Final = re.compile(r"(?<=oi|ou|au)[sxtd]$")


def _spoken(written: str, reader: Reader) -> str:
    spelling, said = reader
    return spelling.sub(lambda found: said[found[0]], written)


@lru_cache(maxsize=8192)
def readings(name: str) -> frozenset[str]:
    """Return the sound codes under which a German may hear one written name part, in any of the languages above."""
    written = unicodedata.normalize("NFC", name[:MAX_NAME]).lower()
    heard = [written.translate(dots) for dots in ({}, _BARE, _BARE_O, _BARE_U)]  # a transcript drops some or all
    heard += [_spoken(written, reader) for reader in _LANGUAGES]
    if written.endswith(_MUTE_E):  # Nicole, Michelle, Charlotte
        heard += [written[:-1], written.replace("ch", "sch"), written[:-1].replace("ch", "sch")]
    if _LOOKS_FRENCH.search(written):
        heard.append(_spoken(_MUTE_CONSONANT.sub("", written), _FRENCH_READER))
    heard.append(_BREATHED_H.sub("ch", written))  # Ahmed is heard as "Achmed"
    if written.endswith("y"):  # Mandy, Sandy
        heard.append(written.replace("a", "ä"))
    codes = (sound(plain(spelling).replace(" ", "")) for spelling in heard)
    return frozenset(code for code in codes if code)

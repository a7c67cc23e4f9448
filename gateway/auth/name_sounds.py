"""From spelling to sound: a German reading of one name, so that homophones become equal strings.

A sound string has one sign per sound. Small letters are what they look like (ä is e, ß is s, z is ts); capitals are
A ei, O eu, U au, S sch, T tsch, D dsch; x is ch; @ is the final -er; v, Z, C, Y, I and G are jokers for spellings with
several readings (see phonetics). Beside it stands the length of each vowel where the spelling says it: "+" long
(aa, ah, ie), "-" short (before ck, tz, a doubled consonant), "0" unsaid. Long against short is heard: Haas, Hass.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.auth.name_tables import RESPELLED, WELL_KNOWN

LONGEST_WORD: Final = 40
"""Letters of one word that are read; nobody's name needs more."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One reading of one word: its sounds, and the vowel lengths sign by sign ("+", "-", "0")."""

    signs: str
    lengths: str


# Letters of neighbouring languages, respelled as a German would write what is heard.
_NATIVE: Final = {
    **dict.fromkeys("şșšśžźż", "sch"),
    **dict.fromkeys("çčć", "tsch"),
    **dict.fromkeys("ñ", "nj"),
    **dict.fromkeys("øő", "ö"),
    **dict.fromkeys("ťț", "z"),
    "ű": "ü", "ğ": "", "ı": "i", "ł": "l", "đ": "dj", "ą": "on", "ę": "en", "ř": "rsch", "æ": "ä", "œ": "ö", "å": "o",
    "ß": "ß", "ä": "ä", "ö": "ö", "ü": "ü",
}  # fmt: skip
_STRIPPED: Final = {"ı": "i", "ł": "l", "đ": "d", "ø": "ö", "æ": "ä", "œ": "ö", "ð": "d", "þ": "t"}
_TURKISH: Final = re.compile("[şçğı]")
_NASAL_BEFORE_LIP: Final = re.compile("[ąę](?=[bp])")

# Spellings of guests that are read in their own way by those who know: each one alone, and all of them together.
_GUESTS: Final = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"sz", "ss"),  # Szabo; Lukasz in German mouths
        (r"ck(?=[iya]$)", "zk"),  # Sawicki
        (r"(?<=[ląę])c$", "z"),  # Szulc, Zając
        (r"^z(?=.*[ąęłńśźż])", "s"),  # the z of Zając is voiced
        (r"(?<=ś)ni(?=e)", "nj"),  # Wiśniewska
        (r"^gi(?=[aou])", "dsch"),  # Gianni
        (r"(?<=[nrc])ch(?=i$)", "k"),  # Bianchi
        (r"c$|c(?=ik$)|ci(?=[aeou])", "tsch"),  # Petrovic and Wojcik without their marks, Maciej
        (r"rz(?=[aeiouy])", "sch"),  # Marzena
        (r"ó", "u"),  # Wójcik
        (r"ł", "w"),  # Wałęsa
        (r"ow$|ov$", "of"),  # Sokolow ends in a vowel in Berlin, in an f in Moscow
        (r"ch(?=enko|uk|ik|[eo][vw])|(?<=[vw]i)ch$", "tsch"),  # Shevchenko
        (r"kh", "ch"),  # Khalil
        (r"ee(?=[mfdn]$)", "i"),  # Kareem
        (r"(?<=ma)z$|(?<=ldi)z$|(?<=ldı)z$", "s"),  # Yilmaz, Yildiz
        # Yavuz, Mazurek, Özkan, Muñoz: no German z stands behind a single short vowel; but Deniz is no Dennis
        (r"(?<=[^aeiouäöüyáéíóúı][aeiouäöüáéíóúı])z(?=[^zs])|(?<=[^aeiouäöüyáéíóúı][aouöüıáóú])z$", "s"),
        (r"(?<=^[oöu])z|(?<=tri|rti)z$", "s"),  # Özlem, Beatriz
        (r"(?<=[sg]e)yi", "i"),  # Hüseyin
        (r"(?:^|(?<=[nr]))c(?=[aeiıouöü])", "dsch"),  # Cansu, Nurcan, Gencer
        (r"(?<=[bdfgklmnprstvz])y(?=[aeo])", "j"),  # Derya
        (r"(?<=m)z(?=[aeiou])|(?<=ou)z", "s"),  # Hamza, Bouzid
        (
            r"^z(?=[bdglmnrv]|.*(?:ski|ska|cki|icz|etti|ini|oni|elli|iris|idis|akis)$)",
            "s",
        ),  # Zbigniew, Zawadzki, Zanetti
        (r"(?<=.)s(?=t(?:ein|edt|ädt|adt|ätt|ett))", "sch"),  # Bergstedt
        (r"si(?=ń)", "schi"),  # Jasińska
        (r"c(?=o[vw]a?$)", "z"),  # Kuznecov
        (r"eiou$", "iu"),  # Vasileiou
        (r"^g(?=[ei].*[aeio]$)", "dsch"),  # Ginevra
        (r"cci(?=[aou])", "tsch"),  # Boccia
        (r"zs(?!ch)", "sch"),  # Zsolt
        (r"cs$|ch(?=ez$)", "tsch"),  # Kovács, Sánchez
        (r"(?<=[śsz])ni(?=ew)", "n"),  # Wiśniewski in German mouths
        (r"(?<=i)ll(?=[ao]|erm)|gli(?=[aeo])", "lj"),  # Castillo, Guglielmi
        (r"sci(?=[aeou])|^x(?=i)", "sch"),  # Sciortino, Xiaoming
        (r"oo(?=r[aeiy])", "uu"),  # Noori
        (r"ee(?=[pk]a)", "ii"),  # Deepak
        (r"(?<=n)c$|(?<=i)c(?=a$)", "z"),  # Ferenc, Danica
        (r"đ", "dsch"),  # Đorđević
        (r"gg?i(?=[aou])", "dsch"),  # Maggio
        (r"(?<=.)gi(?=[aou])", "j"),  # Karagiannis
        (r"ź", "s"),  # Woźniak
        (r"ni(?=esz)", "nj"),  # Agnieszka
        (r"zi(?=e.*(?:ń|ska|ski|icz|ak))", "sch"),  # Zieliński
        (r"(?<=[ae])[vw]$", "f"),  # Miroslaw
        (r"(?<=n)z(?=[ao]$)", "s"),  # Lorenzo
        (r"qu(?=r)", "ku"),  # Qureshi
        (r"(?<=[nrc])ch(?=[ei].*[aio]$)", "k"),  # Marchetti
        (r"(?<=[ae])h(?=m(?:a?d|e[dt]|o?ud|an[iao]))|(?<=ra)h(?=m(?:an$|at))", "ch"),  # Mahmoud, Ahmadi
        (r"(?<=n)ier$", "je"),  # Fournier
        (r"ui(?=[jkptd])", "eu"),  # Kuipers
        (r"ğ(?=[ei])", "j"),  # Değirmenci
        (r"cc(?=[ei])", "tsch"),  # Ricci
        (r"gn(?=[aeiou])|nh(?=[aou]$)", "nj"),  # Bologna, Cunha
        (r"qu(?=[ei])", "k"),  # Enrique
        (r"gu(?=[ei])", "g"),  # Miguel
        (r"eaux?", "o"),  # Rousseau
        (r"ç", "ss"),  # François
    )
)

# Spelling rules in order; ":" marks a long vowel, "." a short one. The order is the grammar: longest spelling first.
_RULES: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        # umlauts written out; not in Michael, Manuel, Bauer, Feuer
        (r"ae(?!l[ae]?$)(?!u)", "ä"),
        (r"aeu", "äu"),
        (r"oe(?!$|l(?:le)?$)", "ö"),
        (r"(?<![aeoqäö])(?<!^man)(?<!^sam)(?<!^eman)ue", "ü"),
        (r"(?<![aeiouäöü])([ae])ß", r"\1ss"),
        # Mayrhofer; before the h goes mute
        (r"(?<=[ae][iy])r(?=[bcdf-hj-np-tv-z])", "er"),
        (r"(?<=[aiou])nh$", "nn"),  # Linh is short, Lien is long
        # hissing sounds
        (r"t*zsch|t+sch|t+ch|cz|cs(?=[aeiou])", "T"),
        (r"dsch|dzh", "D"),
        (r"^dj|^dzs", "D"),
        (r"sch|sh|sz|zh|(?<=[pktbdg])rz", "S"),
        (r"^s(?=[pt])", "S"),
        # ch, ck, x
        (r"x", "ks"),
        (r"chs|cks|gs(?=[^aeiouäöü])", "ks"),
        (r"^ch(?=[rlo])", "k"),
        (r"^ch", "C"),
        (r"ch", "x"),
        (r"ck|kk|cc(?![ei])", "kk"),
        (r"qu|kw", "kw"),
        (r"q", "k"),
        # f
        (r"ph|^pf|(?<=m)pf", "f"),
        # t, z
        (r"th", "t"),
        (r"[dt]+z|[dt]+s|zz", "tz"),
        (r"dt|td", "tt"),
        (r"(?<!i)ez$", "es"),
        (r"tz", "zz"),
        (r"c(?=[eiyäö])", "Z"),
        (r"c", "k"),
        # diphthongs and long vowels
        (r"([ae])y(?=a$)", r"\1j"),  # Kaya
        (r"[ae][iy](?=a(?!$)|[ou])", "aj"),
        (r"[ae]j(?![aeiouäöü])|ij(?=[bcdfgklmnpqrstvwz])", "ei"),
        (r"oj(?![aeiouäöü])", "oi"),
        (r"[iy][iyj]$", "i"),
        (r"(?:^(?=i...)|(?<=[tdnlwk]))i(?=[aou])", "I"),
        (r"[ae][iy]", "A"),
        (r"eu|äu|o[iy]", "O"),
        (r"au", "U"),
        (r"(?<=[aeiou])w$|(?<=o)w$", ""),
        (r"ou", "u"),
        (r"^y(?=[aeiouäöü])|(?<=[aeiouäöü])y(?=[aeiouäöü])", "j"),
        (r"^y|y$", "i"),
        (r"y", "Y"),
        (r"ieh?(?=[^aeouäöü]|$)", "i:"),
        (r"(?<=[aeiouäöüYAOU])h(?=[^aeiouäöüYAOU@]|$)", ":"),
        (r"(?<=[b-df-hj-np-tvwxzZSTDC])h", ""),
        (r"([aeiou])\1", r"\1:"),
        (r"(?<=[AOU]):", ""),
        (r"(?<=[aeiouäöüY])(?=([b-df-hj-np-tvwxzZSTDC])\1)", "."),
        (r"([^:.])\1+", r"\1"),
        (r"ß", "s"),
        (r"([^:.])\1+", r"\1"),
        (r"ä", "e"),
        # syllables that need no letter of their own: Michl, Hösl, Mayr, Baur
        (r"(?<=[bcdfghjkmnpqstvwxzZSTDC])l(?=$|[bdfgkmnpstw])", "el"),
        (r"(?<=[AOU])([rln])$", r"e\1"),
        (r"(?<!^)(?<!^[b-df-hj-np-tvwxzZSTDC])(?<!^[b-df-hj-np-tvwxzZSTDC]{2})er$", "@"),
        # what ends a word, or stands before a voiceless sound, is voiceless
        (r"ig$", "iG"),
        (r"n(?=[bp])", "m"),
        (r"b(?=$|[ptkfszSTx])", "p"),
        (r"d(?=$|[ptkfszSTx])", "t"),
        (r"g(?=$|[ptkfszSTx])", "k"),
        (r"v$", "f"),
        (r"([^:.])\1+", r"\1"),
    )
)


@lru_cache(maxsize=65_536)
def readings(word: str) -> tuple[Sound, ...]:
    """Every way a German reads this word, the likeliest first; at least one. `word` is lower case, NFC."""
    word = word[:LONGEST_WORD]
    return tuple(dict.fromkeys(_read(spelling) for spelling in _spellings(word)))


def _spellings(word: str) -> dict[str, None]:
    """The word as a German might spell what is said: in order, without doubles."""
    spellings = dict.fromkeys((_native(word), _stripped(word)))
    respelled = RESPELLED.get(_stripped(word))
    if respelled:
        spellings |= dict.fromkeys(respelled.split())
    guest = word
    for pattern, heard in _GUESTS:
        if pattern.search(word):
            spellings[_native(pattern.sub(heard, word))] = None
            guest = pattern.sub(heard, guest)
    spellings[_native(guest)] = None
    return spellings


def without_umlauts(word: str) -> str:
    """The word as a transcript writes it that knows no umlauts: ö as o."""
    return word.translate(_UMLAUTS_LOST)


_UMLAUTS_LOST: Final = str.maketrans("äöü", "aou")


def _native(word: str) -> str:
    word = _NASAL_BEFORE_LIP.sub(lambda match: "om" if match.group() == "ą" else "em", word)
    if _TURKISH.search(word):
        word = word.replace("c", "dsch")
    return "".join(_NATIVE[letter] if letter in _NATIVE else _base(letter) for letter in word)


def _stripped(word: str) -> str:
    return "".join(letter if letter in "äöüß" else _STRIPPED.get(letter) or _base(letter) for letter in word)


def _base(letter: str) -> str:
    if letter.isascii():
        return letter
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))


def _read(spelling: str) -> Sound:
    marked = spelling
    for pattern, sound in _RULES:
        marked = pattern.sub(sound, marked)
    signs: list[str] = []
    lengths: list[str] = []
    for sign in marked:
        if sign in ":.":
            if lengths and lengths[-1] == "0":
                lengths[-1] = "+" if sign == ":" else "-"
        else:
            signs.append(sign)
            lengths.append("0")
    return Sound("".join(signs), "".join(lengths))


# Read once at import (some 15 ms), so that no caller waits for it.
WELL_KNOWN_SOUNDS: Final = frozenset(readings(word)[0].signs for word in WELL_KNOWN)
"""The sounds of names that really exist, see WELL_KNOWN."""

"""Read a service name or a caller's words as concepts of the trade: compounds, slips of the ear, negations, ages.

Both sides are read by the same function, so "Foliensträhnen" in a catalogue and "Strähnchen mit Folie" on the phone
come out alike. Words that are no trade word become terms when they stand in a catalogue's own names ("Olaplex").
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from gateway.booking.catalogue_stems import CONCEPTS, ancestors, is_strange, kin, read_word
from gateway.booking.catalogue_words import HAIR_ACTS
from gateway.speech.fold import MAX_TEXT, plain
from gateway.speech.numbers import cardinal

MAX_WORDS: Final = 48
MAX_COMPOUND: Final = 24
"""Words of a text that are looked at, and letters of a compound put together: the bounds on the work of one call."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """The concepts between two joints ("und", "mit", a comma); `added`: the joint before it was an "and"."""

    keys: frozenset[str]
    terms: frozenset[str]
    added: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text says: its phrases, what it refuses, and the figures in it."""

    phrases: tuple[Phrase, ...] = ()
    refused: frozenset[str] = frozenset()
    implied_hair: bool = False
    only: bool = False
    minutes: int | None = None
    age: int | None = None
    keys: frozenset[str] = field(default=frozenset())
    terms: frozenset[str] = field(default=frozenset())
    strange_nouns: frozenset[str] = field(default=frozenset())


# --- a whole text ----------------------------------------------------------------------------------------------------


_HAIRY: Final = frozenset(
    {"nose", "ear", "leg", "lower_leg", "arm", "armpit", "bikini", "back", "chest", "belly", "lip", "chin"}
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;+&/()|.!?–]")
_NOUN: Final = re.compile(r"\b[A-ZÄÖÜ][a-zäöüß]{3,}\b")
_JOINTS: Final = _words(", ; + & / ( ) | . ! ? – und mit plus sowie oder and with dazu inkl inklusive incl samt")
_ANDS: Final = _words("und plus sowie and + &")
_SOFT_JOINTS: Final = frozenset({"und", "oder", "and", "&", "/"})
REFUSALS: Final = _words("ohne nicht kein keine keinen without no not don")
_APART: Final = _JOINTS | REFUSALS
_NOT: Final = _words("nicht not")
_ONLY: Final = _words("nur bloss lediglich ausschliesslich allein alleine reicht genuegt only just solely")
_NO_MORE: Final = frozenset({("sonst", "nichts"), ("nichts", "weiter"), ("mehr", "nicht"), ("nothing", "else")})
_NOT_AFTER: Final = _words("bitte mehr noetig notwendig please needed necessary")
_NO_DENIAL: Final = _words("warum wieso wenn ob why if")  # "warum nicht"
_SHADE: Final = re.compile(r"grau|kaputt|(?:blond|grau|rot|blau|braun|schwarz|kaputt|trocken)(?:e|en|er|es|em)")
"""What hair is like: "blonde Strähnen" are highlights, whatever else they are; alone, "graue Haare" are a wish."""
_AWAY: Final = _words("runter weg raus")
_TAKEN_OFF: Final = frozenset({"nail", "gel", "acrylic", "shellac", "lash", "extension", "tattoo"})
"""What is put on a body and taken off again: "die Gelnägel sollen runter" asks for that, "der Bart soll weg" does not."""
_OF_NAILS: Final = frozenset({"nail", "toenail", "manicure", "pedicure"})
_NAIL_MANNERS: Final = frozenset({"gel", "acrylic", "french"})
_QUESTIONS: Final = frozenset({("wie", "lang"), ("wie", "lange")})  # of the service, not of the hair
_DIGIT: Final = {plain(cardinal(number)): number for number in range(1, 100)}
_MINUTES: Final = re.compile(r"\b(\d{1,3})\s*(?:min\b|minuten|minuetig|minute)")
_HOURS: Final = {
    "anderthalb stunden": 90,
    "eineinhalb stunden": 90,
    "dreiviertelstunde": 45,
    "halbe stunde": 30,
    "zwei stunden": 120,
    "eine stunde": 60,
}
_AGE: Final = re.compile(
    r"\b(?:ist|bin|wird|erst|von|alter) (?:schon |erst |jetzt |gerade )?(\d{1,2})\b(?! (?:min|uhr|euro|bis|tag|woche|stunde))"
    r"|\b(?:sohn|tochter|kind|enkel(?:in)?|neffe|nichte|junge|maedchen) (?:(?:er|sie|d[iea][ers]|ist) )*(\d{1,2})\b"
    r"|\b(\d{1,2}) ?jaehrig|\b(\d{1,2}) jahre?"
)
_AGE_WORD: Final = re.compile(r"^([a-z]+?)jaehrig")


def _digits(folded: str) -> str:
    return " ".join(str(_DIGIT[word]) if word in _DIGIT else word for word in folded.split())


def _figures(folded: str) -> tuple[int | None, int | None]:
    """Minutes and age in a plain text."""
    spoken = _digits(" ".join(
        f"{_DIGIT[found[1]]}jaehrig" if (found := _AGE_WORD.match(word)) and found[1] in _DIGIT else word
        for word in folded.split()
    ))  # fmt: skip
    minutes = _MINUTES.search(spoken)
    length = int(minutes[1]) if minutes else next((value for said, value in _HOURS.items() if said in folded), None)
    age = _AGE.search(spoken)
    return length, int(next(group for group in age.groups() if group)) if age else None


def _joined(words: list[str]) -> list[str]:
    """Put compounds together that were heard as two words: "Dauer Welle", "hot stone", "make up"."""
    whole: list[str] = []
    for word in words[:MAX_WORDS]:
        last = whole[-1] if whole else ""
        pair = last + word
        if (
            len(pair) <= MAX_COMPOUND
            and last.isalpha()
            and word.isalpha()
            and not {last, word} & _APART
            and is_strange(last)
            and not is_strange(pair)
        ):
            whole[-1] = pair
        else:
            whole.append(word)
    return whole


@lru_cache(maxsize=2048)
def read(text: str, *, written: bool = False) -> Meaning:
    """Return the meaning of an utterance, or of a service name as a company has `written` it."""
    folded = plain(text)
    minutes, age = _figures(folded)
    phrases: list[Phrase] = []
    refused: list[set[str]] = []  # by each "ohne" or "nicht" of its own
    keys: set[str] = set()
    shades: set[str] = set()
    terms: set[str] = set()
    added = False
    refusing = refused_one = only = implied = False
    parts_before = taken_off = denied = False

    def close() -> None:
        nonlocal implied, parts_before, taken_off, denied
        if denied:  # "schneiden brauche ich nicht"
            refused.append({key for key in keys if CONCEPTS[key].kind in ("act", "minor", "part")})
            keys.difference_update(refused[-1])
        denied = False
        if not any(map(_is_act, keys)):
            keys.update(shades)
        shades.clear()
        if {"hair", "tattoo"} <= keys:  # "Hair Tattoo": a pattern shaved in
            keys.difference_update({"tattoo"})
            keys.add("pattern")
        if {"bald", "shave"} <= keys:
            keys.discard("bald")
            keys.add("head")
        if "tattoo" in keys:
            keys.discard("pierce")  # "ein Tattoo stechen"
        if (taken_off and keys & _TAKEN_OFF) or {"laser", "tattoo"} <= keys:
            keys.add("remove")
            keys.discard("laser")
        parts = {key for key in keys if CONCEPTS[key].kind == "part"} | {"x" for key in keys if _has_part(key)}
        if "hair" in keys and keys & _HAIRY and not keys & HAIR_ACTS:
            keys.discard("hair")  # "Haare in der Nase"
        if keys & HAIR_ACTS and not parts and not parts_before:
            keys.add("hair")
            implied = True
        if keys & _NAIL_MANNERS and not parts and not parts_before:
            keys.add("nail")
        parts_before = parts_before or bool(parts - {"hair"})
        if keys or terms:
            phrases.append(Phrase(_distinct(keys), frozenset(terms), added))
        keys.clear()
        terms.clear()
        taken_off = False

    words = _joined([word for token in _TOKEN.findall(text[:MAX_TEXT]) for word in plain(token).split() or [token]])
    for previous, word in pairwise(("", *words)):
        if (previous, word) in _QUESTIONS:
            continue
        if word in _JOINTS:
            denied = denied and word != "?"
            close()
            added = word in _ANDS
            refusing = refusing and word in _SOFT_JOINTS
            refused_one = False
        elif (previous, word) in _NO_MORE:
            only, refusing = True, False
        elif word in REFUSALS:
            refusing, refused_one = True, False
            denied = word in _NOT and previous not in _NO_DENIAL and any(map(_is_act, keys))
            refused.append(set())
        elif word in _ONLY and previous in _NOT:  # "nicht nur"
            refusing = denied = False
        elif word in ("sondern", "aber"):
            refusing = False
            close()
        else:
            only = only or word in _ONLY
            denied = denied and word in _NOT_AFTER
            taken_off = taken_off or word in _AWAY
            said = (
                "waschen" if written and word == "waesche" else word
            )  # a company's is of the hair, a caller's laundry
            found, stranger = (frozenset[str](), None) if said in _DIGIT else read_word(said, misheard=not written)
            if refused_one and found:
                refusing = False  # "ohne Waschen schneiden" refuses the washing alone
            (refused[-1] if refusing else shades if _SHADE.fullmatch(word) else keys).update(found)
            if found:
                refused_one = refusing and any(
                    CONCEPTS[key].kind in ("act", "minor", "manner", "length") for key in found
                )
            if stranger and not refusing:
                terms.add(stranger)
    close()
    every = frozenset[str]().union(*(phrase.keys for phrase in phrases))
    if "colour" in every and every & _OF_NAILS and "hair" not in every:  # "Maniküre mit Farbe"
        phrases = [replace(one, keys=_painted(one.keys)) for one in phrases]
        every = _painted(every)
    strange = frozenset[str]().union(*(phrase.terms for phrase in phrases))
    nouns = frozenset(plain(found[0]) for found in _NOUN.finditer(text[:MAX_TEXT])) & strange
    without = frozenset[str]().union(*(_refused(one, every) for one in refused))
    return Meaning(tuple(phrases), without, implied, only, minutes, age, every, strange, nouns)


def _refused(said: set[str], wanted: frozenset[str]) -> set[str]:
    """What one "ohne" refuses: of the hair only what is done to it, and of what is wanted elsewhere the part alone.

    "Kein Haarschnitt" leaves other things to be done to hair, "Wimpern färben ohne Augenbrauen färben" the colour.
    """
    if not any(map(_is_act, said)):
        return said
    rest = said - {"hair"}
    return rest - wanted if any(CONCEPTS[key].kind == "part" for key in rest) else rest


def _is_act(key: str) -> bool:
    return CONCEPTS[key].kind in ("act", "minor")


def _painted(keys: frozenset[str]) -> frozenset[str]:
    return keys - {"colour"} | {"polish"} if "colour" in keys else keys


def _has_part(key: str) -> bool:
    """Whether an act is of one part of the body by itself (a pedicure is of the foot)."""
    return any(one != "hair" and CONCEPTS[one].kind == "part" for one in ancestors(key))


def _distinct(keys: set[str]) -> frozenset[str]:
    """The keys of one phrase without what others of them say more closely: "Strähnen färben" is about highlights."""
    acts = set(filter(_is_act, keys))
    broader = frozenset[str]().union(*(kin(key) for key in acts)) & acts
    return frozenset(keys - broader)

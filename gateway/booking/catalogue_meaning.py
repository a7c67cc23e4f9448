"""Read a service name or a caller's words as concepts of the trade: compounds, slips of the ear, negations, ages.

Both sides are read by the same function, so "Foliensträhnen" in a catalogue and "Strähnchen mit Folie" on the phone
come out alike. Words that are no trade word become terms when they stand in a catalogue's own names ("Olaplex").
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.catalogue_words import FILLERS, HAIR_ACTS, Concept, concepts
from gateway.booking.resolve import number_words
from gateway.speech.fold import MAX_TEXT, letters_by_ear, plain

MAX_WORDS: Final = 80
MAX_LETTERS: Final = 40
"""Words per text and letters per word that are looked at: the bound on the work one call can cause."""

CONCEPTS: Final[dict[str, Concept]] = {concept.key: concept for concept in concepts()}


@dataclass(frozen=True, slots=True)
class Phrase:
    """The concepts between two joints ("und", "mit", a comma)."""

    keys: frozenset[str]
    terms: frozenset[str]


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


# --- one word --------------------------------------------------------------------------------------------------------


_BARE: Final = str.maketrans("äöüÄÖÜ", "aouAOU")


def _stems() -> tuple[dict[str, list[str]], frozenset[str]]:
    """All stems by ear with their concepts, with and without umlaut, and those that only stand whole."""
    meant: dict[str, list[str]] = {}
    whole: set[str] = set()
    without_umlaut: dict[str, list[tuple[str, bool]]] = {}
    for concept in CONCEPTS.values():
        for stem in concept.stems:
            bare = stem.removesuffix("$")
            heard = letters_by_ear(plain(bare).replace(" ", ""))
            meant.setdefault(heard, []).append(concept.key)
            if stem.endswith("$") or len(heard) < 4:
                whole.add(heard)
            lost = letters_by_ear(plain(bare.translate(_BARE)).replace(" ", ""))
            if lost != heard:
                without_umlaut.setdefault(lost, []).append((concept.key, heard in whole))
    for heard, found in without_umlaut.items():
        if heard not in meant:  # "kürz" without its dots is another word
            meant[heard] = list(dict.fromkeys(key for key, _ in found))
            whole |= {heard} if any(alone for _, alone in found) else set()
    return meant, frozenset(whole)


_MEANT, _WHOLE = _stems()
_LONGEST: Final = max(map(len, _MEANT))
_ENDINGS: Final = frozenset(
    letters_by_ear(ending)
    for ending in (
        "e en er ern em es s n t te ten ung ungen chen lein in innen ig ige igen el eln ler ens st nd de den end enden "
        "ieren iert ierung ierungen ation ationen age agen ing ings er ers erin ler lern"
    ).split()
)
_PREFIXES: Final = frozenset(
    letters_by_ear(prefix)
    for prefix in (
        "ge ver be nach ab aus um an auf zu vor ein weg durch zurecht her hin ent ueber zwischen wieder auszu nachzu "
        "abzu aufzu einzu umzu anzu"
    ).split()
)


@dataclass(frozen=True, slots=True)
class _Path:
    unknown: int
    pieces: int
    keys: tuple[str, ...]
    known: int
    whole: bool
    after_stem: bool


_START: Final = _Path(0, 0, (), 0, False, False)


@lru_cache(maxsize=8192)
def _take_apart(word: str) -> _Path:
    """Split a word (by ear) into known stems, prefixes and endings with as few unknown letters as possible."""
    best: list[_Path | None] = [None] * (len(word) + 1)
    best[0] = _START
    for start in range(len(word)):
        path = best[start]
        if path is None:
            continue
        _offer(best, start + 1, _Path(path.unknown + 1, path.pieces, path.keys, path.known, path.whole, False))
        for end in range(start + 1, min(len(word), start + _LONGEST) + 1):
            piece = word[start:end]
            if piece in _MEANT:
                keys = path.keys + tuple(_MEANT[piece])
                whole = path.whole or piece in _WHOLE
                pieces = path.pieces + (2 if len(piece) < 4 else 1)  # a chance likeness is short
                _offer(best, end, _Path(path.unknown, pieces, keys, path.known + len(piece), whole, True))
            if (piece in _ENDINGS and path.after_stem) or (piece in _PREFIXES and (path.after_stem or start == 0)):
                _offer(best, end, _Path(path.unknown, path.pieces + 1, path.keys, path.known, path.whole, True))
    return best[len(word)] or _START


def _offer(best: list[_Path | None], end: int, path: _Path) -> None:
    there = best[end]
    if there is None or (path.unknown, path.pieces, -path.known) < (there.unknown, there.pieces, -there.known):
        best[end] = path


def _nearest_stem(word: str) -> tuple[str, ...]:
    """The concepts of the one stem that a misheard word begins with, or nothing."""
    if len(word) < 5:
        return ()
    nearest: dict[tuple[str, ...], int] = {}
    for stem, keys in _MEANT.items():
        if len(stem) < 5 or len(word) - len(stem) > 4 or word[0] != stem[0]:
            continue
        allowed = 1 if len(stem) < 10 else 2
        distance = min(Levenshtein.distance(stem, word[: len(stem) + shift]) for shift in (0, 1, -1))
        if distance <= allowed:
            nearest[tuple(keys)] = min(distance, nearest.get(tuple(keys), 9))
    least = min(nearest.values(), default=0)
    closest = [keys for keys, distance in nearest.items() if distance == least]
    return closest[0] if len(closest) == 1 else ()


@lru_cache(maxsize=8192)
def _read_word(word: str) -> tuple[frozenset[str], str | None]:
    """Return the concepts of one plain word, and the word itself when (part of) it is no trade word."""
    heard = letters_by_ear(word[:MAX_LETTERS])
    if heard in _MEANT:
        return frozenset(_MEANT[heard]), None
    if word in FILLERS or word in _DIGIT or len(word) < 2 or word.isdigit():
        return frozenset(), None
    path = _take_apart(heard)
    if path.keys and path.unknown == 0:
        return frozenset(path.keys), None
    if path.keys and not path.whole and path.known >= 4 and path.unknown >= 3:
        return frozenset(path.keys), word
    return frozenset(_nearest_stem(heard)), word


# --- a whole text ----------------------------------------------------------------------------------------------------

_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[,;+&/()|.!?–]")
_JOINTS: Final = frozenset(
    ", ; + & / ( ) | . ! ? – und mit plus sowie oder and with dazu inkl inklusive incl samt".split()
)
_SOFT_JOINTS: Final = frozenset({"und", "oder", "and", "&", "/"})
_REFUSALS: Final = frozenset("ohne nicht kein keine keinen without no".split())
_ONLY: Final = frozenset("nur bloss lediglich only just".split())
_DIGIT: Final = {number_words(number): number for number in range(1, 100)} | {"eine": 1, "einer": 1}
_MINUTES: Final = re.compile(r"\b(\d{1,3})\s*(?:min\b|minuten|minuetig|minute)")
_HOURS: Final = (("anderthalb stunden", 90), ("eineinhalb stunden", 90), ("dreiviertelstunde", 45), ("halbe stunde", 30),
                 ("zwei stunden", 120), ("eine stunde", 60))  # fmt: skip
_AGE: Final = re.compile(r"\b(?:ist|bin|wird|erst|von|alter) (?:schon |erst |jetzt |gerade )?(\d{1,2})\b(?! (?:min|uhr|euro))|"
                         r"\b(\d{1,2}) ?jaehrig|\b(\d{1,2}) jahre?")  # fmt: skip
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
    length = int(minutes[1]) if minutes else next((value for said, value in _HOURS if said in folded), None)
    age = _AGE.search(spoken)
    return length, int(next(group for group in age.groups() if group)) if age else None


def _joined(words: list[str]) -> list[str]:
    """Put compounds together that were heard as two words: "Dauer Welle", "hot stone", "make up"."""
    whole: list[str] = []
    for word in words[:MAX_WORDS]:
        last = whole[-1] if whole else ""
        pair = last + word
        if last.isalpha() and word.isalpha() and (_is_strange(last) or _is_strange(word)) and not _is_strange(pair):
            whole[-1] = pair
        else:
            whole.append(word)
    return whole


def _is_strange(word: str) -> bool:
    keys, stranger = _read_word(word)
    return stranger is not None or (not keys and word not in FILLERS and word not in _JOINTS)


@lru_cache(maxsize=2048)
def read(text: str) -> Meaning:
    """Return the meaning of a service name or an utterance."""
    folded = plain(text)
    minutes, age = _figures(folded)
    phrases: list[Phrase] = []
    refused: set[str] = set()
    keys: set[str] = set()
    terms: set[str] = set()
    refusing = only = implied = False
    parts_before = False

    def close() -> None:
        nonlocal implied, parts_before
        parts = {key for key in keys if CONCEPTS[key].kind == "part"} | {"x" for key in keys if _has_part(key)}
        if keys & HAIR_ACTS and not parts and not parts_before:
            keys.add("hair")
            implied = True
        parts_before = parts_before or bool(parts - {"hair"})
        if keys or terms:
            phrases.append(Phrase(frozenset(keys), frozenset(terms)))
        keys.clear()
        terms.clear()

    words = _joined([word for token in _TOKEN.findall(text[:MAX_TEXT]) for word in plain(token).split() or [token]])
    for word in words:
        if word in _JOINTS:
            close()
            refusing = refusing and word in _SOFT_JOINTS
        elif word in _REFUSALS:
            refusing = True
        elif word in ("sondern", "aber"):
            refusing = False
            close()
        else:
            only = only or word in _ONLY
            found, stranger = _read_word(word)
            (refused if refusing else keys).update(found)
            if stranger and not refusing:
                terms.add(stranger)
    close()
    every = frozenset[str]().union(*(phrase.keys for phrase in phrases))
    strange = frozenset[str]().union(*(phrase.terms for phrase in phrases))
    return Meaning(tuple(phrases), frozenset(refused), implied, only, minutes, age, every, strange)


def _has_part(key: str) -> bool:
    """Whether an act is of one part of the body by itself (a pedicure is of the foot)."""
    return any(kin != "hair" and CONCEPTS[kin].kind == "part" for kin in ancestors(key))


@lru_cache(maxsize=512)
def ancestors(key: str) -> frozenset[str]:
    """All that `key` is, without itself."""
    parents = CONCEPTS[key].parents
    return frozenset(parents).union(*(ancestors(parent) for parent in parents))


@lru_cache(maxsize=512)
def kin(key: str) -> frozenset[str]:
    """All that `key` is or loosely belongs to, without itself."""
    parents = (*CONCEPTS[key].parents, *CONCEPTS[key].loose_parents)
    return frozenset(parents).union(*(kin(parent) for parent in parents))

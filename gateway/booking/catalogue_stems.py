"""Take a word of the trade apart: "Trockenhaarschnitt" is dry, hair and cut; "strehnchen" is misheard highlights.

Words are first read as written, then by ear; what stays unknown in both is returned as a stranger.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from gateway.booking.catalogue_words import FILLERS, Concept, concepts
from gateway.speech.fold import letters_by_ear, plain

MAX_LETTERS: Final = 40
"""Letters of a word that are looked at: the bound on the work one word can cause."""

CONCEPTS: Final[dict[str, Concept]] = {concept.key: concept for concept in concepts()}

_ENDINGS: Final = plain(
    """
    e en er ern em es s n t te ten ung ungen chen lein in innen ig ige igen el eln ler ens st nd de den end enden ieren
    iert ierung ierungen ation ationen age agen ing ings ers erin lern
    """
).split()
# Heads of compounds that add nothing: "Keratinbehandlung" is keratin.
_EMPTY_HEADS: Final = plain(
    """
    behandlung behandlungen therapie therapien termin termine bereich sitzung anwendung technik methode zone zonen
    service programm
    """
).split()
_PREFIXES: Final = plain(
    """ge ver be nach ab aus um an auf zu vor ein weg durch zurecht her hin ent ueber zwischen wieder auszu nachzu abzu
    aufzu einzu umzu anzu heraus raus"""
).split()
_BARE: Final = str.maketrans("äöü", "aou")


_Path = tuple[int, int, int, tuple[str, ...], bool]
"""One way to read the first letters of a word: unknown letters, pieces, known letters negated, concepts, whether a
stem or prefix stands before. A plain tuple, as thousands are made for a hostile text; the smaller one is the better."""

_NOTHING: Final[_Path] = (0, 0, 0, (), False)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Stems with the concepts they name, in one way of writing; `loose` ones may stand beside unknown letters.

    `starts`, `loose` and `joints` are all stems, the loose ones, and the prefixes and endings, by their first letter.
    """

    meant: dict[str, tuple[str, ...]]
    starts: dict[str, tuple[str, ...]]
    loose: dict[str, tuple[str, ...]]
    any_loose: re.Pattern[str]
    joints: dict[str, tuple[tuple[str, bool], ...]]

    def take_apart(self, word: str) -> _Path:
        """Read the word as stems, prefixes and endings with as few unknown letters and pieces as possible."""
        path = self._best_path(word, self.starts, strangers=False)
        if path is None and self.any_loose.search(word):
            path = self._best_path(word, self.loose, strangers=True)
        return path or (len(word), 0, 0, (), False)

    def _best_path(self, word: str, stems: Mapping[str, tuple[str, ...]], *, strangers: bool) -> _Path | None:
        best: list[_Path | None] = [_NOTHING, *([None] * len(word))]
        for at, letter in enumerate(word):
            path = best[at]
            if path is None:
                continue
            unknown, pieces, known, keys, after_stem = path
            steps: list[tuple[int, _Path]] = [(at + 1, (unknown + 1, pieces, known, keys, False))] if strangers else []
            for stem in stems.get(letter, ()):
                if word.startswith(stem, at):
                    size = len(stem)
                    more = pieces + (2 if size < 4 else 1)  # a short likeness is often chance
                    steps.append((at + size, (unknown, more, known - size, keys + self.meant[stem], True)))
            for joint, is_prefix in self.joints.get(letter, ()):
                if (after_stem or (is_prefix and at == 0)) and word.startswith(joint, at):
                    steps.append((at + len(joint), (unknown, pieces + 1, known, keys, True)))
            for end, step in steps:
                there = best[end]
                if there is None or step[:3] < there[:3]:
                    best[end] = step
        return best[len(word)]


def _by_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        found.setdefault(word[0], []).append(word)
    return {letter: tuple(same) for letter, same in found.items()}


def _vocabulary(*, by_ear: bool) -> _Vocabulary:
    def spell(text: str) -> str:
        folded = plain(text).replace(" ", "")
        return letters_by_ear(folded) if by_ear else folded

    meant: dict[str, dict[str, None]] = {}
    whole: set[str] = set()
    dotless: dict[str, tuple[str, bool]] = {}
    for concept in CONCEPTS.values():
        for stem in concept.stems:
            letters = stem.removesuffix("$")
            alone = stem.endswith("$") or len(spell(letters)) < 4
            meant.setdefault(spell(letters), {})[concept.key] = None
            whole |= {spell(letters)} if alone else set()
            dotless[spell(letters.translate(_BARE))] = (concept.key, alone)
    written = dict(meant)
    for letters, (key, alone) in dotless.items():
        if letters in written:
            continue
        # "kürz" without its dots is another word, "längen" a form of one; "färb" is none
        if not any(letters.startswith(stem) and key not in keys for stem, keys in written.items() if len(stem) > 3):
            meant[letters] = {key: None}
            whole |= {letters} if alone else set()
    prefixes = frozenset(map(spell, _PREFIXES))
    joints = _by_letter(map(spell, (*_PREFIXES, *_ENDINGS, *_EMPTY_HEADS)))
    return _Vocabulary(
        {letters: tuple(keys) for letters, keys in meant.items()},
        _by_letter(meant),
        _by_letter(letters for letters in meant if letters not in whole),
        re.compile("|".join(letters for letters in meant if letters not in whole)),
        {letter: tuple((joint, joint in prefixes) for joint in same) for letter, same in joints.items()},
    )


_WRITTEN: Final = _vocabulary(by_ear=False)
_HEARD: Final = _vocabulary(by_ear=True)


@lru_cache(maxsize=8192)
def read_word(word: str, *, misheard: bool = True) -> tuple[frozenset[str], str | None]:
    """Return the concepts of one plain word, and the word itself when it, or part of it, is no word of the trade.

    `misheard`: a word that is no stem may be a slip of the nearest one; what a company wrote itself is not.
    """
    heard = letters_by_ear(word[:MAX_LETTERS])
    for vocabulary, letters in ((_WRITTEN, word[:MAX_LETTERS]), (_HEARD, heard)):
        if letters in vocabulary.meant and (vocabulary is _WRITTEN or len(letters) > 3):
            return frozenset(vocabulary.meant[letters]), None
    if word in FILLERS or len(word) < 2 or word.isdigit():
        return frozenset(), None
    written = _WRITTEN.take_apart(word[:MAX_LETTERS])
    by_ear = _HEARD.take_apart(heard) if len(heard) > 3 else written  # three sounds are like anything
    for path in (written, by_ear) if written[0] <= by_ear[0] else (by_ear, written):
        unknown, _, known, keys, _ = path
        if keys and (unknown == 0 or (unknown <= 2 and -known >= 6)):  # "Krankengymnast-ik"
            return frozenset(keys), None
        if keys and -known >= (4 if path is written else 5) and unknown >= 3:
            return frozenset(keys), word
    return frozenset(_nearest_stem(heard)) if misheard else frozenset(), word


# Who it is for is never guessed: "Messer" is no slip of "Männer".
_PEOPLE: Final = frozenset(
    stem for stem, keys in _HEARD.meant.items() if any(CONCEPTS[key].kind == "who" for key in keys)
)


_HARD_OR_SOFT: Final = {"b": "p", "p": "b", "d": "t", "t": "d", "g": "k", "k": "g"}


def _begins(heard: str, stem: str) -> bool:
    return len(stem) > 5 and stem in _LOOSE and stem not in _PEOPLE and heard.startswith(stem)


_LOOSE: Final = frozenset(stem for same in _HEARD.loose.values() for stem in same)


def _nearest_stem(heard: str) -> tuple[str, ...]:
    """The concepts of the one stem that a misheard word begins with, or nothing."""
    if len(heard) < 5:
        return ()
    nearest: dict[tuple[str, ...], int] = {}
    for stem in _HEARD.starts.get(heard[0], ()):
        if len(stem) < (5 if stem in _LOOSE else 6) or stem in _PEOPLE or not -1 <= len(heard) - len(stem) <= 4:
            continue
        keys = _HEARD.meant[stem]
        allowed = 1 if len(stem) < 12 else 2
        distance = min(Levenshtein.distance(stem, heard[: len(stem) + shift]) for shift in (0, 1, -1))
        if distance <= allowed:
            nearest[keys] = min(distance, nearest.get(keys, allowed))
    if not nearest and heard[0] in _HARD_OR_SOFT:  # "Palayage"
        other = _HARD_OR_SOFT[heard[0]] + heard[1:]
        nearest = {_HEARD.meant[stem]: 0 for stem in _HEARD.starts.get(other[0], ()) if _begins(other, stem)}
    closest = [keys for keys, distance in nearest.items() if distance == min(nearest.values())]
    return closest[0] if len(closest) == 1 else ()


def is_strange(word: str) -> bool:
    """Whether a plain word means nothing here by itself."""
    keys, stranger = read_word(word)
    return stranger is not None or (not keys and word not in FILLERS)


@lru_cache(maxsize=512)
def ancestors(key: str) -> frozenset[str]:
    """All that `key` is, without itself."""
    parents = CONCEPTS[key].parents
    return frozenset(parents).union(*(ancestors(parent) for parent in parents))


@lru_cache(maxsize=512)
def kin(key: str) -> frozenset[str]:
    """All that `key` is or loosely belongs to, without itself."""
    return frozenset(kinship(key))


@lru_cache(maxsize=512)
def kinship(key: str) -> dict[str, int]:
    """All that `key` is or loosely belongs to, with the number of steps up to it."""
    steps: dict[str, int] = {}
    for parent in (*CONCEPTS[key].parents, *CONCEPTS[key].loose_parents):
        for one, further in ({parent: 0} | kinship(parent)).items():
            steps[one] = min(further + 1, steps.get(one, further + 1))
    return steps

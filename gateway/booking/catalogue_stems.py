"""Take a word of the trade apart: "Trockenhaarschnitt" is dry, hair and cut; "strehnchen" is misheard highlights.

Words are first read as written, then by ear; what stays unknown in both is returned as a stranger.
"""

from collections.abc import Set
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
    """e en er ern em es s n t te ten ung ungen chen lein in innen ig ige igen el eln ler ens st nd de den end enden ieren
    iert ierung ierungen ation ationen age agen ing ings ers erin lern
    behandlung behandlungen therapie therapien termin termine bereich sitzung anwendung technik methode"""  # empty heads
).split()
_PREFIXES: Final = plain(
    """ge ver be nach ab aus um an auf zu vor ein weg durch zurecht her hin ent ueber zwischen wieder auszu nachzu abzu
    aufzu einzu umzu anzu heraus raus"""
).split()
_BARE: Final = str.maketrans("äöü", "aou")


@dataclass(frozen=True, slots=True)
class _Path:
    """One way to read the first letters of a word."""

    unknown: int = 0
    pieces: int = 0
    known: int = 0
    keys: tuple[str, ...] = ()
    after_stem: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        return self.unknown, self.pieces, -self.known


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Stems with the concepts they name, in one way of writing; `loose` ones may stand beside unknown letters."""

    meant: dict[str, tuple[str, ...]]
    loose: frozenset[str]
    endings: frozenset[str]
    prefixes: frozenset[str]
    longest: int

    def take_apart(self, word: str) -> _Path:
        """Read the word as stems, prefixes and endings with as few unknown letters and pieces as possible."""
        path = self._best_path(word, self.meant.keys())
        return path if not path.unknown else self._best_path(word, self.loose)

    def _best_path(self, word: str, stems: Set[str]) -> _Path:
        best: dict[int, _Path] = {0: _Path()}
        for start in range(len(word)):
            for end, path in self._steps(word, start, best[start], stems):
                if end not in best or path.rank < best[end].rank:
                    best[end] = path
        return best[len(word)]

    def _steps(self, word: str, start: int, path: _Path, stems: Set[str]) -> list[tuple[int, _Path]]:
        unknown, pieces, known, keys = path.unknown, path.pieces, path.known, path.keys
        steps = [(start + 1, _Path(unknown + 1, pieces, known, keys))]
        for end in range(start + 1, min(len(word), start + self.longest) + 1):
            piece = word[start:end]
            if piece in stems:
                more = pieces + (2 if len(piece) < 4 else 1)  # a short likeness is often chance
                found = keys + self.meant[piece]
                steps.append((end, _Path(unknown, more, known + len(piece), found, True)))
            is_ending = piece in self.endings and path.after_stem
            is_prefix = piece in self.prefixes and (path.after_stem or start == 0)
            if is_ending or is_prefix:
                steps.append((end, _Path(unknown, pieces + 1, known, keys, True)))
        return steps


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
    for letters, (key, alone) in dotless.items():
        if letters not in meant:  # "kürz" without its dots is another word, "färb" is none
            meant[letters] = {key: None}
            whole |= {letters} if alone else set()
    return _Vocabulary(
        {letters: tuple(keys) for letters, keys in meant.items()},
        frozenset(meant.keys() - whole),
        frozenset(map(spell, _ENDINGS)),
        frozenset(map(spell, _PREFIXES)),
        max(map(len, meant)),
    )


_WRITTEN: Final = _vocabulary(by_ear=False)
_HEARD: Final = _vocabulary(by_ear=True)


@lru_cache(maxsize=8192)
def read_word(word: str) -> tuple[frozenset[str], str | None]:
    """Return the concepts of one plain word, and the word itself when it, or part of it, is no word of the trade."""
    heard = letters_by_ear(word[:MAX_LETTERS])
    for vocabulary, letters in ((_WRITTEN, word[:MAX_LETTERS]), (_HEARD, heard)):
        if letters in vocabulary.meant:
            return frozenset(vocabulary.meant[letters]), None
    if word in FILLERS or len(word) < 2 or word.isdigit():
        return frozenset(), None
    written, by_ear = _WRITTEN.take_apart(word[:MAX_LETTERS]), _HEARD.take_apart(heard)
    path = written if written.unknown <= by_ear.unknown else by_ear
    if path.keys and path.unknown == 0:
        return frozenset(path.keys), None
    if path.keys and path.known >= 4 and path.unknown >= 3:
        return frozenset(path.keys), word
    return frozenset(_nearest_stem(heard)), word


def _nearest_stem(heard: str) -> tuple[str, ...]:
    """The concepts of the one stem that a misheard word begins with, or nothing."""
    if len(heard) < 5:
        return ()
    nearest: dict[tuple[str, ...], int] = {}
    for stem, keys in _HEARD.meant.items():
        if len(stem) < 5 or len(heard) - len(stem) > 4 or heard[0] != stem[0]:
            continue
        allowed = 1 if len(stem) < 12 else 2
        distance = min(Levenshtein.distance(stem, heard[: len(stem) + shift]) for shift in (0, 1, -1))
        if distance <= allowed:
            nearest[keys] = min(distance, nearest.get(keys, allowed))
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

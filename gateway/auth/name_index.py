"""Candidates for a heard name among all customers of one company: phonetic keys find, `similarity` decides.

A key joins the Cologne codes of two words of a name, so that one lookup answers for first and last name together.
Names are taken apart the same way on both sides: particles dropped, neighbouring words also joined, each reading coded.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations, islice
from typing import Final, Generic, TypeVar

from rapidfuzz import fuzz, process, utils

from gateway.auth.name_parts import name_words, particle_words
from gateway.auth.name_sounds import readings
from gateway.auth.names import MAYBE, similarity
from gateway.auth.phonetics import cologne

_MOST_WORDS: Final = 5
_MOST_KEYS: Final = 32
_MOST_READINGS: Final = 3
_COMPARED: Final = 25
"""Distinct names compared by ear in one search; the nearest by letters first."""

# Signs of a sound string as letters the Cologne rules know. The final -er falls silent, as the vowel it is.
_LETTERS: Final = str.maketrans(
    {"A": "ei", "O": "eu", "U": "au", "I": "i", "Y": "i", "S": "sch", "T": "sch", "D": "sch", "x": "g", "G": "g", "Z": "z",
     "@": "a", "h": ""}
)  # fmt: skip


def name_keys(name: str) -> tuple[str, ...]:
    """The phonetic keys of a name, sorted, at most 32: two names that are the SAME share at least one.

    (Save where a particle was torn apart or glued to a neighbour it does not belong to: "Anna van Dyk", "Annavan Dyk".)

    A name of one word has one key per reading; a longer one has a key per pair of its words, and one for all of them
    written as one word. "" has none.
    """
    words = name_words(name)[:_MOST_WORDS]
    if len(words) < 2:
        return tuple(sorted({code for word in words for code in _codes(word)}))
    whole = _codes("".join(words))[:2]  # all in one: LenaKaiser
    units = chain(_unit_pairs(words), _joined_particles(words, name))
    pairs = (
        "+".join(sorted((left, right))) for ours, theirs in units for left in _codes(ours) for right in _codes(theirs)
    )
    return tuple(sorted(islice(dict.fromkeys(chain(whole, pairs)), _MOST_KEYS)))


def _unit_pairs(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Pairs of stretches of one or two words that share no word; pairs of single words come first."""
    yield from combinations(words, 2)
    joined = [(index, words[index] + words[index + 1]) for index in range(len(words) - 1)]
    for index, unit in joined:
        for other, word in enumerate(words):
            if other not in (index, index + 1):
                yield unit, word


def _joined_particles(words: tuple[str, ...], name: str) -> Iterator[tuple[str, str]]:
    """Otto von Tiemann may be heard as Otto Vontiemann."""
    for bare, joined in particle_words(name):
        yield from ((joined, word) for word in words if word != bare)


@lru_cache(maxsize=65_536)
def _codes(word: str) -> tuple[str, ...]:
    """Cologne codes of a word's readings. Words in other scripts have no code and stand for themselves."""
    found: list[str] = []
    for sound in readings(word)[:_MOST_READINGS]:
        found.append(cologne(sound.signs.translate(_LETTERS)) or sound.signs)
        if "C" in sound.signs:  # Ch- is also read as sch
            found.append(cologne(sound.signs.replace("C", "S").translate(_LETTERS)))
    return tuple(dict.fromkeys(found))


K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class NameHit(Generic[K]):
    """A customer whose stored name is like the heard one; `similarity` in 0..1, see gateway.auth.names."""

    key: K
    name: str
    similarity: float


class NameIndex(Generic[K]):
    """The customers of one company by name. Names borne by several customers are compared once."""

    def __init__(self) -> None:
        self._names: dict[K, str] = {}
        self._bearers: defaultdict[str, set[K]] = defaultdict(set)
        self._by_key: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._names)

    def add(self, key: K, name: str) -> None:
        """Enter a customer; an earlier name under the same key is replaced."""
        self.remove(key)
        self._names[key] = name
        if name not in self._bearers:
            for phonetic in name_keys(name):
                self._by_key[phonetic].add(name)
        self._bearers[name].add(key)

    def remove(self, key: K) -> None:
        """Forget a customer; forgetting one who is not there is no error."""
        name = self._names.pop(key, None)
        if name is None:
            return
        self._bearers[name].discard(key)
        if self._bearers[name]:
            return
        del self._bearers[name]
        for phonetic in name_keys(name):
            self._by_key[phonetic].discard(name)
            if not self._by_key[phonetic]:
                del self._by_key[phonetic]

    def search(self, heard: str, *, at_least: float = MAYBE) -> list[NameHit[K]]:
        """Customers whose name reaches `at_least`, the likest first, then by name.

        Every customer whose name is the SAME is found, unless more than 25 distinct names share the heard one's keys and
        25 of them are nearer by letters. Below SAME only look-alikes that share a key come along.
        """
        hits = [
            NameHit(key, name, value)
            for name in self._candidates(heard)
            if (value := similarity(name, heard)) >= at_least
            for key in self._bearers[name]
        ]
        return sorted(hits, key=lambda hit: (-hit.similarity, hit.name, str(hit.key)))

    def _candidates(self, heard: str) -> list[str]:
        found: set[str] = set()
        for phonetic in name_keys(heard):
            found |= self._by_key.get(phonetic, frozenset())
        if len(found) <= _COMPARED:
            return list(found)
        nearest = process.extract(
            " ".join(name_words(heard)),
            found,
            scorer=fuzz.token_sort_ratio,
            processor=utils.default_process,
            limit=_COMPARED,
        )
        return [name for name, _, _ in nearest]

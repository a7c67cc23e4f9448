"""Build one language's word table: every written form, with and without umlauts, to its item."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from gateway.speech.grammar.model import Clock, Item
from gateway.speech.numbers import Ending, Lang, cardinal, ordinal

Entries = Mapping[str, Mapping[int | str, str]]
"""Code -> (number or name -> word forms, '|' between forms; a form may have several words)."""

# What a listener or a careless writer makes of an umlaut: "ä" is folded to "ae" first, some write plain "a".
_FOLD: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_BARE: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})
_PARTS: Final = re.compile(r"[^\s-]+|-")
_GERMAN_ENDINGS: Final[tuple[Ending, ...]] = ("e", "en", "er", "em", "es")


def fold(word: str) -> str:
    """Return the lower-case word with umlauts written out: the spelling the tables are keyed by."""
    return word.lower().translate(_FOLD)


def spellings(word: str) -> set[str]:
    """Return the folded word, and its bare form ("ubermorgen") where that is no other word's spelling."""
    return {fold(word), word.lower().translate(_BARE)}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words: single ones, phrases by first word (longest first), words whose next word is a name."""

    words: Mapping[str, Item]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], Item], ...]]
    joinable: frozenset[str]
    titles: frozenset[str]
    greetings: frozenset[str]

    def split(self, word: str) -> list[str] | None:
        """Return the parts of a compound ("freitagabend", "halbdrei"), None when it is not made of known ones."""
        if not 5 <= len(word) <= 40:
            return None
        # best[i]: the fewest parts that make up the first i letters.
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(2, len(word) + 1):
            for start in range(max(0, end - 22), end - 1):
                head = best[start]
                if head is not None and word[start:end] in self.joinable:
                    shorter = best[end]
                    if shorter is None or len(head) + 1 < len(shorter):
                        best[end] = [*head, word[start:end]]
        return best[len(word)]


def build(entries: Entries, numbers: Mapping[str, Item], *, joinable: str, titles: str, greetings: str) -> Lexicon:
    """Return the lexicon; `joinable` are the codes of words that may form compounds."""
    words: dict[str, Item] = dict(numbers)
    phrases: dict[str, list[tuple[tuple[str, ...], Item]]] = {}
    for code, forms in entries.items():
        for meaning, listed in forms.items():
            number = meaning if isinstance(meaning, int) else 0
            name = meaning if isinstance(meaning, str) else ""
            for form in listed.split("|"):
                for spelling in spellings(form):
                    parts = tuple(_PARTS.findall(spelling))
                    item = Item(code, n=number, text=name or spelling, clock=Clock(number) if code == "C" else None)
                    if len(parts) == 1:
                        words[spelling] = item
                    else:
                        phrases.setdefault(parts[0], []).append((parts, item))
    compound = {
        word for word, item in words.items() if item.code in joinable and len(word) > (3 if item.code == "M" else 1)
    }
    return Lexicon(
        words,
        {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in phrases.items()},
        frozenset(compound),
        frozenset(titles.split()),
        frozenset(spelling for word in greetings.split() for spelling in spellings(word)),
    )


def german_numbers() -> dict[str, Item]:
    """Return 0..59 and the years 1950..2099 in words, ordinals 1..31 in every ending, with what ears make of them."""
    found: dict[str, Item] = {}

    def add(words: Iterable[str], code: str, n: int) -> None:
        for word in words:
            for spelling in spellings(word):
                found.setdefault(spelling, Item(code, n=n, text=spelling))

    for n in range(100):
        said = cardinal(n)
        add({said, said.replace("dreißig", "dreizig"), said.replace("zwei", "zwo")}, "N", n)
    for n in range(1, 100):
        said_in_order = [ordinal(n, ending=ending) for ending in _GERMAN_ENDINGS]
        add([*said_in_order, *(word.replace("zwei", "zwo") for word in said_in_order)], "O", n)
        if n < 20:
            add((ordinal(n, ending="e") + "ns",), "x", n)  # "erstens" counts arguments
    add(("siebente", "siebenten", "siebenter"), "O", 7)
    for year in range(2000, 2100):
        said = cardinal(year)
        add(
            {said, said.replace("zweitausend", "zweitausendund"), cardinal(year - 2000)} - {cardinal(year - 2000)},
            "Y",
            year,
        )
    for century, (n, said) in product((19, 20), ((n, cardinal(n)) for n in range(100))):
        add((f"{cardinal(century)}hundert{said if n else ''}",), "Y", 100 * century + n)
    return found


def english_numbers() -> dict[str, Item]:
    """Return 0..59 in words and ordinals 1..31; compounds written apart ("twenty five") are joined by a rule."""
    found: dict[str, Item] = {}
    lang: Lang = "en"
    for n in range(100):
        found.setdefault(cardinal(n, lang=lang).replace("-", ""), Item("N", n=n, text=cardinal(n, lang=lang)))
    for n in range(1, 100):
        found.setdefault(ordinal(n, lang=lang).replace("-", ""), Item("O", n=n, text=ordinal(n, lang=lang)))
    return found

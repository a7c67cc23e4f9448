"""Is the name heard on the phone the stored customer's?

Two names are the same when they sound the same in German: tokens aligned in any order, titles and particles set aside, a
second first name more or less. Whatever is heard to differ (a vowel, a consonant, a syllable, the ending that tells
Martin from Martina) is a veto, however close the letters are. A phonetic code never decides here.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import jellyfish

from gateway.auth.name_parts import SpokenName, parse_name
from gateway.auth.name_sounds import (
    LONGEST_WORD,
    WELL_KNOWN_SOUNDS,
    Sound,
    readings,
    without_umlauts,
)
from gateway.auth.name_tables import SHORT_FORMS
from gateway.auth.phonetics import VETO, sound_cost, sound_ratio, without_accents

SAME: Final = 0.9
"""From here on the two are one person's name."""
MAYBE: Final = 0.7
"""From here on it is worth asking once more; below, it is somebody else."""

_MOST_WORDS: Final = 8
_SEARCH_STEPS: Final = 400


def similarity(stored: str, heard: str) -> float:
    """How surely `heard` (a transcript) is the name `stored` (a customer's record), in 0..1; see SAME and MAYBE.

    Total over any text; what is longer than 400 characters is no name (0.0), more than 8 words or a word of more than 40
    letters must be equal letter by letter. Not symmetric: a transcript loses umlauts and hears "Kröger" as "Kröga", a
    record does not.
    """
    left, right = parse_name(stored), parse_name(heard)
    if not left.words or not right.words or _salutations_clash(left, right):
        return 0.0
    if _equal_folded(left, right):
        return 1.0
    if max(len(left.words), len(right.words)) > _MOST_WORDS:
        return 0.0
    accepted = _sounds_same(left, right)
    return accepted if accepted else _graded(left.without_particles(), right.without_particles())


def same_exactly(stored: str, heard: str) -> bool:
    """Equality after folding Unicode forms, case, umlauts (ö, oe), ß, order, hyphens and titles: never fuzzy."""
    left, right = parse_name(stored), parse_name(heard)
    return bool(left.words) and not _salutations_clash(left, right) and _equal_folded(left, right)


def _salutations_clash(left: SpokenName, right: SpokenName) -> bool:
    """Herr Meier is not Frau Meier."""
    return bool(left.salutation and right.salutation and left.salutation != right.salutation)


# --- equal letters --------------------------------------------------------------------------------------------------

_UMLAUTS_WRITTEN_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae"})


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    written = word.translate(_UMLAUTS_WRITTEN_OUT)
    return written if written.isascii() else without_accents(written) or written


def _equal_folded(left: SpokenName, right: SpokenName) -> bool:
    ours, theirs = [_folded(word) for word in left.words], [_folded(word) for word in right.words]
    return "".join(ours) == "".join(theirs) or sorted(ours) == sorted(theirs)


# --- equal sounds ---------------------------------------------------------------------------------------------------


def _sounds_same(left: SpokenName, right: SpokenName) -> float:
    """A value from SAME on when the two sound the same, else 0."""
    bare_left, bare_right = left.without_particles(), right.without_particles()
    pairs = [(left, right)] if (bare_left, bare_right) == (left, right) else [(left, right), (bare_left, bare_right)]
    for ours, theirs in pairs:
        if _aligned(ours, theirs, 1):
            return 0.97 if any(_aligned(*pair, 0) for pair in pairs) else 0.92
    spelled = _without_umlauts(bare_left, bare_right)
    return 0.93 if spelled and _aligned(spelled, bare_right, 0) else 0.0


def _without_umlauts(left: SpokenName, right: SpokenName) -> SpokenName | None:
    """The stored name as a transcript without any umlaut writes it; None where that would make it another known name.

    Bohler for Böhler is a machine without umlauts, Kuhn for Kühn is Mr Kuhn. A transcript that has one umlaut has all.
    """
    if any(letter in word for word in right.words for letter in "äöü"):
        return None
    plain = tuple(without_umlauts(word) for word in left.words)
    lost = [word for word, before in zip(plain, left.words, strict=True) if word != before]
    if not lost or any(readings(word)[0].signs in WELL_KNOWN_SOUNDS for word in lost):
        return None
    return SpokenName(plain, left.tied)


_RUNS: Final = ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3))


def _aligned(left: SpokenName, right: SpokenName, slips: int) -> bool:
    """True when every word finds its like, words split or joined, in any order, with at most `slips` slips in all."""
    steps = iter(range(_SEARCH_STEPS))
    return _place(left, right, 0, (-1,) * len(right.words), slips, steps)


def _place(
    left: SpokenName,
    right: SpokenName,
    at: int,
    taken: tuple[int, ...],
    slips: int,
    steps: Iterator[int],
    complete: bool = True,
) -> bool:
    """Find a place for the stored words from `at` on.

    `taken[j]` is the stored word that heard word j stands for, -1 for none yet; `complete`: no stored word was left out.
    """
    if next(steps, None) is None:
        return False
    if at == len(left.words):
        # Anna Maria is Anna, and Anna may be Anna Maria, but Anna Maria is not Anna Sophie
        return -1 not in taken or (complete and _rest_is_second_names(left, right, taken))
    for length, width in _RUNS:
        if at + length > len(left.words):
            continue
        for start in range(len(right.words) - width + 1):
            if any(taken[j] >= 0 for j in range(start, start + width)):
                continue
            cost = _run_cost(left.words[at : at + length], right.words[start : start + width])
            if cost > slips or (cost and at == 0 and len(left.words) > 1):  # slips are a matter of last names
                continue
            now = taken[:start] + (at + length - 1,) * width + taken[start + width :]
            if _place(left, right, at + length, now, slips - cost, steps, complete):
                return True
    return _is_second_name(left, at) and _place(left, right, at + 1, taken, slips, steps, complete=False)


def _is_second_name(name: SpokenName, at: int) -> bool:
    """A word between the first and the last name, tied to neither, may be left out."""
    return 0 < at < name.surname_start() and not name.tied[at] and not name.tied[at + 1]


def _rest_is_second_names(left: SpokenName, right: SpokenName, taken: tuple[int, ...]) -> bool:
    """What is left over of the heard words must follow a first name that was found."""
    last_name = left.surname_start()
    for index, stored in enumerate(taken):
        if stored >= 0:
            continue
        tied_on = right.tied[index] or (index + 1 < len(taken) and right.tied[index + 1])
        if index == 0 or tied_on or not 0 <= taken[index - 1] < last_name:
            return False
    return True


def _run_cost(stored: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """Cost of hearing neighbouring words as others, written as one word; lengths far apart need no closer look."""
    ours, theirs = "".join(stored), "".join(heard)
    short, long = sorted((len(ours), len(theirs)))
    if long > LONGEST_WORD or long > (2 * short + 2 if len(stored) == len(heard) else short + 4):
        return VETO
    return _word_cost(ours, theirs)


@lru_cache(maxsize=65_536)
def _word_cost(stored: str, heard: str) -> int:
    if stored == heard:
        return 0
    cost = min(_reading_cost(ours, theirs) for ours in readings(stored) for theirs in readings(heard))
    return VETO if cost and readings(heard)[0].signs in WELL_KNOWN_SOUNDS else cost


def _reading_cost(stored: Sound, heard: Sound) -> int:
    cost = sound_cost(stored.signs, heard.signs)
    if cost < VETO and _lengths_clash(stored, heard, strict=cost > 0):
        return VETO
    return cost


def _lengths_clash(stored: Sound, heard: Sound, *, strict: bool) -> bool:
    """Long against short is heard (Haas, Hass); beside a slip even unsaid against short tells two names apart."""
    if len(stored.signs) != len(heard.signs):
        return False
    pairs = [pair for pair in zip(stored.lengths, heard.lengths, strict=True) if pair[0] != pair[1]]
    return any("-" in pair and (strict or "+" in pair) for pair in pairs)


# --- how like, when not the same ------------------------------------------------------------------------------------

_MOST_UNLIKE_SAME: Final = 0.85
_PART: Final = 0.75
_SHORT_FORM: Final = 0.8


def _is_part(left: SpokenName, right: SpokenName) -> bool:
    """True when every heard word is one of the stored ones."""
    return all(any(_word_cost(ours, theirs) == 0 for ours in left.words) for theirs in right.words)


def _graded(left: SpokenName, right: SpokenName) -> float:
    """Likeness below SAME: words paired best first, the last name counting for half of the whole.

    A part of the name (Herr Fuchs, one half of a double name) contradicts nothing: MAYBE, but never more.
    """
    if _is_part(left, right):
        return _PART
    pairs = sorted(
        ((_likeness(ours, theirs), i, j) for i, ours in enumerate(left.words) for j, theirs in enumerate(right.words)),
        reverse=True,
    )
    found: dict[int, float] = {}
    used: set[int] = set()
    for value, i, j in pairs:
        if i not in found and j not in used:
            found[i] = value
            used.add(j)
    last = len(left.words) - 1
    first_share = 0.5 / last if last else 0.0
    total = sum(value * ((0.5 if last else 1.0) if i == last else first_share) for i, value in found.items())
    surplus = max(0, len(right.words) - len(left.words))
    return min(_MOST_UNLIKE_SAME, total * 0.9**surplus)


@lru_cache(maxsize=65_536)
def _likeness(stored: str, heard: str) -> float:
    """Two independent witnesses, sound and letters; the more doubtful one speaks."""
    if heard in SHORT_FORMS.get(stored, ()) or stored in SHORT_FORMS.get(heard, ()):
        return _SHORT_FORM
    sounds = sound_ratio(readings(stored)[0].signs, readings(heard)[0].signs)
    letters = jellyfish.jaro_winkler_similarity(_folded(stored[:LONGEST_WORD]), _folded(heard[:LONGEST_WORD]))
    return min(sounds, letters)

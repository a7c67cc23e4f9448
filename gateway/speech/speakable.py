"""What may be spoken: a checker for every phrase of the house, and a clip for text we did not write ourselves."""

import re
from collections.abc import Mapping
from typing import Final

MAX_SENTENCES: Final = 2
MAX_WORDS: Final = 25

_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

#: What a program writes where a value is missing.
PLACEHOLDER: Final = re.compile(r"\b(?:nan|NaN|undefined)\b|\bNone\b(?! of)")

#: problem -> what gives it away. The order is the order of the report.
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "digits": re.compile(r"\d+(?:[\d.:,-]*\d)?"),
    "id": re.compile(r"\b\w*_\w*\b|\b(?=\w*\d)(?=\w*[A-Za-z])\w{4,}\b"),
    "markup": re.compile(r"[<>{}\[\]`*#|\\^~_]|https?:|www\."),
    "symbol": re.compile(r"[€$%&+=/@§°()\"“”„]"),
    "control": re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"),
    "abbreviation": re.compile(
        r"\b(?:z\. ?B|d\. ?h|u\. ?a|bzw|ca|inkl|evtl|usw|Std|Min|Nr|Tel|Str|Mo|Di|Mi|Do|Fr|Sa|So|[ap]\.m|e\.g|i\.e)\."
    ),
    "placeholder": PLACEHOLDER,
    "spacing": re.compile(r"^\s|\s$|\s{2,}|\s[,.!?]|,,|\.\.(?!\.)"),
}


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each with its own mark."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


def words(text: str) -> list[str]:
    """Return the spoken words of a text; "Sankt-Anna" and "geht's" are one word each."""
    return _WORD.findall(text)


def speakable(text: str) -> list[str]:
    """Return what is wrong with a text that shall be spoken, as "kind: place" strings; an empty list means nothing.

    Wanted: one or two sentences of at most 25 words, no digits, ISO dates, ids, symbols, markup, abbreviations.
    """
    if not words(text):
        return ["empty: nothing to say"]
    problems = [
        f"{kind}: {found.group()!r}"
        for kind, pattern in _PATTERNS.items()
        if (found := pattern.search(text)) is not None
    ]
    said = sentences(text)
    if len(said) > MAX_SENTENCES:
        problems.append(f"sentences: {len(said)} instead of {MAX_SENTENCES}")
    problems += [f"length: {n} words in {s!r}" for s in said if (n := len(words(s))) > MAX_WORDS]
    return problems


def clip_sentences(text: str) -> str:
    """Return at most two sentences of at most 25 words each; a longer sentence ends at its last comma that fits."""
    return " ".join(_clip(sentence) for sentence in sentences(" ".join(text.split()))[:MAX_SENTENCES])


def _clip(sentence: str) -> str:
    places = [match.end() for match in _WORD.finditer(sentence)]
    if len(places) <= MAX_WORDS:
        return sentence
    kept = sentence[: places[MAX_WORDS - 1]]
    comma = kept.rfind(",")
    mark = sentence[-1] if sentence[-1] in ".!?" else "."
    return (kept[:comma] if comma > 0 else kept).rstrip(" ,;:-") + mark

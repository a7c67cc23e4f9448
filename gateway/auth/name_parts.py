"""Taking a name apart: words in order, without titles and without what people say around a name on the phone."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_LONGEST_TEXT: Final = 400

# What separates words: space, digits, punctuation, controls. Anything else belongs to one, vowel signs of India included:
# what is not kept cannot be told apart.
_SEPARATOR: Final = re.compile(
    r"[\s\d_!-&(-/:-@\[-^{-\xa9\xab-\xb3\xb6-\xb9\xbb-\xbf\xd7\xf7\u2000-\u2018\u201a-\u206f\u3000-\u303f\ud800-\udfff\x00-\x1f]+"
)
_PIECES: Final = re.compile(f"{_SEPARATOR.pattern}|{_SEPARATOR.pattern.replace('[', '[^', 1)}")
_APOSTROPHES: Final = str.maketrans("", "", "'’`´")
_HYPHENS: Final = frozenset("-‐‑–")
_SALUTATIONS: Final = {
    **dict.fromkeys(("herr", "herrn", "hr", "mr"), "m"),
    **dict.fromkeys(("frau", "fr", "fräulein", "mrs", "ms"), "f"),
}
_TITLES: Final = frozenset(("doktor", "doctor", "dr", "prof", "professor", "professorin", "magister", "dipl"))
_DEGREES: Final = frozenset(
    ("med", "dent", "vet", "phil", "rer", "nat", "jur", "ing", "oec", "pol", "habil", "hc", "mult")
)
_PARTICLES: Final = frozenset(
    ("von", "vom", "van", "v", "zu", "zum", "zur", "und", "af", "ten", "ter", "der", "den", "de", "del", "della", "di", "da",
     "dos", "du", "la", "le", "el", "al", "ul", "bin", "ibn", "ben", "abu")
)  # fmt: skip
# Said around a name on the phone, never part of one.
_CARRIER: Final = re.compile(
    r"\b(?:(?:(?:das ist |ist )?mein(?:en)?|der|auf den) name(?:n)?(?: (?:ist|lautet|wäre))?|ich (?:heiße|heisse|bin(?: (?:der|die))?)|"
    r"hier (?:ist|spricht)(?: (?:der|die))?|am apparat|am telefon|ja also|ja hallo|guten (?:tag|morgen|abend)|grüß gott|"
    r"my name is|this is|i['’]m|i am|speaking)\b"
    r"|^(?:(?:ja|also|genau|hallo|ähm?|öhm?|hm+|moin|servus)\b[ ,.]*)+(?=\w+[ -]\w)|(?<=\w )(?:ähm?|öhm?|hm+)\b"
    r"|(?<=\w )(?:hier|bitte|ja)[.!]?$"
    # how a name is spelled, said behind it: "Meyer mit Ypsilon", "Schmidt mit d t"
    r"|(?<=\w),? (?:nur |einfach )?mit (?:(?:doppel|zwei|einem|hartem|weichem|scharfem|langem|kurzem)[- ]?){0,2}"
    r"(?:ypsilon|eszett|[a-zäöüß]{1,2})(?:[ -][a-zäöüß]{1,2})*(?: (?:am ende|am anfang|hinten|vorne|geschrieben))?[.!]?$"
)


@dataclass(frozen=True, slots=True)
class SpokenName:
    """A name taken apart: words in order; `tied[i]` says that a hyphen ties word i to the one before."""

    words: tuple[str, ...]
    tied: tuple[bool, ...]
    salutation: str = ""

    def without_particles(self) -> "SpokenName":
        """Particles left out. The last word stays, and so do two: Thi Van and Jan Van are called Van."""
        last = len(self.words) - 1
        kept = [index for index, word in enumerate(self.words) if word not in _PARTICLES or index == last]
        if len(kept) == len(self.words) or len(kept) < 2:
            return self
        return SpokenName(tuple(self.words[i] for i in kept), tuple(self.tied[i] for i in kept), self.salutation)

    def surname_start(self) -> int:
        """Index of the first word of the (hyphenated) last name, taking the stored order first-last."""
        index = len(self.words) - 1
        while index > 0 and self.tied[index]:
            index -= 1
        return index


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without titles, particles and carrier phrases, lower case, in order."""
    return parse_name(name).without_particles().words


def particle_words(name: str) -> tuple[tuple[str, str], ...]:
    """Words that particles stand before, and the same with them in one: ("tiemann", "vontiemann") for von Tiemann."""
    found: list[tuple[str, str]] = []
    before = ""
    for word in parse_name(name).words:
        if word in _PARTICLES:
            before += word
            continue
        if before:
            found.append((word, before + word))
        before = ""
    return tuple(found)


@lru_cache(maxsize=4_096)
def parse_name(text: str) -> SpokenName:
    """The name in a record or transcript; no words when the text is longer than 400 characters."""
    if len(text) > _LONGEST_TEXT:
        return SpokenName((), ())
    text = unicodedata.normalize("NFKC", text.replace("İ", "i").replace("ẞ", "ß")).lower()
    spoken, carried = _CARRIER.subn(" ", text)
    words, tied = _words(_first_name_first(spoken if spoken.strip() else text))
    words, tied, salutation = _without_titles(words, tied)
    if carried:
        words, tied = _once_each(words, tied)
    return SpokenName(tuple(words), tuple(tied), salutation)


def _first_name_first(text: str) -> str:
    """Joachim Schmidt for "Schmidt, Joachim"."""
    before, comma, after = text.partition(",")
    return f"{after} {before}" if comma and "," not in after else text


def _words(text: str) -> tuple[list[str], list[bool]]:
    words: list[str] = []
    tied: list[bool] = []
    between = ""
    for piece in _PIECES.findall(text):
        word = piece.translate(_APOSTROPHES)
        if _SEPARATOR.fullmatch(piece) or not word:
            between = piece
            continue
        words.append(word)
        tied.append(len(words) > 1 and between in _HYPHENS)
    return words, tied


def _without_titles(words: list[str], tied: list[bool]) -> tuple[list[str], list[bool], str]:
    """Drop titles, but keep the last words standing: a customer may be called Herr, or nothing but Doktor."""
    salutation = next((_SALUTATIONS[word] for word in words[:-1] if word in _SALUTATIONS), "")
    kept = [index for index in range(len(words)) if not _is_title(words, index)]
    if not kept:
        return words, tied, ""
    return [words[i] for i in kept], [tied[i] for i in kept], salutation


def _is_title(words: list[str], index: int) -> bool:
    word = words[index]
    if word in _SALUTATIONS:
        return index + 1 < len(words)
    return word in _TITLES or (word in _DEGREES and index > 0 and words[index - 1] in _TITLES | _DEGREES)


def _once_each(words: list[str], tied: list[bool]) -> tuple[list[str], list[bool]]:
    """Around a carrier phrase people say a name twice: "David mein Name, Gerda David"."""
    kept = [index for index, word in enumerate(words) if word not in words[index + 1 :]]
    return [words[i] for i in kept], [tied[i] for i in kept]

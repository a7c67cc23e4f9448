"""The answer to "whom" and "what": one shared value, and how a caller may say an id.

A resolver never guesses: one clear match, a list to ask about, nothing, or no preference.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from gateway.speech.fold import plain
from gateway.speech.numbers import cardinal


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an utterance means against a list of candidates.

    `ids` holds exactly one id for `match`, the ids to ask about for `ambiguous` (in the order of the list), nothing
    otherwise. `excluded` are people the caller refuses ("nicht bei Oliver"); they never stand in `ids`.
    `same_as_before` marks "wieder bei derselben" where no usual person was known (status `any`) or was (`match`).
    `question` is set by the service resolver with `ambiguous`: the property that splits the choices best
    ("gender", "length", "with_cut", ...). The sentence to speak is made elsewhere.
    """

    status: Literal["match", "ambiguous", "none", "any"]
    ids: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    same_as_before: bool = False
    question: str | None = None


NONE: Final = Resolution("none")


@lru_cache(maxsize=8192)
def _spoken(candidate: str) -> frozenset[str]:
    folded = plain(candidate).replace(" ", "")
    forms = {folded}
    if candidate.isascii() and candidate.isdigit() and len(candidate) <= 6:
        words = plain(cardinal(int(candidate)))
        forms |= {words, "".join(plain(cardinal(int(digit))) for digit in candidate)}
        forms |= {f"ein{words}"} if words.startswith(("hundert", "tausend")) else set()
    return frozenset(forms)


_ID_FRAME: Final = re.compile(r"^(?:(?:die|den|das|der|bitte|dienstleistung|service|leistung|nummer|nr|id) )+")


def said_id(utterance: str, ids: Iterable[str]) -> str | None:
    """Return the id that the whole utterance consists of ("177", "Nummer hundertsiebenundsiebzig"), or None."""
    folded = plain(utterance)
    said = {folded.replace(" ", ""), _ID_FRAME.sub("", folded).replace(" ", "")} - {""}
    return next((candidate for candidate in ids if said & _spoken(candidate)), None)

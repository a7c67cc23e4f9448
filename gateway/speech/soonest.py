"""Wishes that name no time because any will do: "so bald wie möglich", "der nächste freie Termin", "whenever suits"."""

import re
from typing import Final

from gateway.speech.fold import plain

_FREE: Final = r"(?:(?:freie|moegliche|verfuegbare|offene)[rnsm]? )?"
_GERMAN: Final = (
    r"so (?:bald|schnell|frueh|zeitnah) (?:wie|als) (?:moeglich|es geht)",
    r"so (?:bald|schnell|frueh|zeitnah) (?:es geht|moeglich)",
    r"moeglichst (?:bald|schnell|frueh|zeitnah)",
    r"(?:bald|schnellst|fruehest|ehest|naechst)(?:e[rnsm]?)? ?moeglich(?:st)?(?:e[rnsm]?)?",
    rf"(?:naechste|erste|frueheste|schnellste)[rnsm]? {_FREE}(?:termin|moeglichkeit|luecke|slot|platz|zeitpunkt)",
    r"(?:was|wann) (?:als (?:naechstes|erstes)|am (?:fruehesten|schnellsten|ehesten)|zuerst)",
    r"(?:wann|wie) (?:es|s) (?:ihnen |euch |dir |bei ihnen |bei euch )?(?:passt|geht|klappt)",
    r"wann (?:(?:sie |ihr |du )?(?:noch |gerade |mal )?(?:was|etwas|einer|einen|termine) frei|immer|auch immer|sie wollen|sie koennen|ihr koennt|ihr wollt)",
    r"(?:jederzeit|egal wann|irgendwann|zeitlich (?:egal|flexibel)|bin flexibel|ganz flexibel|flexibel)",
    r"(?:zeit|uhrzeit|tag|wann|termin) (?:ist|waere) (?:mir |uns )?(?:voellig |ganz )?(?:egal|gleich|wurscht|wurst)",
    r"^(?:ist |das ist )?(?:mir |uns )?(?:voellig |ganz |eigentlich )?(?:egal|wurscht|wurst)$",
)
_ENGLISH: Final = (
    r"as (?:soon|early|quickly) as (?:possible|you can)",
    r"asap",
    r"(?:first|next|earliest|soonest) (?:available|possible|free|open)?(?: ?(?:appointment|slot|time|opening|one))",
    r"(?:earliest|soonest|first available|next available)",
    r"(?:any ?time|whenever|flexible|(?:do not|don t) mind (?:when|what time))",
)
_SOONEST: Final = re.compile(r"\b(?:" + "|".join((*_GERMAN, *_ENGLISH)) + r")\b|" + _GERMAN[-1])


def means_soonest(text: str) -> bool:
    """Whether `text`, in which no day or time was understood, says that the next free time will do."""
    return _SOONEST.search(plain(text)) is not None

"""What callers put around a day or a time changes nothing about it: greetings, wishes, whom it is for.

Spoken on Tuesday, 17 November 2026, 14:00.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import pytest

from gateway.speech.when import understand
from tests.evaluation.score_when import right
from tests.unit.speech.test_when_held_out import expected

NOW = datetime(2026, 11, 17, 14)

SAID: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "am 3.": "2026-12-03",
        "am dritten": "2026-12-03",
        "Freitag der zwanzigste": "2026-11-20",
        "am dritten zwölften": "2026-12-03",
        "im März": "2027-03-01..2027-04-01",
        "nächstes Wochenende": "2026-11-28..2026-11-30|2026-11-21..2026-11-23",
        "um drei": "15:00",
        "morgen 10": "2026-11-18T10:00",
        "dreizehn Uhr fünf": "13:05",
        "um 14 Uhr 30": "14:30",
        "um neun Uhr dreißig": "09:30",
        "um 11:15 Fr": "2026-11-20T11:15",
        "spät abends": "part:20:00..23:00",
        "am 20. vorm.": "part:2026-11-20T08:00..2026-11-20T12:30",
        "ab 16 Uhr": "16:00..",
        "in drei Wochen": "2026-12-08",
    },
    "en": {
        "on the 3rd": "2026-12-03",
        "on the first": "2026-12-01",
        "in March": "2027-03-01..2027-04-01",
        "December 3rd": "2026-12-03",
        "from 1 to 4 December": "2026-12-01..2026-12-05",
        "ten forty": "10:40",
        "nine oh five": "09:05",
        "at 3": "15:00",
        "after four": "16:00..",
        "tomorrow evening": "part:2026-11-18T17:00..2026-11-18T23:00",
    },
}
CARRIERS: Final[Mapping[str, tuple[str, ...]]] = {
    "de": (
        "Hallo, {said} bitte",
        "{said} einen Termin",
        "{said} ein Termin frei?",
        "{said} einen Haarschnitt mit Waschen",
        "{said} zwei Termine",
        "{said} bei Lisa",
        "{said} für zwei Kinder",
        "wenn möglich {said} oder so",
        "können wir {said} machen",
        "haben Sie {said} noch etwas frei?",
        "ich brauche zwei Termine, {said}",
        "{said}\nDanke",
    ),
    "en": (
        "hi, {said} please",
        "{said} a haircut",
        "{said} for a haircut",
        "{said} with a wash",
        "{said} for two people",
        "I need two appointments, {said}",
        "{said} or so",
        "{said} would suit me",
    ),
}


@pytest.mark.parametrize(("lang", "carrier"), [(lang, carrier) for lang in CARRIERS for carrier in CARRIERS[lang]])
def test_what_is_said_around_a_day_or_time_changes_nothing(lang: str, carrier: str) -> None:
    """'im März einen Termin' is March and not its first; 'um drei oder so' is no Sunday."""
    misread = []
    for said, meant in SAID[lang].items():
        first, *others = [expected(reading) for reading in meant.split("|")]
        answer = understand(carrier.format(said=said), NOW, lang).as_case()
        if not right(answer, {"expect": first, "accept": others}):
            misread.append((carrier.format(said=said), answer))
    assert not misread

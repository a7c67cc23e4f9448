"""Every way to name a day beside every way to name a time: neither may change what the other means.

Spoken on Tuesday, 17 November 2026, 14:00. A time is written as in `test_when_held_out`, without its day.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import product
from typing import Final

import pytest

from gateway.speech.when import understand
from tests.evaluation.score_when import right
from tests.unit.speech.test_when_held_out import expected

NOW = datetime(2026, 11, 17, 14)

DAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "2026-11-17": "heute",
        "2026-11-18": "morgen|Mi 18.11",
        "2026-11-19": "übermorgen|in zwei Tagen",
        "2026-11-20": "am Freitag|Freitag|diesen Freitag|in drei Tagen|am zwanzigsten|den 20. November|Fr. 20.11.26|20/11|Fr",
        "2026-11-21": "Sonnabend|am Samstag, den 21.",
        "2026-11-24": "nächste Woche Dienstag|am Dienstag nächster Woche|heute in einer Woche",
        "2026-11-25": "am 25.|am fünfundzwanzigsten|Mittwoch den 25.",
        "2026-11-28": "übernächsten Samstag|Samstag in einer Woche",
        "2026-11-29": "am ersten Advent",
        "2026-12-01": "in zwei Wochen",
        "2026-12-03": "am 3. Dezember|am dritten Dezember|am dritten zwölften|3.12.|am 3.12|am 03.12.2026|Do 3.12.|2026-12-03",
        "2026-12-07": "am ersten Montag im Dezember|am Tag nach Nikolaus",
    },
    "en": {
        "2026-11-17": "today",
        "2026-11-18": "tomorrow",
        "2026-11-19": "the day after tomorrow",
        "2026-11-20": "on Friday|Friday|this Friday|in three days",
        "2026-11-24": "Tuesday next week|next week Tuesday|a week from today",
        "2026-11-25": "on the 25th|Wednesday the 25th|the twenty fifth",
        "2026-11-27": "a week from Friday",
        "2026-12-03": "December 3|on December 3rd|3 December|the third of December|Thu 3 Dec|December 3, 2026|3/12",
        "2026-12-07": "on the first Monday in December",
        "2026-12-24": "on Christmas Eve",
    },
}
TIMES: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "08:00": "morgens um acht|um acht Uhr früh",
        "10:15": "um Viertel nach zehn|viertel elf",
        "10:30": "um zehn Uhr dreißig|10:30|10.30 Uhr|um 10.30|10h30|um halb elf",
        "10:45": "um dreiviertel elf|um Viertel vor elf",
        "14:35": "um fünf nach halb drei",
        "15:00": "um drei|um 15 Uhr",
        "16:00": "nachmittags um vier|16h|1600 Uhr",
        "18:15": "18 Uhr 15|achtzehn Uhr fünfzehn",
        "16:00..": "ab 16 Uhr|ab vier",
        "17:00..": "nach 17 Uhr|nach fünf",
        "10:00..": "nicht vor zehn|frühestens um zehn|vormittags ab zehn",
        "..11:00": "bis 11 Uhr|vor elf|spätestens um elf|bis spätestens 11 Uhr",
        "..18:00": "nicht nach 18 Uhr",
        "09:00..11:00": "zwischen 9 und 11 Uhr|9 bis 11|von neun bis elf",
        "10:00..12:00": "10-12 Uhr|10 - 12",
        "06:30..23:00": "von 6:30 bis 23:00",
        "part:08:00..12:30": "vormittags|am Vormittag|vorm.",
        "part:12:00..18:30": "nachmittags|am Nachmittag",
        "part:17:00..21:00": "nach Feierabend",
        "part:11:00..14:30": "gegen Mittag",
    },
    "en": {
        "10:30": "at ten thirty|10:30|at 10.30|at half past ten",
        "10:45": "at quarter to eleven",
        "14:40": "at twenty to three",
        "15:00": "at three|3pm|at 3 p.m.|at three in the afternoon",
        "17:00..": "after five|after 5 pm|not before five",
        "16:00..": "from 4 pm",
        "..11:00": "before eleven|by 11|until eleven|no later than 11 am",
        "09:00..11:00": "between 9 and 11|from nine till eleven",
        "10:00..12:00": "10am-12pm",
        "part:06:00..12:00": "in the morning",
        "part:17:00..23:00": "in the evening",
        "part:17:00..21:00": "after work",
    },
}
CARRIERS: Final[Mapping[str, tuple[str, ...]]] = {
    "de": (
        "{day} {time}",
        "{time} {day}",
        "Termin {day}, {time} bitte",
        "geht es {time} {day}?",
        "ich komme {day} {time}.",
        "{day} - {time}",
        "ginge es {time} {day} bei Ihnen?",
        "{day} für zwei Personen {time}",
    ),
    "en": (
        "{day} {time}",
        "{time} {day}",
        "can I come in {day} {time}?",
        "an appointment {day}, {time} please",
        "is there anything {time} {day}?",
    ),
}


def _on(day: str, time: str) -> str:
    """The time written with its day: '..11:00' becomes '..2026-11-17T11:00'."""
    part, bounds = ("part:", time.removeprefix("part:")) if time.startswith("part:") else ("", time)
    return part + "..".join(f"{day}T{bound}" if bound else "" for bound in bounds.split(".."))


@pytest.mark.parametrize(("lang", "carrier"), [(lang, carrier) for lang in CARRIERS for carrier in CARRIERS[lang]])
def test_a_day_and_a_time_are_read_together_in_any_order(lang: str, carrier: str) -> None:
    """'Freitag um drei', 'um drei am Freitag', in the middle of a sentence: always Friday at three."""
    misread = []
    for (day, named), (time, said) in product(DAYS[lang].items(), TIMES[lang].items()):
        for one, other in product(named.split("|"), said.split("|")):
            text = carrier.format(day=one, time=other)
            answer = understand(text, NOW, lang).as_case()
            if not right(answer, {"expect": expected(_on(day, time))}):
                misread.append((text, answer))
    assert not misread

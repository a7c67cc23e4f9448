"""Phrases callers use, with the day or time a German or English speaker means: written before the grammar saw them.

Spoken on Wednesday, 18 March 2026, 10:20. An expected value is written as: `2026-03-19` a day, `14:30` a time,
`2026-03-19T14:30` both, `a..b` a stretch (an open side is empty), `part:x` a part of the day, `none`; a `|` separates
readings of which each is right; `~a..b` any stretch or moment inside.
"""

from datetime import datetime

import pytest

from gateway.speech.when import understand
from tests.evaluation.score_when import right

NOW = datetime(2026, 3, 18, 10, 20)

GERMAN = """
am Donnerstag um Viertel nach drei = 2026-03-19T15:15
haben Sie morgen früh noch was frei? = part:2026-03-19T06:00..2026-03-19T11:00
geht's auch am Freitag so gegen vier? = 2026-03-20T16:00
ich könnte nächste Woche Dienstag ab 17 Uhr = 2026-03-24T17:00..
lieber erst am Samstagvormittag = part:2026-03-21T08:00..2026-03-21T12:30
am vierundzwanzigsten um halb neun = 2026-03-24T08:30
den ersten April bitte = 2026-04-01
am 1.4. um 9:15 = 2026-04-01T09:15
übermorgen um dreiviertel zehn = 2026-03-20T09:45
in vier Wochen am Donnerstag = 2026-04-16
heute in einer Woche = 2026-03-25
heute in vierzehn Tagen um zehn = 2026-04-01T10:00
morgen in einer Woche = 2026-03-26
Dienstag in zwei Wochen = 2026-04-07|2026-03-31
in anderthalb Stunden = 2026-03-18T11:50
in einer halben Stunde = 2026-03-18T10:50
in einer Dreiviertelstunde = 2026-03-18T11:05
in einer Viertelstunde = 2026-03-18T10:35
in zweieinhalb Stunden = 2026-03-18T12:50
in zwei Stunden = 2026-03-18T12:20
in 90 Minuten = 2026-03-18T11:50
bis halb zwölf = ..11:30
nicht vor elf = 11:00..
nicht nach 18 Uhr = ..18:00
zwischen drei und fünf = 15:00..17:00
zwischen 9 und 12 Uhr am Samstag = 2026-03-21T09:00..2026-03-21T12:00
von acht bis zehn Uhr = 08:00..10:00
Freitag ab eins = 2026-03-20T13:00..
Montag bis Mittwoch nächste Woche = 2026-03-23..2026-03-26
vom 30. März bis 2. April = 2026-03-30..2026-04-03
vom zehnten bis zwölften April = 2026-04-10..2026-04-13
zwischen dem 7. und dem 10. April = 2026-04-07..2026-04-11
ab Montag = 2026-03-23..
bis Freitag = ..2026-03-21
ab dem 1. Mai = 2026-05-01..
nach Ostern = 2026-04-07..|2026-04-06..
vor Ostern = ..2026-04-05
Karfreitag = 2026-04-03
am Ostermontag = 2026-04-06
Pfingstmontag um elf = 2026-05-25T11:00
Christi Himmelfahrt = 2026-05-14
an Heiligabend um zehn = 2026-12-24T10:00
am zweiten Weihnachtsfeiertag = 2026-12-26
erster Advent = 2026-11-29
Rosenmontag = 2027-02-08
Buß- und Bettag = 2026-11-18
Silvester bis 12 Uhr = ..2026-12-31T12:00
Tag der Deutschen Einheit = 2026-10-03
Muttertag = 2026-05-10
zwischen den Jahren = ~2026-12-24..2027-01-02
Ende der Woche = ~2026-03-19..2026-03-23
Mitte nächster Woche = ~2026-03-24..2026-03-28
Ende des Monats = ~2026-03-21..2026-04-01
Anfang Juni = ~2026-06-01..2026-06-11
Mitte April = ~2026-04-10..2026-04-21
am Wochenende = 2026-03-21..2026-03-23
nächstes Wochenende = 2026-03-21..2026-03-23|2026-03-28..2026-03-30
diese Woche noch = 2026-03-16..2026-03-23
kommende Woche = 2026-03-23..2026-03-30
übernächste Woche Mittwoch um 15 Uhr = 2026-04-01T15:00
übernächsten Donnerstag = 2026-03-26
kommenden Samstag = 2026-03-21
diesen Freitag = 2026-03-20
letzten Montag = 2026-03-16
gestern Abend = part:2026-03-17T17:00..2026-03-17T23:00
im Mai = 2026-05-01..2026-06-01
im Februar = 2027-02-01..2027-03-01
der erste Montag im Juni = 2026-06-01
am letzten Freitag im Monat = 2026-03-27
erster Samstag im April um neun = 2026-04-04T09:00
KW 15 = 2026-04-06..2026-04-13
Donnerstag in KW 15 = 2026-04-09
zehn nach halb vier = 15:40
zwanzig nach zwei = 14:20
fünf nach zwölf = 12:05
halb eins = 12:30
viertel zwölf = 11:15
dreiviertel acht = 07:45|19:45
kurz vor vier = ~15:45..16:00
sieben Uhr früh = 07:00
neunzehn Uhr dreißig = 19:30
um zwölf Uhr mittags = 12:00
um sechs Uhr abends = 18:00
morgens um halb acht = 07:30
heute Abend um sieben = 2026-03-18T19:00
morgen Mittag um eins = 2026-03-19T13:00
Freitagnachmittag um drei = 2026-03-20T15:00
Montagmorgen um acht = 2026-03-23T08:00
Mittwochabend nach sechs = 2026-03-25T18:00..
Dienstagvormittag zwischen neun und elf = 2026-03-24T09:00..2026-03-24T11:00
Donnerstag früh = part:2026-03-19T06:00..2026-03-19T11:00
heute Mittag = part:2026-03-18T11:00..2026-03-18T14:30
nachmittags = part:12:00..18:30
vormittags ab zehn = 10:00..
am dritten vierten um 14 Uhr = 2026-04-03T14:00
am 21. = 2026-03-21
am fünfzehnten = 2026-04-15
Freitag, der 27. = 2026-03-27
Freitag den siebenundzwanzigsten dritten um 16 Uhr = 2026-03-27T16:00
am siebten um neun Uhr fünfzehn = 2026-04-07T09:15
am ein und zwanzigsten April = 2026-04-21
am zwölften Dezember zweitausendsechsundzwanzig = 2026-12-12
12.05.2026 15:00 = 2026-05-12T15:00
2026-04-02 = 2026-04-02
2026-04-02T14:00 = 2026-04-02T14:00
2026-04-02T14:00:00Z = 2026-04-02T14:00
2026-04-02 14:00 = 2026-04-02T14:00
14:00:00 = 14:00
3. april halbdrei = 2026-04-03T14:30
uebermorgen um viertel vor elf = 2026-03-20T10:45
über morgen um zwei = 2026-03-20T14:00
ubermorgen fruh = part:2026-03-20T06:00..2026-03-20T11:00
samstag zwischen 10:30 und 12 = 2026-03-21T10:30..2026-03-21T12:00
so gegen elf = 11:00
ungefähr um halb fünf = 16:30
18h30 = 18:30
um 1430 Uhr = 14:30
frühestens um 16 Uhr = 16:00..
spätestens um eins = ..13:00
ab 15 Uhr oder später = 15:00..
Montag oder Dienstag = 2026-03-23|2026-03-24
am Dienstag, nein, am Mittwoch um zehn = 2026-03-25T10:00
nicht am Montag, sondern am Freitag = 2026-03-20
Sonnabend um elf = 2026-03-21T11:00
drei Tage nach Ostern = 2026-04-08
am Tag vor Heiligabend = 2026-12-23
eine Woche vor Weihnachten = 2026-12-18
in den nächsten drei Tagen = ~2026-03-18..2026-03-23
am späten Nachmittag = part:15:00..19:00
morgen am frühen Abend = part:2026-03-19T17:00..2026-03-19T20:00
Mittwoch, den 25. März, um 10 Uhr 30 = 2026-03-25T10:30
von 14 Uhr bis 15 Uhr 30 am 2. April = 2026-04-02T14:00..2026-04-02T15:30
jetzt gleich = 2026-03-18T10:20
nächsten Freitag um drei = 2026-03-27T15:00|2026-03-20T15:00
am 29. Februar = 2028-02-29
Guten Morgen = none
Guten Abend, mein Name ist Sommer = none
Frau Mai hat angerufen = none
Herr Freitag = none
das kostet 12,50 Euro = none
meine Nummer ist 0170 1234567 = none
31.04. = none
am 30. Februar = none
um 27 Uhr = none
zwei Personen = none
ich hätte gern einen Termin = none
einen Haarschnitt und Färben = none
so schnell wie möglich = none
so bald es geht = none
weiß ich noch nicht = none
das ist mir egal = none
ja genau = none
Waschen, Schneiden, Föhnen = none
Hausnummer 12 = none
ich bin 35 Jahre alt = none
vielen Dank und auf Wiederhören = none
um Gottes willen = none
"""

ENGLISH = """
tomorrow at quarter past two = 2026-03-19T14:15
on Friday around four = 2026-03-20T16:00
next Wednesday at half past nine = 2026-03-25T09:30
the day after tomorrow in the morning = part:2026-03-20T06:00..2026-03-20T12:00
Saturday morning at ten = 2026-03-21T10:00
this Friday afternoon = part:2026-03-20T12:00..2026-03-20T18:00
April 3rd at 2:30 pm = 2026-04-03T14:30
the twenty-fourth of March = 2026-03-24
March twenty fourth at eleven = 2026-03-24T11:00
on the 30th = 2026-03-30
in two weeks = 2026-04-01
in a fortnight = 2026-04-01
a week from Friday = 2026-03-27
three days from now = 2026-03-21
in half an hour = 2026-03-18T10:50
in an hour and a half = 2026-03-18T11:50
between two and four pm = 14:00..16:00
from 9 to 5 = 09:00..17:00
after 5 pm on Thursday = 2026-03-19T17:00..
not before ten = 10:00..
before noon = ..12:00
by 3pm = ..15:00
until six = ..18:00
any time after four = 16:00..
ten to five = 16:50
twenty past eleven = 11:20
five past twelve = 12:05
half two = 14:30
quarter to eight = 07:45|19:45
eight in the evening = 20:00
seven thirty a.m. = 07:30
nine o'clock = 09:00
12:30 = 12:30
17:45 = 17:45
noon = 12:00
tomorrow at noon = 2026-03-19T12:00
midnight = 00:00
Monday to Wednesday = 2026-03-23..2026-03-26
April 7 - 10 = 2026-04-07..2026-04-11
from the 7th to the 10th of April = 2026-04-07..2026-04-11
next month = 2026-04-01..2026-05-01
next week = 2026-03-23..2026-03-30
Thursday next week at 1 = 2026-03-26T13:00
the end of next week = ~2026-03-26..2026-03-30
early April = ~2026-04-01..2026-04-11
this weekend = 2026-03-21..2026-03-23
in May = 2026-05-01..2026-06-01
the first Monday in June = 2026-06-01
last Friday of April = 2026-04-24
Christmas Eve at ten = 2026-12-24T10:00
Easter Monday = 2026-04-06
Good Friday = 2026-04-03
New Year's Eve = 2026-12-31
Tuesday the 24th = 2026-03-24
Tuesday, March 24th, at 3 = 2026-03-24T15:00
24/3/2026 = 2026-03-24
5pm today = 2026-03-18T17:00
tonight = part:2026-03-18T18:00..2026-03-18T23:00
tomorrow night at eight = 2026-03-19T20:00
4 or later = 16:00..
today in two hours = 2026-03-18T12:20
on Tuesday, the first of December, at two thirty in the afternoon = 2026-12-01T14:30
good morning = none
I may come = none
two people = none
as soon as possible = none
I don't know yet = none
my number is +49 170 1234567 = none
February 30th = none
a haircut please = none
one moment = none
thank you very much = none
"""


def _table(text: str) -> list[tuple[str, str]]:
    return [tuple(line.rsplit(" = ", 1)) for line in text.strip().splitlines()]  # type: ignore[misc]


def _expected(written: str) -> dict[str, object]:
    if written == "none":
        return {"kind": "none"}
    within, part = written.startswith("~"), written.startswith("part:")
    start, dots, end = written.removeprefix("~").removeprefix("part:").partition("..")
    kind = "interval" if dots else "datetime" if "T" in start else "time" if ":" in start else "date"
    grain = "part_of_day" if part else "day"
    return {"kind": kind, "start": start or None, "end": end or None, "grain": grain, "within": within}


@pytest.mark.parametrize(
    ("lang", "said", "meant"), [("de", *row) for row in _table(GERMAN)] + [("en", *row) for row in _table(ENGLISH)]
)
def test_a_caller_is_understood(lang: str, said: str, meant: str) -> None:
    """Each phrase reads as the day or time a native speaker means by it."""
    first, *others = [_expected(reading) for reading in meant.split("|")]
    answer = understand(said, NOW, lang).as_case()
    assert right(answer, {"expect": first, "accept": others}), f"{said!r} understood as {answer}"

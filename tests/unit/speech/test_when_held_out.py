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

# A second set, written when the first was passing; said on Monday, 5 October 2026, 14:30.
LATER = datetime(2026, 10, 5, 14, 30)

GERMAN_2 = """
ich bräuchte einen Termin am Donnerstag, am besten vormittags = part:2026-10-08T08:00..2026-10-08T12:30
hätten Sie am Freitag gegen halb elf was frei = 2026-10-09T10:30
es müsste nach 17 Uhr sein = 17:00..
geht es auch schon um neun = 09:00
dann nehme ich den Mittwoch um zehn Uhr fünfzehn = 2026-10-07T10:15
am zwanzigsten Oktober um Viertel vor zwölf bitte = 2026-10-20T11:45
zwanzigster zehnter halb vier = 2026-10-20T15:30
der achte elfte = 2026-11-08
am 8.11. = 2026-11-08
den neunten um vierzehn Uhr = 2026-10-09T14:00
Montag in drei Wochen um elf = 2026-11-02T11:00|2026-10-26T11:00
in genau zwei Wochen = 2026-10-19
heute in zehn Tagen = 2026-10-15
in zehn Tagen = 2026-10-15
in sechs Wochen samstags = 2026-11-21
heute noch um 18 Uhr = 2026-10-05T18:00
heute Abend nach sieben = 2026-10-05T19:00..
morgen ganz früh = part:2026-10-06T06:00..2026-10-06T09:00
morgen Vormittag gegen elf = 2026-10-06T11:00
am Mittwochnachmittag zwischen zwei und vier = 2026-10-07T14:00..2026-10-07T16:00
Samstag zwischen zehn und vierzehn Uhr = 2026-10-10T10:00..2026-10-10T14:00
von zehn bis zwölf am Donnerstag = 2026-10-08T10:00..2026-10-08T12:00
frühestens ab halb fünf = 16:30..
maximal bis 16 Uhr = ..16:00
bis maximal 16 Uhr = ..16:00
erst ab dem 20. = 2026-10-20..
ab dem 20. Oktober um neun = 2026-10-20T09:00..
bis Ende nächster Woche = ..2026-10-19
Anfang November = ~2026-11-01..2026-11-11
Ende November vormittags = ~2026-11-20..2026-12-01
in der letzten Novemberwoche = ~2026-11-22..2026-12-01
im Dezember = 2026-12-01..2027-01-01
am ersten Advent = 2026-11-29
vor Weihnachten = ..2026-12-25|..2026-12-24
am 24. Dezember um elf = 2026-12-24T11:00
zwischen Weihnachten und Neujahr = ~2026-12-24..2027-01-02
an Allerheiligen = 2026-11-01
Ostersamstag = 2027-03-27
nächstes Jahr im Januar = 2027-01-01..2027-02-01
am 10. Januar nächsten Jahres = 2027-01-10
übernächste Woche Freitag um zwei = 2026-10-23T14:00
nächste Woche irgendwann vormittags = ~2026-10-12..2026-10-19
nächsten Donnerstag = 2026-10-08|2026-10-15
diesen Donnerstag um fünf = 2026-10-08T17:00
Donnerstag dieser Woche um fünf = 2026-10-08T17:00
letzten Freitag = 2026-10-02
vor drei Tagen = 2026-10-02
neun Uhr vierzig = 09:40
siebzehn Uhr = 17:00
um siebzehn Uhr fünfundvierzig = 17:45
17 Uhr 45 = 17:45
17:45 = 17:45
kurz nach fünf = ~17:00..17:15
zehn vor halb eins = 12:20
fünf nach halb zehn = 09:35
fünf vor dreiviertel elf = 10:40
viertel nach eins = 13:15
dreiviertel zwölf = 11:45
viertel elf = 10:15
um Mitternacht = 00:00
nachts um drei = 03:00
um elf Uhr nachts = 23:00
Mo 12.10. 9:00 = 2026-10-12T09:00
Di, 13.10.26, 15 Uhr = 2026-10-13T15:00
13.10.2026 um 8.30 Uhr = 2026-10-13T08:30
Mittwoch 14. Oktober 8-9 Uhr = 2026-10-14T08:00..2026-10-14T09:00
donnerstag fünfzehnter zehnter siebzehn uhr dreissig = 2026-10-15T17:30
freitach um drei = 2026-10-09T15:00
am samstach so um elf rum = 2026-10-10T11:00
am drei und zwanzigsten zehnten = 2026-10-23
mittwoch nachmittag geht nicht aber donnerstag nachmittag = part:2026-10-08T12:00..2026-10-08T18:30
nicht morgen sondern übermorgen um neun = 2026-10-07T09:00
am Dienstag um drei, ach nein, um vier = 2026-10-06T16:00
können Sie mich zurückrufen = none
ich möchte meinen Termin absagen = none
einmal Spitzen schneiden und Ansatz färben = none
Strähnchen kosten 80 Euro = none
bei Frau Sonntag bitte = none
meine Tochter ist 12 = none
wir sind zu viert = none
ich habe lange Haare = none
das dauert zwei Stunden = none
wie lange haben Sie auf = none
nein danke das war's = none
moin = none
ein Augenblick bitte = none
am 35. Mai = none
am 31. November um zehn = none
unter 0221 5566778 = none
"""

ENGLISH_2 = """
could I get in on Thursday, ideally in the morning = part:2026-10-08T06:00..2026-10-08T12:00
Friday at half ten = 2026-10-09T10:30
it has to be after five = 17:00..
the twentieth of October at quarter to twelve = 2026-10-20T11:45
October 20th, 11:45 am = 2026-10-20T11:45
a week tomorrow = 2026-10-13
a week today = 2026-10-12
in ten days = 2026-10-15
this evening after seven = 2026-10-05T19:00..
tomorrow around eleven thirty = 2026-10-06T11:30
Wednesday afternoon between two and four = 2026-10-07T14:00..2026-10-07T16:00
Saturday from 10 to 2 = 2026-10-10T10:00..2026-10-10T14:00
between 10am and 2pm on Saturday = 2026-10-10T10:00..2026-10-10T14:00
no earlier than 4:30 = 16:30..
before ten tomorrow = ..2026-10-06T10:00
until the end of next week = ..2026-10-19
at the end of November = ~2026-11-20..2026-12-01
mid December = ~2026-12-10..2026-12-21
the last week of November = ~2026-11-22..2026-12-01
Christmas Eve = 2026-12-24
January 10th next year = 2027-01-10
the Friday after next = 2026-10-16
next Thursday = 2026-10-08|2026-10-15
this Thursday at five = 2026-10-08T17:00
last Friday = 2026-10-02
three days ago = 2026-10-02
twenty to ten = 09:40
five past half = none
quarter past one = 13:15
five to twelve = 11:55
eleven at night = 23:00
three in the morning = 03:00
12 pm = 12:00
12 am = 00:00
8 pm = 20:00
from eight thirty to nine fifteen = 08:30..09:15
Monday 12 October at 9:00 = 2026-10-12T09:00
12 Oct 2026 3pm = 2026-10-12T15:00
the 9th at 2 pm = 2026-10-09T14:00
by the end of the month = ..2026-11-01
not Tuesday, Wednesday at nine = 2026-10-07T09:00
in three quarters of an hour = 2026-10-05T15:15
cancel my appointment = none
how much is a haircut = none
it costs 20 dollars = none
there are three of us = none
speak to you later = none
I may be late = none
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


def expected(written: str) -> dict[str, object]:
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
    first, *others = [expected(reading) for reading in meant.split("|")]
    answer = understand(said, NOW, lang).as_case()
    assert right(answer, {"expect": first, "accept": others}), f"{said!r} understood as {answer}"


@pytest.mark.parametrize(
    ("lang", "said", "meant"),
    [("de", *row) for row in _table(GERMAN_2)] + [("en", *row) for row in _table(ENGLISH_2)],
)
def test_another_caller_is_understood(lang: str, said: str, meant: str) -> None:
    """The second set, spoken on another day."""
    first, *others = [expected(reading) for reading in meant.split("|")]
    answer = understand(said, LATER, lang).as_case()
    assert right(answer, {"expect": first, "accept": others}), f"{said!r} understood as {answer}"

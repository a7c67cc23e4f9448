"""Wishes for less than a service is, held out: "nur föhnen", "kein Schnitt", "just a wash", a bare "Waschen".

Written before the rules they led to; a wrong booking costs more than a question, so a row never takes a service of
more than what was said where the caller said that no more is wanted. Rows are read as in `test_catalogue`; "?id" is a
question about one doubtful service.
"""

from collections.abc import Mapping
from typing import Final

import pytest

from gateway.booking.catalogue import ServiceName, resolve
from tests.unit.booking.test_catalogue import NOTHING, Answer, answer, in_order

Catalogue = Mapping[str, tuple[str, int]]
Row = tuple[Catalogue, str, *tuple[Answer, ...]]

PLAY: Final = {
    "41": ("Damenhaarschnitt", 60),
    "42": ("Herrenhaarschnitt", 150),
    "177": ("Ansatzfärbung, waschen, schneiden, föhnen", 150),
    "178": ("Ansatz, Längenausgleich, waschen, schneiden, föhnen", 170),
    "51": ("Waschen, schneiden, föhnen", 60),
    "52": ("Bartpflege", 20),
    "53": ("Kinderschnitt", 30),
}
LADEN: Final = {
    "a": ("Waschen, Schneiden, Föhnen", 60),
    "b": ("Spitzen schneiden", 20),
    "c": ("Waschen & Föhnen", 30),
    "d": ("Ansatz färben", 75),
    "e": ("Ansatz färben, Schneiden, Föhnen", 120),
    "f": ("Strähnen & Schnitt", 150),
    "g": ("Strähnen", 110),
    "h": ("Pony schneiden", 10),
}
PAKETE: Final = {
    "p1": ("Schnitt & Föhnen", 50),
    "p2": ("Farbe, Schnitt & Föhnen", 140),
    "p3": ("Dauerwelle mit Schnitt", 150),
    "p4": ("Haarschnitt mit Haarkur", 55),
    "p5": ("Komplettfärbung inkl. Waschen & Föhnen", 120),
}
BARBIER: Final = {
    "1": ("Haarschnitt", 30),
    "2": ("Haarschnitt & Bart", 45),
    "3": ("Haarschnitt, Bart & Augenbrauen", 60),
    "4": ("Waschen, Schneiden, Stylen", 40),
}
HERREN: Final = {
    "x": ("Haarschnitt und Bart", 50),
    "y": ("Rasur", 30),
    "z": ("Haarschnitt mit Kopfmassage", 45),
}
NAGEL: Final = {
    "m1": ("Maniküre mit Lack", 50),
    "m2": ("Maniküre & Pediküre", 90),
    "m3": ("Pediküre", 45),
    "m4": ("Neumodellage mit Design", 120),
    "m5": ("Auffüllen", 75),
}
KOSMETIK: Final = {
    "k1": ("Augenbrauen zupfen und färben", 25),
    "k2": ("Wimpern färben", 15),
    "k3": ("Wimpern und Augenbrauen färben", 30),
    "k4": ("Waxing Oberlippe & Kinn", 20),
    "k5": ("Waxing Achseln", 15),
    "k6": ("Gesichtsbehandlung mit Massage", 75),
    "k7": ("Gesichtsreinigung", 45),
}
MASSAGE: Final = {
    "r1": ("Rücken- und Nackenmassage", 40),
    "r2": ("Fango & Massage", 50),
    "r3": ("Fußmassage", 30),
}
HUNDE: Final = {
    "h1": ("Baden, Schneiden, Föhnen", 90),
    "h2": ("Krallen schneiden", 15),
    "h3": ("Baden & Föhnen", 50),
    "h4": ("Komplettpflege (Baden, Scheren, Krallen)", 120),
}
HUND_KLEIN: Final = {
    "s1": ("Waschen, Scheren, Föhnen", 90),
    "s2": ("Krallenpflege", 15),
}
ENGLISH: Final = {
    "1": ("Wash, Cut & Blow-dry", 60),
    "2": ("Colour & Cut", 120),
    "3": ("Beard Trim", 20),
    "4": ("Haircut & Beard Trim", 50),
    "5": ("Kids Cut", 25),
}
ENGLISH_SPA: Final = {
    "a": ("Manicure with Polish", 45),
    "b": ("Pedicure", 45),
    "c": ("Manicure & Pedicure", 85),
    "d": ("Brow Wax", 15),
    "e": ("Brow Wax & Tint", 30),
}

ROWS: Final[tuple[Row, ...]] = (
    (PLAY, "nur föhnen", "?51", NOTHING),
    (PLAY, "Waschen", "?51", NOTHING),
    (PLAY, "Föhnen", "?51", NOTHING),
    (PLAY, "bloß waschen bitte", "?51", NOTHING),
    (PLAY, "nur waschen und föhnen", "?51", NOTHING),
    (PLAY, "Föhnen ohne Schneiden", NOTHING, "?51"),
    (PLAY, "waschen und föhnen, schneiden brauche ich nicht", NOTHING, "?51"),
    (PLAY, "nur Ansatz", ("177", "178"), "?177"),
    (PLAY, "Ansatz nachfärben, kein Schnitt", NOTHING, "?177", ("177", "178")),
    (PLAY, "waschen, schneiden, föhnen", ("51",)),
    (PLAY, "nur waschen, schneiden und föhnen", ("51",)),
    (PLAY, "nur den Bart", ("52",)),
    (PLAY, "einfach nur schneiden", ("41", "42"), ("41", "42", "53"), ("41", "42", "51")),
    (PLAY, "just a blow dry", "?51", NOTHING),
    (LADEN, "nur Spitzen", ("b",)),
    (LADEN, "lediglich die Spitzen", ("b",)),
    (LADEN, "nur Ansatz", ("d",)),
    (LADEN, "nur den Ansatz färben, nicht schneiden", ("d",)),
    (LADEN, "Ansatz ohne Schnitt", ("d",)),
    (LADEN, "nur waschen und föhnen", ("c",)),
    (LADEN, "nur Strähnen, sonst nichts", ("g",)),
    (LADEN, "Strähnchen, kein Haarschnitt", ("g",)),
    (LADEN, "nicht nur Strähnen, auch schneiden", ("f",)),
    (LADEN, "kein Haarschnitt, nur waschen und föhnen", ("c",)),
    (LADEN, "schneiden bitte", ("a",), "?a", ("a", "b"), ("a", "b", "h")),
    (LADEN, "nur Pony", ("h",)),
    (PAKETE, "nur föhnen", "?p1", ("p1", "p5"), NOTHING),
    (PAKETE, "nur Farbe", "?p2", "?p5", ("p2", "p5")),
    (PAKETE, "Dauerwelle", ("p3",)),
    (PAKETE, "nur Dauerwelle", "?p3", NOTHING),
    (PAKETE, "Dauerwelle ohne Schneiden", "?p3", NOTHING),
    (PAKETE, "Farbe ohne Schnitt", ("p5",)),
    (PAKETE, "Haarkur", "?p4", NOTHING),
    (PAKETE, "lediglich eine Haarkur", "?p4", NOTHING),
    (PAKETE, "Waschen und Föhnen", "?p5", ("p1", "p5"), "?p1", NOTHING),
    (PAKETE, "only a blow dry please", "?p1", ("p1", "p5"), NOTHING),
    (BARBIER, "nur Haare schneiden", ("1",)),
    (BARBIER, "nur der Bart", "?2", ("2", "3"), NOTHING),
    (BARBIER, "Haarschnitt ohne Bart", ("1",), ("1", "4")),
    (BARBIER, "Stylen", "?4", NOTHING),
    (BARBIER, "nur Augenbrauen", "?3", NOTHING),
    (BARBIER, "Haarschnitt mit Bart, keine Augenbrauen", ("2",)),
    (HERREN, "bloß Haare schneiden", "?x", "?z", ("x", "z")),
    (HERREN, "Kopfmassage", "?z", NOTHING),
    (HERREN, "nur Rasur", ("y",)),
    (NAGEL, "nur lackieren", "?m1", NOTHING),
    (NAGEL, "Lack", "?m1", NOTHING),
    (NAGEL, "nur Pediküre", ("m3",)),
    (NAGEL, "nur Maniküre ohne Lack", "?m2", "?m1", ("m1", "m2"), NOTHING),
    (NAGEL, "Pediküre reicht", ("m3",)),
    (KOSMETIK, "nur Augenbrauen zupfen", "?k1", NOTHING),
    (KOSMETIK, "nur Wimpern färben", ("k2",)),
    (KOSMETIK, "nur Oberlippe", "?k4", NOTHING),
    (KOSMETIK, "lediglich Achseln", ("k5",)),
    (KOSMETIK, "Wimpern färben, keine Augenbrauen", ("k2",)),
    (KOSMETIK, "Wimpern färben ohne Augenbrauen färben", ("k2",)),
    (KOSMETIK, "nur die Gesichtsreinigung", ("k7",)),
    (MASSAGE, "nur Nacken", "?r1", NOTHING),
    (MASSAGE, "nur Fango", "?r2", NOTHING),
    (MASSAGE, "nur die Füße", ("r3",)),
    (HUNDE, "nur Krallen", ("h2",)),
    (HUNDE, "nur baden", ("h3",), "?h3", NOTHING),
    (HUNDE, "Baden ohne Schneiden", ("h3",)),
    (HUND_KLEIN, "Waschen", "?s1", NOTHING),
    (HUND_KLEIN, "nur waschen, nicht scheren", NOTHING, "?s1"),
    (HUND_KLEIN, "scheren", ("s1",)),
    (ENGLISH, "just a wash", "?1", NOTHING),
    (ENGLISH, "blow dry only", "?1", NOTHING),
    (ENGLISH, "wash", "?1", NOTHING),
    (ENGLISH, "just the beard", ("3",)),
    (ENGLISH, "wash and blow dry, no cut", NOTHING, "?1"),
    (ENGLISH, "just colour, no haircut", NOTHING, "?2"),
    (ENGLISH, "I don't need a haircut, just a beard trim", ("3",)),
    (ENGLISH, "wash, cut and blow dry", ("1",)),
    (ENGLISH, "only colour", "?2", NOTHING),
    (ENGLISH_SPA, "just a brow wax", ("d",)),
    (ENGLISH_SPA, "only polish", "?a", NOTHING),
    (ENGLISH_SPA, "just a pedicure", ("b",)),
    (ENGLISH_SPA, "just a brow tint", "?e", NOTHING),
    (ENGLISH_SPA, "brow wax without tint", ("d",)),
    (ENGLISH_SPA, "manicure without polish", "?a", "?c", ("c",), NOTHING),
)


def services(catalogue: Catalogue) -> tuple[ServiceName, ...]:
    return tuple(ServiceName(id, name, minutes) for id, (name, minutes) in catalogue.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_wish_for_less_is_no_wish_for_more(row: Row) -> None:
    """The service of just that, a question about the service of more, or nothing of the list."""
    catalogue, utterance, *right = row
    assert answer(resolve(utterance, services(catalogue))) in list(map(in_order, right))

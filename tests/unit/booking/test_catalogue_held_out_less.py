"""Wishes for less than a service is, held out: "nur föhnen", "kein Schnitt", "just a wash", a bare "Waschen".

A wrong booking costs more than a question: no row takes a service of more than was said where the caller said that no
more is wanted. Right answers of the first set / its confident choices of too much, before the rules: 37 / 34 of 81; of
the second, written after the rules and before it was run: 44 / 1 of 46. Four rows of the first were widened since.
Rows are read as in `test_catalogue`; "?id" is a question about one doubtful service.
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

SALON_2: Final = {
    "1": ("Damen: Waschen, Schneiden, Föhnen", 60),
    "2": ("Damen: Waschen & Föhnen", 35),
    "3": ("Herren: Waschen, Schneiden, Stylen", 35),
    "4": ("Farbe komplett + Schnitt", 150),
    "5": ("Ansatzfarbe", 80),
    "6": ("Haarschnitt Kinder", 25),
    "7": ("Hochsteckfrisur & Make-up", 120),
}
SALON_3: Final = {
    "a": ("Schneiden + Föhnen", 50),
    "b": ("Tönung + Schneiden + Föhnen", 110),
    "c": ("Olaplex + Schnitt", 70),
    "d": ("Bartrasur + Haarschnitt", 55),
    "e": ("Glätten", 90),
}
STUDIO_2: Final = {
    "a": ("Gelmodellage & Nageldesign", 110),
    "b": ("Maniküre", 35),
    "c": ("Maniküre + UV-Lack", 55),
    "d": ("Fußpflege + Fußmassage", 60),
    "e": ("Wimpernlifting & Färben", 60),
}
PRAXIS: Final = {
    "a": ("Krankengymnastik", 30),
    "b": ("Krankengymnastik + Wärme", 45),
    "c": ("Manuelle Therapie + Massage", 50),
    "d": ("Lymphdrainage", 45),
}
WAX: Final = {
    "a": ("Achseln & Beine", 45),
    "b": ("Beine komplett", 40),
    "c": ("Rücken & Brust", 40),
    "d": ("Bikini", 20),
}
BARBER_2: Final = {
    "1": ("Cut & Beard", 50),
    "2": ("Cut", 30),
    "3": ("Wash & Cut", 35),
    "4": ("Hot Towel Shave", 30),
    "5": ("Colour, Cut & Style", 90),
}
DOGS_2: Final = {
    "a": ("Bath & Brush", 40),
    "b": ("Full Groom (Bath, Cut, Nails)", 90),
    "c": ("Nail Trim", 15),
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

AGAIN: Final[tuple[Row, ...]] = (
    (SALON_2, "nur waschen und föhnen, ohne Schnitt", ("2",)),
    (SALON_2, "für meinen Mann, nur waschen", "?3", NOTHING, "?2"),
    (SALON_2, "Farbe, aber bitte nicht schneiden", ("5",), "?5", NOTHING),
    (SALON_2, "nur Farbe", ("5",), "?4", "?5", ("4", "5")),
    (SALON_2, "nur Make-up", "?7", NOTHING),
    (SALON_2, "Hochsteckfrisur ohne Make-up", NOTHING, "?7"),
    (SALON_2, "Damen schneiden", ("1",)),
    (SALON_2, "schneiden muss nicht, nur föhnen", ("2",)),
    (SALON_2, "Föhnen reicht mir", ("2",)),
    (SALON_2, "nicht zu kurz schneiden, Damen", ("1",), "?1"),
    (SALON_3, "Föhnen", "?a", NOTHING),
    (SALON_3, "nur Schneiden", "?a", NOTHING),
    (SALON_3, "Schneiden", ("a",), ("a", "c"), "?a"),
    (SALON_3, "nur tönen", "?b", NOTHING),
    (SALON_3, "Tönung ohne Schnitt", NOTHING, "?b"),
    (SALON_3, "Olaplex", "?c", NOTHING),
    (SALON_3, "nur rasieren", "?d", NOTHING),
    (SALON_3, "Haarschnitt ohne Rasur", ("a",), "?a", ("a", "c")),
    (SALON_3, "bloß glätten", ("e",)),
    (SALON_3, "nur glätten, kein Schnitt", ("e",)),
    (STUDIO_2, "nur Lack", "?c", NOTHING),
    (STUDIO_2, "nur Maniküre", ("b",)),
    (STUDIO_2, "Fußmassage", ("d",), "?d"),
    (STUDIO_2, "nur Fußmassage", "?d", NOTHING),
    (STUDIO_2, "nur Wimpern färben", "?e", NOTHING),
    (STUDIO_2, "nur die Wimpern", ("e",), "?e"),
    (STUDIO_2, "Maniküre, Lack brauche ich nicht", ("b",)),
    (PRAXIS, "nur Krankengymnastik", ("a",)),
    (PRAXIS, "Krankengymnastik ohne Wärme", ("a",)),
    (PRAXIS, "ausschließlich Massage", "?c", NOTHING),
    (PRAXIS, "Lymphdrainage, sonst nichts", ("d",)),
    (WAX, "nur Achseln", "?a", NOTHING),
    (WAX, "nur die Beine", ("b",)),
    (WAX, "nur Rücken", "?c", NOTHING),
    (WAX, "lediglich Bikini", ("d",)),
    (BARBER_2, "just a cut", ("2",)),
    (BARBER_2, "just a haircut, nothing else", ("2",)),
    (BARBER_2, "just the beard", "?1", NOTHING),
    (BARBER_2, "cut, no beard", ("2",), ("2", "3")),
    (BARBER_2, "only a wash", "?3", NOTHING),
    (BARBER_2, "styling", "?5", NOTHING),
    (BARBER_2, "I don't want a cut, only colour", NOTHING, "?5"),
    (BARBER_2, "not only cut, beard as well", ("1",)),
    (DOGS_2, "just nails", ("c",)),
    (DOGS_2, "only a bath", ("a",), "?a"),
    (DOGS_2, "bath without cut", ("a",)),
)


def test_an_alias_of_just_the_wished_part_is_that_part() -> None:
    """A house that calls its blow-dry by a longer name says so by an alias; an alias of no meaning changes nothing."""
    long = "Waschen, Schneiden, Föhnen"
    assert resolve("nur föhnen", [ServiceName("1", long, 60, ("WSF",))]).status == "ambiguous"
    assert resolve("bitte nur föhnen", [ServiceName("1", long, 60, ("Föhnen", "WSF"))]).ids == ("1",)
    assert resolve("bitte nur föhnen", [ServiceName("1", long, 60, ("Föhnen", "WSF"))]).status == "match"


def services(catalogue: Catalogue) -> tuple[ServiceName, ...]:
    return tuple(ServiceName(id, name, minutes) for id, (name, minutes) in catalogue.items())


@pytest.mark.parametrize("row", [*ROWS, *AGAIN], ids=lambda row: row[1])
def test_a_wish_for_less_is_no_wish_for_more(row: Row) -> None:
    """The service of just that, a question about the service of more, or nothing of the list."""
    catalogue, utterance, *right = row
    assert answer(resolve(utterance, services(catalogue))) in list(map(in_order, right))

NOTHING = "none"
BIG = {
    "a": ("Herrenhaarschnitt", 30), "b": ("Damenhaarschnitt kurz", 45), "c": ("Damenhaarschnitt lang", 60),
    "d": ("Kinderhaarschnitt (bis 12)", 25), "e": ("Waschen & Föhnen", 30), "f": ("Ansatzfärbung", 75),
    "g": ("Komplettfärbung", 120), "h": ("Strähnen Oberkopf", 90), "i": ("Strähnen kompletter Kopf", 150),
    "j": ("Balayage", 180), "k": ("Tönung", 60), "l": ("Dauerwelle", 150), "m": ("Keratinglättung", 180),
    "n": ("Bart trimmen", 15), "o": ("Nassrasur", 30), "p": ("Augenbrauen zupfen", 15), "q": ("Augenbrauen färben", 15),
    "r": ("Wimpern färben", 20), "s": ("Hochsteckfrisur", 60), "t": ("Brautfrisur", 90), "u": ("Beratung", 15),
    "v": ("Pony nachschneiden", 10),
}
SMALL = {
    "1": ("Haarschnitt Frau", 45), "2": ("Haarschnitt Mann", 30), "3": ("Haarschnitt Kind", 20), "4": ("Coloration", 90),
    "5": ("Farbe + Schnitt", 120), "6": ("Strähnen", 100), "7": ("Strähnen + Schnitt", 140), "8": ("Föhnen", 25),
    "9": ("Glossing", 30), "10": ("Haarkur", 15),
}
MIX = {
    "dw": ("Damen: Waschen, Schneiden, Styling", 60), "hw": ("Herren: Waschen, Schneiden, Styling", 35),
    "mc": ("Maschinenhaarschnitt", 15), "ca": ("Cut & Color", 150), "bl": ("Blondierung", 180), "to": ("Toner / Glossing", 30),
    "ex": ("Extensions einsetzen", 240), "er": ("Extensions entfernen", 60), "hd": ("Haarentfernung Laser Beine", 45),
    "mu": ("Make-up", 45), "bm": ("Braut Make-up + Frisur", 150), "mp": ("Medizinische Fußpflege", 45), "wp": ("Wellness-Pediküre", 60),
    "na": ("Nagelmodellage neu", 120), "nr": ("Nagelmodellage auffüllen", 90), "ab": ("Nägel ablösen", 30),
}
DOC = {
    "ak": ("Akutsprechstunde", 10), "vu": ("Vorsorgeuntersuchung", 40), "bl": ("Blutabnahme", 10), "im": ("Impfung", 10),
    "ek": ("EKG", 15), "hk": ("Hautkrebsscreening", 20), "ue": ("Ultraschall Bauch", 25), "re": ("Rezept / Überweisung abholen", 5),
    "eg": ("Erstgespräch", 30), "ft": ("Folgetermin", 15),
}
SPA = {
    "m30": ("Rückenmassage", 30), "m60": ("Ganzkörpermassage", 60), "th": ("Thai-Massage", 60), "fr": ("Fußreflexzonenmassage", 45),
    "ar": ("Aromaölmassage", 60), "gs": ("Gesichtsbehandlung Anti-Aging", 75), "gr": ("Gesichtsreinigung", 60), "sw": ("Schwangerenmassage", 50),
    "pe": ("Fruchtsäurepeeling", 30), "su": ("Sugaring Beine komplett", 60), "sh": ("Sugaring halbe Beine", 35), "si": ("Sugaring Intim", 40),
}
CASES = (
    (BIG, "Herrenschnitt", ("a",)), (BIG, "Männer Haarschnitt", ("a",)), (BIG, "Damenhaarschnitt", ("b", "c")),
    (BIG, "Frauenhaarschnitt für lange Haare", ("c",)), (BIG, "ich habe kurze Haare und möchte sie schneiden lassen", ("b",)),
    (BIG, "für meine kleine Tochter, die ist fünf", ("d",)), (BIG, "Haare schneiden für meinen siebenjährigen Sohn", ("d",)),
    (BIG, "Ansatz nachfärben", ("f",)), (BIG, "der Ansatz ist rausgewachsen", ("f",)), (BIG, "komplett umfärben", ("g",)),
    (BIG, "alle Haare färben", ("g",), ("f", "g")), (BIG, "Strähnen", ("h", "i")), (BIG, "Strähnen im kompletten Haar", ("i",)),
    (BIG, "nur oben ein paar Strähnchen", ("h",), ("h", "i")), (BIG, "Highlights", ("h", "i")), (BIG, "Balayage Termin", ("j",)), (BIG, "eine Tönung", ("k",)),
    (BIG, "Haare tönen lassen", ("k",)), (BIG, "ich hätte gern Locken, so richtig mit Dauerwelle", ("l",)), (BIG, "Haare glätten", ("m",)),
    (BIG, "Keratinbehandlung", ("m",)), (BIG, "dauerhaft glatt", ("m",)), (BIG, "Bart", ("n",)), (BIG, "Bart kürzen", ("n",)), (BIG, "Rasieren", ("o",)),
    (BIG, "Bart abrasieren", ("o",), ("n", "o"), ("n",)), (BIG, "Augenbrauen", ("p", "q")), (BIG, "Augenbrauen in Form zupfen", ("p",)), (BIG, "Brauen färben", ("q",)),
    (BIG, "Wimpern", ("r",)), (BIG, "Wimpern färben lassen", ("r",)), (BIG, "Hochzeitsfrisur", ("t",)), (BIG, "für meine Hochzeit", ("t",)),
    (BIG, "Haare hochgesteckt für den Abiball", ("s",)), (BIG, "ich möchte mich beraten lassen", ("u",)), (BIG, "Pony schneiden", ("v",)),
    (BIG, "den Pony nachschneiden", ("v",)), (BIG, "föhnen", ("e",)), (BIG, "Waschen und föhnen bitte", ("e",)), (BIG, "nur waschen", ("e",)),
    (BIG, "Pediküre", NOTHING), (BIG, "Gelnägel", NOTHING), (BIG, "Tattoo", NOTHING), (BIG, "Massage", NOTHING), (BIG, "Zahnreinigung", NOTHING),
    (BIG, "Schneiden und Bart", ("a", "n"), ("a", "b", "c", "d", "n"), ("a", "b", "c", "n")), (BIG, "Haarschnitt", ("a", "b", "c", "d"), ("a", "b", "c")),
    (BIG, "Haare schneiden und Strähnen", ("a", "b", "c", "d", "h", "i"), ("a", "b", "c", "h", "i")), (BIG, "balayasche", ("j",)), (BIG, "Wimpern ferben", ("r",)),
    (BIG, "Kinderschnitt", ("d",)), (BIG, "Termin", NOTHING), (BIG, "am Freitag um drei", NOTHING),
    (SMALL, "Haarschnitt", ("1", "2", "3"), ("1", "2")), (SMALL, "für meinen Mann Haare schneiden", ("2",)), (SMALL, "Frau", ("1",)), (SMALL, "Färben", ("4",)),
    (SMALL, "neue Haarfarbe", ("4",)), (SMALL, "Ansatz", ("4",)), (SMALL, "Färben und schneiden", ("5",)), (SMALL, "Schneiden mit Strähnchen", ("7",)),
    (SMALL, "Strähnchen", ("6",)), (SMALL, "einmal föhnen", ("8",)), (SMALL, "Glossing", ("9",)), (SMALL, "Kur", ("10",)), (SMALL, "Pflegekur", ("10",)),
    (SMALL, "Haare färben ohne schneiden", ("4",)), (SMALL, "Rasur", NOTHING), (SMALL, "mein Enkel braucht einen Haarschnitt, er ist vier", ("3",)),
    (SMALL, "meine Mutter möchte Farbe und einen Schnitt", ("5",)), (SMALL, "Dauerwelle", NOTHING), (SMALL, "Spitzen schneiden", ("1", "2", "3"), ("1", "2"), ("1",)),
    (SMALL, "Balayage", ("6",), NOTHING), (SMALL, "die fünf", ("5",)),
    (MIX, "Damenhaarschnitt", ("dw",)), (MIX, "Herrenhaarschnitt", ("hw",)), (MIX, "Schneiden und Färben", ("ca",)), (MIX, "Haare blondieren", ("bl",)), (MIX, "mit der Maschine", ("mc",)),
    (MIX, "Haarverlängerung", ("ex",), ("ex", "er")), (MIX, "Extensions rausmachen", ("er",)), (MIX, "Fußpflege", ("mp", "wp")), (MIX, "Pediküre", ("wp",), ("mp", "wp")),
    (MIX, "Podologie", ("mp",), ("mp", "wp")), (MIX, "neue Nägel", ("na",)), (MIX, "Nägel auffüllen", ("nr",)), (MIX, "Nägel", ("na", "nr", "ab")), (MIX, "Brautstyling", ("bm",)), (MIX, "schminken", ("mu",)),
    (MIX, "Haare schneiden", ("dw", "hw"), ("dw", "hw", "mc")), (MIX, "Schneiden für Männer", ("hw",)), (MIX, "Laser Haarentfernung", ("hd",)), (MIX, "Blondierung mit Toner", ("bl", "to")),
    (DOC, "Blut abnehmen", ("bl",)), (DOC, "ich brauche eine Impfung", ("im",)), (DOC, "impfen lassen", ("im",)), (DOC, "Vorsorge", ("vu",)), (DOC, "Check-up", ("vu",)),
    (DOC, "Hautkrebsvorsorge", ("hk",)), (DOC, "ein Rezept", ("re",)), (DOC, "Überweisung", ("re",)), (DOC, "Ultraschall", ("ue",)), (DOC, "EKG schreiben", ("ek",)),
    (DOC, "ich habe starke Schmerzen", ("ak",)), (DOC, "Haarschnitt", NOTHING), (DOC, "Erstgespräch", ("eg",)), (DOC, "Folgetermin", ("ft",)), (DOC, "Massage", NOTHING),
    (SPA, "Massage", ("m30", "m60", "th", "fr", "ar", "sw"), ("m30", "m60")), (SPA, "Massage am Rücken", ("m30",)), (SPA, "Thaimassage", ("th",)), (SPA, "Fußmassage", ("fr",)), (SPA, "Fußreflexzonen", ("fr",)),
    (SPA, "Gesicht", ("gs", "gr")), (SPA, "Gesichtsreinigung", ("gr",)), (SPA, "Anti Aging", ("gs",)), (SPA, "Peeling", ("pe",)), (SPA, "Beine sugarn", ("su", "sh")), (SPA, "halbe Beine", ("sh",)),
    (SPA, "ich bin schwanger und hätte gern eine Massage", ("sw",)), (SPA, "Aromaöl", ("ar",)), (SPA, "Haare schneiden", NOTHING), (SPA, "Intim", ("si",)), (SPA, "Beine enthaaren", ("su", "sh")),
)

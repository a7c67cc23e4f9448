"""Telephone numbers: what is read, what is refused, and that equality of E.164 is the only match."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.phone import CallerNumber, Hidden, caller_number, dictated_digits, parse_e164, same_number
from gateway.speech.numbers import cardinal

E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# (national with area code split off, E.164): mobile and landline, short and long, of the numbering plan's own examples.
GERMAN = {
    ("0151", "12345601"): "+4915112345601",
    ("0176", "12345678"): "+4917612345678",
    ("0170", "1234567"): "+491701234567",
    ("0160", "98765432"): "+4916098765432",
    ("0157", "30000017"): "+4915730000017",
    ("030", "83793369"): "+493083793369",
    ("030", "1234567"): "+49301234567",
    ("089", "220022"): "+4989220022",
    ("040", "30200130"): "+494030200130",
    ("0221", "569940"): "+49221569940",
    ("03643", "7788990"): "+4936437788990",
    ("07071", "407080"): "+497071407080",
}
ABROAD = ["+4315880", "+436641234567", "+41446681800", "+41791234567", "+33612345678", "+12025550143", "+905321234567"]

Writer = Callable[[str, str], str]


def spaced(digits: str, size: int) -> str:
    return " ".join(digits[at : at + size] for at in range(0, len(digits), size))


def wide(text: str) -> str:
    return text.translate({ord("0") + d: 0xFF10 + d for d in range(10)} | {ord("+"): 0xFF0B})


def in_script(text: str, zero: int) -> str:
    return text.translate({ord("0") + d: zero + d for d in range(10)})


# How people and machines write one number; `a` is the area code with its zero, `n` the rest.
WRITTEN: dict[str, Writer] = {
    "plain": lambda a, n: a + n,
    "space": lambda a, n: f"{a} {n}",
    "slash": lambda a, n: f"{a}/{n}",
    "slash with spaces": lambda a, n: f"{a} / {n}",
    "dash": lambda a, n: f"{a}-{n}",
    "long dash": lambda a, n: f"{a} \u2013 {n}",
    "non-breaking dash": lambda a, n: f"{a}\u2011{n}",
    "dots": lambda a, n: f"{a}.{spaced(n, 2).replace(' ', '.')}",
    "commas": lambda a, n: ", ".join(a + n),
    "brackets": lambda a, n: f"({a}) {n}",
    "pairs": lambda a, n: f"{a} {spaced(n, 2)}",
    "triples": lambda a, n: f"{a} {spaced(n, 3)}",
    "single digits": lambda a, n: spaced(a + n, 1),
    "outer blanks": lambda a, n: f"  {a} {n}\n",
    "no-break space": lambda a, n: f"{a}\u00a0{n}",
    "tel: national": lambda a, n: f"tel:{a}-{n}",
    "E.164": lambda a, n: f"+49{a[1:]}{n}",
    "+49 spaced": lambda a, n: f"+49 {a[1:]} {spaced(n, 3)}",
    "+49 brackets": lambda a, n: f"+49 ({a[1:]}) {n}",
    "+49 (0)": lambda a, n: f"+49 (0) {a[1:]} {n}",
    "+49(0) tight": lambda a, n: f"+49(0){a[1:]}{n}",
    "+49(0)/": lambda a, n: f"+49(0){a[1:]}/{n}",
    "+49 0": lambda a, n: f"+49 {a} {n}",
    "(+49)": lambda a, n: f"(+49) {a[1:]} {n}",
    "0049": lambda a, n: f"0049{a[1:]}{n}",
    "0049 spaced": lambda a, n: f"00 49 {a[1:]} {n}",
    "0049 (0)": lambda a, n: f"0049 (0){a[1:]} {n}",
    "49 without plus": lambda a, n: f"49{a[1:]}{n}",
    "49 without plus, spaced": lambda a, n: f"49 {a[1:]} {n}",
    "tel:+49": lambda a, n: f"tel:+49-{a[1:]}-{n}",
    "TEL: +49": lambda a, n: f"TEL: +49 {a[1:]} {n}",
    "full width": lambda a, n: wide(a + n),
    "full width with plus": lambda a, n: wide(f"+49{a[1:]}{n}"),
    "Arabic digits": lambda a, n: in_script(a + n, 0x0660),
    "Devanagari digits": lambda a, n: in_script(f"+49{a[1:]}{n}", 0x0966),
    "direction marks": lambda a, n: f"\u202a+49 {a[1:]} {n}\u202c",
    "zero-width blanks": lambda a, n: "\u200b".join(a + n),
}


def german_words(digits: str) -> str:
    return " ".join(cardinal(int(d)) for d in digits)


def english_words(digits: str) -> str:
    return " ".join(cardinal(int(d), lang="en") for d in digits)


def german_pairs(digits: str) -> str:
    """Two digits a word where the first is not zero, as Germans dictate: "null eins sechsundsiebzig"."""
    words, at = [], 0
    while at < len(digits):
        pair = digits[at : at + 2]
        # A ten followed by a single digit would be heard as one word: say such a pair digit by digit.
        step = 2 if len(pair) == 2 and pair[0] != "0" and pair[1] != "0" else 1
        words.append(cardinal(int(digits[at : at + step])))
        at += step
    return ", ".join(words)


def german_doubles(digits: str) -> str:
    """Equal neighbours as "doppel drei"."""
    said = re.sub(r"(\d)\1", lambda m: f" doppel {cardinal(int(m[1]))} ", digits)
    return re.sub(r"\d", lambda m: f" {cardinal(int(m[0]))} ", said)


def english_doubles(digits: str) -> str:
    said = re.sub(r"(\d)\1", lambda m: f" double {'oh' if m[1] == '0' else cardinal(int(m[1]), lang='en')} ", digits)
    return re.sub(r"\d", lambda m: f" {'oh' if m[0] == '0' else cardinal(int(m[0]), lang='en')} ", said)


# What callers dictate and a transcript makes of it.
SPOKEN: dict[str, Writer] = {
    "words": lambda a, n: german_words(a + n),
    "words, commas": lambda a, n: german_words(a + n).replace(" ", ", "),
    "words, capital": lambda a, n: german_words(a + n).title() + ".",
    "zwo": lambda a, n: german_words(a + n).replace("zwei", "zwo"),
    "fuenf, no umlauts": lambda a, n: german_words(a + n).replace("ü", "ue"),
    "plus neunundvierzig": lambda a, n: f"plus neunundvierzig {german_words(a[1:] + n)}",
    "null null vier neun": lambda a, n: german_words("0049" + a[1:] + n),
    "doppelnull vier neun": lambda a, n: f"Doppelnull vier neun {german_words(a[1:] + n)}",
    "pairs in words": lambda a, n: german_pairs(a + n),
    "doppel": lambda a, n: german_doubles(a + n),
    "words then digits": lambda a, n: f"{german_words(a)} {n}",
    "digits then words": lambda a, n: f"{a} {german_words(n)}",
    "with a sentence around": lambda a, n: (
        f"Ja, also meine Handynummer ist die {german_words(a)}, dann {german_words(n)}"
    ),
    "Vorwahl": lambda a, n: f"Vorwahl {german_words(a)}, Nummer {german_words(n)}",
    "slash in words": lambda a, n: f"{german_words(a)} Schrägstrich {german_words(n)}",
    "Tel.:": lambda a, n: f"Tel.: {a} {n}",
    "English": lambda a, n: english_words(a + n),
    "English oh": lambda a, n: english_words(a + n).replace("zero", "oh"),
    "English double": lambda a, n: english_doubles(a + n),
    "English plus forty nine": lambda a, n: f"plus forty nine {english_words(a[1:] + n)}",
    "English sentence": lambda a, n: f"my number is {english_words(a)} then {english_words(n)}",
}

# Nobody: withheld, masked, short, malformed, addresses, extensions, two numbers at once.
NOBODY = [
    *("", " ", "\t", "\u200b", "+", "++", "-", "()", "0", "00", "+0", "+49", "0049", "+49 (0)", "000000000000"),
    *("anonymous", "Anonymous", "ANONYMOUS", "anonym", "Anonymous@anonymous.invalid", "Restricted", "unavailable"),
    *(
        "Unavailable",
        "unknown",
        "Unknown",
        "private",
        "Privat",
        "Private Number",
        "blocked",
        "withheld",
        "none",
        "null,",
    ),
    *("unbekannt", "Unterdrückt", "No Caller ID", "nil", "None", "null", "undefined", "NaN", "{{user_number}}", "web"),
    *("266696687", "+266696687", "00266696687", "266 696 687", "7378742833", "+7378742833", "2562533", "+2562533"),
    *("8656696", "+8656696", "86282452253", "+86282452253", "+862 8245 2253", "7748283", "+7748283", "266696"),
    *(
        "110",
        "112",
        "116117",
        "116 117",
        "115",
        "+49110",
        "0049112",
        "911",
        "19222",
        "22833",
        "+1911",
        "1",
        "12",
        "123",
    ),
    *(
        "sip:+4917612345678@trunk.example",
        "sip:anonymous@anonymous.invalid",
        "sips:017612345678@x",
        "sip:+4917612345678",
    ),
    *(
        "+4917612345678@trunk.example",
        "tel:",
        "tel:+",
        "tel:anonymous",
        "fax:+4917612345678",
        "https://wa.me/4917612345678",
    ),
    *("+4917612345678;ext=12", "+4917612345678;user=phone", "tel:+4917612345678;ext=5", "030 1234567 ext 5"),
    *(
        "030 1234567x5",
        "030 1234567 ext. 5",
        "0176 12345678#",
        "0176 12345678*2",
        "*31#017612345678",
        "+4917612345678,;5",
    ),
    *(
        "0176 12345678 oder 030 1234567",
        "0176 12345678 / 030 1234567",
        "+4917612345678+4917612345679",
        "49+17612345678",
    ),
    *("+49 176 1234", "0176", "017612", "+4917612345678901234", "0" * 40, "9" * 200, "1" * 201, "+999999999999"),
    *(
        "+49123456789",
        "+10000000000",
        "+19999999999",
        "+4900000000000",
        "+1234",
        "+800",
        "1234567",
        "380 412 34",
        "30 1234567",
    ),
    *(
        "0176-CALL-NOW",
        "0800 FLOWERS",
        "0l76 12345678",
        "0176 I2345678",
        "Sabine Meier",
        "nächste Woche",
    ),
    *(
        "0176\x0012345678",
        "\ud800",
        "017612345678\ud800",
        "💇",
        "0176💇12345678",
        "²³¹⁰",
        "①②③④⑤⑥⑦⑧⑨",
        "½",
        "<017612345678>",
    ),
    *("'; DROP TABLE customer; --", "=017612345678=", "0176_12345678", "1.7612345678e10", "0x1B", "-17612345678~"),
    *("null", "eins zwei drei", "doppel", "zweimal", "mal drei", "null eins sieben sechs", "zwölftausend", "plus"),
    *("null eins sieben sechs eins zwei drei vier fünf sechs sieben acht oder neun", "null eins nochmal die drei"),
]


def known_forms() -> Iterator[tuple[str, str]]:
    for (area, rest), e164 in GERMAN.items():
        for table in (WRITTEN, SPOKEN):
            for write in table.values():
                yield write(area, rest), e164
    for e164 in ABROAD:
        shown = phonenumbers.parse(e164)
        international = phonenumbers.format_number(shown, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        for form in (e164, international, wide(e164), "00" + e164[1:], "tel:" + e164, f"({e164})", spaced(e164, 3)):
            yield form, e164


KNOWN = list(known_forms())


def test_the_corpus_has_more_than_500_different_forms() -> None:
    """The threat model asks for 500 forms; duplicates do not count."""
    forms = {form for form, _ in KNOWN} | set(NOBODY)
    assert len(forms) > 800


def test_every_spelling_of_a_number_is_read_as_that_number() -> None:
    """Written and dictated, German and English: one number, one E.164."""
    wrong = [(form, e164, parse_e164(form)) for form, e164 in KNOWN if parse_e164(form) != e164]
    assert wrong == []


@pytest.mark.parametrize("form", NOBODY, ids=range(len(NOBODY)))
def test_what_is_no_number_is_nobody(form: str) -> None:
    """Placeholders, masks, short codes, addresses, extensions and broken forms have no E.164 and identify nobody."""
    assert parse_e164(form) is None
    assert caller_number(form).hidden
    assert not same_number(form, form)


def test_nothing_at_all_is_nobody() -> None:
    """No number is a hidden number, and two hidden callers are not the same person."""
    assert parse_e164(None) is None
    assert caller_number(None) == CallerNumber(None, Hidden.ABSENT)
    assert not same_number(None, None)
    assert not same_number("anonymous", "anonymous")
    assert not same_number("", "")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (None, Hidden.ABSENT),
        ("", Hidden.ABSENT),
        ("  ", Hidden.ABSENT),
        ("+266696687", Hidden.MASKED),
        ("266696687", Hidden.MASKED),
        ("8656696", Hidden.MASKED),
        ("anonymous", Hidden.UNREADABLE),
        ("sip:anonymous@anonymous.invalid", Hidden.UNREADABLE),
        ("110", Hidden.UNREADABLE),
        ("+4917612345678;ext=1", Hidden.UNREADABLE),
    ],
)
def test_a_hidden_line_says_why_in_a_fixed_word(line: str | None, why: Hidden) -> None:
    """The word is for a metric: it never holds what was sent."""
    assert caller_number(line) == CallerNumber(None, why)


def test_the_calling_line_is_read_in_every_written_form() -> None:
    """Trunks send E.164, 0049..., national with zero, or the country code without plus."""
    for (area, rest), e164 in GERMAN.items():
        for write in WRITTEN.values():
            assert caller_number(write(area, rest)) == CallerNumber(e164)


@pytest.mark.parametrize(
    "line", ["17612345678", "null eins sieben sechs eins zwei drei vier fünf sechs sieben acht", "oh one"]
)
def test_the_calling_line_is_not_guessed_at(line: str) -> None:
    """A number without zero or country code may be another country's, and no trunk speaks in words."""
    assert caller_number(line).hidden


def test_a_dictated_mobile_number_may_have_lost_its_zero() -> None:
    """Models pass numbers as integers; a mobile number stays unmistakable, a landline number is asked for again."""
    assert parse_e164("17612345678") == "+4917612345678"
    assert parse_e164("301234567") is None


def test_a_number_with_the_country_code_and_no_plus_is_not_read_twice() -> None:
    """The library alone would answer +49 49170...; that is nobody's number."""
    assert parse_e164("49170 1234567") == "+491701234567"
    assert parse_e164("+49 49170 1234567") != "+491701234567"


@pytest.mark.parametrize(
    ("said", "e164"),
    [
        ("null hundertsechsundsiebzig zwölf vierunddreißig sechsundfünfzig achtundsiebzig", "+4917612345678"),
        ("null eins sechs und siebzig zwölf vier und dreißig sechs und fünfzig acht und siebzig", "+4917612345678"),
        ("oh one seventy six twelve thirty four fifty six seventy-eight", "+4917612345678"),
        ("null dreißig, zweimal die drei, vier fünf sechs sieben", "+4930334567"),
        ("null dreißig, zwei mal die drei, vier fünf sechs sieben", "+4930334567"),
        ("null drei null dreimal die vier fünf sechs", "+493044456"),
        ("null achthundert drei drei null eins null null null", "+498003301000"),
        ("oh three oh triple four five six", "+493044456"),
        ("0176 doppelvier 3 doppel-fünf 678", "+4917644355678"),
    ],
)
def test_tens_hundreds_and_repeats_are_understood(said: str, e164: str) -> None:
    """Germans dictate in pairs, and everybody doubles digits in a way of their own."""
    assert parse_e164(said) == e164


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("0664 1234567", "AT", "+436641234567"),
        ("01 5880", "AT", "+4315880"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("612 345 678", "ES", "+34612345678"),
        ("+49 176 12345678", "AT", "+4917612345678"),
        ("43 664 1234567", "AT", "+436641234567"),
        ("0176 12345678", "XX", None),
        ("+49 176 12345678", "XX", "+4917612345678"),
    ],
)
def test_national_numbers_are_those_of_the_companys_country(text: str, region: str, e164: str | None) -> None:
    """A salon in Wien hears 0664 as Austrian; an unknown country leaves only international numbers."""
    assert parse_e164(text, region) == e164


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("123 456", "123456"),
        ("eins zwo drei, vier fünf sechs", "123456"),
        ("doppel null sieben", "007"),
        ("+123456", None),
        ("zwölf", None),
        ("Sabine", None),
        (None, None),
    ],
)
def test_other_dictated_digits_are_read_the_same_way(text: str | None, digits: str | None) -> None:
    """A one-time code is dictated like a number, and is none."""
    assert dictated_digits(text) == digits


NUMBERS = list(GERMAN.items())
FORMS = list({**WRITTEN, **SPOKEN}.values())


@given(
    st.integers(0, len(NUMBERS) - 1), st.integers(0, len(NUMBERS) - 1), st.sampled_from(FORMS), st.sampled_from(FORMS)
)
def test_two_forms_match_exactly_when_they_are_the_same_number(
    one: int, other: int, write: Writer, rewrite: Writer
) -> None:
    """match(a, b) if and only if E164(a) = E164(b), whatever the spellings."""
    (parts, e164), (other_parts, other_e164) = NUMBERS[one], NUMBERS[other]
    assert same_number(write(*parts), rewrite(*other_parts)) == (e164 == other_e164)


@given(st.sampled_from(NUMBERS), st.integers(1, 9), st.data())
def test_a_suffix_a_prefix_or_another_digit_is_another_number(
    number: tuple[tuple[str, str], str], digit: int, data: st.DataObject
) -> None:
    """No match by suffix, by similar digits, or under another country's code."""
    (_area, _rest), e164 = number
    at = data.draw(st.integers(3, len(e164) - 1))
    changed = e164[:at] + str((int(e164[at]) + digit) % 10) + e164[at + 1 :]
    for near in (changed, e164 + str(digit), e164[:-1], "+43" + e164[3:], e164[-7:], e164[3:], "+" + e164[-10:]):
        assert not (near != e164 and caller_number(near).e164 == e164)


@given(st.one_of(st.text(max_size=60), st.text(alphabet="+0123456789 ()/-.,;#*telxnulsizwo", max_size=40)))
def test_any_text_is_a_valid_number_or_none_and_reading_is_stable(text: str) -> None:
    """Nothing raises; a result is canonical and valid, reads as itself, and the calling line never knows more."""
    e164 = parse_e164(text)
    assert e164 is None or E164.fullmatch(e164)
    assert e164 is None or (parse_e164(e164) == e164 and caller_number(e164) == CallerNumber(e164))
    line = caller_number(text)
    assert line.hidden == (line.why_hidden is not None)
    assert line.hidden or line.e164 == e164


def test_no_mask_is_anybodys_valid_number() -> None:
    """Refusing the keypad spellings with a plus costs no genuine caller: none of them is valid in any country."""
    masks = [
        form
        for form in NOBODY
        if re.fullmatch(r"\+[0-9]{6,12}", form) and caller_number(form).why_hidden is Hidden.MASKED
    ]
    assert len(masks) >= 6
    for mask in masks:
        assert not phonenumbers.is_valid_number(phonenumbers.parse(mask))


@given(st.from_regex(r"\+49[1-9][0-9]{4,14}", fullmatch=True))
def test_the_short_way_reads_what_the_library_reads(written: str) -> None:
    """A plain German number is not taken apart; valid or not, the same comes out."""
    try:
        number = phonenumbers.parse(written, "DE")
        valid = phonenumbers.is_valid_number(number)
    except phonenumbers.NumberParseException:
        valid = False
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None
    assert caller_number(written).e164 == expected

"""Numbers and ordinals in words."""

import re

import pytest

from gateway.speech.numbers import Ending, cardinal, ordinal, year


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "null"),
        (1, "eins"),
        (6, "sechs"),
        (7, "sieben"),
        (12, "zwölf"),
        (16, "sechzehn"),  # not sechszehn
        (17, "siebzehn"),  # not siebenzehn
        (20, "zwanzig"),
        (21, "einundzwanzig"),
        (30, "dreißig"),  # not dreizig
        (66, "sechsundsechzig"),
        (77, "siebenundsiebzig"),
        (100, "hundert"),
        (101, "hunderteins"),
        (121, "hunderteinundzwanzig"),
        (200, "zweihundert"),
        (1000, "tausend"),
        (1001, "tausendeins"),
        (1100, "tausendeinhundert"),  # not tausendhundert
        (2026, "zweitausendsechsundzwanzig"),
        (21_000, "einundzwanzigtausend"),
        (101_000, "hunderteintausend"),
        (999_999, "neunhundertneunundneunzigtausendneunhundertneunundneunzig"),
    ],
)
def test_german_cardinals(number: int, words: str) -> None:
    """German numbers are one word, with the irregular teens and tens."""
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (21, "twenty-one"),
        (40, "forty"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (999, "nine hundred and ninety-nine"),
        (1005, "one thousand and five"),
        (1200, "one thousand two hundred"),
    ],
)
def test_english_cardinals(number: int, words: str) -> None:
    """English numbers are said the British way, with "and" before the last part."""
    assert cardinal(number, lang="en") == words


@pytest.mark.parametrize(("number", "words"), [(1, "ein"), (101, "hundertein"), (21, "einundzwanzig"), (2, "zwei")])
def test_one_loses_its_s_before_a_noun(number: int, words: str) -> None:
    """It is "ein Uhr" and "hundertein Euro", but "es ist eins"."""
    assert cardinal(number, before_noun=True) == words


@pytest.mark.parametrize(
    ("number", "stem"),
    [
        (1, "erst"),
        (2, "zweit"),
        (3, "dritt"),
        (4, "viert"),
        (7, "siebt"),
        (8, "acht"),  # not achtt
        (16, "sechzehnt"),
        (19, "neunzehnt"),
        (20, "zwanzigst"),
        (21, "einundzwanzigst"),
        (30, "dreißigst"),
        (31, "einunddreißigst"),
        (100, "hundertst"),
        (101, "hunderterst"),
        (112, "hundertzwölft"),
    ],
)
@pytest.mark.parametrize("ending", ["e", "er", "en", "em", "es"])
def test_german_ordinals_take_the_ending_asked_for(number: int, stem: str, ending: Ending) -> None:
    """ "der erste", "ein erster", "am ersten": the stem stays, the ending is the sentence's."""
    assert ordinal(number, ending=ending) == stem + ending


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "first"),
        (2, "second"),
        (3, "third"),
        (5, "fifth"),
        (8, "eighth"),
        (9, "ninth"),
        (12, "twelfth"),
        (13, "thirteenth"),
        (20, "twentieth"),
        (21, "twenty-first"),
        (30, "thirtieth"),
        (31, "thirty-first"),
    ],
)
def test_english_ordinals(number: int, words: str) -> None:
    """English ordinals, with the spellings that lose or change a letter."""
    assert ordinal(number, lang="en") == words


@pytest.mark.parametrize(
    ("number", "german", "english"),
    [
        (1900, "neunzehnhundert", "nineteen hundred"),
        (1905, "neunzehnhundertfünf", "nineteen oh five"),
        (1999, "neunzehnhundertneunundneunzig", "nineteen ninety-nine"),
        (2000, "zweitausend", "two thousand"),
        (2027, "zweitausendsiebenundzwanzig", "two thousand twenty-seven"),
        (2100, "zweitausendeinhundert", "two thousand one hundred"),
    ],
)
def test_years(number: int, german: str, english: str) -> None:
    """Years before 2000 are counted in hundreds; later ones are plain numbers, never a pair that sounds like a time."""
    assert (year(number), year(number, lang="en")) == (german, english)


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    """A number we have no words for raises instead of being said wrong."""
    with pytest.raises(ValueError, match="cannot say"):
        cardinal(number)


def test_there_is_no_zeroth_day() -> None:
    """An ordinal starts at one."""
    with pytest.raises(ValueError, match="cannot say"):
        ordinal(0)


_UNITS = dict(
    zip(
        "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split(),
        range(1, 13),
        strict=True,
    )
) | {"eins": 1, "sech": 6, "sieb": 7}
_TENS = {"zwan": 20, "drei": 30, "vier": 40, "fünf": 50, "sech": 60, "sieb": 70, "acht": 80, "neun": 90}


def _value(words: str) -> int:
    """Read a German number below 10,000 by its grammar: an independent way back from the words."""
    thousands = re.fullmatch(r"(.*?)tausend(.*)", words)
    if thousands:
        return 1000 * (_value(thousands[1]) if thousands[1] else 1) + (_value(thousands[2]) if thousands[2] else 0)
    hundreds = re.fullmatch(r"(.*?)hundert(.*)", words)
    if hundreds:
        return 100 * (_value(hundreds[1]) if hundreds[1] else 1) + (_value(hundreds[2]) if hundreds[2] else 0)
    tens = re.fullmatch(r"(?:(.+)und)?(zwan|drei|vier|fünf|sech|sieb|acht|neun)[zß]ig", words)
    if tens:
        return _TENS[tens[2]] + (_UNITS[tens[1]] if tens[1] else 0)
    teens = re.fullmatch(r"(.+)zehn", words)
    return 10 + _UNITS[teens[1]] if teens else _UNITS[words]


def test_german_words_mean_the_number_they_came_from() -> None:
    """Reading the words by German grammar gives every number from 1 to 9,999 back."""
    assert [_value(cardinal(n)) for n in range(1, 10_000)] == list(range(1, 10_000))


def test_no_two_numbers_sound_alike() -> None:
    """Every English number below ten thousand has words of its own."""
    assert len({cardinal(n, lang="en") for n in range(10_000)}) == 10_000

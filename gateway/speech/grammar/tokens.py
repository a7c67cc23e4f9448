"""From text to items: cut it into tokens, look words up, resolve the few that depend on their neighbours."""

import re
import unicodedata
from typing import Final, NamedTuple

from gateway.speech.grammar.calendar import day_in
from gateway.speech.grammar.english import ENGLISH
from gateway.speech.grammar.german import GERMAN
from gateway.speech.grammar.lexicon import Lexicon, fold
from gateway.speech.grammar.model import Clock, Context, Item, one_day

MAX_TEXT: Final = 2000
"""Characters read; the rest is ignored."""
MAX_ITEMS: Final = 160
"""Items read: some two minutes of speech."""

LEXICONS: Final = {"de": GERMAN, "en": ENGLISH}

# A telephone number is no time: an international prefix, or an area code and four digits and more.
_PHONE: Final = re.compile(r"\+[0-9][0-9 /()-]{6,24}|(?<![0-9.:])0[0-9]{2,5}[ /-]{1,3}[0-9][0-9 -]{3,20}|[0-9]{5,}")
_DASHES: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "´": "'", "`": "'"}
)
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")

_TOKEN: Final = re.compile(
    r"""
      (?P<iso>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:(?:(?P<isot>t)|[ ])[ ]*(?P<isotime>[0-9]{2}:[0-9]{2})(?::[0-9]{2}(?:[.,][0-9]+)?)?
              (?:z|\+[0-9]{2}:?[0-9]{2}|(?(isot)-[0-9]{2}:?[0-9]{2}|(?!)))?)?(?![0-9])
    | (?P<ymd>[0-9]{4}[./][0-9]{1,2}[./][0-9]{1,2})(?![0-9])
    | (?P<dmy>[0-9]{1,2}\s?\.\s?[0-9]{1,2}\s?\.\s?[0-9]{4}(?![0-9]|\s*(?:uhr|h\b|:))
             |[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2}(?![0-9]|\s*(?:uhr|h\b|:[0-9]))
             |[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})(?![0-9])
             |[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}(?![0-9])
             |(?<![0-9-])[0-9]{2}-[0-9]{2}-[0-9]{2}(?![0-9-]))
    | (?P<duration>[0-9]{1,2}\s?h\s?[0-9]{1,2}\s?m(?:in)?)\b
    | (?P<fraction>[123]/[24])(?=\s?(?:h\b|std|stunde|hour)|\s(?:1[0-2]|[1-9])(?:\s?uhr)?(?:\s*(?:$|[,;?!])|\s[^\W\d]|\s[0-9]{1,4}[./-][0-9]))
    | (?P<dm>(?!(?:[01]?[0-9]|2[0-3])\.(?:00|15|30|45)\.\s*$)[0-9]{1,2}\.\s?[0-9]{1,2}\.(?![0-9])|[0-9]{1,2}/[0-9]{1,2}(?![0-9/]|\s?(?:std|stunde|st\b|h\b)))\.?
    | (?P<roman>[0-9]{1,2}\.\s?(?:iv|ix|xi{0,2}|vi{0,3}|i{1,3})\.)
    | (?P<colon>[0-9]{1,2}:[0-9]{2})(?::[0-9]{2}(?:[.,][0-9]+)?(?:z\b|[+-][0-9]{2}:?[0-9]{2})?|z\b)?(?![0-9])
    | (?P<hmark>[0-9]{1,2}h[0-9]{2})(?![0-9])
    | (?P<dotted>[0-9]{1,2}\.[0-9]{1,2})(?![0-9]|\.[0-9])
    | (?P<decimal>[0-9]+[.,][0-9]+)
    | (?P<ordinal>[0-9]{1,2}(?:(?:st|nd|rd|th|ter|ten|tem|te|tes|ster|sten|stem|ste|stes)\b|\.(?![0-9])))
    | (?<![\w'])'(?P<shortyear>[0-9]{2})(?![0-9'])
    | (?P<number>[0-9]+)
    | (?P<ampm>(?<=[0-9])[ap](?:\.?\s?m\b)?\.?(?![a-z])|\b[ap]\.\s?m\b\.?|\bp\s?m\b\.?)
    | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)?\.?)
    | (?P<mark>[^\s\w])
    """,
    re.IGNORECASE | re.VERBOSE,
)


# Words of one language that no sentence of the other holds: models translate a caller's "morgen" to "tomorrow".
_ONLY_IN: Final = {
    "en": frozenset(
        "today tomorrow tonight yesterday monday tuesday wednesday thursday friday saturday sunday january february"
        " march june july october december afternoon evening noon midnight weekend o'clock".split()
    ),
    "de": frozenset(
        "heute morgen uebermorgen montag dienstag mittwoch donnerstag freitag samstag sonntag uhr januar februar maerz"
        " juni juli oktober dezember nachmittag vormittag abend mittag mitternacht wochenende".split()
    ),
}


class Token(NamedTuple):
    """One token: what kind of writing it is, its folded text, and the text as written."""

    kind: str
    text: str
    raw: str


def tokenise(text: str) -> list[Token]:
    """Return the first `MAX_ITEMS` tokens of a text of any length and script."""
    plain = " ".join(unicodedata.normalize("NFKC", text[:MAX_TEXT])[:MAX_TEXT].translate(_DASHES).split())
    plain = _PHONE.sub(" § ", plain)
    found = []
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or "mark"
        if match[0] == "'":
            continue  # "'ner halben Stunde"
        if kind == "isotime":
            found.append(Token("iso", match["iso"], match[0]))
            if match["isotime"] != "00:00":  # a model writes midnight when it knows only the day
                found.append(Token("colon", match["isotime"], ""))
        else:
            found.append(Token(kind, fold(match[kind]), match[0]))
        if len(found) >= MAX_ITEMS:
            break
    return found


_LITTLE_WORDS: Final = {
    "en": frozenset("at on the of to and from until after before next this".split()),
    "de": frozenset("um am der den dem und bis ab im von vom nach vor gegen zum diesen naechsten naechste".split()),
}


def speaks_other(text: str, lang: str) -> bool:
    """Tell whether a text has the other language's words of time and no word of `lang`."""
    words = {fold(word) for word in text[:MAX_TEXT].replace(",", " ").split()}
    other = "de" if lang == "en" else "en"
    return bool(words & _ONLY_IN[other]) and not words & (_ONLY_IN[lang] | _LITTLE_WORDS[lang])


def items_of(text: str, context: Context) -> list[Item]:
    """Return the row of items for a text."""
    lexicon = LEXICONS[context.lang]
    tokens = tokenise(text)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        at += _read(tokens, at, items, lexicon, context)
    return items[:MAX_ITEMS]


def _read(tokens: list[Token], at: int, items: list[Item], lexicon: Lexicon, context: Context) -> int:
    """Append the item(s) of the token at `at`; return how many tokens they took."""
    token = tokens[at]
    if token.kind not in {"word", "mark", "ampm"}:
        if token.kind == "ordinal" and _full_stop(tokens, at, items, context.lang):
            items += [Item("N", n=int(token.text[:-1]), text=token.text[:-1], digits=True), Item("p", text=".")]
            return 1
        if token.kind in {"ordinal", "number"}:
            taken = _phrase(tokens, at, items, lexicon)
            if taken:
                return taken
        items += _two_hours(tokens, at) or [_number(token, context)]
        return 1
    if token.kind == "ampm":
        items.append(Item("m", n=int(token.text[0] == "p"), text=token.text))
        return 1
    taken = _phrase(tokens, at, items, lexicon)
    if taken:
        return taken
    if token.kind == "mark":
        items.append(_mark(token, lexicon))
        return 1
    return _word(tokens, at, items, lexicon)


_ROUGHLY: Final = frozenset("um gegen gg ca circa so etwa".split())


def _two_hours(tokens: list[Token], at: int) -> list[Item]:
    """'gegen 8/9 Uhr': either hour, where the words beside it say that no date is meant."""
    first, slash, second = tokens[at].text.partition("/")
    if tokens[at].kind != "dm" or not slash or int(second) > 24:
        return []
    before = tokens[at - 1].text.rstrip(".") if at else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if before not in _ROUGHLY and after not in {"uhr", "h"}:
        return []
    hours = [Item("N", n=int(hour), text=hour, digits=True) for hour in (first, second)]
    return [hours[0], Item("o", text="/"), hours[1]]


# What an hour follows and a day of the month does not: "um 10.", "viertel nach 3.", "morgen 10."
_HOUR_AFTER: Final = frozenset(
    "um gegen nach vor viertel halb dreiviertel uhr punkt ca circa zirka heute morgen uebermorgen".split()
)
_BETWEEN: Final = frozenset("ab bis und oder -".split())
_DAY_AFTER: Final = {
    "de": frozenset("am den der dem des zum vom , tag dann ( seit auf".split()),
    "en": frozenset("on the".split()),
}


def _full_stop(tokens: list[Token], at: int, items: list[Item], lang: str) -> bool:
    """Tell whether the dot of '10.' ends the sentence ('um 10.', 'Hausnummer 12.'): not 'am 10.', 'Montag, 10.'."""
    before = tokens[at - 1].text.rstrip(".") if at else ""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if tokens[at].text[-1] != "." or not at and lang == "de":
        return False
    known = LEXICONS[lang].words
    if following is not None:
        named = known.get(following.text.rstrip("."))
        return before in _HOUR_AFTER and following.raw[:1].isupper() and (named is None or named.code not in "MUWPK")
    if lang == "de" and before in _BETWEEN:
        first = tokens[at - 2].kind if at > 1 else "word"
        open_end = before == "ab" or before == "bis" and first != "ordinal"
        hours = any(item.code in "WRHPODT" or item.code == "N" and item.digits for item in items)
        return first in {"number", "colon"} or open_end and hours
    named = known.get(before)
    return before not in _DAY_AFTER[lang] and (named is None or lang == "en" or named.code != "W")


_MINUTES: Final = frozenset("minute hour quarterhour halfhour threequarterhour viertel dreiviertel".split())


def _phrase(tokens: list[Token], at: int, items: list[Item], lexicon: Lexicon) -> int:
    """Append the item of the longest phrase that starts here; return its length in tokens, 0 when none does."""
    first = tokens[at].text
    if first in {"so", "so."} and lexicon is GERMAN and _on_sunday(tokens, at):
        return 0
    rows = lexicon.phrases.get(first) or lexicon.phrases.get(first.rstrip("."))
    for parts, item in rows or ():
        end = at + len(parts)
        if end <= len(tokens) and all(
            token.text == part or token.text.rstrip(".") == part
            for token, part in zip(tokens[at + 1 : end], parts[1:], strict=False)
        ):
            if item.text == first and item.code == "x":
                continue
            if item.text in {"vormittag", "nachmittag"} and len(parts) > 1 and items and items[-1].text in _MINUTES:
                continue  # "eine Viertelstunde vor Mittag"
            if item.code == "Z" and end < len(tokens) and tokens[end].text in {"past", "after", "to"}:
                continue  # "between two and half past three"
            items.append(item)
            return len(parts)
    return 0


def _mark(token: Token, lexicon: Lexicon) -> Item:
    known = lexicon.words.get(token.text)
    if known is not None:
        return Item(known.code, text=token.text)
    if token.text in ".!?;\n":
        return Item("p", text=token.text)
    if token.text == "/":
        return Item("o", text=token.text)
    if token.text in ",:()'\"":
        return Item("c", text=token.text)
    return Item("x", text=token.text)


def _word(tokens: list[Token], at: int, items: list[Item], lexicon: Lexicon) -> int:
    token = tokens[at]
    word = token.text.rstrip(".")
    ends = token.text != word
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    next_word = following.text.rstrip(".") if following is not None and following.kind == "word" else "um"
    named_next = next_word not in lexicon.words or lexicon.words[next_word].code in "MS"
    named_next = named_next and not _goes_on(tokens, at)
    if word in lexicon.titles and word != "fr" or token.text in lexicon.titles and (word != "fr" or named_next):
        # "Frau Mai", "Herr Freitag": a name may look like a day.
        items.append(Item("x", text=word))
        if following is not None and following.kind == "word" and word not in {"name"}:
            items.append(Item("x", text=following.text))
            return 2
        return 1
    special = _german_word(word, tokens, at, items) if lexicon is GERMAN else _english_word(word, token, items)
    if special is not None:
        items.append(special)
        return 1
    known = lexicon.words.get(token.text) or lexicon.words.get(word)
    abbreviated = token.text in lexicon.words  # "vorm.", "spät.": the dot ends no sentence
    if known is not None and _is_name(known, tokens, at, lexicon):
        items.append(Item("x", text=word))
    elif known is not None:
        items.append(known)
    else:
        parts = lexicon.split(word)
        items.extend(_compound(parts, lexicon) if parts else [Item("x", text=word)])
    if ends and (known is None or len(word) > 4) and not abbreviated:
        items.append(Item("p", text="."))
    return 1


def _goes_on(tokens: list[Token], at: int) -> bool:
    """'um drei Fr bei Ihnen', 'Fr. spät am Abend': a capital and a small word behind it, so no title and no name."""
    following = tokens[at + 1] if at + 1 < len(tokens) else tokens[at]
    return tokens[at].raw[0].isupper() and following.raw[:1].islower() and following.text not in {"it", "you", "von"}


def _is_name(known: Item, tokens: list[Token], at: int, lexicon: Lexicon) -> bool:
    """'mein Name ist August', 'do it', 'Jan Müller': looks like a month or weekday and is none."""
    before = [token.text for token in tokens[max(0, at - 2) : at]]
    if known.code in "WMSHP" and (
        before[-2:] == ["ich", "heisse"]
        or len(before) == 2
        and before[0].endswith("name")
        and before[1] in {"ist", "is", ":"}
        or before in (["name's"], ["hier", "spricht"])
        or before[-1:] == ["namen"]
    ):
        return True
    if known.code != "W" or len(tokens[at].text) != 2 or lexicon is not GERMAN:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    alone = not before or before[-1] not in _SUNDAY_AFTER
    return (
        alone
        and following is not None
        and following.kind == "word"
        and following.text.rstrip(".") not in lexicon.words
        and not _goes_on(tokens, at)
    )


def _compound(parts: list[str], lexicon: Lexicon) -> list[Item]:
    """The items of a compound; 'morgen' behind a day is the morning ('Montagmorgen')."""
    return [
        Item("P", text="frueh") if part == "morgen" and at else lexicon.words[part] for at, part in enumerate(parts)
    ]


_MORNING_AFTER: Final = frozenset(
    [
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "sonnabend",
        "heute",
        "gestern",
        "uebermorgen",
        "vorgestern",
        "am",
        "diesen",
        "dieser",
        "fruehen",
        "spaeten",
        "jeden",
        "naechsten",
        "jedem",
        "jenem",
        "zum",
        "folgenden",
        "den",
        "morgen",
        "heutigen",
    ]
)
_GREETING: Final = frozenset(["guten", "gutn", "schoenen", "gute", "gudn", "guden", "schoenes", "schoene", "schoener"])
_GREETED: Final = frozenset(
    "morgen morgn abend nachmittag vormittag mittag nacht wochenende feierabend tag woche sonntag".split()
)
_THIS_SUNDAY: Final = frozenset("am naechsten nachsten diesen kommenden".split())
_WEEKEND_AFTER: Final = frozenset("am dieses naechstes nachstes kommendes uebers ubers letztes jedes".split())
_SUNDAY_AFTER: Final = frozenset(
    [
        "am",
        "naechsten",
        "nachsten",
        "naechster",
        "diesen",
        "bis",
        "ab",
        "kommenden",
        "letzten",
        "vom",
        "von",
        "jeden",
        "bis",
        "zum",
    ]
)


def _on_sunday(tokens: list[Token], at: int) -> bool:
    """'nächsten So um elf', 'So. gegen 16 Uhr': a Sunday in spite of the word behind it, with which 'so' means about."""
    previous = tokens[at - 1].text if at else ""
    dotted = tokens[at].raw == "So." and at + 1 < len(tokens) and tokens[at + 1].raw[:1].islower()
    return dotted and (not at or previous in _SUNDAY_AFTER) or previous in _THIS_SUNDAY


def _capital_so(tokens: list[Token], at: int) -> bool:
    """'Kaffee So 9 Uhr', 'Termin So Nachmittag': a capital within the sentence, and a time behind it."""
    if tokens[at].raw != "So" or not at or tokens[at - 1].kind == "mark" or at + 1 >= len(tokens):
        return False
    following = tokens[at + 1]
    part = GERMAN.words.get(following.text)
    return following.kind in {"number", "colon", "hmark"} or part is not None and part.code == "P"


def _is_date(tokens: list[Token], at: int) -> bool:
    """Tell whether the token at `at` is a day in digits: '10.12.', and '10.12' where no 'Uhr' follows."""
    if at + 1 < len(tokens) and tokens[at].kind == "number":
        month = GERMAN.words.get(tokens[at + 1].text.rstrip("."))
        return month is not None and month.code == "M"
    if at >= len(tokens) or tokens[at].kind != "dotted":
        return at < len(tokens) and tokens[at].kind in {"dm", "dmy", "ordinal"}
    said_hour = at + 1 < len(tokens) and tokens[at + 1].text in {"uhr", "h"}
    return not said_hour and 1 <= int(tokens[at].text.partition(".")[2]) <= 12


def _german_word(word: str, tokens: list[Token], at: int, items: list[Item]) -> Item | None:
    """Return the item of a word whose meaning hangs on its neighbours, None for all others."""
    token, previous = tokens[at], tokens[at - 1].text if at else ""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if word in _GREETED and previous in _GREETING:
        return Item("x", text="gruss")
    if word in {"morgen", "morgn"}:
        if items and items[-1].text == "gruss":
            return Item("R", n=1, text=word)  # "guten Morgen, morgen um zehn"
        if previous in _MORNING_AFTER or (items and items[-1].code == "W"):
            return Item("P", text="frueh")
        if following is not None and following.text == "des":
            return Item("P", text="frueh")
        return Item("R", n=1, text=word)
    if word == "we" and (token.raw == "WE" or previous in _WEEKEND_AFTER):
        return Item("U", text="weekend")
    if word == "so":
        before_date = _is_date(tokens, at + 1)
        dotted_or_last = (
            token.text == "so." or token.raw in {"So", "SO"} and following is not None and following.kind == "colon"
        )
        beside_weekday = previous in {"und", "oder"} and len(items) > 1 and items[-2].code == "W"
        # "Sa oder So", "Samstag und So"; not "um drei oder so", "Montag oder so"
        beside_weekday = beside_weekday and (token.raw != "so" or len(items[-2].text) == 2)
        of_sunday = dotted_or_last or previous in _SUNDAY_AFTER or _capital_so(tokens, at)
        about = following is not None and following.text in {"gegen", "um"}  # "bis so um drei"; "nächsten So. um drei"
        if before_date or beside_weekday or of_sunday and (not about or _on_sunday(tokens, at)):
            return Item("W", n=6, text=word)
        if following is None and not previous:
            return Item("W", n=6, text=word)
    names = following is not None and following.kind == "word" and following.raw[:1].isupper()
    if word == "fr" and names and following is not None and following.text.rstrip(".") not in GERMAN.words:
        return Item("x", text=word)  # "Fr. Meier"
    if (
        word == "am"
        and items
        and items[-1].code in "NC"
        and (following is None or token.raw == "AM" and not following.raw.isupper())
    ):
        return Item("m", text=word)  # "8 AM"
    if word == "an" and previous == "von":
        return Item("d", text=word)
    return None


def _english_word(word: str, token: Token, items: list[Item]) -> Item | None:
    """Return the item of a word whose meaning hangs on its neighbours, None for all others."""
    if word in {"am", "a"} and not (items and items[-1].code in "NCTuh") and token.raw not in {"AM"}:
        return Item("x", text=word) if word == "am" else None
    if (
        word in {"sun", "sat", "may", "march", "mar", "second", "wed"}
        and items
        and items[-1].text in {"i", "you", "we", "he"}
    ):
        return Item("x", text=word)
    return None


def _number(token: Token, context: Context) -> Item:
    """Return the item of a token written in digits; one that names no possible date or clock is `x`."""
    if token.kind in {"iso", "ymd"}:
        return _date(token, [int(part) for part in re.split("[-./]", token.text)])
    if token.kind == "dmy":
        day, month, year = (int(part) for part in re.split(r"[-./\s]+", token.text.strip(".")))
        if context.lang == "en" and "." not in token.text and month > 12 >= day:
            day, month = month, day
        return _date(token, [_full_year(year, context) if year < 100 else year, month, day])
    if token.kind in {"dm", "roman", "dotted"}:
        return _pair(token, context.lang)
    if token.kind == "fraction":
        return Item({"1/2": "h", "1/4": "q"}.get(token.text, "Q"), text=token.text)
    if token.kind == "duration":
        hours, minutes = (int(part) for part in re.findall("[0-9]+", token.text))
        return Item("L", n=60 * hours + minutes, text="minute")
    if token.kind in {"colon", "hmark"}:
        hour, minute = (int(part) for part in re.split("[:h]", token.text))
        if hour > 24 or minute > 59 or hour * 60 + minute > 1440:
            return Item("V", text=token.text)
        leading = token.text[0] == "0" or token.raw == ""
        clock = Clock(hour * 60 + minute, 1 <= hour <= 12 and not leading)
        return Item("C", m=24 * int(hour > 12), text=token.text, digits=True, clock=clock)
    if token.kind == "decimal":
        whole, part = re.split("[.,]", token.text)
        return Item("Z", n=int(whole[:4]), text=token.text) if part == "5" else _comma_pair(token)
    if token.kind == "ordinal":
        digits = re.match("[0-9]+", token.text)
        n = int(digits[0]) if digits else 0
        return Item("O", n=n, text=token.text, digits=True)
    n = int(token.text)
    if token.kind == "shortyear":
        return Item("Y", n=_full_year(n, context), text=token.text, digits=True)
    if len(token.text) == 4 and 1900 <= n < 2200:
        return Item("Y", n=n, text=token.text, digits=True)
    return Item("N", n=n, text=token.text, digits=True)


def _full_year(short: int, context: Context) -> int:
    """Two digits are a year at most twenty years ahead: '31.10.74' is a date of birth."""
    year = context.today.year // 100 * 100 + short
    return year - 100 if year > context.today.year + 20 else year


def _comma_pair(token: Token) -> Item:
    """'8,30': an hour and minutes only where a word says so ('8,30 Uhr'); else a price or a measure."""
    hour, comma, minute = token.text.partition(",")
    if comma and len(hour) <= 2 and len(minute) == 2:
        return Item("x", n=int(hour), m=int(minute), text=token.text, digits=True)
    return Item("x", text=token.text)


def _date(token: Token, ymd: list[int]) -> Item:
    day = day_in(ymd[0], ymd[1], ymd[2])
    return Item("V", text="no such day") if day is None else Item("D", text="explicit", days=one_day(day), digits=True)


def _pair(token: Token, lang: str) -> Item:
    """Day and month, or hour and minute: 'T' while both are possible or it may be an hour, 'x' when neither is."""
    first, second = [part for part in re.split(r"[./\s]+", token.text) if part][:2]
    month = _ROMAN.index(second) + 1 if token.kind == "roman" else int(second)
    if lang == "en" and "/" in token.text and 12 < month <= 31 and 1 <= int(first) <= 12:
        first, month = str(month), int(first)  # an American date that can be read no other way
    sure = token.kind == "roman" or token.kind == "dm" and month <= 12
    code = "T"
    return Item(code, n=int(first), m=month, text="date" if sure else token.text, digits=True)

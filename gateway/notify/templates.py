"""What our messages say, in German (Sie or du) and English.

The code is not in the subject: subjects show on locked screens. The text tells what to do when one has not called,
because then somebody else did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Voice = Literal["de_sie", "de_du", "en"]


@dataclass(frozen=True, slots=True)
class Written:
    """Subject and text of a mail, and the shorter text of an SMS."""

    subject: str
    text: str
    short: str


_CODE: Final[Mapping[Voice, Written]] = {
    "de_sie": Written(
        "Ihr Code für {salon}",
        "Guten Tag,\n\n"
        "Ihr Code lautet: {code}\n\n"
        "Bitte nennen Sie ihn in dem Telefonat, das Sie gerade mit {salon} führen. "
        "Er gilt {minutes} Minuten und nur für dieses Gespräch.\n\n"
        "Sie telefonieren gerade nicht mit uns? Dann geben Sie den Code bitte niemandem; "
        "Sie brauchen nichts weiter zu tun.\n\n"
        "{salon}\n",
        "{salon}: Ihr Code ist {code}, gültig {minutes} Minuten für Ihr laufendes Gespräch. "
        "Bitte sonst niemandem nennen.",
    ),
    "de_du": Written(
        "Dein Code für {salon}",
        "Hallo,\n\n"
        "dein Code lautet: {code}\n\n"
        "Bitte nenne ihn in dem Telefonat, das du gerade mit {salon} führst. "
        "Er gilt {minutes} Minuten und nur für dieses Gespräch.\n\n"
        "Du telefonierst gerade nicht mit uns? Dann gib den Code bitte niemandem; "
        "du brauchst nichts weiter zu tun.\n\n"
        "{salon}\n",
        "{salon}: Dein Code ist {code}, gültig {minutes} Minuten für dein laufendes Gespräch. "
        "Bitte sonst niemandem nennen.",
    ),
    "en": Written(
        "Your code for {salon}",
        "Hello,\n\n"
        "your code is: {code}\n\n"
        "Please say it in the call you are having with {salon} right now. "
        "It is valid for {minutes} minutes and for this call only.\n\n"
        "You are not on the phone with us? Then please give the code to nobody; "
        "there is nothing else you need to do.\n\n"
        "{salon}\n",
        "{salon}: your code is {code}, valid {minutes} minutes for the call you are in. Please tell it to nobody else.",
    ),
}


def voice(lang: str, formal: bool) -> Voice:
    """A company's language ("de", "en") and form of address as the key of the texts; unknown languages get English."""
    if lang != "de":
        return "en"
    return "de_sie" if formal else "de_du"


def one_time_code(salon: str, code: str, *, lang: str, formal: bool, minutes: int) -> Written:
    """The message that carries `code` (six digits, shown as "048 213")."""
    pattern = _CODE[voice(lang, formal)]
    values = {"salon": salon, "code": f"{code[:3]} {code[3:]}", "minutes": minutes}
    return Written(pattern.subject.format(**values), pattern.text.format(**values), pattern.short.format(**values))

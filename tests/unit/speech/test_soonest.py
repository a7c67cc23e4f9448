"""Any time will do: heard as such, and never heard in a text that means something else."""

from datetime import datetime

import pytest

from gateway.speech.soonest import means_soonest
from gateway.speech.when import understand

NOW = datetime(2025, 10, 24, 9, 0)


@pytest.mark.parametrize(
    "text",
    [
        "so bald wie möglich",
        "möglichst bald bitte",
        "so schnell es geht",
        "schnellstmöglich",
        "baldmöglichst",
        "bald möglichst",
        "der nächste freie Termin",
        "den nächstmöglichen Termin",
        "die früheste Möglichkeit",
        "wann Sie was frei haben",
        "wann es Ihnen passt",
        "mir egal",
        "egal wann",
        "die Uhrzeit ist mir egal",
        "ich bin da ganz flexibel",
        "as soon as possible",
        "the first available slot",
        "the earliest appointment",
        "ASAP please",
        "whenever you have something",
        "any time",
    ],
)
def test_any_time_will_do(text: str) -> None:
    """No day, no time, and still a wish that can be answered with offers."""
    assert means_soonest(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bla",
        "das ist mir nicht recht",
        "bei Emma",
        "Anna Becker",
        "weiß ich noch nicht",
        "der Termin",
        "egal bei wem",
    ],
)
def test_nothing_said_is_not_any_time(text: str) -> None:
    """What says nothing about time is asked about."""
    assert not means_soonest(text)


def test_a_day_that_was_named_counts() -> None:
    """Asked only where no day or time was understood: these are days."""
    assert understand("morgen so früh wie möglich", NOW).kind != "none"
    assert understand("Montag, die Uhrzeit ist mir egal", NOW).kind == "date"

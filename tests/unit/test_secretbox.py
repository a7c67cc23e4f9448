"""Secrets at rest: sealed to their place, rotated, and hashed under a key."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import SettingsError
from gateway.secretbox import SealBroken, derive, keyed_hash, phone_tag, secret_box, tag

OLD, NEW = "old-" + "o" * 32, "new-" + "n" * 32
PLACE = "company:c1:calcom_key"


def test_what_is_sealed_opens_and_does_not_show() -> None:
    """The text in the database holds nothing of the secret, and the box does not print its keys."""
    box = secret_box([NEW])
    sealed = box.seal("cal_live_1234567890", place=PLACE)
    assert box.open(sealed, place=PLACE) == "cal_live_1234567890"
    assert "cal_live" not in sealed
    assert NEW not in repr(box)
    assert "AESGCM" not in repr(box)


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    """Two companies with the same key cannot be seen to have it."""
    box = secret_box([NEW])
    assert len({box.seal("same", place=PLACE) for _ in range(100)}) == 100


@pytest.mark.parametrize("place", ["company:c2:calcom_key", "company:c1:webhook_secret", ""])
def test_a_sealed_value_opens_in_its_own_place_only(place: str) -> None:
    """A cell copied to another row or column stays shut."""
    box = secret_box([NEW])
    with pytest.raises(SealBroken):
        box.open(box.seal("secret", place=PLACE), place=place)


def test_every_changed_byte_is_noticed() -> None:
    """No character of the stored text can be changed, dropped or doubled."""
    box = secret_box([NEW])
    sealed = box.seal("secret", place=PLACE)
    broken = {sealed[:at] + other + sealed[at + 1 :] for at in range(len(sealed)) for other in "A0.-_"}
    broken |= {sealed[:at] + sealed[at + 1 :] for at in range(len(sealed))} | {sealed + "A", sealed + "=", "v1..", ""}
    for text in broken - {sealed}:
        with pytest.raises(SealBroken):
            box.open(text, place=PLACE)


def test_after_a_rotation_old_values_open_and_new_ones_are_sealed_with_the_new_secret() -> None:
    """The operator puts the new secret first, re-encrypts, and then drops the old one."""
    before = secret_box([OLD])
    sealed = before.seal("secret", place=PLACE)
    during = secret_box([NEW, OLD])
    assert during.open(sealed, place=PLACE) == "secret"
    assert not during.is_current(sealed)
    renewed = during.reencrypt(sealed, place=PLACE)
    assert during.is_current(renewed)
    assert during.reencrypt(renewed, place=PLACE) == renewed
    after = secret_box([NEW])
    assert after.open(renewed, place=PLACE) == "secret"
    with pytest.raises(SealBroken, match=before.key_id):
        after.open(sealed, place=PLACE)
    with pytest.raises(SealBroken):
        during.reencrypt(sealed, place="company:c2:calcom_key")


@pytest.mark.parametrize(
    ("secrets", "why"),
    [
        ([], "not set"),
        ([""], "too short"),
        (["x" * 31], "31 bytes"),
        ([NEW, "short"], "5 bytes"),
        ([NEW, NEW], "twice"),
    ],
)
def test_a_wrong_secret_stops_the_start_with_one_line(secrets: list[str], why: str) -> None:
    """The line names the setting and why, and never the secret."""
    with pytest.raises(SettingsError, match="GATEWAY_SECRET_KEY") as refused:
        secret_box(secrets)
    assert why in str(refused.value)
    assert NEW not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_secret_that_is_no_text_is_refused() -> None:
    """Bytes of the environment that are not UTF-8 arrive as lone surrogates."""
    with pytest.raises(SettingsError, match="not valid text"):
        secret_box(["\udcff" * 40])


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.text(max_size=30).filter(str.isprintable))
def test_any_text_survives_sealing(text: str, place: str) -> None:
    """Umlauts, emoji, nothing at all."""
    box = secret_box([NEW, OLD])
    assert box.open(box.seal(text, place=place), place=place) == text


def test_each_use_has_its_own_key() -> None:
    """A key that leaks from one use opens no other, and another installation has other keys."""
    keys = [derive(secret, use) for secret in (OLD, NEW) for use in ("seal", "phone", "code", "key id")]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}
    assert derive(OLD, "phone") == derive(OLD, "phone")


def test_the_parts_of_a_hash_cannot_slide_into_each_other() -> None:
    """("ab", "c") and ("a", "bc") are different things."""
    key = derive(NEW, "phone")
    spellings = [("abc",), ("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc")]
    assert len({keyed_hash(key, *parts) for parts in spellings}) == len(spellings)


def test_a_number_in_the_log_shows_its_last_two_digits_and_no_more() -> None:
    """The operator can follow one caller through the log and cannot ring them up."""
    key = derive(NEW, "phone")
    shown = phone_tag("+4915112345601", key)
    assert shown.startswith("h:")
    assert shown.endswith(":01")
    assert "1511234" not in shown
    assert shown == phone_tag("+4915112345601", key)
    assert shown != phone_tag("+4915112345601", derive(OLD, "phone"))
    numbers = [f"+49151123456{n:02d}" for n in range(100)] + [f"+49160{n:07d}" for n in range(5000)]
    tags = [phone_tag(number, key) for number in numbers]
    assert all(one != other for one, other in itertools.pairwise(sorted(tags)))


def test_a_tag_takes_any_text_of_a_stranger() -> None:
    """A claimed name becomes an opaque mark, whatever is in it."""
    key = derive(NEW, "claim")
    assert tag(key, "c1", "Sabine Meier") != tag(key, "c2", "Sabine Meier")
    assert tag(key, "c1", "\ud800").startswith("t:")
    assert "Sabine" not in tag(key, "c1", "Sabine Meier")

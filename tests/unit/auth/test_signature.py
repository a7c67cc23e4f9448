"""The signature check: what it accepts is exactly one spelling, everything else is the same 401."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retell.lib.webhook_auth import symmetric

from gateway.auth import signature
from gateway.auth.signature import check_signature, parse_signature, sign, usable_secret
from gateway.errors import RequestRefused

# The whole programme runs with TEST_SCALE=50 (1,000,000 mutated headers); CI keeps to 20,000.
SCALE = int(os.environ.get("TEST_SCALE", "1"))

KEY = b"key_7d1f0c52a9e84b6380cf"
OTHER_KEY = b"key_00000000000000000000"
BODY = '{"name":"book_appointment","args":{"name":"Jörg Müßig"},"call":{"call_id":"c1"}}'.encode()
NOW = datetime(2026, 11, 20, 9, 30, 15, 250_000, tzinfo=UTC)
NOW_MS = 1_795_167_015_250
GOOD = sign(BODY, KEY, NOW).encode()
DIGEST = GOOD.partition(b",d=")[2]


def verify(values: list[bytes], body: bytes = BODY, keys: tuple[bytes, ...] = (KEY,), now: datetime = NOW) -> int:
    return check_signature(parse_signature(values, now), body, keys)


def refusal(values: list[bytes], body: bytes = BODY, keys: tuple[bytes, ...] = (KEY,), now: datetime = NOW) -> str:
    with pytest.raises(RequestRefused) as refused:
        verify(values, body, keys, now)
    assert refused.value.status_code == 401
    assert refused.value.detail == ""
    return refused.value.reason


def test_the_protocols_known_answer_verifies_and_is_what_we_sign() -> None:
    """The vector of the protocol sheet: key `key_demo`, body {"a":1}, 1700000000000."""
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    header = "v=1700000000000,d=bee8fe2c3ec95483eea9984ebdbc707e1a07d5cc76b298a56e4bef23b0a1c87e"
    assert sign(b'{"a":1}', b"key_demo", at) == header
    assert verify([header.encode()], b'{"a":1}', (b"key_demo",), at) == 0


def test_a_genuine_request_verifies() -> None:
    """What the sender signs is accepted, and the header carries the instant it was signed at."""
    assert GOOD.startswith(b"v=%d,d=" % NOW_MS)
    assert verify([GOOD]) == 0


@pytest.mark.parametrize("body", [b"", b"{}", b"\x00\xff\xfe", "Grüße".encode(), b"x" * 1_000_000])
def test_any_bytes_can_be_signed(body: bytes) -> None:
    """The body is bytes: empty, binary or large ones verify as they are."""
    assert verify([sign(body, KEY, NOW).encode()], body) == 0


def test_during_rotation_the_key_that_matched_is_told() -> None:
    """With several live keys each is tried and the answer names the one that signed."""
    assert verify([GOOD], keys=(OTHER_KEY, KEY)) == 1
    assert verify([GOOD], keys=(KEY, OTHER_KEY)) == 0
    assert verify([GOOD], keys=(OTHER_KEY, OTHER_KEY + b"x", KEY)) == 2
    assert verify([GOOD], keys=(KEY, KEY)) == 0


@pytest.mark.parametrize("milliseconds", [0, 1, -1, 299_000, -299_000, 300_000, -300_000])
def test_five_minutes_either_way_are_accepted(milliseconds: int) -> None:
    """A clock that is up to 300 000 ms off, early or late, does not lose a call."""
    assert verify([GOOD], now=NOW + timedelta(milliseconds=milliseconds)) == 0


MS = b"%d" % NOW_MS
FULLWIDTH = "".join(chr(ord(d) - ord("0") + 0xFF10) for d in str(NOW_MS)).encode()
ARABIC = "".join(chr(ord(d) - ord("0") + 0x0660) for d in str(NOW_MS)).encode()
WITHOUT_KEY = sign(BODY, b"", NOW).encode()

MALFORMED_HEADERS: list[bytes] = [
    b"",
    b" ",
    b"v",
    b"v=",
    b"v=,d=",
    b",",
    b"v=" + MS,
    b"d=" + DIGEST,
    b"v=" + MS + b",d=",
    b"v=,d=" + DIGEST,
    b"d=" + DIGEST + b",v=" + MS,  # order
    b"V=" + MS + b",d=" + DIGEST,  # uppercase names
    b"v=" + MS + b",D=" + DIGEST,
    b"v=" + MS + b",d=" + DIGEST.upper(),  # uppercase hex
    b"v=" + MS + b",d=" + DIGEST[:-1] + b"A",
    b"v=0" + MS + b",d=" + DIGEST,  # zero-padded
    b"v=000" + MS + b",d=" + DIGEST,
    b"v=0" + MS[1:] + b",d=" + DIGEST,
    b"v=+" + MS + b",d=" + DIGEST,  # other spellings of the same number
    b"v=-" + MS + b",d=" + DIGEST,
    b"v=" + MS + b".0,d=" + DIGEST,
    b"v=" + MS[:1] + b"_" + MS[1:] + b",d=" + DIGEST,
    b"v=1.79516701525e12,d=" + DIGEST,
    b"v=0x1a1f7b2f9d2,d=" + DIGEST,
    b"v=" + MS[:-3] + b",d=" + DIGEST,  # seconds
    b"v=" + MS + b"000,d=" + DIGEST,  # microseconds
    b"v=" + b"9" * 5000 + b",d=" + DIGEST,
    b"v=" + FULLWIDTH + b",d=" + DIGEST,  # digits, but not ASCII
    b"v=" + ARABIC + b",d=" + DIGEST,
    b"v=NaN,d=" + DIGEST,
    b"v= " + MS + b",d=" + DIGEST,  # blanks
    b"v=" + MS + b" ,d=" + DIGEST,
    b"v=" + MS + b", d=" + DIGEST,
    b"v=" + MS + b",d= " + DIGEST,
    b" " + GOOD,
    GOOD + b" ",
    GOOD + b"\n",
    GOOD + b"\r\n",
    b"\t" + GOOD,
    b"\x00" + GOOD,
    GOOD + b"\x00",
    b"\xef\xbb\xbf" + GOOD,
    b"\xff" + GOOD,
    GOOD + b"\xff",
    b"\xed\xa0\x80" + GOOD,  # a lone surrogate, in UTF-8's spelling
    GOOD + b",",
    GOOD + b",x=1",
    GOOD + b"," + GOOD,  # two in one value
    GOOD + b", " + GOOD,
    b'"' + GOOD + b'"',
    b"v=" + MS + b";d=" + DIGEST,
    b"v=" + MS + b"&d=" + DIGEST,
    b"v:" + MS + b",d:" + DIGEST,
    b"t=" + MS + b",v1=" + DIGEST,  # other vendors' forms
    b"sha256=" + DIGEST,
    b"v1," + DIGEST,
    DIGEST,
    b"no-secret-provided",
    b"Bearer " + KEY,
    b"v=" + MS + b",d=" + DIGEST[:-1],
    b"v=" + MS + b",d=" + DIGEST + b"0",
    b"v=" + MS + b",d=" + DIGEST[:32],
    b"v=" + MS + b",d=0x" + DIGEST,
    b"v=" + MS + b",d=" + DIGEST[:-1] + b"g",
    b"v=" + MS + b",d=" + DIGEST[:-1] + b"\n",
    b"v=" + MS + b",d=" + "\uff41".encode() * 64,  # full-width letters
    b"v=None,d=None",
    b"null",
    b"{}",
    b"v=" + MS + b",v=" + MS + b",d=" + DIGEST,
    b"%76=" + MS + b",d=" + DIGEST,
]


@pytest.mark.parametrize("header", MALFORMED_HEADERS, ids=range(len(MALFORMED_HEADERS)))
def test_every_other_spelling_is_malformed(header: bytes) -> None:
    """One instant and one digest have one spelling; the header alone is enough to refuse it."""
    assert refusal([header]) == signature.MALFORMED


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], signature.MISSING),
        ([GOOD, GOOD], signature.DOUBLED),
        ([GOOD, b""], signature.DOUBLED),
        ([b"", GOOD], signature.DOUBLED),
        ([GOOD] * 100, signature.DOUBLED),
        ([WITHOUT_KEY], signature.WRONG),  # signed with the empty key
        ([sign(BODY, OTHER_KEY, NOW).encode()], signature.WRONG),
        ([sign(BODY, KEY[:-1], NOW).encode()], signature.WRONG),
        ([sign(BODY, KEY + b"\n", NOW).encode()], signature.WRONG),
        ([sign(BODY + b" ", KEY, NOW).encode()], signature.WRONG),
        ([sign(BODY[:-1], KEY, NOW).encode()], signature.WRONG),
        ([sign(b"", KEY, NOW).encode()], signature.WRONG),
        ([sign(b'{"name": "book_appointment"}', KEY, NOW).encode()], signature.WRONG),
        ([b"v=" + MS + b",d=" + b"0" * 64], signature.WRONG),
        ([b"v=%d,d=" % (NOW_MS + 1) + DIGEST], signature.WRONG),  # the instant is signed too
        ([b"v=%d,d=" % (NOW_MS - 1) + DIGEST], signature.WRONG),
        ([sign(BODY, KEY, NOW - timedelta(milliseconds=300_001)).encode()], signature.STALE),
        ([sign(BODY, KEY, NOW + timedelta(milliseconds=300_001)).encode()], signature.STALE),
        ([sign(BODY, KEY, NOW - timedelta(days=365)).encode()], signature.STALE),
        ([sign(BODY, KEY, NOW + timedelta(days=365)).encode()], signature.STALE),
        ([b"v=9999999999999,d=" + DIGEST], signature.STALE),
        ([b"v=1000000000000,d=" + DIGEST], signature.STALE),
    ],
)
def test_a_forged_stale_or_repeated_header_is_refused_with_its_reason(values: list[bytes], reason: str) -> None:
    """Each way to be wrong has a fixed word for the log, and the same 401 without detail for the sender."""
    assert refusal(values) == reason
    assert reason in signature.REASONS


def test_the_digits_of_the_instant_cannot_slide_into_the_body() -> None:
    """Body and instant are joined without a mark, so their border must be fixed: by 13 digits exactly."""
    signed = sign(BODY, KEY, NOW).encode()
    assert refusal([b"v=" + MS[1:] + b",d=" + DIGEST], BODY + MS[:1]) == signature.MALFORMED
    assert refusal([signed], BODY + b"1") == signature.WRONG


@pytest.mark.parametrize("body", [BODY + b"\n", BODY.replace(b":", b": "), b"", BODY.upper()])
def test_a_re_serialised_body_does_not_verify(body: bytes) -> None:
    """JSON that was parsed and written again is another message."""
    assert refusal([GOOD], body) == signature.WRONG


@pytest.mark.parametrize("keys", [(), (b"",), (b"", OTHER_KEY), (OTHER_KEY,)])
def test_without_the_right_key_nothing_verifies(keys: tuple[bytes, ...]) -> None:
    """No key, an empty key or somebody else's key refuses, whoever signed."""
    assert refusal([GOOD], keys=keys) == signature.WRONG
    assert refusal([WITHOUT_KEY], keys=keys) == signature.WRONG


def mutate(header: bytes, dice: random.Random) -> bytes:
    """One to three edits of bytes: flip, drop, insert, double, swap, change case, cut."""
    text = bytearray(header)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(text)) if text else 0
        match dice.randrange(8):
            case 0 if text:
                text[at] ^= 1 << dice.randrange(8)
            case 1 if text:
                del text[at]
            case 2:
                text.insert(at, dice.randrange(256))
            case 3 if text:
                text[at:at] = text[at : at + dice.randint(1, 20)]
            case 4 if len(text) > 1:
                other = dice.randrange(len(text))
                text[at], text[other] = text[other], text[at]
            case 5:
                text = bytearray(bytes(text).swapcase())
            case 6:
                text[at:at] = dice.choice([b" ", b"0", b",", b"\r\n", "\uff11".encode(), b"\x00"])
            case 7 if text:
                text[at] = dice.choice(b"0123456789abcdef")
    return bytes(text)


def test_no_mutated_header_is_accepted_and_none_raises_anything_else() -> None:
    """Of 20,000 headers a few edits away from a genuine one, none verifies and none is an error of ours."""
    dice = random.Random(20_261_120)
    accepted = []
    tried = 0
    for _ in range(20_000 * SCALE):
        header = mutate(GOOD, dice)
        if header == GOOD:
            continue
        tried += 1
        try:
            verify([header])
        except RequestRefused:
            continue
        accepted.append(header)
    assert accepted == []
    assert tried >= 19_000 * SCALE


def sdk_accepts(body: str, key: str, header: str) -> bool:
    return bool(symmetric["verify"](body, key, header, {"timestamp": NOW_MS}))


@settings(max_examples=300 * SCALE, deadline=None)
@given(
    body=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    age=st.integers(-400_000, 400_000),
    tamper=st.sampled_from(["no", "body", "key", "digest", "pad", "upper", "fullwidth", "blank"]),
)
def test_we_agree_with_the_vendors_verifier_but_for_the_listed_stricter_cases(
    body: str, key: str, age: int, tamper: str
) -> None:
    """Same verdict as the vendor's SDK wherever that does not raise; we differ only by refusing other spellings."""
    sent = NOW_MS - age
    header = sign(body.encode(), key.encode(), NOW - timedelta(milliseconds=age))
    assert header == symmetric["sign"](body, key, sent)
    if tamper == "body":
        body += " "
    elif tamper == "key":
        key += "x"
    elif tamper == "digest":
        header = header[:-1] + ("0" if header[-1] != "0" else "1")
    elif tamper == "pad":
        header = header.replace("v=", "v=000")
    elif tamper == "upper":
        header = "v=" + header[2:].upper()
    elif tamper == "fullwidth":
        header = f"v={str(sent).translate({48 + d: 0xFF10 + d for d in range(10)})}," + header.partition(",")[2]
    elif tamper == "blank":
        header = " " + header
    try:
        ours = verify([header.encode()], body.encode(), (key.encode(),)) == 0
    except RequestRefused:
        ours = False
    if tamper in {"pad", "fullwidth"}:
        assert not ours  # stricter: the vendor reads both as the same number
    else:
        assert ours == sdk_accepts(body, key, header)


def test_where_the_vendors_verifier_raises_or_trusts_an_empty_key_we_refuse() -> None:
    """The listed stricter direction: empty keys, 5,000 digits, a missing header."""
    assert sdk_accepts(BODY.decode(), "", WITHOUT_KEY.decode())
    assert refusal([WITHOUT_KEY], keys=(b"",)) == signature.WRONG
    with pytest.raises(ValueError, match="integer string conversion"):
        sdk_accepts(BODY.decode(), "k", f"v={'9' * 5000},d={DIGEST.decode()}")
    assert refusal([f"v={'9' * 5000},d={DIGEST.decode()}".encode()]) == signature.MALFORMED
    with pytest.raises(TypeError):
        symmetric["verify"](BODY.decode(), "k", None)
    assert refusal([]) == signature.MISSING


@pytest.mark.parametrize("text", ["k" * 24, "key_7d1f0c52a9e84b6380cf", "ü" * 12, "a b" * 8 + "c"])
def test_a_secret_of_24_bytes_or_more_is_usable(text: str) -> None:
    """24 bytes, not characters."""
    assert usable_secret(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("k", "has 1 bytes"),
        ("k" * 23, "has 23 bytes"),
        ("no-secret-provided", "has 18 bytes"),
        ("ü" * 11, "has 22 bytes"),
        (" " * 30, "blanks"),
        ("k" * 24 + "\n", "blanks"),
        ("\ud800" * 24, "not valid text"),
    ],
)
def test_an_empty_short_or_odd_secret_is_refused_at_start(text: str, why: str) -> None:
    """The reason says what is wrong and never repeats the secret."""
    said = usable_secret(text)
    assert said is not None
    assert why in said
    assert not text.strip() or text not in said

"""`gateway secrets rotate`: everything sealed at rest is sealed anew with GATEWAY_SECRET_KEY.

Set the new secret as GATEWAY_SECRET_KEY and the one it replaces in GATEWAY_SECRET_KEYS_OLD, run this, and take the old
one away when nothing is left unread. Value by value, each in a transaction of its own: stopped halfway it goes on where
it was, run twice it changes nothing. What was hashed with the old secret (codes under way, marks in limits and logs)
is not carried over: it lives for minutes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import track

from gateway.clock import SystemClock
from gateway.sealed import Unreadable, place_of, unreadable
from gateway.secretbox import SealBroken, SecretBox, secret_box
from gateway.settings import load_settings
from gateway.storage.sealed import SealedValue, replace_sealed, sealed_values
from gateway.storage.store import AnyStore, open_store


@dataclass(slots=True)
class Rotation:
    """What a run did."""

    sealed_anew: int = 0
    current_already: int = 0
    changed_meanwhile: int = 0
    """Somebody else wrote them while we were at it; they are read once more at the end."""
    unread: list[Unreadable] = field(default_factory=list)


async def run_rotation(*, as_json: bool) -> int:
    """Seal everything anew and say what was done; 0 when every value opens with the newest secret, 1 otherwise.

    Raises SettingsError for a wrong setting, also when another process has the embedded database: stop it first.
    """
    settings = load_settings()
    box = secret_box(settings.installation_secrets)
    store = await open_store(settings.database_url, clock=SystemClock(), rng=random.Random(), upgrade=False)
    try:
        done = await rotate(store, box, quiet=as_json)
    finally:
        await store.close()
    _print(done, as_json)
    return 1 if done.unread else 0


async def rotate(store: AnyStore, box: SecretBox, *, quiet: bool) -> Rotation:
    """Seal every value with the box's newest secret. `quiet`: without a progress bar."""
    done = Rotation()
    values = await store.configure(sealed_values)
    for value in _shown(values, quiet):
        await _one(store, box, value, done)
    left = [value for value in await store.configure(sealed_values) if not _is_current(box, value)]
    done.unread = unreadable(left, box)
    done.changed_meanwhile = len(left) - len(done.unread)
    return done


async def _one(store: AnyStore, box: SecretBox, value: SealedValue, done: Rotation) -> None:
    try:
        if box.is_current(value.text):
            done.current_already += 1
            return
        text = box.reencrypt(value.text, place=place_of(value))
    except SealBroken:
        return  # told at the end
    done.sealed_anew += await store.configure(lambda connection: replace_sealed(connection, value, text))


def _is_current(box: SecretBox, value: SealedValue) -> bool:
    """Sealed with the newest secret, and opening with it."""
    return not unreadable([value], box) and box.is_current(value.text)


def _shown(values: Sequence[SealedValue], quiet: bool) -> Sequence[SealedValue]:
    if quiet or not values:
        return values
    return list(track(values, "sealing anew", console=Console(stderr=True), transient=True))


def _print(done: Rotation, as_json: bool) -> None:
    if as_json:
        facts = {
            "sealed_anew": done.sealed_anew,
            "current_already": done.current_already,
            "changed_meanwhile": done.changed_meanwhile,
            "unread": [{"value": broken.name, "why": broken.why} for broken in done.unread],
        }
        print(json.dumps(facts))
        return
    print(f"{done.sealed_anew} value(s) sealed anew, {done.current_already} already were.")
    for broken in done.unread:
        print(f"{broken.name}: {broken.why}")
    if done.unread:
        print("Keep the old secrets: these values need one that is missing, or have to be entered again.")
    elif done.changed_meanwhile:
        print(f"{done.changed_meanwhile} value(s) changed meanwhile: run this once more before the old secret goes.")
    else:
        print("GATEWAY_SECRET_KEYS_OLD is needed no more.")

"""Hidden event types, one per person and segment: planned from the salon, made and healed in Cal.com, kept in the map.

`plan` is pure: what there is against what there should be. `EventTypes.sync` does it, `drift` only tells. An event type
is ours by its suffix, which nobody can guess and which is always the same for the same company, person and segment: so
a lost answer, a restored backup or a deleted row ends in adoption, not in a second type.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from gateway.booking.model import Salon, lay_out
from gateway.booking.ports import Store, Tx
from gateway.booking.remote_ports import MappedType, RemoteAccount, RemoteSetup
from gateway.booking.validation import as_sold
from gateway.calcom.accounts import Account
from gateway.calcom.calendar import BACKGROUND_RESERVE, Connections
from gateway.calcom.client import CalcomClient
from gateway.calcom.model import EventType
from gateway.calcom.outcome import Done, Outcome, Reason, Refused, problem_line
from gateway.calcom.payloads import EventTypeSpec, drift, expected_traits, fingerprint_of
from gateway.calcom.subscriptions import Subscriptions
from gateway.clock import Clock
from gateway.errors import InvalidPlan

REQUEST_SECONDS: Final = 15.0
OUR_PREFIX: Final = "gw-"

Key = tuple[str, str, str]
"""Service, person, segment key."""


class Do(StrEnum):
    """What happens to one event type."""

    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    KEEP = "keep"
    DELETE = "delete"
    RETIRE = "retire"
    """No longer wanted, but bookings ahead hang on it: kept, and not booked any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One segment of one service by one person, and the event type it needs."""

    key: Key
    spec: EventTypeSpec


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do. `existing`: the event type over there; `why`: the traits that differ."""

    do: Do
    key: Key
    spec: EventTypeSpec | None = None
    existing: EventType | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do for one person; `foreign` counts types that look like ours and are not in any plan."""

    changes: tuple[Change, ...]
    foreign: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a change. `problem` None: done (or, in a dry run, to be done)."""

    staff_id: str
    change: Change | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Drifted:
    """How one person's account differs from what the salon needs; `missing`, `changed`, `foreign` count event types."""

    staff_id: str
    missing: int
    changed: int
    foreign: int
    problem: str | None = None
    webhook: str | None = None
    """What is wrong with the subscription that tells us of this person's bookings; None: nothing known."""


def suffix_of(ref_key: bytes, company_id: str, key: Key) -> str:
    """The unguessable part of a slug: only we can write it, and we always write the same."""
    text = "\0".join((company_id, *key))
    return hmac.new(ref_key, text.encode(), hashlib.sha256).hexdigest()[:12]


def wanted_of(
    salon: Salon, setup: RemoteSetup, accounts: Mapping[str, RemoteAccount], ref_key: bytes, service_id: str | None
) -> list[Wanted]:
    """The event types this salon needs, of everybody with an account; of one service when it is named."""
    found: list[Wanted] = []
    for service in map(as_sold, salon.services):
        if not service.active or service_id not in (None, service.id):
            continue
        for staff_id in service.staff_ids:
            member, account = salon.member(staff_id), accounts.get(staff_id)
            if member is None or account is None:
                continue
            try:
                phases = [phase for phase in lay_out(service, staff_id) if phase.staff_required]
            except InvalidPlan:
                continue
            for index, phase in enumerate(phases):
                key = (service.id, staff_id, phase.key)
                spec = EventTypeSpec(
                    service_name=service.name,
                    staff_name=member.first_name,
                    segment=index,
                    segment_count=len(phases),
                    minutes=phase.minutes,
                    address=setup.address,
                    suffix=suffix_of(ref_key, salon.company_id, key),
                    host_id=account.host_id,
                    team_id=setup.team_id if account.sealed_key is None else None,
                )
                found.append(Wanted(key, spec))
    return found


def plan(
    staff_id: str, wanted: Sequence[Wanted], existing: Sequence[EventType], mapped: Sequence[MappedType], whole: bool
) -> Plan:
    """What has to happen for one person. `whole`: `wanted` is everything, so what is not in it has to go."""
    by_id = {found.id: found for found in existing}
    rows = {(row.service_id, row.staff_id, row.segment_key): row for row in mapped if row.staff_id == staff_id}
    changes = [_change(want, by_id, existing, rows.get(want.key)) for want in wanted if want.key[1] == staff_id]
    keys = {change.key for change in changes}
    if whole:
        gone = [row for key, row in rows.items() if key not in keys]
        changes += [
            Change(Do.DELETE, (row.service_id, row.staff_id, row.segment_key), existing=by_id.get(row.event_type_id))
            for row in gone
        ]
    taken = {change.existing.id for change in changes if change.existing} | {row.event_type_id for row in rows.values()}
    foreign = tuple(t.id for t in existing if whole and t.slug.startswith(OUR_PREFIX) and t.id not in taken)
    return Plan(tuple(changes), foreign)


def _change(
    want: Wanted, by_id: Mapping[int, EventType], existing: Sequence[EventType], row: MappedType | None
) -> Change:
    found = None if row is None else by_id.get(row.event_type_id)
    adopted = False
    if found is None:
        found = next((t for t in existing if t.slug.endswith(f"-{want.spec.suffix}")), None)
        adopted = found is not None
    if found is None:
        return Change(Do.CREATE, want.key, want.spec)
    differences = drift(expected_traits(want.spec), found.traits)
    why = tuple(difference.trait for difference in differences)
    if why or found.title != want.spec.title:
        return Change(Do.UPDATE, want.key, want.spec, found, why or ("title",))
    return Change(
        Do.ADOPT if adopted or row is None or row.sync_status != "ok" else Do.KEEP, want.key, want.spec, found
    )


Progress = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class EventTypes:
    """The event types of every company that lives in Cal.com."""

    connections: Connections
    store: Store
    clock: Clock
    ref_key: bytes = field(repr=False)

    async def sync(
        self,
        salon: Salon,
        *,
        service_id: str | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
        only: frozenset[Do] = frozenset(Do),
    ) -> list[Result]:
        """Bring Cal.com and the map to what the salon sells, person by person; one result per event type.

        A problem ends the person, not the others. `only`: other changes are left undone and unmentioned.
        """
        results: list[Result] = []

        def note(result: Result) -> None:
            results.append(result)
            if progress is not None:
                progress(result)

        for account in await self._staff(salon):
            opened = await self._opened(salon, account, service_id)
            if isinstance(opened, str):
                note(Result(account.staff_id, None, opened))
                continue
            client, found = opened
            for change in (change for change in found.changes if change.do in only):
                problem = None if dry_run else await self._apply(salon.company_id, client, change)
                note(Result(account.staff_id, change, problem))
        return results

    async def drift(self, salon: Salon, *, mark: bool = True) -> list[Drifted]:
        """How each person's event types (and webhook) differ from what the salon needs. `mark`: what differs is not booked until it is healed."""
        found: list[Drifted] = []
        for account in await self._staff(salon):
            opened = await self._opened(salon, account, None)
            if isinstance(opened, str):
                found.append(Drifted(account.staff_id, 0, 0, 0, opened))
                continue
            changes, foreign = opened[1].changes, len(opened[1].foreign)
            missing = sum(change.do is Do.CREATE for change in changes)
            changed = sum(change.do in (Do.UPDATE, Do.ADOPT, Do.DELETE) for change in changes)
            webhook = await Subscriptions(self.connections).missing(salon.company_id, account)
            found.append(Drifted(account.staff_id, missing, changed, foreign, webhook=webhook))
            if mark:
                await self._mark(salon.company_id, changes)
        return found

    async def _staff(self, salon: Salon) -> list[RemoteAccount]:
        here = {member.id for member in salon.staff}
        return [a for a in await self.connections.accounts.staff(salon.company_id) if a.staff_id in here]

    async def _opened(
        self, salon: Salon, account: RemoteAccount, service_id: str | None
    ) -> tuple[CalcomClient, Plan] | str:
        """The person's client and what there is to do, or one line about what is in the way."""
        accounts = self.connections.accounts
        setup = await accounts.setup(salon.company_id)
        key = await accounts.key_for(salon.company_id, account.staff_id)
        if setup is None or key is None:
            return await accounts.problem(salon.company_id, account) or "the company does not live in Cal.com"
        client = self.connections.of(salon.company_id, key, within=REQUEST_SECONDS, reserve=BACKGROUND_RESERVE)
        listed = await client.list_event_types(await self._username(client, key))
        if not isinstance(listed, Done):
            return problem_line(listed)
        mapped = await self.store.read(salon.company_id, lambda tx: tx.event_map())
        everybody = {a.staff_id: a for a in await self._staff(salon)}
        wanted = wanted_of(salon, setup, everybody, self.ref_key, service_id)
        # A team's types are those of all its members.
        own = [t for t in listed.value if key.team_id is None or t.traits.get("hosts") == f"[{account.host_id}]"]
        return client, plan(account.staff_id, wanted, own, mapped, whole=service_id is None)

    async def _username(self, client: CalcomClient, account: Account) -> str | None:
        """Some versions list nothing without it."""
        if account.username is not None or account.team_id is not None:
            return account.username
        me = await client.me()
        return me.value.username if isinstance(me, Done) else None

    async def _apply(self, company_id: str, client: CalcomClient, change: Change) -> str | None:
        """Do one change and write it into the map; a line about what went wrong, else None."""
        match change.do:
            case Do.KEEP:
                return None
            case Do.ADOPT:
                assert change.spec is not None and change.existing is not None  # it is there
                await self._map(company_id, change.key, change.spec, change.existing)
                return None
            case Do.CREATE:
                assert change.spec is not None  # nothing is made without a spec
                made: Outcome[EventType] = await client.create_event_type(change.spec)
            case Do.UPDATE:
                assert change.spec is not None and change.existing is not None  # it is there
                made = await client.update_event_type(change.existing.id, change.spec)
            case _:
                return await self._remove(company_id, client, change)
        if isinstance(made, Refused) and made.reason is Reason.NAME_TAKEN:
            # Somebody else of us (the worker beside a command, a lost answer) was quicker: it is ours all the same.
            made = await self._ours(client, change.spec, made)
        if not isinstance(made, Done):
            return problem_line(made)
        left = drift(expected_traits(change.spec), made.value.traits)
        await self._map(company_id, change.key, change.spec, made.value, "drifted" if left else "ok")
        return f"still differs in {', '.join(d.trait for d in left)}" if left else None

    async def _ours(self, client: CalcomClient, spec: EventTypeSpec, taken: Refused) -> Outcome[EventType]:
        """The event type that bears the name this one should have; `taken` when it is not to be seen."""
        listed = await client.list_event_types()
        if not isinstance(listed, Done):
            return listed
        return next((Done(t) for t in listed.value if t.slug.endswith(f"-{spec.suffix}")), taken)

    async def _remove(self, company_id: str, client: CalcomClient, change: Change) -> str | None:
        """Delete a type nobody needs, unless bookings ahead hang on it: they could never be moved again."""
        now = self.clock.now()
        service_id, staff_id, segment_key = change.key
        if change.existing is not None:
            event_type_id = change.existing.id
            if await self.store.read(company_id, lambda tx: tx.booked_after(event_type_id, now)):
                await self._restate(company_id, {change.key: "retired"})
                return None
            gone = await client.delete_event_type(event_type_id)
            if not isinstance(gone, Done) and not (isinstance(gone, Refused) and gone.reason is Reason.GONE):
                return problem_line(gone)
        await self.store.run(company_id, lambda tx: tx.drop_mapped(service_id, staff_id, segment_key))
        return None

    async def _map(self, company_id: str, key: Key, spec: EventTypeSpec, found: EventType, status: str = "ok") -> None:
        service_id, staff_id, segment_key = key
        row = MappedType(
            service_id,
            staff_id,
            segment_key,
            found.id,
            spec.minutes,
            found.slug,
            fingerprint_of(found.traits),
            status,
        )
        now = self.clock.now()
        await self.store.run(company_id, lambda tx: tx.put_mapped(row, at=now))

    async def _mark(self, company_id: str, changes: Sequence[Change]) -> None:
        """What is missing or changed over there is not booked; what is as it should be is booked again."""
        states = {Do.CREATE: "missing", Do.UPDATE: "drifted", Do.KEEP: "ok", Do.ADOPT: "ok"}
        wanted = {
            change.key: "ok" if change.why == ("title",) else states[change.do]
            for change in changes
            if change.do in states
        }
        await self._restate(company_id, wanted)

    async def _restate(self, company_id: str, states: Mapping[Key, str]) -> None:
        """Write what the map says of these entries, where it says something else."""
        now = self.clock.now()

        def write(tx: Tx) -> None:
            for row in tx.event_map():
                state = states.get((row.service_id, row.staff_id, row.segment_key))
                if state is not None and state != row.sync_status:
                    tx.put_mapped(replace(row, sync_status=state), at=now)

        await self.store.run(company_id, write)

"""`gateway calcom ...` as an operator types it, against a Cal.com on a real port: exit codes and plain words."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from gateway.calcom.payloads import BOOKING_TRIGGERS
from gateway.calcom.signature import sign
from gateway.calcom.simulated.app import LocalServer
from gateway.calcom.simulated.service import SimulatedCalcom
from gateway.calcom.simulated.world import Hook
from gateway.cli import app
from gateway.clock import RandomIds, SystemClock
from gateway.demo.salon import CALLED_NUMBER, COMPANY_ID, EMMA, FABIAN, OLIVER
from gateway.storage import catalog_writer
from gateway.storage.lock import FileLock
from gateway.storage.store import open_store
from tests.integration.calcom.salon import SOLD

PEOPLE = (EMMA.id, FABIAN.id, OLIVER.id)
PUBLIC = "https://phone.example"
ADDRESS = f"{PUBLIC}/calcom/webhook/demo"
CONNECT = (
    "connect",
    "--company",
    COMPANY_ID,
    "--slug",
    "demo",
    "--sink-domain",
    "sink.example",
    "--address",
    "Ringstr. 4",
)


@dataclass
class Operator:
    """Somebody at a terminal, and the Cal.com they speak of."""

    service: SimulatedCalcom
    server: LocalServer
    settings: dict[str, str]

    def __call__(self, *words: str, typed: str | None = None, **settings: str) -> Result:
        """Run `gateway calcom <words>`."""
        return self.gateway("calcom", *words, typed=typed, **settings)

    def gateway(self, *words: str, typed: str | None = None, **settings: str) -> Result:
        env = self.settings | {f"GATEWAY_{name}": value for name, value in settings.items()}
        result = CliRunner().invoke(app, words, input=typed, env=env)
        assert "Traceback" not in result.output
        assert not isinstance(result.exception, Exception), result.exception
        return result

    def said(self, *words: str, code: int = 0, typed: str | None = None, **settings: str) -> str:
        """Its standard output; it must end with `code`."""
        result = self(*words, typed=typed, **settings)
        assert result.exit_code == code, result.output
        return result.stdout.strip()

    def facts(self, *words: str, code: int = 0, typed: str | None = None, **settings: str) -> Any:
        """What `--json` prints."""
        return json.loads(self.said(*words, "--json", code=code, typed=typed, **settings))

    def refused(self, *words: str, typed: str | None = None, **settings: str) -> str:
        """The one line of a command that could not be: exit code 2, nothing on standard output."""
        result = self(*words, typed=typed, **settings)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        (line,) = result.stderr.splitlines()
        assert line.startswith("gateway: ")
        return line.removeprefix("gateway: ")

    def connected(self, *people: str) -> None:
        """Past `connect` and `key`."""
        self.said(*CONNECT)
        for name in people:
            self.said("key", "--company", COMPANY_ID, "--staff", name, typed=f"cal_{name}\n")

    @property
    def hooks(self) -> dict[str, Hook]:
        """Everybody's webhooks by user name."""
        world = self.service.world
        return {world.users[hook.user_id].username: hook for hook in world.hooks.values()}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A salon with one simple and one composite service; nothing connected yet."""

    async def seed(url: str) -> None:
        store = await open_store(url, clock=SystemClock(), rng=random.Random(1))
        now, ids = datetime.now(UTC), RandomIds()
        await store.configure(lambda c: catalog_writer.add_salon(c, SOLD, numbers=[CALLED_NUMBER], ids=ids, now=now))
        await store.close()

    file = tmp_path_factory.mktemp("template") / "salon.db"
    asyncio.run(seed(f"sqlite:///{file}"))
    return file


@pytest.fixture
def operator(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """The salon, and a Cal.com in which its three people are."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(template, tmp_path)
    service = SimulatedCalcom(latency_seconds=0.002)
    for name in PEOPLE:
        service.world.add_user(name, key=f"cal_{name}")
    server = LocalServer(service)
    settings = {
        "GATEWAY_DATABASE_URL": "sqlite:///salon.db",
        "GATEWAY_SECRET_KEY": "an installation secret of enough bytes",
        "GATEWAY_CALCOM_BASE_URL": server.url,
    }
    with server:
        yield Operator(service, server, settings)


# -- connect and key -----------------------------------------------------------------------------------------------------


def test_from_nothing_to_bookable(operator: Operator) -> None:
    """Connect, three keys, sync: each says what it did and what is still to do; then nothing differs any more."""
    assert operator.said("status") == "No company lives in Cal.com: see `gateway calcom connect`."
    said = operator.said(*CONNECT, BASE_URL=PUBLIC)
    assert said.splitlines()[0] == f"Webhook address: {ADDRESS}"
    assert "nobody here has a Cal.com key yet" in said
    assert "set them with `gateway calcom key`" in operator.said("status", code=1)
    for name in PEOPLE:
        told = operator.said("key", "--company", COMPANY_ID, "--staff", name, typed=f"cal_{name}\n", BASE_URL=PUBLIC)
        assert told == f"The key is kept.\n{name}: webhook subscribed in Cal.com"
    drifted = operator.said("drift", code=1).splitlines()
    assert drifted == [f"Demo-Salon, {name}: 5 missing, 0 changed, 0 foreign" for name in PEOPLE]
    said = operator.said("sync")
    assert said.splitlines()[0] == "emma: create service 177, segment A"
    assert said.splitlines()[-1] == "15 create; 0 problem(s)."
    assert operator.said("drift") == "No drift among 3 people."
    assert operator.said("status").splitlines() == [f"{COMPANY_ID}, {name}: 5 event types bookable" for name in PEOPLE]
    assert operator.gateway("check").exit_code == 0


def test_the_secret_that_is_shown_is_the_one_cal_com_signs_with(operator: Operator) -> None:
    """Connecting again adopts what is there: same webhook, new secret everywhere, no second subscription."""
    first = operator.facts(*CONNECT, BASE_URL=PUBLIC)
    for name in PEOPLE:
        operator.said("key", "--company", COMPANY_ID, "--staff", name, typed=f"cal_{name}\n", BASE_URL=PUBLIC)
    assert {hook.secret for hook in operator.hooks.values()} == {first["webhook_secret"]}
    again = operator.facts(*CONNECT, "--base-url", f"{PUBLIC}/")
    assert again["webhook_secret"] != first["webhook_secret"]
    assert [(w["staff_id"], w["did"], w["problem"]) for w in again["webhooks"]] == [
        (name, "renewed", None) for name in PEOPLE
    ]
    assert {(hook.secret, hook.url, hook.active) for hook in operator.hooks.values()} == {
        (again["webhook_secret"], ADDRESS, True)
    }
    assert len(operator.service.world.hooks) == 3
    assert sign(b"x", again["webhook_secret"]) != sign(b"x", first["webhook_secret"])


def test_a_dry_run_of_connect_says_it_and_does_nothing(operator: Operator) -> None:
    """Neither here nor there; no secret is shown, because none is made."""
    assert "Nothing was changed" in operator.said(*CONNECT, "--dry-run", BASE_URL=PUBLIC)
    assert "No company lives in Cal.com" in operator.said("status")
    operator.connected("emma")
    before = operator.facts("status", code=1)
    said = operator.said(*CONNECT, "--dry-run", BASE_URL=PUBLIC)
    assert "emma: would subscribe a webhook in Cal.com" in said
    assert "secret (shown once)" not in said
    assert operator.hooks == {}
    assert operator.facts("status", code=1) == before


def test_without_a_public_address_no_webhook_is_subscribed_and_it_is_said(operator: Operator) -> None:
    """The house still follows Cal.com by asking; the operator is told what is missing, at once and by `drift`."""
    assert "--base-url or GATEWAY_BASE_URL" in operator.said(*CONNECT)
    assert "--base-url or GATEWAY_BASE_URL" in operator.said(
        "key", "--company", COMPANY_ID, "--staff", "emma", typed="cal_emma\n"
    )
    operator.said("sync")
    assert operator.said("drift", code=1) == (
        "Demo-Salon, emma: 0 missing, 0 changed, 0 foreign; no webhook is subscribed: `gateway calcom connect` mends it"
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"active": False}, "switched off"),
        ({"triggers": [t for t in BOOKING_TRIGGERS if t != "BOOKING_CANCELLED"]}, "does not tell of BOOKING_CANCELLED"),
    ],
)
def test_a_webhook_that_somebody_changed_is_told_and_mended(
    operator: Operator, spoil: dict[str, Any], said: str
) -> None:
    """In Cal.com people may switch it off, or take an event away."""
    operator.said(*CONNECT)
    operator.said("key", "--company", COMPANY_ID, "--staff", "emma", typed="cal_emma\n", BASE_URL=PUBLIC)
    operator.said("sync")
    operator.service.world.change_hook(operator.hooks["emma"], spoil)
    assert said in operator.said("drift", code=1)
    operator.said(*CONNECT, BASE_URL=PUBLIC)
    assert operator.said("drift") == "No drift among 1 people."


def test_a_key_is_tried_before_it_is_kept(operator: Operator) -> None:
    """A wrong one changes nothing and is not repeated; neither is one that could not be tried."""
    operator.connected("emma")
    line = operator.refused("key", "--company", COMPANY_ID, "--staff", "emma", typed="cal_wrong\n")
    assert line == "nothing was changed: Cal.com does not accept this key"
    away = operator.refused(
        "key", "--company", COMPANY_ID, "--staff", "emma", typed="cal_emma\n", CALCOM_BASE_URL="http://127.0.0.1:9"
    )
    assert away == "nothing was changed: the key could not be tried; Cal.com did not answer properly: no_connection"
    operator.said("sync")
    assert operator.facts("status") == {
        "people": [
            {"company": COMPANY_ID, "staff_id": "emma", "bookable": 5, "unbookable": 0, "problem": None},
        ],
        "under_way": {COMPANY_ID: 0},
    }


MISUSE = (
    (("sync", "--company", "nobody"), "--company: 'nobody' does not live in Cal.com"),
    (("drift", "--company", "nobody"), "--company: 'nobody' does not live in Cal.com"),
    (("status", "--company", "nobody"), "--company: 'nobody' does not live in Cal.com"),
    (("sync", "--service", "999"), "--service: Demo-Salon does not sell '999'"),
    (("key", "--company", "nobody", "--staff", "emma"), "--company: there is no company 'nobody'"),
    (("key", "--company", COMPANY_ID, "--staff", "ghost"), "--staff: nobody here has the id 'ghost'"),
    ((*CONNECT, "--book-on-outage", "perhaps"), "--book-on-outage: pending or refuse"),
    ((*CONNECT, "--change-on-outage", "perhaps"), "--change-on-outage: refuse or queue"),
    ((*CONNECT, "--slug", "Büro 1"), "--slug: 'Büro 1' is not of a-z, 0-9 and - alone"),
    ((*CONNECT, "--sink-domain", "nowhere"), "--sink-domain: 'nowhere' is no domain"),
    ((*CONNECT, "--base-url", "phone.example"), "--base-url must start with https://"),
    ((*CONNECT, "--company", "nobody"), "--company: there is no company 'nobody'"),
)


def test_misuse_is_one_line_that_names_the_option(operator: Operator) -> None:
    """Exit code 2, nothing done."""
    operator.connected("emma")
    before = operator.facts("status", code=1)
    for words, said in MISUSE:
        assert said in operator.refused(*words, typed="cal_emma\n")
    assert operator.facts("status", code=1) == before


def test_keys_need_a_company_that_is_connected_and_a_secret_to_seal_them(operator: Operator) -> None:
    """What is missing is named, with the command or the setting that brings it."""
    words = ("key", "--company", COMPANY_ID, "--staff", "emma")
    assert "`gateway calcom connect` first" in operator.refused(*words, typed="cal_emma\n")
    assert "GATEWAY_SECRET_KEY" in operator.refused(*CONNECT, SECRET_KEY="")
    assert operator.refused(*words, typed="\n") == "no key on standard input"


# -- sync, drift, status, check ------------------------------------------------------------------------------------------


def test_sync_of_one_service_dry_and_as_json(operator: Operator) -> None:
    """A dry run counts and makes nothing; the real run makes only that service's; a second one has nothing to do."""
    operator.connected(*PEOPLE)
    dry = operator.facts("sync", "--service", "52", "--dry-run")
    assert (dry["dry_run"], dry["create"], dry["problems"]) == (True, 3, [])
    assert operator.service.world.types == {}
    assert operator.said("sync", "--service", "52").splitlines() == [
        *(f"{name}: create service 52, segment a" for name in PEOPLE),
        "3 create; 0 problem(s).",
    ]
    assert {row.minutes for row in operator.service.world.types.values()} == {20}
    assert operator.facts("sync", "--service", "52")["keep"] == 3


def test_what_somebody_changed_in_cal_com_is_told_and_healed(operator: Operator) -> None:
    """`drift` finds it and closes it for booking, `status` and `check` repeat it, `sync` heals it."""
    operator.connected("emma")
    operator.said("sync")
    row = next(iter(operator.service.world.types.values()))
    operator.service.world.change_type(row, {"lengthInMinutes": row.minutes + 5})
    (found,) = operator.facts("drift", code=1)
    assert (found["staff_id"], found["missing"], found["changed"]) == ("emma", 0, 1)
    assert "1 not: `gateway calcom drift` says why" in operator.said("status", code=1)
    checked = operator.gateway("check", "--json")
    assert checked.exit_code == 1
    assert any(finding["field"] == "calcom map of emma" for finding in json.loads(checked.stdout))
    assert "(lengthInMinutes)" in operator.said("sync").splitlines()[0]
    assert (operator.facts("drift", code=1)[0]["changed"], operator.facts("status")["people"][0]["unbookable"]) == (
        0,
        0,
    )


def test_a_key_that_is_not_accepted_any_more_is_told_with_its_person(operator: Operator) -> None:
    """The others' work is done; exit code 1."""
    operator.connected(*PEOPLE)
    world = operator.service.world
    fabian = next(user for user in world.users.values() if user.username == "fabian")
    world.users[fabian.id] = type(fabian)(fabian.id, "fabian", fabian.email, fabian.name, "cal_renewed")
    said = operator.said("sync", code=1)
    assert "fabian: Cal.com does not accept the key: set a new one with `gateway calcom key`" in said
    assert "10 create; 1 problem(s)." in said
    assert "Demo-Salon, fabian: Cal.com does not accept the key" in operator.said("drift", code=1)


def test_cal_com_that_does_not_answer_is_a_finding_not_a_crash(operator: Operator) -> None:
    """Nothing was made and everybody is named."""
    operator.connected(*PEOPLE)
    said = operator.said("sync", code=1, CALCOM_BASE_URL="http://127.0.0.1:9")
    assert [line.split(":")[0] for line in said.splitlines()[:-1]] == list(PEOPLE)
    assert said.splitlines()[-1] == "nothing to do; 3 problem(s)."


def test_another_installation_secret_opens_no_key(operator: Operator) -> None:
    """After a restore without its secret: `status` and `check` say whose key is unreadable and what to do."""
    operator.connected("emma")
    other = {"SECRET_KEY": "quite another secret, long enough too"}
    assert f"{COMPANY_ID}, emma: has no readable Cal.com key: set it with `gateway calcom key`" in operator.said(
        "status", code=1, **other
    )
    assert operator.gateway("check", "--json", **other).exit_code == 1


def test_beside_a_running_server_one_can_look_but_not_write(operator: Operator) -> None:
    """An SQLite file belongs to the server: `status` and `drift` read past it, what writes is told so in one line."""
    operator.connected("emma")
    operator.said("sync")
    row = next(iter(operator.service.world.types.values()))
    operator.service.world.change_type(row, {"lengthInMinutes": row.minutes + 5})
    server = FileLock(Path("salon.db").resolve())
    server.acquire()
    try:
        assert operator.facts("status")["people"][0]["bookable"] == 5
        assert operator.facts("drift", code=1)[0]["changed"] == 1
        assert operator.facts("status")["people"][0]["bookable"] == 5  # marking it is the server's to do
        for words in (("sync",), CONNECT, ("key", "--company", COMPANY_ID, "--staff", "emma")):
            assert "is in use by another process" in operator.refused(*words, typed="cal_emma\n")
    finally:
        server.release()

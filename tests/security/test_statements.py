"""S3, read from the code: no statement of `gateway/storage` goes without its company.

Three looks. The statements built at import, as SQLAlchemy knows them: every table that has a company is tied to the
bound `:company`, directly or through a join. The places that build SQL while running, found in the source: a list with
reasons. And what really reached both databases while callers did everything they can, as text.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Delete, Engine, Insert, Select, Table, Update, event
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, ColumnClause, Grouping
from sqlalchemy.sql.selectable import Alias, CompoundSelect, Join
from sqlalchemy.sql.visitors import iterate

import gateway.storage
from gateway.booking.model import Status
from gateway.demo.salon import SABINE
from gateway.errors import GatewayError
from gateway.storage.tx import POSTGRESQL, SqlTx

from .house import Place, lavish, tally

ROOT: Final = Path(gateway.storage.__file__).parent

# Statements that must look across companies. Each one reads ids, or is the operator's or the worker's own.
ACROSS: Final[Mapping[str, str]] = {
    "glance.BY_NUMBER": "finds the company behind a called number: none is known before",
    "glance.BY_AGENT": "finds the company behind an agent: none is known before",
    "snapshot.BY_NUMBER": "the same statement under the name it is used by",
    "snapshot.BY_AGENT": "the same statement under the name it is used by",
    "outbox._DUE": "the postman's list, over all companies; each letter is then claimed and written under its own",
    "statements._customers": "a piece: run only with the company added",
    "snapshot._PLACES": "`gateway check` looks at every salon; no call reaches it",
}

# Functions that build or run SQL themselves; every statement in them is looked at by hand, and the reason stands here.
BUILT_WHILE_RUNNING: Final[Mapping[str, str]] = {
    "catalog_writer": "takes the company as an argument; each function is checked to use it",
    "statements": "pieces of the statements above, finished at import",
    "glance": "finished at import: BY_NUMBER, BY_AGENT",
    "sealed._of_kind": "`gateway secrets rotate` seals every company's secrets anew; no call reaches it",
    "sqlite": "PRAGMA, BEGIN, and `SELECT 1 FROM company`: no rows of anybody",
    "postgres": "`SELECT 1`: a sign of life",
    "migrate": "the schema's version",
    "inspect": "the schema's version",
    "remote_writer.companies": "ids of companies with a second calendar, for the worker that serves all of them",
    "remote_writer.company_of_slug": "finds the company behind a webhook's address: none is known before",
    "remote_writer.names": "ids and names of companies, for the operator who reads a finding; no call reaches it",
}


def statements() -> Iterator[tuple[str, Any]]:
    """Every statement that exists once the modules are imported, by module and name."""
    for found in pkgutil.iter_modules([str(ROOT)]):
        if found.ispkg:
            continue
        module = importlib.import_module(f"gateway.storage.{found.name}")
        for name, value in vars(module).items():
            yield from ((f"{found.name}.{at}", one) for at, one in _inside(name, value))


def _inside(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Select | CompoundSelect | Insert | Update | Delete):
        yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _inside(f"{name}.{part.name}", getattr(value, part.name))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _inside(f"{name}[{key}]", part)
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from _inside(f"{name}[{number}]", part)


ALL: Final = dict(statements())


def owner_column(source: Any) -> str | None:
    """The column that says whose a row is."""
    table = source if isinstance(source, Table) else getattr(source, "element", None)
    if not isinstance(table, Table):
        return None
    return "company_id" if "company_id" in table.c else "id" if table.name == "company" else None


def untied(statement: Any, outer: frozenset[str] = frozenset()) -> set[str]:
    """Tables of companies in `statement` that nothing ties to a bound company. `outer`: what encloses it has them.

    An INSERT needs no look: the company is in every primary key, so a row without one is refused by the database.
    """
    if isinstance(statement, CompoundSelect):
        return set().union(*(untied(select, outer) for select in statement.selects))
    if isinstance(statement, Select):
        sources = _sources(statement)
        conditions = [*_conjuncts(statement.whereclause), *_on(statement)]
        loose = _loose(sources - outer, conditions, outer)
        inside = frozenset(sources | outer)
        return loose.union(*(untied(part, inside) for part in _nested(statement)))
    if isinstance(statement, Update | Delete):
        assert isinstance(statement.table, Table)
        name = frozenset({_name(statement.table)})
        loose = _loose(set(name), list(_conjuncts(statement.whereclause)), outer)
        return loose.union(*(untied(part, name) for part in _nested(statement)))
    return set().union(*(untied(part, outer) for part in _nested(statement)))


def _nested(statement: Any) -> list[Select[Any]]:
    """The outermost SELECTs inside a statement."""
    found: list[Select[Any]] = []
    waiting = list(statement.get_children())
    while waiting:
        part = waiting.pop()
        if isinstance(part, Select | CompoundSelect):
            found.append(part)  # type: ignore[arg-type]
        elif not isinstance(part, Table):
            waiting += part.get_children()
    return found


def _name(source: Any) -> str:
    """A table by its name, another look at the same table by its own."""
    return source.name if isinstance(source, Table) else f"{source.element.name}#{id(source)}"


def _leaves(source: Any) -> Iterator[Any]:
    if isinstance(source, Join):
        yield from _leaves(source.left)
        yield from _leaves(source.right)
    elif isinstance(source, Table) or (isinstance(source, Alias) and isinstance(source.element, Table)):
        yield source


def _sources(select: Select[Any]) -> set[str]:
    leaves = [leaf for source in select.get_final_froms() for leaf in _leaves(source)]
    return {_name(leaf) for leaf in leaves if owner_column(leaf)}


def _on(select: Select[Any]) -> list[Any]:
    return [
        condition
        for source in select.get_final_froms()
        for part in iterate(source)
        if isinstance(part, Join)
        for condition in _conjuncts(part.onclause)
    ]


def _conjuncts(clause: Any) -> Iterator[Any]:
    """What must all hold; a condition inside an OR counts for nothing."""
    if isinstance(clause, Grouping):
        yield from _conjuncts(clause.element)
    elif isinstance(clause, BooleanClauseList):
        if clause.operator is operators.and_:
            for part in clause.clauses:
                yield from _conjuncts(part)
    elif clause is not None:
        yield clause


def _loose(wanted: set[str], conditions: list[Any], outer: frozenset[str]) -> set[str]:
    tied, links = set(outer), []
    for condition in conditions:
        if not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
            continue
        left, right = _owner_of(condition.left), _owner_of(condition.right)
        if left and right:
            links.append((left, right))
        elif left and isinstance(condition.right, BindParameter):
            tied.add(left)
        elif right and isinstance(condition.left, BindParameter):
            tied.add(right)
    for _ in links:
        for one, other in links:
            if tied & {one, other}:
                tied |= {one, other}
    return wanted - tied


def _owner_of(side: Any) -> str | None:
    if not isinstance(side, ColumnClause) or side.table is None:
        return None
    return _name(side.table) if side.name == owner_column(side.table) else None


def test_there_are_statements_to_look_at() -> None:
    """An empty list would pass everything."""
    assert len(ALL) > 60, sorted(ALL)
    tally("S3", "statements read for their company", len(ALL), f"0 without, {len(ACROSS)} across by design")


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_statement_names_its_company(name: str) -> None:
    """Each table of companies in it is tied to the bound company; the exceptions have a reason, and are exceptions."""
    loose = untied(ALL[name])
    if name in ACROSS:
        assert loose, f"{name} is tied: strike it from the list"
    else:
        assert not loose, f"{name} reaches {loose} of every company:\n{ALL[name]}"


def test_the_look_finds_what_it_is_for() -> None:
    """A statement without its company, with it inside an OR, or tied on one side of a join only, is seen."""
    from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, union_all, update

    from gateway.storage.statements import APPOINTMENT as A
    from gateway.storage.statements import PHASE as P
    from gateway.storage.statements import ours

    assert untied(select(A.c.id).where(A.c.id == bindparam("id"))) == {"appointment"}
    assert untied(select(A.c.id).where(or_(ours(A), A.c.id == bindparam("id")))) == {"appointment"}
    assert untied(select(A.c.id).join(P, P.c.appointment_id == A.c.id).where(ours(A))) == {"appointment_phase"}
    tied = and_(P.c.company_id == A.c.company_id, P.c.appointment_id == A.c.id)
    assert untied(select(A.c.id).join(P, tied).where(ours(A))) == set()
    assert untied(update(A).where(A.c.id == bindparam("i")).values(moves=0)) == {"appointment"}
    assert untied(delete(A)) == {"appointment"}
    assert untied(union_all(select(A.c.id).where(ours(A)), select(A.c.id))) == {"appointment"}
    other = P.alias()
    inner = select(func.count()).select_from(other).where(other.c.appointment_id == P.c.appointment_id)
    assert len(untied(select(P.c.seq, inner.scalar_subquery()).where(ours(P)))) == 1
    inner = inner.where(other.c.company_id == P.c.company_id)
    assert untied(select(P.c.seq, inner.scalar_subquery()).where(ours(P))) == set()
    assert untied(select(exists().where(P.c.appointment_id == "x"))) == {"appointment_phase"}


_BUILDERS: Final = frozenset({"select", "update", "delete", "insert", "text", "exec_driver_sql", "execute"})


def built_while_running() -> dict[str, str]:
    """`module.function` -> source, wherever SQL is made or run inside a function."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.glob("*.py")):
        source = path.read_text()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _builds(node):
                found[f"{path.stem}.{node.name}"] = ast.get_source_segment(source, node) or ""
    return found


def _builds(function: ast.AST) -> bool:
    """It makes a statement, or runs one given as text; running a statement made at import is no building."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in _BUILDERS:
            continue
        if name != "execute" or (node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr)):
            return True
    return False


def test_sql_built_while_running_stands_on_the_list() -> None:
    """A new function that makes SQL of its own must either name its company or give a reason here."""
    odd = {
        name
        for name, source in built_while_running().items()
        if not (name in BUILT_WHILE_RUNNING or name.partition(".")[0] in BUILT_WHILE_RUNNING)
        and not re.search(r"company_id ==|\"company_id\":|\bours\(|self\._(of|delivery|mapped|segments)\(", source)
    }
    assert odd == set()


class _Nothing:
    """The result of a statement that found nothing and changed one row."""

    rowcount = 1

    def first(self) -> None: ...
    def scalar(self) -> int:
        return 0

    def all(self) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _Recorder:
    """A connection that keeps what it is told to execute."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def execute(self, statement: Any, *_: Any) -> _Nothing:
        self.told.append(statement)
        return _Nothing()


_SAMPLES: Final[Mapping[str, Any]] = {
    "str": "x", "int": 1, "bool": True, "datetime": datetime(2025, 10, 24, tzinfo=UTC), "str | None": "x",
    "Sequence[str]": ["x"], "Sequence[Status]": [Status.CONFIRMED], "Mapping[int, str | None]": {0: "u", 1: None},
    "Mapping[str, str]": {"a": "b"}, "Mapping[str, Any]": {"a": "b"},
}  # fmt: skip


def probe_transaction() -> tuple[dict[str, list[Any]], list[str]]:
    """Every method of a transaction called with plain values: what it executes, and which could not be called so."""
    told: dict[str, list[Any]] = {}
    uncalled: list[str] = []
    for name, method in inspect.getmembers(SqlTx, inspect.isfunction):
        if name.startswith("__"):
            continue
        wanted = [p for p in inspect.signature(method).parameters.values() if p.name != "self"]
        if any(str(p.annotation) not in _SAMPLES for p in wanted):
            uncalled.append(name)
            continue
        recorder = _Recorder()
        tx = SqlTx(recorder, "demo-salon", POSTGRESQL, lambda: _SAMPLES["datetime"])  # type: ignore[arg-type]
        values = {p.name: _SAMPLES[str(p.annotation)] for p in wanted}
        positional = [values.pop(p.name) for p in wanted if p.kind is not p.KEYWORD_ONLY]
        # A method may need a row it did not find; what it executed until then is what counts.
        with contextlib.suppress(AttributeError, TypeError, GatewayError):
            method(tx, *positional, **values)
        told[name] = recorder.told
    return told, uncalled


def test_every_method_of_a_transaction_keeps_to_its_company() -> None:
    """Called with plain values, each executes only statements that are tied; few need values of another kind."""
    told, uncalled = probe_transaction()
    executed = [(name, statement) for name, statements in told.items() for statement in statements]
    loose = {name: untied(statement) for name, statement in executed if untied(statement)}
    assert loose == {}
    assert len(executed) > 50, len(executed)
    assert len(uncalled) < len(told) / 2, uncalled
    tally("S3", "statements made while running, read alike", len(executed), "0 without their company")


def test_every_function_of_the_catalogue_writer_uses_its_company() -> None:
    """It writes on the bare connection, so each statement of it must carry the company."""
    for name, source in built_while_running().items():
        if name.startswith("catalog_writer."):
            assert "company_id" in source or "owner" in source or "company.c.id" in source, name


_TENANT_TABLES: Final = sorted(
    {t.name for t in importlib.import_module("gateway.storage.tables").metadata.tables.values() if owner_column(t)}
)
_OWNED: Final = re.compile(r"\b(?:from|into|update|join)\s+\"?(" + "|".join(_TENANT_TABLES) + r")\b", re.IGNORECASE)
# Text of the statements on `ACROSS` and of the operator's own looks.
_KNOWN_ACROSS: Final = re.compile(
    r"phone_number\.(e164|agent_id) =|^SELECT 1 FROM company LIMIT 1$|FROM outbox WHERE outbox\.done_at IS NULL",
    re.IGNORECASE,
)


async def test_what_reaches_the_database_names_its_company(both: Place) -> None:
    """Everything callers can do, watched at the driver: each statement on companies' tables has its condition."""
    seen: set[str] = set()

    def watch(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.add(" ".join(statement.replace('"', "").split()))

    await lavish(both)
    event.listen(Engine, "before_cursor_execute", watch)
    try:
        await everything(both)
    finally:
        event.remove(Engine, "before_cursor_execute", watch)
    ours = [statement for statement in seen if _OWNED.search(statement) and not _KNOWN_ACROSS.search(statement)]
    assert len(ours) > 25, sorted(seen)
    naked = [s for s in ours if not re.search(r"company_id\"? =|company\.id = |\(\"?company_id", s)]
    assert naked == []
    kind = both.database_url.partition(":")[0]
    tally("S3", f"different statements seen at the driver ({kind})", len(ours), "each with its company")


async def everything(place: Place) -> None:
    """A caller who uses every tool, is recognised in every way, and hangs up."""
    sabine, hidden = place.caller(SABINE.phone_e164), place.caller(None)
    await sabine("list_services")
    await sabine("check_availability", service="177", when="nächste Woche")
    await sabine("book_appointment", offer="A", notes="mit Hund")
    await sabine("find_appointments")
    await sabine("reschedule_appointment", old_date="2025-10-28", date="2025-10-29", time="14:30")
    await sabine("verify_caller")
    await sabine("verify_caller", code=place.ids.codes[-1])
    await sabine("cancel_appointment", date="2025-10-29")
    await sabine("request_callback", reason="Preis")
    await hidden("cancel_appointment", name="Hansi Hinterseher", date="2025-10-29", time="11:00")
    await hidden(
        "book_appointment", service="52", date="2025-11-05", time="10:00", name="Eva Neu", phone="0176 12345678"
    )
    await hidden("verify_caller", name="Niemand Da")
    await hidden("verify_caller", code="123456")
    await sabine.event("call_ended")
    await place.still()

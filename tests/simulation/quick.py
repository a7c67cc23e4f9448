"""The short way from a Core statement to SQLite: what SQLAlchemy works out again for each execution is kept.

The text, the parameters' and the columns' conversions are SQLAlchemy's own (compiled by it, once for each shape of a
statement); left out is what an `Engine` adds around a cursor. Most of a schedule's time went there, and none of the code
under test. `test_the_short_way_to_the_database_changes_nothing` runs the same seeds over a real `Connection`.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

from tests.simulation.sketch import Sketch, name_of, real

Convert = Callable[[Any], Any]

_DIALECT: Final = SQLiteDialect_pysqlite()
_DIALECT.dbapi = sqlite3  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Place:
    """One parameter in the statement's order: named by the caller, written into the statement, or fixed."""

    name: str
    key: str | None
    """In the values handed to `execute`; None: not from there."""
    inside: int | None
    """Among the values of a sketch."""
    fixed: Any
    convert: Convert | None
    expanding: bool


@dataclass(slots=True)
class Shape:
    """One statement as it is compiled, whatever values it bears."""

    compiled: Any
    places: tuple[Place, ...]
    row: Callable[[Sequence[Any]], Any] | None
    """From SQLite's row to ours; None: nothing comes back."""
    texts: dict[tuple[int, ...], str] = field(default_factory=dict)
    """By the lengths of the lists in it."""


class Rows:
    """What a statement came to; everything is fetched."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None


class QuickConnection:
    """`execute` as `SqlTx` uses it."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self._shapes: dict[Any, Shape] = {}
        """By the statement itself where it was built at import, by its way of making where it is a sketch."""

    def execute(self, statement: Any, values: Any = None) -> Rows:
        """Run it; raises SQLAlchemy's errors around SQLite's."""
        many = isinstance(values, list)
        one: Mapping[str, Any] = (values[0] if values else {}) if many else (values or {})
        batch = many and len(values) > 1
        key = (statement.way_ if type(statement) is Sketch else statement, tuple(one), batch)
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = _shape(statement, list(one), batch)
        inside = statement.given_ if type(statement) is Sketch else ()
        if batch:
            return self._many(shape, [_positions(shape, each, inside)[0] for each in values])
        positions, lengths = _positions(shape, one, inside)
        text = shape.compiled.string if not lengths else shape.texts.get(lengths)
        if text is None:
            text = shape.texts[lengths] = _expanded(shape, one, inside)
        try:
            cursor = self._raw.execute(text, positions)
        except sqlite3.Error as error:
            raise _wrapped(text, error) from error
        if shape.row is None:
            return Rows([], cursor.rowcount)
        return Rows(list(map(shape.row, cursor.fetchall())), cursor.rowcount)

    def _many(self, shape: Shape, rows: list[Any]) -> Rows:
        try:
            return Rows([], self._raw.executemany(shape.compiled.string, rows).rowcount)
        except sqlite3.Error as error:
            raise _wrapped(shape.compiled.string, error) from error


def _wrapped(text: str, error: sqlite3.Error) -> BaseException:
    return DBAPIError.instance(text, (), error, sqlite3.Error, dialect=_DIALECT)


def _shape(statement: Any, names: list[str], batch: bool) -> Shape:
    drawn = real(statement) if type(statement) is Sketch else statement
    compiled = drawn._compiler(
        _DIALECT, cache_key=None, column_keys=names, for_executemany=batch, schema_translate_map=None
    )
    # What would need more than text and conversions is not used by this project.
    assert not compiled.insert_prefetch and not compiled.update_prefetch and not compiled.literal_execute_params
    inside = {name_of(n): n for n in range(len(statement.given_))} if type(statement) is Sketch else {}
    fixed = compiled.construct_params(_check=False, escape_names=False)
    places = tuple(_place(compiled, name, names, inside, fixed) for name in compiled.positiontup)
    return Shape(compiled, places, _row(compiled))


def _place(
    compiled: Any, name: str, names: Sequence[str], inside: Mapping[str, int], fixed: Mapping[str, Any]
) -> Place:
    bound = compiled.binds[name]
    key = next((known for known in (bound.key, name) if known in names), None)
    return Place(
        name,
        key,
        inside.get(bound.key) if key is None else None,
        fixed[name],
        compiled._bind_processors.get(name),
        bound in compiled.post_compile_params,
    )


def _row(compiled: Any) -> Callable[[Sequence[Any]], Any] | None:
    columns = compiled._result_columns
    if not columns:
        return None
    # A name that comes twice, or that no tuple may bear, is reached by its number alone.
    made = namedtuple("made", [column.keyname for column in columns], rename=True)  # type: ignore[misc]
    converts = [column.type._cached_result_processor(_DIALECT, None) for column in columns]
    told = [(number, convert) for number, convert in enumerate(converts) if convert is not None]
    if not told:
        return made._make

    def row(raw: Sequence[Any]) -> Any:
        values = list(raw)
        for number, convert in told:
            values[number] = convert(values[number])
        return made._make(values)

    return row


def _positions(shape: Shape, values: Mapping[str, Any], inside: Sequence[Any]) -> tuple[list[Any], tuple[int, ...]]:
    """The parameters in order, and how long each list among them is."""
    found: list[Any] = []
    lengths: list[int] = []
    for place in shape.places:
        if place.key is not None:
            value = values[place.key]
        elif place.inside is not None:
            value = inside[place.inside]
        else:
            value = place.fixed
        if place.expanding:
            lengths.append(len(value))
            found += value if place.convert is None else map(place.convert, value)
        else:
            found.append(value if place.convert is None else place.convert(value))
    return found, tuple(lengths)


def _expanded(shape: Shape, values: Mapping[str, Any], inside: Sequence[Any]) -> str:
    given = {**values, **{name_of(number): value for number, value in enumerate(inside)}}
    named = shape.compiled.construct_params(given or None, escape_names=False)
    text: str = shape.compiled._process_parameters_for_postcompile(named).statement
    return text

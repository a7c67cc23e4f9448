"""Statements that are put together anew on every call, drawn as cheap sketches: each shape becomes real once.

`gateway.storage.saga_tx` builds its statements where it uses them, which took two fifths of a schedule. While schedules
run, the names in a copy of its methods for tables and for SQLAlchemy's functions stand for recorders: an expression is kept as the way it was
made (`key`) and the values in it. The first statement of each key is made by SQLAlchemy in that very way, with
parameters in the places of the values, and later ones lend their values to it. Which conditions a statement has is
still the module's own doing, so a mutant of it stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import Any, Final

from sqlalchemy import Integer, bindparam

_SPREAD: Final = ("in_", "not_in")
"""What takes a list apart."""
_VALUE: Final = ("value",)
_INT: Final = ("int",)
_LIST: Final = ("list",)
"""Places of values. None and booleans are none: they change the text of a statement."""

_LEAVES: dict[int, Any] = {}


class Sketch:
    """An expression: how it was made, and the values in it, in order."""

    __slots__ = ("gets_", "given_", "way_")

    def __init__(self, key: tuple[Any, ...], values: tuple[Any, ...] = ()) -> None:
        self.way_ = key
        self.given_ = values
        self.gets_: dict[str, Sketch] | None = None

    def __getattr__(self, name: str) -> Sketch:
        if self.given_:
            return Sketch(("get", self.way_, name), self.given_)
        if self.gets_ is None:
            self.gets_ = {}
        found = self.gets_.get(name)
        if found is None:
            found = self.gets_[name] = Sketch(("get", self.way_, name))
        return found

    def __call__(self, *arguments: Any, **named: Any) -> Sketch:
        if self.way_[0] == "get" and self.way_[2] in _SPREAD:
            return Sketch(("call", self.way_, (_LIST,), ()), (*self.given_, arguments[0]))
        values = [*self.given_]
        given = tuple([_part(argument, values) for argument in arguments])
        by_name = tuple([(name, _inner(value, values)) for name, value in named.items()]) if named else ()
        return Sketch(("call", self.way_, given, by_name), tuple(values))

    def __eq__(self, other: object) -> Sketch:  # type: ignore[override]
        return self._with("==", other)

    def __lt__(self, other: object) -> Sketch:
        return self._with("<", other)

    def __le__(self, other: object) -> Sketch:
        return self._with("<=", other)

    def __gt__(self, other: object) -> Sketch:
        return self._with(">", other)

    def __ge__(self, other: object) -> Sketch:
        return self._with(">=", other)

    def __add__(self, other: object) -> Sketch:
        return self._with("+", other)

    __hash__ = object.__hash__

    def _with(self, operator: str, other: object) -> Sketch:
        values = [*self.given_]
        part = _inner(other, values)
        return Sketch(("op", operator, self.way_, part), tuple(values))


_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
}


def leaf(real: Any) -> Sketch:
    """What is used as it is: a table, a function, a finished expression."""
    _LEAVES[id(real)] = real
    return Sketch(("leaf", id(real)))


def _part(value: Any, values: list[Any]) -> tuple[Any, ...]:
    """What stands for an argument in the way of making; its values join `values`."""
    if type(value) is not dict:
        return _inner(value, values)
    if any(type(key) is Sketch for key in value):
        return ("dict", tuple([(key.way_, _inner(each, values)) for key, each in value.items()]))
    return ("named", tuple([(key, _inner(each, values)) for key, each in value.items()]))


def _inner(value: Any, values: list[Any]) -> tuple[Any, ...]:
    """The same for what is no dict of columns: a dict here is one value."""
    kind = type(value)
    if kind is Sketch:
        values += value.given_
        way: tuple[Any, ...] = value.way_
        return way
    if value is None or kind is bool:
        return ("literal", value)
    values.append(value)
    return _INT if kind is int else _VALUE


def real(sketch: Sketch) -> Any:
    """The statement, made by SQLAlchemy, with a parameter `_0`, `_1`, ... for each of the values."""
    return _Drawing().draw(sketch.way_)


def name_of(number: int) -> str:
    return f"_{number}"


class _Drawing:
    def __init__(self) -> None:
        self.made: dict[tuple[Any, ...], Any] = {}
        """What was made without values is one thing wherever it occurs: an alias, say."""
        self.count = 0

    def draw(self, key: tuple[Any, ...]) -> Any:
        before = self.count
        if key in self.made:
            return self.made[key]
        made = getattr(self, f"_{key[0]}")(*key[1:])
        if self.count == before:
            self.made[key] = made
        return made

    def _leaf(self, number: int) -> Any:
        return _LEAVES[number]

    def _get(self, of: tuple[Any, ...], name: str) -> Any:
        return getattr(self.draw(of), name)

    def _op(self, operator: str, one: tuple[Any, ...], other: tuple[Any, ...]) -> Any:
        left = self.draw(one)
        return _OPERATORS[operator](left, self.draw(other))

    def _call(self, of: tuple[Any, ...], given: Sequence[Any], named: Sequence[tuple[str, Any]]) -> Any:
        function = self.draw(of)
        arguments = [self.draw(part) for part in given]
        return function(*arguments, **{name: self.draw(part) for name, part in named})

    def _literal(self, value: Any) -> Any:
        return value

    def _dict(self, parts: Sequence[tuple[Any, Any]]) -> Any:
        return {self.draw(key): self.draw(part) for key, part in parts}

    def _named(self, parts: Sequence[tuple[str, Any]]) -> Any:
        return {key: self.draw(part) for key, part in parts}

    def _value(self) -> Any:
        return bindparam(self._next())

    def _int(self) -> Any:
        return bindparam(self._next(), type_=Integer())

    def _list(self) -> Any:
        return bindparam(self._next(), expanding=True)

    def _next(self) -> str:
        self.count += 1
        return name_of(self.count - 1)


def sketched(transaction: type, mixed_in: type, module: ModuleType) -> type:
    """`transaction` whose methods from `mixed_in` see recorders where `module` has what is SQLAlchemy's; neither of
    them is changed."""
    seen = dict(vars(module))
    for name, value in vars(module).items():
        home = getattr(value, "__module__", None) if isinstance(value, FunctionType) else type(value).__module__
        if (home or "").startswith("sqlalchemy."):
            seen[name] = leaf(value)
    methods = {
        name: FunctionType(method.__code__, seen, name, method.__defaults__, method.__closure__)
        for name, method in vars(mixed_in).items()
        if isinstance(method, FunctionType) and getattr(transaction, name) is method
    }
    for name, method in methods.items():
        method.__kwdefaults__ = vars(mixed_in)[name].__kwdefaults__
    return type(f"Sketched{transaction.__name__}", (transaction,), methods)

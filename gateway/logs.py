"""Logs that cannot hold personal data: JSON lines whose fields are on a list, each with the shape its value must have.

A field that is not listed, or whose value has another shape, is refused: before `configure_logging` ran (tests) with
`Unloggable`, after it (production) by dropping and counting it. Exceptions are rendered as class names and places in
our code, never with messages, arguments, notes or locals: those hold whatever a stranger said. Other people's loggers
(uvicorn, asyncio, SQLAlchemy) are routed through the same pipe and lose their text, but for templates known to be
constant. `docs/data.md` says what each event, field and metric means.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import math
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

Check = Callable[[object], bool]
Fields = MutableMapping[str, Any]
OnDropped = Callable[[str], None]

MAX_CHAIN: Final = 6
"""Exceptions rendered of one chain or group."""
MAX_FRAMES: Final = 25


class Unloggable(ValueError):
    """Code tried to log what is not on the list. Names the field, never the value."""


def _shaped(pattern: str) -> Check:
    form = re.compile(pattern)
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _number(value: object) -> bool:
    """A count or duration. Nine digits are no count of ours, but could be a telephone number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e8


def _flag(value: object) -> bool:
    return isinstance(value, bool)


# No word of ours and no class holds three digits in a row; secrets and numbers do.
_WORD: Final = _shaped(r"(?!.*[0-9]{3})[a-z][a-z0-9_]{0,47}")
_CLASS: Final = _shaped(r"(?!.*[0-9]{3})[A-Za-z_][A-Za-z0-9_.]{0,79}")
# Our ids are 32 hex digits, the platform's words with digits; digits alone may be a telephone number or a date of
# birth unless they are very few, and some words begin a secret.
_ID: Final = _shaped(r"[0-9a-f]{32}|[0-9]{1,6}|(?!key_|cal_|sk_|whsec_)(?=[0-9_\-]*[A-Za-z])[A-Za-z0-9_\-]{1,64}")
FIELDS: Final[Mapping[str, Check]] = {
    # fixed words of ours
    **dict.fromkeys(("tool", "status", "reason", "budget", "outcome", "part", "state", "step", "act", "saga"), _WORD),
    **dict.fromkeys(("evidence", "channel", "source", "upstream", "lang", "signal"), _WORD),
    "kind": _CLASS,
    # ids
    **dict.fromkeys(("company_id", "branch_id", "call_id", "appointment_id", "customer_id", "service_id"), _ID),
    **dict.fromkeys(("staff_id", "saga_id", "message_id", "key_id", "ref"), _ID),
    # keyed hashes (`secretbox.phone_tag`, `secretbox.tag`)
    "phone": _shaped(r"h:[0-9a-f]{16}:[0-9]{2}"),
    "target": _shaped(r"t:[0-9a-f]{32}"),
    # numbers
    **dict.fromkeys(("latency_ms", "seconds", "delay_seconds", "size_bytes", "count", "tries", "level"), _number),
    **dict.fromkeys(("status_code", "port", "pid", "version", "fence", "key_index"), _number),
    # yes or no
    **dict.fromkeys(("ok", "demo", "replay", "within_policy", "retryable"), _flag),
}

# Added by the pipe itself, never by callers.
_OWN: Final = ("ts", "severity", "event", "logger", "at", "text", "errors", "dropped")

_strict = True


def _tell_nobody(kind: str) -> None:
    """The default hook."""


_on_dropped: OnDropped = _tell_nobody


class _Rendered(list[dict[str, object]]):
    """What `render_error` made, so that nothing else can pass for it."""


class Log:
    """The house's logger. Events are fixed words, fields are those of `FIELDS`."""

    def __init__(self, *, strict: bool | None = None) -> None:
        """`strict`: raise Unloggable instead of dropping; None: strict until `configure_logging` ran."""
        self._strict = strict
        self._logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
            logging.getLogger("gateway"),
            processors=[
                structlog.stdlib.filter_by_level,
                structlog.contextvars.merge_contextvars,
                self._admit,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=True,
        )

    def debug(self, event: str, /, **fields: object) -> None:
        self._logger.debug(event, **_renamed(fields))

    def info(self, event: str, /, **fields: object) -> None:
        self._logger.info(event, **_renamed(fields))

    def warning(self, event: str, /, **fields: object) -> None:
        self._logger.warning(event, **_renamed(fields))

    def error(self, event: str, /, **fields: object) -> None:
        self._logger.error(event, **_renamed(fields))

    def bug(self, event: str, error: BaseException, /, **fields: object) -> None:
        """An error nobody expected, whole: where it was raised and through which calls, without any value."""
        self._logger.error(event, **_renamed(fields), errors=render_error(error))

    def _admit(self, _: object, __: str, fields: Fields) -> Fields:
        """The processor that lets listed fields through."""
        strict = _strict if self._strict is None else self._strict
        errors = fields.pop("errors") if isinstance(fields.get("errors"), _Rendered) else None
        event = fields.pop("event")
        admitted: Fields = {"event": event if _WORD(event) else "unnamed"}
        refused = [name for name, value in fields.items() if name not in FIELDS or not FIELDS[name](value)]
        if strict and (refused or admitted["event"] != event):
            raise Unloggable("the event is no fixed word" if not refused else f"field {sorted(refused)[0]!r}")
        admitted.update((name, value) for name, value in fields.items() if name not in refused)
        if refused:
            admitted["dropped"] = len(refused)
            _on_dropped("log_field_dropped")
        if errors is not None:
            admitted["errors"] = errors
        return admitted


def _renamed(fields: dict[str, object]) -> dict[str, Any]:
    """The pipe's own names are not the caller's to set: they become unlisted fields instead of another event."""
    return {f"{name}_" if name in _OWN else name: value for name, value in fields.items()}


@contextlib.contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Every event logged inside carries these fields (`call_id`, `company_id`); checked when logged."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield


def configure_logging(
    level: str = "INFO", *, stream: TextIO | None = None, on_dropped: OnDropped = _tell_nobody
) -> None:
    """Send everything this process logs, ours or not, crashes included, as JSON lines to `stream` (standard error).

    From here on unlisted fields are dropped and `on_dropped` is told. Calling it again replaces what was set before.
    """
    global _strict, _on_dropped
    _strict, _on_dropped = False, on_dropped
    # A handler that fails would print the record with its arguments: nothing must ever do that.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_render], foreign_pre_chain=[_foreign], use_get_message=False)
    )
    for name in list(logging.root.manager.loggerDict):
        other = logging.getLogger(name)
        other.handlers.clear()
        other.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in ("gateway", "uvicorn"):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)  # whatever an embedded server made of it
    logging.getLogger("uvicorn.access").disabled = True  # its lines hold addresses
    logging.captureWarnings(True)
    sys.excepthook = _crashed
    sys.unraisablehook = lambda raised: _crashed(raised.exc_type, raised.exc_value, raised.exc_traceback)
    threading.excepthook = lambda raised: _crashed(raised.exc_type, raised.exc_value, raised.exc_traceback)


def render_error(error: BaseException) -> _Rendered:
    """The error and what led to it, outermost first: `kind` (class, for the system's errors with their code) and `at`
    (places, innermost last). Class and function names are code; nothing that is data is read."""
    found = _Rendered()
    queue: list[BaseException | None] = [error]
    seen: set[int] = set()
    while queue and len(found) < MAX_CHAIN:
        one = queue.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        found.append({"kind": _kind(one), "at": _frames(one.__traceback__)})
        if isinstance(one, BaseExceptionGroup):
            queue.extend(one.exceptions)
        queue.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
    return found


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    shown = name if _CLASS(name) else "Exception"
    code = errno.errorcode.get(error.errno) if isinstance(error, OSError) and isinstance(error.errno, int) else None
    return f"{shown}[{code}]" if code else shown


def _frames(traceback: TracebackType | None) -> list[str]:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{_place(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-MAX_FRAMES:]


def _place(filename: str) -> str:
    """Folder and file: enough to find it, and no home directory of anybody."""
    return "/".join(PurePath(filename).parts[-2:])


# -- other people's loggers --------------------------------------------------------------------------------------------

# Messages of uvicorn that are constant, or whose arguments are numbers and our own address.
_KNOWN_TEXTS: Final = frozenset(
    {
        "Started server process [%d]",
        "Finished server process [%d]",
        "Waiting for application startup.",
        "Application startup complete.",
        "Application startup failed. Exiting.",
        "Waiting for application shutdown.",
        "Application shutdown complete.",
        "Application shutdown failed. Exiting.",
        "Shutting down",
        "Waiting for connections to close. (CTRL+C to force quit)",
        "Waiting for background tasks to complete. (CTRL+C to force quit)",
        "Cancel %s running task(s), timeout graceful shutdown exceeded",
        "Exceeded concurrency limit.",
        "Invalid HTTP request received.",
        "Exception in ASGI application\n",
        "Maximum request limit of %d exceeded. Terminating process.",
    }
)


def _foreign(_: object, __: str, fields: Fields) -> Fields:
    """A record of a logger that is not ours: who, where, which errors; its text only when it is a known template."""
    record: logging.LogRecord = fields["_record"]
    admitted: Fields = {"event": "foreign", "_record": record, "_from_structlog": False}
    # Loggers are named after modules; a name that belongs to none was made of something else.
    package = record.name.partition(".")[0]
    admitted["logger"] = record.name if package in sys.modules or record.name == "py.warnings" else "other"
    admitted["at"] = f"{_place(record.pathname)}:{record.lineno}"
    if isinstance(record.msg, str) and record.msg in _KNOWN_TEXTS:
        admitted["text"] = record.msg.strip()
    errors = record.exc_info[1] if record.exc_info else None
    if errors is None and isinstance(record.msg, BaseException):
        errors = record.msg
    if errors is not None:
        admitted["errors"] = render_error(errors)
    return admitted


def _render(_: object, __: str, fields: Fields) -> str:
    """One line of JSON: time, severity and event first."""
    record: logging.LogRecord = fields.pop("_record")
    fields.pop("_from_structlog", None)
    for name in ("exc_info", "stack_info", "exception", "stack"):
        fields.pop(name, None)
    stamp = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"ts": stamp, "severity": record.levelname.lower(), "event": fields.pop("event"), **fields}
    # `_foreign` has rendered the error; the formatter must not append its own rendering.
    record.exc_info = record.exc_text = record.stack_info = None
    return json.dumps(line, separators=(",", ":"))


def _crashed(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    """What ends a process or a thread, without the values the interpreter would print."""
    fault = error if error is not None else kind()
    if fault.__traceback__ is None:
        fault = fault.with_traceback(traceback)
    Log().bug("crashed", fault)

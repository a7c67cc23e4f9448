"""The log pipe: listed fields of their shape, nothing else, on every path out of the process."""

from __future__ import annotations

import ast
import asyncio
import gc
import io
import json
import logging
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from prometheus_client.metrics import MetricWrapperBase

from gateway import logs
from gateway.auth import limits
from gateway.logs import FIELDS, Log, Unloggable, bound, configure_logging, render_error
from gateway.metrics import Metrics

ROOT = Path(__file__).resolve().parents[2]

# Twenty personal things, in the forms in which they reach us.
CANARIES = [
    *("Sabine Meier", "Zwetschgenknödel-Müller", "MEIER, SABINE", "sabine.meier@example.org", "+4915112345601"),
    *("015112345601", "4915112345601", "0151 123 45 601", "Lindenstraße 12, 10969 Berlin", "1984-03-17", "17.03.1984"),
    *("DE89 3704 0044 0532 0130 00", "allergisch gegen Ammoniak", "ich heiße Sabine und komme später"),
    *(
        "key_6f1d0c52a9e84b6380cfaa",
        "Bearer eyJhbGciOi",
        "482 913",
        "anonymous caller Sabine",
        "192.0.2.77",
        "S. Meier\n{}",
    ),
]


@pytest.fixture
def pipe() -> Iterator[io.StringIO]:
    """The pipe as in production, into a string; everything it touched is put back afterwards."""
    handlers, level, raising = logging.root.handlers[:], logging.root.level, logging.raiseExceptions
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    policy = (logs._strict, logs._on_dropped)
    out = io.StringIO()
    configure_logging("DEBUG", stream=out)
    yield out
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.raiseExceptions = raising
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    logs._strict, logs._on_dropped = policy


def lines(pipe: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pipe.getvalue().splitlines()]


def assert_silent(text: str) -> None:
    """No canary, and no word of one, is in `text`."""
    for canary in CANARIES:
        assert canary not in text
        assert json.dumps(canary)[1:-1] not in text
    for word in ("Sabine", "Meier", "meier", "Ammoniak", "Linden", "12345601", "123 45", "eyJ", "192.0.2"):
        assert word not in text


def test_an_event_is_one_line_of_json_with_time_and_severity_first(pipe: io.StringIO) -> None:
    """What a log query needs: ts, severity, event, then the fields."""
    Log().info("tool_answered", tool="book_appointment", status="booked", latency_ms=12.5)
    (line,) = pipe.getvalue().splitlines()
    assert list(json.loads(line)) == ["ts", "severity", "event", "tool", "status", "latency_ms"]
    assert json.loads(line)["ts"].endswith("Z")


@pytest.mark.parametrize(
    "field",
    [
        {"name": "x"},
        {"tool": "Sabine Meier"},
        {"tool": ""},
        {"tool": None},
        {"tool": 7},
        {"call_id": "+4915112345601"},
        {"call_id": "4915112345601"},
        {"call_id": "a b"},
        {"call_id": "1984-03-17"},
        {"call_id": "key_6f1d0c52a9e84b6380cfaa"},
        {"call_id": "x" * 65},
        {"phone": "+4915112345601"},
        {"phone": "h:15112345601:01"},
        {"latency_ms": "12"},
        {"latency_ms": 4_915_112_345_601},
        {"latency_ms": float("nan")},
        {"latency_ms": True},
        {"ok": 1},
        {"kind": "ValueError: Sabine"},
        {"event": "other"},
        {"errors": [{"kind": "Sabine"}]},
        {"text": "Sabine"},
        {"exc_info": True},
        {"stack_info": True},
    ],
    ids=str,
)
def test_an_unlisted_field_or_another_shape_is_refused(field: dict[str, Any], pipe: io.StringIO) -> None:
    """Before the start it raises, so that tests find it; in production it is dropped and counted."""
    with pytest.raises(Unloggable):
        Log(strict=True).info("tool_answered", status="booked", **field)
    assert pipe.getvalue() == ""
    counted: list[str] = []
    configure_logging(stream=pipe, on_dropped=counted.append)
    Log().info("tool_answered", status="booked", **field)
    (line,) = lines(pipe)
    assert {name: line[name] for name in line if name != "ts"} == {
        "severity": "info",
        "event": "tool_answered",
        "status": "booked",
        "dropped": 1,
    }
    assert counted == ["log_field_dropped"]


@pytest.mark.parametrize(
    "call_id", ["0190b3c4d5e6f7a8b9c0d1e2f3a4b5c6", "12345678901234567890123456789012", "call_3b9e0c", "177", "a-1"]
)
def test_ids_of_ours_and_of_the_platform_pass(call_id: str, pipe: io.StringIO) -> None:
    """Without ids no call could be followed through the log."""
    Log(strict=True).info("tool_answered", call_id=call_id)
    assert lines(pipe)[0]["call_id"] == call_id


@pytest.mark.parametrize("event", ["Sabine Meier", "booked for Sabine", "", "x" * 60, "booked\nforged"])
def test_an_event_is_a_fixed_word(event: str, pipe: io.StringIO) -> None:
    """Text with names in it cannot be an event; in production it becomes "unnamed"."""
    with pytest.raises(Unloggable):
        Log(strict=True).info(event)
    Log().info(event)
    assert [line["event"] for line in lines(pipe)] == ["unnamed"]


def test_a_refusal_does_not_repeat_the_value() -> None:
    """The error that tells a developer about a leak must not be one."""
    with pytest.raises(Unloggable) as refused:
        Log(strict=True).info("tool_answered", name="Sabine Meier")
    assert "Sabine" not in str(refused.value)


def test_bound_fields_are_on_every_line_and_checked_like_others(pipe: io.StringIO) -> None:
    """The call's id is said once for the whole call."""
    with bound(call_id="call_1f", company_id="c1"):
        Log().info("tool_answered", status="booked")
    with bound(call_id="+4915112345601"):
        Log().info("tool_answered", status="booked")
    first, second = lines(pipe)
    assert (first["call_id"], first["company_id"]) == ("call_1f", "c1")
    assert "call_id" not in second
    assert second["dropped"] == 1


def fail(canary: str) -> None:
    """An error as bad as they come: canaries in message, arguments, notes, cause, context, group and locals."""
    local = f"local {canary}"
    try:
        try:
            raise KeyError(canary)
        except KeyError:
            raise RuntimeError(f"could not serve {canary}", {"name": canary})  # noqa: B904  the context is the point
    except RuntimeError as context:
        error = ExceptionGroup(f"group {canary}", [ValueError(canary), OSError(2, canary, canary)])
        error.add_note(f"{local}: note {canary}")
        raise error from context


def test_errors_are_shown_by_class_and_place_through_causes_and_groups(pipe: io.StringIO) -> None:
    """What the person on call needs to find the line, and nothing that was said."""
    try:
        fail(CANARIES[0])
    except ExceptionGroup as error:
        Log().bug("tool_failed", error, tool="book_appointment")
    (line,) = lines(pipe)
    kinds = [error["kind"] for error in line["errors"]]
    assert kinds == ["ExceptionGroup", "ValueError", "FileNotFoundError[ENOENT]", "RuntimeError", "KeyError"]
    assert line["errors"][0]["at"][-1].startswith("unit/test_logs.py:")
    assert line["errors"][0]["at"][-1].endswith(" fail")


def test_an_error_that_leads_to_itself_ends() -> None:
    """Chains may be circles."""
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert [error["kind"] for error in render_error(one)] == ["ValueError", "KeyError"]


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_gets_through_our_own_logger(canary: str, pipe: io.StringIO) -> None:
    """Every field, every level, bound fields, unknown names, events, and errors in every part."""
    log = Log()
    for name in [*FIELDS, "name", "message", "args", "event", "errors", "exc_info", "body"]:
        log.info("tool_answered", **{name: canary})
        log.debug("tool_answered", **{name: [canary]})
        log.warning("tool_answered", **{name: {"deep": canary}})
    log.error(canary)
    with bound(note=canary, call_id=canary):
        log.error("tool_answered")
    try:
        fail(canary)
    except Exception as error:
        log.bug("tool_failed", error, reason=canary)
        log.error("tool_failed", exc_info=error)
    assert len(lines(pipe)) == 3 * (len(FIELDS) + 7) + 4
    assert_silent(pipe.getvalue())


@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_gets_through_other_peoples_loggers(canary: str, pipe: io.StringIO) -> None:
    """Libraries log texts with arguments, errors and stacks; warnings are logs too."""
    for name in ("uvicorn.error", "asyncio", "sqlalchemy.engine", "gateway.somewhere", "httpx", canary):
        logger = logging.getLogger(name)
        logger.error("text %s", canary)
        logger.error(canary)
        logger.error(f"text {canary}", extra={"person": canary}, stack_info=True)
        logger.error("%d", canary)  # arguments that do not fit: the handler must not print them either
        try:
            fail(canary)
        except Exception as error:
            logger.exception(canary)
            logger.error(error)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(canary, stacklevel=1)
    assert len(lines(pipe)) == 37
    assert_silent(pipe.getvalue())


def test_a_task_nobody_awaited_does_not_tell_its_error(pipe: io.StringIO) -> None:
    """asyncio writes the task and its exception into its message."""

    async def main() -> None:
        task = asyncio.ensure_future(asyncio.to_thread(fail, CANARIES[0]))
        await asyncio.wait([task])
        del task
        gc.collect()

    asyncio.run(main())
    foreign = [line for line in lines(pipe) if line["logger"] == "asyncio"]
    assert any("errors" in line for line in foreign)
    assert_silent(pipe.getvalue())


def test_uvicorns_constant_texts_stay_readable_and_its_access_log_is_off(pipe: io.StringIO) -> None:
    """The operator still sees the server start and stop; addresses and paths are not kept."""
    assert uvicorn.__name__ in sys.modules  # a logger's name is shown when it is a loaded module's
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    logging.getLogger("uvicorn.access").info('%s - "%s"', "192.0.2.77", "GET /portal/Sabine")
    (line,) = lines(pipe)
    assert (line["event"], line["logger"], line["text"]) == (
        "foreign",
        "uvicorn.error",
        "Application startup complete.",
    )


def test_a_port_in_use_is_said_by_its_code(pipe: io.StringIO) -> None:
    """uvicorn logs the error itself; its class and code are enough for the operator."""
    logging.getLogger("uvicorn.error").error(OSError(98, "Address already in use: Sabine"))
    assert lines(pipe)[0]["errors"] == [{"kind": "OSError[EADDRINUSE]", "at": []}]


def run(script: str) -> str:
    """What a process of its own writes to both its streams."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, cwd=ROOT, timeout=30)
    return (done.stdout + done.stderr).decode()


def test_a_crash_of_process_thread_or_finaliser_tells_no_values() -> None:
    """The interpreter would print messages; our hooks print places."""
    out = run(
        """
        import sys, threading
        from gateway.logs import configure_logging
        configure_logging()
        name = "Sabine Meier +4915112345601"
        class Finaliser:
            def __del__(self): raise ValueError(name)
        Finaliser()
        def work(): raise KeyError(name)
        thread = threading.Thread(target=work); thread.start(); thread.join()
        error = RuntimeError(name); error.add_note(name)
        raise error from OSError(name)
        """
    )
    kinds = [[error["kind"] for error in json.loads(line)["errors"]] for line in out.splitlines()]
    assert kinds == [["ValueError"], ["KeyError"], ["RuntimeError", "OSError"]]
    assert_silent(out)


def test_a_log_stream_that_is_gone_does_not_print_the_record() -> None:
    """A closed stream makes the standard library print message and arguments, unless told not to."""
    out = run(
        """
        import io, logging
        from gateway.logs import Log, configure_logging
        stream = io.StringIO()
        configure_logging(stream=stream)
        stream.close()
        logging.getLogger("x").error("Sabine %s", "Meier")
        Log().error("tool_failed")
        """
    )
    assert out == ""


def test_configuring_twice_does_not_double_the_lines(pipe: io.StringIO) -> None:
    """A second start in one process replaces the first."""
    configure_logging(stream=pipe)
    Log().info("started")
    assert len(lines(pipe)) == 1


def test_the_level_is_respected(pipe: io.StringIO) -> None:
    """At WARNING only warnings and errors are written."""
    configure_logging("WARNING", stream=pipe)
    Log().info("started")
    Log().warning("request_refused", reason="signature_stale")
    assert [line["event"] for line in lines(pipe)] == ["request_refused"]


DOCUMENT = ROOT / "docs" / "data.md"


def logged_events() -> set[str]:
    """Every constant first argument of a logging call in the source."""
    found = set()
    for path in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            first, owner = node.args[0], ast.unparse(node.func.value)
            if node.func.attr in LEVELS and owner.split(".")[-1].lower().lstrip("_") in {"log", "log()"}:
                assert isinstance(first, ast.Constant) and isinstance(first.value, str), (
                    f"{path.name}:{node.lineno}: an event is a constant word"
                )
                found.add(first.value)
    return found


LEVELS = {"debug", "info", "warning", "error", "bug"}


def test_the_operators_list_names_every_event_field_and_rare_event() -> None:
    """Whoever adds one says in docs/data.md what it means."""
    document = DOCUMENT.read_text()
    events = logged_events()
    assert {"tool_answered", "request_refused"} <= events
    missing = [name for name in [*events, *FIELDS, *limits.EVENTS] if f"`{name}`" not in document]
    assert missing == []


def test_the_operators_list_names_every_metric_with_its_labels() -> None:
    """No metric and no label without a line; labels are never personal because this table is short enough to read."""
    document = DOCUMENT.read_text()
    metrics = [metric for metric in vars(Metrics()).values() if isinstance(metric, MetricWrapperBase)]
    assert len(metrics) >= 10
    for metric in metrics:
        (row,) = [line for line in document.splitlines() if line.startswith(f"| `{metric._name}`")]
        assert all(f"`{label}`" in row for label in metric._labelnames)

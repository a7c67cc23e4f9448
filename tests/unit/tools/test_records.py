"""Records of reads: written just after the answer, in batches, whatever the database does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from gateway.booking.ports import ReadRecord, RecordedAnswer, Store
from gateway.clock import SystemClock
from gateway.errors import StoreUnavailable
from gateway.metrics import Metrics
from gateway.tools import records
from gateway.tools.records import BATCH, ReadRecorder

NOW = datetime(2025, 10, 24, 7, 0, tzinfo=UTC)


@dataclass
class Notebook:
    """The part of a store that takes records, and fails on demand."""

    rows: list[ReadRecord] = field(default_factory=list)
    batches: list[tuple[str, int]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def record_reads(self, company_id: str, rows: Sequence[ReadRecord]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append((company_id, len(rows)))
        self.rows += rows


def record(number: int, company_id: str = "salon", call_id: str = "call_1") -> ReadRecord:
    answer = RecordedAnswer(f"t:{number}", "f", "offered", b"{}", NOW, None)
    return ReadRecord(company_id, call_id, "check_availability", answer, 1)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def recorder(notebook: Notebook, metrics: Metrics) -> ReadRecorder:
    store: Store = notebook  # type: ignore[assignment]  # the one thing that is asked
    return ReadRecorder(store, SystemClock(), metrics)


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def test_what_waits_is_written_company_by_company(recorder: ReadRecorder, notebook: Notebook) -> None:
    """In batches, everything, once."""
    for number in range(BATCH + 10):
        recorder.add(record(number, company_id="ab"[number % 2]))
    await recorder.flush()
    await recorder.flush()
    assert len(notebook.rows) == len({row.answer.key for row in notebook.rows}) == BATCH + 10
    assert notebook.batches == [("a", 100), ("b", 100), ("a", 5), ("b", 5)]


async def test_a_call_without_an_id_leaves_no_record(recorder: ReadRecorder, notebook: Notebook) -> None:
    """Nothing could find it again."""
    recorder.add(record(1, call_id=""))
    await recorder.flush()
    assert notebook.rows == []


async def test_nothing_is_lost_while_the_database_is_away(recorder: ReadRecorder, notebook: Notebook) -> None:
    """Told to whoever flushes, kept, written later in their order."""
    notebook.failures = [StoreUnavailable("away")]
    for number in range(3):
        recorder.add(record(number))
    with pytest.raises(StoreUnavailable):
        await recorder.flush()
    await recorder.flush()
    assert [row.answer.key for row in notebook.rows] == ["t:0", "t:1", "t:2"]


async def test_what_the_database_will_never_take_does_not_keep_the_others_out(
    recorder: ReadRecorder, notebook: Notebook, metrics: Metrics
) -> None:
    """Dropped and counted; the next batch is written."""
    notebook.failures = [ValueError("a text with a NUL")]
    recorder.add(record(1))
    await recorder.flush()
    recorder.add(record(2))
    await recorder.flush()
    assert [row.answer.key for row in notebook.rows] == ["t:2"]
    assert counted(metrics, "gateway_failures_total", kind="record_refused") == 1


async def test_too_many_drop_the_oldest_and_say_so(
    recorder: ReadRecorder, notebook: Notebook, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is bounded."""
    monkeypatch.setattr(records, "MAX_WAITING", 2)
    for number in range(3):
        recorder.add(record(number))
    await recorder.flush()
    assert [row.answer.key for row in notebook.rows] == ["t:1", "t:2"]
    assert counted(metrics, "gateway_events_total", event="read_record_dropped") == 1


async def test_the_writer_runs_on_through_outages_and_bugs(
    recorder: ReadRecorder, notebook: Notebook, metrics: Metrics
) -> None:
    """Beside the calls, until it is told to stop."""
    notebook.failures = [StoreUnavailable("away"), ValueError("bug")]
    running = asyncio.create_task(recorder.run())
    try:
        for number in range(3):
            recorder.add(record(number))
            await asyncio.sleep(records.FLUSH_SECONDS * 1.3)
        assert not running.done()
    finally:
        running.cancel()
    assert counted(metrics, "gateway_events_total", event="read_record_late") == 1
    assert [row.answer.key for row in notebook.rows] == ["t:2"]

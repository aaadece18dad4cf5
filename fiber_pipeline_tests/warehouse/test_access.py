import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from fiber_pipeline.warehouse import Warehouse, WarehouseBusy, WarehouseError
from fiber_pipeline.warehouse.access import Limits
from fiber_pipeline_tests.processes import PROCESSES
from fiber_pipeline_tests.warehouse import versions
from fiber_pipeline_tests.warehouse.versions import VERSIONS, assert_whole, frame_of, open_warehouse, start

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "it's a folder" / "fiber.duckdb"
    for process in PROCESSES_STARTED:
        process.kill()
        process.join()
    PROCESSES_STARTED.clear()


PROCESSES_STARTED: list[versions.BaseProcess] = []


def started(target: object, *arguments: object) -> versions.BaseProcess:
    process = start(target, *arguments)
    PROCESSES_STARTED.append(process)
    return process


def test_eight_processes_write_at_once_and_none_fails(path: Path) -> None:
    writers = [started(versions.write_versions, path, None, [f"own {n}", "shared"], [n, n + 10]) for n in range(8)]
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 8
    warehouse = open_warehouse(path)
    for n in range(8):
        assert assert_whole(warehouse.read(VERSIONS, partitions=[f"own {n}"])) == n + 10
    assert_whole(warehouse.read(VERSIONS, partitions=["shared"]))


def test_threads_of_a_process_read_and_write_at_once(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("shared", 0), "shared")

    def work(n: int) -> int:
        if n % 3 == 0:
            warehouse.write(VERSIONS, frame_of("shared", n), "shared")
        return assert_whole(warehouse.read(VERSIONS, partitions=["shared"]))

    with ThreadPoolExecutor(6) as pool:
        seen = list(pool.map(work, range(24)))
    assert set(seen) <= {0, *range(0, 24, 3)}


def test_readers_see_whole_partitions_while_another_process_writes(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("shared", 0), "shared")
    writer = started(versions.write_versions, path, None, ["shared"], range(1, 9))
    seen = []
    while writer.is_alive():
        seen.append(assert_whole(warehouse.read(VERSIONS, partitions=["shared"])))
    seen.append(assert_whole(warehouse.read(VERSIONS, partitions=["shared"])))
    assert writer.exitcode == 0
    assert seen == sorted(seen)
    assert seen[-1] == 8


def test_a_reader_waits_for_a_write_and_sees_all_of_it(path: Path) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    writer = started(versions.write_slowly, path, None, "b", 2)
    versions.wait_until_locked(path)
    with open_warehouse(path).reader() as connection:
        found = connection.execute("SELECT DISTINCT version, count(*) OVER () FROM versions").fetchall()
    writer.join()
    assert found == [(2, versions.rows_of(2))]


@pytest.mark.parametrize("key", [None, "llave"])
def test_a_write_killed_in_its_transaction_leaves_the_old_partition(path: Path, key: str | None) -> None:
    warehouse = open_warehouse(path, key)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    writer = started(versions.write_stuck, path, key, "b", 2)
    versions.wait_until_locked(path)
    time.sleep(0.3)  # past the delete and the insert, as far as one can tell from outside
    writer.kill()
    writer.join()
    assert assert_whole(warehouse.read(VERSIONS)) == 1
    warehouse.write(VERSIONS, frame_of("b", 3), "b")
    assert assert_whole(warehouse.read(VERSIONS)) == 3


def test_a_first_write_killed_leaves_a_warehouse_that_works(path: Path) -> None:
    writer = started(versions.write_stuck, path, None, "b", 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    versions.wait_until_locked(path)
    writer.kill()
    writer.join()
    warehouse = open_warehouse(path)
    assert warehouse.read(VERSIONS).empty
    warehouse.write(VERSIONS, frame_of("b", 3), "b")
    assert assert_whole(warehouse.read(VERSIONS)) == 3


def test_killed_at_any_moment_a_partition_is_whole_and_the_next_writer_goes_on(path: Path) -> None:
    moments = random.Random(20260305)
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 0), "b")
    for _ in range(10):
        writer = started(versions.write_versions, path, None, ["b"], range(1, 400))
        versions.wait_until_locked(path)
        time.sleep(moments.uniform(0, 0.15))
        writer.kill()
        writer.join()
        assert_whole(warehouse.read(VERSIONS))
    warehouse.write(VERSIONS, frame_of("b", 7), "b")
    assert assert_whole(warehouse.read(VERSIONS)) == 7


def test_a_committed_write_survives_a_kill_before_the_checkpoint(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    child = started(_commit_and_die, path)
    child.join()
    assert path.with_name(path.name + ".wal").exists()
    assert "added later" in set(warehouse.read(VERSIONS)["text"])


def _commit_and_die(path: Path) -> None:
    connection = duckdb.connect(str(path))
    connection.execute("UPDATE versions SET text = 'added later'")
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("rest", [".wal", ".wal.checkpoint", ".wal.recovery"])
def test_readers_may_open_what_a_kill_within_a_checkpoint_leaves(path: Path, rest: str) -> None:
    """DuckDB reads on there, whenever it finds the like beside the file, and nowhere else."""
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    left, foreign = path.with_name(path.name + rest), path.with_name("foreign" + rest)
    with warehouse.reader() as connection:
        for file in (left, foreign):
            file.write_bytes(b"log")
        assert connection.execute("SELECT size FROM read_blob($file)", {"file": str(left)}).fetchall() == [(3,)]
        with pytest.raises(duckdb.PermissionException):
            connection.execute("SELECT size FROM read_blob($file)", {"file": str(foreign)})
        left.unlink()


def test_a_writer_waits_for_a_reader_and_says_who_it_is(path: Path) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    ready = PROCESSES.Event()
    reader = started(versions.read_for_long, path, ready)
    ready.wait()
    with pytest.raises(WarehouseBusy, match=rf"busy for 0.5 s: held by .*\(process {reader.pid}\)"):
        open_warehouse(path, timeout=0.5).write(VERSIONS, frame_of("b", 2), "b")
    assert assert_whole(open_warehouse(path, timeout=5).read(VERSIONS)) == 1


@pytest.mark.parametrize("held_by", ["a writer of ours", "a program that knows no lock"])
def test_who_waits_says_for_whom_while_it_waits(path: Path, held_by: str, caplog: pytest.LogCaptureFixture) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    ready = PROCESSES.Event()
    if held_by == "a writer of ours":
        holder = started(versions.write_stuck, path, None, "b", 2)
        versions.wait_until_locked(path)
    else:
        holder = started(_hold, path, ready)
        assert ready.wait(60)
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(open_warehouse(path, timeout=60).read, VERSIONS)
        writing = pool.submit(open_warehouse(path, timeout=60).write, VERSIONS, frame_of("c", 3), "c")
        told = f"waiting for {path}, held by .*process {holder.pid}.*; giving up in 5[0-9] s"
        while len(re.findall(told, caplog.text)) < 2:
            assert not reading.done(), reading.exception()
            time.sleep(0.1)
        holder.kill()
        assert assert_whole(reading.result().query("batch == 'b'")) == 1
        writing.result()
    assert len(caplog.records) == 2


def _hold(path: Path, ready: "Event") -> None:
    with duckdb.connect(str(path)):
        ready.set()
        time.sleep(600)


# Cut further behind, it may still hold all that is asked for.
@pytest.mark.parametrize("kept", [0.0, 0.1, 0.3])
def test_a_file_that_was_cut_short_is_one_clear_error(path: Path, kept: float) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * kept))
    for use in (lambda: open_warehouse(path).read(VERSIONS), lambda: open_warehouse(path).row_counts()):
        with pytest.raises(WarehouseError, match=r"move (it|this one) away") as problem:
            use()
        assert str(path) in str(problem.value)


def test_a_reader_waits_for_a_writer_and_says_who_it_is(path: Path) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    writer = started(versions.write_stuck, path, None, "b", 2)
    versions.wait_until_locked(path)
    with pytest.raises(WarehouseBusy, match=rf"\(process {writer.pid}\)"):
        open_warehouse(path, timeout=0.5).read(VERSIONS)


def test_a_program_that_writes_without_our_lock_is_waited_for_and_named(path: Path) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    holder = started(versions.hold_open, path, False)
    versions.wait_until_held(path)
    impatient = open_warehouse(path, timeout=0.5)
    for call in (lambda: impatient.read(VERSIONS), lambda: impatient.write(VERSIONS, frame_of("b", 2), "b")):
        with pytest.raises(WarehouseBusy, match=rf"\(process {holder.pid}\)"):
            call()
    threading.Timer(0.3, holder.kill).start()
    open_warehouse(path).write(VERSIONS, frame_of("b", 2), "b")
    assert assert_whole(open_warehouse(path).read(VERSIONS)) == 2


def test_while_a_writer_waits_for_a_foreign_reader_our_readers_go_on(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    holder = started(versions.hold_open, path, True)
    _wait_until_writing_is_refused(path)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(warehouse.write, VERSIONS, frame_of("b", 2), "b")
        for _ in range(5):
            assert assert_whole(open_warehouse(path, timeout=20).read(VERSIONS)) == 1
        assert not waiting.done()
        holder.kill()
        waiting.result()
    assert assert_whole(warehouse.read(VERSIONS)) == 2


def _wait_until_writing_is_refused(path: Path) -> None:
    while True:
        try:
            duckdb.connect(str(path)).close()
        except duckdb.IOException:
            return
        time.sleep(0.2)


def test_readers_do_not_starve_a_writer(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    stop = threading.Event()

    def read_on() -> None:
        while not stop.is_set():
            with warehouse.reader() as connection:
                connection.execute("SELECT count(*) FROM versions")
                time.sleep(0.02)

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read_on) for _ in range(4)]
        try:
            for version in (2, 3, 4):
                warehouse.write(VERSIONS, frame_of("b", version), "b")
        finally:
            stop.set()
        for reader in readers:
            reader.result()
    assert assert_whole(warehouse.read(VERSIONS)) == 4


def test_a_thread_may_read_within_reading_even_if_a_writer_waits(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    with ThreadPoolExecutor(1) as pool:
        with warehouse.reader() as outer:
            waiting = pool.submit(warehouse.write, VERSIONS, frame_of("b", 2), "b")
            versions.wait_until_locked(path)
            assert assert_whole(warehouse.read(VERSIONS)) == 1
            assert outer.execute("SELECT DISTINCT version FROM versions").fetchall() == [(1,)]
        waiting.result()
    assert assert_whole(warehouse.read(VERSIONS)) == 2


def test_a_thread_that_reads_cannot_write_and_is_told_so(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    with warehouse.reader(), pytest.raises(WarehouseError, match="leave reader"):
        warehouse.write(VERSIONS, frame_of("b", 2), "b")
    warehouse.write(VERSIONS, frame_of("b", 2), "b")
    assert assert_whole(warehouse.read(VERSIONS)) == 2


def test_a_connection_of_ones_own_process_is_named(path: Path) -> None:
    open_warehouse(path).write(VERSIONS, frame_of("b", 1), "b")
    with (
        duckdb.connect(str(path), read_only=True),
        pytest.raises(WarehouseBusy, match="another connection of this process"),
    ):
        open_warehouse(path, timeout=0.3).write(VERSIONS, frame_of("b", 2), "b")


def test_a_read_only_connection_cannot_write_or_reach_other_files(path: Path) -> None:
    warehouse = open_warehouse(path)
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    with warehouse.reader() as connection:
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("DELETE FROM versions")
        with pytest.raises(duckdb.PermissionException):
            connection.execute("SELECT * FROM read_text('/etc/hostname')")
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_what_exceeds_memory_spills_beside_the_file_and_is_cleared(path: Path) -> None:
    warehouse = Warehouse(str(path), tables=[VERSIONS], limits=Limits(memory="60MB", threads=1))
    warehouse.write(VERSIONS, frame_of("b", 1), "b")
    leftover = path.with_name(path.name + ".spill-of-a-killed-process")
    leftover.mkdir()
    (leftover / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"rows")
    with warehouse.reader() as connection:
        spilled = connection.execute(
            "SELECT count(*) FROM (SELECT range, hash(range) AS h, repeat('x', 50) FROM range(1500000) ORDER BY h)"
        ).fetchone()
        assert spilled == (1500000,)
    warehouse.write(VERSIONS, frame_of("b", 2), "b")
    assert [entry.name for entry in sorted(path.parent.iterdir())] == ["fiber.duckdb", "fiber.duckdb.lock"]

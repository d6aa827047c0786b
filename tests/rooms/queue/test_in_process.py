"""Rings inside one process: they arrive at once, cost nothing while idle, and the worker thread is kept alive."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import Queue

import pytest

from builder.queue import CeleryRing, Doorbell, EmbeddedWorker, open_doorbell, start_embedded_worker
from builder.queue.inprocess import postbox_of


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Doorbell:
    return open_doorbell(f"inproc://{request.node.name}")


@pytest.fixture
def heard() -> Queue[int]:
    return Queue()


@pytest.fixture
def worker(app: Doorbell, heard: Queue[int]) -> Iterator[EmbeddedWorker]:
    started = start_embedded_worker(app, heard.put)
    yield started
    assert started.stop()


def test_a_ring_arrives(app: Doorbell, worker: EmbeddedWorker, heard: Queue[int]) -> None:
    CeleryRing(app).ring(7_331_442_318_336_000_123)
    assert heard.get(timeout=60) == 7_331_442_318_336_000_123


def test_a_ring_takes_milliseconds_not_a_poll(app: Doorbell, worker: EmbeddedWorker, heard: Queue[int]) -> None:
    ring = CeleryRing(app)
    times = []
    for number in range(50):
        start = time.perf_counter()
        ring.ring(number)
        heard.get(timeout=60)
        times.append(time.perf_counter() - start)
    assert sorted(times)[25] < 0.05


def test_every_ring_arrives_once_and_in_order_of_sending(app: Doorbell, heard: Queue[int]) -> None:
    ring = CeleryRing(app)
    worker = EmbeddedWorker(app)
    app.on_advance = heard.put
    worker.start()
    threads = [threading.Thread(target=lambda low=low: [ring.ring(low + n) for n in range(100)]) for low in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard.get(timeout=60) for _ in range(200)) == list(range(200))
    assert heard.empty()
    assert worker.stop()


def test_a_ring_whose_work_fails_does_not_end_the_worker(app: Doorbell, heard: Queue[int]) -> None:
    def fail_first(run_id: int) -> None:
        if run_id == 1:
            raise ValueError("the database is away")
        heard.put(run_id)

    worker = start_embedded_worker(app, fail_first)
    ring = CeleryRing(app)
    ring.ring(1)
    ring.ring(2)
    assert heard.get(timeout=60) == 2
    assert worker.starts == 1
    assert worker.stop()


def test_a_worker_that_ends_is_started_again(
    app: Doorbell, worker: EmbeddedWorker, heard: Queue[int], request: pytest.FixtureRequest
) -> None:
    ring = CeleryRing(app)
    ring.ring(1)
    assert heard.get(timeout=60) == 1
    postbox_of(request.node.name).close()  # an order to end that did not come from the EmbeddedWorker
    ring.ring(2)
    assert heard.get(timeout=60) == 2
    assert worker.starts == 2


def test_stopping_is_quick_and_final(app: Doorbell, heard: Queue[int]) -> None:
    worker = start_embedded_worker(app, heard.put)
    start = time.perf_counter()
    assert worker.stop()
    assert time.perf_counter() - start < 1.5
    assert not worker.alive
    CeleryRing(app).ring(1)
    assert heard.empty()


def test_stopping_lets_a_ring_that_was_taken_finish(app: Doorbell) -> None:
    taken, let_go, finished = threading.Event(), threading.Event(), threading.Event()

    def slow(_: int) -> None:
        taken.set()
        let_go.wait(60)
        finished.set()

    worker = start_embedded_worker(app, slow)
    CeleryRing(app).ring(1)
    assert taken.wait(60)
    stopper = threading.Thread(target=worker.stop)
    stopper.start()
    let_go.set()
    stopper.join(5)
    assert finished.is_set()


def test_two_apps_of_one_process_do_not_hear_each_other(heard: Queue[int]) -> None:
    first, second = open_doorbell("inproc://first"), open_doorbell("inproc://second")
    other: Queue[int] = Queue()
    workers = [start_embedded_worker(first, heard.put), start_embedded_worker(second, other.put)]
    CeleryRing(second).ring(2)
    CeleryRing(first).ring(1)
    assert (heard.get(timeout=60), other.get(timeout=60)) == (1, 2)
    assert all(worker.stop() for worker in workers)


def test_a_name_can_be_used_again_after_a_stop(heard: Queue[int]) -> None:
    for number in (1, 2):
        app = open_doorbell("inproc://again")
        worker = start_embedded_worker(app, heard.put)
        CeleryRing(app).ring(number)
        assert heard.get(timeout=60) == number
        assert worker.stop()


def test_an_idle_worker_costs_next_to_nothing(worker: EmbeddedWorker) -> None:
    start = time.process_time()
    threading.Event().wait(1.0)  # the one second that is measured, not a wait for something to happen
    assert time.process_time() - start < 0.05


def test_what_celery_could_do_beyond_ringing_is_off(app: Doorbell) -> None:
    conf = app.conf
    assert conf.result_backend is None
    assert conf.task_ignore_result
    assert not conf.task_acks_late
    assert conf.worker_prefetch_multiplier == 1
    assert list(conf.accept_content) == ["json"]
    assert not conf.worker_enable_remote_control
    assert not conf.worker_send_task_events
    assert not conf.task_publish_retry
    assert {name for name in app.tasks if not name.startswith("celery.")} == {"run.advance", "ping.self"}

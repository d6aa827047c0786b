"""A Kombu transport inside one process: whoever waits for a message sleeps on a condition, not between polls.

Kombu's own memory transport looks once a second, which costs half a second per ring and a busy thread if one makes it
look more often. This one hands a message over as soon as it is put, and costs nothing while idle. Its messages die with
the process, by design: the sweep rings again for every run that is ready.

Unlike Kombu's, it never holds back a message for the consumer's prefetch limit. Nothing is saved by holding back here,
since both ends are in the same memory, and an acknowledgement would have to wake the reader.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from queue import Empty
from threading import Condition
from time import monotonic
from typing import Any

from celery.exceptions import WorkerShutdown
from kombu.transport import TRANSPORT_ALIASES, virtual

IN_PROCESS = "inproc"
"""Scheme of the broker's address: `inproc://name`. Two addresses with the same name meet in one process."""


class Postbox:
    """The queues behind one `inproc://` name, and the condition on which their readers sleep."""

    def __init__(self) -> None:
        self.state = virtual.BrokerState()  # type: ignore[no-untyped-call]  # Kombu is half typed
        self._changed = Condition()
        self._queues: dict[str, deque[Any]] = {}
        self._closed = False

    def put(self, queue: str, message: Any) -> None:
        """Appends a message and wakes the readers."""
        with self._changed:
            self._queues.setdefault(queue, deque()).append(message)
            self._changed.notify_all()

    def take(self, queues: Iterable[str], timeout: float | None) -> tuple[str, Any]:
        """The oldest message of the first of these queues that has one; sleeps until there is one.

        Raises:
            queue.Empty: nothing came within `timeout` seconds (None: no bound).
            WorkerShutdown: the postbox was closed.
        """
        deadline = None if timeout is None else monotonic() + timeout
        with self._changed:
            while not self._closed:
                for queue in queues:
                    waiting = self._queues.get(queue)
                    if waiting:
                        return queue, waiting.popleft()
                remaining = None if deadline is None else deadline - monotonic()
                if remaining is not None and remaining <= 0:
                    raise Empty
                self._changed.wait(remaining)
        raise WorkerShutdown(0)

    def open(self) -> None:
        """Lets workers read here (again); what lies here is kept."""
        with self._changed:
            self._closed = False

    def close(self) -> None:
        """Ends every worker that reads here, at once and in its own thread, until it is opened again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def size(self, queue: str) -> int:
        """How many messages wait in a queue."""
        with self._changed:
            return len(self._queues.get(queue, ()))

    def drop(self, queue: str) -> int:
        """Throws a queue's messages away; how many there were."""
        with self._changed:
            return len(self._queues.pop(queue, ()))


_postboxes: dict[str, Postbox] = {}


def postbox_of(name: str) -> Postbox:
    """The postbox behind `inproc://name`."""
    return _postboxes.setdefault(name, Postbox())


class InProcessChannel(virtual.Channel):
    """A channel whose queues are a Postbox's. Closing it leaves the queues as they are: others use them too."""

    do_restore = False

    @property
    def _postbox(self) -> Postbox:
        postbox: Postbox = self.connection.postbox
        return postbox

    def _has_queue(self, queue: str, **_: Any) -> bool:
        return True

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        self._postbox.put(queue, message)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        return self._postbox.take((queue,), 0 if timeout is None else timeout)[1]

    def _size(self, queue: str) -> int:
        return self._postbox.size(queue)

    def _purge(self, queue: str) -> int:
        return self._postbox.drop(queue)

    def _delete(self, queue: str, *_: Any, **__: Any) -> None:
        self._postbox.drop(queue)


class InProcessTransport(virtual.Transport):
    """Delivers what the postbox holds for this connection's consumers, in the order it came."""

    Channel = InProcessChannel
    driver_type = "memory"
    driver_name = "inproc"

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)  # type: ignore[no-untyped-call]  # Kombu is half typed
        self.postbox = postbox_of(client.hostname or "")
        self.state = self.postbox.state

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        """Waits for one message and delivers it.

        Raises:
            TimeoutError: none came in time.
            WorkerShutdown: the postbox was closed.
        """
        consumed = tuple(self._callbacks)
        try:
            queue, message = self.postbox.take(consumed, timeout)
        except Empty:
            raise TimeoutError from None
        self._deliver(message, queue)  # type: ignore[no-untyped-call]  # Kombu is half typed

    def driver_version(self) -> str:
        """Kombu asks every transport for one."""
        return "1"


TRANSPORT_ALIASES[IN_PROCESS] = "builder.queue.inprocess:InProcessTransport"

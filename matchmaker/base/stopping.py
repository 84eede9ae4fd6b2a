"""Ask a process to end, from a signal handler or another thread, without a lock."""

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class StopRequest:
    """Whether this process must end. ``ask`` is safe in a signal handler at any instant.

    ``threading.Event`` is not: a handler that interrupts its own thread while that thread holds the
    event's lock, in ``wait`` or in another handler's ``set``, deadlocks. ``SimpleQueue.put`` is
    reentrant by design.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ask(self) -> None:
        """Request the end; safe in a signal handler."""
        self.is_asked = True
        self._asked.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait until the end is asked for, at most ``seconds``. Return whether it was."""
        if not self.is_asked:
            with suppress(queue.Empty):
                self._asked.get(timeout=seconds)
        return self.is_asked

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Treat SIGINT and SIGTERM as a request within the block; only for the main thread."""
        before = {
            number: signal.signal(number, lambda _signum, _frame: self.ask())
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

"""Being asked to end, by a signal or by another thread, without a lock that a signal could meet."""

import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class StopRequest:
    """Whether this process shall end. ``ask`` is safe in a signal handler at any instant.

    ``threading.Event`` is not: a handler that runs while its own thread holds the event's lock, in
    the middle of ``wait`` or of another handler's ``set``, waits for itself and never returns. A
    ``SimpleQueue`` is made to be put into there.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ask(self) -> None:
        self.is_asked = True
        self._asked.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait until asked, at most so many seconds; whether we were."""
        if not self.is_asked:
            with suppress(queue.Empty):
                self._asked.get(timeout=seconds)
        return self.is_asked

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as asking, within the block. For the main thread alone."""
        before = {
            number: signal.signal(number, lambda _signum, _frame: self.ask())
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

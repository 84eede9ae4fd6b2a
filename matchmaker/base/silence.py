"""PostgreSQL that is connected and says nothing: visitors are answered, threads stay free.

A server that is frozen, or whose machine has gone, neither answers nor refuses. It does not count
its own time limits then, and its kernel still acknowledges what arrives, so that no time limit of
TCP ends the wait. The site therefore watches each connection itself.
"""

import time
from collections.abc import Callable, Generator
from threading import Lock
from typing import Any

from sqlalchemy import Dialect, ExceptionContext

CONNECT_S = 2  # the least that libpq knows
RETRY_S = 1.0
_NOTHING = 0  # what the driver sends to a step each tenth of a second without a word


class SilenceWatch:
    """Ends waits for a silent server, and lets one visitor at a time ask whether it is back."""

    def __init__(
        self,
        dbapi: Any,
        get_limit_s: Callable[[], float | None],
        may_connect: Callable[[], bool],
        note_unanswered: Callable[[], None],
    ) -> None:
        """Watch the connections that ``dbapi``, which is psycopg, makes from now on.

        ``get_limit_s`` returns how long an answer may be waited for now [s]; None: without end.
        ``may_connect`` returns False if no connection is worth a try. ``note_unanswered`` is called
        once a COMMIT was sent and the connection was lost before its answer.
        """
        self._failure: type[Exception] = dbapi.OperationalError
        self._timeout: type[Exception] = dbapi.errors.ConnectionTimeout
        self._get_limit_s, self._may_connect = get_limit_s, may_connect
        self._note_unanswered = note_unanswered
        self._lock = Lock()
        self._is_silent = False
        self._retry_at_s = 0.0
        self._kind = self._watch(dbapi.Connection)

    def is_silence(self, error: BaseException | None) -> bool:
        """Return whether ``error`` of the driver says that no answer came in time."""
        return isinstance(error, self._timeout)

    def connect(self, _dialect: Dialect, _record: Any, args: Any, options: Any) -> Any:
        """Return a new watched connection.

        Raises the driver's ``ConnectionTimeout`` after ``CONNECT_S`` for each address of the
        server, and at once while the server is known to be silent.
        """
        is_limited = self._get_limit_s() is not None
        if is_limited and not (self._may_connect() and self._may_ask()):
            raise self._timeout("the server did not answer a moment ago")
        try:
            connection = self._kind.connect(*args, **options)
        except self._timeout:
            self._note_silence()
            raise
        except self._failure:  # a refusal is a word, too: the next one may ask at once
            self._note_word()
            raise
        self._note_word()
        return connection

    def note(self, context: ExceptionContext) -> None:
        """Remember a server that left the question of a new request unanswered.

        A slow statement makes nobody else wait less: only the pool's own question counts.
        """
        if context.is_pre_ping and self.is_silence(context.original_exception):
            self._note_silence()

    def _note_silence(self) -> None:
        self._is_silent, self._retry_at_s = True, time.monotonic() + RETRY_S

    def _note_word(self) -> None:
        self._is_silent, self._retry_at_s = False, 0.0

    def _may_ask(self) -> bool:
        with self._lock:
            now_s = time.monotonic()
            if not self._is_silent:
                return True
            if now_s < self._retry_at_s:
                return False
            self._retry_at_s = now_s + CONNECT_S + RETRY_S  # the others leave it to this one
            return True

    def _watch(self, kind: Any) -> Any:
        """Return psycopg's ``kind`` of connection with waits that end.

        A rollback succeeds on a connection that is lost: the server rolls back what it held, unless
        a COMMIT was sent, which it may still carry out. So an answer that is ready is given,
        whatever became of the server meanwhile.
        """

        def wait(connection: Any, steps: Any, *args: Any, **options: Any) -> Any:
            limit_s = self._get_limit_s()
            if limit_s is None:
                return kind.wait(connection, steps, *args, **options)
            try:
                return kind.wait(connection, self._limit(steps, limit_s), *args, **options)
            except self._timeout:
                connection.close()  # half a conversation: nobody may use it
                raise

        def commit(connection: Any) -> None:
            self._commit(kind, connection)

        def rollback(connection: Any) -> None:
            try:
                kind.rollback(connection)
            except self._failure:
                if not connection.closed:
                    raise

        watched = {"wait": wait, "commit": commit, "rollback": rollback}
        return type("WatchedConnection", (kind,), watched)

    def _commit(self, kind: Any, connection: Any) -> None:
        was_closed = connection.closed
        try:
            kind.commit(connection)
        except self._failure:
            if connection.closed and not was_closed:
                self._note_unanswered()
            raise

    def _limit(self, steps: Any, limit_s: float) -> Generator[Any, Any, Any]:
        """Go through the driver's ``steps`` until nothing has come for ``limit_s``."""
        try:
            wanted = next(steps)
            heard_s = time.monotonic()
            while True:
                found = yield wanted
                now_s = time.monotonic()
                if found != _NOTHING:
                    heard_s = now_s
                elif now_s - heard_s > limit_s:
                    raise self._timeout(f"no answer for {limit_s:.1f} s")
                wanted = steps.send(found)
        except StopIteration as end:
            return end.value
        finally:
            steps.close()

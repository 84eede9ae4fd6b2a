"""A PostgreSQL server that is stopped in its tracks: it takes what it is sent and says nothing."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url


class Server:
    """The processes of the server behind ``url``, which a superuser may ask for."""

    def __init__(self, url: str) -> None:
        address = make_url(url).set(drivername="postgresql", database="postgres")
        with closing(psycopg.connect(address.render_as_string(hide_password=False))) as connection:
            row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
        assert row is not None
        self._first = int(row[0].split()[0])

    def freeze(self) -> None:
        for pid in self._list_processes():  # the first one first: it starts no other then
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in reversed(self._list_processes()):
            os.kill(pid, signal.SIGCONT)

    def _list_processes(self) -> list[int]:
        found = [self._first]
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if int(after_name[1]) == self._first:
                found.append(int(folder.name))
        return found


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.thaw()

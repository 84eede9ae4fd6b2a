"""``matchmaker serve`` and ``matchmaker worker``: the site, and the process that solves for it.

Both end soon after SIGTERM or SIGINT to one process or to the whole group: requests in progress get
a moment to finish, and an unfinished solve is given back for the next worker.
"""

import gc
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from waitress.server import create_server

from matchmaker.assignments.due import do_due
from matchmaker.assignments.photos import forget_old_photos
from matchmaker.base.clock import get_now
from matchmaker.base.database import writing
from matchmaker.base.extensions import db
from matchmaker.base.stopping import StopRequest
from matchmaker.models import JobKind
from matchmaker.needs.repeating import do_repeats
from matchmaker.needs.useful import do_expire
from matchmaker.offers.states import follow_calendar
from matchmaker.packs.making import make_held_pack
from matchmaker.rounds.solve.packs import forget_old_packs
from matchmaker.rounds.solve.worker import Worker

logger = logging.getLogger("matchmaker.serve")

THREADS = 8
ANSWER_SECONDS = 1.0  # for requests in progress when the server is asked to end
SAVE_SECONDS = 20  # for a worker to finish saving a result; it does not stop in the middle
LOOK_SECONDS = 1.0  # how often the worker is checked; limits how often it is restarted
PORT = click.IntRange(0, 65535)
T = TypeVar("T")
MAKERS = {JobKind.PACK: make_held_pack}
WORKER = ("-m", "matchmaker", "worker")


@click.command()
@with_appcontext
def worker() -> None:
    """Solve the rounds that the site queues and do what is due, until stopped."""
    stop = StopRequest()
    with stop.listening():
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        Worker(app, stop, do_all_due, MAKERS).work()
    _skip_final_collection()


@click.command()
@with_appcontext
def daily() -> None:
    """Do what is due by the clock: days of offers and needs, needs that come back, answers.

    The worker does the same every minute; where no worker runs, once a day is enough.
    """
    click.echo(do_all_due(get_now()))


def do_all_due(now: datetime) -> str:
    """Do everything that is due, each part in its own transactions. Return a sentence of counts.

    If a part fails, the other parts are still done, and its error is raised at the end.
    """
    parts: dict[str, Callable[[datetime], Any]] = {
        "offers": _follow_calendar,
        "over": do_expire,
        "needs": do_repeats,
        "done": do_due,
        "packs": _forget_packs,
        "photos": _forget_photos,
    }
    found: dict[str, Any] = {}

    def do(name: str) -> None:
        found[name] = parts[name](now)

    with ExitStack() as stack:
        for name in reversed(parts):
            stack.callback(do, name)
    offers, needs, done = found["offers"], found["needs"], found["done"]
    return (
        f"offers: opened {offers['opened']}, expired {offers['expired']}; "
        f"needs: came back {needs.returned}, asked about {needs.asked}, ended {needs.ended}, "
        f"expired {found['over']}; "
        f"promises: reminded of {done.reminded}, expired {done.expired}, freed {done.freed}; "
        f"packs: deleted {found['packs']}; photos: deleted {found['photos']}"
    )


def _follow_calendar(now: datetime) -> dict[str, int]:
    return _commit(lambda: follow_calendar(now=now))


def _forget_packs(now: datetime) -> int:
    return _commit(lambda: forget_old_packs(now))


def _forget_photos(now: datetime) -> int:
    return _commit(lambda: forget_old_photos(now))


def _commit(act: Callable[[], T]) -> T:
    try:
        with writing():
            done = act()
            db.session.commit()
    except Exception:
        db.session.rollback()
        raise
    return done


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    default=5000,
    show_default=True,
    type=PORT,
    help="0 picks a free port; the printed line says which.",
)
@click.option("--workers/--no-workers", default=True, help="Run a worker with the site.")
@with_appcontext
def serve(host: str, port: int, workers: bool) -> None:
    """Serve the site, and run a worker with it."""
    run_site(listen_on(host, port), workers=workers)


def listen_on(host: str, port: int) -> Any:
    """Return a server of the current app, bound to the address; it answers once it runs.

    Raises ``ClickException`` if the address cannot be bound.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    proxy = list_proxy_options(current_app.config["TRUSTED_PROXY"])
    try:
        return create_server(app, host=host, port=port, threads=THREADS, ident=None, **proxy)
    except OSError as error:
        raise click.ClickException(f"cannot serve on {host}:{port}: {error.strerror}") from error


def get_address(server: Any) -> str:
    """Return the address of the server; the first if a host name has several."""
    several = getattr(server, "effective_listen", None)
    host, port = several[0] if several else (server.effective_host, server.effective_port)
    return f"http://{host}:{port}"


def run_site(server: Any, *, workers: bool) -> None:
    """Print the address and serve until stopped; ``workers`` starts a worker as well."""
    stop = StopRequest()
    with stop.listening():
        click.echo(f"Serving on {get_address(server)}")
        _serve_until(stop, server, WorkerSupervisor() if workers else None)
    _skip_final_collection()
    if not stop.is_asked:
        raise click.ClickException("the server ended by itself")


def _skip_final_collection() -> None:
    """Skip the garbage collection at exit, which would take half a second."""
    gc.freeze()


def _serve_until(stop: StopRequest, server: Any, supervisor: "WorkerSupervisor | None") -> None:
    """Answer requests and keep the worker alive until stopped, then end both at the same time."""
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    try:
        while serving.is_alive() and not stop.wait(LOOK_SECONDS):
            if supervisor is not None:
                supervisor.keep()
    finally:
        if supervisor is not None:
            supervisor.ask_to_stop()
        server.task_dispatcher.shutdown(timeout=ANSWER_SECONDS)
        if supervisor is not None:
            supervisor.wait()


def list_proxy_options(proxy: str) -> dict[str, Any]:
    """Return which headers the server believes from the proxy at that address, and from no other.

    Without them everybody behind the proxy has its address: their attempts would be counted
    together, and links would not use https.
    """
    if not proxy:
        return {}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        "clear_untrusted_proxy_headers": True,
    }


class WorkerSupervisor:
    """A worker in a child process; ``keep`` starts it again if it has died."""

    def __init__(self) -> None:
        self._process = self._start()

    def keep(self) -> None:
        """Start the worker again if it has died."""
        if self._process.poll() is not None:
            logger.warning("the worker died and is started again")
            self._process = self._start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the worker."""
        self._process.terminate()

    def wait(self) -> None:
        """Wait until the worker has ended; kill it if it does not end in time."""
        try:
            self._process.wait(SAVE_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("the worker did not end and is killed")
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *WORKER])  # noqa: S603 (our own program)

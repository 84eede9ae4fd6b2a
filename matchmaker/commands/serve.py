"""``matchmaker serve`` and ``matchmaker worker``: the site and the one who solves for it."""

import logging
import signal
import subprocess
import sys
import threading
from typing import Any

import click
import waitress
from flask import current_app
from flask.cli import with_appcontext

from matchmaker.rounds.solve.worker import Worker

logger = logging.getLogger("matchmaker.serve")

THREADS = 8
STOP_SECONDS = 20
PORT = click.IntRange(1, 65535)
RESTART_SECONDS = 1  # a worker that dies at once must not keep the machine busy


@click.command()
@with_appcontext
def worker() -> None:
    """Solve the rounds that the site queues, until stopped."""
    working = Worker(current_app._get_current_object())  # type: ignore[attr-defined]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signum, _frame: working.stop())
    working.work()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=PORT)
@click.option("--workers/--no-workers", default=True, help="Start a worker beside the site.")
@with_appcontext
def serve(host: str, port: int, workers: bool) -> None:
    """Serve the site, and start the worker beside it."""
    run_site(host=host, port=port, workers=workers)


def run_site(*, host: str, port: int, workers: bool) -> None:
    """Serve the present app until stopped; with ``workers`` a worker runs beside it."""
    beside = WorkerBeside() if workers else None
    signal.signal(signal.SIGTERM, _leave)
    try:
        click.echo(f"Serving on http://{host}:{port}")
        waitress.serve(
            current_app._get_current_object(),  # type: ignore[attr-defined]
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            **list_proxy_options(current_app.config["TRUSTED_PROXY"]),
        )
    finally:
        if beside is not None:
            beside.stop()


def list_proxy_options(proxy: str) -> dict[str, Any]:
    """What the server believes of the proxy at that address; of anybody else nothing.

    Without it everybody behind the proxy has its address: their tries would count together, and
    links would not say https.
    """
    if not proxy:
        return {}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        "clear_untrusted_proxy_headers": True,
    }


class WorkerBeside:
    """A worker in a process of its own, started again whenever it dies."""

    def __init__(self) -> None:
        self._is_stopping = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._keep, daemon=True).start()

    def stop(self) -> None:
        self._is_stopping.set()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _keep(self) -> None:
        while not self._is_stopping.is_set():
            self._process.wait()
            if not self._is_stopping.wait(RESTART_SECONDS):
                logger.warning("the worker died and is started again")
                self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "matchmaker", "worker"])


def _leave(_signum: int, _frame: object) -> None:
    raise SystemExit(0)

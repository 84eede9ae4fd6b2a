"""``matchmaker serve`` and ``matchmaker worker``: the site and the one who solves for it."""

import signal
import subprocess
import sys

import click
import waitress
from flask import current_app
from flask.cli import with_appcontext

from matchmaker.rounds.worker import Worker

THREADS = 8
STOP_SECONDS = 20


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
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers/--no-workers", default=True, help="Start a worker beside the site.")
@with_appcontext
def serve(host: str, port: int, workers: bool) -> None:
    """Serve the site, and start the worker beside it."""
    beside = _start_worker() if workers else None
    signal.signal(signal.SIGTERM, _leave)
    try:
        click.echo(f"Serving on http://{host}:{port}")
        waitress.serve(
            current_app._get_current_object(),  # type: ignore[attr-defined]
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
        )
    finally:
        if beside is not None:
            _stop_worker(beside)


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "matchmaker", "worker"])


def _stop_worker(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _leave(_signum: int, _frame: object) -> None:
    raise SystemExit(0)

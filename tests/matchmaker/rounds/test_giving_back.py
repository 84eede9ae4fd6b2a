"""The server and its worker end when they are asked; the next worker does what they were at."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.solve.jobs import put_job
from tests.architecture.source import ROOT
from tests.factories import PASSWORD
from tests.matchmaker import stuck_solves
from tests.matchmaker.rounds.jobs_in_hand import assert_done_once, assert_given_back, read_job
from tests.processes import PATIENCE_SECONDS, is_alive, list_session, running, wait_until
from tests.sites import COMMAND, get_environment, read_line, serving

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc"),
]


@pytest.fixture
def database_url(sqlite_copier, tmp_path):
    """Processes are what is tried here: how a job is given back, `test_jobs.py` tries on both."""
    return sqlite_copier(tmp_path)


@pytest.fixture
def environ(app, tmp_path):
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    return {**get_environment(tmp_path, is_demo=False), "MATCHMAKER_DATABASE_URL": url}


def test_a_worker_asked_to_end_gives_its_solve_back_and_the_next_does_it_once(app, job_id, environ):
    put_job(app.config["QUEUE_PATH"], job_id)
    with running(*stuck_solves.MODULE, "worker", env=environ, stderr=subprocess.DEVNULL) as first:
        wait_until(lambda: read_job(app, job_id).stage)
        first.terminate()
        assert first.wait(PATIENCE_SECONDS) == 0
        wait_until(lambda: not list_session(first.pid))
    assert_given_back(app, job_id)
    with running(*COMMAND, "worker", env=environ, stderr=subprocess.DEVNULL):
        wait_until(lambda: read_job(app, job_id).state is m.JobState.DONE)
    assert_done_once(app, job_id)


@pytest.mark.parametrize(
    ("send", "number"),
    [
        pytest.param(os.kill, signal.SIGTERM, id="server"),
        pytest.param(os.killpg, signal.SIGTERM, id="all", marks=pytest.mark.slow),
        pytest.param(os.killpg, signal.SIGINT, id="ctrl-c", marks=pytest.mark.slow),
    ],
)
def test_a_server_asked_to_end_takes_its_worker_along_and_gives_the_solve_back(
    app, job_id, environ, tmp_path, send, number
):
    """A service manager asks one process or all of them, Ctrl-C asks all."""
    put_job(app.config["QUEUE_PATH"], job_id)
    with serving(tmp_path, environ, command=stuck_solves.MODULE) as site:
        wait_until(lambda: read_job(app, job_id).stage)
        solving = int(read_job(app, job_id).stage)
        assert is_alive(solving)
        send(site.server.pid, number)
        assert site.server.wait(PATIENCE_SECONDS) == 0
        wait_until(lambda: not is_alive(solving) and not list_session(site.server.pid))
    assert_given_back(app, job_id)


@pytest.mark.slow
def test_a_solve_on_the_command_line_that_is_broken_off_waits_for_a_worker(
    app, month, environ, tmp_path
):
    with app.app_context():
        month.freeze()
        db.session.commit()
        phone = month.one.phone
    command = ("rounds", "solve", "--month", "2026-07", "--by", phone)
    said = tmp_path / "said"
    with (
        said.open("wb") as errors,
        running(
            *stuck_solves.MODULE, *command, env=environ, stdin=subprocess.PIPE, stderr=errors
        ) as solving,
    ):
        solving.stdin.write(f"{PASSWORD}\n".encode())
        wait_until(lambda: has_begun(app))
        os.killpg(solving.pid, signal.SIGINT)
        assert solving.wait(PATIENCE_SECONDS) == 1
    assert "Error: run 1 was broken off and waits for a worker\n" in said.read_text()
    assert_given_back(app, 1)


@pytest.mark.slow
def test_a_page_under_way_does_not_keep_the_server(environ, tmp_path):
    with serving(tmp_path, environ, command=stuck_solves.MODULE) as site:
        address = urlsplit(site.url)
        with closing(socket.create_connection((address.hostname, address.port))) as person:
            person.sendall(b"GET /stuck HTTP/1.0\r\n\r\n")
            assert read_line(site.server) == "stuck\n"
            os.killpg(site.server.pid, signal.SIGTERM)
            assert site.server.wait(PATIENCE_SECONDS) == 0
            wait_until(lambda: not list_session(site.server.pid))
    assert "started again" not in site.log.read_text()


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(environ, tmp_path):
    with serving(tmp_path, environ) as site:
        wait_until(lambda: find_worker(site.server.pid))
        first = find_worker(site.server.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: find_worker(site.server.pid) not in (None, first))
        with urllib.request.urlopen(site.url) as answer:
            assert answer.status == 200


def test_a_port_that_is_taken_is_said_in_one_line_and_no_worker_starts(environ):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, *COMMAND, "serve", "--port", port]
        refused = subprocess.run(
            command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"Error: cannot serve on 127.0.0.1:{port}: Address already in use"
    ]


def has_begun(app) -> bool:
    """Whether any job is in the middle of its solve."""
    with app.app_context():
        return db.session.scalar(select(m.Job.id).where(m.Job.stage.is_not(None))) is not None


def find_worker(server: int) -> int | None:
    """The process that is the server's worker at present."""
    workers = [number for number, line in list_session(server).items() if line.endswith("worker ")]
    return workers[0] if workers else None

"""The site as an installation has it: the command, its settings, a server on a free port."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.source import ROOT
from tests.databases import SECRET
from tests.processes import PATIENCE_SECONDS, running

COMMAND = ("-m", "matchmaker")
SERVED = "Serving on "


@dataclass(frozen=True)
class Site:
    """A served site: its address, the folder its files are in, the server and what it logs."""

    url: str
    folder: Path
    server: subprocess.Popen[bytes]
    log: Path


def run_command(
    folder: Path, *arguments: str, is_demo: bool = True
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, *COMMAND, *arguments],
        env=get_environment(folder, is_demo=is_demo),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{arguments}: {result.stdout}{result.stderr}"
    return result


def get_environment(folder: Path, *, is_demo: bool = True) -> dict[str, str]:
    """Where the site's files are, and the demo or an installation with secrets of its own."""
    mine = (
        {"MATCHMAKER_DEMO": "1"}
        if is_demo
        else {
            "MATCHMAKER_SECRET_KEY": SECRET,
            "MATCHMAKER_CONTACT_KEYS": SECRET,
            "MATCHMAKER_INSECURE_COOKIES": "1",  # plain http on this machine
        }
    )
    return {**os.environ, **mine, "MATCHMAKER_INSTANCE": str(folder)}


@contextmanager
def serving(
    folder: Path, environ: dict[str, str], *, command: tuple[str, ...] = COMMAND
) -> Iterator[Site]:
    """The site of ``folder``, served on a port that the system chose, for as long as the block."""
    log = folder / "serve.log"
    with (
        log.open("ab") as errors,
        running(
            *command, "serve", "--port", "0", env=environ, stdout=subprocess.PIPE, stderr=errors
        ) as server,
    ):
        said = list(read_until_served(server))
        assert said, log.read_text()
        yield Site(said[-1].removeprefix(SERVED), folder, server, log)


def read_until_served(server: subprocess.Popen[bytes]) -> Iterator[str]:
    """What it prints, line by line, until it says that it serves or ends."""
    while line := read_line(server):
        yield line.rstrip("\n")
        if line.startswith(SERVED):
            return


def read_line(process: subprocess.Popen[bytes]) -> str:
    """The next line of what the process prints to an unbuffered pipe; empty when it has ended."""
    is_there, _, _ = select.select([process.stdout], [], [], PATIENCE_SECONDS)
    assert is_there, f"{process.args!r} printed nothing"
    return process.stdout.readline().decode()

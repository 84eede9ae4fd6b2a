"""What a check of two files spends, counted by the process that does it.

A process that counts its children counts those of other tests too, and what the kernel calls the
peak of a started process contains the memory of the one that started it.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import optimizer

ROOT = Path(optimizer.__file__).parents[1]
COUNT = """
import re, resource, sys
from pathlib import Path
from optimizer.checker.__main__ import main
code = main(sys.argv[1:])
used, status = resource.getrusage(resource.RUSAGE_SELF), Path("/proc/self/status")
peak = used.ru_maxrss
if status.exists():
    peak = int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1])
print(used.ru_utime + used.ru_stime, peak)
sys.exit(code)
"""


@dataclass(frozen=True)
class Spent:
    """The exit code and the errors of a check, with its processor seconds and peak memory [MiB]."""

    code: int
    errors: str
    seconds: float
    mebibytes: float


def measure_check(arguments: Sequence[str | Path]) -> Spent:
    """Check a question and an answer in a process of its own."""
    command = [sys.executable, "-c", COUNT, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    seconds, kibibytes = done.stdout.split()[-2:]
    return Spent(done.returncode, done.stderr, float(seconds), int(kibibytes) / 1024)

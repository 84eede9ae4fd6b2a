"""What a process has spent: wall, inside the engine, linear programs, integer solves, memory."""

import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import highspy

STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds and runs, since the meter began or between two of its readings."""

    wall: float = 0.0
    linear_seconds: float = 0.0
    integer_seconds: float = 0.0
    linear_runs: int = 0
    integer_runs: int = 0

    def since(self, earlier: "Spent") -> "Spent":
        """What came after an earlier reading."""
        return Spent(
            self.wall - earlier.wall,
            self.linear_seconds - earlier.linear_seconds,
            self.integer_seconds - earlier.integer_seconds,
            self.linear_runs - earlier.linear_runs,
            self.integer_runs - earlier.integer_runs,
        )


class Meter:
    """Counts every run of every engine object of this process from its making on.

    It stands between the caller and ``highspy.Highs.run``, so nothing measured knows of it.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._seconds = {True: 0.0, False: 0.0}
        self._runs = {True: 0, False: 0}
        run = highspy.Highs.run

        def counted(engine: highspy.Highs) -> highspy.HighsStatus:
            is_linear = bool(engine.getOptionValue("solve_relaxation")[1])
            began = time.monotonic()
            status = run(engine)
            self._seconds[is_linear] += time.monotonic() - began
            self._runs[is_linear] += 1
            return status

        setattr(highspy.Highs, "run", counted)  # noqa: B010 (mypy knows no other way)

    def read(self) -> Spent:
        """What was spent so far."""
        wall = time.monotonic() - self._began
        return Spent(
            wall, self._seconds[True], self._seconds[False], self._runs[True], self._runs[False]
        )


def read_peak_mib() -> int:
    """The most memory this process, or an engine it started, has held at once [MiB]."""
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if STATUS.exists():  # what getrusage says of this process includes whoever started it
        lines = STATUS.read_text().splitlines()
        own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return max(own, started) // unit

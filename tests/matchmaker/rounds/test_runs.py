"""What a run keeps besides its answer, under the names that pages and commands read."""

from matchmaker.rounds.solve import runs
from optimizer.report import Seconds


def test_seconds_are_kept_by_the_names_that_pages_read():
    seconds = Seconds(stages={"points": 1.5}, solve=2.0, check=3.0, explain=4.0)
    assert runs._list_timings(seconds) == {
        "stages": {"points": 1.5},
        "total": 2.0,
        "check": 3.0,
        "explain": 4.0,
    }

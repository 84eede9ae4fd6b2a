"""Which tests run in the quick run, and in what order the files are handed to the two processes.

``@pytest.mark.one_in(n)``: of the cases of a test, about one in n runs in the quick run, chosen by
its name; the others are slow tests. On PostgreSQL that is one in three of the tests under
``both_databases``, unless it is marked ``both_databases(is_quick=True)``.
"""

from collections import Counter
from pathlib import Path
from zlib import crc32

import pytest

ON_POSTGRES = 3
# Files of few tests that take long: handed out first, so that no process works alone at the end.
FIRST = (
    "tests/journeys/test_pages.py",
    "tests/journeys/test_month.py",
    "tests/matchmaker/test_permissions.py",
    "tests/journeys/test_page_costs.py",
    "tests/matchmaker/test_privacy.py",
    "tests/journeys/test_drafts.py",
    "tests/journeys/test_components.py",
    "tests/test_wheel.py",
    "tests/matchmaker/test_database_away.py",
    "tests/matchmaker/migrations/test_revisions.py",
    "tests/matchmaker/rounds/test_giving_back.py",
    "tests/matchmaker/audit/test_lists_that_leave.py",
    "tests/optimizer/search/test_deciding.py",
    "tests/optimizer/checker/test_corruptions.py",
    "tests/journeys/test_reading.py",
    "tests/matchmaker/demo/test_loading.py",
)
ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what the quick run is not dealt; long files first, then those of many tests."""
    for item in items:
        if not is_quick(item):
            item.add_marker(pytest.mark.slow)
    sizes = Counter(item.path for item in items)
    ranks = {ROOT / name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: (ranks.get(item.path, len(ranks)), -sizes[item.path]))


def is_quick(item: pytest.Item) -> bool:
    """Whether the quick run has the test, as far as dealing goes."""
    every = 1
    if mark := item.get_closest_marker("one_in"):
        every = mark.args[0]
    both = item.get_closest_marker("both_databases")
    if both and item.get_closest_marker("postgres") and not both.kwargs.get("is_quick"):
        every = max(every, ON_POSTGRES)
    return crc32(item.name.encode()) % every == 0

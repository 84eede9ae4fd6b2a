"""What every page costs: SQL statements, bytes, and processor time against the home page.

``make pages`` prints it for the demo; a test holds the number of statements.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from matchmaker import create_app
from matchmaker.base.extensions import db
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import Role
from tests.browser import Browser
from tests.journeys.inventory import get_user, list_pages
from tests.sites import get_environment, run_command

HOME = "/"
REPEATS = 3
# The first demo person of each role, and 0: a visitor.
FIRST_OF_ROLE = {p.role: k for k, p in reversed(list(enumerate(DEMO_PERSONS, start=1)))}


@dataclass(frozen=True, slots=True)
class PageCost:
    """One page as one person sees it. ``seconds`` of processor time: the least of the repeats."""

    role: str
    address: str
    status: int
    statements: int
    size: int  # bytes
    seconds: float


def measure_pages(app: Flask, *, repeats: int = REPEATS) -> Iterator[PageCost]:
    """Open every page that a visitor and one person of each role may open."""
    for role, number in {"visitor": 0, **{r.value: FIRST_OF_ROLE[r] for r in Role}}.items():
        browser = Browser(app)
        if number:
            with app.app_context():
                user = get_user(number)
            browser.sign_in(user)
        for address in list_pages(app, number):
            yield _measure(app, browser, role, address, repeats)


def _measure(app: Flask, browser: Browser, role: str, address: str, repeats: int) -> PageCost:
    seconds = []
    for _ in range(repeats):
        with count_statements(app) as statements:
            began = time.process_time()
            response = browser.client.get(address)
            seconds.append(time.process_time() - began)
    return PageCost(
        role, address, response.status_code, len(statements), len(response.data), min(seconds)
    )


@contextmanager
def count_statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that run meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def print_costs(costs: list[PageCost]) -> None:
    """The dearest first; processor time as a ratio to a visitor's home page."""
    home = next(cost for cost in costs if cost.role == "visitor" and cost.address == HOME)
    print(f"{'role':18} {'page':52} {'SQL':>4} {'KiB':>7} {'time':>7}")
    for cost in sorted(costs, key=lambda cost: -cost.seconds):
        ratio = cost.seconds / home.seconds
        print(
            f"{cost.role:18} {cost.address[:52]:52} {cost.statements:4} "
            f"{cost.size / 1024:7.1f} {ratio:6.1f}x"
        )
    most = max(costs, key=lambda cost: cost.statements)
    print(f"{len(costs)} pages; most statements: {most.statements} at {most.address} ({most.role})")


def main() -> None:
    """Build the demo in a folder of its own and measure its pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_command(folder, "demo", "prepare")
        app = create_app(environ=get_environment(folder))
        print_costs(list(measure_pages(app)))


if __name__ == "__main__":
    main()

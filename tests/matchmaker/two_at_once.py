"""Two people at once: the second begins while the first has acted but not committed."""

from collections.abc import Callable
from threading import Event, Thread

from flask import Flask, has_app_context

from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import db

OVERLAP_SECONDS = 0.3  # for the second to run into whatever the first holds, or to end
PATIENCE_SECONDS = 120


def act_at_once(
    app: Flask, first: Callable[[], object], second: Callable[[], object]
) -> list[str | None]:
    """What became of each, in order: None when it was committed, else the code of its error."""
    if has_app_context():
        db.session.remove()  # the test's own transaction would keep both waiting
    has_acted, has_begun, has_ended = Event(), Event(), Event()
    outcomes: list[str | None] = ["first", "second"]

    def lead() -> None:
        first()
        has_acted.set()
        has_begun.wait()
        has_ended.wait(OVERLAP_SECONDS)

    def follow() -> None:
        has_acted.wait()
        has_begun.set()
        second()

    def run(number: int, act: Callable[[], None]) -> None:
        with app.app_context():
            try:
                act()
                db.session.commit()
                outcomes[number] = None
            except DomainError as error:
                outcomes[number] = error.code
            finally:
                has_acted.set()
                has_begun.set()
                db.session.remove()
                if act is follow:
                    has_ended.set()

    run_all([Thread(target=run, args=pair) for pair in enumerate((lead, follow))])
    return outcomes


def run_all(threads: list[Thread]) -> None:
    """Start them all and wait for them; one that hangs fails the test instead of holding it up."""
    for thread in threads:
        thread.daemon = True
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"

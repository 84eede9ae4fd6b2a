"""Two people at once: the second begins while the first has acted but not committed."""

from collections.abc import Callable
from threading import Event, Thread

from flask import Flask, has_app_context

from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import db

OVERLAP_SECONDS = 0.3  # for the second to run into whatever the first holds


def act_at_once(
    app: Flask, first: Callable[[], object], second: Callable[[], object]
) -> list[str | None]:
    """What became of each, in order: None when it was committed, else the code of its error."""
    if has_app_context():
        db.session.remove()  # the test's own transaction would keep both waiting
    has_acted, has_begun = Event(), Event()
    outcomes: list[str | None] = ["first", "second"]

    def lead() -> None:
        first()
        has_acted.set()
        has_begun.wait()
        Event().wait(OVERLAP_SECONDS)

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

    threads = [Thread(target=run, args=pair) for pair in enumerate((lead, follow))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return outcomes

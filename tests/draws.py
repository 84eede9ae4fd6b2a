"""The lock of a list and the draw of its seed in one line, for tests of what comes after."""

from datetime import date, datetime, timedelta

from matchmaker import models as m
from matchmaker.base.clock import get_local_date
from matchmaker.rounds.freeze import draws
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.draws import Announcement
from matchmaker.rounds.pages import draw_views
from tests.browser import Browser
from tests.factories import NOW

A_WEEK_ON = NOW + timedelta(days=7)  # when pages lock lists, and enter what was locked now
DRAWN_FORM = {"drawn": "03 07 12 19 25 31 + 08", "again": "03，07，12，19，25，31，08"}
PUBLIC_VALUE = "03 07 12 19 25 31 + 08"
SOURCE = m.DrawSource.DOUBLE_COLOUR_BALL


def make_draw(now: datetime) -> Announcement:
    """The first draw after ``now``."""
    day = draws.get_next_day(SOURCE, get_local_date(now))
    return Announcement(SOURCE, f"{day:%Y}070", day)


def lock_and_draw(
    match_round: m.MatchRound, *, first: m.User, second: m.User, now: datetime
) -> m.StoredSnapshot:
    """Lock the list by one person; another enters the draw a week later."""
    stored = freeze_service.freeze_round(match_round, draw=make_draw(now), actor=first, now=now)
    later = now + timedelta(days=7)
    draws.draw_seed(match_round, drawn=PUBLIC_VALUE, actor=second, now=later)
    return stored


def fill_lock_form() -> dict[str, str]:
    """What a person types who locks a list a week on."""
    draw = make_draw(A_WEEK_ON)
    return {"source": draw.source.value, "number": draw.number, "draws_on": draw.day.isoformat()}


def lock_and_draw_on_pages(
    one: Browser, two: Browser, month: date, key: dict[str, str], monkeypatch
) -> None:
    """The first person locks the list, the second enters the draw when its day has passed."""
    locked = one.submit("rounds.freeze", {**key, **fill_lock_form()}, month=month)
    assert locked.status_code == 303
    with monkeypatch.context() as patch:
        patch.setattr(draw_views, "get_now", lambda: A_WEEK_ON + timedelta(days=7))
        drawn = two.submit("rounds.draw", {**key, **DRAWN_FORM}, month=month)
    assert drawn.status_code == 303

"""The public draw that makes the seed: its form, its time, its two persons, and what is public."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, DomainError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import draws
from matchmaker.rounds.freeze.draws import Announcement, check_announcement, read_drawn
from matchmaker.rounds.pages import draw_views
from matchmaker.rounds.words.draws import describe_source, make_example
from tests.draws import PUBLIC_VALUE, lock_and_draw_on_pages
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH

BALL, LOTTO, INVENTED = m.DrawSource
TUESDAY = date(2026, 7, 7)  # NOW is the Monday before
AUGUST = date(2026, 8, 1)
NUMBER = "2026077"


@pytest.mark.parametrize(
    ("source", "number", "day", "code"),
    [
        (BALL, NUMBER, TUESDAY, None),
        (BALL, NUMBER, date(2026, 7, 9), None),
        (BALL, NUMBER, date(2026, 7, 12), None),
        (LOTTO, "26077", date(2026, 7, 8), None),
        (LOTTO, "26077", date(2026, 7, 11), None),
        (LOTTO, "26077", date(2026, 7, 13), None),
        (BALL, NUMBER, date(2026, 7, 6), "round.draw_day"),  # the day of the lock
        (BALL, NUMBER, date(2026, 7, 5), "round.draw_day"),
        (BALL, NUMBER, date(2026, 8, 6), None),  # 31 days on
        (LOTTO, "26077", date(2026, 8, 8), "round.draw_day"),
        (BALL, NUMBER, date(2025, 7, 8), "round.draw_day"),
        (BALL, NUMBER, date(2026, 7, 8), "round.draw_weekday"),
        (LOTTO, "26077", TUESDAY, "round.draw_weekday"),
        (BALL, "2025077", TUESDAY, "round.draw_number"),
        (BALL, "26077", TUESDAY, "round.draw_number"),
        (BALL, "2026000", TUESDAY, "round.draw_number"),
        (BALL, "202607", TUESDAY, "round.draw_number"),
        (BALL, "20260777", TUESDAY, "round.draw_number"),
        (BALL, "２０２６０７７", TUESDAY, "round.draw_number"),
        (BALL, "whatever", TUESDAY, "round.draw_number"),
        (BALL, "", TUESDAY, "round.draw_number"),
        (LOTTO, NUMBER, date(2026, 7, 8), "round.draw_number"),
        (INVENTED, NUMBER, TUESDAY, "round.draw_source"),
    ],
)
def test_an_announcement_has_the_form_of_its_source_and_lies_after_the_lock(
    source, number, day, code
):
    assert refuse(Announcement(source, number, day), AUGUST, NOW) == code


def refuse(draw: Announcement, month: date, now: datetime) -> str | None:
    """The code with which the announcement is refused; None if it is not."""
    try:
        check_announcement(draw, month, now, is_demo=False)
    except InvalidError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("locked_on", "day", "code"),
    [
        (date(2026, 7, 6), date(2026, 7, 30), None),
        (date(2026, 7, 6), date(2026, 8, 2), "round.draw_day"),
        (date(2026, 7, 28), date(2026, 7, 30), None),
        (date(2026, 7, 28), date(2026, 8, 2), "round.draw_day"),
        (date(2026, 7, 31), date(2026, 8, 2), "round.draw_after_month"),  # the last day
        (date(2026, 8, 3), date(2026, 8, 4), "round.draw_after_month"),
    ],
)
def test_the_draw_lies_within_its_month(locked_on, day, code):
    """After its end nothing of it could be given."""
    at = datetime.combine(locked_on, NOW.timetz())
    assert refuse(Announcement(BALL, "2026080", day), date(2026, 7, 1), at) == code


def test_a_demo_draws_nothing_real_and_on_the_same_day_if_it_likes():
    today = date(2026, 7, 6)
    check_announcement(Announcement(INVENTED, "2026001", today), AUGUST, NOW, is_demo=True)
    with pytest.raises(InvalidError, match=r"^round\.draw_source$"):
        check_announcement(Announcement(BALL, NUMBER, TUESDAY), AUGUST, NOW, is_demo=True)


@pytest.mark.parametrize(
    ("source", "typed", "kept"),
    [
        (BALL, "03 07 12 19 25 31 + 08", PUBLIC_VALUE),
        (BALL, "3 7 12 19 25 31 8", PUBLIC_VALUE),
        (BALL, "31 25 19 12 07 03 + 08", PUBLIC_VALUE),
        (BALL, "03,07,12,19,25,31+08", PUBLIC_VALUE),
        (BALL, "０３　０７ 12、19、25、31 ＋ ０８", PUBLIC_VALUE),
        (BALL, "红 03 07 12 19 25 31 蓝 08", PUBLIC_VALUE),
        (BALL, "01 02 03 04 05 33 + 16", "01 02 03 04 05 33 + 16"),
        (LOTTO, "35 04 11 20 01 + 12 03", "01 04 11 20 35 + 03 12"),
        (INVENTED, "03 07 12 19 25 31 + 08", f"demo: {PUBLIC_VALUE}"),
        (BALL, "x", None),
        (BALL, "", None),
        (BALL, "03 07 12 19 25 31", None),
        (BALL, "03 07 12 19 25 31 08 09", None),
        (BALL, "03 03 12 19 25 31 + 08", None),
        (BALL, "03 07 12 19 25 34 + 08", None),
        (BALL, "00 07 12 19 25 31 + 08", None),
        (BALL, "03 07 12 19 25 31 + 17", None),
        (BALL, "03 07 12 19 25 31 + 00", None),
        (LOTTO, "01 04 11 20 36 + 03 12", None),
        (LOTTO, "01 04 11 20 35 + 12 12", None),
        (LOTTO, "01 04 11 20 35 + 03 13", None),
    ],
)
def test_drawn_numbers_are_written_in_one_way_or_refused(source, typed, kept):
    if kept is not None:
        assert read_drawn(source, typed) == kept
        return
    with pytest.raises(InvalidError) as refusal:
        read_drawn(source, typed)
    assert refusal.value.field == "drawn"


SHORTLY_BEFORE = datetime(2026, 7, 7, 13, 29, tzinfo=UTC)  # 21:29 in Shanghai
KNOWN = SHORTLY_BEFORE + timedelta(minutes=1)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("who", "at", "drawn", "code"),
    [
        ("two", SHORTLY_BEFORE, PUBLIC_VALUE, "round.draw_not_yet"),
        ("two", NOW, PUBLIC_VALUE, "round.draw_not_yet"),
        ("one", KNOWN, PUBLIC_VALUE, "round.second_person_to_draw"),
        ("two", KNOWN, "whatever I like", "round.drawn_count"),
        ("two", KNOWN, "3 7 12 19 25 31 99", "round.drawn_range"),
        ("two", KNOWN, PUBLIC_VALUE, None),
    ],
)
def test_the_draw_is_entered_after_it_by_another_person(month, who, at, drawn, code):
    match_round = month.lock()
    actor = getattr(month, who)
    if code is None:
        draws.draw_seed(match_round, drawn=drawn, actor=actor, now=at)
        assert match_round.state is m.RoundState.DRAWN
        for again in (PUBLIC_VALUE, "1 2 3 4 5 6 7"):
            with pytest.raises(ConflictError, match=r"^round\.state$"):
                draws.draw_seed(match_round, drawn=again, actor=actor, now=at)
        assert match_round.public_value == PUBLIC_VALUE
        return
    with pytest.raises(DomainError) as refusal:
        draws.draw_seed(match_round, drawn=drawn, actor=actor, now=at)
    assert refusal.value.code == code
    assert (match_round.state, match_round.seed) == (m.RoundState.FROZEN, None)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("who", ["one", "two"])
@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(2026, 7, 6, 15, 59, tzinfo=UTC), None),  # the eve, in Shanghai
        (datetime(2026, 7, 6, 16, 0, tzinfo=UTC), "round.draw_may_be_known"),
        (datetime(2026, 7, 7, 13, 20, tzinfo=UTC), "round.draw_may_be_known"),  # on the screen
        (KNOWN, "round.draw_may_be_known"),
        (KNOWN + timedelta(days=9), "round.draw_may_be_known"),
    ],
)
def test_nobody_chooses_another_draw_once_its_numbers_may_be_known(month, who, at, code):
    """Who can still replace known numbers chooses between two seeds."""
    match_round, actor = month.lock(), getattr(month, who)
    later = Announcement(BALL, "2026078", draws.get_next_day(BALL, at.date() + timedelta(days=1)))
    keys = {"draw": later, "reason": "a slip", "actor": actor, "now": at}
    if code is None:
        assert draws.replace_draw(match_round, **keys).number == "2026078"
        with pytest.raises(ConflictError, match=r"^round\.draw_not_yet$"):
            draws.draw_seed(match_round, drawn=PUBLIC_VALUE, actor=month.two, now=KNOWN)
        return
    with pytest.raises(ConflictError) as refusal:
        draws.replace_draw(match_round, **keys)
    assert refusal.value.code == code
    assert not draws.is_replaceable(match_round, at)
    draws.draw_seed(match_round, drawn=PUBLIC_VALUE, actor=month.two, now=KNOWN)  # the way on


def test_hash_time_and_draw_are_public_before_the_draw(app, bring, month, one, two, browser):
    bring("lock")
    browser.use_language("en")
    assert "List locked" in browser.get("results.index").text
    page = browser.get("results.show", month=MONTH).text
    with app.app_context():
        sha256 = m.MatchRound.query.one().snapshot.sha256
    for said in (sha256, "6 July 2026, 10:00", "Double Colour Ball", "2026070", "7 July 2026"):
        assert said in page
    assert "not known yet" in page


def test_the_public_page_of_a_published_month_shows_both_times(
    app, bring, month, one, two, browser
):
    bring("publish")
    page = browser.use_language("en").get("results.show", month=MONTH).text
    for said in ("6 July 2026, 10:00", "13 July 2026, 10:00", PUBLIC_VALUE.replace("+", "+")):
        assert said in page


def test_a_withdrawn_month_says_so_and_the_next_version_too(bring, browser):
    bring("publish_and_withdraw")
    page = browser.use_language("en").get("results.show", month=MONTH)
    assert page.status_code == 200
    assert "Publication 1 of this month was withdrawn on 6 July 2026." in page.text
    assert "It is no longer valid." in page.text
    assert "Publication withdrawn" in browser.get("results.index").text
    bring("publish_again")
    page = browser.get("results.show", month=MONTH).text
    assert "This is version 2 of the month." in page


def test_the_office_types_the_draw_twice(app, bring, month, one, two, monkeypatch):
    bring("open")
    key = {"idempotency_key": "1" * 32}
    lock_and_draw_on_pages(one, two, MONTH, key, monkeypatch)
    with app.app_context():
        assert m.MatchRound.query.one().public_value == PUBLIC_VALUE


@pytest.mark.parametrize(
    ("source", "example"),
    [
        (BALL, "02 04 06 08 10 12 + 02"),
        (LOTTO, "02 04 06 08 10 + 02 04"),
    ],
)
def test_an_example_is_what_the_lottery_could_give(source, example):
    assert make_example(m.RoundDraw(source=source)) == example
    assert read_drawn(source, example)


def test_numbers_typed_differently_the_second_time_are_refused(app, month, two, monkeypatch):
    with app.app_context():
        match_round = month.lock()
        when, now = match_round.month, KNOWN
        db.session.commit()
    monkeypatch.setattr(draw_views, "get_now", lambda: now)
    typed = {"drawn": PUBLIC_VALUE, "again": "03 07 12 19 25 31 + 09", "idempotency_key": "a" * 32}
    answer = two.submit("rounds.draw", typed, month=when)
    assert answer.status_code == 422
    assert "are not the same" in answer.text
    first = two.submit("rounds.draw", typed | {"drawn": ""}, month=when)
    assert (first.status_code, "Enter the drawn numbers." in first.text) == (422, True)
    empty = two.submit("rounds.draw", typed | {"again": ""}, month=when)
    assert (empty.status_code, "Enter the drawn numbers once more." in empty.text) == (422, True)
    with app.app_context():
        assert db.session.scalar(select(m.MatchRound.public_value)) is None


@pytest.mark.parametrize(("rule", "said"), [("the lottery of that Sunday", None), (None, "–")])
def test_a_month_of_before_says_its_own_rule_of_the_seed(app, rule, said):
    """Months that were opened before draws were announced by number keep what they promised."""
    match_round = m.MatchRound(seed_rule=rule, frozen_at=NOW)
    with app.test_request_context():
        assert describe_source(match_round) == (said or rule)

"""Needs that come back every month: once each, while they are wanted, and reviewed twice a year."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.base.clock import add_months, get_instant, get_month
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.endings import service as endings
from matchmaker.needs import desk_service, queue_service, repeating
from matchmaker.needs.desk_service import Answers
from matchmaker.needs.queries import NeedFilters, Repeats, list_needs
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import closing
from matchmaker.rounds.queries import read_snapshot
from tests.browser import Browser
from tests.draws import make_draw
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.worlds import kept

JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, number, 1) for number in (7, 8, 9, 10))
LATE_JULY = get_instant(date(2026, 7, 28), 600)
CHANNEL = m.ConsentChannel.SPOKEN_AT_COUNTER
_N = m.NeedState


@pytest.fixture
@kept
def month(make, world):
    make.offer(world.organisation, world.goods, capacity_per_month=20)
    world.one = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    world.giver = make.user(m.Role.COORDINATOR, organisation_id=world.organisation.id)
    world.counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=world.committee.id)
    world.home = make.resident(make.household(world.committee))
    parent = make.category(parent_id=None, code="aid", name_en="Aid")
    world.goods.parent_id = parent.id
    make.add(world.goods)
    return world


def load(row):
    return db.session.get(type(row), row.id)


def enter(month, until: date | None = OCTOBER, quantity: int = 3) -> m.Need:
    """A need that comes back, entered and checked at the counter."""
    answers = Answers(month.goods.id, quantity, (), "每月要米", until)
    keys: dict[str, Any] = {"resident_id": month.home.id, "channel": CHANNEL, "now": NOW}
    need = desk_service.post_on_behalf(actor=load(month.counter), answers=answers, **keys)
    day = queue_service.get_usual_reply_day(NOW)
    values: dict[str, Any] = {"tier": 2, "reply_promised_on": day, "version": need.version}
    queue_service.verify_need(actor=load(month.counter), need_id=need.id, now=NOW, **values)
    db.session.commit()
    return need


def give(month, need: m.Need, units: int | None = None) -> None:
    """Agree to the need's promise on both sides and give it, in whole or ``units`` of it."""
    query = select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id.desc())
    row = db.session.scalars(query).first()
    at = row.run.match_round.published_at
    answering.accept(actor=month.giver, promise_ids=[row.id], now=at)
    agreeing.agree(actor=month.counter, promise_id=row.id, now=at)
    keys = {"actor": month.giver, "promise_id": row.id, "now": at}
    proof = m.DeliveryProof.SIGNATURE
    delivering.deliver(units=units or row.units, proof=proof, code="", **keys)
    db.session.flush()


def open_month(month, when: date, now) -> m.MatchRound:
    return freeze_service.open_round(month=when, actor=load(month.one), now=now)


def list_series() -> list[m.Need]:
    query = select(m.Need).where(m.Need.repeats_until.is_not(None)).order_by(m.Need.id)
    return list(db.session.scalars(query))


# Coming back. Each case: what became of July's need, and whether August has one of its own.


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("became", "until", "comes"),
    [
        ("given", OCTOBER, True),
        ("given", AUGUST, True),
        ("given in part", OCTOBER, True),
        ("agreed to by another", OCTOBER, True),  # it is still to come; the month is lived
        ("promised", OCTOBER, False),  # nobody has agreed to anything: it can be withdrawn
        ("refused", OCTOBER, False),  # it is not needed any more
        ("away", OCTOBER, False),  # it waits itself
        ("stopped", OCTOBER, False),
        ("ended", OCTOBER, False),
        ("once", None, False),
    ],
)
def test_a_need_comes_back_once_it_got_something(month, became, until, comes):
    need = enter(month, until)
    other = month.ask(month.goods, quantity=1)
    month.publish(JULY)
    need, other = load(need), load(other)
    bring(month, need, other, became)
    match_round = open_month(month, AUGUST, LATE_JULY)
    if not comes:
        assert repeating.find_repeat(need) is None
        return
    again = repeating.find_repeat(need)
    assert again is not None
    assert again.reference != need.reference
    assert again.state is _N.OPEN
    same = ("resident_id", "category_id", "quantity", "windows", "description", "tier")
    assert [getattr(again, name) for name in same] == [
        3 if name == "quantity" else getattr(need, name) for name in same
    ]
    assert (again.waiting_rounds, again.repeats_until) == (0, until)
    assert again.lot != need.lot
    assert again.consent_id != need.consent_id
    assert again.consent.given_at == need.consent.given_at
    repeating.return_needs(match_round, LATE_JULY)
    assert len(list_series()) == 2
    draw = make_draw(LATE_JULY)
    freeze_service.freeze_round(match_round, draw=draw, actor=month.one, now=LATE_JULY)
    assert again.reference in {row.reference for row in read_snapshot(match_round).needs}


def bring(month, need: m.Need, other: m.Need, became: str) -> None:
    if became in ("given", "once"):
        give(month, need)
    elif became == "given in part":
        give(month, need, 2)
    elif became in ("agreed to by another", "stopped", "ended"):
        give(month, other)
    if became in ("refused", "away"):
        row = db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)).one()
        answering.accept(actor=month.giver, promise_ids=[row.id], now=NOW)
        reasons = {"refused": m.DeclineReason.NO_LONGER_NEEDED, "away": m.DeclineReason.AWAY}
        keys: dict[str, Any] = {"promise_id": row.id, "reason": reasons[became], "now": NOW}
        agreeing.refuse(actor=month.counter, **keys)
    elif became == "stopped":
        values: dict[str, Any] = {"resident_id": month.home.id, "reason": m.ContactEnd.WISH}
        endings.stop_contact(actor=load(month.one), now=NOW, **values)
    elif became == "ended":
        repeating.end_repeat(actor=load(month.counter), need_id=need.id, now=NOW)


@pytest.mark.usefixtures("context")
def test_the_missing_part_and_the_next_month_are_two_needs(month):
    need = enter(month)
    run = month.publish(JULY)
    need = load(need)
    give(month, need, 2)
    end = get_instant(AUGUST, 600)
    left = closing.count_open(run)
    closing.close_round(run.match_round, known_open=left, actor=month.one, now=end)
    assert (need.state, need.quantity, need.given_quantity) == (_N.OPEN, 1, 2)
    open_month(month, SEPTEMBER, end)
    again = repeating.find_repeat(need)
    assert again is not None
    assert (again.quantity, again.given_quantity) == (3, 0)


@pytest.mark.usefixtures("context")
def test_two_months_ahead_have_one_need_between_them_until_it_is_met(month):
    need = enter(month)
    month.publish(JULY)
    give(month, load(need))
    for when in (AUGUST, SEPTEMBER):
        open_month(month, when, LATE_JULY)
    assert repeating.do_repeats(LATE_JULY).returned == 0
    assert len(list_series()) == 2


@pytest.mark.usefixtures("context")
def test_the_last_month_is_the_last(month):
    need = enter(month, AUGUST)
    month.publish(JULY)
    give(month, load(need))
    month.publish(AUGUST)
    (again,) = [row for row in list_series() if row.id != need.id]
    give(month, again)
    open_month(month, SEPTEMBER, get_instant(date(2026, 8, 20), 600))
    assert len(list_series()) == 2


@pytest.mark.both_databases
def test_two_workers_bring_a_need_back_once(app, month):
    with app.app_context():
        need = enter(month)
        month.publish(JULY)
        round_id = open_month(month, AUGUST, LATE_JULY).id
        give(month, load(need))
        need_id = need.id
        db.session.commit()

    def work() -> None:
        repeating.return_needs(db.session.get_one(m.MatchRound, round_id), LATE_JULY)

    assert act_at_once(app, work, work) == [None, None]
    with app.app_context():
        assert len(list_series()) == 2
        again = repeating.find_repeat(db.session.get_one(m.Need, need_id))
        assert again is not None
        kinds = select(m.Notice.kind).where(m.Notice.subject_id == again.id)
        assert list(db.session.scalars(kinds)) == ["need.repeated"]
        actions = select(m.AuditEvent.action).where(
            m.AuditEvent.subject_type == "need", m.AuditEvent.subject_id == again.id
        )
        assert list(db.session.scalars(actions)) == ["need.repeat"]


# The review.


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_twice_a_year_somebody_says_that_it_goes_on_or_it_ends(month, is_confirmed):
    need = enter(month, add_months(JULY, 12))
    review = add_months(JULY, repeating.MONTHS_TO_REVIEW)
    before, at = get_instant(review - timedelta(days=1), 600), get_instant(review, 600)
    later = at + timedelta(days=repeating.DAYS_TO_CONFIRM + 1)
    assert repeating.review_needs(before) == (0, 0)
    with pytest.raises(ConflictError):
        repeating.confirm_repeat(actor=month.counter, need_id=need.id, now=before)
    assert repeating.review_needs(at) == (1, 0)
    assert repeating.review_needs(at) == (0, 0)
    kinds = select(m.Notice.kind).where(m.Notice.user_id == month.counter.id)
    assert "need.review_repeat" in list(db.session.scalars(kinds))
    if is_confirmed:
        repeating.confirm_repeat(actor=load(month.counter), need_id=need.id, now=at)
        assert repeating.review_needs(later) == (0, 0)
        assert need.review_on == add_months(review, repeating.MONTHS_TO_REVIEW)
        return
    assert repeating.review_needs(later) == (0, 1)
    assert need.repeats_until is None
    assert need.state is _N.OPEN, "what was asked for goes on"
    with pytest.raises(ConflictError):
        repeating.end_repeat(actor=load(month.counter), need_id=need.id, now=later)


@pytest.mark.usefixtures("context")
def test_a_series_that_has_had_its_last_month_is_over(month):
    """Nobody is asked whether it goes on, and no page says that it comes back."""
    need = enter(month, AUGUST)
    month.publish(JULY)
    give(month, load(need))
    month.publish(AUGUST)
    (again,) = [row for row in list_series() if row.id != need.id]
    give(month, again)
    in_august = get_instant(date(2026, 8, 20), 600)
    assert repeating.is_repeating(again, in_august)
    review = add_months(JULY, repeating.MONTHS_TO_REVIEW)
    at = get_instant(review, 600)
    assert repeating.review_needs(at) == (0, 0)
    assert not repeating.is_repeating(again, at)
    for step in (repeating.confirm_repeat, repeating.end_repeat):
        with pytest.raises(ConflictError):
            step(actor=load(month.counter), need_id=again.id, now=at)
    kinds = select(m.Notice.kind).where(m.Notice.subject_id == again.id)
    assert not {"need.review_repeat", "need.repeat_ended"} & set(db.session.scalars(kinds))


@pytest.mark.usefixtures("context")
def test_the_list_of_what_comes_back_has_each_series_once_and_none_that_ended(month):
    """And what waits for a word, once: of a series asked about, its latest need."""
    need = enter(month, add_months(JULY, 7))
    other = enter(month, AUGUST)
    month.publish(JULY)
    give(month, load(need))
    give(month, load(other))
    at = get_instant(add_months(JULY, repeating.MONTHS_TO_REVIEW), 600)

    def list_found(repeats: Repeats) -> list[int]:
        filters = NeedFilters(repeats=repeats, month=get_month(at))
        return [row.id for row in db.session.scalars(list_needs(load(month.counter), filters))]

    assert repeating.review_needs(at) == (1, 0)
    assert list_found(Repeats.TO_CONFIRM) == [need.id]
    open_month(month, get_month(at), at)
    again = repeating.find_repeat(load(need))
    for repeats in Repeats:
        assert list_found(repeats) == [again.id]
    repeating.confirm_repeat(actor=load(month.counter), need_id=again.id, now=at)
    assert list_found(Repeats.TO_CONFIRM) == []
    assert list_found(Repeats.MONTHLY) == [again.id]


@pytest.mark.usefixtures("context")
def test_a_month_that_is_over_or_far_away_cannot_be_named_and_a_wish_is_for_once(make, month):
    for until in (JULY, add_months(JULY, 13)):
        with pytest.raises(InvalidError) as caught:
            enter(month, until)
        assert caught.value.code == "need.repeat_month"
    wishes = make.category(parent_id=None, code="wishes", name_en="Wishes")
    month.goods = make.category(parent_id=wishes.id, kind=m.OfferKind.GOODS, unit="item")
    with pytest.raises(InvalidError) as caught:
        enter(month)
    assert caught.value.code == "need.wish_repeats"


# The pages.


def test_the_counter_writes_it_and_resident_and_counter_end_it(app, make, month):
    counter = Browser(app).sign_in(month.counter).use_language("en")
    data = {
        "category_id": str(month.goods.id), "quantity": "3", "description": "米",
        "channel": "spoken_at_counter", "idempotency_key": "a" * 32,
    }  # fmt: skip
    keys = {"resident_id": month.home.id}
    page = counter.get("needs.create_for", **keys).text
    assert "Every month until October 2026" in page or "Every month until" in page
    last = page.split('value="20')[-1][:5]  # the last month of the list
    data["repeats_until"] = f"20{last}"
    on = counter.get_url("needs.create_for", **keys)
    assert counter.submit("needs.create_for", data, on=on, **keys).status_code == 303
    with app.app_context():
        (need,) = list_series()
        need_id = need.id
    page = counter.get("needs.show", need_id=need_id).text
    assert "comes back by itself every month until" in page
    own = make.user(m.Role.RESIDENT, resident_id=month.home.id)
    resident = Browser(app).sign_in(own).use_language("en")
    page = resident.get("needs.follow", need_id=need_id).text
    assert "Stop coming back" in page
    on = resident.get_url("needs.follow", need_id=need_id)
    answer = resident.submit("needs.end_repeat", {}, on=on, need_id=need_id)
    assert answer.status_code == 303
    page = resident.get("needs.follow", need_id=need_id).text
    assert "Stop coming back" not in page
    answer = counter.submit("needs.end_repeat_for", {}, on=on, need_id=need_id)
    assert answer.status_code == 409


def test_a_resident_says_how_often_on_a_page_that_the_check_leads_to(app, make, month):
    own = make.user(m.Role.RESIDENT, resident_id=month.home.id)
    draft = make.need(
        month.home, month.goods, own, month.committee.id, state=_N.DRAFT, description="米"
    )
    resident = Browser(app).sign_in(own).use_language("en")
    keys = {"need_id": draft.id}
    assert "Only once" in resident.get("needs.check", **keys).text
    on = resident.get_url("needs.ask_repeats", **keys)
    page = resident.get("needs.ask_repeats", **keys).text
    last = "20" + page.split('value="20')[-1][:5]
    answer = resident.submit("needs.ask_repeats", {"answer": last}, on=on, **keys)
    assert answer.status_code == 303
    assert "Every month until" in resident.get("needs.check", **keys).text
    wrong = resident.submit("needs.ask_repeats", {"answer": "2020-01"}, on=on, **keys)
    assert wrong.status_code == 422
    data = {"has_consent": "y", "idempotency_key": "a" * 32}
    on = resident.get_url("needs.check", **keys)
    assert resident.submit("needs.check", data, on=on, **keys).status_code == 303
    assert "comes back by itself" in resident.get("needs.follow", **keys).text

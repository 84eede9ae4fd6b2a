"""The board counts each promise in every step that it reached; the close ends what is open."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import add_months, get_instant
from matchmaker.base.errors import ConflictError, DomainError
from matchmaker.base.extensions import db
from matchmaker.promises.board import Grouping, count_funnel, list_board
from matchmaker.promises.states import OPEN_STATES
from matchmaker.residents.consents import add_consent
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import closing
from matchmaker.rounds.solve import repairs
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

_S = m.PromiseState


JULY = date(2026, 7, 1)


@pytest.fixture
@kept
def month(make, world):
    """Many visits and goods for two committees, and who may close the month."""
    world.elsewhere = make.committee(world.subdistrict, name_en="Nantang")
    windows = [window.value for window in m.Window]
    for number in range(3):
        values = {"categories": [world.visits.code], "windows": windows}
        make.volunteer(world.organisation, name=f"V{number}", visits_per_month=6, **values)
    for category in (world.visits, world.goods):
        make.offer(world.organisation, category, capacity_per_month=30)
    for _ in range(12):
        world.ask()
        world.ask(world.goods, quantity=2)
    world.one = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    return world


@pytest.fixture
def run(month, context):
    return month.publish(JULY)


def list_promises(run: m.RoundRun) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    return list(db.session.scalars(query.order_by(m.Promise.id)))


def get_end(run: m.RoundRun) -> datetime:
    """Noon of the first day after the month."""
    return get_instant(add_months(run.match_round.month, 1), 12 * 60)


def live(make, run: m.RoundRun) -> Counter[m.PromiseState]:
    """Answers and reports of many kinds, by the services; what every promise is afterwards."""
    givers: dict[int, m.User] = {}
    for row in list_promises(run):
        if row.organisation_id not in givers:
            keys = {"organisation_id": row.organisation_id}
            givers[row.organisation_id] = make.user(m.Role.COORDINATOR, **keys)
    for number, row in enumerate(list_promises(run)):
        answer(givers[row.organisation_id], row, number)
    for place in db.session.scalars(select(m.Committee)).all():
        counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=place.id)
        for number, asked in enumerate(agreeing.list_helps(counter, NOW).list_questions()):
            if number % 5 != 4:
                agreeing.agree(actor=counter, promise_id=asked.first.id, now=NOW)
    agreed = [row for row in list_promises(run) if row.state is _S.CONFIRMED]
    for number, row in enumerate(agreed):
        report(givers[row.organisation_id], row, number)
    db.session.commit()
    return Counter(row.state for row in list_promises(run))


def answer(giver: m.User, row: m.Promise, number: int) -> None:
    if number % 7 == 5:
        answering.decline(actor=giver, promise_id=row.id, now=NOW)
    elif number % 7 != 6:
        answering.accept(actor=giver, promise_ids=[row.id], now=NOW)


def report(giver: m.User, row: m.Promise, number: int) -> None:
    now = get_instant(row.day, 12 * 60) if row.day else NOW
    keys: dict[str, Any] = {"actor": giver, "promise_id": row.id, "now": now}
    if number % 4 == 2:
        delivering.fail(reason=m.FailReason.GIVER_ABSENT, **keys)
    elif number % 4 != 3:
        delivering.deliver(units=row.units, proof=m.DeliveryProof.SIGNATURE, code="", **keys)


def test_each_promise_counts_in_every_step_that_it_reached(make, run):
    states, today = live(make, run), NOW.date()
    assert len(states) >= 5, "the month is lived in many ways"
    funnel = count_funnel(run, today)
    total = states.total()
    assert funnel.promised == total
    assert funnel.accepted == total - states[_S.AWAITING_GIVER] - states[_S.DECLINED]
    assert funnel.confirmed == sum(states[s] for s in (_S.CONFIRMED, _S.DELIVERED, _S.FAILED))
    assert (funnel.delivered, funnel.failed) == (states[_S.DELIVERED], states[_S.FAILED])
    assert funnel.ended == states[_S.DECLINED] + states[_S.EXPIRED] + states[_S.REVOKED]
    assert funnel.open == sum(states[state] for state in OPEN_STATES)
    later = count_funnel(run, get_end(run).date())
    due = [row for row in list_promises(run) if row.state is _S.CONFIRMED and row.day]
    assert later.late == states[_S.AWAITING_GIVER] + len(due)


@pytest.mark.parametrize("by", list(Grouping))
def test_the_rows_of_the_board_add_up_to_the_whole(make, run, by):
    live(make, run)
    today = get_end(run).date()
    rows, whole = list_board(run, by, today), count_funnel(run, today)
    assert len({row.group.id for row in rows}) == len(rows)
    for name in ("promised", "accepted", "confirmed", "delivered", "failed", "ended", "late"):
        assert sum(getattr(row.funnel, name) for row in rows) == getattr(whole, name), name
    late = [row.funnel.late for row in rows]
    assert late == sorted(late, reverse=True)


def test_a_month_is_closed_once_when_it_is_over(make, run, month):
    live(make, run)
    actor, match_round = month.one, run.match_round
    early = get_instant(add_months(match_round.month, 1), 0) - timedelta(seconds=1)
    left = closing.count_open(run)
    assert left
    with pytest.raises(ConflictError):
        closing.close_round(match_round, known_open=left, actor=actor, now=early)
    with pytest.raises(ConflictError) as caught:
        closing.close_round(match_round, known_open=left - 1, actor=actor, now=get_end(run))
    assert caught.value.code == "round.open_changed"
    closing.close_round(match_round, known_open=left, actor=actor, now=get_end(run))
    assert match_round.state is m.RoundState.CLOSED
    [event] = db.session.scalars(select(m.AuditEvent).filter_by(action="round.close"))
    carried = select(func.count()).select_from(m.AuditEvent).filter_by(action="need.carry")
    assert event.details == {
        "number": run.number,
        "promises": left,
        "needs": db.session.scalar(carried),
    }
    with pytest.raises(ConflictError):
        closing.close_round(match_round, known_open=0, actor=actor, now=get_end(run))
    with pytest.raises(ConflictError, match=r"^round\.state$"):
        repairs.start_repair(match_round, limit_seconds=60, actor=actor, now=get_end(run))


def test_a_place_that_was_free_before_the_close_keeps_its_time(make, run, month):
    actor = make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)
    [row, *others] = list_promises(run)
    answering.accept(actor=actor, promise_ids=[other.id for other in others], now=NOW)
    answering.decline(actor=actor, promise_id=row.id, now=NOW)
    do_due(NOW + timedelta(minutes=10))
    before = (row.freed_at, row.need.waiting_rounds)
    assert before[0] is not None
    left = closing.count_open(run)
    closing.close_round(run.match_round, known_open=left, actor=month.one, now=get_end(run))
    assert (row.freed_at, row.need.waiting_rounds) == before


def test_who_closes_the_month_carries_its_missing_help_over(make, run, month):
    giver = make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)
    counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
    row = next(row for row in list_promises(run) if row.need.category_id == month.goods.id)
    answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
    agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
    proof = {"proof": m.DeliveryProof.SIGNATURE, "code": ""}
    delivering.deliver(actor=giver, promise_id=row.id, units=1, now=NOW, **proof)
    left = closing.count_open(run)
    closing.close_round(run.match_round, known_open=left, actor=month.one, now=get_end(run))
    [event] = db.session.scalars(select(m.AuditEvent).filter_by(action="need.carry"))
    assert (event.actor_id, event.details["missing"]) == (month.one.id, 1)


def test_nothing_is_left_open_and_who_lost_help_waits_on(make, run, month):
    before = live(make, run)
    match_round, end = run.match_round, get_end(run)
    left = closing.count_open(run)
    closing.close_round(match_round, known_open=left, actor=month.one, now=end)
    rows = list_promises(run)
    assert not [row for row in rows if row.state in OPEN_STATES]
    assert sum(row.state is _S.DELIVERED for row in rows) == before[_S.DELIVERED]
    ended = [row for row in rows if row.state is not _S.DELIVERED]
    assert all(row.freed_at for row in ended)
    given = {row.need_id for row in rows if row.state is _S.DELIVERED}
    for row in ended:
        if row.need is not None and row.need_id not in given:
            assert row.need.state in (m.NeedState.OPEN, m.NeedState.CLOSED), row.need.state
            assert row.need.waiting_rounds >= 1
    assert do_due(end).freed == 0


def test_the_consent_ends_with_the_request_that_was_served(make, run, month):
    live(make, run)
    served = [row.need for row in list_promises(run) if row.state is _S.DELIVERED and row.need]
    actor = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
    channel = m.ConsentChannel.SIGNED_PAPER
    for need in served:
        consent = add_consent(need.resident, actor, "request_on_behalf", channel, NOW)
        need.consent_id = consent.id
    db.session.flush()
    left, end = closing.count_open(run), get_end(run)
    closing.close_round(run.match_round, known_open=left, actor=month.one, now=end)
    assert served
    assert {need.consent.ended_at for need in served} == {end}


def test_the_ledger_counts_what_was_given(make, run, month):
    live(make, run)
    kind = m.LedgerScope.COMMITTEE
    match_round = run.match_round

    def count_met() -> int:
        query = select(m.FairnessLedger).where(
            m.FairnessLedger.month == match_round.month, m.FairnessLedger.scope == kind
        )
        return sum(row.received for row in db.session.scalars(query))

    left = closing.count_open(run)
    closing.close_round(match_round, known_open=left, actor=month.one, now=get_end(run))
    done = {row.need_id for row in list_promises(run) if row.state is _S.DELIVERED and row.need_id}
    assert count_met() == len(done)


def test_who_reports_or_answers_after_the_close_is_refused(make, run, month):
    live(make, run)
    match_round, end = run.match_round, get_end(run)
    left = closing.count_open(run)
    closing.close_round(match_round, known_open=left, actor=month.one, now=end)
    for row in list_promises(run):
        giver = make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id)
        for step in (
            lambda who=giver, of=row: answering.decline(actor=who, promise_id=of.id, now=end),
            lambda who=giver, of=row: delivering.correct(actor=who, promise_id=of.id, now=end),
            lambda who=giver, of=row: delivering.fail(
                actor=who, promise_id=of.id, reason=m.FailReason.WEATHER, now=end
            ),
        ):
            with pytest.raises(DomainError):
                step()


# The pages.


@pytest.fixture
def one(app, month):
    return Browser(app).sign_in(month.one).use_language("en")


@pytest.fixture
def late(monkeypatch):
    now = datetime(2026, 9, 1, 4, tzinfo=UTC)
    monkeypatch.setattr("matchmaker.rounds.pages.board_views.get_now", lambda: now)


def publish_and_live(app, make, month) -> date:
    with app.app_context():
        run = month.publish(JULY)
        live(make, run)
        db.session.commit()
        return run.match_round.month


@pytest.mark.usefixtures("late")
def test_the_board_leads_to_the_close_which_asks_first(app, make, month, one):
    when = publish_and_live(app, make, month)
    page = one.get("rounds.board", month=when).text
    assert "How far the month is" in page
    assert "Close the month" in page
    for by in (*Grouping, "nothing"):
        assert one.get("rounds.board", month=when, by=by).status_code == 200
    page = one.get("rounds.close", month=when).text
    assert "still open" in page
    on = one.get_url("rounds.close", month=when)
    data = {"idempotency_key": "a" * 32, "known_open": "0"}
    assert one.submit("rounds.close", data, on=on, month=when).status_code == 409
    with app.app_context():
        run = db.session.scalars(select(m.RoundRun)).first()
        data["known_open"] = str(closing.count_open(run))
    answer = one.submit("rounds.close", data | {"idempotency_key": "b" * 32}, on=on, month=when)
    assert answer.status_code == 303
    page = one.get("rounds.board", month=when).text
    assert "The month is closed." in page
    assert "rounds/2026" in page
    assert "only once" in one.get("rounds.close", month=when).text


@pytest.mark.usefixtures("late")
def test_no_month_is_closed_on_the_page_before_its_money_is_paid(
    app, make, month, one, monkeypatch
):
    when = publish_and_live(app, make, month)
    assert "its day still ahead" not in one.get("rounds.close", month=when).text
    monkeypatch.setattr(closing, "count_to_come", lambda _run, _now: 2)
    assert "2 agreed payments have their day" in one.get("rounds.close", month=when).text


def test_a_month_under_way_has_a_board_and_no_close(app, make, month, one, monkeypatch):
    monkeypatch.setattr("matchmaker.rounds.pages.board_views.get_now", lambda: NOW)
    when = publish_and_live(app, make, month)
    assert "A month is closed once it is over" in one.get("rounds.close", month=when).text


def test_a_month_that_is_not_published_has_no_board(app, make, month, one):
    with app.app_context():
        freeze_service.open_round(month=JULY, actor=make.get(m.User, month.one.id), now=NOW)
        db.session.commit()
    for page in ("board", "close"):
        assert one.get(f"rounds.{page}", month=JULY).status_code == 404

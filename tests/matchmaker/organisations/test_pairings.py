"""Long-term pairings as the office enters, changes and ends them, and what the lists make of it."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import add_months, get_local_date, get_month, get_now
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.endings import service as endings
from matchmaker.organisations import pairing_service
from matchmaker.organisations import service as organisation_service
from matchmaker.organisations.pairing_chain import (
    End,
    find_next,
    get_pairing,
    get_running,
    list_chain,
)
from matchmaker.organisations.pairing_terms import Care, PairingTerms, get_care
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.asked import freeze_due_visits
from tests.browser import Browser
from tests.draws import make_draw
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.run_factories import publish_month
from tests.worlds import kept

TODAY = get_local_date(NOW)
JULY, AUGUST, SEPTEMBER = (date(2026, number, 1) for number in (7, 8, 9))
MAY = date(2027, 5, 1)
REVIEW = date(2027, 1, 10)
_F = m.VisitFrequency


@pytest.fixture
@kept
def office(make):
    place, elsewhere = make.subdistrict(), make.subdistrict()
    committee = make.committee(place)
    visits = make.category(kind=m.OfferKind.PEOPLE, name_en="Elder visit")
    visits.parent_id = make.category(parent_id=None, code="visiting").id
    make.add(visits)
    giver, other = make.organisation(place), make.organisation(place)
    resident = make.resident(make.household(committee))
    return SimpleNamespace(
        place=place,
        committee=committee,
        visits=visits,
        goods=make.category(kind=m.OfferKind.GOODS, unit="item"),
        giver=giver,
        other=other,
        stranger=make.organisation(elsewhere),
        foreigner=make.resident(make.household(make.committee(elsewhere))),
        resident=resident,
        account=make.user(m.Role.RESIDENT, resident_id=resident.id),
        visitor=make.volunteer(giver, categories=[visits.code], windows=list(m.Window)),
        second=make.volunteer(giver),
        of_other=make.volunteer(other),
        worker=make.user(m.Role.SOCIAL_WORKER, subdistrict_id=place.id),
        colleague=make.user(m.Role.SOCIAL_WORKER, subdistrict_id=place.id),
        coordinator=make.user(m.Role.COORDINATOR, organisation_id=giver.id),
        far=make.user(m.Role.SOCIAL_WORKER, subdistrict_id=elsewhere.id),
    )


def load(row):
    return db.session.get(type(row), row.id)


def make_terms(office, **changes: Any) -> PairingTerms:
    care = Care(office.visitor.reference, _F.WEEKLY, 2, REVIEW)
    terms = PairingTerms(
        resident=office.resident.reference,
        organisation_id=office.giver.id,
        category_id=office.visits.id,
        programme=m.Programme.ELDER_VISIT,
        first_day=date(2026, 3, 1),
        last_day=None,
        care=care,
    )
    of_care = {name: changes.pop(name) for name in list(changes) if hasattr(care, name)}
    return replace(terms, care=replace(care, **of_care), **changes)


def begin(office, **changes: Any) -> m.Pairing:
    terms = make_terms(office, **changes)
    return pairing_service.begin_pairing(actor=load(office.worker), terms=terms, now=NOW)


def change(office, pairing, month=AUGUST, now=NOW, **changes: Any) -> m.Pairing:
    keys: dict[str, Any] = {"pairing_id": pairing.id, "month": month, "now": now}
    care = replace(get_care(load(pairing)), **changes)
    return pairing_service.change_pairing(actor=load(office.worker), care=care, **keys)


def end(office, pairing, last_day=TODAY, known=0, reason=m.PairingEnd.GOAL_REACHED) -> m.Pairing:
    ended = End(last_day, reason if last_day else None)
    keys: dict[str, Any] = {"pairing_id": pairing.id, "end": ended}
    return pairing_service.end_pairing(
        actor=load(office.worker), known_breaks=known, now=NOW, **keys
    )


def list_due(office, month: date, missed: dict[str, int] | None = None) -> list[tuple[str, int]]:
    rows = freeze_due_visits(office.place.id, month, None, missed)
    return [(row.pairing, row.number) for row in rows]


# Entering.


@pytest.mark.usefixtures("context")
def test_what_is_entered_is_due_in_the_next_list(office):
    first = begin(office)
    assert (first.reference, first.volunteer_id) == ("P0001", office.visitor.id)
    assert list_due(office, AUGUST) == [("P0001", number) for number in (1, 2, 3, 4)]
    second = begin(office, organisation_id=office.other.id, volunteer="", frequency=_F.MONTHLY)
    assert (second.reference, second.volunteer_id) == ("P0002", None)
    assert ("P0002", 1) in list_due(office, AUGUST)
    assert first.lot != second.lot


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("field", "change_of", "code"),
    [
        ("resident", lambda _o: {"resident": "R99999"}, "resident.reference_unknown"),
        ("resident", lambda o: {"resident": o.foreigner.reference}, "resident.reference_unknown"),
        ("organisation_id", lambda o: {"organisation_id": o.stranger.id}, "pairing.organisation"),
        ("organisation_id", lambda _o: {"organisation_id": 10**9}, "pairing.organisation"),
        ("category_id", lambda o: {"category_id": o.goods.id}, "pairing.category"),
        ("volunteer", lambda o: {"volunteer": o.of_other.reference}, "pairing.volunteer"),
        ("tier", lambda _o: {"tier": 4}, "need.tier_unknown"),
        ("first_day", lambda _o: {"first_day": date(1900, 1, 1)}, "pairing.day"),
        ("first_day", lambda _o: {"first_day": date(2027, 7, 2)}, "pairing.day"),
        ("last_day", lambda _o: {"last_day": TODAY - timedelta(days=1)}, "pairing.day"),
        ("last_day", lambda _o: {"last_day": date.max}, "pairing.day"),
        ("review_on", lambda _o: {"review_on": TODAY - timedelta(days=1)}, "pairing.day"),
        ("review_on", lambda _o: {"review_on": date(2027, 7, 2)}, "pairing.day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(office, field, change_of, code):
    with pytest.raises(InvalidError) as refused:
        begin(office, **change_of(office))
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.usefixtures("context")
def test_nobody_without_contact_is_paired(office):
    keys: dict[str, Any] = {"resident_id": office.resident.id, "reason": m.ContactEnd.WISH}
    pairing = begin(office)
    endings.stop_contact(actor=load(office.worker), now=NOW, **keys)
    assert (pairing.ended_on, pairing.end_reason) == (TODAY, m.PairingEnd.CONTACT_ENDED)
    with pytest.raises(InvalidError) as refused:
        begin(office, organisation_id=office.other.id, volunteer="")
    assert refused.value.code == "pairing.no_contact"


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("first_day", "last_day", "is_taken"),
    [
        (date(2026, 12, 31), None, True),
        (date(2027, 1, 1), None, False),
        (date(2026, 3, 1), TODAY, True),
    ],
)
def test_two_are_paired_once_at_a_time(office, first_day, last_day, is_taken):
    begin(office, last_day=date(2026, 12, 31))
    terms: dict[str, Any] = {"first_day": first_day, "last_day": last_day}
    terms["review_on"] = date(2027, 3, 1)
    if not is_taken:
        assert begin(office, **terms).reference == "P0002"
        return
    with pytest.raises(InvalidError) as refused:
        begin(office, **terms)
    assert refused.value.code == "pairing.exists"


# Changing.


@pytest.mark.usefixtures("context")
def test_a_change_holds_from_its_month_on_and_keeps_what_was(office):
    pairing = begin(office)
    later = change(office, pairing, frequency=_F.MONTHLY, volunteer=office.second.reference)
    assert (pairing.ended_on, pairing.end_reason) == (date(2026, 7, 31), m.PairingEnd.CHANGED)
    assert (later.starts_on, later.ended_on, later.continues_id) == (AUGUST, None, pairing.id)
    assert list_due(office, JULY) == [("P0001", number) for number in (1, 2, 3, 4)]
    assert list_due(office, AUGUST) == [("P0002", 1)]


@pytest.mark.usefixtures("context")
def test_a_pairing_whose_change_lies_ahead_is_reviewed_and_changed_meanwhile(office):
    pairing = begin(office)
    later = change(office, pairing, month=MAY, tier=3)
    reviewed = change(office, pairing, month=None, review_on=date(2027, 2, 1))
    assert (reviewed.id, later.review_on) == (pairing.id, REVIEW)
    between = change(office, pairing, month=SEPTEMBER, frequency=_F.MONTHLY)
    chain = [(row.reference, row.starts_on, row.ended_on) for row in list_chain(later)]
    assert chain == [
        ("P0001", date(2026, 3, 1), date(2026, 8, 31)),
        ("P0003", SEPTEMBER, date(2027, 4, 30)),
        ("P0002", MAY, None),
    ]
    assert (between.end_reason, later.continues_id) == (m.PairingEnd.CHANGED, between.id)
    with pytest.raises(InvalidError) as refused:
        change(office, between, month=MAY, tier=1)
    assert refused.value.code == "pairing.month"
    assert list_due(office, AUGUST) == [("P0001", number) for number in (1, 2, 3, 4)]
    assert list_due(office, SEPTEMBER) == [("P0003", 1)]
    assert list_due(office, MAY) == [("P0002", number) for number in (1, 2, 3, 4)]


@pytest.mark.usefixtures("context")
def test_a_quarterly_pairing_keeps_its_quarters_through_a_change(office):
    pairing = begin(office, first_day=date(2026, 6, 1), frequency=_F.QUARTERLY)
    later = change(office, pairing, month=AUGUST, tier=3)
    change(office, later, month=add_months(AUGUST, 2), volunteer=office.second.reference)
    due = [month.month for month in list_next_months() if list_due(office, month)]
    assert due == [9, 12, 3, 6]


@pytest.mark.usefixtures("context")
def test_a_new_frequency_counts_its_quarters_from_its_first_month(office):
    change(office, begin(office, first_day=date(2026, 6, 1)), frequency=_F.QUARTERLY)
    due = [month.month for month in list_next_months() if list_due(office, month)]
    assert due == [7, 8, 11, 2, 5]


def list_next_months() -> list[date]:
    return [add_months(JULY, number) for number in range(12)]


@pytest.mark.usefixtures("context")
def test_visits_that_were_missed_before_the_change_come_first_after_it(office):
    pairing = begin(office)
    change(office, pairing, tier=3)
    missed = {"P0001": 2}
    rows = freeze_due_visits(office.place.id, AUGUST, None, missed)
    assert [row.missed for row in rows] == [True, True, False, False]
    rows = freeze_due_visits(office.place.id, SEPTEMBER, None, missed)
    assert not any(row.missed for row in rows)


@pytest.mark.usefixtures("context")
def test_a_day_of_review_is_changed_in_place(office):
    pairing = begin(office)
    same = change(office, pairing, month=None, review_on=date(2027, 2, 1))
    assert (same.id, same.review_on, same.ended_on) == (pairing.id, date(2027, 2, 1), None)
    with pytest.raises(InvalidError) as refused:
        change(office, pairing)
    assert refused.value.code == "pairing.nothing_changed"
    with pytest.raises(InvalidError) as refused:
        change(office, pairing, review_on=TODAY - timedelta(days=1))
    assert refused.value.field == "review_on"


@pytest.mark.usefixtures("context")
def test_no_change_reaches_into_a_locked_list(make, office):
    pairing = begin(office)
    db.session.commit()
    need = make.need(office.resident, office.goods, office.worker, office.committee.id)
    assert pairing_service.list_months(pairing, NOW)[0] == JULY
    match_round = freeze_service.open_round(month=JULY, actor=load(office.worker), now=NOW)
    keys: dict[str, Any] = {"draw": make_draw(NOW), "actor": load(office.worker), "now": NOW}
    freeze_service.freeze_round(match_round, **keys)
    assert load(need).state is m.NeedState.IN_ROUND
    assert pairing_service.list_months(pairing, NOW)[0] == AUGUST
    for month in (JULY, add_months(AUGUST, 12), None, date(2026, 8, 2)):
        with pytest.raises(InvalidError) as refused:
            change(office, pairing, month=month, tier=3)
        assert (refused.value.code, refused.value.field) == ("pairing.month", "month")


@pytest.mark.usefixtures("context")
def test_two_colleagues_do_not_change_one_pairing_twice(app, office):
    pairing = begin(office)
    care, pairing_id, worker_id = get_care(pairing), pairing.id, office.worker.id
    db.session.commit()

    def take(changed: Care) -> None:
        keys: dict[str, Any] = {"pairing_id": pairing_id, "month": AUGUST, "now": NOW}
        actor = db.session.get_one(m.User, worker_id)
        pairing_service.change_pairing(actor=actor, care=changed, **keys)

    outcomes = act_at_once(
        app,
        lambda: take(replace(care, tier=3)),
        lambda: take(replace(care, frequency=_F.QUARTERLY)),
    )
    assert outcomes == [None, "pairing.month"]


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
def test_two_colleagues_do_not_pair_the_same_two_at_once(app, office):
    terms, worker_id = make_terms(office), office.worker.id
    outcomes = act_at_once(app, lambda: enter(worker_id, terms), lambda: enter(worker_id, terms))
    assert outcomes == [None, "pairing.exists"]


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
def test_nobody_is_paired_while_the_contact_ends(app, office):
    terms, worker_id = make_terms(office), office.worker.id
    keys: dict[str, Any] = {"resident_id": office.resident.id, "reason": m.ContactEnd.WISH}

    def stop() -> None:
        endings.stop_contact(actor=db.session.get_one(m.User, worker_id), now=NOW, **keys)

    outcomes = act_at_once(app, stop, lambda: enter(worker_id, terms))
    assert outcomes == [None, "pairing.no_contact"]


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
def test_nobody_pairs_with_an_organisation_that_is_suspended_meanwhile(app, office):
    terms, worker_id = make_terms(office), office.worker.id

    def suspend() -> None:
        organisation_service.suspend_organisation(
            actor=db.session.get_one(m.User, worker_id),
            organisation_id=terms.organisation_id,
            reason="gone",
            now=NOW,
        )

    outcomes = act_at_once(app, suspend, lambda: enter(worker_id, terms))
    assert outcomes == [None, "pairing.organisation"]


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
def test_no_change_reaches_into_a_list_that_is_locked_meanwhile(app, make, office):
    pairing = begin(office)
    care, pairing_id, worker_id = get_care(pairing), pairing.id, office.worker.id
    db.session.commit()
    make.need(office.resident, office.goods, office.worker, office.committee.id)
    round_id = freeze_service.open_round(month=JULY, actor=load(office.worker), now=NOW).id
    db.session.commit()
    keys: dict[str, Any] = {"pairing_id": pairing_id, "month": JULY, "now": NOW}

    def lock() -> None:
        match_round = db.session.get_one(m.MatchRound, round_id)
        actor = db.session.get_one(m.User, worker_id)
        freeze_service.freeze_round(match_round, draw=make_draw(NOW), actor=actor, now=NOW)

    def take() -> None:
        actor = db.session.get_one(m.User, worker_id)
        pairing_service.change_pairing(actor=actor, care=replace(care, tier=3), **keys)

    assert act_at_once(app, lock, take) == [None, "pairing.month"]


def enter(worker_id: int, terms: PairingTerms) -> None:
    actor = db.session.get_one(m.User, worker_id)
    pairing_service.begin_pairing(actor=actor, terms=terms, now=NOW)


# Ending.


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("asked", ["running", "planned"])
def test_who_ends_a_pairing_ends_the_change_that_lies_ahead_too(office, asked):
    """Through either of the two; a last day after the change leaves the change, and cuts it."""
    running = begin(office)
    planned = change(office, running, month=SEPTEMBER, tier=3)
    row = {"running": running, "planned": planned}[asked]
    ended = end(office, row, TODAY)
    assert (ended.id, running.ended_on, planned.ended_on) == (running.id, TODAY, TODAY)
    assert running.end_reason is m.PairingEnd.GOAL_REACHED
    assert [list_due(office, month) for month in (AUGUST, SEPTEMBER, MAY)] == [[], [], []]
    assert find_next(running) is None
    assert end(office, row, date(2026, 10, 31)).id == planned.id
    assert (running.ended_on, running.end_reason) == (date(2026, 8, 31), m.PairingEnd.CHANGED)
    assert planned.ended_on == date(2026, 10, 31)


@pytest.mark.usefixtures("context")
def test_a_last_day_is_taken_away_again(office):
    pairing = begin(office)
    end(office, pairing, date(2026, 8, 15))
    end(office, pairing, None)
    assert (pairing.ended_on, pairing.end_reason) == (None, None)
    assert list_due(office, SEPTEMBER) == [("P0001", number) for number in (1, 2, 3, 4)]
    last = db.session.scalars(select(m.AuditEvent).order_by(m.AuditEvent.id.desc())).first()
    assert last.action == "pairing.go_on"


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("last_day", [date(2026, 12, 1), None])
def test_a_last_day_is_not_moved_into_another_pairing_of_the_two(office, last_day):
    first = begin(office, last_day=date(2026, 8, 31))
    begin(office, first_day=date(2026, 12, 1))
    with pytest.raises(InvalidError) as refused:
        end(office, first, last_day)
    assert (refused.value.code, refused.value.field) == ("pairing.exists", "last_day")
    end(office, first, date(2026, 11, 30))


@pytest.mark.usefixtures("context")
def test_nothing_goes_on_without_contact(office):
    pairing = begin(office)
    keys: dict[str, Any] = {"resident_id": office.resident.id, "reason": m.ContactEnd.WISH}
    endings.stop_contact(actor=load(office.worker), now=NOW, **keys)
    with pytest.raises(ConflictError) as refused:
        end(office, pairing, None)
    assert refused.value.code == "pairing.no_contact"


@pytest.mark.usefixtures("context")
def test_an_end_is_set_moved_and_then_past(office):
    pairing = begin(office)
    end(office, pairing, date(2026, 8, 15))
    assert list_due(office, AUGUST) == [("P0001", 1), ("P0001", 2), ("P0001", 3)]
    assert list_due(office, SEPTEMBER) == []
    end(office, pairing, TODAY, reason=m.PairingEnd.MOVED_AWAY)
    assert (pairing.ended_on, pairing.end_reason) == (TODAY, m.PairingEnd.MOVED_AWAY)
    assert list_due(office, AUGUST) == []
    with pytest.raises(ConflictError):
        get_running(pairing.id, load(office.worker), NOW + timedelta(days=1))
    with pytest.raises(InvalidError) as refused:
        end(office, pairing, TODAY - timedelta(days=1))
    assert refused.value.field == "last_day"


@pytest.mark.usefixtures("context")
def test_what_has_not_begun_can_be_ended_before_it_does(office):
    pairing = begin(office, first_day=SEPTEMBER)
    end(office, pairing)
    assert list_due(office, SEPTEMBER) == []


@pytest.mark.usefixtures("context")
def test_who_ends_it_reads_first_how_many_visits_break(make, office):
    make.offer(office.giver, office.visits, capacity_per_month=9)
    pairing = begin(office)
    db.session.commit()
    make.need(office.resident, office.goods, office.worker, office.committee.id)
    publish_month(make, office.place.id, JULY)
    ids = select(m.Promise.id).where(m.Promise.pairing_id == pairing.id)
    count = len(list(db.session.scalars(ids)))
    assert count > 1
    with pytest.raises(ConflictError) as refused:
        end(office, pairing)
    assert refused.value.code == "promise.breaks_more"
    db.session.rollback()
    end(office, pairing, date(2026, 7, 31))
    end(office, pairing, None)
    later = change(office, pairing, month=MAY, tier=3)
    db.session.commit()
    with pytest.raises(ConflictError):
        end(office, later, known=count - 1)
    db.session.rollback()
    end(office, later, TODAY, known=count)
    heard = select(m.Notice.user_id).where(m.Notice.kind == "round.promises_broken")
    assert set(db.session.scalars(heard)) >= {office.colleague.id}
    assert office.worker.id not in set(db.session.scalars(heard))


# Who may.


@pytest.mark.usefixtures("context")
def test_another_office_does_not_know_of_it(office):
    pairing = begin(office)
    for actor in (office.far, office.coordinator, office.account):
        with pytest.raises(NotFoundError):
            get_pairing(pairing.id, load(actor))


# The pages.


def type_terms(office, **changes: Any) -> dict[str, Any]:
    day = add_months(get_month(get_now()), 3).isoformat()
    typed = {
        "resident": office.resident.reference,
        "organisation_id": str(office.giver.id),
        "category_id": str(office.visits.id),
        "programme": "elder_visit",
        "volunteer": "",
        "frequency": "monthly",
        "tier": "2",
        "review_on": day,
        "first_day": get_local_date(get_now()).isoformat(),
        "last_day": "",
    }
    return typed | changes


def test_a_pairing_is_entered_changed_and_ended_on_the_pages(app, office):
    worker = Browser(app).use_language("en").sign_in(office.worker)
    reference = office.resident.reference
    link = worker.get_url("organisations.begin_pairing", resident=reference)
    assert link in worker.get("residents.show", resident_id=office.resident.id).text
    assert f'value="{reference}"' in worker.client.get(link).text
    answer = worker.submit("organisations.begin_pairing", type_terms(office))
    page = worker.client.get(answer.location).text
    assert "Anyone of the organisation" in page
    month = add_months(get_month(get_now()), 1)
    typed = type_terms(office, frequency="quarterly", month=f"{month:%Y-%m}")
    answer = worker.submit("organisations.change_pairing", typed, pairing_id=1)
    assert "Before that: pairing P0001" in worker.client.get(answer.location).text
    assert "pairing P0002" in worker.get("organisations.show_pairing", pairing_id=1).text
    page = worker.get("organisations.change_pairing", pairing_id=1).text
    assert "it goes on as pairing P0002. What you change here holds until then." in page
    page = worker.get("organisations.end_pairing", pairing_id=1).text
    assert "The last day holds for that one too" in page
    assert "It goes on without an end" not in page
    typed = {"last_day": get_local_date(get_now()).isoformat(), "reason": "giver_wish"}
    answer = worker.submit("organisations.end_pairing", typed, pairing_id=1)
    assert "The organisation cannot go on" in worker.client.get(answer.location).text
    assert "It does not begin" in worker.get("organisations.show_pairing", pairing_id=2).text
    answer = worker.submit("organisations.end_pairing", {"goes_on": "y"}, pairing_id=1)
    page = worker.client.get(answer.location).text
    assert "It goes on without an end. Who visits and who is visited hear of it." in page
    assert "pairing P0002" in worker.get("organisations.show_pairing", pairing_id=1).text
    assert "P0002" in worker.get("organisations.pairings").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"resident": ""}, "Enter the number of the resident."),
        ({"resident": "R0\x00"}, "There is no resident with this reference here."),
        ({"organisation_id": "x"}, "Choose from the list."),
        ({"frequency": "daily"}, "Choose from the list."),
        ({"review_on": "soon"}, "Enter a day, for example"),
        ({"review_on": "1999-01-01"}, "Choose a day between"),
        ({"volunteer": "V404"}, "has no volunteer with that number"),
    ],
)
def test_what_is_typed_wrongly_is_kept_and_said_at_its_field(app, office, changes, sentence):
    worker = Browser(app).use_language("en").sign_in(office.worker)
    answer = worker.submit("organisations.begin_pairing", type_terms(office, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{add_months(get_month(get_now()), 3)}"' in answer.text or "review_on" in changes


def test_only_social_workers_of_the_office_open_the_pages(app, make, office):
    with app.app_context():
        begin(office)
        db.session.commit()
    pages = ("show_pairing", "change_pairing", "end_pairing")
    for user, status in ((office.far, 404), (office.coordinator, 403), (office.account, 403)):
        browser = Browser(app).sign_in(user)
        for page in pages:
            assert browser.get(f"organisations.{page}", pairing_id=1).status_code == status

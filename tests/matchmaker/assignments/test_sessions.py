"""Sessions with numbers, stays and days of payment: fixed by the giver, told to the recipient."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, boards, seating, sessions
from matchmaker.assignments.delivering import can_report
from matchmaker.assignments.sessions import SessionTerms
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing
from matchmaker.promises.seats import find_number, lacks_session, list_coming_from
from matchmaker.rounds.publish import closing
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.worlds import kept

JULY = date(2026, 7, 1)
DAY = date(2026, 7, 11)
_S = m.PromiseState


@pytest.fixture
@kept
def month(world, make):
    """Three haircuts, one rice, one grant and one bed, all of one organisation."""
    kinds = {
        "cut": (m.OfferKind.SERVICE, "slot"),
        "grant": (m.OfferKind.FUNDS, "fen"),
        "bed": (m.OfferKind.PLACE, "night"),
    }
    for name, (kind, unit) in kinds.items():
        category = make.category(name_en=name, kind=kind, unit=unit)
        offer = make.offer(world.organisation, category, title=name, capacity_per_month=90_000)
        setattr(world, name, (category, offer))
    world.hall = make.place(world.subdistrict.id)
    world.cuts = [world.ask(world.cut[0]) for _number in range(3)]
    world.rice = world.ask(world.goods, quantity=2)
    world.paid = world.ask(world.grant[0], quantity=20_000)
    world.paid_too = world.ask(world.grant[0], quantity=20_000)
    world.nights = world.ask(world.bed[0], quantity=3)
    world.publish(JULY)
    return world


@pytest.fixture
@kept
def giver(make, month):
    return make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)


@pytest.fixture
def other_giver(make, month):
    organisation = make.organisation(month.subdistrict)
    return make.user(m.Role.COORDINATOR, organisation_id=organisation.id)


@pytest.fixture
@kept
def counter(make, month):
    return make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)


def find(need: m.Need) -> m.Promise:
    return db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)).one()


def accept(giver: m.User, *needs: m.Need) -> None:
    ids = [find(need).id for need in needs]
    answering.accept(actor=giver, promise_ids=ids, now=NOW)


def make_terms(month, **values) -> SessionTerms:
    usual = {
        "place_id": month.hall.id,
        "first_day": DAY,
        "last_day": DAY,
        "starts_minute": 570,
        "ends_minute": 690,
        "most": None,
    }
    return SessionTerms(**{**usual, **values})


def add(giver: m.User, month, offer: m.Offer | None = None, **values) -> int:
    return sessions.add_session(
        actor=giver,
        offer_id=(offer or month.cut[1]).id,
        month=JULY,
        terms=make_terms(month, **values),
        now=NOW,
    )


def find_session(day: date = DAY) -> m.Session:
    return db.session.scalars(select(m.Session).where(m.Session.first_day == day)).one()


def list_numbers(month) -> list[int | None]:
    return [find(need).number for need in month.cuts]


def list_kinds(need: m.Need) -> list[str]:
    """The valid notices that the recipient of a need has about the promise."""
    query = select(m.Notice.kind).where(
        m.Notice.resident_id == need.resident_id,
        m.Notice.subject_type == "promise",
        m.Notice.void_at.is_(None),
    )
    return sorted(db.session.scalars(query))


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestNumbers:
    def test_accepted_promises_get_the_next_numbers_of_a_new_session(self, month, giver):
        accept(giver, *month.cuts[:2])
        assert add(giver, month) == 2
        assert list_numbers(month) == [1, 2, None]
        assert list_kinds(month.cuts[0]) == ["help.day_fixed"]

    def test_who_is_accepted_later_gets_the_next_number_at_once(self, month, giver):
        assert add(giver, month) == 0
        for need in month.cuts:
            accept(giver, need)
        assert list_numbers(month) == [1, 2, 3]

    def test_a_full_session_leaves_the_rest_to_the_next_one(self, month, giver):
        accept(giver, *month.cuts)
        assert add(giver, month, most=2) == 2
        assert list_numbers(month) == [1, 2, None]
        later = DAY + timedelta(days=7)
        assert add(giver, month, first_day=later, last_day=later) == 1
        assert find(month.cuts[2]).session_id == find_session(later).id

    def test_a_number_is_free_once_its_promise_has_fallen(self, month, giver, counter):
        add(giver, month, most=2)
        accept(giver, *month.cuts)
        first = find(month.cuts[0])
        agreeing.refuse(actor=counter, promise_id=first.id, reason=m.DeclineReason.AWAY, now=NOW)
        assert (first.session_id, first.number) == (None, None)
        assert list_kinds(month.cuts[0]) == []
        sessions.edit_session(
            actor=giver,
            session_id=find_session().id,
            terms=make_terms(month, most=2),
            now=NOW,
        )
        assert list_numbers(month) == [None, 2, 1]

    def test_a_giver_who_takes_a_yes_back_frees_the_number(self, month, giver):
        add(giver, month)
        accept(giver, month.cuts[0])
        row = find(month.cuts[0])
        answering.take_back(actor=giver, promise_id=row.id, now=NOW)
        assert (row.session_id, row.number) == (None, None)

    def test_the_database_keeps_one_number_for_one_promise(self, month, giver):
        accept(giver, *month.cuts)
        add(giver, month)
        find(month.cuts[1]).number = 1
        with pytest.raises(IntegrityError):
            db.session.flush()

    def test_who_lacks_a_day_is_not_asked(self, month, giver, counter):
        accept(giver, month.cuts[0], month.rice)
        row, rice = find(month.cuts[0]), find(month.rice)
        with pytest.raises(ConflictError) as refused:
            agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
        assert refused.value.code == "promise.no_day"
        agreeing.agree(actor=counter, promise_id=rice.id, now=NOW)
        add(giver, month)
        agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
        assert (row.state, rice.state) == (_S.CONFIRMED, _S.CONFIRMED)

    def test_the_recipient_is_asked_once_the_day_is_fixed(self, month, giver):
        accept(giver, month.cuts[0])
        agreed = select(m.Notice.kind).where(m.Notice.kind == "need.agreed")
        assert db.session.scalars(agreed).all() == []
        add(giver, month)
        assert len(db.session.scalars(agreed).all()) == 1
        assert not lacks_session(find(month.cuts[0]))


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestChanges:
    def test_who_has_a_number_hears_of_another_hour(self, month, giver):
        accept(giver, month.cuts[0])
        add(giver, month)
        keys = {"actor": giver, "session_id": find_session().id, "now": NOW}
        sessions.edit_session(terms=make_terms(month, most=9), **keys)
        assert list_kinds(month.cuts[0]) == ["help.day_fixed"]
        sessions.edit_session(terms=make_terms(month, starts_minute=600), **keys)
        assert list_kinds(month.cuts[0]) == ["help.day_moved"]

    def test_a_session_is_not_made_smaller_than_its_numbers(self, month, giver):
        accept(giver, *month.cuts)
        add(giver, month)
        with pytest.raises(InvalidError) as refused:
            sessions.edit_session(
                actor=giver,
                session_id=find_session().id,
                terms=make_terms(month, most=2),
                now=NOW,
            )
        assert refused.value.numbers == {"least": 3}

    def test_a_session_is_removed_while_nobody_has_a_number(self, month, giver):
        add(giver, month)
        key = find_session().id
        accept(giver, month.cuts[0])
        with pytest.raises(ConflictError):
            sessions.remove_session(actor=giver, session_id=key, now=NOW)
        answering.take_back(actor=giver, promise_id=find(month.cuts[0]).id, now=NOW)
        sessions.remove_session(actor=giver, session_id=key, now=NOW)
        assert db.session.get(m.Session, key) is None

    def test_a_session_that_is_over_stays_as_it_was(self, month, giver):
        add(giver, month)
        later = NOW + timedelta(days=60)
        with pytest.raises(ConflictError):
            sessions.remove_session(actor=giver, session_id=find_session().id, now=later)

    def test_a_promise_is_moved_to_another_session_with_room(self, month, giver, counter):
        accept(giver, *month.cuts)
        later = DAY + timedelta(days=7)
        add(giver, month)
        add(giver, month, first_day=later, last_day=later, most=1)
        row, other = find(month.cuts[0]), find(month.cuts[1])
        target = find_session(later).id
        assert [s.id for s in seating.list_choices(row, NOW)] == [target]
        seating.move(actor=counter, promise_id=row.id, session_id=target, now=NOW)
        assert (row.session_id, row.number) == (target, 1)
        assert list_kinds(month.cuts[0]) == ["help.day_moved"]
        assert seating.list_choices(other, NOW) == []
        with pytest.raises(InvalidError) as refused:
            seating.move(actor=giver, promise_id=other.id, session_id=target, now=NOW)
        assert refused.value.code == "day.full"
        with pytest.raises(InvalidError):
            seating.move(actor=giver, promise_id=row.id, session_id=target, now=NOW)

    def test_only_an_accepted_promise_is_moved(self, month, giver):
        add(giver, month)
        row = find(month.cuts[0])
        with pytest.raises(ConflictError):
            seating.move(actor=giver, promise_id=row.id, session_id=find_session().id, now=NOW)

    def test_what_took_place_is_asked_from_the_day_of_the_session_on(self, month, giver, counter):
        add(giver, month)
        accept(giver, month.cuts[0])
        row = find(month.cuts[0])
        agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
        assert not can_report(row, NOW)
        assert can_report(row, NOW + timedelta(days=5))

    def test_a_stay_has_its_days(self, month, giver):
        accept(giver, month.nights)
        row = find(month.nights)
        keys = {"actor": giver, "promise_id": row.id, "now": NOW}
        seating.set_stay(first=DAY, last=DAY + timedelta(days=3), **keys)
        assert (row.first_day, row.last_day) == (DAY, DAY + timedelta(days=3))
        assert list_kinds(month.nights) == ["help.day_fixed"]
        seating.set_stay(first=DAY, last=DAY, **keys)
        assert list_kinds(month.nights) == ["help.day_moved"]
        for first, last in ((DAY, DAY - timedelta(days=1)), (DAY, date(2026, 8, 1))):
            with pytest.raises(InvalidError):
                seating.set_stay(first=first, last=last, **keys)

    @pytest.mark.parametrize(("after", "is_coming"), [(3, True), (4, False)])
    def test_a_stay_that_is_over_is_not_coming(self, month, giver, after, is_coming):
        accept(giver, month.nights)
        row = find(month.nights)
        last = DAY + timedelta(days=3)
        seating.set_stay(actor=giver, promise_id=row.id, first=DAY, last=last, now=NOW)
        now = get_instant(DAY + timedelta(days=after), 600)
        assert bool(list_coming_from(row.offer, now)) is is_coming

    def test_a_haircut_is_no_stay(self, month, giver):
        accept(giver, month.cuts[0])
        with pytest.raises(NotFoundError):
            seating.set_stay(
                actor=giver, promise_id=find(month.cuts[0]).id, first=DAY, last=DAY, now=NOW
            )

    def test_everybody_of_an_offer_is_paid_by_one_day(self, month, giver):
        accept(giver, month.paid)
        keys = {"actor": giver, "offer_id": month.grant[1].id, "month": JULY, "now": NOW}
        assert seating.set_payday(day=DAY, **keys) == 1
        row = find(month.paid)
        assert (row.first_day, row.last_day) == (None, DAY)
        assert list_kinds(month.paid) == ["help.day_fixed"]
        seating.set_payday(day=DAY + timedelta(days=1), **keys)
        assert list_kinds(month.paid) == ["help.day_moved"]
        assert seating.set_payday(day=DAY + timedelta(days=1), **keys) == 0, "nobody is told twice"
        for day in (JULY - timedelta(days=1), date(2026, 9, 1)):
            with pytest.raises(InvalidError):
                seating.set_payday(day=day, **keys)
        with pytest.raises(NotFoundError):
            seating.set_payday(day=DAY, **{**keys, "offer_id": month.cut[1].id})

    def test_who_is_accepted_later_is_paid_by_the_day_of_the_others(self, month, giver):
        accept(giver, month.paid)
        keys = {"actor": giver, "offer_id": month.grant[1].id, "month": JULY, "now": NOW}
        seating.set_payday(day=DAY, **keys)
        accept(giver, month.paid_too, month.rice)
        assert find(month.paid_too).last_day == DAY
        assert find(month.rice).last_day is None
        assert list_kinds(month.paid_too) == ["help.day_fixed"]
        assert boards.list_boards(giver, JULY)[-1].without_day == []

    def test_a_list_of_payments_is_of_money_alone(self, month, giver):
        accept(giver, month.rice)
        with pytest.raises(NotFoundError):
            boards.list_payments(giver, find(month.rice).offer, JULY, NOW)

    def test_what_has_no_day_yet_is_counted_by_offer(self, month, giver):
        accept(giver, *month.cuts, month.rice, month.paid, month.nights)
        found = boards.list_boards(giver, JULY)
        assert sum(len(board.without_day) for board in found) == 6
        add(giver, month, most=1)
        found = {board.offer.title: board for board in boards.list_boards(giver, JULY)}
        assert len(found["cut"].without_day) == 2
        assert found["cut"].count(find_session()) == 1
        assert found["grant"].total == 20_000
        assert found["bed"].timing is Timing.STAY


@pytest.mark.usefixtures("context")
class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"first_day": date(2026, 6, 30)}, "first_day"),
            ({"first_day": date(2026, 8, 1), "last_day": date(2026, 8, 1)}, "last_day"),
            ({"last_day": DAY - timedelta(days=1)}, "last_day"),
            ({"last_day": DAY + timedelta(days=1)}, "last_day"),
            ({"starts_minute": 690}, "ends"),
            ({"ends_minute": 1441}, "ends"),
            ({"most": 0}, "most"),
            ({"place_id": None}, "place_id"),
            ({"place_id": 10**6}, "place_id"),
        ],
    )
    def test_a_bad_day_hour_or_place_is_refused(self, month, giver, values, field):
        with pytest.raises(InvalidError) as refused:
            add(giver, month, **values)
        assert refused.value.field == field

    def test_a_day_that_is_over_is_refused(self, month, giver):
        with pytest.raises(InvalidError) as refused:
            sessions.add_session(
                actor=giver,
                offer_id=month.cut[1].id,
                month=JULY,
                terms=make_terms(month),
                now=NOW + timedelta(days=60),
            )
        assert refused.value.code == "day.past"

    def test_a_closed_or_foreign_place_is_refused(self, make, month, giver):
        closed = make.place(month.subdistrict.id, closed_at=NOW)
        other = make.organisation(month.subdistrict)
        foreign = make.place(month.subdistrict.id, organisation_id=other.id)
        for place in (closed, foreign):
            with pytest.raises(InvalidError):
                add(giver, month, place_id=place.id)

    def test_a_session_that_is_removed_while_its_edit_waits_does_not_exist(
        self, month, giver, monkeypatch
    ):
        add(giver, month)
        key, lock = find_session().id, sessions.lock_row

        def lock_late(row) -> None:
            db.session.execute(delete(m.Session).where(m.Session.id == key))
            lock(row)

        monkeypatch.setattr(sessions, "lock_row", lock_late)
        with pytest.raises(NotFoundError):
            sessions.lock_session(giver, key)

    def test_a_foreign_offer_session_and_promise_do_not_exist(self, month, giver, other_giver):
        add(giver, month)
        accept(giver, *month.cuts)
        key = find_session().id
        with pytest.raises(NotFoundError):
            add(other_giver, month)
        with pytest.raises(NotFoundError):
            sessions.edit_session(
                actor=other_giver, session_id=key, terms=make_terms(month), now=NOW
            )
        with pytest.raises(NotFoundError):
            seating.move(
                actor=other_giver,
                promise_id=find(month.cuts[0]).id,
                session_id=key,
                now=NOW,
            )
        assert boards.list_boards(other_giver, JULY) == []

    def test_goods_can_be_handed_out_on_several_days(self, month, giver):
        offer = db.session.scalars(
            select(m.Offer).where(m.Offer.category_id == month.goods.id)
        ).one()
        accept(giver, month.rice)
        assert add(giver, month, offer, last_day=DAY + timedelta(days=5)) == 1
        offer.handing_over = m.HandingOver.DOOR
        with pytest.raises(InvalidError):
            add(giver, month, offer)
        add(giver, month, offer, place_id=None)

    def test_money_has_no_session(self, month, giver):
        with pytest.raises(ConflictError):
            add(giver, month, month.grant[1])


def test_the_lowest_free_number_is_next():
    session = m.Session(most=3)
    assert [find_number(session, taken) for taken in ((), {1}, {2}, {1, 2, 3})] == [1, 2, 1, None]
    assert find_number(m.Session(most=None), {1, 2, 3}) == 4


@pytest.mark.both_databases
def test_two_who_accept_at_once_do_not_get_one_number(app, month, giver, make):
    colleague = make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)
    with app.app_context():
        add(db.session.get_one(m.User, giver.id), month)
        ids = [find(need).id for need in month.cuts]
        db.session.commit()

    def accept_one(user: m.User, key: int):
        def act() -> None:
            actor = db.session.get_one(m.User, user.id)
            answering.accept(actor=actor, promise_ids=[key], now=NOW)

        return act

    outcomes = act_at_once(app, accept_one(giver, ids[0]), accept_one(colleague, ids[1]))
    assert outcomes == [None, None]
    with app.app_context():
        assert sorted(filter(None, list_numbers(month))) == [1, 2]


VIEWS = ("agree", "answer", "roster", "seat", "session")


class TestPages:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch):
        for name in (*(f"{view}_views" for view in VIEWS), "views"):
            monkeypatch.setattr(f"matchmaker.assignments.{name}.get_now", lambda: NOW)

    @pytest.fixture
    def browser(self, app, giver):
        return Browser(app).sign_in(giver).use_language("en")

    @pytest.fixture
    def accepted(self, app, giver, month):
        with app.app_context():
            actor = db.session.get_one(m.User, giver.id)
            accept(actor, *month.cuts, month.paid, month.nights)
            db.session.commit()

    @pytest.mark.usefixtures("accepted")
    def test_a_coordinator_fixes_day_place_and_numbers(self, app, month, browser):
        page = browser.get("assignments.sessions").text
        assert "3 accepted promises have no day yet." in page
        typed = {
            "place_id": str(month.hall.id),
            "first_day": "2026-07-11",
            "starts": "9:30",
            "ends": "11点半",
            "most": "2",
        }
        keys = {"month": JULY, "offer_id": month.cut[1].id}
        wrong = browser.submit("assignments.add_session", typed, **keys)
        assert wrong.status_code == 422
        browser.submit("assignments.add_session", typed | {"ends": "11:30"}, **keys)
        page = browser.get("assignments.sessions").text
        assert "Saturday 11 July 2026, 9:30 to 11:30" in page
        assert "2 of 2" in page
        with app.app_context():
            row = find(month.cuts[0])
            key, session_id = row.id, row.session_id
        page = browser.get("assignments.promise", promise_id=key).text
        assert "乐善路18号" in page
        page = browser.get("assignments.edit_session", session_id=session_id).text
        assert 'value="9:30"' in page

    @pytest.mark.usefixtures("accepted")
    def test_the_recipient_reads_who_when_where_number_and_phone(
        self, app, make, month, giver, counter
    ):
        with app.app_context():
            organisation = db.session.get_one(m.Organisation, month.organisation.id)
            organisation.contact_name, organisation.contact_phone = "李老师", "19900000600"
            offer = db.session.get_one(m.Offer, month.cut[1].id)
            offer.bring = "请带毛巾"
            db.session.commit()
            key = find(month.cuts[0]).id
        asker = make.user(m.Role.RESIDENT, resident_id=month.cuts[0].resident_id)
        own = Browser(app).sign_in(asker).use_language("en")
        assert "Not fixed yet" in own.get("assignments.question", promise_id=key).text
        ringing = Browser(app).sign_in(counter).use_language("en")
        assert "it can be asked" in ringing.get("assignments.question", promise_id=key).text
        with app.app_context():
            add(db.session.get_one(m.User, giver.id), month)
            db.session.commit()
        wanted = (
            "Silver Companions",
            "Saturday 11 July 2026, 9:30 to 11:30",
            "乐善路18号",
            "No steps",
            "请带毛巾",
            'href="tel:19900000600"',
        )
        pages = (
            own.get("assignments.question", promise_id=key).text,
            own.get("needs.follow", need_id=month.cuts[0].id).text,
            ringing.get("assignments.question", promise_id=key).text,
        )
        for page in pages:
            assert [words for words in wanted if words not in page] == []
        news = own.get("accounts.own").text
        assert "乐善路18号" in news
        assert "19900000600" in news

    @pytest.mark.usefixtures("accepted")
    def test_a_roster_names_a_person_once_help_is_agreed(self, app, month, giver, counter, browser):
        with app.app_context():
            add(db.session.get_one(m.User, giver.id), month)
            first = find(month.cuts[0])
            agreeing.agree(
                actor=db.session.get_one(m.User, counter.id), promise_id=first.id, now=NOW
            )
            key = first.session_id
            db.session.commit()
        keys = {"session_id": key}
        assert "what for?" in browser.get("assignments.roster", **keys).text
        sheet = browser.submit("assignments.roster", {"purpose": "deliver"}, **keys).text
        assert sheet.count("王阿婆") == 1
        assert sheet.count("not agreed yet") == 2
        assert month.cuts[2].reference in sheet
        with app.app_context():
            taken = db.session.scalars(select(m.ListDisclosure)).all()
            assert [(row.kind, row.persons) for row in taken if row.way is m.ListWay.PRINT] == [
                (m.ListKind.ROSTER, 3)
            ]

    @pytest.mark.usefixtures("accepted")
    def test_money_is_listed_by_offer_and_paid_by_a_day(self, month, browser):
        keys = {"month": JULY, "offer_id": month.grant[1].id}
        browser.submit(
            "assignments.set_payday", {"day": "2026-07-20"}, on="/assignments/sessions", **keys
        )
        sheet = browser.submit("assignments.payments", {"purpose": "deliver"}, **keys).text
        assert "200 yuan" in sheet
        assert "20 July 2026" in sheet

    @pytest.mark.usefixtures("accepted")
    def test_a_stay_is_fixed_on_the_page_of_its_promise(self, app, month, browser):
        with app.app_context():
            key = find(month.nights).id
        typed = {"first_day": "2026-07-11", "last_day": "2026-07-14"}
        browser.submit(
            "assignments.set_stay", typed, on=f"/assignments/given/{key}", promise_id=key
        )
        page = browser.get("assignments.promise", promise_id=key).text
        assert "Saturday 11 July 2026 to Tuesday 14 July 2026" in page


@pytest.mark.usefixtures("context")
def test_a_month_is_not_closed_before_its_money_is_paid(month, giver, counter):
    accept(giver, month.paid)
    row, payday = find(month.paid), date(2026, 8, 20)
    agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
    keys = {"actor": giver, "offer_id": month.grant[1].id, "month": JULY, "now": NOW}
    seating.set_payday(day=payday, **keys)
    run = row.run

    def close(now):
        known = closing.count_open(run)
        closing.close_round(run.match_round, known_open=known, actor=month.worker, now=now)

    with pytest.raises(ConflictError) as caught:
        close(get_instant(payday, 0))
    assert (caught.value.code, row.state) == ("round.help_to_come", _S.CONFIRMED)
    close(get_instant(payday + timedelta(days=1), 0))
    assert row.state is _S.EXPIRED


@pytest.mark.usefixtures("context")
def test_a_list_names_nobody_long_after_the_day(month, giver, counter):
    accept(giver, month.cuts[0])
    add(giver, month)
    agreeing.agree(actor=counter, promise_id=find(month.cuts[0]).id, now=NOW)
    session = find_session()
    last = get_instant(DAY + timedelta(days=30), 0)
    assert [bool(line.name) for line in boards.list_session(session, last)] == [True]
    later = last + timedelta(days=1)
    assert [bool(line.name) for line in boards.list_session(session, later)] == [False]

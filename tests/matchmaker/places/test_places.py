"""Places of an office and its organisations, and who answers the phone."""

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.organisations.service import OrganisationContact as Contact
from matchmaker.organisations.service import keep_contact
from matchmaker.places import service
from matchmaker.places.forms import read_point
from matchmaker.places.service import PlaceTerms
from matchmaker.words.places import describe_access, format_point
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

HALL = PlaceTerms(name_zh="邻里汇", name_en="", address="乐善路18号1楼")


@pytest.fixture
@kept
def office(make):
    return make.subdistrict()


@pytest.fixture
@kept
def giver(make, office):
    return make.organisation(office)


@pytest.fixture
def worker(make, office):
    return make.user(m.Role.SOCIAL_WORKER, subdistrict_id=office.id)


@pytest.fixture
def coordinator(make, giver):
    return make.user(m.Role.COORDINATOR, organisation_id=giver.id)


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
class TestPlaces:
    def test_a_place_belongs_to_who_adds_it(self, worker, coordinator, giver, office):
        of_office = service.add_place(actor=worker, terms=HALL, now=NOW)
        own = service.add_place(actor=coordinator, terms=HALL, now=NOW)
        assert (of_office.organisation_id, own.organisation_id) == (None, giver.id)
        assert {of_office.subdistrict_id, own.subdistrict_id} == {office.id}
        assert of_office.name_en == "邻里汇", "without an English name the Chinese one is shown"

    def test_the_office_keeps_all_of_its_places_and_an_organisation_its_own(
        self, make, worker, coordinator, giver, office
    ):
        of_office, own = make.place(office.id), make.place(office.id, organisation_id=giver.id)
        other = make.place(office.id, organisation_id=make.organisation(office).id)
        elsewhere = make.place(make.subdistrict().id)
        rows = {
            actor: {row.id for row in db.session.scalars(service.select_places(actor))}
            for actor in (worker, coordinator)
        }
        assert rows == {worker: {of_office.id, own.id, other.id}, coordinator: {own.id}}
        for row in (of_office, other, elsewhere):
            with pytest.raises(NotFoundError):
                service.edit_place(actor=coordinator, place_id=row.id, terms=HALL, now=NOW)
        with pytest.raises(NotFoundError):
            service.close_place(actor=worker, place_id=elsewhere.id, now=NOW)

    def test_a_place_is_closed_once_and_can_be_used_again(self, make, worker, office):
        row = make.place(office.id)
        keys = {"actor": worker, "place_id": row.id, "now": NOW}
        with pytest.raises(ConflictError):
            service.reopen_place(**keys)
        assert service.close_place(**keys).closed_at == NOW
        with pytest.raises(ConflictError):
            service.close_place(**keys)
        assert service.reopen_place(**keys).closed_at is None

    def test_an_edit_says_which_fields_changed(self, make, worker, office):
        row = make.place(office.id, name_zh="邻里汇", name_en="邻里汇", address="乐善路18号1楼")
        terms = PlaceTerms(
            name_zh="邻里汇", name_en="", address="乐善路20号", point=(31_000_000, 0)
        )
        for _again in range(2):
            service.edit_place(actor=worker, place_id=row.id, terms=terms, now=NOW)
        [event] = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "place.edit")
        )
        assert {"address", "latitude_microdegrees"} <= set(event.details["fields"])
        assert "name_zh" not in event.details["fields"]

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            (PlaceTerms(name_zh="", name_en="", address="1"), "name_zh"),
            (PlaceTerms(name_zh="名" * 81, name_en="", address="1"), "name_zh"),
            (PlaceTerms(name_zh="名", name_en="", address=""), "address"),
            (PlaceTerms(name_zh="名", name_en="", address="1", hours_zh="9" * 121), "hours_zh"),
            (PlaceTerms(name_zh="名", name_en="", address="1", point=(90_000_001, 0)), "point"),
            (PlaceTerms(name_zh="名", name_en="", address="1", point=(0, -180_000_001)), "point"),
        ],
    )
    def test_wrong_terms_are_refused(self, worker, terms, field):
        with pytest.raises(InvalidError) as refused:
            service.add_place(actor=worker, terms=terms, now=NOW)
        assert refused.value.field == field


@pytest.mark.usefixtures("context")
class TestContacts:
    def test_the_office_and_the_coordinator_keep_who_answers_the_phone(
        self, worker, coordinator, giver
    ):
        for actor in (worker, coordinator):
            kept = Contact(address=f"路{actor.id}号", name="李老师", phone="19900000600")
            keep_contact(actor=actor, now=NOW, organisation_id=giver.id, contact=kept)
            row = db.session.get_one(m.Organisation, giver.id)
            found = (row.address, row.contact_name, row.contact_phone)
            assert found == (kept.address, kept.name, kept.phone)
        keep_contact(
            actor=worker, now=NOW, organisation_id=giver.id, contact=Contact(None, "", None)
        )
        assert (row.address, row.contact_name, row.contact_phone) == (None, None, None)

    def test_the_phone_is_encrypted(self, worker, giver):
        kept = Contact(None, "李老师", "19900000600")
        keep_contact(actor=worker, now=NOW, organisation_id=giver.id, contact=kept)
        table = m.Organisation.__table__
        raw = db.session.connection().exec_driver_sql(
            f"SELECT contact_name, contact_phone FROM {table.name}"
        )
        assert not {"李老师", "19900000600"} & {text for row in raw for text in row}

    def test_a_foreign_organisation_does_not_exist(self, make, coordinator):
        with pytest.raises(NotFoundError):
            keep_contact(
                actor=coordinator,
                now=NOW,
                organisation_id=make.organisation().id,
                contact=Contact(None, None, None),
            )

    def test_the_office_keeps_its_own_phones(self, make, office, worker):
        committee, other = make.committee(office), make.committee()
        phones = {committee.id: "19900000501", other.id: "19900000502"}
        for _again in range(2):
            service.keep_phones(actor=worker, office="19900000500", committees=phones, now=NOW)
        rows = [db.session.get_one(m.Committee, row.id).phone for row in (committee, other)]
        assert rows == ["19900000501", None]
        actions = db.session.scalars(select(m.AuditEvent.action)).all()
        assert sorted(actions) == ["committee.edit", "subdistrict.edit"]


class TestPages:
    def test_a_coordinator_adds_edits_and_closes_a_place(self, app, coordinator):
        browser = Browser(app).sign_in(coordinator).use_language("en")
        typed = {"name_zh": "邻里汇", "address": "乐善路18号", "is_step_free": "y"}
        browser.submit("places.add", typed | {"point": "31.19012，121.43652"})
        page = browser.get("places.index")
        assert "乐善路18号" in page.text
        assert "No steps" in page.text
        with app.app_context():
            place = db.session.scalars(select(m.Place)).one()
            assert format_point(place) == "31.190120, 121.436520"
        assert "31.190120, 121.436520" in browser.get("places.edit", place_id=place.id).text
        wrong = browser.submit("places.edit", {"point": "here"}, place_id=place.id)
        assert wrong.status_code == 422
        browser.submit("places.move", {}, place_id=place.id, step="close")
        assert "Out of use" in browser.get("places.index").text

    def test_the_page_of_an_organisation_says_who_answers_the_phone(
        self, app, coordinator, worker, giver
    ):
        own = Browser(app).sign_in(coordinator)
        own.submit("organisations.own_contact", {"name": "李老师", "phone": "199 0000 0600"})
        office = Browser(app).sign_in(worker)
        page = office.get("organisations.show", organisation_id=giver.id).text
        assert "李老师" in page
        assert "19900000600" in page

    def test_a_social_worker_types_the_phones(self, app, make, office, worker):
        committee = make.committee(office)
        browser = Browser(app).sign_in(worker)
        name = f"committee_{committee.id}"
        browser.submit("places.phones", {"office": "19900000500", name: "19900000501"})
        with app.app_context():
            assert db.session.get_one(m.Subdistrict, office.id).phone == "19900000500"
            assert db.session.get_one(m.Committee, committee.id).phone == "19900000501"


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("31.19012, 121.43652", (31_190_120, 121_436_520)),
        ("-3.5 0.25", (-3_500_000, 250_000)),
        ("31.19012", None),
        ("31,121", None),
        ("", None),
    ],
)
def test_a_map_point_is_two_numbers(text, point):
    assert read_point(text) == point


@pytest.mark.parametrize(
    ("is_step_free", "has_lift", "words"),
    [
        (True, True, "No steps, and there is a lift"),
        (True, False, "No steps"),
        (False, True, "There are steps, and a lift"),
        (False, False, "There are steps"),
    ],
)
def test_how_to_get_in_is_said_in_words(app, is_step_free, has_lift, words):
    with app.test_request_context(), force_locale("en"):
        assert describe_access(m.Place(is_step_free=is_step_free, has_lift=has_lift)) == words

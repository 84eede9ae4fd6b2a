"""Who may know of which rows: the table of roles by models, whole and alone."""

import ast

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.scopes import SCOPES, get_in_scope, is_in_scope, lock_in_scope
from tests.architecture.source import ROOT, list_sources
from tests.factories import NOW, make_lot
from tests.matchmaker.assignments.published_world import World as OtherOffice
from tests.matchmaker.small_world import make_small_world
from tests.run_factories import JULY
from tests.worlds import kept

pytestmark = pytest.mark.both_databases

# Files that ask for a role, each with the reason why the tables do not answer it.
ASKING = {
    "matchmaker/web/permissions.py": "the table of permissions",
    "matchmaker/scopes.py": "the table of scopes",
    "matchmaker/residents/disclosure.py": "the grounds of disclosure by role",
    "matchmaker/residents/statuses.py": "only a committee records a status",
    "matchmaker/accounts/scopes.py": "what an account of a role must name",
    "matchmaker/accounts/invitations.py": "whom a role may invite",
    "matchmaker/rounds/queries.py": "an auditor reads the first street office",
    "matchmaker/needs/queue_service.py": "only a committee checks needs",
    "matchmaker/offers/views.py": "a giver reads the public page of offers with a way to post",
    "matchmaker/residents/views.py": "only a committee is offered the form for a status",
    "matchmaker/accounts/invitation_views.py": "which form of an invitation a role is shown",
    "matchmaker/commands/round_steps.py": "only a social worker acts on the command line",
}


def test_every_model_names_every_role():
    assert {model.__name__: set(m.Role) - set(row) for model, row in SCOPES.items()} == {
        model.__name__: set() for model in SCOPES
    }


def test_nothing_else_asks_for_a_role():
    """A comparison of somebody's role with a member of ``Role`` belongs into a table."""
    found = {
        source.name
        for source in list_sources("matchmaker")
        if not source.name.startswith("matchmaker/demo/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "role"
        and not (
            isinstance(node.left.value, ast.Name) and node.left.value.id in ("User", "Invitation")
        )
        and any(
            isinstance(side, ast.Attribute)
            and isinstance(side.value, ast.Name)
            and side.value.id == "Role"
            for side in node.comparators
        )
    }
    assert found <= set(ASKING), "ask matchmaker/scopes.py or matchmaker/web/permissions.py"
    assert {name for name in ASKING if not (ROOT / name).exists()} == set()


# What each role may know of in its own street office; of another office, nothing but what is said.
SEEN = {
    m.Role.RESIDENT: {m.Need, m.Resident, m.Notice, m.Promise, m.Thanks},
    m.Role.VOLUNTEER: {m.Committee, m.Promise, m.VolunteerAbsence, m.Person, m.Thanks},
    m.Role.COORDINATOR: {
        m.Committee,
        m.Organisation,
        m.Place,
        m.Session,
        m.Offer,
        m.Volunteer,
        m.Promise,
        m.User,
        m.VolunteerAbsence,
        m.SignedLink,
        m.Thanks,
    },
    m.Role.COMMITTEE_WORKER: {m.Need, m.Committee, m.Resident, m.User, m.Promise, m.Thanks},
    m.Role.SOCIAL_WORKER: {
        m.Need,
        m.Committee,
        m.Resident,
        m.Organisation,
        m.Place,
        m.Offer,
        m.Pairing,
        m.Person,
        m.FollowUp,
        m.Thanks,
        m.HolidayNotice,
        m.SignedLink,
        m.MonthPack,
    },
    m.Role.ADMINISTRATOR: {m.User},
    m.Role.AUDITOR: {m.Committee},
}
SEEN_ELSEWHERE = {m.Role.ADMINISTRATOR: {m.User}, m.Role.AUDITOR: {m.Committee}}


@pytest.fixture
@kept
def world(make):
    return make_small_world(make)


@pytest.fixture
def foreign_need(make):
    """A need that another street office's published month meets by a visit."""
    office = OtherOffice(make)
    need = office.ask()
    office.publish(JULY)
    make.follow_up(need)
    with make.context():
        make.thanks(db.session.scalars(select(m.Promise).filter_by(need_id=need.id)).one())
    make.user(m.Role.RESIDENT, resident_id=need.resident_id)
    return need


@pytest.mark.parametrize("role", m.Role)
def test_a_role_sees_its_own_and_nothing_of_another_office(app, world, foreign_need, role):
    with app.app_context():
        actor = db.session.get_one(m.User, world.users[role].id)
        own = _list_rows(world.need.id)
        if role is m.Role.COORDINATOR:
            own[m.User] = world.users[m.Role.VOLUNTEER]
        foreign = _list_rows(foreign_need.id)
        for model in SCOPES:
            ids = set(db.session.scalars(select(model.id).where(is_in_scope(model, actor))))
            assert (own[model].id in ids) == (model in SEEN[role]), model
            assert (foreign[model].id in ids) == (model in SEEN_ELSEWHERE.get(role, ())), model


def test_a_foreign_row_does_not_exist(app, world, foreign_need):
    with app.app_context():
        actor = db.session.get_one(m.User, world.users[m.Role.SOCIAL_WORKER].id)
        for find in (get_in_scope, lock_in_scope):
            assert find(m.Need, world.need.id, actor, "need").id == world.need.id
            for key in (foreign_need.id, 10**6, None):
                with pytest.raises(NotFoundError):
                    find(m.Need, key, actor, "need")


def test_a_link_opens_its_promises_and_nothing_else(app, world, foreign_need):
    with app.app_context():
        rows = _list_rows(world.need.id)
        for model in SCOPES:
            ids = set(
                db.session.scalars(select(model.id).where(is_in_scope(model, rows[m.SignedLink])))
            )
            promise = rows[m.Promise]
            of_organisation = select(m.Promise.id).where(
                m.Promise.organisation_id == promise.organisation_id,
                m.Promise.round_run_id == promise.round_run_id,
            )
            expected = set(db.session.scalars(of_organisation)) if model is m.Promise else set()
            assert ids == expected, model


def _list_rows(need_id):
    """One row of each model around a need that is met by a visit, with its resident's account."""
    need = db.session.get_one(m.Need, need_id)
    assignment = db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)).one()
    offer = db.session.get_one(m.Offer, assignment.offer_id)
    account = select(m.User).where(m.User.resident_id == need.resident_id)
    volunteer = db.session.get_one(m.Volunteer, assignment.volunteer_id)
    rows = (
        need,
        db.session.get_one(m.Thanks, assignment.thanks_id),
        need.resident,
        db.session.get_one(m.Committee, need.committee_id),
        assignment,
        offer,
        offer.organisation,
        volunteer,
        db.session.get_one(m.Person, volunteer.person_id),
        db.session.scalars(account).one(),
        db.session.scalars(select(m.FollowUp).where(m.FollowUp.need_id == need.id)).one(),
        db.session.scalars(
            select(m.Notice).where(m.Notice.resident_id == need.resident_id)
        ).first(),
        _add(
            m.Place,
            subdistrict_id=offer.organisation.subdistrict_id,
            organisation_id=offer.organisation_id,
            name_zh="大厅",
            name_en="Hall",
            address="乐善路1号",
            hours_zh="",
            hours_en="",
            is_step_free=True,
            has_lift=False,
        ),
        _add(
            m.Pairing,
            reference=f"P{offer.id}",
            organisation_id=offer.organisation_id,
            resident_id=need.resident_id,
            category_id=offer.category_id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.MONTHLY,
            starts_on=JULY,
            review_on=JULY,
            lot=make_lot(offer.id),
        ),
        _add(
            m.Session,
            offer_id=offer.id,
            first_day=JULY,
            last_day=JULY,
            starts_minute=540,
            ends_minute=600,
        ),
        _add(
            m.MonthPack,
            subdistrict_id=offer.organisation.subdistrict_id,
            first_month=JULY,
            last_month=JULY,
            run_ids=[assignment.round_run_id],
            parts=[],
            language="en",
            asked_by_id=db.session.scalar(select(m.User.id)),
            created_at=NOW,
        ),
        _add(
            m.HolidayNotice,
            subdistrict_id=offer.organisation.subdistrict_id,
            year=2026,
            number="1",
            breaks=[],
            make_up_days=[],
            changed_at=NOW,
            changed_by_id=need.entered_by_id,
        ),
        _add(
            m.SignedLink,
            match_round_id=assignment.run.match_round_id,
            publication=1,
            organisation_id=offer.organisation_id,
            token_sha256=make_lot(offer.id),
            made_by_id=need.entered_by_id,
            made_at=NOW,
            expires_at=NOW,
        ),
        _add(  # of an account that is none of the roles here; who uploaded one sees it
            m.DeliveryPhoto,
            subdistrict_id=offer.organisation.subdistrict_id,
            promise_id=assignment.id,
            content=b"",
            uploaded_by_id=db.session.scalars(account).one().id,
            uploaded_at=NOW,
        ),
        _add(
            m.CalendarFeed,
            user_id=need.entered_by_id,
            token_sha256=make_lot(offer.id),
            made_at=NOW,
        ),
        _add(
            m.VolunteerAbsence,
            volunteer_id=volunteer.id,
            first_day=JULY,
            last_day=JULY,
            entered_by_id=need.entered_by_id,
            created_at=NOW,
        ),
    )
    return {type(row): row for row in rows}


def _add(model, **values):
    row = model(**values)
    db.session.add(row)
    db.session.flush()
    return row

"""The demo world in a database, on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import case, func, select, text

from matchmaker.accounts.passwords import matches_password
from matchmaker.audit.service import verify_chain
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.catalogue import load_ground
from matchmaker.demo.service import build_demo_world, is_demo_world, reset_demo_world
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import (
    Committee,
    Consent,
    Household,
    Need,
    NeedState,
    Organisation,
    PairingAgreement,
    Resident,
    ResidentContact,
    Role,
    ServiceCategory,
    User,
)

pytestmark = pytest.mark.both_databases(is_slow=True)

NOW = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
MONTH = date(2026, 7, 1)
SCOPES = {
    Role.SOCIAL_WORKER: "subdistrict_id",
    Role.COMMITTEE_WORKER: "committee_id",
    Role.COORDINATOR: "organisation_id",
    Role.RESIDENT: "resident_id",
    Role.VOLUNTEER: "volunteer_id",
}


def count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def build():
    summary = build_demo_world(now=NOW, month=MONTH)
    db.session.commit()
    return summary


def test_the_world_is_stored_once_with_the_real_figures_and_again_after_a_reset(context):
    summary = build()
    assert (count(Committee), count(Organisation), count(PairingAgreement)) == (29, 71, 16)
    assert count(Need, Need.state == NeedState.OPEN) == summary.needs == 1670
    assert count(Household) == summary.households
    assert count(ResidentContact) == count(Resident) == summary.residents
    assert verify_chain() == []
    before = count(Need)
    assert build() is None, "built again, it changes nothing"
    assert count(Need) == before
    assert_personas_have_accounts()
    assert_what_is_kept_and_asked_was_agreed_to()
    assert_no_contact_is_in_a_plain_column()
    reset_demo_world()
    db.session.commit()
    assert not is_demo_world()
    assert all(count(table) == 0 for table in db.metadata.sorted_tables)
    assert build().needs == 1670


def assert_personas_have_accounts():
    for persona in DEMO_PERSONS:
        index = contact_cipher.get_index(persona.phone)
        user = db.session.scalars(select(User).where(User.phone_index == index)).one()
        assert (user.role, user.name) == (persona.role, persona.name_zh)
        filled = {name for name in SCOPES.values() if getattr(user, name) is not None}
        assert filled == ({SCOPES[user.role]} if user.role in SCOPES else set())
    assert not matches_password(user.password_hash, "")


def assert_what_is_kept_and_asked_was_agreed_to():
    registered = select(Consent.resident_id).where(Consent.purpose == "keep_contact")
    assert set(db.session.scalars(registered)) == set(db.session.scalars(select(Resident.id)))
    own = case((User.resident_id == Need.resident_id, "own_request"), else_="request_on_behalf")
    query = (
        select(Need.state, own, Consent)
        .join(User, User.id == Need.entered_by_id)
        .outerjoin(Consent, Consent.id == Need.consent_id)
    )
    rows = db.session.execute(query).all()
    assert {state for state, _purpose, consent in rows if consent is None} == {NeedState.DRAFT}
    sent = [row for row in rows if row[2] is not None]
    assert all(consent.purpose == purpose for _state, purpose, consent in sent)
    over = {state for state, _purpose, consent in sent if consent.ended_at is not None}
    assert over == {NeedState.CLOSED, NeedState.WITHDRAWN}
    assert all((c.ended_at is not None) is (state in over) for state, _purpose, c in sent)


def assert_no_contact_is_in_a_plain_column():
    """Every cell of the database, searched for telephone numbers and addresses."""
    sample = db.session.scalars(select(ResidentContact).limit(40)).all()
    secrets = {s for contact in sample for s in (contact.phone, contact.address)}
    assert len(secrets) > len(sample)
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')):
            texts = [str(cell) for cell in row]
            assert not any("199000" in cell for cell in texts), table.name
            assert secrets.isdisjoint(texts), table.name


def test_reset_spares_a_database_that_is_no_demo(context, make):
    make.resident()
    with pytest.raises(ConflictError, match=r"demo\.not_a_demo"):
        reset_demo_world()
    assert count(Resident) == 1


def test_the_demo_stays_out_of_a_database_with_people(context, make):
    make.household()
    assert build_demo_world(now=NOW, month=MONTH) is None
    assert count(Household) == 1


def test_the_ground_is_loaded_once(context):
    load_ground()
    load_ground()
    assert (count(Committee), count(Organisation)) == (29, 0)
    headings = count(ServiceCategory, ServiceCategory.parent_id.is_(None))
    assert 0 < headings < count(ServiceCategory)

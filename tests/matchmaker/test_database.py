"""The database is spoken to safely: durable, referential, and writers take turns."""

import sqlite3
from contextlib import closing, nullcontext
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from matchmaker.base.database import writing
from matchmaker.base.extensions import db
from matchmaker.models import Household, LoginSession, ResidentContact, Role
from tests.databases import make_app, opened
from tests.factories import NOW

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_sqlite_is_durable_and_referential(sqlite_copier, tmp_path, pragma, value):
    app = make_app(sqlite_copier(tmp_path), tmp_path, is_durable=True)
    with opened(app), app.app_context():
        assert db.session.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_foreign_key_is_enforced(context):
    db.session.add(Household(committee_id=999_999, reference="H1", block="x"))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_an_instant_comes_back_aware_and_equal(context, make):
    user = make.user(Role.AUDITOR)
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 8, 1, 0, 30, tzinfo=shanghai)
    make.add(LoginSession(token_sha256="a" * 64, user_id=user.id, created_at=at, seen_at=at))
    db.session.expire_all()
    stored = db.session.scalar(select(LoginSession.created_at))
    assert stored == at
    assert stored.utcoffset() == timedelta(0)


def test_a_naive_datetime_is_refused(context, make):
    user = make.user(Role.AUDITOR)
    naive = NOW.replace(tzinfo=None)
    db.session.add(
        LoginSession(token_sha256="a" * 64, user_id=user.id, created_at=naive, seen_at=NOW)
    )
    with pytest.raises(Exception, match="no instant"):
        db.session.flush()


def test_contact_columns_hold_no_readable_text(context, make):
    make.resident(phone="13812345678")
    row = db.session.execute(text("SELECT * FROM resident_contact")).one()
    assert not any("13812345678" in str(value) or "王秀英" in str(value) for value in row)
    assert db.session.scalar(select(ResidentContact.phone)) == "13812345678"


@pytest.mark.parametrize(("means_to_write", "is_locked"), [(True, True), (False, False)])
def test_a_writer_holds_the_lock_from_its_first_statement(app, means_to_write, is_locked):
    with app.test_request_context(method="GET"):
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL locks rows, not the file")
        with writing() if means_to_write else nullcontext():
            db.session.execute(text("SELECT 1"))
        outcome = pytest.raises(sqlite3.OperationalError) if is_locked else nullcontext()
        with closing(sqlite3.connect(db.engine.url.database, timeout=0)) as other, outcome:
            other.execute("BEGIN IMMEDIATE")
        db.session.rollback()

"""A form sent twice acts once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.models import IdempotencyKey, Role
from matchmaker.web.act import KEPT, claim_key, keep_location
from tests.factories import NOW

pytestmark = pytest.mark.both_databases(is_quick=True)

KEY = "0" * 32


def test_a_new_key_has_led_nowhere_yet(context, make):
    assert claim_key(actor=make.user(Role.AUDITOR), key=KEY, now=NOW) is None


def test_a_key_used_twice_leads_to_the_same_page(context, make):
    actor = make.user(Role.AUDITOR)
    claim_key(actor=actor, key=KEY, now=NOW)
    keep_location(actor=actor, key=KEY, location="/residents/7")
    db.session.commit()

    assert claim_key(actor=actor, key=KEY, now=NOW) == "/residents/7"


def test_another_persons_key_is_another_key(context, make):
    claim_key(actor=make.user(Role.AUDITOR), key=KEY, now=NOW)
    db.session.commit()

    assert claim_key(actor=make.user(Role.AUDITOR), key=KEY, now=NOW) is None


def test_a_rolled_back_form_can_be_sent_again(context, make):
    actor = make.user(Role.AUDITOR)
    claim_key(actor=actor, key=KEY, now=NOW)
    db.session.rollback()

    assert claim_key(actor=actor, key=KEY, now=NOW) is None


def test_keys_are_deleted_by_the_next_form_of_their_sender_when_they_are_too_old(context, make):
    actor, other = make.user(Role.AUDITOR), make.user(Role.AUDITOR)
    for who in (actor, other):
        claim_key(actor=who, key=KEY, now=NOW)
    claim_key(actor=actor, key="1" * 32, now=NOW + KEPT)
    db.session.commit()
    late = NOW + KEPT + timedelta(seconds=1)

    assert claim_key(actor=actor, key=KEY, now=late) is None
    kept = select(IdempotencyKey.user_id, IdempotencyKey.key, IdempotencyKey.created_at)
    assert set(map(tuple, db.session.execute(kept))) == {
        (other.id, KEY, NOW),
        (actor.id, "1" * 32, NOW + KEPT),
        (actor.id, KEY, late),
    }


def test_a_page_with_long_filters_is_remembered_without_them(context, make):
    actor = make.user(Role.AUDITOR)
    claim_key(actor=actor, key=KEY, now=NOW)
    assert (
        keep_location(actor=actor, key=KEY, location="/needs/?search=" + "%E4" * 100) == "/needs/"
    )
    db.session.commit()

    assert claim_key(actor=actor, key=KEY, now=NOW) == "/needs/"

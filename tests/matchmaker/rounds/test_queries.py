"""How rounds and runs are found: by whom, in which order, and what is not there."""

from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import overrides, service
from tests.matchmaker.rounds.small_month import MONTH
from tests.run_factories import publish_month

pytestmark = pytest.mark.usefixtures("context")
AUGUST = date(2026, 8, 1)


def get_stranger(month) -> m.User:
    return db.session.get_one(m.User, month.stranger.id)


def test_rounds_are_those_of_the_own_street_office_the_latest_first(month):
    july, august = month.open(), month.open(AUGUST)
    other = service.open_round(month=MONTH, actor=get_stranger(month), now=july.opened_at)
    assert list(queries.list_rounds(month.one)) == [august, july]
    assert list(queries.list_rounds(get_stranger(month))) == [other]
    assert queries.find_round(MONTH, month.one) is july
    assert queries.find_round(AUGUST, get_stranger(month)) is None


def test_published_rounds_are_listed_for_everyone(month):
    assert list(queries.list_published_rounds()) == []
    run = month.publish()
    month.open(AUGUST)
    assert list(queries.list_published_rounds()) == [run.match_round]


def test_published_rounds_come_by_month_then_street_office(make, month):
    july = month.publish().match_round
    elsewhere = month.stranger.subdistrict_id
    place = make.committee(subdistrict_id=elsewhere)
    resident = make.resident(make.household(place))
    for _ in range(2):
        make.need(resident, month.goods, month.stranger, place.id)
    other = publish_month(make, elsewhere).match_round
    later = publish_month(make, month.subdistrict.id, AUGUST).match_round
    by_office = sorted([july, other], key=lambda row: row.subdistrict_id)
    assert list(queries.list_published_rounds()) == [later, *by_office]


def test_a_run_is_found_by_its_number_in_its_round(month):
    run = month.start()
    assert queries.get_run(run.match_round, 1) is run
    other = month.open(AUGUST)
    for match_round, number in ((run.match_round, 2), (other, 1)):
        with pytest.raises(NotFoundError, match=r"^run\.unknown$"):
            queries.get_run(match_round, number)


def test_a_month_without_a_round_is_unknown(month):
    with pytest.raises(NotFoundError, match=r"^round\.unknown$"):
        queries.get_round(MONTH, month.one)


@pytest.mark.parametrize(
    "read",
    [queries.get_snapshot, queries.read_snapshot, overrides.freeze_overrides],
)
def test_there_is_no_frozen_month_before_the_freeze(month, read):
    with pytest.raises(ConflictError, match=r"^round\.not_frozen$"):
        read(month.open())


def test_the_frozen_month_is_read_as_it_is_stored(month):
    match_round = month.freeze()
    assert queries.get_snapshot(match_round) is match_round.snapshot
    assert queries.read_snapshot(match_round).to_text() == match_round.snapshot.canonical_json


def test_an_auditor_of_no_street_office_reads_the_first(make, month):
    auditor = make.user(m.Role.AUDITOR)
    assert queries.get_subdistrict_id(auditor) == month.subdistrict.id
    assert queries.get_subdistrict_id(get_stranger(month)) == month.stranger.subdistrict_id


@pytest.mark.parametrize("role", [role for role in m.Role if role is not m.Role.AUDITOR])
def test_nobody_else_without_a_street_office_finds_one(make, month, role):
    with pytest.raises(NotFoundError, match=r"^subdistrict\.unknown$"):
        queries.get_subdistrict_id(make.user(role))


def test_an_auditor_finds_no_street_office_where_there_is_none(make):
    with pytest.raises(NotFoundError, match=r"^subdistrict\.unknown$"):
        queries.get_subdistrict_id(make.user(m.Role.AUDITOR))

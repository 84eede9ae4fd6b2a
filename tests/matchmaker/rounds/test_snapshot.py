"""The frozen month: the same bytes whatever the order of rows, and enough to solve again."""

import json
import random

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds import matching, queries
from matchmaker.rounds.freeze import service as freeze_service
from tests.factories import Factory
from tests.matchmaker.rounds.small_month import SmallMonth, solve_here


def test_rows_written_in_another_order_freeze_to_the_same_bytes(app, tmp_path, database_url):
    frozen = []
    for order in (1, -1):
        with app.app_context():
            db.drop_all()
            db.create_all()
            frozen.append(SmallMonth(Factory(app), order).freeze().snapshot.canonical_json)
            db.session.rollback()
    assert frozen[0] == frozen[1]


def test_the_stored_snapshot_alone_solves_to_the_same_bytes(context, month):
    run = month.solve()
    stored = json.loads(run.match_round.snapshot.canonical_json)
    problem = matching.make_problem_json(stored, run.match_round.seed)
    solution, _timings = matching.solve(problem, 60, lambda *_: None)
    assert problem == run.problem_json
    assert solution == json.loads(run.solution_json)


def test_a_shuffled_snapshot_is_the_same_problem(context, month):
    match_round = month.freeze()
    snapshot = queries.read_snapshot(match_round)
    shuffled = dict(random.Random(3).sample(list(snapshot.items()), len(snapshot)))
    for rows in ("needs", "offers", "volunteers", "categories", "history"):
        shuffled[rows] = random.Random(5).sample(snapshot[rows], len(snapshot[rows]))
    again = matching.make_problem_json(shuffled, match_round.seed)
    assert again == matching.make_problem_json(snapshot, match_round.seed)


def test_no_person_is_in_the_snapshot(context, month):
    text = month.freeze().snapshot.canonical_json
    for resident in month.residents.values():
        row = db.session.get_one(m.Resident, resident.id)
        for secret in (row.contact.phone, row.contact.full_name, row.contact.address):
            assert secret not in text
        assert row.display_name not in text
    for volunteer in month.volunteers.values():
        assert volunteer.name not in text
    assert "请来看看我" not in text


def test_the_seed_is_the_hash_of_snapshot_and_public_value(context, month):
    match_round = month.freeze()
    expected = freeze_service.compute_seed(match_round.snapshot.sha256, match_round.public_value)
    assert match_round.seed == expected
    assert freeze_service.compute_seed(match_round.snapshot.sha256, "another") != expected


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        ({"state": m.OfferState.PAUSED}, False),
        ({"valid_from": "2026-08-01"}, False),
        ({"valid_until": "2026-06-30", "valid_from": "2026-01-01"}, False),
        ({"valid_until": "2026-07-05", "valid_from": "2026-01-01"}, False),  # yesterday
        ({"valid_until": "2026-07-06", "valid_from": "2026-01-01"}, True),
        ({"state": m.OfferState.SUBMITTED}, False),
        ({"state": m.OfferState.APPROVED, "valid_from": "2026-07-31"}, True),
        ({"state": m.OfferState.APPROVED, "valid_from": "2026-08-01"}, False),
    ],
)
def test_only_approved_offers_valid_in_the_month_are_frozen(context, month, change, stays):
    offer = db.session.get_one(m.Offer, month.offers["goods"].id)
    for name, value in change.items():
        if name.startswith("valid"):
            value = type(offer.valid_from).fromisoformat(value)
        setattr(offer, name, value)
    names = {row["name"] for row in queries.read_snapshot(month.freeze())["offers"]}
    assert ("O01/rice_oil/1" in names) is stays


def test_offers_of_an_unapproved_organisation_stay_outside(context, month):
    organisation = db.session.get_one(m.Organisation, month.organisations[1].id)
    organisation.state = m.OrganisationState.SUSPENDED
    snapshot = queries.read_snapshot(month.freeze())
    assert {row["organisation"] for row in snapshot["offers"]} == {"O02"}
    assert snapshot["volunteers"] == []


def test_a_status_counts_only_while_verified_and_in_date(context, month):
    resident = month.residents[1]
    for kind, verified_at, valid_until in (
        (m.StatusKind.LIVING_ALONE, month.needs[1].created_at, None),
        (m.StatusKind.DISABLED, month.needs[1].created_at, "2026-06-30"),
        (m.StatusKind.LOW_INCOME, None, None),
    ):
        until = type(month.offers["goods"].valid_from).fromisoformat(valid_until or "2027-01-01")
        month.make.add(
            m.RecipientStatus(
                resident_id=resident.id,
                kind=kind,
                evidence="seen",
                verified_at=verified_at,
                valid_until=until if valid_until else None,
            )
        )
    needs = queries.read_snapshot(month.freeze())["needs"]
    assert needs[0]["statuses"] == ["living_alone"]


def test_a_need_passed_over_three_times_counts_a_tier_more_urgent(context, month):
    need = db.session.get_one(m.Need, month.needs[2].id)
    need.tier, need.waiting_rounds = 3, 3
    run = month.start()
    asked = {row["id"]: row for row in json.loads(run.problem_json)["needs"]}
    assert asked[need.reference]["tier"] == 2
    assert asked[need.reference]["waiting"] == 3


def test_equal_months_have_equal_results_in_every_process(context, month):
    run = month.start()
    assert solve_here(run).solution == solve_here(run).solution

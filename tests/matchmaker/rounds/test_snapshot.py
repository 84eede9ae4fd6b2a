"""The frozen month: the same bytes whatever the order of rows, and enough to solve again."""

import json
import random
from dataclasses import replace
from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds import matching, queries
from matchmaker.rounds.freeze.draws import compute_seed
from matchmaker.rounds.question.snapshot import Snapshot, read_text
from matchmaker.rounds.solve import runs
from optimizer import policy
from optimizer.codec import ProblemError
from optimizer.policy import COMMUNITY_1
from tests.factories import NOW, Factory
from tests.matchmaker.rounds.second_month import freeze_second_month
from tests.matchmaker.rounds.small_month import SmallMonth, solve_here
from tests.matchmaker.rounds.small_snapshot import read_data
from tests.reach import get_start, reach

pytestmark = pytest.mark.both_databases

# Of the format as it was first published: a month frozen long ago keeps its hash.
SECOND_MONTH_SHA256 = "08ba595cc407e36f438be5879de0f82acb4b04f3811e7493ce5452ebb884c958"


DRAWN_MONTH_SHA256 = (
    "3a45f3a7e8302a208d3a07bd58af93370570fde8b7ca88e578fc7572ebed88a6"  # of the second format
)
# The same month with the days of its slots; a Sunday within a break is no slot any more.
DATED_MONTH_SHA256 = "f1ec765c0c220885ba6a5df8faa2b87fc4240f55877826b38d80336733a2291a"
# And with the key of its public names, as months are locked now.
KEYED_MONTH_SHA256 = "a5507934f981a2fa74b246ed534847b3a0777bf4e091c60a43442ea7b04df0a8"


def test_a_month_with_every_kind_of_row_freezes_to_the_bytes_it_always_had(context, make):
    match_round = freeze_second_month(make, "community/2")
    assert match_round.snapshot.canonical_json == read_data("snapshot", "keyed_month")
    assert match_round.snapshot.sha256 == KEYED_MONTH_SHA256
    without_key = replace(read_text(match_round.snapshot.canonical_json), key="")
    assert without_key.sha256 == DATED_MONTH_SHA256  # nothing else is new
    run = runs.start_run(
        match_round,
        limit_seconds=60,
        actor=db.session.get_one(m.User, match_round.opened_by_id),
        now=NOW,
    )
    assert run.problem_json == read_data("problem", "keyed_month")


@pytest.mark.parametrize(
    ("month", "sha256"),
    [
        ("second_month", SECOND_MONTH_SHA256),
        ("drawn_month", DRAWN_MONTH_SHA256),
        ("dated_month", DATED_MONTH_SHA256),
        ("keyed_month", KEYED_MONTH_SHA256),
    ],
)
def test_a_stored_snapshot_is_read_and_written_without_a_byte_changed(month, sha256):
    snapshot = read_text(read_data("snapshot", month))
    assert snapshot.to_text() == read_data("snapshot", month)
    assert snapshot.sha256 == sha256


def test_a_stored_snapshot_is_parsed_once():
    assert read_text(read_data("snapshot")) is read_text(read_data("snapshot"))


ROWS = ("categories", "needs", "due_visits", "offers", "volunteers", "history")


@pytest.mark.parametrize("rows", ROWS)
def test_an_unknown_key_of_any_row_is_refused_by_its_path(rows):
    content = json.loads(read_data("snapshot"))
    content[rows][0]["duty"] = 1
    with pytest.raises(ProblemError, match=rf"^\$\.{rows}\[0\]\.duty: unknown key"):
        Snapshot.from_json(content)


@pytest.mark.parametrize("rows", ROWS)
def test_every_key_of_every_row_is_asked_for(rows):
    for key in json.loads(read_data("snapshot"))[rows][0]:
        content = json.loads(read_data("snapshot"))
        del content[rows][0][key]
        with pytest.raises(ProblemError, match=rf"^\$\.{rows}\[0\]\.{key}: missing"):
            Snapshot.from_json(content)


def test_a_key_that_no_snapshot_has_or_lacks_is_refused():
    content = json.loads(read_data("snapshot"))
    with pytest.raises(ProblemError, match=r"duties: unknown key"):
        Snapshot.from_json({**content, "duties": []})
    for key in content:
        with pytest.raises(ProblemError, match=rf"^\$\.{key}: missing"):
            Snapshot.from_json({name: value for name, value in content.items() if name != key})


def test_another_format_is_refused():
    content = json.loads(read_data("snapshot"))
    with pytest.raises(ProblemError, match=r"^\$\.format: must be leshan-round/1 or"):
        Snapshot.from_json({**content, "format": "leshan-round/3"})


@pytest.mark.parametrize("rows", ["needs", "due_visits", "offers", "volunteers"])
def test_each_format_has_its_own_keys(rows):
    first, second = (json.loads(read_data("snapshot", m)) for m in ("second_month", "drawn_month"))
    first[rows][0]["lot"] = "ab"
    with pytest.raises(ProblemError, match=rf"^\$\.{rows}\[0\]\.lot: unknown key"):
        Snapshot.from_json(first)
    del second[rows][0]["lot"]
    with pytest.raises(ProblemError, match=rf"^\$\.{rows}\[0\]\.lot: missing"):
        Snapshot.from_json(second)


def test_a_need_of_the_second_format_has_no_least_of_its_own():
    content = json.loads(read_data("snapshot", "drawn_month"))
    content["needs"][0]["least"] = 1
    with pytest.raises(ProblemError, match=r"^\$\.needs\[0\]\.least: unknown key"):
        Snapshot.from_json(content)


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
    problem = matching.make_problem_json(
        read_text(run.match_round.snapshot.canonical_json), run.match_round.seed
    )
    report = matching.solve(problem, 60, memory_mib=2048, on_beat=lambda _progress: True)
    assert problem == run.problem_json
    assert report.solution.to_json() == json.loads(run.solution_json)


def test_an_old_month_keeps_its_policy_when_a_newer_one_is_published(context, month, monkeypatch):
    month.policy = COMMUNITY_1.label
    run = month.solve()
    newer = replace(COMMUNITY_1, version=2, stages=COMMUNITY_1.stages[1:])
    monkeypatch.setattr(policy, "POLICIES", {**policy.POLICIES, newer.label: newer})
    monkeypatch.setattr(matching, "DEFAULT_POLICY", newer.label)
    stored = read_text(run.match_round.snapshot.canonical_json)
    assert matching.make_problem_json(stored, run.match_round.seed) == run.problem_json
    assert json.loads(run.problem_json)["policy"] == COMMUNITY_1.to_json()


def test_a_shuffled_snapshot_is_the_same_problem(context, month):
    match_round = month.freeze()
    snapshot = queries.read_snapshot(match_round)
    changed = {
        name: tuple(random.Random(5).sample(rows, len(rows)))
        for name in ("needs", "offers", "volunteers", "categories", "history")
        if (rows := getattr(snapshot, name))
    }
    again = matching.make_problem_json(replace(snapshot, **changed), match_round.seed)
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
    expected = compute_seed(match_round.snapshot.sha256, match_round.public_value)
    assert match_round.seed == expected
    assert compute_seed(match_round.snapshot.sha256, "another") != expected


@pytest.mark.parametrize(
    ("state", "valid_from", "valid_until", "stays"),
    [
        (m.OfferState.PAUSED, date(2026, 1, 1), None, False),
        (m.OfferState.OPEN, date(2026, 1, 1), date(2026, 6, 30), False),
        (m.OfferState.OPEN, date(2026, 1, 1), date(2026, 7, 5), False),  # yesterday
        (m.OfferState.OPEN, date(2026, 1, 1), date(2026, 7, 6), False),  # the day of the freeze
        (m.OfferState.OPEN, date(2026, 1, 1), date(2026, 7, 7), True),
        (m.OfferState.SUBMITTED, date(2026, 1, 1), None, False),
        (m.OfferState.APPROVED, date(2026, 7, 31), None, True),
        (m.OfferState.APPROVED, date(2026, 8, 1), None, False),
    ],
)
def test_only_approved_offers_valid_in_the_month_are_frozen(
    context, month, state, valid_from, valid_until, stays
):
    values = {"valid_from": valid_from, "valid_until": valid_until, "state": get_start(state)}
    offer = month.make.offer(month.organisations[1], month.money, **values)
    reach(month.make, offer, state)
    names = {row.name for row in queries.read_snapshot(month.freeze()).offers}
    assert ("O01/hardship_money/1" in names) is stays


def test_equal_months_have_equal_results_in_every_process(context, month):
    run = month.start()
    assert solve_here(run).solution == solve_here(run).solution

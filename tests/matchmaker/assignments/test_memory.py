"""What a month gave is what later months know: missing parts wait on, and lost promises come first.

The sums are made a second time here, plainly, from the rows of the promises.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.organisations.queries import list_given
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import closing
from matchmaker.rounds.publish.remembering import list_outcomes
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.solve.figures import get_figures
from tests.browser import Browser
from tests.draws import lock_and_draw, make_draw
from tests.factories import NOW
from tests.run_factories import solve_round
from tests.worlds import kept

JULY = date(2026, 7, 1)
AUGUST = date(2026, 8, 1)
END = get_instant(AUGUST, 12 * 60)
_S = m.PromiseState


@pytest.fixture
@kept
def month(make, world):
    """Goods of two givers, divisible from two units on, and visits that take two people."""
    world.bags = make.category(
        name_en="Bags", kind=m.OfferKind.GOODS, unit="item", least_quantity=2
    )
    for number in range(2):
        giver = make.organisation(world.subdistrict, name_en=f"Giver {number}")
        make.offer(giver, world.bags, capacity_per_month=4)
    world.add_pairs()
    world.one = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    return world


def list_promises(need: m.Need) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id)
    return list(db.session.scalars(query))


def load(row):
    return db.session.get(type(row), row.id)


class Living:
    """Answers and reports, by the services."""

    def __init__(self, make, month):
        self.make, self.month = make, month
        self.counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)

    def find_giver(self, row: m.Promise) -> m.User:
        return self.make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id)

    def accept(self, need: m.Need, *, but: int | None = None) -> list[m.Promise]:
        """Every giver says yes, but one; then the recipient does."""
        rows = list_promises(need)
        for number, row in enumerate(rows):
            giver = self.find_giver(row)
            if number == but:
                answering.decline(actor=giver, promise_id=row.id, now=NOW)
            else:
                answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
        do_due(NOW + timedelta(hours=1))
        left = [row for row in rows if row.state is _S.AWAITING_RECIPIENT]
        if left:
            agreeing.agree(actor=self.counter, promise_id=left[0].id, now=NOW)
        return left

    def report(self, row: m.Promise, units: int | None, reason=m.FailReason.GIVER_ABSENT) -> None:
        now = get_instant(row.day, 20 * 60) if row.day else NOW
        giver = self.find_giver(row)
        keys: dict[str, Any] = {"promise_id": row.id, "now": now}
        if units is None:
            delivering.fail(actor=giver, reason=reason, **keys)
        else:
            proof = m.DeliveryProof.SIGNATURE
            delivering.deliver(actor=giver, units=units, proof=proof, code="", **keys)

    def close(self, run: m.RoundRun) -> None:
        left = closing.count_open(run)
        closing.close_round(run.match_round, known_open=left, actor=self.month.one, now=END)


@pytest.fixture
def living(make, month, context):
    return Living(make, month)


def lock_next(month, now=END) -> m.MatchRound:
    actor = month.one
    match_round = freeze_service.open_round(month=AUGUST, actor=actor, now=now)
    freeze_service.freeze_round(match_round, draw=make_draw(now), actor=actor, now=now)
    return match_round


# What is missing of a part. Each case: units asked of goods given whole (rice) or from two on
# (bags), or of a visit by two, the units reported of each promise (None: it failed; "no": its giver
# declined), then the state, quantity and given quantity after the close, and who comes first.
CASES = [
    ("rice", 3, [3], "served", 3, 0, False),
    ("rice", 3, [2], "open", 1, 2, True),
    ("rice", 3, [1], "open", 2, 1, True),
    ("rice", 3, [None], "open", 3, 0, True),
    ("rice", 1, [1], "served", 1, 0, False),
    ("bags", 6, [3, 3], "served", 6, 0, False),
    ("bags", 6, [3, None], "open", 3, 3, True),
    ("bags", 6, [3, "no"], "open", 3, 3, True),
    ("bags", 6, [3, 2], "partly_served", 6, 0, False),  # one is less than the least that helps
    ("bags", 6, [1, 1], "open", 4, 2, True),
    ("bags", 4, [2, 1], "partly_served", 4, 0, False),
    ("pairs", 1, [1, 1], "served", 1, 0, False),
    ("pairs", 1, [1, None], "open", 1, 0, True),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_missing_of_a_part_waits_on_as_if_nothing_had_come(make, month, living, case):
    kind, asked, reported, state, quantity, given, is_first = case
    category = {"rice": month.goods, "bags": month.bags, "pairs": month.pairs}[kind]
    need = month.ask(category, quantity=asked, waiting_rounds=2)
    run = month.publish(JULY)
    need = load(need)
    rows = list_promises(need)
    by_units = sorted(rows, key=lambda row: -row.units)
    declined = reported.index("no") if "no" in reported else None
    but = None if declined is None else rows.index(by_units[declined])
    living.accept(need, but=but)
    for row, units in zip(by_units, reported, strict=True):
        if units != "no":
            living.report(row, units)
    living.close(run)
    assert (need.state.value, need.quantity, need.given_quantity) == (state, quantity, given)
    assert need.waiting_rounds == (3 if state == "open" else 0)
    if state != "open":
        return
    snapshot = read_snapshot(lock_next(month))
    (frozen,) = snapshot.needs
    assert (frozen.quantity, frozen.waiting, frozen.lost) == (quantity, 3, is_first)


def test_a_recipient_who_was_away_keeps_the_place_and_comes_not_first(make, month, living):
    need = month.ask(month.goods, quantity=3)
    run = month.publish(JULY)
    need = load(need)
    (row,) = living.accept(need)
    living.report(row, None, m.FailReason.RECIPIENT_ABSENT)
    living.close(run)
    assert (need.state, need.waiting_rounds) == (m.NeedState.OPEN, 1)
    (frozen,) = read_snapshot(lock_next(month)).needs
    assert not frozen.lost


def test_who_agreed_and_heard_nothing_more_lost_a_promise(make, month, living):
    need = month.ask(month.goods, quantity=3)
    run = month.publish(JULY)
    living.accept(load(need))
    living.close(run)
    (frozen,) = read_snapshot(lock_next(month)).needs
    assert frozen.lost


def test_a_list_that_is_locked_before_the_close_has_the_missing_part_once(make, month, living):
    need = month.ask(month.goods, quantity=3)
    run = month.publish(JULY)
    need = load(need)
    (row,) = living.accept(need)
    living.report(row, 2)
    assert need.state is m.NeedState.PARTLY_SERVED
    snapshot = read_snapshot(lock_next(month, get_instant(date(2026, 7, 28), 600)))
    assert [(n.quantity, n.waiting, n.lost) for n in snapshot.needs] == [(1, 1, True)]
    assert not delivering.can_correct(row), "somebody relies on the report"
    with pytest.raises(ConflictError):
        delivering.correct(actor=living.find_giver(row), promise_id=row.id, now=NOW)
    living.close(run)
    assert (need.state, need.quantity, need.given_quantity) == (m.NeedState.IN_ROUND, 1, 2)
    notices = db.session.scalars(select(m.Notice.kind).where(m.Notice.subject_id == need.id))
    assert Counter(notices)["need.carried"] == 1


@pytest.mark.parametrize("policy", ["community/1", "community/2"])
def test_who_lost_a_promise_comes_before_an_equal_wait_and_after_a_longer_one(
    make, month, living, policy
):
    """Two units for three homes, with the waits 1, 1 and a promise lost, and 2."""
    scarce = make.category(name_en="Scarce", kind=m.OfferKind.GOODS, unit="item")
    make.offer(month.organisation, scarce, capacity_per_month=2)
    lost = month.ask(scarce)
    run = month.publish(JULY)
    living.accept(load(lost))
    living.close(run)
    equal, longer = month.ask(scarce, waiting_rounds=1), month.ask(scarce, waiting_rounds=2)
    match_round = freeze_service.open_round(month=AUGUST, actor=month.one, now=END, policy=policy)
    lock_and_draw(match_round, first=month.one, second=month.worker, now=END)
    question = make_problem(read_snapshot(match_round), "1")
    waits = {need.id: need.waiting for need in question.needs}
    names = (lost.reference, equal.reference, longer.reference)
    is_first = policy == "community/1"  # which puts nobody ahead
    assert [waits[name] for name in names] == ([1, 1, 2] if is_first else [3, 2, 4])
    run = solve_round(match_round)
    met = {row.need.reference for row in list_outcomes(run) if row.is_met}
    assert longer.reference in met
    assert is_first or met == {lost.reference, longer.reference}
    keys = {stage.key for stage in get_figures(run).stages}
    assert is_first or {"waiting=2", "lost=1", "waiting=1"} <= keys


def replace_policy(snapshot, policy):
    plain = snapshot.to_json() | {"policy": policy}
    return type(snapshot).from_json(plain)


@pytest.mark.usefixtures("context")
def test_a_month_without_a_lost_promise_asks_as_before(make, month):
    month.ask(month.goods, quantity=3, waiting_rounds=2)
    snapshot = read_snapshot(lock_next(month, NOW))
    (need,) = make_problem(replace_policy(snapshot, "community/2"), "1").needs
    assert need.waiting == 2
    assert "lost" not in snapshot.to_text()


# The ledger.


def add_up_plainly(run, needs) -> dict[tuple[str, str, str], Counter[str]]:
    rows = list(db.session.scalars(select(m.Promise).where(m.Promise.round_run_id == run.id)))
    expected: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts = {"given": row.delivered_units or 0, "pledged": row.units}
        measure = "visits" if row.volunteer else row.need.category.code
        expected["organisation", row.organisation.code, measure]["given"] += counts["given"]
        expected["need", row.need.reference, row.need.category.code].update(counts)
        if row.volunteer:
            expected["volunteer", row.volunteer.reference, "visits"].update(counts)
    for need in needs:
        met = any(row.need_id == need.id and row.delivered_units for row in rows)
        expected["household", need.resident.household.reference, ""]["received"] += met
        expected["committee", need.committee.code, ""]["received"] += met
    return expected


def test_the_ledger_of_a_closed_month_adds_up_to_what_was_given(make, month, living):
    """Every scope, from the rows of the promises: to the unit."""
    needs = [month.ask(month.goods, quantity=number % 3 + 1) for number in range(5)]
    needs += [month.ask(month.bags, quantity=4) for _ in range(2)]
    needs += [month.ask(month.visits) for _ in range(4)]
    run = month.publish(JULY)
    needs = [load(need) for need in needs]
    for number, need in enumerate(needs):
        for row in living.accept(need, but=0 if number == 4 else None):
            living.report(row, None if number % 4 == 1 else max(row.units - number % 2, 1))
    living.close(run)
    expected = add_up_plainly(run, needs)
    lines = list(db.session.scalars(select(m.FairnessLedger)))
    found = {(row.scope.value, row.reference, row.measure): row for row in lines}
    assert len(found) == len(lines)
    for key, counts in expected.items():
        for name, count in counts.items():
            assert getattr(found[key], name) == count, (key, name)
    assert {scope for scope, *_ in found} == {scope.value for scope in m.LedgerScope}
    own = {
        (organisation.code, row.category.code if row.category else "visits"): row.given
        for organisation in db.session.scalars(select(m.Organisation))
        for row in list_given(organisation)
    }
    shown = {key[1:]: row.given for key, row in found.items() if key[0] == "organisation"}
    assert own == shown
    for need in needs:
        assert found["need", need.reference, need.category.code].asked > 0


# The page.


def test_the_close_names_what_is_carried_over(app, make, month, monkeypatch):
    monkeypatch.setattr("matchmaker.rounds.pages.board_views.get_now", lambda: END)
    need = month.ask(month.goods, quantity=3)
    with app.app_context():
        month.publish(JULY)
        living = Living(make, month)
        (row,) = living.accept(load(need))
        living.report(row, 2)
        db.session.commit()
    office = Browser(app).sign_in(month.one).use_language("en")
    page = office.get("rounds.close", month=JULY).text
    assert "Carried over" in page
    assert need.reference in page
    keys = {"organisation_id": month.organisation.id}
    assert "in closed months" not in office.get("organisations.show", **keys).text
    with app.app_context():
        living.close(db.session.scalars(select(m.RoundRun)).one())
        db.session.commit()
    page = office.get("organisations.show", **keys).text
    assert "What it gave in closed months" in page
    assert "2 items" in page
    page = office.get("needs.show", need_id=need.id).text
    assert "Given so far" in page

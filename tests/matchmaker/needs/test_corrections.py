"""What was decided can be corrected and undone until the lock: who, what, when."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import DomainError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.needs import corrections, desk_service, queue_service
from matchmaker.needs.corrections import Terms
from matchmaker.needs.desk_service import Answers
from matchmaker.rounds.freeze.asked import freeze_needs
from matchmaker.rounds.publish.hands import list_verifiers
from tests.factories import NOW
from tests.matchmaker.two_at_once import act_at_once
from tests.reach import NEEDS_STAY_IN, PATHS, reach
from tests.run_factories import publish_month
from tests.worlds import kept

pytestmark = pytest.mark.usefixtures("context")

REPLY_ON = date(2026, 8, 31)
BEFORE = Terms(tier=2, quantity=2, windows=(), reply_promised_on=REPLY_ON)
REASON = "居民说要四件"
S = m.NeedState
SUNDAY = m.Window.SUNDAY_AM


@pytest.fixture
@kept
def people(make, place):
    """Accounts by name; the worker enters, the colleague verifies."""
    keys = {"committee_id": place.committee.id}
    rows = {
        "resident": place.account,
        "worker": place.worker,
        "colleague": make.user(m.Role.COMMITTEE_WORKER, **keys),
        "stranger": place.stranger,
        "social": place.social,
    }
    return {name: db.session.get(m.User, row.id) for name, row in rows.items()}


@pytest.fixture
def verified(make, place, people):
    """A need entered by ``entered_by``, verified by the colleague, then brought to a state."""

    def make_verified(
        entered_by: str = "worker", tier: int = 2, state: m.NeedState = S.OPEN, category: Any = None
    ) -> m.Need:
        keys: dict[str, Any] = {"state": S.SUBMITTED, "quantity": BEFORE.quantity}
        row = make.need(
            place.resident, category or place.rice, people[entered_by], place.committee.id, **keys
        )
        if state in {S.SUBMITTED, S.RETURNED}:
            return reach(make, row, state)
        verify(people["colleague"], [row], tier)
        db.session.commit()
        return reach(make, row, state)

    return make_verified


def verify(actor: m.User, needs: list[m.Need], tier: int = 2, now=NOW) -> None:
    rows = [db.session.get(m.Need, need.id) for need in needs]
    versions = {row.id: row.version for row in rows}
    found = queue_service.verify_needs(
        actor=actor, versions=versions, tier=tier, reply_promised_on=REPLY_ON, now=now
    )
    assert found == (len(needs), 0)


def correct(actor: m.User, need: m.Need, reason: str = REASON, now=NOW, **changes: Any) -> Any:
    stored = db.session.get(m.Need, need.id)
    terms = replace(BEFORE, tier=stored.tier, quantity=stored.quantity)
    keys: dict[str, Any] = {"need_id": need.id, "terms": replace(terms, **changes)}
    return corrections.correct_need(actor=actor, reason=reason, now=now, **keys)


def code_of(act: Any) -> str | None:
    """The code of what a step is refused with; None when it is taken."""
    try:
        act()
    except DomainError as error:
        return error.code
    return None


UNKNOWN, STATE, TWO = "need.unknown", "need.not_correctable", "need.second_person_corrects"
# Who corrects, who had entered it, its tier, its state, what is changed: what is answered.
CASES: tuple[tuple[str, str, int, m.NeedState, dict[str, Any], str | None], ...] = (
    # Everyone who may verify it corrects it, and nobody else.
    ("worker", "worker", 2, S.OPEN, {"quantity": 4}, None),
    ("colleague", "worker", 2, S.OPEN, {"quantity": 4}, None),
    ("social", "worker", 2, S.OPEN, {"quantity": 4}, None),
    ("social", "resident", 2, S.OPEN, {"quantity": 4}, UNKNOWN),
    ("stranger", "worker", 2, S.OPEN, {"quantity": 4}, UNKNOWN),
    ("resident", "worker", 2, S.OPEN, {"quantity": 4}, UNKNOWN),
    ("resident", "resident", 2, S.OPEN, {"tier": 1}, UNKNOWN),
    # Two persons for what is or becomes a danger.
    ("worker", "worker", 2, S.OPEN, {"tier": 1}, TWO),
    ("worker", "worker", 1, S.OPEN, {"tier": 2}, TWO),
    ("worker", "worker", 1, S.OPEN, {"quantity": 4}, TWO),
    ("worker", "worker", 2, S.OPEN, {"tier": 3}, None),
    ("worker", "worker", 3, S.OPEN, {"tier": 2}, None),
    ("colleague", "worker", 2, S.OPEN, {"tier": 1}, None),
    ("colleague", "worker", 1, S.OPEN, {"tier": 3}, None),
    ("colleague", "worker", 1, S.OPEN, {"quantity": 4}, None),
    ("social", "worker", 3, S.OPEN, {"tier": 1}, None),
    ("social", "worker", 1, S.OPEN, {"tier": 2}, None),
    ("worker", "resident", 2, S.OPEN, {"tier": 1}, None),
    ("worker", "resident", 1, S.OPEN, {"tier": 2}, None),
    # Before it is verified and from the lock on nothing is corrected.
    ("colleague", "worker", 2, S.SUBMITTED, {"quantity": 4}, STATE),
    ("colleague", "worker", 2, S.RETURNED, {"quantity": 4}, STATE),
    ("colleague", "worker", 2, S.IN_ROUND, {"quantity": 4}, STATE),
    ("colleague", "worker", 2, S.IN_ROUND, {"tier": 1}, STATE),
    ("colleague", "worker", 2, S.MATCHED, {"quantity": 4}, STATE),
    ("colleague", "worker", 2, S.WITHDRAWN, {"quantity": 4}, STATE),
    ("colleague", "worker", 2, S.CLOSED, {"quantity": 4}, STATE),
    ("social", "worker", 2, S.MATCHED, {"tier": 3}, STATE),
    ("stranger", "worker", 2, S.MATCHED, {"tier": 3}, UNKNOWN),
    # What is corrected is as valid as what is verified.
    ("colleague", "worker", 2, S.OPEN, {"tier": 0}, "need.tier_unknown"),
    ("colleague", "worker", 2, S.OPEN, {"tier": 4}, "need.tier_unknown"),
    ("colleague", "worker", 2, S.OPEN, {"quantity": 0}, "need.quantity_out_of_range"),
    ("colleague", "worker", 2, S.OPEN, {"quantity": 51}, "need.quantity_out_of_range"),
    ("colleague", "worker", 2, S.OPEN, {"quantity": 2**31}, "need.quantity_out_of_range"),
    ("colleague", "worker", 2, S.OPEN, {"reply_promised_on": date(2026, 7, 5)}, "need.reply_day"),
    ("colleague", "worker", 2, S.OPEN, {"reply_promised_on": date(2027, 1, 2)}, "need.reply_day"),
    ("colleague", "worker", 2, S.OPEN, {"reply_promised_on": date(2026, 7, 6)}, None),
    ("colleague", "worker", 2, S.OPEN, {"reason": ""}, "need.reason_length"),
    ("colleague", "worker", 2, S.OPEN, {"reason": "说" * 301}, "need.reason_length"),
    ("colleague", "worker", 2, S.OPEN, {}, "need.nothing_corrected"),
    ("colleague", "worker", 2, S.OPEN, {"windows": (SUNDAY,)}, "need.nothing_corrected"),
)  # fmt: skip


@pytest.mark.parametrize(("who", "entered_by", "tier", "state", "changes", "refusal"), CASES)
def test_who_corrects_what_in_which_state(
    verified, people, who, entered_by, tier, state, changes, refusal
):
    need = verified(entered_by, tier, state)
    before = read(need)
    assert code_of(lambda: correct(people[who], need, **changes)) == refusal
    db.session.rollback() if refusal else db.session.commit()
    changed = {k: v for k, v in changes.items() if k != "reason"}
    assert read(need) == (before if refusal else before | changed)
    rows = db.session.scalars(select(m.NeedCorrection)).all()
    assert [row.after.keys() for row in rows] == ([] if refusal else [changed.keys()])


def read(need: m.Need) -> dict[str, Any]:
    stored = db.session.get(m.Need, need.id)
    db.session.refresh(stored)
    names = ("tier", "quantity", "reply_promised_on", "waiting_rounds", "submitted_at", "state")
    return {name: getattr(stored, name) for name in names}


def test_times_are_corrected_where_the_kind_asks_for_them(verified, people, place):
    need = verified(category=place.visit, entered_by="resident")
    correct(people["worker"], need, quantity=1, windows=(m.Window.SUNDAY_AM, m.Window.WEEKDAY_AM))
    assert db.session.get(m.Need, need.id).windows == ["WD-AM", "SUN-AM"]


def test_the_history_says_who_when_why_and_what_before_and_after(verified, people):
    need = verified()
    correct(people["social"], need, quantity=4)
    correct(people["colleague"], need, "摔了一跤，不能等", NOW + timedelta(hours=1), tier=1)
    first, second = corrections.list_corrections(need)
    assert (first.corrected_by, first.corrected_at, first.reason) == (
        people["social"], NOW, REASON,
    )  # fmt: skip
    assert (first.before, first.after) == ({"quantity": 2}, {"quantity": 4})
    assert (second.before, second.after) == ({"tier": 2}, {"tier": 1})
    events = db.session.scalars(select(m.AuditEvent).where(m.AuditEvent.action == "need.correct"))
    assert [e.details for e in events] == [
        {"fields": ["quantity"]},
        {"fields": ["tier"], "tier": 1},
    ]


def test_a_day_that_is_past_stays_when_another_thing_is_corrected(verified, people):
    need = verified()
    late = NOW + timedelta(days=90)
    correct(people["colleague"], need, now=late, quantity=4)
    assert db.session.get(m.Need, need.id).reply_promised_on == REPLY_ON


def test_who_corrects_the_urgency_has_set_it_and_has_a_hand(verified, people):
    need = verified()
    correct(people["social"], need, tier=1)
    assert db.session.get(m.Need, need.id).verified_by_id == people["social"].id
    correct(people["colleague"], need, quantity=4)
    assert db.session.get(m.Need, need.id).verified_by_id == people["social"].id
    assert list_verifiers([need.id]) == {people["social"].id, people["colleague"].id}


@pytest.mark.both_databases
def test_who_corrects_while_the_list_is_locked_is_in_it_or_refused(app, make, verified, people):
    need_id, actor_id = verified().id, people["colleague"].id

    def lock():
        _start, freeze = PATHS[m.NeedState, S.IN_ROUND]
        freeze(make, db.session.get(m.Need, need_id))

    def change():
        correct(db.session.get(m.User, actor_id), db.session.get(m.Need, need_id), quantity=4)

    first, second = act_at_once(app, lock, change)
    assert (first, second) in {(None, "need.not_correctable"), (None, "need.changed_meanwhile")}
    assert db.session.get(m.Need, need_id).quantity == 2


# Undo.


@pytest.fixture
def step(make, place, people):
    """Three needs that the colleague verified in one step, and one verified later."""
    keys: dict[str, Any] = {"committee_id": place.committee.id, "state": S.SUBMITTED}
    rows = [make.need(place.resident, place.rice, people["worker"], **keys) for _ in range(4)]
    verify(people["colleague"], rows[:3], now=NOW - timedelta(minutes=2))
    verify(people["colleague"], rows[3:], now=NOW - timedelta(minutes=1))
    db.session.commit()
    return rows


def undo(actor: m.User, need: m.Need, *, whole: bool = True) -> int:
    keys: dict[str, Any] = {"need_id": need.id, "is_whole_step": whole}
    return corrections.undo_verification(actor=actor, now=NOW + timedelta(hours=1), **keys)


@pytest.mark.both_databases
def test_a_whole_step_is_undone_at_once(step, people):
    steps = corrections.list_steps(people["colleague"])
    assert [(row.need_id, row.count) for row in steps] == [(step[3].id, 1), (step[0].id, 3)]
    assert undo(people["colleague"], step[1]) == 3
    row = db.session.get(m.Need, step[0].id)
    assert (row.state, row.tier, row.reply_promised_on) == (S.SUBMITTED, 3, None)
    assert (row.verified_by_id, row.verified_at) == (None, None)
    assert db.session.get(m.Need, step[3].id).state is S.OPEN
    actions = db.session.scalars(select(m.AuditEvent.action)).all()
    assert actions.count("need.undo_verify") == 3
    assert code_of(lambda: undo(people["colleague"], step[1])) == "need.not_undoable"


def test_one_need_of_a_step_is_undone_alone_and_what_moved_on_stays(step, people, make):
    assert undo(people["colleague"], step[0], whole=False) == 1
    desk_service.withdraw_need(actor=people["worker"], need_id=step[1].id, now=NOW)
    assert undo(people["colleague"], step[2]) == 1
    states = [db.session.get(m.Need, row.id).state for row in step]
    assert states == [S.SUBMITTED, S.WITHDRAWN, S.SUBMITTED, S.OPEN]


@pytest.mark.parametrize("who", ["worker", "social", "stranger", "resident"])
def test_nobody_else_undoes_a_check(step, people, who):
    refusal = UNKNOWN if who == "stranger" else "need.not_undoable"
    assert code_of(lambda: undo(people[who], step[0])) == refusal
    assert not corrections.may_undo(db.session.get(m.Need, step[0].id), people[who])
    assert corrections.list_steps(people[who]) == []


@pytest.mark.parametrize("state", [s for s in NEEDS_STAY_IN if s not in {S.DRAFT, S.OPEN}])
def test_what_is_not_open_is_not_undone(verified, people, state):
    need = verified(state=state)
    assert code_of(lambda: undo(people["colleague"], need)) == "need.not_undoable"


def test_after_a_lock_a_check_of_before_is_not_undone(make, step, people, place):
    publish_month(make, place.subdistrict.id)  # nothing is offered: they are open again
    assert db.session.get(m.Need, step[1].id).state is S.OPEN
    assert code_of(lambda: undo(people["colleague"], step[1])) == "need.not_undoable"
    assert corrections.list_steps(people["colleague"]) == []
    correct(people["colleague"], step[1], quantity=4, windows=())
    assert db.session.get(m.Need, step[1].id).quantity == 4, "until the next lock"


@pytest.mark.parametrize("has_been_in_a_list", [False, True])
def test_a_corrected_urgency_is_not_undone_by_anybody(
    make, step, people, place, has_been_in_a_list
):
    """Two persons decided it, and the check of before may have been in a list meanwhile."""
    if has_been_in_a_list:
        publish_month(make, place.subdistrict.id)
    correct(people["social"], step[1], tier=1, now=NOW + timedelta(days=60))
    for who in ("colleague", "social"):
        assert code_of(lambda who=who: undo(people[who], step[1])) == "need.not_undoable"
        assert not corrections.may_undo(db.session.get(m.Need, step[1].id), people[who])
        assert step[1].id not in {row.need_id for row in corrections.list_steps(people[who])}


def test_an_undone_check_leaves_the_next_list(step, people, place):
    undo(people["colleague"], step[0])
    frozen = freeze_needs(place.subdistrict.id, date(2026, 8, 1))
    assert [row.reference for row in frozen] == [step[3].reference]


# A resident changes what is sent until it is verified.


def change(actor: m.User, need: m.Need, category: m.ServiceCategory, quantity: int | None) -> None:
    answers = Answers(category.id, quantity, (m.Window.SUNDAY_AM,), "请星期天来")
    desk_service.change_sent(actor=actor, need_id=need.id, answers=answers, now=NOW)


@pytest.mark.parametrize("state", [s for s in NEEDS_STAY_IN if s is not S.DRAFT])
def test_a_resident_changes_what_waits_to_be_checked_and_nothing_else(
    verified, people, place, state
):
    need = verified(state=state)
    refusal = code_of(lambda: change(people["resident"], need, place.visit, None))
    assert refusal == (None if state is S.SUBMITTED else "need.not_waiting")
    stored = db.session.get(m.Need, need.id)
    if state is S.SUBMITTED:
        assert (stored.category_id, stored.quantity, stored.windows) == (
            place.visit.id, 1, ["SUN-AM"],
        )  # fmt: skip
        assert (stored.state, stored.submitted_at) == (S.SUBMITTED, need.submitted_at)
        event = db.session.scalars(select(m.AuditEvent)).one()
        assert event.details == {"fields": ["category_id", "description", "quantity", "windows"]}


def test_the_same_again_is_no_change(verified, people):
    need = verified(state=S.SUBMITTED)
    answers = Answers(need.category_id, need.quantity, (), need.description)
    keys = {"actor": people["resident"], "need_id": need.id, "now": NOW}
    desk_service.change_sent(answers=answers, **keys)
    assert db.session.scalars(select(m.AuditEvent)).all() == []


def test_a_stranger_changes_nothing_and_what_does_not_fit_names_its_field(
    make, verified, people, place
):
    need = verified(state=S.SUBMITTED)
    neighbour = make.resident(make.household(place.committee), phone="13800000009")
    other = db.session.get(m.User, make.user(m.Role.RESIDENT, resident_id=neighbour.id).id)
    with pytest.raises(NotFoundError):
        change(other, need, place.visit, None)
    with pytest.raises(InvalidError) as refusal:
        change(people["resident"], need, place.rice, None)
    assert refusal.value.field == "quantity"

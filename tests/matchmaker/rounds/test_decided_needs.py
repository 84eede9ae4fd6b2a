"""What a publication makes of each need, and of contested needs that came to nothing since."""

from types import SimpleNamespace

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.endings.service import stop_contact
from matchmaker.needs.desk_service import withdraw_need
from matchmaker.rounds.memory.ledger import Contest
from matchmaker.rounds.publish import publication, remembering
from matchmaker.rounds.solve.figures import LEFT_AT_HOME, TAKEN_BACK_AT_HOME
from matchmaker.rounds.words.helps import explain_next
from optimizer import codec
from optimizer.report import Ruling, Verdict
from tests.factories import NOW

OPEN, MATCHED = m.NeedState.OPEN, m.NeedState.MATCHED


@pytest.mark.parametrize(
    ("ground", "other_is_met", "after"),
    [
        ("outranked", True, ("outranked", OPEN, 3)),
        ("outranked", False, ("outranked", OPEN, 3)),
        (LEFT_AT_HOME, True, (LEFT_AT_HOME, OPEN, 0)),
        (LEFT_AT_HOME, False, (TAKEN_BACK_AT_HOME, OPEN, 3)),
        (TAKEN_BACK_AT_HOME, True, (LEFT_AT_HOME, OPEN, 0)),
        (TAKEN_BACK_AT_HOME, False, (TAKEN_BACK_AT_HOME, OPEN, 3)),
    ],
)
def test_a_need_keeps_its_ground_unless_its_home_had_its_turn(ground, other_is_met, after):
    """``_settle_needs``: N1 and N2 are one ask, of which N2 is met or not; N3 is by itself."""
    rows = {
        name: SimpleNamespace(
            need=m.Need(reference=name, state=m.NeedState.IN_ROUND, waiting_rounds=2),
            ground=ground if name == "N1" else "met",
            is_met=name == "N3" or (name == "N2" and other_is_met),
        )
        for name in ("N1", "N2", "N3")
    }
    joined = frozenset({"N1", "N2"})
    asks = {"N1": joined, "N2": joined, "N3": frozenset({"N3"})}
    publication._settle_needs(list(rows.values()), asks)
    found = {n: (r.ground, r.need.state, r.need.waiting_rounds) for n, r in rows.items()}
    assert found["N1"] == after
    assert found["N2"][:2] == ("met", MATCHED if other_is_met else OPEN)
    assert found["N3"][:2] == ("met", MATCHED)


def test_contested_needs_that_came_to_nothing_are_not_remembered_as_met(context, month):
    """``_count_contests``: 3 is met, 5 is not; 1 is met and nobody else wanted its place."""
    run = month.solve()
    assert {row.need.reference[-1] for row in remembering.list_outcomes(run) if row.is_met} == {
        "1",
        "2",
        "3",
        "4",
    }
    contests = {"C01": Contest(open=4, met=4), "C02": Contest(open=5, met=3)}

    def remember(contested: tuple[str, ...], *gone: int) -> dict[str, Contest]:
        run.verdict = codec.to_json(Verdict(Ruling.FEASIBLE, contested=contested))
        tried = db.session.begin_nested()
        for row in remembering.list_outcomes(run):
            if int(row.need.reference[-1]) in gone:
                row.need.state = m.NeedState.CLOSED
        db.session.flush()
        changed = remembering._list_changed(run, (), None)
        assert {int(row.need.reference[-1]) for row in changed} == set(gone)
        found = remembering._count_contests(run, contests, changed, ())
        tried.rollback()
        return found

    three, five, joined = ("N2607-0003",), ("N2607-0005",), ("N2607-0001+N2607-0003",)
    fallen = {**contests, "C02": Contest(open=5, met=2)}
    assert remember(three) == contests
    assert remember(three, 3) == fallen
    assert remember(three, 1) == contests  # nobody competed for what fell
    assert remember(five, 5) == contests  # it was not met
    assert remember(joined, 3) == contests  # one of the ask is still there
    assert remember(joined, 1, 3) == fallen
    run.verdict = None
    assert remembering._count_contests(run, contests, [], ()) == contests


@pytest.mark.usefixtures("context")
def test_a_request_that_has_ended_since_is_not_said_to_stay_open(month):
    month.publish()
    outcomes = {row.is_met: row for row in db.session.scalars(select(m.NeedOutcome))}
    with force_locale("en"):
        assert "stays on our list" in explain_next(outcomes[False])
        assert "will arrange it with you" in explain_next(outcomes[True])
    withdraw_need(actor=month.one, need_id=outcomes[False].need_id, now=NOW)
    for is_met, resident in ((True, outcomes[True].need.resident_id), (False, None)):
        if resident is not None:
            stop_contact(actor=month.one, resident_id=resident, reason=m.ContactEnd.WISH, now=NOW)
        with force_locale("en"):
            said = explain_next(outcomes[is_met])
        assert said == "This request has ended, so nothing more is arranged for it."

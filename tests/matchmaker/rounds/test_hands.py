"""Nobody decides alone what they had a hand in: who may publish, and what the pins changed."""

import pytest

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.promises.present import list_broken
from matchmaker.rounds import queries
from matchmaker.rounds.publish import hands, publication
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.rounds.solve import jobs, runs
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, solve_here
from tests.pricing import finish_prices

MAY, RAN, HAND = None, "round.second_person", "round.had_a_hand"
NO_PLAIN = "run.no_plain_run"


def solve(month, match_round, who: str = "one", *, is_plain: bool = False) -> m.RoundRun:
    actor = getattr(month, who)
    run = runs.start_run(match_round, limit_seconds=60, actor=actor, now=NOW, is_plain=is_plain)
    jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
    runs.finish_run(run, solve_here(run), now=NOW)
    db.session.flush()
    return run


def override(month, match_round, who: str, number: int, kind=m.OverrideKind.FORBID) -> None:
    pins.add_override(
        match_round,
        kind=kind,
        need=db.session.get_one(m.Need, month.needs[number].id),
        offer_id=None,
        volunteer_id=None,
        reason="because",
        actor=getattr(month, who),
        now=NOW,
    )


def say(run: m.RoundRun, actor: m.User) -> str | None:
    """Why the actor may not publish the run; None: they may."""
    try:
        hands.require_no_hand(run, actor)
    except ConflictError as refusal:
        return refusal.code
    return None


def verify_danger(month, number: int, person: m.User) -> None:
    need = db.session.get_one(m.Need, month.needs[number].id)
    need.tier, need.verified_by_id = 1, person.id


def verify_status(month, number: int, person: m.User) -> None:
    row = m.RecipientStatus(
        resident_id=month.residents[number].id,
        kind=m.StatusKind.DISABLED,
        evidence="card",
        verified_by_id=person.id,
        verified_at=NOW,
    )
    db.session.add(row)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("forbidder", "runner", "verifies", "first", "second"),
    [
        (None, "one", None, RAN, MAY),
        (None, "two", None, MAY, RAN),
        ("one", "one", None, RAN, MAY),
        ("two", "one", None, RAN, HAND),
        ("one", "two", None, HAND, RAN),
        ("one", "one", verify_danger, RAN, HAND),
        ("one", "one", verify_status, RAN, HAND),
        (None, "one", verify_danger, RAN, MAY),  # no pin: nobody shaped a line by hand
        (None, "one", verify_status, RAN, MAY),
    ],
)
def test_who_had_a_hand_does_not_publish(month, forbidder, runner, verifies, first, second):
    match_round = month.freeze()
    solve(month, match_round, runner)
    if verifies:
        verifies(month, 3, month.two)
    if forbidder:
        override(month, match_round, forbidder, 3)
    run = solve(month, match_round, runner)
    assert (say(run, month.one), say(run, month.two)) == (first, second)


@pytest.mark.usefixtures("context")
def test_who_verified_what_another_pin_moved_has_a_hand(month):
    """Goods for two of three: forbidding one gives them to another, whose danger two verified."""
    match_round = month.freeze()
    plain = solve(month, match_round)
    met = [o.need_id for o in db.session.query(m.NeedOutcome).filter_by(is_met=True)]
    goods = [number for number in (3, 4, 5) if month.needs[number].id in met]
    (left_out,) = {3, 4, 5} - set(goods)
    verify_danger(month, left_out, month.two)
    override(month, match_round, "one", goods[0])
    run = solve(month, match_round)
    changed = hands.list_changed_lines(plain, run)
    moved = {(line.within.need_id, line.without.is_met, line.within.is_met) for line in changed}
    assert {line for line in moved if line[1] is not line[2]} == {
        (month.needs[goods[0]].id, True, False),
        (month.needs[left_out].id, False, True),
    }
    assert say(run, month.two) == HAND


@pytest.mark.usefixtures("context")
def test_a_promise_revoked_since_is_no_line_that_the_pins_changed(month):
    match_round = month.freeze()
    override(month, match_round, "one", 6)
    run, plain = solve(month, match_round), solve(month, match_round, is_plain=True)
    lines = [line.within.need_id for line in hands.list_changed_lines(plain, run)]
    db.session.get_one(m.Offer, month.offers["goods"].id).committees = ["C99"]
    db.session.flush()
    broken = {row.promise.id for row in list_broken(run, NOW)}
    assert revoke_broken(run, broken, actor=month.one, now=NOW)
    assert [line.within.need_id for line in hands.list_changed_lines(plain, run)] == lines
    assert say(run, month.two) == MAY


@pytest.mark.usefixtures("context")
def test_with_pins_in_force_the_month_is_solved_without_them_too(month):
    match_round = month.freeze()
    override(month, match_round, "one", 3)
    run = solve(month, match_round)
    assert run.is_plain is False
    assert say(run, month.two) == NO_PLAIN
    with pytest.raises(ConflictError, match=r"^run\.no_plain_run$"):
        publication.publish_run(run, actor=month.two, now=NOW)
    plain = solve(month, match_round, is_plain=True)
    assert (plain.is_plain, hands.find_plain_run(match_round)) == (True, plain)
    with pytest.raises(ConflictError, match=r"^run\.overrides_changed$"):
        publication.publish_run(plain, actor=month.two, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW, has_no_interest=True)
    event = db.session.query(m.AuditEvent).order_by(m.AuditEvent.id.desc()).first()
    assert (event.action, event.details["no_interest"]) == ("round.publish", True)


@pytest.mark.usefixtures("context")
def test_a_step_that_leaves_nobody_to_publish_is_refused(month):
    match_round = month.freeze()
    solve(month, match_round)
    hands.require_publisher_left(match_round, month.one, [month.needs[3].id])
    override(month, match_round, "one", 3)
    hands.require_publisher_left(match_round, month.one)
    with pytest.raises(ConflictError, match=r"^round\.nobody_left$"):
        hands.require_publisher_left(match_round, month.two)  # would start the run, or pin
    third = month.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    hands.require_publisher_left(match_round, month.two)
    left = hands.list_publishers(match_round, hands.foresee_hands(match_round, month.two))
    assert [user.id for user in left] == [third.id]


def test_the_pages_say_who_may_publish_and_what_the_pins_change(app, bring, month, one, two):
    bring("solve")
    page = one.get("rounds.override", month=MONTH, reference="N2607-0003").text
    assert f"After it the month can be published by: {month.second.name}." in page
    room = {"month": MONTH}
    key = {"idempotency_key": "5" * 32}
    data = {"kind": "forbid", "giver": "", "reason": "because", "no_interest": "y"}
    with app.app_context():
        met = db.session.query(m.NeedOutcome).filter_by(is_met=True).first().need.reference
    assert one.submit("rounds.override", {**key, **data}, **room, reference=met).status_code == 303
    finish_prices(app)
    priced = one.get_url("rounds.show_price", **room, number=1)
    assert one.submit("rounds.keep_price", key, on=priced, **room, number=1).status_code == 303
    refused = two.submit(
        "rounds.solve", {"idempotency_key": "6" * 32}, on="/rounds/2026-07/", **room
    )
    assert (refused.status_code, "nobody in the office could publish" in refused.text) == (
        409,
        True,
    )
    with app.app_context():
        month.solve(db.session.query(m.MatchRound).one())
        db.session.commit()
    page = two.get("rounds.publish", month=MONTH, number=2).text
    assert "What they change" in page
    decided = page[page.index("Who is helped instead of whom") :]
    assert met in decided[: decided.index("</table>")]
    address = {"month": MONTH, "number": 2}
    key = {"idempotency_key": "7" * 32}
    assert two.submit("rounds.publish", key, **address).status_code == 422
    assert two.submit("rounds.publish", {**key, "no_interest": "y"}, **address).status_code == 303
    public = two.get("results.show", month=MONTH).text
    assert "Matches that the office ruled out" in public


@pytest.mark.usefixtures("context")
def test_a_line_that_pins_leave_as_it_was_is_not_called_changed(month):
    match_round = month.freeze()
    solve(month, match_round, is_plain=True)
    [first, *_] = list_served(match_round)
    add_override(month, match_round, first)
    run = solve(month, match_round)
    changed = {row.within.need_id for row in hands.compare_with_plain(run).changed}
    served = set(list_served(match_round))
    assert first in changed
    assert served - changed  # who is helped by the same giver with and without


def list_served(match_round: m.MatchRound) -> list[int]:
    query = db.select(m.NeedOutcome.need_id).filter_by(is_met=True)
    of_round = query.join(m.RoundRun).filter_by(match_round_id=match_round.id)
    return list(db.session.scalars(of_round.order_by(m.NeedOutcome.need_id)))


def add_override(month, match_round, need_id: int) -> None:
    [number] = [key for key, need in month.needs.items() if need.id == need_id]
    override(month, match_round, "one", number)


@pytest.mark.usefixtures("context")
def test_pins_and_what_is_ruled_out_are_counted_apart(month):
    match_round = month.freeze()
    for number in (1, 3):
        override(month, match_round, "one", number, m.OverrideKind.PIN)
    override(month, match_round, "one", 6)
    counted = queries.count_interventions(match_round)
    assert (counted.pins, counted.forbids, counted.lifted) == (2, 1, 0)


@pytest.mark.usefixtures("context")
def test_two_accounts_of_one_person_are_one_hand(month):
    match_round = month.freeze()
    run = solve(month, match_round)
    assert say(run, month.two) == MAY
    month.two.person_id = month.one.person_id
    db.session.flush()
    assert say(run, month.two) == RAN
    with pytest.raises(ConflictError, match=r"^round\.nobody_left$"):
        hands.require_publisher_left(match_round, month.one)


@pytest.mark.usefixtures("context")
def test_who_published_does_not_withdraw_under_another_account(month):
    match_round = month.publish().match_round
    third = month.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=month.subdistrict.id)
    third.person_id = month.two.person_id
    db.session.flush()
    with pytest.raises(ConflictError, match=r"^round\.second_person_to_withdraw$"):
        publication.withdraw_publication(match_round, reason="slip", actor=third, now=NOW)
    publication.withdraw_publication(match_round, reason="slip", actor=month.one, now=NOW)

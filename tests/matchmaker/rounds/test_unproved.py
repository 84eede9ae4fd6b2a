"""A month that is not proved is published only if two persons accept what is open, and says so."""

import json

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.commands import round_steps
from matchmaker.commands.round_report import describe_run
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve.figures import get_figures
from matchmaker.rounds.solve.verdicts import count_unproved, find_verdict, list_stages
from matchmaker.rounds.words import verdicts
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.rules import FIRST_POLICY
from optimizer import codec
from optimizer.report import Ruling, Unproved, Verdict
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.worlds import kept

RUN = {"month": MONTH, "number": 1}
POINTS = Unproved("points", "", "gap", "sum", "", "20", "22")
DRAW = Unproved("lottery", "", "gap", "tickets", "", "0", "12")
OPEN = Verdict(Ruling.FEASIBLE, labels={"dual": 8, "gap": 2}, outright=8, unproved=(POINTS, DRAW))
SAID = "The most help: 20 reached, 22 is the proved bound, the gap is 2 at most"
SENTENCE = "I know that this month is valid, but not proved best. Still open:\n– "


@pytest.fixture
@kept
def unproved(app, month):
    """The month under review, as a limit of time left it."""
    month.policy = "community/1"
    with app.app_context():
        run = month.solve()
        run.verdict = codec.to_json(OPEN)
        db.session.commit()
    return month


def read_run() -> m.RoundRun:
    return db.session.scalars(select(m.RoundRun)).one()


def list_actions() -> list[str]:
    query = select(m.AuditEvent).where(m.AuditEvent.action.in_(["round.accept", "round.publish"]))
    return [event.action for event in db.session.scalars(query.order_by(m.AuditEvent.id))]


def test_each_person_accepts_what_is_open_and_the_public_page_says_it(app, unproved, one, two):
    review = two.get("rounds.review", **RUN).text
    assert "the person who started it has to accept" in review
    assert "/publish" not in review
    refused = two.get("rounds.publish", **RUN)
    assert (refused.status_code, "has to read and accept" in refused.text) == (409, True)
    assert "/runs/1/accept" in one.get("rounds.review", **RUN).text
    page = one.get("rounds.accept", **RUN).text
    assert SENTENCE + SAID in page
    assert page.count(SAID) == 1
    refused = one.submit("rounds.accept", {}, **RUN)
    assert (refused.status_code, refused.text.count(SAID)) == (422, 1)
    assert refused.text.count("Tick the box if you have read it and accept it.") == 2
    kept = one.submit("rounds.accept", {"accepts_unproved": "y"}, **RUN)
    assert kept.status_code == 303
    assert "/runs/1/accept" not in one.get("rounds.review", **RUN).text
    assert "/runs/1/publish" in two.get("rounds.review", **RUN).text
    assert SENTENCE + SAID in two.get("rounds.publish", **RUN).text
    unticked = two.submit("rounds.publish", {}, **RUN)
    assert unticked.status_code == 422
    assert "Tick the box if you have read it and accept it." in unticked.text
    assert two.submit("rounds.publish", {"accepts_unproved": "y"}, **RUN).status_code == 303
    with app.app_context():
        assert list_actions() == ["round.accept", "round.publish"]
        event = db.session.scalars(select(m.AuditEvent).filter_by(action="round.publish")).one()
        assert event.details["unproved"] == 2
    public = Browser(app).get("results.show", month=MONTH).text
    assert "可行，还没证明是最好的" in public
    assert "最多差 2" in public


def test_the_stages_say_of_what_is_open_the_same_as_the_verdict(app, unproved, one):
    """A sum that the solve left open has no value of its own; the check counts it."""
    with app.app_context():
        run = read_run()
        figures = json.loads(json.dumps(run.figures))
        for stage in figures["stages"]:
            if stage["name"] in ("points", "lottery"):
                stage |= {"value": None, "bound": None, "proof": "gap"}
        run.figures = figures
        shown = {row.name: (row.value, row.bound) for row in list_stages(run, get_figures(run))}
        stored = {row.name: (row.value, row.bound) for row in get_figures(run).stages}
        assert shown.pop("points") == (20, 22)
        assert stored.pop("points") == shown["lottery"] == (None, None)
        assert shown == stored
        assert any(line.split()[:2] == ["points", "20"] for line in describe_run(run))
        db.session.commit()
    page = one.get("rounds.review", **RUN).text
    row = next(part for part in page.split("<tr")[1:] if "The most help" in part)
    assert [f">{number}</td>" in row for number in (20, 22)] == [True, True]


def test_the_service_refuses_whatever_page_was_sent(app, unproved):
    with app.app_context():
        run, publish = read_run(), publication.publish_run
        with pytest.raises(ConflictError, match=r"run\.unproved_not_accepted"):
            publish(run, actor=unproved.two, now=NOW, accepts_unproved=True)
        with pytest.raises(ConflictError, match=r"run\.accepted_by_its_starter"):
            publication.accept_unproved(run, actor=unproved.two, now=NOW)
        publication.accept_unproved(run, actor=unproved.one, now=NOW)
        publication.accept_unproved(run, actor=unproved.one, now=NOW)
        assert (run.accepted_at, list_actions()) == (NOW, ["round.accept"])
        with pytest.raises(ConflictError, match=r"run\.unproved_not_read"):
            publish(run, actor=unproved.two, now=NOW)
        publish(run, actor=unproved.two, now=NOW, accepts_unproved=True)
        assert run.match_round.state is m.RoundState.PUBLISHED


def test_nothing_is_asked_of_a_proved_month(app, month, one, two):
    with app.app_context():
        month.solve()
        db.session.commit()
        with pytest.raises(ConflictError, match=r"run\.proved_already"):
            publication.accept_unproved(read_run(), actor=month.one, now=NOW)
    assert "accepts_unproved" not in two.get("rounds.publish", **RUN).text
    assert "/accept" not in one.get("rounds.review", **RUN).text
    assert two.submit("rounds.publish", {}, **RUN).status_code == 303


def test_a_result_without_a_single_proof_has_to_be_accepted_too(app, month, english):
    with app.app_context():
        run = month.solve()
        run.verdict = codec.to_json(Verdict(Ruling.FEASIBLE, labels={"search": 1}))
        assert count_unproved(run) == 1
        verdict = find_verdict(run)
        said = verdicts.describe_acceptance(verdict, Names(), FIRST_POLICY)
        assert said == "I know that this month is valid, but nothing of it is proved best."


def test_the_terminal_accepts_and_publishes_in_two_steps(app, unproved):
    with app.app_context():
        assert round_steps.needs_acceptance(MONTH, unproved.one)
        said = round_steps.accept_run(MONTH, unproved.one)
        assert "points: 20 reached, bound 22 proved" in said
        assert not round_steps.needs_acceptance(MONTH, unproved.one)
        said = round_steps.publish_run(MONTH, unproved.two, accepts_unproved=True)
        assert "points: 20 reached, bound 22 proved" in said

"""One man in two organisations is one person of the month: one visit a slot, the lower limit."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import OverrideKind
from matchmaker.people import joining
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.doubts import Wish, require_no_doubt
from matchmaker.rounds.publish import publication
from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.question.snapshot import FrozenOverride, FrozenVolunteer, read_text
from matchmaker.rounds.question.visitors import name_volunteers
from matchmaker.volunteers import absences
from optimizer.checker.check import verify
from optimizer.problem import Forbid, Pair, Person, Pin
from tests.draws import lock_and_draw
from tests.factories import NOW, Factory
from tests.matchmaker.rounds.small_snapshot import (
    DRAWN,
    DUE,
    NEED,
    OFFER,
    VISITOR,
    VISITS,
    make_snapshot,
)
from tests.matchmaker.rounds.whole_month import read_broken
from tests.pins import add_override
from tests.run_factories import JULY, solve_round

SATURDAY = [m.Window.SATURDAY_AM.value]
PHONE = "13911112222"
SEED = "ab" * 32


class Month:
    """Two organisations whose one volunteer is the same man, free on Saturday mornings."""

    def __init__(self, make: Factory, *, visits: tuple[int, int] = (1, 1)) -> None:
        self.make, self.subdistrict = make, make.subdistrict()
        self.worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        self.volunteers = [self._hire(k, visits[k]) for k in (0, 1)]

    def _hire(self, number: int, visits: int) -> m.Volunteer:
        """A volunteer with an offer of another kind of help, and two homes that ask for it."""
        make, organisation = self.make, self.make.organisation(self.subdistrict)
        kind = make.category()
        make.offer(organisation, kind, windows=SATURDAY)
        for _home in (1, 2):
            committee = make.committee(self.subdistrict)
            resident = make.resident(make.household(committee))
            make.need(resident, kind, self.worker, committee.id, windows=SATURDAY)
        return make.volunteer(
            organisation,
            categories=[kind.code],
            windows=SATURDAY,
            visits_per_month=visits,
            phone=PHONE,
            phone_index=contact_cipher.get_index(PHONE),
            reference=f"V000{number + 1}",
        )

    def join(self) -> None:
        ids = [row.id for row in self.volunteers]
        joining.join_volunteers(actor=self.worker, first_id=ids[0], second_id=ids[1], now=NOW)

    def lock(self) -> m.MatchRound:
        match_round = freeze_service.open_round(month=JULY, actor=self.worker, now=NOW)
        office = self.worker.subdistrict_id
        self.second = self.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=office)
        lock_and_draw(match_round, first=self.worker, second=self.second, now=NOW)
        return match_round

    def solve(self) -> m.RoundRun:
        return solve_round(self.lock())


def list_visits(run: m.RoundRun) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    return list(db.session.scalars(query.order_by(m.Promise.id)))


@pytest.mark.both_databases
@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("is_joined", "visits", "made"),
    [(False, (1, 1), 2), (True, (1, 1), 1), (True, (2, 1), 1), (True, (9, 2), 2)],
)
def test_one_man_goes_to_one_door_at_a_time_and_no_more_often_than_the_lower_limit(
    make, is_joined, visits, made
):
    month = Month(make, visits=visits)
    if is_joined:
        month.join()
    run = month.solve()
    rows = list_visits(run)
    assert len(rows) == made
    if is_joined:
        assert max(Counter(row.slot for row in rows).values()) == 1
    for row in rows:
        assert row.volunteer.organisation_id == row.organisation_id, "the entry of who gives"


@pytest.mark.usefixtures("context")
def test_the_checker_refuses_two_doors_at_once_and_one_visit_too_many(make):
    """The question of a joined man, with visits that his two entries could make apart."""
    month = Month(make, visits=(3, 2))
    month.join()
    run = month.solve()
    problem, solution = json.loads(run.problem_json), json.loads(run.solution_json)
    assert verify(problem, solution) is None
    one, other = solution["assignments"]
    other["slot"], own = one["slot"], other["slot"]
    assert verify(problem, solution).code == "two_places_at_once"
    other["slot"] = own
    asked = {line["need"] for line in (one, other)}
    more = next(n["id"] for n in problem["needs"] if n["id"] not in asked)
    free = next(s for s in problem["people"][0]["slots"] if s not in (one["slot"], own))
    kind = {need["id"]: need["category"] for need in problem["needs"]}
    stock = next(s["id"] for s in problem["stocks"] if s["category"] == kind[more])
    solution["assignments"].append({**one, "need": more, "slot": free, "stock": stock})
    solution["assignments"].sort(key=lambda line: (line["need"], line["stock"]))
    assert verify(problem, solution).code == "most_visits"


@pytest.mark.usefixtures("context")
def test_a_month_without_joined_people_has_the_question_it_always_had(make):
    month = Month(make)
    run = month.solve()
    text = run.match_round.snapshot.canonical_json
    assert '"person"' not in text
    snapshot = read_text(text)
    assert [row.person for row in snapshot.volunteers] == ["", ""]
    assert json.loads(run.problem_json)["people"][0]["id"] == "V0001"


@pytest.mark.usefixtures("context")
def test_the_frozen_rows_of_one_person_name_the_first_of_them(make):
    month = Month(make)
    month.join()
    snapshot = read_text(month.solve().match_round.snapshot.canonical_json)
    assert [(row.reference, row.person) for row in snapshot.volunteers] == [
        ("V0001", "V0001"),
        ("V0002", "V0001"),
    ]
    assert PHONE not in snapshot.to_text()


# --- What is promised is held against the person, not against the row that goes.


def meet(make, *, is_joined: bool = True, visits: int = 2) -> tuple[Month, m.RoundRun]:
    """A month whose two entries are of one man, who has visits from both."""
    month = Month(make, visits=(visits, visits))
    if is_joined:
        month.join()
    run = month.solve()
    return month, run


def list_reasons(run: m.RoundRun) -> list[str]:
    return [row.reason.value for row in read_broken(run, NOW)]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"windows": SATURDAY}, {"windows": [m.Window.SUNDAY_PM.value]}),
        ({"committees": []}, {"committees": ["C99"]}),
        ({"visits_per_month": 9}, {"visits_per_month": 2}),
    ],
)
def test_what_one_entry_allows_holds_for_the_visits_of_the_other(make, one, other):
    _month, run = meet(make)
    rows = [row.volunteer for row in list_visits(run)]
    for volunteer, values in zip(rows, (one, other), strict=True):
        for name, value in values.items():
            setattr(volunteer, name, value)
    db.session.flush()
    assert list_reasons(run) == []


@pytest.mark.usefixtures("context")
def test_a_paper_that_one_entry_has_shown_counts_for_the_other(make):
    _month, run = meet(make)
    for row in list_visits(run):
        row.need.category.qualification = m.Qualification.MEDICAL
    holder = list_visits(run)[0].volunteer
    holder.qualifications.append(m.VolunteerQualification(qualification=m.Qualification.MEDICAL))
    db.session.flush()
    assert list_reasons(run) == []


@pytest.mark.usefixtures("context")
def test_a_man_who_is_joined_after_the_lock_is_not_promised_to_two_doors_at_once(make):
    month, run = meet(make, is_joined=False, visits=1)
    one, other = list_visits(run)
    one.slot, one.days = other.slot, other.days
    one.volunteer.visits_per_month = other.volunteer.visits_per_month = 9
    db.session.flush()
    assert list_reasons(run) == []
    month.join()
    assert list_reasons(run) == ["volunteer_elsewhere"]


@pytest.mark.usefixtures("context")
def test_a_man_who_is_joined_after_the_lock_makes_no_more_visits_than_the_lower_limit(make):
    month, run = meet(make, is_joined=False)
    assert len(list_visits(run)) == 4
    month.join()
    assert "visits_lowered" in list_reasons(run)


@pytest.mark.usefixtures("context")
def test_the_office_hears_of_promises_that_one_joined_person_cannot_keep(make):
    month, run = meet(make, is_joined=False)
    publication.publish_run(run, actor=month.second, now=NOW)
    month.join()
    broken = len(list_reasons(run))
    assert broken
    event = db.session.scalars(select(m.AuditEvent).filter_by(action="person.join")).one()
    assert event.details["promises_broken"] == broken
    informed = select(m.Notice.user_id).where(m.Notice.kind == "round.promises_broken")
    assert set(db.session.scalars(informed)) == {month.worker.id, month.second.id}


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("visits", "doubt"), [((1, 1), True), ((9, 1), True), ((2, 2), False)])
def test_a_pin_on_one_entry_of_a_man_takes_a_visit_of_his_other(make, visits, doubt):
    month = Month(make, visits=visits)
    month.join()
    match_round = month.lock()
    needs = list(db.session.scalars(select(m.Need).order_by(m.Need.id)))
    wishes = [
        Wish(OverrideKind.PIN, needs[2 * k], volunteer_id=month.volunteers[k].id) for k in (0, 1)
    ]
    require_no_doubt(match_round, wishes[0])
    add_override(
        match_round,
        kind=OverrideKind.PIN,
        need=needs[0],
        offer_id=None,
        volunteer_id=month.volunteers[0].id,
        reason="x",
        actor=month.worker,
        now=NOW,
    )
    if not doubt:
        require_no_doubt(match_round, wishes[1])
        return
    with pytest.raises(InvalidError) as refused:
        require_no_doubt(match_round, wishes[1])
    assert refused.value.code == "override.visits_taken"


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("entry", [0, 1])
def test_who_is_away_as_one_volunteer_is_away_as_the_other(make, entry):
    month, run = meet(make)
    coordinator = make.user(
        m.Role.COORDINATOR, organisation_id=month.volunteers[entry].organisation_id
    )
    absences.enter_absence(
        db.session.get_one(m.Volunteer, month.volunteers[entry].id),
        first_day=JULY,
        last_day=date(2026, 7, 31),
        actor=coordinator,
        now=NOW,
    )
    assert list_reasons(run) == ["volunteer_away"] * len(list_visits(run))


# --- The table: two frozen rows in, one person out.

# VISITOR is of O01 and goes on elder visits, the other of O02 is a nurse.
ONE = replace(VISITOR, reference="V0001", person="V0001", organisation=VISITS.organisation)
OTHER = replace(ONE, reference="V0007", organisation=OFFER.organisation)


def ask(one: dict | None = None, other: dict | None = None, **rows):
    people = (replace(ONE, **(one or {})), replace(OTHER, **(other or {})))
    return make_problem(make_snapshot(volunteers=people, offers=(VISITS, OFFER), **rows), SEED)


def get_person(problem) -> Person:
    (person,) = problem.people
    return person


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # no more visits than either entry allows
        ({"visits": 1}, {"visits": 1}, {"most_visits": 1}),
        ({"visits": 2}, {"visits": 5}, {"most_visits": 2}),
        ({"visits": 24}, {"visits": 3}, {"most_visits": 3}),
        # times that either names
        ({"windows": ("SAT-AM",)}, {"windows": ("SAT-AM",)}, {"slots": ["W3-SAT-AM", "W4-SAT-AM"]}),
        ({"windows": ("SAT-AM",)}, {"windows": ()}, {"slots": ["W3-SAT-AM", "W4-SAT-AM"]}),
        ({"windows": ()}, {"windows": ()}, {"slots": []}),
        (
            {"windows": ("SAT-AM",)},
            {"windows": ("WD-PM",)},
            {"slots": ["W2-WD-PM", "W3-SAT-AM", "W3-WD-PM", "W4-SAT-AM", "W4-WD-PM"]},
        ),
        # committees that either names; none means all of them
        ({"committees": ("C01",)}, {"committees": ("C01",)}, {"areas": ["C01"]}),
        ({"committees": ("C01",)}, {"committees": ("C02",)}, {"areas": ["C01", "C02"]}),
        ({"committees": ("C01",)}, {"committees": ()}, {"areas": []}),
        ({"committees": ()}, {"committees": ()}, {"areas": []}),
        # offers of each organisation for what the entry there can do
        ({"categories": ("elder_visit",)}, {"categories": ()}, {"stocks": [VISITS.name]}),
        ({"categories": ()}, {"categories": ("nurse_visit",)}, {"stocks": [OFFER.name]}),
        (
            {"categories": ("elder_visit",)},
            {"categories": ("nurse_visit",)},
            {"stocks": [VISITS.name, OFFER.name]},
        ),
        ({"categories": ("nurse_visit",)}, {"categories": ("elder_visit",)}, {"stocks": []}),
        # what either has shown
        ({"qualifications": ("medical",)}, {"qualifications": ()}, {"skills": {"medical"}}),
        (
            {"qualifications": ("medical",)},
            {"qualifications": ("electrician",)},
            {"skills": {"medical", "electrician"}},
        ),
    ],
)
def test_two_entries_are_one_person(one, other, expected):
    person = get_person(ask(one, other))
    assert person.id == "V0001"
    for name, value in expected.items():
        found = getattr(person, name)
        if isinstance(value, set):
            assert value <= set(found)
        else:
            assert found == (tuple(sorted(value)) if isinstance(value, list) else value)


def test_a_person_draws_under_the_lot_of_the_first_entry():
    people = (replace(ONE, lot="1" * 16), replace(OTHER, lot="2" * 16))
    empty = {"needs": (), "offers": (), "due_visits": (), "history": (), "loads": ()}
    drawn = replace(DRAWN, volunteers=people, **empty)
    assert get_person(make_problem(drawn, SEED)).lot == "1" * 16


@pytest.mark.parametrize("usual", ["V0001", "V0007"])
def test_the_usual_visitor_of_a_pairing_is_the_person(usual):
    due = replace(DUE, volunteer=usual, organisation=VISITS.organisation, category=VISITS.category)
    problem = ask({"categories": (VISITS.category,)}, due_visits=(due,))
    named = [pair for pair in problem.pairs if pair.person is not None]
    assert named == [Pair(due.id, VISITS.name, "V0001", score=10)]


@pytest.mark.parametrize("kind", OverrideKind)
@pytest.mark.parametrize("named", [["V0001"], ["V0007"], ["V0001", "V0007"]])
def test_a_pin_or_forbid_of_an_entry_is_of_the_person(kind, named):
    rows = [FrozenOverride(kind, NEED.reference, None, name, "known") for name in named]
    people = (ONE, OTHER)
    snapshot = make_snapshot(volunteers=people, offers=(VISITS, OFFER), needs=(NEED,))
    problem = make_problem(snapshot, SEED, rows)
    made = problem.pins if kind is OverrideKind.PIN else problem.forbids
    rule = Pin if kind is OverrideKind.PIN else Forbid
    assert made == (rule(NEED.reference, None, "V0001", "known"),)


def test_a_visit_is_of_the_entry_at_the_organisation_that_gives():
    able = {"categories": (VISITS.category, OFFER.category)}
    people: tuple[FrozenVolunteer, ...] = (replace(ONE, **able), replace(OTHER, **able))
    stranger = replace(ONE, reference="V0009", person="")
    snapshot = make_snapshot(volunteers=(*people, stranger), offers=(VISITS, OFFER))
    assert name_volunteers(snapshot) == {
        ("V0001", VISITS.name): "V0001",
        ("V0001", OFFER.name): "V0007",
    }

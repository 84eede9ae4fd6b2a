"""The frozen month to the question: one frozen row in, one row of the problem out."""

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from matchmaker.models import OverrideKind
from matchmaker.rounds import matching
from matchmaker.rounds.question.problem import make_problem, raise_tier
from matchmaker.rounds.question.snapshot import (
    FORMAT,
    CommitteeHistory,
    DueVisit,
    FrozenNeed,
    FrozenOffer,
    FrozenOverride,
    FrozenVolunteer,
    Snapshot,
)
from matchmaker.slots import list_slot_dates, list_slots_of_weeks
from optimizer.codec import ProblemError
from optimizer.policy import COMMUNITY_POLICY
from optimizer.problem import Forbid, GroupHistory, Need, Pair, Person, Pin, Problem, Stock
from optimizer.report import Failure
from tests.matchmaker.rounds.small_snapshot import (
    DRAWN,
    DUE,
    GOODS,
    GOODS_NEED,
    MONEY,
    MONEY_NEED,
    NEED,
    OFFER,
    SECOND,
    VISITOR,
    VISITS,
    VOLUNTEER,
    make_snapshot,
    read_data,
)

SEED = "ab" * 32
WEEKDAYS = ("W2-WD-AM", "W2-WD-PM", "W3-WD-AM", "W3-WD-PM", "W4-WD-AM", "W4-WD-PM")
AFTERNOONS = ("W2-WD-PM", "W3-WD-PM", "W4-WD-PM")  # the first week has only holidays
SLOT_DAYS = {
    slot: tuple(day.day for day in days)
    for slot, days in list_slot_dates(date(2026, 10, 1)).items()
}
DATED: dict[str, Any] = {"slots": tuple(SLOT_DAYS), "slot_days": SLOT_DAYS}


def ask(**rows) -> Problem:
    return make_problem(make_snapshot(**rows), SEED)


def test_a_month_with_every_kind_of_row_asks_the_bytes_it_always_asked():
    seed = Problem.from_json(json.loads(read_data("problem"))).seed
    assert matching.make_problem_json(SECOND, seed) == read_data("problem")


def test_a_question_has_the_month_s_name_its_seed_and_its_policy():
    problem = ask(offers=(OFFER,))
    assert (problem.name, problem.seed) == ("XJH 2026-10", SEED)
    assert problem.policy == COMMUNITY_POLICY


def test_a_policy_that_was_never_published_is_refused():
    with pytest.raises(ProblemError, match=r"policy"):
        ask(policy="community/0")


# --- Offers become stocks.


def test_an_offer_of_visits_becomes_a_staffed_stock():
    assert ask(offers=(OFFER,)).stocks == (
        Stock(
            id="O02/nurse_visit/1",
            giver="O02",
            category="nurse_visit",
            capacity=6,
            areas=("C02",),
            slots=WEEKDAYS,
            staffed=True,
            pledge="O02",
        ),
    )


def test_an_offer_of_goods_is_a_pledge_without_people():
    offer = replace(GOODS, statuses=("disabled",))
    assert ask(offers=(offer,)).stocks == (
        Stock(
            id="O01/rice_oil/1",
            giver="O01",
            category="rice_oil",
            capacity=2,
            statuses=("disabled",),
            pledge="O01",
        ),
    )


def test_money_is_no_part_of_anybody_s_load():
    assert ask(offers=(MONEY,)).stocks == (
        Stock(id=MONEY.name, giver="O02", category="hardship_money", capacity=100_000),
    )


@pytest.mark.parametrize(
    ("windows", "capacity", "slots"),
    [
        ((), 6, ()),  # any time
        (("WD-PM",), 6, AFTERNOONS),
        (("SAT-AM", "WD-PM"), 6, (*AFTERNOONS, "W3-SAT-AM", "W4-SAT-AM")),
        (("HOLIDAY",), 0, ()),  # every window is a holiday: nothing to give, not any time
    ],
)
def test_an_offer_holds_in_the_slots_of_its_windows(windows, capacity, slots):
    (stock,) = ask(offers=(replace(OFFER, windows=windows),)).stocks
    assert stock.capacity == capacity
    assert stock.slots == tuple(sorted(slots))


# --- Volunteers become persons.


def test_a_volunteer_becomes_a_person():
    problem = ask(offers=(OFFER, VISITS, GOODS), volunteers=(VOLUNTEER,))
    assert problem.people == (
        Person(
            id="V0004",
            giver="O02",
            most_visits=2,
            stocks=("O02/nurse_visit/1",),
            skills=("elder_visit", "medical", "nurse_visit"),
            areas=("C02",),
            slots=(*AFTERNOONS, "W3-SAT-AM", "W4-SAT-AM"),
        ),
    )


@pytest.mark.parametrize(
    ("change", "staffs"),
    [
        ({}, True),
        ({"organisation": "O01"}, False),  # works for somebody else
        ({"categories": ("elder_visit",)}, False),  # does not do this work
    ],
)
def test_a_volunteer_staffs_the_offers_of_the_own_organisation_and_work(change, staffs):
    problem = ask(offers=(OFFER,), volunteers=(replace(VOLUNTEER, **change),))
    assert problem.people[0].stocks == ((OFFER.name,) if staffs else ())


def test_no_volunteer_staffs_an_offer_of_goods():
    goods = replace(GOODS, organisation="O02")
    volunteer = replace(VOLUNTEER, categories=("rice_oil",))
    assert ask(offers=(goods,), volunteers=(volunteer,)).people[0].stocks == ()


def test_a_volunteer_without_windows_is_never_free():
    assert ask(volunteers=(replace(VOLUNTEER, windows=()),)).people[0].slots == ()


# --- Needs.


def test_a_need_of_a_visit_becomes_a_need():
    assert ask(needs=(NEED,)).needs == (
        Need(
            id="N2610-0001",
            recipient="R00001",
            category="nurse_visit",
            area="C02",
            statuses=("low_income",),
            requires=("medical", "nurse_visit"),
            slots=AFTERNOONS,
            people=2,
            points=12,
            groups={"committee": "C02"},
        ),
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": 200_000, "least": 200_000}, (200_000, None)),
        ({"quantity": 200_000, "least": 50_000}, (200_000, 50_000)),
    ],
)
def test_a_need_asks_its_quantity_and_the_least_that_helps(change, expected):
    (need,) = ask(needs=(replace(MONEY_NEED, **change),)).needs
    assert (need.quantity, need.least) == expected
    assert (need.requires, need.people, need.points) == ((), 1, 9)


@pytest.mark.parametrize(
    ("row", "requires"),
    [
        (NEED, ("medical", "nurse_visit")),
        (replace(NEED, category="elder_visit"), ("elder_visit",)),
        (GOODS_NEED, ()),  # skills are asked of persons only
    ],
)
def test_skills_are_asked_of_those_who_visit(row, requires):
    assert ask(needs=(row,)).needs[0].requires == requires


@pytest.mark.parametrize(
    ("windows", "slots"),
    [
        ((), ()),  # any time
        (("WD-PM",), AFTERNOONS),
        (("HOLIDAY",), ("HOLIDAY",)),  # nobody is free then, which is not any time
    ],
)
def test_a_need_can_be_met_in_the_slots_of_its_windows(windows, slots):
    assert ask(needs=(replace(NEED, windows=windows),)).needs[0].slots == slots


def test_a_status_that_holds_on_some_days_has_these_days_in_the_question():
    """A calendar is asked with them, also where nothing else of the month is dated."""
    row = replace(NEED, status_days={"low_income": (5, 6)})
    problem = ask(needs=(row,), **DATED)
    assert problem.needs[0].status_days == {"low_income": ("05", "06")}
    assert problem.days["W3-SUN-AM"] == ("18",)
    assert problem.days.keys() == SLOT_DAYS.keys()
    assert ask(needs=(NEED,), **DATED).days == {}


@pytest.mark.parametrize(
    ("tier", "waiting", "raised"),
    [(3, 0, 3), (3, 2, 3), (3, 3, 2), (3, 5, 2), (3, 6, 1), (2, 3, 1), (1, 3, 1), (3, 60, 1)],
)
def test_a_need_counts_a_tier_more_urgent_for_each_three_rounds_it_waited(tier, waiting, raised):
    assert raise_tier(tier, waiting, "community/1") == raised
    (need,) = ask(needs=(replace(NEED, tier=tier, waiting=waiting),)).needs
    assert (need.tier, need.waiting) == (raised, waiting)


@pytest.mark.parametrize(
    ("tier", "waiting", "raised"), [(3, 2, 3), (3, 3, 2), (3, 60, 2), (2, 60, 2), (1, 60, 1)]
)
def test_under_the_second_policy_nobody_waits_into_danger(tier, waiting, raised):
    assert raise_tier(tier, waiting, "community/2") == raised


# --- Due visits of pairings become duties.


def test_a_due_visit_becomes_a_duty():
    assert ask(due_visits=(replace(DUE, number=2, weeks=(2,), tier=3),)).needs == (
        Need(
            id="P0001#2",
            recipient="R00001",
            category="elder_visit",
            area="C02",
            statuses=("low_income",),
            requires=("elder_visit",),
            slots=("W2-SUN-AM", "W2-SUN-PM", "W2-WD-AM", "W2-WD-PM"),
            tier=3,
            points=6,
            duty=True,
        ),
    )


def test_a_duty_may_take_place_in_each_of_its_weeks():
    weeks = {slot[:2] for slot in ask(due_visits=(replace(DUE, weeks=(1, 3)),)).needs[0].slots}
    assert weeks == {"W1", "W3"}


def test_a_duty_is_asked_on_the_days_of_its_pairing_and_of_its_recipient_s_status():
    row = replace(DUE, weeks=(4,), days=(28, 29, 30, 31), status_days={"low_income": (30,)})
    problem = ask(due_visits=(row,), **DATED)
    (duty,) = problem.needs
    assert duty.days == ("28", "29", "30", "31")
    assert duty.status_days == {"low_income": ("30",)}
    assert problem.days["W4-SAT-AM"] == ("24", "31")


def test_a_duty_in_a_week_of_holidays_is_not_one_at_any_time():
    """The slots of its week stay in the question, where nobody is free in them."""
    slots = tuple(slot for slot in SECOND.slots if not slot.startswith("W1-"))
    (duty,) = ask(due_visits=(replace(DUE, weeks=(1,)),), slots=slots).needs
    assert duty.slots == tuple(sorted(list_slots_of_weeks((1,))))
    assert "W1-WD-AM" in duty.slots
    (duty,) = ask(due_visits=(replace(DUE, weeks=(1, 2)),), slots=slots).needs
    assert {slot[:2] for slot in duty.slots} == {"W2"}


def test_a_duty_asks_for_as_many_persons_and_skills_as_its_category():
    (duty,) = ask(due_visits=(replace(DUE, category="nurse_visit"),)).needs
    assert (duty.people, duty.points, duty.requires) == (2, 12, ("medical", "nurse_visit"))


SAME_ORGANISATION = Pair("P0001#1", "O01/elder_visit/1", score=4)
SAME_VISITOR = Pair("P0001#1", "O01/elder_visit/1", "V0001", score=10)


@pytest.mark.parametrize(
    ("change", "pairs"),
    [
        ({}, (SAME_ORGANISATION, SAME_VISITOR)),
        ({"volunteer": None}, (SAME_ORGANISATION,)),
        ({"volunteer": "V0099"}, (SAME_ORGANISATION,)),  # has left since
        ({"organisation": "O02"}, ()),
        ({"category": "nurse_visit"}, ()),
    ],
)
def test_the_usual_visitor_is_kept_before_the_usual_organisation(change, pairs):
    problem = ask(
        offers=(VISITS, OFFER, GOODS), volunteers=(VISITOR,), due_visits=(replace(DUE, **change),)
    )
    assert problem.pairs == pairs


def test_the_usual_visitor_counts_only_with_an_offer_to_visit_with():
    other = replace(VISITOR, categories=("errands",))
    problem = ask(offers=(VISITS,), volunteers=(other,), due_visits=(DUE,))
    assert problem.pairs == (SAME_ORGANISATION,)


def test_needs_have_no_pairs():
    assert ask(offers=(OFFER,), volunteers=(VOLUNTEER,), needs=(NEED,)).pairs == ()


# --- Pins, forbids and the memory.

ROWS = {"needs": (NEED,), "offers": (OFFER,), "volunteers": (VOLUNTEER,)}


@pytest.mark.parametrize(
    ("offer", "volunteer"),
    [(None, None), (OFFER.name, None), (None, "V0004"), (OFFER.name, "V0004")],
)
def test_a_pin_and_a_forbid_name_what_a_person_chose(offer, volunteer):
    row = FrozenOverride(OverrideKind.PIN, NEED.reference, offer, volunteer, "promised")
    pinned = make_problem(make_snapshot(**ROWS), SEED, [row])
    assert pinned.pins == (Pin(NEED.reference, offer, volunteer, "promised"),)
    assert pinned.forbids == ()
    row = replace(row, kind=OverrideKind.FORBID)
    forbidden = make_problem(make_snapshot(**ROWS), SEED, [row])
    assert forbidden.forbids == (Forbid(NEED.reference, offer, volunteer, "promised"),)
    assert forbidden.pins == ()


def test_the_stored_question_has_the_pins_of_its_run():
    row = FrozenOverride(OverrideKind.PIN, NEED.reference, None, None, "promised")
    question = json.loads(matching.make_problem_json(make_snapshot(**ROWS), SEED, [row]))
    assert [pin["need"] for pin in question["pins"]] == [NEED.reference]


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000], ids=["empty", "keys", "nesting"])
def test_a_stored_question_that_cannot_be_read_is_a_failed_solve(text):
    report = matching.solve(text, 1, memory_mib=200, on_beat=lambda _progress: True)
    assert report.failure is Failure.BROKEN_PROBLEM


def test_a_month_without_overrides_has_neither_pin_nor_forbid():
    problem = ask(**ROWS)
    assert (problem.pins, problem.forbids) == ((), ())


@pytest.mark.parametrize(
    ("possible", "received", "remembered"),
    [(5, 3, (5, 3)), (0, 0, (0, 0)), (2, 3, (3, 3))],  # never less possible than received
)
def test_each_committee_brings_its_memory(possible, received, remembered):
    problem = ask(history=(CommitteeHistory("C01", possible, received),))
    assert problem.history == (GroupHistory("committee", "C01", *remembered),)


def test_a_volunteer_is_named_as_their_person_also_where_one_entry_alone_is_there():
    """The other entry of the person is away all the month; the answer still names the person."""
    problem = ask(volunteers=(replace(VOLUNTEER, person="V0001"),))
    assert [person.id for person in problem.people] == ["V0001"]
    assert VOLUNTEER.reference != "V0001"


# --- No field of a frozen row is lost on its way into the question.

# A value of each field that the rows below do not have. A field of a new row is added here, or, if
# the question has no use for it, among those that are not read.
CHANGES: dict[type, dict[str, Any]] = {
    FrozenNeed: {
        "reference": "N2610-0099",
        "resident": "R00099",
        "committee": "C02",
        "category": "nurse_visit",
        "statuses": ("disabled", "low_income"),
        "quantity": 150_000,
        "windows": ("WD-AM",),
        "tier": 3,
        "waiting": 5,
        "least": 60_000,
        "lot": "other",
        "household_lot": "other",
        "status_days": {"low_income": (8, 9)},
        "lost": True,
        "days": (8, 9),
    },
    DueVisit: {
        "pairing": "P0099",
        "number": 2,
        "weeks": (3,),
        "resident": "R00099",
        "committee": "C01",
        "category": "nurse_visit",
        "statuses": ("disabled", "low_income"),
        "organisation": "O02",
        "volunteer": None,
        "tier": 3,
        "lot": "other",
        "household_lot": "other",
        "days": (8, 9),
        "status_days": {"low_income": (8, 9)},
        "missed": True,
    },
    FrozenOffer: {
        "name": "O01/elder_visit/2",
        "organisation": "O02",
        "category": "nurse_visit",
        "capacity": 3,
        "windows": ("WD-AM",),
        "committees": ("C01",),
        "statuses": ("low_income",),
        "lot": "other",
        "days": (8, 9),
    },
    FrozenVolunteer: {
        "reference": "V0099",
        "organisation": "O02",
        "categories": ("errands",),
        "qualifications": (),
        "committees": ("C01",),
        "windows": ("WD-PM",),
        "visits": 2,
        "lot": "other",
        "person": "V0004",
        "days": (8, 9),
        "qualification_days": {"medical": (8, 9)},
    },
}
NOT_READ: dict[type, dict[str, str]] = {
    FrozenNeed: {
        "form": "a wish and a need are decided alike",
        "household": "a home takes part in the draw under its lot",
    },
    DueVisit: {"household": "a home takes part in the draw under its lot"},
    FrozenOffer: {},
    FrozenVolunteer: {},
}
TABLES = {
    FrozenNeed: "needs",
    DueVisit: "due_visits",
    FrozenOffer: "offers",
    FrozenVolunteer: "volunteers",
}


def make_months() -> list[Snapshot]:
    """A month of a row or two of each table, in the first format and policy and in the second."""
    first = make_snapshot(
        needs=(replace(MONEY_NEED, statuses=("low_income",), windows=("WD-PM",), least=50_000),),
        due_visits=(replace(DUE, weeks=(2,)),),
        offers=(VISITS,),
        volunteers=(replace(VISITOR, qualifications=("medical",)), VOLUNTEER),
        **DATED,
    )
    home: dict[str, Any] = {"household_lot": "home"}
    second = replace(
        first,
        format=FORMAT,
        policy="community/2",
        categories=DRAWN.categories,
        needs=tuple(replace(row, lot="need", least=None, **home) for row in first.needs),
        due_visits=tuple(replace(row, lot="due", **home) for row in first.due_visits),
        offers=tuple(replace(row, lot="offer") for row in first.offers),
        volunteers=tuple(replace(row, lot=row.reference) for row in first.volunteers),
        key="ab" * 32,
    )
    return [first, second]


def change_first(month: Snapshot, row: type, field: str) -> Snapshot:
    """The month with another value in one field of the first row of a table."""
    first, *rest = getattr(month, TABLES[row])
    changed: dict[str, Any] = {TABLES[row]: (replace(first, **{field: CHANGES[row][field]}), *rest)}
    return replace(month, **changed)


def is_of_format(month: Snapshot, field: str) -> bool:
    """The first format has no lots, and the second no least of each need."""
    return field not in ("lot", "least") or (field == "lot") is (month.format == FORMAT)


@pytest.mark.parametrize("row", TABLES, ids=lambda row: row.__name__)
def test_each_field_of_a_frozen_row_is_read_or_has_a_reason_why_it_is_not(row):
    names = {field.name for field in fields(row)}
    assert CHANGES[row].keys() | NOT_READ[row].keys() == names
    assert CHANGES[row].keys() & NOT_READ[row].keys() == set()
    assert all(NOT_READ[row].values())


@pytest.mark.parametrize(
    ("row", "field"),
    [
        pytest.param(row, name, id=f"{row.__name__}.{name}")
        for row in CHANGES
        for name in CHANGES[row]
    ],
)
def test_a_field_that_is_read_changes_the_question(row, field):
    months = [month for month in make_months() if is_of_format(month, field)]
    questions = [make_problem(month, SEED).to_json() for month in months]
    assert questions != [
        make_problem(change_first(month, row, field), SEED).to_json() for month in months
    ]

"""What each pin and forbid costs: worked out with the run, said where people decide."""

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.solve.pins import find_prices, list_conflicting, list_prices
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.stages import describe_price
from optimizer.changes import GroupChange, PinPrice, StageChange, Trend
from optimizer.report import Conflict
from optimizer.rows import Pin
from optimizer.solution import SolutionStatus
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.matchmaker.rounds.test_hands import solve
from tests.matchmaker.rounds.test_no_solution import FORBID, PIN, lay
from tests.matchmaker.rounds.test_one_person import Month as TwoEntries

NAMES = Names(
    committees={"C01": "First committee", "C02": "Second committee"},
    categories={"rice": "Rice"},
    units={"rice": "item"},
)
PROVEN = SolutionStatus.PROVEN


def test_a_group_has_the_name_of_its_committee_or_organisation(english):
    names = Names(committees={"C01": "First committee"}, organisations={"O01": "Giver"})
    groups = {"C01": "First committee", "O01": "Giver", "O02": "O02", "": "without a committee"}
    assert {group: names.name_group(group) for group in groups} == groups


def price(stage: StageChange | None = None, status=PROVEN, gained=(), lost=()) -> PinPrice:
    stages = () if stage is None else (stage,)
    return PinPrice(Pin("N1"), status, stages=stages, gained=gained, lost=lost)


SUM = StageChange("points", Trend.BETTER, before=1, after=5)
UNITS = StageChange("fullness", Trend.BETTER, "category=rice", before=3, after=4)
LEVELS = StageChange(
    "neighbourhoods",
    Trend.BETTER,
    groups=(GroupChange("C01", 2, 1, 4), GroupChange("C02", 0, 1, 3)),
)
DRAW = StageChange("lottery", Trend.BETTER)
MANY = tuple(f"N{k}" for k in range(8))


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("of", "said"),
    [
        (price(), "It costs nothing: without it nothing would be better."),
        (price(SUM), "Without it “The most help” would be 5 points, not 1."),
        (
            price(UNITS),
            "Without it “As full as possible (category Rice)” would be 4 items, not 3 items.",
        ),
        (
            price(LEVELS),
            "Without it “No neighbourhood left behind” would be better: "
            "First committee 1 of 4, not 2; Second committee 1 of 3, not 0.",
        ),
        (price(DRAW), "Without it “The public lottery” would be better."),
        (
            price(SUM, gained=("N2+N3",), lost=("N1",)),
            "Without it “The most help” would be 5 points, not 1. "
            "Met without it: N2, N3. Met only with it: N1.",
        ),
        (
            price(SUM, gained=MANY),
            "Without it “The most help” would be 5 points, not 1. "
            "Met without it: N0, N1, N2, N3, N4 and 3 others.",
        ),
        *(
            (price(status=status), "What it costs could not be worked out in the time allowed.")
            for status in (SolutionStatus.FEASIBLE, SolutionStatus.FAILED)
        ),
    ],
)
def test_a_price_in_words(of, said):
    assert describe_price(of, NAMES, "community/1") == said


def test_a_run_keeps_the_price_of_each_pin_and_forbid(context, month):
    match_round = month.freeze()
    pinned, forbidden = lay(month, match_round, 5), lay(month, match_round, 1, FORBID)
    solve(month, match_round, is_plain=True)
    prices = find_prices(month.solve(match_round))
    assert set(prices) == {pinned.id, forbidden.id}
    assert prices[forbidden.id].is_forbid
    assert prices[forbidden.id].gained == (month.needs[1].reference,)
    assert len(prices[forbidden.id].stages) == 1


def test_a_run_without_pins_has_no_prices(context, month):
    assert month.solve().prices is None


def test_a_volunteer_of_two_organisations_is_found_by_either_entry(context, make):
    """The question knows one person; a row names one of the entries."""
    month = TwoEntries(make)
    month.join()
    first, second = month.volunteers
    match_round = month.lock()
    [need, *_] = db.session.query(m.Need).order_by(m.Need.id.desc())
    rows = [
        pins.add_override(
            match_round,
            kind=kind,
            need=need,
            offer_id=None,
            volunteer_id=second.id,
            reason="x",
            actor=month.worker,
            now=NOW,
        )
        for kind in (PIN, FORBID)
    ]
    pin = Pin(need.reference, None, first.reference)
    conflict = Conflict(SolutionStatus.INFEASIBLE, (pin,))
    assert list_conflicting(match_round, conflict) == [rows[0].id]
    given = [PinPrice(pin, PROVEN, is_forbid) for is_forbid in (False, True)]
    assert set(list_prices(match_round, given)) == {row.id for row in rows}


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_room_and_publication_say_what_each_costs(app, month, two, language):
    with app.app_context():
        match_round = month.freeze()
        lay(month, match_round, 1, FORBID)
        solve(month, match_round, is_plain=True)
        month.solve(match_round)
        db.session.commit()
    reference = month.needs[1].reference
    aim = "Without it “The first turn of every home, urgency 2 (whatever the wait)” would be"
    said = {
        "en": ["What it costs", aim, f"Met without it: {reference}."],
        "zh_Hans_CN": ["代价", f"没有它时可以得到帮助：{reference}。"],
    }[language]
    two.client.set_cookie("language", language)
    for page in (
        two.get("rounds.show", month=MONTH),
        two.get("rounds.publish", month=MONTH, number=2),
    ):
        assert [words for words in said if words not in page.text] == []


def test_of_a_forbid_that_came_later_nothing_is_known(app, month, two):
    with app.app_context():
        match_round = month.freeze()
        lay(month, match_round, 1, FORBID)
        month.solve(match_round)
        lay(month, match_round, 2, FORBID)
        db.session.commit()
    page = two.get("rounds.show", month=MONTH).text
    assert "not known yet: it was not in force in this run" in page

"""Counts per filter: each filter catches what it should, the nearest miss came furthest."""

import pytest

from optimizer.explain.offers import Offers
from optimizer.explanation import NearestMiss
from optimizer.problem import Forbid, Need, Pair, Person, Problem, Stock

NEED = Need("n", "r", "visit", area="A", statuses=("poor",), requires=("lift",), slots=("S1", "S2"))
STOCK = Stock("s", "g", "visit", capacity=1, staffed=True)
PERSON = Person("p", "g", 1, stocks=("s",), skills=("lift",), slots=("S1",))


def count(need=NEED, stock=STOCK, person=PERSON, **more):
    problem = Problem("x", "00", stocks=(stock,), people=(person,), needs=(need,), **more)
    return Offers(problem).count(need)


def staff(**changes):
    held = {"id": "p", "giver": "g", "most_visits": 1, "stocks": ("s",), "skills": ("lift",)}
    return Person(**{**held, "slots": ("S1",), **changes})


def offer(**changes):
    held = {"id": "s", "giver": "g", "category": "visit", "capacity": 1, "staffed": True}
    return Stock(**{**held, **changes})


def test_an_eligible_offer_has_no_nearest_miss():
    found = count()
    assert (found.eligible, found.nearest) == (1, None)
    assert dict(found.failed) == dict.fromkeys(dict(found.failed), 0)


@pytest.mark.parametrize(
    ("filter_", "given", "miss"),
    [
        ("category", {"stock": offer(category="rice")}, None),
        ("area", {"stock": offer(areas=("B",))}, NearestMiss("area", "s", None, ("B",))),
        ("area", {"person": staff(areas=("B",))}, NearestMiss("area", "s", "p", ("B",))),
        ("status", {"stock": offer(statuses=("ill",))}, NearestMiss("status", "s", None, ("ill",))),
        ("skill", {"person": staff(skills=("sing",))}, NearestMiss("skill", "s", "p", ("lift",))),
        ("slot", {"person": staff(slots=("S3",))}, NearestMiss("slot", "s", "p", ("S3",))),
        ("forbidden", {"forbids": (Forbid("n", person="p"),)}, NearestMiss("forbidden", "s", "p")),
        ("forbidden", {"pairs": (Pair("n", "s", most=0),)}, NearestMiss("forbidden", "s", "p")),
    ],
)
def test_an_offer_counts_at_the_filter_it_fails(filter_, given, miss):
    found = count(**given)
    assert found.eligible == 0
    assert {name for name, number in found.failed if number} == {filter_}
    assert found.nearest == miss


def test_the_nearest_miss_is_the_offer_that_came_furthest():
    problem = Problem(
        "x",
        "00",
        stocks=(offer(id="a", areas=("B",)), offer(id="b"), offer(id="c", statuses=("ill",))),
        people=(staff(stocks=("b",), slots=("S3",)),),
        needs=(NEED,),
    )
    found = Offers(problem).count(NEED)
    assert found.nearest == NearestMiss("slot", "b", "p", ("S3",))
    assert dict(found.failed)["area"] == dict(found.failed)["status"] == 1

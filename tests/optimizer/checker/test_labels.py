"""Under a policy that draws, each name of a question becomes ticket and name, wherever it is."""

import hashlib
import hmac

import pytest

from optimizer.checker.month.labels import Labels
from optimizer.checker.month.read import read_problem
from tests.optimizer.checker.hand_made import ask, pose, stock

SEED = "00ff"
LOTS = {"need": "n", "stock": "s", "person": "p", "home": "h"}
GROUPS = {"committee": "X"}
NAMED = {"giver": "lot of G", "pledge": "lot of P", "rice": "lot of rice", "X": "lot of X"}


def ticket(lot: str, name: str) -> str:
    return f"{hmac.new(SEED.encode(), lot.encode(), hashlib.sha256).hexdigest()} {name}"


@pytest.fixture
def question():
    named = {"need": "need", "stock": "stock"}
    by_person = {**named, "person": "person"}
    giving = {"giver": "giver", "pledge": "pledge", "parents": ["above"], "slots": ["slot"]}
    above = stock("above", 9, giver="giver", lot="a")
    person = {"id": "person", "giver": "giver", "most_visits": 1, "lot": "p"}
    return pose(
        [stock("stock", 3, lot="s", staffed=True, **giving), above],
        [ask("need", "home", lot="n", recipient_lot="h", slots=["slot"], groups=GROUPS)],
        people=[{**person, "stocks": ["stock"], "slots": ["slot"]}],
        pairs=[{**by_person, "score": 1}],
        pins=[by_person],
        forbids=[{**by_person, "stock": "above", "person": None}],
        history=[{"dimension": "committee", "group": "X", "possible": 1, "met": 0}],
        loads=[
            {"giver": "giver", "measure": measure, "carried": 0, "agreed": 1}
            for measure in ("rice", "visits")
        ],
        lots=NAMED,
    )


KNOWN = {
    **{name: ticket(lot, name) for name, lot in {**LOTS, **NAMED}.items()},
    "above": ticket("a", "above"),
    "slot": ticket("slot", "slot"),
}


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("stock", "stock"),
        ("stock", "above"),
        ("person", "person"),
        ("need", "need"),
        ("recipient", "home"),
        ("giver", "giver"),
        ("pledge", "pledge"),
        ("category", "rice"),
        ("group", "X"),
        ("slot", "slot"),
    ],
)
def test_a_label_is_the_ticket_of_the_lot_with_the_name(question, what, name):
    assert Labels(read_problem(question)).of(what, name) == KNOWN[name]


def list_names(value: object) -> list[str]:
    if isinstance(value, dict):
        return [name for one in value.values() for name in list_names(one)]
    if isinstance(value, list):
        return [name for one in value for name in list_names(one)]
    return [value] if isinstance(value, str) else []


def test_every_name_of_every_table_becomes_a_label(question):
    labelled = Labels(read_problem(question)).label_problem(read_problem(question))
    lots = {*LOTS.values(), "a"}
    tables = ("stocks", "people", "needs", "pairs", "pins", "forbids", "history", "loads")
    for table in tables:
        names = {name for row in labelled[table] for name in list_names(row)} - lots
        assert names - {"visits", "committee", ""} <= set(KNOWN.values()), table
        assert names & set(KNOWN.values()), table
    assert [row["stock"] for row in labelled["forbids"]] == [KNOWN["above"]]
    assert {row["measure"] for row in labelled["loads"]} == {KNOWN["rice"], "visits"}
    assert labelled["needs"][0]["groups"] == {"committee": KNOWN["X"]}

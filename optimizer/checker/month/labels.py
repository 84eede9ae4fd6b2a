"""Labels: under a policy that draws, every name becomes its ticket, a blank and the name itself.

The ticket is the HMAC-SHA256 of the name's lot (without one: of the name) with the seed of the
month as key. Numbering and sorting then use labels, so no id and no order of entry decides.
"""

import hashlib
import hmac
import re
from typing import Any

from .read import Fault, sort_rows
from .schema import Row

STAFFED = "visits"  # the measure of the loads of staffed stocks; every other one is a category
_TICKET = 64  # hexadecimal digits of the ticket in a label
_LABEL = re.compile(r"\b[0-9a-f]{64} ")
_NAMES = {
    "stocks": {
        "id": "stock",
        "giver": "giver",
        "category": "category",
        "parents": "stock",
        "slots": "slot",
        "pledge": "pledge",
    },
    "people": {"id": "person", "giver": "giver", "stocks": "stock", "slots": "slot"},
    "needs": {
        "id": "need",
        "recipient": "recipient",
        "category": "category",
        "slots": "slot",
        "groups": "group",
    },
    "pairs": {"need": "need", "stock": "stock", "person": "person"},
    "pins": {"need": "need", "stock": "stock", "person": "person"},
    "forbids": {"need": "need", "stock": "stock", "person": "person"},
    "history": {"group": "group"},
    "loads": {"giver": "giver", "measure": "measure"},
}


class Labels:
    """The labels of one problem."""

    def __init__(self, problem: Row) -> None:
        self._key = problem["seed"].encode("ascii")
        self._lots: dict[tuple[str, str], str] = {}
        for table, what in (("stocks", "stock"), ("people", "person"), ("needs", "need")):
            self._lots.update({(what, row["id"]): row["lot"] for row in problem[table]})
        for need in problem["needs"]:
            self._lots["recipient", need["recipient"]] = need["recipient_lot"]
        for what in ("giver", "pledge", "category", "group"):
            self._lots.update({(what, name): lot for name, lot in problem["lots"].items()})
        self._tickets: dict[str, str] = {}

    def of(self, what: str, name: str) -> str:
        """Return the label of a name.

        ``what``: ``stock``, ``person``, ``need``, ``recipient``, ``giver``, ``pledge``,
        ``category``, ``group`` or ``slot``. A name that the problem does not have gets a label too,
        different from all others.
        """
        return f"{self._draw(self._lots.get((what, name)) or name)} {name}"

    def _draw(self, lot: str) -> str:
        if lot not in self._tickets:
            self._tickets[lot] = hmac.new(self._key, lot.encode(), hashlib.sha256).hexdigest()
        return self._tickets[lot]

    def label_problem(self, problem: Row) -> Row:
        """Return a copy of a problem in which labels replace names, rows in order of labels."""
        labelled = dict(problem)
        for table, names in _NAMES.items():
            labelled[table] = [self.label_row(row, names) for row in problem[table]]
        days = problem["days"].items()
        labelled["days"] = {self.of("slot", slot): named for slot, named in days}
        sort_rows(labelled)
        return labelled

    def label_row(self, row: Row, names: dict[str, str]) -> Row:
        """Return a copy of a row in which labels replace names.

        ``names``: field -> what its names name, as ``what`` of ``of``.
        """
        return {**row, **{key: self._label(what, row[key]) for key, what in names.items()}}

    def _label(self, what: str, value: Any) -> Any:
        """Return the label of a name, or a set or map with labels for its names.

        Null, and an empty category or group, stay as they are.
        """
        if isinstance(value, list):
            return sorted(self.of(what, name) for name in value)
        if isinstance(value, dict):
            return {key: self._label(what, name) for key, name in value.items()}
        if value is None or (value == "" and what in ("category", "group")):
            return value
        if what == "measure":
            return value if value == STAFFED else self.of("category", value)
        return self.of(what, value)


LINE_NAMES = {"need": "need", "stock": "stock", "person": "person", "slot": "slot"}


def name_of(label: str) -> str:
    """Return the name within a label."""
    return label[_TICKET + 1 :]


def ticket_of(label: str) -> str:
    """Return the ticket within a label."""
    return label[:_TICKET]


def unlabel(fault: Fault) -> Fault:
    """Return a copy of a fault in which names replace labels."""
    facts = {
        key: _LABEL.sub("", value) if isinstance(value, str) else value
        for key, value in fault.facts.items()
    }
    return Fault(fault.code, facts)

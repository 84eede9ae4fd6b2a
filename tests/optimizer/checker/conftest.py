"""Every fault that a test of the checker meets is written in ``FAULTS.md``, facts included."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import optimizer.checker
from optimizer.checker.month.read import Fault

FAULTS = Path(optimizer.checker.__file__).with_name("FAULTS.md")
_IN_PROOF = {"stage", "key"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The facts of a fault, and those of them that may be null."""

    facts: frozenset[str]
    nullable: frozenset[str]


def read_shapes() -> dict[str, list[Shape]]:
    """The shapes of each code, as the tables write them."""
    found = defaultdict(list)
    for line in FAULTS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for code in re.findall(r"`(\w+)`", cells[0]) if line.startswith("| `") else ():
            for written in cells[1].split("/"):
                names = written.split()
                nullable = {name.rstrip("?") for name in names if name.endswith("?")}
                facts = frozenset(name.rstrip("?") for name in names)
                found[code].append(Shape(facts, frozenset(nullable)))
    return dict(found)


SHAPES = read_shapes()


def is_written(fault: Fault) -> bool:
    """Whether the tables have the code of the fault with its facts."""
    inner = fault.code.removeprefix("proof_")
    added = _IN_PROOF if inner != fault.code else set()
    empty = {name for name, value in fault.facts.items() if value is None}
    return any(
        fault.facts.keys() == shape.facts | added and empty <= shape.nullable
        for shape in SHAPES.get(inner, ())
    )


@pytest.fixture(autouse=True)
def _only_written_faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    unwritten = {}
    make = Fault.__init__

    def check(fault: Fault, *arguments, **named) -> None:
        make(fault, *arguments, **named)
        if not is_written(fault):
            unwritten[fault.code] = dict(fault.facts)

    monkeypatch.setattr(Fault, "__init__", check)
    yield
    assert unwritten == {}, "write the code and its facts in FAULTS.md"

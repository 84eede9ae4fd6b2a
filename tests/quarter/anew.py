"""The free places of a month asked anew, by code of its own: what the search should have found.

The frozen question is taken as plain JSON. Promises that are kept are laid into it as stocks of
their own, what fell takes away what its reason says, days that are past are gone. Nobody who waits
is left out for being out of reach. The question is solved by ``python -m optimizer``.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.quarter.known import COUPLE, GIVER, PERSON, UNITS, Known, Line, Row

HELD = "held:"


def make_question(known: Known, frozen_days: Mapping[str, list[int]]) -> Row:
    """The whole month again, with everything that is kept laid into it."""
    question = dict(known.question)
    days = {
        slot: [f"{day:02d}" for day in found if f"{day:02d}" in known.days_left]
        for slot, found in frozen_days.items()
    }
    days = {slot: found for slot, found in days.items() if found}
    over = set(frozen_days) - set(days)
    question["days"] = days
    part = _choose_needs(known)
    held = [
        (k, line, units)
        for k, (line, units) in enumerate(sorted(known.held.items(), key=str))
        if line[0] in part
    ]
    question["stocks"] = [
        *(_cut_stock(known, row, over) for row in question["stocks"]),
        *(_make_shelf(known, k, line, units) for k, line, units in held),
    ]
    question["people"] = [
        *(_cut_person(known, row, over) for row in question["people"]),
        *(
            {
                "id": f"{HELD}{k}",
                "giver": "",
                "most_visits": 1,
                "stocks": [f"{HELD}{k}"],
                "slots": [line[3]],
            }
            for k, line, _units in held
            if line[2]
        ),
    ]
    least = _find_least(known, part)
    lost = _list_lost(known)
    question["needs"] = [
        _make_need(known, row, least, lost) for row in question["needs"] if row["id"] in part
    ]
    asked = {row["id"] for row in question["needs"] if known.wanted[row["id"]]}
    question["pairs"] = list(_cut_pairs(known, asked))
    question["pins"] = []
    question["forbids"] = list(_list_forbids(known, asked))
    question["loads"] = list(_make_loads(known))
    return {name: value for name, value in question.items() if value or name == "seed"}


def _choose_needs(known: Known) -> set[str]:
    """Who waits, and who has something: of a drawn month only homes in which somebody waits."""
    held, asked = {line[0] for line in known.held}, set(known.wanted)
    if not known.is_drawn:
        return held | asked
    homes = {row["id"]: row["recipient"] for row in known.question["needs"]}
    waiting = {homes[name] for name in asked}
    return asked | {name for name in held if homes[name] in waiting}


def _cut_stock(known: Known, row: Row, over: set[str]) -> Row:
    weights = {
        (pair["need"], pair["stock"]): pair.get("consumption", 1)
        for pair in known.question.get("pairs", ())
        if not pair.get("person")
    }
    taken = sum(
        units * weights.get((line[0], line[1]), 1)
        for line, units in known.held.items()
        if line[1] == row["id"]
    )
    gone = sum(
        units
        for line, units, said, _ in known.fallen
        if line[1] == row["id"] and (said == UNITS or (said == PERSON and not line[2]))
    )
    slots = [slot for slot in row.get("slots", ()) if slot not in over]
    capacity = max(0, row["capacity"] - gone - taken)
    left = known.days_left
    days = [day for day in row.get("days", ()) if day in left]
    if row.get("statuses") and not row.get("staffed"):
        days = days or sorted(left)
    is_gone = (
        row["id"] in known.shut
        or not left
        or (row.get("slots") and not slots)
        or (row.get("days") and not days)
    )
    return {**row, "capacity": 0 if is_gone else capacity, "slots": slots, "days": days}


def _make_shelf(known: Known, k: int, line: Line, units: int) -> Row:
    stock = next(row for row in known.question["stocks"] if row["id"] == line[1])
    shelf = {
        "id": f"{HELD}{k}", "giver": f"{HELD}{stock['giver']}", "category": stock["category"],
        "capacity": units, "least": units, "statuses": [f"{HELD}{line[0]}"],
        "staffed": bool(line[2]), "slots": [line[3]] if line[3] else [],
    }  # fmt: skip
    if not known.is_drawn and stock.get("pledge"):
        shelf["pledge"] = stock["pledge"]
    return shelf


def _cut_person(known: Known, row: Row, over: set[str]) -> Row:
    busy = [line[3] for line in known.held if line[2] == row["id"]]
    lost = [line[3] for line, _, said, _ in known.fallen if line[2] == row["id"] and said == UNITS]
    is_ill = any(line[2] == row["id"] and said == PERSON for line, _, said, _ in known.fallen)
    left, away = known.days_left, known.away.get(row["id"], set())
    days = [day for day in row.get("days") or sorted(left) if day in left and day not in away]
    gone = is_ill or not days
    skills = {
        name: [day for day in found if day in left]
        for name, found in row.get("skill_days", {}).items()
    }
    return {
        **row,
        "slots": []
        if gone
        else [slot for slot in row.get("slots", ()) if slot not in {*busy, *lost, *over}],
        "most_visits": 0 if gone else max(0, row["most_visits"] - len(busy) - len(lost)),
        "days": [] if gone or not (away or row.get("days")) else days,
        "skills": [name for name in row.get("skills", ()) if skills.get(name, True)],
        "skill_days": {name: found for name, found in skills.items() if found},
    }


def _count_units(known: Known, row: Row) -> int:
    """What a need has and waits for; of a visit its own number."""
    lines = {line: units for line, units in known.held.items() if line[0] == row["id"]}
    if any(line[2] for line in lines):
        return row.get("quantity", 1)
    return sum(lines.values()) + known.wanted[row["id"]]


def _find_least(known: Known, part: set[str]) -> dict[str, int]:
    """Of a drawn month, the one least of each kind that can be given in part."""
    least: dict[str, int] = {}
    if known.is_drawn:
        kinds = {row["category"] for row in known.question["needs"] if row.get("least")}
        for row in known.question["needs"]:
            if row["id"] in part and row["category"] in kinds:
                own = min(row.get("least") or row.get("quantity", 1), _count_units(known, row))
                least[row["category"]] = min(least.get(row["category"], own), own)
    return least


def _list_lost(known: Known) -> set[str]:
    lost = {line[0] for line, _, _, is_nobodys in known.fallen if is_nobodys}
    own = {line[0] for line, _, _, is_nobodys in known.fallen if not is_nobodys}
    return lost - own - {line[0] for line in known.held}


def _make_need(known: Known, row: Row, least: Mapping[str, int], lost: set[str]) -> Row:
    units = _count_units(known, row)
    made = {**row, "quantity": units}
    if row["category"] in least:
        made["least"] = least[row["category"]]
    elif row.get("least"):
        made["least"] = min(row["least"], units)
    if known.is_drawn:
        made["waiting"] = 2 * row.get("waiting", 0) + (row["id"] in lost)
    lines = [line for line in known.held if line[0] == row["id"]]
    mark = f"{HELD}{row['id']}"
    if not lines:
        return made
    if known.wanted[row["id"]]:
        return {**made, "statuses": [*row.get("statuses", ()), mark]}
    slots = [line[3] for line in lines if line[3]]
    people = len(slots) or row.get("people", 1)
    kept = {name: made[name] for name in made if name not in ("status_days", "days", "requires")}
    return {**kept, "statuses": [mark], "slots": slots, "people": people, "listed": False}


def _cut_pairs(known: Known, asked: set[str]) -> Iterator[Row]:
    for pair in known.question.get("pairs", ()):
        if pair["need"] in asked:
            yield pair


def _list_forbids(known: Known, asked: set[str]) -> Iterator[Row]:
    found = dict.fromkeys(rule for fall in known.fallen for rule in _forbid_after(known, *fall))
    for rule in known.question.get("forbids", ()):
        found[rule["need"], rule.get("stock"), rule.get("person")] = None
    for need, stock, person in found:
        if need in asked:
            row = {"need": need, "stock": stock, "person": person}
            yield {name: value for name, value in row.items() if value}


def _forbid_after(
    known: Known, line: Line, _units: int, said: str, _is_nobodys: bool
) -> Iterator[tuple[str, str | None, str | None]]:
    """Who does not serve a need any more after one promise fell."""
    if said == GIVER:
        stocks = known.question["stocks"]
        lost = next(row for row in stocks if row["id"] == line[1])
        for row in stocks:
            if (row["giver"], row["category"]) == (lost["giver"], lost["category"]):
                yield line[0], row["id"], None
    elif said in (UNITS, PERSON, COUPLE):
        yield line[0], None if line[2] else line[1], line[2]


def _make_loads(known: Known) -> Iterator[Row]:
    """Of a drawn month what each giver carries: before, and by what is kept."""
    loads = {(row["giver"], row["measure"]): row for row in known.question.get("loads", ())}
    if not known.is_drawn:
        yield from loads.values()
        return
    carried, pledged = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    stocks = {row["id"]: row for row in known.question["stocks"]}
    measures = {
        name: (row["giver"], "visits" if row.get("staffed") else row["category"])
        for name, row in stocks.items()
    }
    for name, row in stocks.items():
        if row.get("pledge"):
            pledged[measures[name]] += row["capacity"]
    for line, units in known.held.items():
        if stocks[line[1]].get("pledge"):
            carried[measures[line[1]]] += units
    for key in sorted(loads.keys() | pledged.keys()):
        row = loads.get(
            key, {"giver": key[0], "measure": key[1], "carried": 0, "agreed": max(pledged[key], 1)}
        )
        yield {**row, "carried": row["carried"] + carried[key]}


# The answer.


@dataclass(frozen=True, slots=True)
class Answer:
    """Units by ask that is served anew; ``is_proved``: every aim is."""

    status: str
    units: Mapping[str, int]
    score: int


def solve_anew(question: Row, seconds: int = 300) -> Answer:
    """Solve a question by the optimizer's own door."""
    with tempfile.TemporaryDirectory(prefix="anew-") as name:
        asked, answered = Path(name) / "question.json", Path(name) / "answer.json"
        asked.write_text(json.dumps(question))
        command = [sys.executable, "-m", "optimizer", "solve", str(asked), "--out", str(answered)]
        result = subprocess.run(
            [*command, "--time-limit", str(seconds)], capture_output=True, text=True, check=False
        )
        if not answered.exists():
            return Answer(f"no answer: {result.stderr.strip()[-300:]}", {}, 0)
        found = json.loads(answered.read_text())
    return Answer(found["status"], count_units(found.get("assignments", ())), 0)


def count_units(lines: Iterable[Row]) -> Counter[str]:
    """Units by ask of the lines that no promise held before."""
    units: Counter[str] = Counter()
    for line in lines:
        if not line["stock"].startswith((HELD, "=")):
            units[line["need"]] += line.get("units", 1)
    return units

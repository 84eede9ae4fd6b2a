"""The two lists that are checked in, both matched by content: what is equal, and what was killed.

``equal.toml`` holds a ``[[mutant]]`` for each survivor that means the same as the code: function,
kind, before, after (as the report prints them) and the reason why no test can tell them apart.
``killed.json`` holds mutants that a test killed, with that test; twenty run as a slow test.
"""

import json
import random
import tomllib
from collections import Counter
from pathlib import Path

from tests.mutants.mutants import Mutant
from tests.mutants.records import Verdicts
from tests.mutants.units import ROOT

EQUAL = Path(__file__).with_name("equal.toml")
KILLED = Path(__file__).with_name("killed.json")
_KEPT = 60  # three times what is run: code that is edited takes some away


def read_equal() -> dict[tuple[str, str, str], str]:
    """Reasons by content."""
    entries = tomllib.loads(EQUAL.read_text()).get("mutant", [])
    return {(e["function"], e["before"], e["after"]): e["reason"] for e in entries}


def choose_killed(
    sample: list[Mutant], mutants: list[Mutant], verdicts: Verdicts
) -> list[tuple[Mutant, str]]:
    """``_KEPT`` mutants with their killers: those kept that are still in the source, then killed
    ones of the sample, at most three of a function."""
    chosen = _find_kept(mutants)
    known = {mutant.content for mutant, _ in chosen}
    per_function = Counter(mutant.unit.name for mutant, _ in chosen)
    for mutant in sample:
        by = verdicts.held.get(mutant.id, {}).get("by", "")
        if by and mutant.content not in known and per_function[mutant.unit.name] < 3:
            per_function[mutant.unit.name] += 1
            chosen.append((mutant, by))
    return chosen[:_KEPT]


def write_killed(killed: list[tuple[Mutant, str]]) -> None:
    entries = []
    for mutant, by in killed:
        function, before, after = mutant.content
        entry = {"function": function, "kind": mutant.kind, "before": before, "after": after}
        entries.append({**entry, "killed_by": by})
    KILLED.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n")


def list_twenty(mutants: list[Mutant], seed: int = 8) -> list[tuple[Mutant, str]]:
    """Twenty of the kept, by seed, each with its killer."""
    kept = _find_kept(mutants)
    random.Random(seed).shuffle(kept)
    return kept[:20]


def _find_kept(mutants: list[Mutant]) -> list[tuple[Mutant, str]]:
    """The kept that are still in the source, and whose killer is among the tests."""
    entries = json.loads(KILLED.read_text())
    places = {(entry["function"], entry["kind"]) for entry in entries}
    today = {m.content: m for m in mutants if (m.unit.name, m.kind) in places and m.is_valid}
    contents = [(entry["function"], entry["before"], entry["after"]) for entry in entries]
    found = zip(entries, map(today.get, contents), strict=True)
    return [(m, e["killed_by"]) for e, m in found if m and _has_test(e["killed_by"])]


def _has_test(test: str) -> bool:
    file, name = test.split("::", 1)
    path = ROOT / file
    return path.exists() and f"def {name.split('[')[0].split('::')[-1]}(" in path.read_text()

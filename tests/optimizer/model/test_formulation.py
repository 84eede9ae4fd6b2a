"""The model of a tiny month reads like FORMULATION.md, and every number there has its line."""

import re
from pathlib import Path

from optimizer.model.build import build
from optimizer.policy import Stage, StageKind
from optimizer.problem import Pair, Pin
from tests.optimizer.builders import COUNT, LOTTERY, goods, month, person, team, visit, want

GOLDEN = Path(__file__).parent / "golden" / "tiny_month.lp"
OPTIMIZER = Path(__file__).parents[3] / "optimizer"
# What files say of the first numbers only; every other "C1 to ..." or "S1 to ..." means all.
FIRST_NUMBERS = {
    "C1 to C4": "how one need is met",
    "C1 to C11": "the rules of assignments",
    "S1 to S9": "the stages of the first policy",
}


def tiny_month():
    return month(
        goods("fund", 5, category=""),
        goods("rice", 4, parents=("fund",), least_if_used=2),
        goods("oil", 3, least=1),
        team(),
        person("p", "am", "pm", most=1),
        person("q", "am", "pm", most=1),
        person("s", "pm"),
        want("a", quantity=3, least=2, recipient="r"),
        want("b", recipient="r"),
        visit("c", "am", "pm", recipient="r", people=2),
        visit("d", "am", "pm", recipient="r"),
        visit("e", "pm"),
        *(person(name, "eve", "am", skills=("car", "ladder")) for name in ("u", "w")),
        person("v", "eve", skills=("car", "ladder")),
        person("x", "eve", skills=("car",)),
        person("z", "eve", skills=("ladder",)),
        visit("f", "eve", requires=("car", "ladder")),
        visit("g", "eve", requires=("car",)),
        visit("h", "eve", requires=("ladder",)),
        pairs=(Pair("b", "oil", most=1, score=2), Pair("d", "team", "s", score=1)),
        pins=(Pin("b", "oil"),),
        stages=(COUNT, Stage("turns", StageKind.FIRST_TURNS, tier=1), LOTTERY),
    )


def test_a_tiny_month_reads_like_the_maths(tmp_path):
    build(tiny_month()).pulp.writeLP(tmp_path / "tiny_month.lp")
    assert (tmp_path / "tiny_month.lp").read_text() == GOLDEN.read_text()


def test_every_constraint_is_in_the_tiny_month():
    names = {row.name.split("_")[0] for row in build(tiny_month()).rows.order}
    assert names == {f"c{k}" for k in range(1, 16)}


def test_every_number_of_the_formulation_has_its_line():
    text = (OPTIMIZER / "FORMULATION.md").read_text()
    files = [OPTIMIZER / "model/constraints.py", *(OPTIMIZER / "stages").glob("*.py")]
    lines = "".join(path.read_text() for path in files)
    listed = set(re.findall(r"^\| ([CS]\d+) \|", text, re.MULTILINE))
    built = set(re.findall(r"[(\s]([CS]\d+)[),]", lines))
    assert listed == built


def test_all_numbers_are_named_up_to_the_last():
    text = (OPTIMIZER / "FORMULATION.md").read_text()
    listed = re.findall(r"^\| ([CS])(\d+) \|", text, re.MULTILINE)
    last = {f"{x}1 to {x}{max(int(n) for y, n in listed if y == x)}" for x in "CS"}
    files = [path for end in ("*.py", "*.md") for path in OPTIMIZER.rglob(end)]
    stale = {
        f"optimizer/{path.relative_to(OPTIMIZER)}: {said}"
        for path in files
        for said in re.findall(r"\b(?:C1 to C|S1 to S)\d+", re.sub(r"\s+", " ", path.read_text()))
        if said not in last | FIRST_NUMBERS.keys()
    }
    assert stale == set(), f"these mean all numbers, so write {' and '.join(sorted(last))}"


def test_every_number_has_its_pair_of_tests():
    """A class of at least two tests names the number behind its name."""
    text = (OPTIMIZER / "FORMULATION.md").read_text()
    listed = set(re.findall(r"^\| ([CS]\d+) \|", text, re.MULTILINE))
    paired = set()
    for path in Path(__file__).parents[1].rglob("test_*.py"):
        for block in path.read_text().split("\nclass ")[1:]:
            head = block.splitlines()[0]
            if block.count("    def test_") >= 2:
                paired |= set(re.findall(r"[CS]\d+", head.partition("#")[2]))
    assert listed - paired == set()

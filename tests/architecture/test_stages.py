"""A kind of stage is known to its own module alone; everybody else asks the object of the kind."""

import ast

import pytest

from optimizer.checker.stages import KINDS as CHECKED
from optimizer.policy import _AFTER, _OF_A_TIER, _WITH_A_DRAW, _WITHOUT_A_DRAW, StageKind
from optimizer.stages.registry import KINDS
from tests.architecture.source import HOUSES, Source, list_sources

ROOMS = ("optimizer/stages/", "optimizer/checker/stages/", "optimizer/policy.py")
ADVICE = (
    "ask kind_of(stage) of optimizer/stages/registry.py (in the checker: of checker/stages) "
    "instead; what it does not answer yet becomes a method of Kind"
)


def find_switches(sources: list[Source]) -> list[str]:
    """Where a member of ``StageKind``, or its word, is compared, matched or looked up by.

    A policy may be written anywhere: a member as an argument is no switch.
    """
    return [
        f"{source.name}:{getattr(node, 'lineno', 0)}"
        for source in sources
        if not source.name.startswith(ROOMS)
        for node in ast.walk(source.tree)
        if _is_switch(node)
    ]


def _is_switch(node: ast.AST) -> bool:
    """A comparison or a match with a kind, or a table or group of kinds."""
    if isinstance(node, ast.Compare | ast.Match):
        found = [node] if isinstance(node, ast.Compare) else [case.pattern for case in node.cases]
        parts = (part for each in found for part in ast.walk(each))
        return any(_is_member(part) or _is_word(part) for part in parts)
    if isinstance(node, ast.Dict):
        return any(_is_member(key) for key in node.keys)
    if isinstance(node, ast.Set | ast.Tuple | ast.List):
        return any(_is_member(entry) for entry in node.elts)
    return False


def _is_member(node: ast.AST | None) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and ast.unparse(node.value).rpartition(".")[2] == "StageKind"
    )


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in set(StageKind)


def test_nobody_switches_on_the_kind_of_a_stage():
    assert find_switches(list_sources(*HOUSES)) == [], ADVICE


PLANTED = [
    "a = stage.kind is StageKind.LEXIMIN",
    "a = stage.kind not in (StageKind.LEXIMIN, StageKind.LOTTERY)",
    "a = result.kind == 'leximax'",
    "a = stage['kind'] in ('max_count', 'max_units')",
    "SEPARABLE = frozenset({StageKind.MAX_COUNT})",
    "TABLE = {StageKind.MAX_COUNT: 1}",
    "match stage.kind:\n    case StageKind.LOTTERY:\n        a = 1",
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_switch_is_found(text, tmp_path):
    (tmp_path / "a.py").write_text(text)
    assert find_switches([Source(tmp_path / "a.py", tmp_path)])


def test_writing_a_policy_is_no_switch(tmp_path):
    (tmp_path / "a.py").write_text("A = Stage('a', StageKind.LOTTERY)\nB = [Stage('b', A.kind)]")
    assert find_switches([Source(tmp_path / "a.py", tmp_path)]) == []


def test_solver_and_checker_know_every_kind():
    assert set(KINDS) == set(StageKind)
    assert set(CHECKED) == set(StageKind)


def test_solver_and_checker_have_the_same_rules_of_place():
    advice = "change optimizer/policy.py and the module in optimizer/checker/stages/ together"
    assert {name for name, kind in CHECKED.items() if kind.needs_tier} == _OF_A_TIER, advice
    assert {name: kind.follows for name, kind in CHECKED.items() if kind.follows} == _AFTER, advice
    labelled = {name: kind.is_labelled for name, kind in CHECKED.items()}
    assert {name for name, is_so in labelled.items() if is_so is True} == _WITH_A_DRAW, advice
    assert {name for name, is_so in labelled.items() if is_so is False} == _WITHOUT_A_DRAW, advice

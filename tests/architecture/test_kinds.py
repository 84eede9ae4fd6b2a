"""A kind of offer and a unit are decided on in ``kinds``: nothing else asks which one it is."""

import ast
import re

import pytest
from jinja2 import nodes

from matchmaker.kinds import KIND_RULES, Unit, check_unit
from matchmaker.models import OfferKind
from matchmaker.words.quantities import CAPACITY_WORDS, UNIT_WORDS, get_quantity_question
from tests.architecture.source import ROOT, Source, list_sources, list_templates
from tests.architecture.test_templates import parse

# Where members may be named, each with what it holds of them.
TABLES = {
    "matchmaker/kinds.py": "the rules of each",
    "matchmaker/models/category.py": "the codes",
    "matchmaker/words/labels.py": "the name of each kind",
    "matchmaker/words/quantities.py": "the words of each unit",
}
CODES = {*OfferKind, *Unit}
ADVICE = "ask matchmaker/kinds.py instead, or give KindRules or UnitRules one more column"
# Documents that list the codes of all kinds in a sentence.
LISTING = ("docs/contributing/recipes.md", "docs/glossary.md", "seeds/README.md")
COUNTED = [(kind, unit) for kind, rules in KIND_RULES.items() for unit in rules.units]


def find_deciders(sources: list[Source]) -> list[str]:
    """Lines that name a member of ``OfferKind`` or ``Unit``, or compare with the code of one."""
    return [
        f"{s.name}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"
        for s in sources
        if s.name not in TABLES
        for node in ast.walk(s.tree)
        if _names_member(node) or _compares_with_code(node)
    ]


def find_deciding_templates(templates: list[Source]) -> list[str]:
    """Templates that compare with the code of a kind or a unit."""
    return [
        f"{t.name}:{node.lineno}"
        for t in templates
        for node in parse(t).find_all(nodes.Compare)
        if any(const.value in CODES for const in node.find_all(nodes.Const))
    ]


def _names_member(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("OfferKind", "Unit")
        and node.attr.isupper()
    )


def _compares_with_code(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.MatchValue):
        sides = [node.value]
    else:
        return False
    constants = (c for side in sides for c in ast.walk(side) if isinstance(c, ast.Constant))
    return any(c.value in CODES for c in constants if isinstance(c.value, str))


def test_no_code_asks_which_kind_or_unit_it_is():
    assert find_deciders(list_sources("matchmaker")) == [], ADVICE


def test_no_template_asks_which_kind_or_unit_it_is():
    assert find_deciding_templates(list_templates()) == [], ADVICE


@pytest.mark.parametrize(
    "line",
    [
        "a = category.kind is OfferKind.FUNDS",
        "a = category.kind == 'people'",
        "a = unit in ('night', 'day')",
        "a = {OfferKind.GOODS: 1}",
        "match unit:\n    case 'fen': ...",
    ],
)
def test_the_rule_finds_a_planted_line(line, tmp_path):
    (tmp_path / "a.py").write_text(line)
    assert len(find_deciders([Source(tmp_path / "a.py", tmp_path)])) == 1


def test_the_rule_finds_a_planted_template(tmp_path):
    (tmp_path / "a.html").write_text(
        "{% if offer.category.kind.value in ('goods', 'x') %}{% endif %}"
    )
    assert find_deciding_templates([Source(tmp_path / "a.html", tmp_path)]) == ["a.html:1"]


def test_every_kind_has_rules_and_every_unit_belongs_to_a_kind():
    assert set(KIND_RULES) == set(OfferKind)
    assert {unit for _, unit in COUNTED} == set(Unit)


def test_every_unit_has_its_words():
    advice = (
        "matchmaker/words/quantities.py: UNIT_WORDS has each unit, CAPACITY_WORDS each of a kind"
    )
    assert set(UNIT_WORDS) == set(Unit), advice
    assert set(CAPACITY_WORDS) == set(COUNTED), advice
    for kind, unit in COUNTED:
        if KIND_RULES[kind].units[unit].limits:
            assert get_quantity_question(unit)


def test_a_unit_of_another_kind_is_refused_by_name():
    with pytest.raises(ValueError, match="goods is counted in item, not in night"):
        check_unit(OfferKind.GOODS, "night")


@pytest.mark.parametrize("name", LISTING)
def test_a_document_that_lists_the_kinds_lists_all(name):
    *kinds, last = OfferKind
    listed = f"{', '.join(kinds)} or {last}"
    is_listed = listed in (ROOT / name).read_text()
    assert is_listed, f"{name} lists the kinds: write “{listed}”"


def test_the_recipe_names_every_file_that_a_new_kind_touches():
    recipe = (ROOT / "docs/contributing/recipes.md").read_text().partition("\n## Add a kind")[2]
    steps = re.findall(r"^\d\. `([^`]+)`", recipe.partition("\n## ")[0], re.MULTILINE)
    assert sorted(steps) == sorted(TABLES)

"""One file says what templates may use; features register nothing for the whole site."""

import ast
import re

import pytest
from jinja2 import nodes

from matchmaker.template_filters import FILTERS, GLOBALS, TESTS
from tests.architecture.source import Source, list_sources, list_templates
from tests.architecture.test_templates import parse

HOME = "matchmaker/template_filters.py"
_REGISTERS = re.compile(r"(add_)?(app_)?template_(filter|test|global)")
_TABLES = {"filters", "tests", "globals"}


def find_registrations(sources: list[Source]) -> list[str]:
    """Lines that put a filter, test or global into Jinja, whichever way Flask offers."""
    return [
        f"{s.name}:{node.lineno}"
        for s in sources
        if s.name != HOME
        for node in ast.walk(s.tree)
        if isinstance(node, ast.Attribute)
        and (_REGISTERS.fullmatch(node.attr) or _is_table_of_jinja(node))
    ]


def _is_table_of_jinja(node: ast.Attribute) -> bool:
    owner = node.value
    return node.attr in _TABLES and isinstance(owner, ast.Attribute) and owner.attr == "jinja_env"


def test_features_register_nothing_for_all_templates():
    found = find_registrations(list_sources("matchmaker"))
    assert found == [], f"name the function in {HOME} instead"


@pytest.mark.parametrize(
    "line",
    [
        "bp.add_app_template_filter(f, 'day')",
        "@bp.app_template_test('timed')\ndef f(): ...",
        "@app.template_global()\ndef f(): ...",
        "app.jinja_env.filters['day'] = f",
    ],
)
def test_the_rule_finds_a_planted_line(line, tmp_path):
    (tmp_path / "a.py").write_text(line)
    assert len(find_registrations([Source(tmp_path / "a.py", tmp_path)])) == 1


def test_every_name_is_given_once():
    tree = ast.parse((list_sources("matchmaker")[0].root / HOME).read_text())
    keys = [
        key.value
        for table in ast.walk(tree)
        if isinstance(table, ast.Dict)
        for key in table.keys
        if isinstance(key, ast.Constant)
    ]
    assert sorted(keys) == sorted({*FILTERS, *TESTS, *GLOBALS})


def test_every_name_is_used_by_a_template():
    trees = [parse(template) for template in list_templates()]
    used = {n.name for tree in trees for n in tree.find_all((nodes.Filter, nodes.Test))}
    used |= {n.name for tree in trees for n in tree.find_all(nodes.Name)}
    assert {*FILTERS, *TESTS, *GLOBALS} - used == set()

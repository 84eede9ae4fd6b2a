"""Nothing is kept that nobody names: a function, a class or a table that only tests could reach."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.source import HOUSES, ROOT, Source, list_sources, list_templates

_WORD = re.compile(r"\w+")


def find_dead(sources: list[Source], *others: str) -> list[str]:
    """Names of modules that occur once in all ``sources`` and ``others``: where they are bound.

    What has a decorator is left out: the decorator hands it on, as routes and commands do.
    """
    words = Counter(word for text in (*(s.text for s in sources), *others) for word in _find(text))
    return [f"{s.name}: {name}" for s in sources for name in _list_bound(s) if words[name] == 1]


def _find(text: str) -> list[str]:
    return _WORD.findall(text)


def _list_bound(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_every_name_of_a_module_is_named_elsewhere_in_the_product():
    templates = [template.text for template in list_templates()]
    settings = (ROOT / "pyproject.toml").read_text()
    assert find_dead(list_sources(*HOUSES), *templates, settings) == []


@pytest.mark.parametrize("line", ["def spare(): ...", "class spare: ...", "spare = 1"])
def test_the_rule_finds_a_planted_name(line, tmp_path):
    (tmp_path / "a.py").write_text(line)
    assert find_dead([Source(tmp_path / "a.py", tmp_path)]) == ["a.py: spare"]


def test_a_name_that_a_template_has_is_alive(tmp_path):
    (tmp_path / "a.py").write_text("def spare(): ...")
    assert find_dead([Source(tmp_path / "a.py", tmp_path)], "{{ spare() }}") == []

"""Templates: translated, without inline script or style, one macro a file."""

import re

import pytest
from jinja2 import Environment, nodes

from tests.architecture.source import Source, list_templates

TEMPLATES = list_templates()
_CLASS_BLOCK = re.compile(r"{%-?\s*block \w*class\s*-?%}.*?{%-?\s*endblock.*?%}", re.DOTALL)
_NAMES = re.compile(
    "Leshan|English|简体中文|中文|乐善"
)  # the site's name, languages in their own words
_TAG_OR_EXPRESSION = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>|&[a-z#0-9]+;", re.DOTALL)


def parse(template: Source) -> nodes.Template:
    """The template as Jinja reads it, whatever filters it names."""
    return Environment(extensions=["jinja2.ext.do"], autoescape=True).parse(template.text)


_MUTATORS = {
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse",
    "setdefault", "sort", "update",
}  # fmt: skip


def find_mutations(template: nodes.Template) -> list[int]:
    """Lines that change a value instead of showing one: ``rows.append(…)``, ``do``, namespaces."""
    calls = (call.node for call in template.find_all(nodes.Call))
    changed = [c for c in calls if isinstance(c, nodes.Getattr) and c.attr in _MUTATORS]
    return [found.lineno for found in (*changed, *template.find_all((nodes.ExprStmt, nodes.NSRef)))]


def test_no_template_changes_a_value():
    broken = {t.name: lines for t in TEMPLATES if (lines := find_mutations(parse(t)))}
    assert broken == {}, "give rows to `data_table` and say in a call block which cells each has"


@pytest.mark.parametrize(
    "line",
    [
        "{% set added = rows.append([1]) %}",
        "{% do names.update({1: 2}) %}",
        "{{ seen.add(x) }}",
        "{% set ns.count = 1 %}",
    ],
)
def test_the_rule_finds_a_planted_change(line):
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)
    assert find_mutations(environment.parse(line)) != []


def test_nothing_is_inline():
    pattern = re.compile(
        r"""<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*["']""", re.I
    )
    broken = {t.name: m[0] for t in TEMPLATES if (m := pattern.search(t.text))}
    assert broken == {}, "the content security policy forbids inline script and style"


def test_components_hold_one_macro_each():
    broken = {
        t.name: count
        for t in TEMPLATES
        if "components" in t.path.parts
        and (count := len(re.findall(r"{%-?\s*macro\s+[a-z]", t.text))) != 1
    }
    assert broken == {}


def test_every_word_goes_through_translation():
    """What is left when tags and expressions are taken away holds no letters."""
    broken = {}
    for template in TEMPLATES:
        text = _CLASS_BLOCK.sub(" ", template.text)
        rest = _NAMES.sub(" ", _TAG_OR_EXPRESSION.sub(" ", text))
        if words := re.findall(r"[A-Za-z\u4e00-\u9fff]{3,}[^\n]*", rest):
            broken[template.name] = words[:3]
    assert broken == {}


def test_every_form_that_posts_carries_the_token():
    broken = [
        template.name
        for template in TEMPLATES
        for form in re.findall(r"<form[^>]*method=.post.*?</form>", template.text, re.S | re.I)
        if "csrf_token" not in form and "form_token" not in form and "hidden_tag" not in form
    ]
    assert broken == []


# Forms that keep no draft of what is typed, each with the reason.
WITHOUT_DRAFT = {
    "components/filter_bar.html": "changes nothing: its answers are in the address, or a phone",
    "components/account_links.html": "a button",
    "components/confirm_form.html": "a button",
    "components/preferences_switch.html": "buttons",
    "components/form_start.html": "what it writes when it is told to keep none",
    "accounts/sign_in.html": "a shared browser must not name who signs in here",
    "accounts/password.html": "passwords are never kept",
}


def test_every_form_keeps_what_is_typed_but_for_those_with_a_reason():
    opted_out = {t.name for t in TEMPLATES if re.search("data-no-draft|keeps_draft=False", t.text)}
    prefix = "matchmaker/templates/"
    assert {name.removeprefix(prefix) for name in opted_out} == set(WITHOUT_DRAFT)


def test_a_form_is_opened_in_one_place():
    """Every other form is a button or a filter: what a person fills in has the same beginning."""
    opened = {t.name.rpartition("templates/")[2] for t in TEMPLATES if "<form" in t.text}
    assert opened <= set(WITHOUT_DRAFT)

"""Templates: translated, without inline script or style, one macro a file."""

import re

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

"""What every site of the tests compiles alike, compiled once in a process: addresses and templates.

Each test has a site of its own, and a fresh one spends most of its time on this.
"""

from collections.abc import Callable
from functools import cache

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Trace = tuple[tuple[bool, str], ...]


class CompiledOnce(Rule):
    """A rule whose functions that build addresses are shared by rules of the same address."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:  # their values are a part of the function
            return super()._compile_builder(append_unknown)
        return _compile(self.rule, tuple(self._trace), append_unknown)


@cache
def _compile(address: str, trace: Trace, append_unknown: bool) -> Callable[..., tuple[str, str]]:
    rule = Rule(address)
    rule._trace, rule._converters = list(trace), {}
    return rule._compile_builder(append_unknown)


class TemplatesInMemory(BytecodeCache):
    """The code of templates by name; Jinja compares the source before it takes it."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = TemplatesInMemory()


Flask.url_rule_class = CompiledOnce  # of every site made from now on


def share_templates(app: Flask) -> None:
    """Let the site share the code of its templates with the others."""
    app.jinja_env.bytecode_cache = _TEMPLATES

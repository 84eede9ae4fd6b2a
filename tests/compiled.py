"""What every site of the tests compiles alike, compiled once in a process.

Addresses, templates and SQL statements: each test has a site of its own, and a fresh one spends
most of its time on these.
"""

from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from werkzeug.routing import Rule

ADDRESS_PARTS = ("_parts", "_trace", "_converters", "arguments")  # what compiling a rule writes
_addresses: dict[str, dict[str, Any]] = {}


class CompiledOnce(Rule):
    """A rule that takes its compiled form from an earlier rule of the same address."""

    def compile(self) -> None:
        if self.defaults or self.subdomain or self.host:  # they are a part of the compiled form
            super().compile()
            return
        if self.rule not in _addresses:
            super().compile()
            _addresses[self.rule] = {
                **{name: getattr(self, name) for name in ADDRESS_PARTS},
                "builders": [
                    method.__func__  # type: ignore[attr-defined]
                    for method in (self._build, self._build_unknown)
                ],
            }
        held = _addresses[self.rule]
        for name in ADDRESS_PARTS:
            setattr(self, name, held[name])
        self._build, self._build_unknown = (
            builder.__get__(self, None) for builder in held["builders"]
        )


class TemplatesInMemory(BytecodeCache):
    """The code of templates by name; Jinja compares the source before it takes it."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


_templates = TemplatesInMemory()
_statements: dict[str, tuple[Any, Any]] = {}  # a dialect and what it compiled, by database

Flask.url_rule_class = CompiledOnce  # of every site made from now on


def share_templates(app: Flask) -> None:
    """Let the site share the code of its templates with the others."""
    app.jinja_env.bytecode_cache = _templates


def share_statements(engine: Engine) -> None:
    """Let the engine share its compiled statements with the others of the same database.

    They are kept under the dialect, by identity; so the engines share that too. The first engine
    of a database that connects gives its own: before that a dialect does not know its server.
    """
    name = engine.dialect.name
    if name in _statements:
        engine.dialect, engine._compiled_cache = _statements[name]
        return

    @event.listens_for(engine, "engine_connect", once=True)
    def keep(_connection: Connection) -> None:
        _statements.setdefault(name, (engine.dialect, engine._compiled_cache))

"""Strict reading of problem and solution files, and the hashes of their canonical form.

This file shares no code with the solver, so a fault in the solver's reader cannot hide itself here.
FORMULATION.md defines the canonical form: rows sorted by id, sets sorted, defaults left out, keys
sorted, no spaces between values, UTF-8.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .bounds import find_excess
from .schema import POLICY, PROBLEM, REQUIRED, SOLUTION, Row, Schema, Whole

_TYPES: dict[str, type] = {"str": str, "name": str, "int": int, "bool": bool}
_ORDER = {
    "stocks": ("id",),
    "people": ("id",),
    "needs": ("id",),
    "pairs": ("need", "stock", "person"),
    "pins": ("need", "stock", "person"),
    "forbids": ("need", "stock", "person"),
    "history": ("dimension", "group"),
    "loads": ("giver", "measure"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first fault found: a code, and the ids and numbers that show it."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return on_one_line(f"{self.code}: {facts}" if facts else self.code)


class RefutedError(ValueError):
    """A check failed; ``fault`` says which one and why."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.fault = Fault(code, facts)
        super().__init__(str(self.fault))


class BrokenInputError(RefutedError):
    """A file breaks the format; the path of the value starts with its file, such as ``problem``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__("broken_input", path=path, reason=reason)


def read_problem(value: object) -> Row:
    """Return the problem with every default filled in and every row in canonical order.

    A ``least`` equal to the quantity becomes null. Raises ``BrokenInputError`` with the path of the
    first value that breaks the format or a bound.
    """
    problem = _read(PROBLEM, value, "problem")
    excess = find_excess(problem)
    if excess is not None:
        path, reason = excess
        raise BrokenInputError(f"problem.{path}", reason)
    for need in problem["needs"]:
        if need["least"] == need["quantity"]:
            need["least"] = None
    sort_rows(problem)
    return problem


def sort_rows(problem: Row) -> None:
    """Sort the rows of every table of a problem in place by the ids they hold, null first."""
    for name, keys in _ORDER.items():
        problem[name].sort(key=lambda row, keys=keys: tuple(row[key] or "" for key in keys))


def read_solution(value: object) -> Row:
    """Return the solution with every default filled in; rows keep the order of the file.

    Raises ``BrokenInputError`` with the path of the first value that breaks the format.
    """
    return _read(SOLUTION, value, "solution")


def read_table(schema: Schema, value: object, path: str) -> Row:
    """Check one JSON object against ``schema``; return it with every default filled in.

    Raises ``BrokenInputError`` with the path of the broken value, which starts with ``path``.
    """
    return _read(schema, value, path)


def hash_table(schema: Schema, row: Row) -> str:
    """Return the SHA-256 of the canonical form of a row: defaults left out, keys sorted."""
    return _sha256(_strip(schema, row))


def hash_problem(problem: Row) -> str:
    """Return the SHA-256 of the canonical problem, which always includes the policy."""
    return _sha256(_strip(PROBLEM, problem) | {"policy": _strip(POLICY, problem["policy"])})


def hash_policy(policy: Row) -> str:
    """Return the SHA-256 of the canonical policy."""
    return hash_table(POLICY, read_table(POLICY, policy, "policy"))


def hash_solution(solution: Row) -> str:
    """Return the SHA-256 of the canonical solution without its own hash and its certificate."""
    return _sha256(_strip(SOLUTION, {**solution, "result_sha256": "", "certificate": None}))


def hash_certificate(certificate: Row) -> str:
    """Return the SHA-256 of the canonical certificate without its own hash."""
    return _sha256({name: held for name, held in certificate.items() if name != "sha256"})


def _sha256(value: object) -> str:
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _strip(schema: Schema, row: Row) -> Row:
    kept = {name: row[name] for name in schema if not _is_default(schema[name][1], row[name])}
    for name, value in kept.items():
        table = schema[name][0]
        if isinstance(table, dict):
            kept[name] = [_strip(table, entry) for entry in value]
    return kept


def _is_default(default: Any, value: Any) -> bool:
    if isinstance(value, list):
        return default is not REQUIRED and not value
    return bool(default is not REQUIRED and value == default)


def _read(schema: Schema, value: object, path: str) -> Row:
    if not isinstance(value, Mapping):
        raise BrokenInputError(path, "must be an object")
    for key in value:
        if key not in schema:
            raise BrokenInputError(f"{path}.{key}", "unknown key")
    row: Row = {}
    for name, (kind, default) in schema.items():
        if name in value:
            row[name] = _read_value(kind, value[name], f"{path}.{name}")
        elif default is REQUIRED:
            raise BrokenInputError(f"{path}.{name}", "missing")
        else:
            row[name] = _read_value(kind, default, f"{path}.{name}")
    return row


def _read_value(kind: Any, value: Any, path: str) -> Any:
    if isinstance(kind, dict):
        return [_read(kind, row, f"{path}[{k}]") for k, row in enumerate(_listed(value, path))]
    if isinstance(kind, Whole):
        return _read_whole(kind, value, path)
    if isinstance(kind, tuple):
        return _read_word(kind, value, path)
    if kind == "policy":
        return _read(POLICY, value, path)
    if kind in ("names", "days"):
        of = "str" if kind == "names" else "name"
        names = enumerate(_listed(value, path))
        return sorted({_scalar(of, name, f"{path}[{k}]") for k, name in names})
    is_object = kind in ("map", "proof", "days of")
    return _read_object(kind, value, path) if is_object else _scalar(kind, value, path)


def _read_word(words: tuple[Any, ...], value: Any, path: str) -> Any:
    if type(value) is not type(words[0]) or value not in words:
        raise BrokenInputError(path, f"must be one of {', '.join(map(str, words))}")
    return value


def _read_whole(kind: Whole, value: Any, path: str) -> int | None:
    if value is None and kind.or_null:
        return None
    number: int = _scalar("int", value, path)
    if not kind.low <= number <= kind.high:
        raise BrokenInputError(path, f"must be between {kind.low} and {kind.high}")
    return number


def _read_object(kind: str, value: Any, path: str) -> Any:
    if kind == "proof" and value is None:
        return None
    if not isinstance(value, Mapping):
        raise BrokenInputError(path, "must be an object")
    if kind == "proof":
        return dict(value)
    of = "days" if kind == "days of" else "str"
    read = {_scalar("str", k, path): _read_value(of, v, f"{path}.{k}") for k, v in value.items()}
    if kind == "days of":
        for name, days in read.items():
            if not days:  # which would mean any day
                raise BrokenInputError(f"{path}.{name}", "must not be empty")
    return read


def _listed(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise BrokenInputError(path, "must be a list")
    return list(value)


def _scalar(kind: str, value: Any, path: str) -> Any:
    if value is None and kind.endswith("?"):
        return None
    name = kind.removesuffix("?")
    if type(value) is not _TYPES[name]:
        raise BrokenInputError(path, f"must be of type {_TYPES[name].__name__}")
    if name == "name" and not value:
        raise BrokenInputError(path, "must not be empty")
    if isinstance(value, str) and not is_unicode(value):
        raise BrokenInputError(path, "must be Unicode text")
    return value


def on_one_line(text: str) -> str:
    """Return a text in which escapes replace the characters that do not print.

    Otherwise a name with a line break, or a character that moves the cursor, could print a false
    verdict.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def is_unicode(text: str) -> bool:
    """Return False for a text with half of a surrogate pair; JSON can hold it, UTF-8 cannot."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)

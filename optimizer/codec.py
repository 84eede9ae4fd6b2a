"""Convert frozen dataclasses to canonical JSON and back; unknown keys and wrong types are errors.

In the canonical form keys are sorted, no blank lies between tokens, text is unescaped UTF-8, and
fields that hold their default are left out. Equal values therefore have equal bytes and one
SHA-256.
"""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar


class ProblemError(ValueError):
    """An invalid value of a problem, solution, report or part of them; ``path`` is its JSON path.

    Paths look like ``$.needs[3].quantity``. ``reason`` is one English clause for logs and the
    command line; the site chooses its own message by ``path``.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def within(self, parent: str) -> "ProblemError":
        """Return this error with ``parent``, the path of the enclosing object, before its path."""
        tail = self.path.removeprefix("$")
        return ProblemError(f"{parent}{tail}", self.reason)


# Whole numbers up to ``LARGEST`` and their sums up to ``LARGEST_SUM`` stay exact in a double.
LARGEST = 10**12
LARGEST_SUM = 10**15


def require(holds: bool, path: str, reason: str) -> None:
    """Raise ``ProblemError`` for the value at ``path``, unless ``holds``."""
    if not holds:
        raise ProblemError(path, reason)


def require_within(value: int, low: int, path: str) -> None:
    """Raise ``ProblemError`` unless the value is between ``low`` and ``LARGEST``."""
    require(low <= value <= LARGEST, path, f"must be between {low} and {LARGEST}")


T = TypeVar("T")
_MISSING = dataclasses.MISSING


def canonical_text(value: object) -> str:
    """Return the canonical text of a JSON value. Raises ``ValueError`` for NaN and infinities."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def canonical_bytes(value: object) -> bytes:
    """Return the canonical text in UTF-8."""
    return canonical_text(value).encode()


def sha256_of_text(text: str) -> str:
    """Return the SHA-256 of the text in UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(value: object) -> str:
    """Return the SHA-256 of the canonical bytes, 64 hexadecimal digits."""
    return sha256_of_text(canonical_text(value))


def to_json(value: object) -> Any:
    """Return plain JSON of a dataclass, enum, tuple, mapping or scalar; defaults are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: to_json(held)
            for f in dataclasses.fields(value)
            if not _is_default(f, held := getattr(value, f.name))
        }
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(cls: type[T], value: object, path: str = "$") -> T:
    """Return a ``cls`` read from plain JSON. Raises ``ProblemError`` at the path of a bad value."""
    if not isinstance(value, Mapping):
        raise ProblemError(path, "must be an object")
    hints = _hints(typing.cast("Any", cls))
    for key in value:
        if key not in hints:
            raise ProblemError(f"{path}.{key}", "unknown key")
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    missing = [f.name for f in fields if f.name not in value and _is_required(f)]
    if missing:
        raise ProblemError(f"{path}.{missing[0]}", "missing")
    known = {key: _read(hints[key], item, f"{path}.{key}") for key, item in value.items()}
    try:
        return cls(**known)
    except ProblemError as error:
        raise error.within(path) from None


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is _MISSING and field.default_factory is _MISSING


def _is_default(field: "dataclasses.Field[Any]", held: object) -> bool:
    if field.default is not _MISSING:
        return type(held) is type(field.default) and held == field.default
    return field.default_factory is not _MISSING and held == field.default_factory()


@lru_cache(maxsize=64)
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(hint: Any, value: object, path: str) -> Any:
    if hint is Any:
        return value
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in typing.get_args(hint):
            return None
        return _read(next(a for a in typing.get_args(hint) if a is not type(None)), value, path)
    if origin is tuple:
        return _read_tuple(typing.get_args(hint), value, path)
    if origin is Mapping:
        return _read_mapping(hint, value, path)
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), value, path)
    return _read_scalar(hint, value, path)


def _read_tuple(items: tuple[Any, ...], value: object, path: str) -> tuple[Any, ...]:
    """Read a tuple. ``items``: the types of all entries, or one type and ``...`` for any number."""
    if not isinstance(value, list | tuple):
        raise ProblemError(path, "must be a list")
    if items[-1] is ...:
        items = items[:1] * len(value)
    elif len(items) != len(value):
        raise ProblemError(path, f"must be a list of {len(items)}")
    read = zip(items, value, strict=True)
    return tuple(_read(item, entry, f"{path}[{k}]") for k, (item, entry) in enumerate(read))


def _read_mapping(hint: Any, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ProblemError(path, "must be an object")
    item = typing.get_args(hint)[1]
    for key in value:
        if not isinstance(key, str):
            raise ProblemError(path, "keys must be strings")
        _require_unicode(key, path)
    return {key: _read(item, entry, f"{path}.{key}") for key, entry in value.items()}


def _read_scalar(hint: type, value: object, path: str) -> Any:
    if issubclass(hint, StrEnum):
        try:
            return hint(str(value))
        except ValueError:
            raise ProblemError(path, f"must be one of {', '.join(hint)}") from None
    if type(value) is not hint:
        raise ProblemError(path, f"must be of type {hint.__name__}")
    if isinstance(value, str):
        _require_unicode(value, path)
    return value


def _require_unicode(text: str, path: str) -> None:
    """Refuse half of a surrogate pair, which JSON can spell and UTF-8 cannot."""
    if not text.isascii():
        is_unicode = not any("\ud800" <= sign <= "\udfff" for sign in text)
        require(is_unicode, path, "must be Unicode text")

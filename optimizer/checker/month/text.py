"""The one strict reader of JSON text, for every command that reads the files of a month.

Text that JSON readers may understand in different ways is refused: a key twice in one object,
numbers that are not whole, halves of surrogate pairs, text that is not UTF-8. Also refused are
files, nesting and numbers above the limits below.
"""

import gc
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from .read import is_unicode, on_one_line

MOST_BYTES = 64 << 20  # of one file; the question of 10,000 needs has some 5 MB
MOST_DEPTH = 100  # lists and objects within each other
MOST_DIGITS = 1_000  # of one number; Python writes none of more than 4,300
_TOO_GREAT = 10**MOST_DIGITS
_LONG = re.compile(rf"(?<![0-9])[0-9]{{{MOST_DIGITS + 1}}}")


class TextError(ValueError):
    """A file that cannot be opened, or text that is refused; the message is one readable line."""


def read_json(path: Path) -> Any:
    """Return the value of a JSON file. Raises ``TextError``, also if it cannot be opened."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise TextError(f"{path}: {error.strerror}") from None
    try:
        return parse_json(data)
    except TextError as error:
        raise TextError(f"{path}: {error}") from None


def parse_json(data: bytes) -> Any:
    """Return the value of a JSON text. Raises ``TextError`` with what is wrong with it.

    Garbage collection is off meanwhile: it would take most of the time, and the values of a JSON
    text never refer to each other in a circle.
    """
    is_looked_for = gc.isenabled()
    gc.disable()
    try:
        return _parse(data)
    finally:
        if is_looked_for:
            gc.enable()


def _parse(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise TextError(f"larger than {MOST_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise TextError(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise TextError(f"nested more than {MOST_DEPTH} deep") from None
    except ValueError as error:
        raise TextError(str(error)) from None
    has_float = _measure(value)
    if has_float or _LONG.search(text) or not _is_unicode(text, value):
        for fault in _list_faults(value, "$"):
            raise TextError(fault)
    return value


def _refuse_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(items)
    if len(row) < len(items):
        counts = Counter(name for name, _ in items)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"key {_name(twice)} occurs twice in one object")
    return row


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _name(text: str) -> str:
    return on_one_line(text) if is_unicode(text) else ascii(text)


def _measure(value: Any) -> bool:
    """Return whether any number is not whole. Raises ``TextError`` for a value nested too deep."""
    level, has_float = [[value]], False
    for _depth in range(MOST_DEPTH + 1):
        inner: list[Any] = []
        for held in level:
            values = held.values() if isinstance(held, dict) else held
            types = set(map(type, values))
            has_float = has_float or float in types
            if not types.isdisjoint((dict, list)):
                inner.extend(item for item in values if isinstance(item, (dict, list)))
        if not inner:
            return has_float
        level = inner
    raise TextError(f"nested more than {MOST_DEPTH} deep")


def _is_unicode(text: str, value: Any) -> bool:
    """Return whether UTF-8 can write the value; only an escape in the text can prevent it."""
    if "\\ud" not in text and "\\uD" not in text:
        return True
    return is_unicode(json.dumps(value, ensure_ascii=False))


def _list_faults(value: Any, path: str) -> Iterator[str]:
    """Yield path and fault of numbers too long or not whole, and of text that is not Unicode."""
    if isinstance(value, dict):
        for name, held in value.items():
            if not is_unicode(name):
                yield f"{path}: key {name!a} is not Unicode text"
            yield from _list_faults(held, f"{path}.{_name(name)}")
    elif isinstance(value, list):
        for k, held in enumerate(value):
            if not _is_short(held):
                yield from _list_faults(held, f"{path}[{k}]")
    elif fault := _name_fault(value):
        yield f"{path}: {fault}"


def _is_short(value: Any) -> bool:
    """Return whether a value is a list of whole numbers, none too long, so it has no fault."""
    if not isinstance(value, list) or not set(map(type, value)) <= {int}:
        return False
    return not value or (min(value) > -_TOO_GREAT and max(value) < _TOO_GREAT)


def _name_fault(value: Any) -> str | None:
    """Return what is wrong with a number, text or null; None if nothing is."""
    if isinstance(value, float):
        return f"{value} is not a whole number"
    if isinstance(value, int) and abs(value) >= _TOO_GREAT:
        return f"a number of more than {MOST_DIGITS} digits"
    if isinstance(value, str) and not is_unicode(value):
        return f"{value!a} is not Unicode text"
    return None

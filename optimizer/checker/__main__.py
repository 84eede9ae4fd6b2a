"""Check an answer with nothing but Python: ``python -m optimizer.checker QUESTION ANSWER``.

QUESTION and ANSWER are the JSON files of a month. This command imports the standard library and the
files of this folder only.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .check import judge
from .verdict import BROKEN, EXIT_HELP

USAGE = f"usage: python -m optimizer.checker QUESTION ANSWER\n\n{EXIT_HELP}"


def main(arguments: Sequence[str]) -> int:
    """Check an answer against its question, print the verdict and return its exit code."""
    if set(arguments) & {"-h", "--help"}:
        print(USAGE)
        return 0
    if len(arguments) != 2:
        print(USAGE, file=sys.stderr)
        return BROKEN
    try:
        question, answer = (read_json(Path(name)) for name in arguments)
    except (OSError, ValueError, RecursionError) as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    verdict = judge(question, answer)
    print(verdict)
    return verdict.exit_code


def read_json(path: Path) -> Any:
    """Parse a JSON file. Raises ``ValueError`` for a repeated key or a number that is not JSON.

    Readers differ in which value of a repeated key they keep, so such a file has no single meaning.
    """
    return json.loads(
        path.read_bytes(), object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant
    )


def _refuse_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(items)
    if len(row) < len(items):
        raise ValueError("an object has the same key twice")
    return row


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Check two files with nothing but Python: ``python -m optimizer.checker QUESTION ANSWER``.

Neither the package around this one nor any installed package is imported.
Exit codes: 0 all holds, 1 refuted, 2 wrong usage or broken input.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .check import verify

HOLDS, REFUTED, BROKEN = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Check an answer against its question and name the first fault."""
    if len(arguments) != 2:
        print("usage: python -m optimizer.checker QUESTION ANSWER", file=sys.stderr)
        return BROKEN
    try:
        question, answer = (json.loads(Path(name).read_bytes()) for name in arguments)
    except (OSError, ValueError, RecursionError) as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    fault = verify(question, answer)
    print("every rule, value, proof and hash holds" if fault is None else f"refuted: {fault}")
    if fault is None:
        return HOLDS
    return BROKEN if fault.code == "broken_input" else REFUTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Check an answer with nothing but Python: ``python -m optimizer.checker QUESTION ANSWER``.

QUESTION and ANSWER are the JSON files of a month. This command imports the standard library and the
files of this folder only.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from .check import judge
from .month.text import TextError, read_json
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
    except TextError as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    verdict = judge(question, answer)
    print(verdict)
    return verdict.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

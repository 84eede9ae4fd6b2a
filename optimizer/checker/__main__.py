"""Check an answer with nothing but Python: ``python -m optimizer.checker QUESTION ANSWER [DRAW]``.

QUESTION and ANSWER are the JSON files of a month; DRAW, if given, is the file that says from which
public draw the seed of the question comes. This command imports only the standard library and the
files of this folder.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .check import Fault, check_draw, judge
from .limits import TooLargeError, limited
from .month.text import TextError, read_json
from .verdict import BROKEN, EXIT_HELP, Ruling, Verdict

UNREAD = 141  # the exit code that a shell reports for a program ended by SIGPIPE
USAGE = f"usage: python -m optimizer.checker QUESTION ANSWER [DRAW]\n\n{EXIT_HELP}"


def main(arguments: Sequence[str]) -> int:
    """Check an answer against its question, print the verdict and return its exit code.

    Wrong usage and a file that cannot be read give ``BROKEN`` and a message on standard error.
    """
    if set(arguments) & {"-h", "--help"}:
        print(USAGE)
        return 0
    if len(arguments) not in (2, 3):
        print(USAGE, file=sys.stderr)
        return BROKEN
    try:
        verdict = judge_files(*map(Path, arguments))
    except TextError as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    print_verdict(verdict, sys.stdout)
    return verdict.exit_code


def print_verdict(verdict: Verdict, file: TextIO) -> None:
    """Print a verdict; escapes replace the characters that the file's encoding does not have."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    print(str(verdict).encode(encoding, "backslashreplace").decode(encoding), file=file)


def judge_files(question: Path, answer: Path, draw: Path | None = None) -> Verdict:
    """Return the verdict on an answer. Raises ``TextError`` for a file that cannot be read.

    The verdict is ``TOO_LARGE`` if the check exceeds the bounds of ``limits.py``. With a draw, a
    question whose seed does not come from it is refuted.
    """
    try:
        with limited(_size_of(question) + _size_of(answer)):
            asked = read_json(question)
            fault = None if draw is None else check_draw(asked, read_json(draw))
            if fault is not None:
                return Verdict(Ruling.REFUTED, fault)
            return judge(asked, read_json(answer))
    except TooLargeError as error:
        return Verdict(Ruling.TOO_LARGE, Fault("too_large", {"bound": error.bound}))


def _size_of(path: Path) -> int:
    """Return the size of a file [bytes]; 0 if it cannot be read, which ``read_json`` reports."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code, ``UNREAD`` if its output is not read to the end."""
    try:
        code = main(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
        return UNREAD
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

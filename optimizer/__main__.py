"""``python -m optimizer``: the command line, see ``optimizer.cli.months``."""

import os
import sys

from optimizer.cli.months import main

UNREAD = 141  # the exit code that a shell gives a program ended by SIGPIPE


def run() -> int:
    """Run the command line and return its exit code; ``UNREAD`` if its output is closed early."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
        return UNREAD
    return code


if __name__ == "__main__":
    sys.exit(run())

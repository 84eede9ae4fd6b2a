"""``python -m optimizer``: the command line, see ``optimizer.cli.months``."""

import os
import sys

from optimizer.cli.months import main

UNREAD = 141  # as a shell says of a program that ends by SIGPIPE


def run() -> int:
    """Return the exit code, ``UNREAD`` where nobody reads the output to its end."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
        return UNREAD
    return code


if __name__ == "__main__":
    sys.exit(run())

"""``python -m optimizer``: the command line, see ``optimizer.cli.months``."""

import sys

from optimizer.cli.months import main

if __name__ == "__main__":
    sys.exit(main())

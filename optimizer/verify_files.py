"""``python optimizer/verify_files.py PROBLEM SOLUTION [DRAW]``: check the files of a month.

The instructions in published proof files name this command. They are kept for years unchanged, so
the command must keep working. It runs the checker in the folder beside this file and imports
nothing else of the package.
"""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(importlib.import_module("checker.__main__").main(sys.argv[1:]))

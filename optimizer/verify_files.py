"""``python optimizer/verify_files.py PROBLEM SOLUTION``: the command that proof files name.

Proof files are kept for years and must stay as they were, so their command goes on working. It runs
the checker beside this file and nothing of the package around it.
"""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(importlib.import_module("checker.__main__").main(sys.argv[1:]))

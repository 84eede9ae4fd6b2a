"""Check two files with nothing but Python: ``python optimizer/verify_files.py PROBLEM SOLUTION``.

The package itself loads a solver; here only the checker and its siblings are loaded, so whoever
doubts a result needs no package. Exit codes: 0 all holds, 1 refuted, 2 wrong usage or broken input.
"""

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

HOLDS, REFUTED, BROKEN = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Check a solution against its problem and name the first fault."""
    if len(arguments) != 2:
        print("usage: python optimizer/verify_files.py PROBLEM SOLUTION", file=sys.stderr)
        return BROKEN
    try:
        problem, solution = (json.loads(Path(name).read_bytes()) for name in arguments)
    except (OSError, ValueError, RecursionError) as error:
        print(f"broken input: {error}", file=sys.stderr)
        return BROKEN
    fault = _load_checker().verify(problem, solution)
    print("every rule, value, proof and hash holds" if fault is None else f"refuted: {fault}")
    if fault is None:
        return HOLDS
    return BROKEN if fault.code == "broken_input" else REFUTED


def _load_checker() -> ModuleType:
    """``optimizer.verify`` below an empty package, unless the whole one is loaded already."""
    package = ModuleType("optimizer")
    package.__path__ = [str(Path(__file__).resolve().parent)]
    sys.modules.setdefault("optimizer", package)
    return importlib.import_module("optimizer.verify")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

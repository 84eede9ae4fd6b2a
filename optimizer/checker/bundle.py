"""Pack the checker into one file: ``python -m optimizer.checker.bundle checker.pyz``.

The file is a zip that any Python 3.11 or later runs without other files:
``python checker.pyz QUESTION ANSWER``. Equal sources give equal bytes on every system, so its
SHA-256 can be published beside a month: nothing in it is compressed or names a system.
"""

import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOM = Path(__file__).resolve().parent
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time that the zip format can hold
_UNIX = 3  # the zip format's code
_MAIN = """\
import sys

from checker.__main__ import main

sys.exit(main(sys.argv[1:]))
"""


def make_bundle() -> bytes:
    """Return the bytes of a zip with all modules in and below this folder and an entry point."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        _add(archive, "__main__.py", _MAIN)
        for path in sorted(ROOM.rglob("*.py")):
            _add(archive, f"checker/{path.relative_to(ROOM).as_posix()}", path.read_text("utf-8"))
    return stream.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.create_system = _UNIX  # else that of the machine
    archive.writestr(info, text, zipfile.ZIP_STORED)


def main(arguments: Sequence[str]) -> int:
    """Write the bundle to the given path and return the exit code, 2 for wrong usage."""
    if len(arguments) != 1:
        print("usage: python -m optimizer.checker.bundle FILE", file=sys.stderr)
        return 2
    Path(arguments[0]).write_bytes(make_bundle())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

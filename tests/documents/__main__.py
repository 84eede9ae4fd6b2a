"""Write what documents take from the code: ``make docs``. A test holds that it was run."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from tests.architecture.source import ROOT
from tests.documents.diagram import draw
from tests.documents.dictionary import write_dictionary
from tests.documents.month import write_month

DOCS = ROOT / "docs"


def write_generated() -> dict[Path, str]:
    """The text of each document with its generated parts as the code has them now."""
    parts: dict[str, Mapping[str, str]] = {
        "architecture.md": {"diagram": f"```mermaid\n{draw()}\n```"},
        "data-dictionary.md": {"tables": write_dictionary()},
        "how-a-month-works.md": write_month(),
    }
    return {DOCS / name: replace_parts(DOCS / name, found) for name, found in parts.items()}


def replace_parts(path: Path, parts: Mapping[str, str]) -> str:
    """The document's text with each part between the two comments that name it.

    Every part of the document that says it is written by ``make docs`` must be among ``parts``.
    """
    text = path.read_text()
    assert set(re.findall(r"<!-- ([\w-]+): written by `make docs` -->", text)) == set(parts)
    for name, part in parts.items():
        begin, end = f"<!-- {name}: written by `make docs` -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        assert len(pattern.findall(text)) == 1, f"{begin} … {end} is not there once"
        before, after = pattern.split(text)
        text = f"{before}{begin}\n{part}\n{end}{after}"
    return text


def main() -> None:
    """Write every document anew."""
    logging.disable(logging.INFO)  # the site that is walked tells each request
    for path, text in write_generated().items():
        path.write_text(text)


if __name__ == "__main__":
    main()

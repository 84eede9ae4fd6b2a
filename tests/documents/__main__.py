"""Write what documents take from the code: ``make docs``. A test holds that it was run."""

import re
from pathlib import Path

from tests.architecture.source import ROOT
from tests.documents.diagram import draw
from tests.documents.dictionary import write_dictionary

DOCS = ROOT / "docs"


def write_generated() -> dict[Path, str]:
    """The text of each document with its generated part as the code has it now."""
    architecture, dictionary = DOCS / "architecture.md", DOCS / "data-dictionary.md"
    return {
        architecture: replace_part(
            architecture.read_text(), "diagram", f"```mermaid\n{draw()}\n```"
        ),
        dictionary: replace_part(dictionary.read_text(), "tables", write_dictionary()),
    }


def replace_part(text: str, name: str, part: str) -> str:
    """Replace what stands between the two comments that name the part."""
    begin, end = f"<!-- {name}: written by `make docs` -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    assert len(pattern.findall(text)) == 1, f"{begin} … {end} is missing"
    return pattern.sub(lambda _: f"{begin}\n{part}\n{end}", text)


def main() -> None:
    """Write every document anew."""
    for path, text in write_generated().items():
        path.write_text(text)


if __name__ == "__main__":
    main()

"""Add to ``pip wheel .`` what is not a module: the seeds, and compiled translations.

pyproject.toml names ``BuildWithData``. setuptools loads this file before the site's requirements
are installed, so it imports only setuptools, Babel and the standard library.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools.command.build_py import build_py

_SEEDS = Path("seeds")
_TRANSLATIONS = Path("matchmaker", "translations")


class BuildWithData(build_py):  # type: ignore[misc]  # setuptools has no types
    """The build step: modules, ``seeds/`` inside the site's package, and compiled translations.

    An editable installation reads the seeds from the checkout; only translations are compiled.
    """

    def run(self) -> None:
        super().run()
        target = Path() if self.editable_mode else Path(self.build_lib)
        for source in _list_catalogues():
            _compile(source, target / source.with_suffix(".mo"))
        if not self.editable_mode:
            shutil.copytree(_SEEDS, target / "matchmaker" / _SEEDS, dirs_exist_ok=True)

    def get_source_files(self) -> list[str]:
        """Return the files of a source distribution, the seeds among them."""
        return [*super().get_source_files(), *(str(path) for path in _SEEDS.iterdir())]


def _list_catalogues() -> Iterator[Path]:
    return _TRANSLATIONS.glob("*/LC_MESSAGES/*.po")


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)

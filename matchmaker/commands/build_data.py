"""What ``pip wheel .`` adds to the modules: the seeds, and the translations in compiled form.

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
    """Builds the modules, puts ``seeds/`` inside the site's package and compiles the translations.

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
        """Add the seeds to a source distribution."""
        return [*super().get_source_files(), *(str(path) for path in _SEEDS.iterdir())]


def _list_catalogues() -> Iterator[Path]:
    return _TRANSLATIONS.glob("*/LC_MESSAGES/*.po")


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)

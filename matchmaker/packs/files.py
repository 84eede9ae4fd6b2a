"""The files of a pack, part after part, in the language of the pack, as one ZIP file."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from matchmaker.models import MonthPack, PackPart
from matchmaker.packs.contents import PackMonth
from matchmaker.packs.report import make_report, name_span
from matchmaker.packs.sheets import make_committee_sheets, make_organisation_sheets
from matchmaker.packs.texts import make_committee_texts, make_organisation_texts
from matchmaker.packs.workbook import make_workbook
from matchmaker.rounds.pages.figures import read_names
from matchmaker.rounds.publish.bundles import find_bundle
from matchmaker.rounds.solve import packs
from matchmaker.rounds.words.names import Names
from matchmaker.words.labels import get_label, get_name

_NOT_IN_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]")
File = tuple[str, bytes | str]  # its name in the pack, and its content
GoOn = Callable[[PackPart, int, int], None]  # gets the part, parts done and parts in all


class PackFailedError(Exception):
    """The pack cannot be made; ``args`` has the code that says why."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a pack is made from."""

    pack: MonthPack
    months: Sequence[PackMonth]
    names: Names


def make_zip(pack: MonthPack, months: Sequence[PackMonth], go_on: GoOn) -> bytes:
    """Return the ZIP file of a pack; ``go_on`` is called before and after each file.

    Raises ``PackFailedError`` once the file is too large. What ``go_on`` raises ends the making.
    """
    stream = io.BytesIO()
    with force_locale(pack.language), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        made = _Made(pack, months, read_names(pack.subdistrict_id))
        for name, content in _list_files(made, go_on):
            archive.writestr(name, content)
            if stream.tell() > packs.MOST_BYTES:
                raise PackFailedError(packs.TOO_LARGE)
    return stream.getvalue()


def _list_files(made: _Made, go_on: GoOn) -> Iterator[File]:
    parts = [PackPart(part) for part in made.pack.parts]
    yield "README.txt", _write_readme(made, parts)
    for number, part in enumerate(parts):
        go_on(part, number, len(parts))
        for file in _PARTS[part](made):
            yield file
            go_on(part, number, len(parts))


def _write_readme(made: _Made, parts: Sequence[PackPart]) -> str:
    """Return which months and parts are in the pack, and which code is which group."""
    office, span = get_name(made.pack.subdistrict), name_span(made.months)
    lines = [
        _("%(name)s: %(value)s", name=office, value=span),
        "",
        *(f"{_FILES[part]}  {get_label(part)}" for part in parts),
        "",
        _("The lines have the numbers of requests and residents. Keep them in the office."),
        _("The report and the texts for chat groups may be passed on."),
        "",
        *_list_groups(made.names.organisations),
        *_list_groups(made.names.committees),
    ]
    return _write_text(lines)


def _write_text(lines: Sequence[str]) -> str:
    """Return a text with the byte order mark and line ends that old editors of Windows need."""
    return "\ufeff" + "\r\n".join("\n".join(lines).split("\n")) + "\r\n"


def _list_groups(names: Mapping[str, str]) -> list[str]:
    return [f"{_clean(code)}  {name}" for code, name in names.items()]


def _make_workbook(made: _Made) -> Iterator[File]:
    yield "workbook.xlsx", make_workbook(made.months, made.names)


def _make_report(made: _Made) -> Iterator[File]:
    pack = made.pack
    yield "report.html", make_report(pack.subdistrict, made.months, made.names, pack.language)


def _make_sheets(made: _Made) -> Iterator[File]:
    for month in made.months:
        for kind, make in (
            ("organisation", make_organisation_sheets),
            ("committee", make_committee_sheets),
        ):
            for sheet in make(month, made.pack.language):
                name = f"{kind}-{_clean(sheet.code)}.html"
                yield f"sheets/{month.month:%Y-%m}/{name}", sheet.page


def _make_texts(made: _Made) -> Iterator[File]:
    for month in made.months:
        folder = f"texts/{month.month:%Y-%m}"
        for row in make_organisation_texts(month):
            yield f"{folder}/organisation-{_clean(row.code)}.txt", _write_text([row.text])
        for row in make_committee_texts(month, made.names):
            yield f"{folder}/committee-{_clean(row.code)}.txt", _write_text([row.text])


def _make_proof(made: _Made) -> Iterator[File]:
    """The public file of each month that has one."""
    for month in made.months:
        bundle = find_bundle(month.match_round)
        if bundle is not None:
            yield f"proof/{month.month:%Y-%m}.zip", bundle.content


def _clean(code: str) -> str:
    return _NOT_IN_FILE_NAME.sub("-", code)


_PARTS: dict[PackPart, Callable[[_Made], Iterator[File]]] = {
    PackPart.WORKBOOK: _make_workbook,
    PackPart.REPORT: _make_report,
    PackPart.SHEETS: _make_sheets,
    PackPart.TEXTS: _make_texts,
    PackPart.PROOF: _make_proof,
}
_FILES = {
    PackPart.WORKBOOK: "workbook.xlsx",
    PackPart.REPORT: "report.html",
    PackPart.SHEETS: "sheets/",
    PackPart.TEXTS: "texts/",
    PackPart.PROOF: "proof/",
}

"""The report of a pack: one page that needs no other file, to pass on; small numbers are hidden.

It has what the public page of each month has, and nothing besides: counts of how many promises
reached each step are not in it, because their differences are the few who said no.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from matchmaker.models import PublicBundle, Subdistrict
from matchmaker.packs.contents import PackMonth
from matchmaker.rounds.pages import figures
from matchmaker.rounds.pages.figures import PublicRow, hide_small_coverage, hide_small_groups
from matchmaker.rounds.publish.bundles import find_bundle
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.words.names import Names
from matchmaker.web.charts import CoverageRow, LaneChart, Share, build_coverage_chart
from matchmaker.web.preferences import HTML_LANG, Locale
from matchmaker.words.quantities import format_month, is_telling

_ON_SCREEN = ("tokens", "components", "charts", "pack")
_NOTHING = Share(0, 0)
Chart = tuple[Sequence[CoverageRow], LaneChart]


@dataclass(frozen=True, slots=True)
class Tile:
    """A large figure; ``note`` and ``url`` are what other tiles have besides."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ReportMonth:
    """A month as the report shows it; ``code`` makes the ids of its parts unique."""

    of: PackMonth
    code: str
    coverage: Chart
    committees: list[PublicRow]
    kinds: Chart
    categories: list[PublicRow]
    statuses: list[PublicRow]
    bundle: PublicBundle | None


def make_report(office: Subdistrict, months: Sequence[PackMonth], names: Names, lang: str) -> str:
    """Return the page: headline figures, pictures and tables of each month, as the public has them.

    ``lang``: the language's code, which is in force already.
    """
    shares = [
        PublicRow(format_month(row.month), _hide(row.figures.met, row.figures.asked))
        for row in months
    ]
    return render(
        "packs/report.html",
        lang,
        make_style(*_ON_SCREEN),
        office=office,
        months=[_read(row, names) for row in months],
        span=name_span(months),
        shares=shares,
        picture=_draw(shares),
    )


def name_span(months: Sequence[PackMonth]) -> str:
    """Name the first and the last month."""
    first, last = format_month(months[0].month), format_month(months[-1].month)
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def render(template: str, lang: str, style: Markup, **context: Any) -> str:
    """Render a page that is a file: without request, user or address of the site."""
    page = current_app.jinja_env.get_template(template)
    return page.render(html_lang=HTML_LANG[Locale(lang)], style=style, **context).lstrip()


@lru_cache(maxsize=4)
def make_style(*sheets: str) -> Markup:
    """The style sheets of the site with these names, and that for paper, as one element."""
    static = Path(current_app.static_folder or "") / "css"
    screen = "\n".join((static / f"{name}.css").read_text(encoding="utf-8") for name in sheets)
    paper = (static / "print.css").read_text(encoding="utf-8")
    return Markup(f"<style>\n{screen}\n@media print {{\n{paper}\n}}\n</style>")  # noqa: S704 (ours)


def _read(row: PackMonth, names: Names) -> ReportMonth:
    found, match_round = row.figures, row.match_round
    committees = hide_small_groups(figures.list_committee_rows(found, names))
    history = read_snapshot(match_round).history
    coverage = hide_small_coverage(figures.list_coverage(found, history, names), committees)
    categories = hide_small_groups(figures.list_category_rows(found, names))
    return ReportMonth(
        of=row,
        code=f"{row.month:%Y-%m}",
        coverage=(coverage, build_coverage_chart(coverage)),
        committees=committees,
        kinds=_draw(categories),
        categories=categories,
        statuses=hide_small_groups(figures.list_status_rows(found, _("No verified status"))),
        bundle=find_bundle(match_round),
    )


def _hide(part: int, whole: int) -> Share | None:
    return None if is_telling(part, whole) else Share(part, whole)


def _draw(rows: Iterable[PublicRow]) -> Chart:
    """A bar for each row that is not hidden, in the order of the rows."""
    shown = [CoverageRow(row.label, _NOTHING, row.met) for row in rows if row.met]
    return shown, build_coverage_chart(shown)

"""What the review of a run and the public page are given to show, compared whole."""

import csv
import io

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models.limits import LONGEST_REFERENCE
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.pages.figures import PublicRow
from matchmaker.rounds.pages.forms import LineFilterForm
from matchmaker.rounds.pages.lines import LineFilters
from matchmaker.rounds.solve import runs
from matchmaker.web.lists import Badge
from optimizer.report import Failure, SolveReport
from tests.draws import make_draw
from tests.factories import NOW, opened_at
from tests.matchmaker.rounds.small_month import MONTH

ROOM = "/rounds/2026-07/"
RUN = {"month": MONTH, "number": 1}
LINE = {**RUN, "reference": "N2607-0001"}


# --- The review of a run.


def test_the_review_is_given_every_figure(bring, one, two, auditor, shown, month):
    month.policy = "community/1"  # its neighbourhoods are compared by all that they ask
    bring("solve")
    for browser, may_publish in ((one, False), (auditor, False), (two, True)):
        assert browser.get("rounds.review", **RUN).status_code == 200
        assert shown["steps"].can_publish is may_publish
    assert (shown["template"], shown["is_usable"]) == ("rounds/review.html", True)
    assert (shown["run"].number, shown["job"].state) == (1, m.JobState.DONE)
    assert (shown["figures"].asked, shown["figures"].met) == (6, 4)
    groups = {
        name: [(row.code, row.label, row.met.part, row.met.whole) for row in shown[name]]
        for name in ("categories", "committees", "statuses", "tiers", "waits")
    }
    assert groups == {
        "categories": [
            ("elder_visit", month.visit.name_en, 2, 2),
            ("hardship_money", month.money.name_en, 0, 1),
            ("rice_oil", month.goods.name_en, 2, 3),
        ],
        "committees": [
            ("C01", month.committees[1].name_en, 2, 3),
            ("C02", month.committees[2].name_en, 2, 3),
        ],
        "statuses": [("none", "No verified status", 4, 6)],
        "tiers": [
            ("1", "Urgency 1", 1, 2),
            ("2", "Urgency 2", 2, 2),
            ("3", "Urgency 3", 1, 2),
        ],
        "waits": [("0", "0 months waited", 4, 6)],
    }
    assert [row.label for row in shown["coverage"][0]] == [row[1] for row in groups["committees"]]
    assert [row.label for row in shown["loads"][0]] == [month.organisations[1].name_en]
    supply = {row.label: (row.asked, row.offered, row.matched) for row in shown["supply"][0]}
    assert supply == {month.goods.name_en: (3, 2, 2), month.visit.name_en: (2, 4, 2)}
    one.get("rounds.print_review", **RUN)
    assert shown["template"] == "rounds/print.html"
    assert shown["figures"].met == 4


def test_a_run_without_a_result_is_reviewed_by_its_failure(bring, one, shown):
    bring("start")
    page = one.get("rounds.review", **RUN).text
    assert "Not finished" in page
    assert "figures" not in shown
    assert shown["is_usable"] is False
    assert one.get("rounds.download_proof", **RUN, file_format="zip").status_code == 404


def test_a_failed_run_says_why_on_the_review_and_in_print(app, month, one):
    with app.app_context():
        runs.finish_run(month.start(), SolveReport(failure=Failure.HUNG), now=NOW)
        db.session.commit()
    for page in ("rounds.review", "rounds.print_review"):
        assert "The solver did not end in time and was stopped." in one.get(page, **RUN).text


def test_the_lines_come_with_their_filters_givers_and_files(app, bring, one, shown, month):
    bring("solve")
    one.get("rounds.list_lines", **RUN, result="met", tier="1")
    assert shown["template"] == "rounds/lines.html"
    found = shown["list"]
    assert found.arguments == {"result": "met", "tier": "1"}
    with app.test_request_context():
        assert found.downloads == {
            kind: f"{ROOM}runs/1/lines.{kind}?result=met&tier=1" for kind in ("xlsx", "csv")
        }
    giver = month.organisations[1].id
    assert [(row.need.tier, [g.id for g in row.givers]) for row in found.rows] == [(1, [giver])]
    choices = {
        field.name: [(c.value, str(c.label)) for c in field.choices]
        for field in found.form
        if hasattr(field, "choices")
    }
    every = ("", "All")
    committees, organisations = month.committees.values(), month.organisations.values()
    categories = (month.visit, month.money, month.goods)
    assert choices == {
        "result": [every, ("met", "Met"), ("unmet", "Not met")],
        "category": [every, *((row.code, row.name_en) for row in categories)],
        "committee": [every, *((row.code, row.name_en) for row in committees)],
        "tier": [every, ("1", "1"), ("2", "2"), ("3", "3")],
        "ground": [
            every,
            ("no_eligible_offer", "No fitting offer"),
            ("outranked", "Others came first"),
            ("lost_lottery", "Lost the lottery"),
            ("time_conflict", "Times collide"),
            ("forbidden", "Forbidden"),
            ("declined_before", "Declined before"),
            ("left_at_home", "Home had its turn"),
            ("taken_back_at_home", "Home lost its turn"),
            ("promise_revoked", "Found, then revoked"),
            ("undecided", "Not decided in time"),
        ],
        "organisation": [every, *((row.code, row.name_en) for row in organisations)],
    }


def test_a_filter_that_is_not_in_its_list_is_left_out(app, bring, one, shown):
    bring("solve")
    long = "9" * (LONGEST_REFERENCE + 1)
    one.get("rounds.list_lines", **RUN, result="x", tier="4", ground="met", reference=long)
    assert shown["list"].found.total == 6
    assert shown["list"].form.read_filters() == LineFilters()
    one.get("rounds.list_lines", **RUN, reference="9" * LONGEST_REFERENCE)
    assert shown["list"].found.total == 0
    with app.test_request_context("/?result=met&tier=2&reference=r1"):
        form = LineFilterForm()
        form.fill_choices(category=[], committee=[], organisation=[])
        assert form.read_filters() == LineFilters(result="met", tier="2", reference="r1")


def test_one_line_comes_with_its_givers(bring, one, auditor, shown, month):
    bring("solve")
    page = one.get("rounds.show_line", **LINE).text
    assert "Pin or forbid" in page
    assert shown["outcome"].need_id == month.needs[1].id
    assert [row.organisation_id for row in shown["givers"]] == [month.organisations[1].id]
    auditor.get("rounds.show_line", **LINE)
    assert shown["can_run"] is False
    one.get("rounds.show_line", **{**LINE, "reference": "N2607-0006"})
    assert shown["givers"] == []


def test_files_are_named_by_month_and_run(bring, one):
    bring("solve")
    for endpoint, file_format, name in (
        ("download_lines", "csv", "round-2026-07-run-1.csv"),
        ("download_lines", "xlsx", "round-2026-07-run-1.xlsx"),
        ("download_proof", "zip", "round-2026-07-run-1-proof.zip"),
    ):
        answer = one.take(f"rounds.{endpoint}", **RUN, file_format=file_format)
        said = answer.headers["Content-Disposition"]
        assert (answer.status_code, said) == (200, f'attachment; filename="{name}"')
    for endpoint, file_format in (
        ("download_lines", "zip"),
        ("download_lines", "pdf"),
        ("download_proof", "csv"),
    ):
        answer = one.client.get(f"/rounds/2026-07/runs/1/{endpoint[9:]}.{file_format}")
        assert answer.status_code == 404


def test_a_file_holds_the_selected_lines_under_their_heads(bring, one, month):
    bring("solve")
    answer = one.take("rounds.download_lines", **RUN, file_format="csv", category="hardship_money")
    head, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head == [
        "Need",
        "Resident",
        "Category",
        "Neighbourhood committee",
        "Urgency",
        "Result",
        "Amount asked",
        "Amount found",
        "Unit",
        "Organisations",
        "Explanation",
    ]
    assert row[:-1] == [
        "N2607-0006",
        "R00006",
        month.money.name_en,
        month.committees[1].name_en,
        "1",
        "No fitting offer",
        "2000",
        "0",
        "yuan",
        "",
    ]
    answer = one.take("rounds.download_lines", **RUN, file_format="csv", reference="N2607-0003")
    _head, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row[5:-1] == ["Met", "1", "1", "item", month.organisations[1].name_en]
    assert row[-1]


def test_a_line_of_the_page_links_to_its_need_and_shows_what_was_found(
    app, bring, one, shown, month
):
    bring("solve")
    one.get("rounds.list_lines", **RUN)
    found = shown["list"]
    assert (found.caption, found.endpoint) == ("Every line of run 1", "rounds.list_lines")
    heads = ["Need", "Category", "Committee", "Urgency", "Ground", "Amount found", "Organisations"]
    assert (found.headers, found.numeric) == (heads, [3])
    with app.test_request_context(headers={"Cookie": "language=en"}):
        cells = [found.make_cells(row) for row in found.rows]
    texts = [[cell.text for cell in row] for row in (cells[0], cells[5])]
    committees, giver = month.committees, month.organisations[1].name_en
    unmet = "No fitting offer"
    assert texts == [
        ["N2607-0001", month.visit.name_en, committees[2].name_en, "2", "Met", "1 visit", giver],
        ["N2607-0006", month.money.name_en, committees[1].name_en, "1", unmet, "–", "–"],
    ]
    assert cells[0][0].url == f"{ROOM}runs/1/lines/N2607-0001"
    assert cells[0][4].badges == (Badge("Met", "good"),)
    assert cells[5][4].badges == (Badge(unmet, "neutral"),)


# --- What everyone may read.


def test_the_public_page_hides_every_small_number(bring, browser, shown, month):
    bring("publish")
    public = browser.use_language("en")
    assert public.get("results.show", month=MONTH).status_code == 200
    assert shown["template"] == "results/show.html"
    assert (shown["run"].number, shown["figures"].met) == (1, 4)
    assert shown["snapshot"].sha256 in public.get("results.show", month=MONTH).text
    committees, categories = month.committees.values(), (month.visit, month.money, month.goods)
    assert shown["committees"] == [PublicRow(row.name_en, None) for row in committees]
    assert shown["categories"] == [PublicRow(row.name_en, None) for row in categories]
    assert shown["statuses"] == [PublicRow("No verified status", None)]
    assert shown["coverage"][0] == []
    public.get("results.index")
    assert [row.month for row in shown["rounds"]] == [MONTH]


def test_a_month_that_is_not_published_has_no_results(bring, browser):
    assert browser.get("results.show", month=MONTH).status_code == 404
    bring("publish")
    assert browser.get("results.show", month=MONTH.replace(month=8)).status_code == 404
    assert browser.get("results.show", month=MONTH).status_code == 200


def lock_elsewhere(make, month) -> m.Subdistrict:
    """Another street office, with one need in its locked list."""
    office = make.subdistrict()
    worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=office.id)
    committee = make.committee(office)
    make.need(make.resident(make.household(committee)), month.visit, worker, committee.id)
    now = opened_at(MONTH)
    match_round = freeze_service.open_round(month=MONTH, actor=worker, now=now)
    freeze_service.freeze_round(match_round, draw=make_draw(now), actor=worker, now=now)
    return office


def test_a_month_of_two_street_offices_leads_to_each_of_them(app, bring, browser, make, month):
    """One has published, the other has locked its list; nobody's result hides the other's."""
    bring("publish")
    with app.app_context():
        other = lock_elsewhere(make, month)
        ours = db.session.query(m.Subdistrict).filter_by(code="XJH").one()
        names = {row.code: row.name_en for row in (ours, other)}
        db.session.commit()
    public = browser.use_language("en")
    for page in (public.get("results.show", month=MONTH), public.get("results.index")):
        for code, name in names.items():
            assert f'href="/results/2026-07/{code}/">' in page.text
            assert f", {name}</a>" in page.text
    published, locked = (
        public.get("results.show_office", month=MONTH, office=code).text for code in names
    )
    assert "Results of July 2026" in published
    assert "July 2026 is being decided" in locked
    for name, page in zip(names.values(), (published, locked), strict=True):
        assert f"<p>{name}</p>" in page
    for code in ("xjh", "no", "%"):
        answer = public.get("results.show_office", month=MONTH, office=code)
        assert answer.status_code == 404


def test_the_longest_waits_are_one_group_and_its_name_says_so(app, bring, one, shown, month):
    for number, waiting in ((1, 5), (2, 9), (3, 4)):
        need = month.needs[number]
        need.waiting_rounds = waiting
        month.make.add(need)
    bring("solve")
    one.get("rounds.review", **RUN)
    assert [(row.label, row.met.whole) for row in shown["waits"]] == [
        ("0 months waited", 3),
        ("4 months waited", 1),
        ("5 months waited or more", 2),
    ]

"""What is proved about a run is said in the same words wherever it is read."""

import io
import json
import zipfile
from collections import Counter
from dataclasses import replace

import pytest

from matchmaker.base.extensions import db
from matchmaker.models import RoundRun
from matchmaker.rounds.solve.verdicts import find_verdict
from matchmaker.rounds.words import verdicts
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.rules import FIRST_POLICY
from optimizer import codec
from optimizer.report import Ruling, Unproved, Verdict
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH

RUN = {"month": MONTH, "number": 1}
POINTS = Unproved("points", "", "search", "sum", "", "3479", "3480")
FAIR = Unproved("neighbourhoods", "", "gap", "level", "C07", "1/3", "1/2")
DRAW = Unproved("lottery", "", "gap", "tickets", "", "0", "12")
SENTENCES = [
    (
        Verdict(Ruling.PROVED, labels={"dual": 9, "tree": 2}, outright=11),
        "Proved: each of the 11",
    ),
    (
        Verdict(Ruling.EXCEPT, labels={"dual": 3, "search": 1}, outright=2, unproved=(POINTS,)),
        "Every rule holds. Proved best except for the 1 aim named here",
    ),
    (
        Verdict(Ruling.FEASIBLE, labels={"dual": 3, "gap": 2}, outright=3, unproved=(FAIR, DRAW)),
        "Valid, not proved best: every rule holds. Aims that are proved: 3 of 5.",
    ),
    (
        Verdict(Ruling.FEASIBLE, labels={"search": 1}, unproved=(POINTS,)),
        "Valid, but nothing is proved best: the check only found that every rule holds.",
    ),
    (Verdict(Ruling.NO_ANSWER), "No answer was found. It is not proved that there is none."),
    (
        Verdict(Ruling.NO_ANSWER, is_settled=True),
        "There is no answer: it is proved that nothing keeps every rule.",
    ),
    (Verdict(Ruling.REFUTED), "The result did not pass the independent check"),
    (Verdict(Ruling.TOO_LARGE), "The result did not pass the independent check"),
]

NAMED = [  # a verdict, its name and how it looks
    (Verdict(Ruling.PROVED), "proved best", "good"),
    (Verdict(Ruling.EXCEPT, unproved=(POINTS, FAIR)), "proved best except 2 aims", "warning"),
    (Verdict(Ruling.FEASIBLE, unproved=(POINTS,)), "valid, not proved best", "warning"),
    (Verdict(Ruling.NO_ANSWER, is_settled=True), "no answer, proved", "bad"),
    (Verdict(Ruling.NO_ANSWER), "no answer, not proved", "bad"),
    (Verdict(Ruling.REFUTED), "not passed", "bad"),
    (Verdict(Ruling.TOO_LARGE), "not passed", "bad"),
]


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("verdict", "name", "tone"), NAMED)
def test_each_verdict_has_a_name_and_a_look(verdict, name, tone):
    run = RoundRun(verdict=codec.to_json(verdict))
    assert (verdicts.name_verdict(run), verdicts.get_verdict_tone(run)) == (name, tone)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("findings", "name"), [(["C5"], "not passed"), (None, "–")])
def test_a_run_without_a_verdict_looks_bad_and_says_what_is_known(findings, name):
    run = RoundRun(findings=findings)
    assert (verdicts.name_verdict(run), verdicts.get_verdict_tone(run)) == (name, "bad")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(("verdict", "sentence"), SENTENCES)
def test_a_sentence_claims_no_more_than_the_verdict(verdict, sentence):
    said = verdicts.describe_verdict(verdict)
    assert said.startswith(sentence)
    assert ("Proved: " in said) == (verdict.ruling is Ruling.PROVED)


@pytest.mark.usefixtures("english")
def test_what_is_not_proved_is_named_with_its_bound():
    said = [verdicts.describe_unproved(row, Names(), FIRST_POLICY) for row in (POINTS, FAIR, DRAW)]
    assert said == [
        "The most help: 3479 reached, 3480 is the proved bound, the gap is 1 at most",
        "No neighbourhood left behind, C07: 1/3 reached, 1/2 is the proved bound, the gap is 1/6 "
        "at most",
        "The public lottery: the draw of 0 of 12 tickets is proved",
    ]
    level = Unproved("neighbourhoods", "", "gap", "level", "C07", "1", "1")
    assert verdicts.describe_unproved(level, Names(), FIRST_POLICY) == (
        "No neighbourhood left behind, C07: 1 reached, as the proved bound; the rest is open"
    )
    assert "C07" not in verdicts.describe_unproved(FAIR, Names(), FIRST_POLICY, is_public=True)
    tier = Unproved("urgency", "tier=2", "search", "sum", "", "3", "5")
    said = verdicts.describe_unproved(tier, Names(), FIRST_POLICY, is_public=True)
    assert said == "The most urgent first: not proved best; numbers of one to four are not shown"
    said = verdicts.describe_unproved(tier, Names(), FIRST_POLICY)
    assert said.startswith("The most urgent first (urgency 2): 3")


def change_verdict(app, verdict: Verdict | None) -> None:
    with app.app_context():
        run = db.session.scalars(db.select(RoundRun)).one()
        run.verdict = None if verdict is None else codec.to_json(verdict)
        run.accepted_at = NOW
        db.session.commit()


def read_pages(app, month) -> dict[str, str]:
    """What each place says of the only run: pages in Chinese, the file of its proof as it is."""
    auditor = Browser(app).sign_in(month.auditor)
    pages = {
        name: auditor.get(f"rounds.{name}", **RUN).get_data(as_text=True)
        for name in ("review", "print_review")
    }
    publisher = Browser(app).sign_in(month.second)
    pages["publish"] = publisher.get("rounds.publish", **RUN).get_data(as_text=True)
    content = auditor.take("rounds.download_proof", **RUN, file_format="zip").data
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pages["bundle"] = archive.read("README.txt").decode()
    return pages


def test_review_print_publish_and_bundle_say_the_stored_verdict(app, month):
    with app.app_context():
        month.solve()
        db.session.commit()
        run = db.session.scalars(db.select(RoundRun)).one()
        stored = codec.from_json(Verdict, run.verdict)
        assert stored.ruling is Ruling.PROVED
        assert stored.result_sha256 == run.result_sha256
        assert stored.problem_sha256 == run.problem_sha256
    pages = read_pages(app, month)
    assert "proved: all" in pages.pop("bundle")
    assert all("每一个都做到了" in page for page in pages.values())
    change_verdict(app, SENTENCES[1][0])
    pages = read_pages(app, month)
    assert "proved except 1 named result" in pages["bundle"]
    assert "points: 3479 reached, bound 3480 proved (search)" in pages.pop("bundle")
    for page in pages.values():
        assert "每一个都做到了" not in page
        assert "除这里列出的 1 个目标外" in page
        assert "已证明的界限是 3480" in page
    change_verdict(app, SENTENCES[3][0])
    pages = read_pages(app, month)
    assert "nothing proved to be the best" in pages.pop("bundle")
    assert all("没有一个目标证明是最好的" in page for page in pages.values())


def test_the_public_page_says_the_stored_verdict(app, month):
    with app.app_context():
        month.publish()
        db.session.commit()
    page = Browser(app).get("results.show", month=MONTH).get_data(as_text=True)
    assert "每一个都做到了" in page
    visits = Unproved("points", "category=elder_visit", "search", "sum", "", "13", "15")
    change_verdict(app, replace(SENTENCES[2][0], unproved=(visits, FAIR, DRAW)))
    page = Browser(app).get("results.show", month=MONTH).get_data(as_text=True)
    assert "可行，还没证明是最好的：每条规则都符合，5 个目标中已证明 3 个" in page
    found = page.split("可行，还没证明是最好的：")[1].split("</ul>")[0]
    assert ("C07" in found, f"类别 {month.visit.name_zh}" in found) == (False, True)


def test_a_run_of_before_says_what_its_labels_say(app, month):
    """Without a stored verdict nothing more is said than the labels of the stages allow."""
    with app.app_context():
        month.solve()
        run = db.session.scalars(db.select(RoundRun)).one()
        run.verdict = None
        labels = Counter(stage["proof"] for stage in run.figures["stages"])
        count = labels.total()
        assert find_verdict(run) == Verdict(Ruling.PROVED, labels=dict(labels), outright=count)
        stage = change_stage(run, 1, "search")
        found, left = find_verdict(run), Counter(row["proof"] for row in run.figures["stages"])
        assert (found.ruling, found.outright, found.labels) == (Ruling.EXCEPT, 1, dict(left))
        bound = ("search", "sum", "", str(stage["value"]), "–")
        assert found.unproved == (Unproved(stage["name"], stage["key"], *bound),)
        change_stage(run, -1, "gap")
        assert find_verdict(run).ruling is Ruling.FEASIBLE
        run.figures = None
        assert find_verdict(run) is None


@pytest.mark.parametrize(
    ("proofs", "ruling"),
    [
        (["dual", "dual", "search", "search"], Ruling.EXCEPT),
        (["dual", "search", "search", "search"], Ruling.FEASIBLE),
        (["search", "dual", "dual", "dual"], Ruling.FEASIBLE),
    ],
)
def test_a_run_of_before_is_proved_if_at_most_half_is_open(app, month, proofs, ruling):
    with app.app_context():
        run = month.solve()
        run.verdict = None
        stages = run.figures["stages"]
        kept = [{**stages[0], "proof": proof, "value": None} for proof in proofs]
        run.figures = {**run.figures, "stages": kept}
        found = find_verdict(run)
        assert (found.ruling, found.unproved[0].value) == (ruling, "–")


def change_stage(run: RoundRun, place: int, proof: str) -> dict:
    """Write another label on a stage, and return the stage as it was stored."""
    figures = json.loads(json.dumps(run.figures))
    figures["stages"][place]["proof"] = proof
    run.figures = figures
    return figures["stages"][place]

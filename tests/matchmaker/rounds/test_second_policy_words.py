"""A month of the second policy in words: every stage, key and level, and every page of them."""

import io
import json
import zipfile

import pytest
from flask_babel import force_locale

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.commands.round_report import describe_run
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve.figures import StageFigures
from matchmaker.rounds.words import grounds, helps, outcomes, policies, stages, verdicts
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.rules import FIRST_POLICY, POLICY_WORDS, SECOND_POLICY
from optimizer.policy import COMMUNITY_2, POLICIES
from optimizer.report import Unproved
from optimizer.solution import Level, Proof, SolutionStatus
from tests.browser import Browser
from tests.draws import lock_and_draw
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.worlds import kept

RUN = {"month": MONTH, "number": 1}
NAMES = Names({"C01": "Plum Lane"}, {"rice_oil": "Rice and oil"}, {"O01": "The Bakery"})
CODES = [stage.name for stage in COMMUNITY_2.stages]
ASKED = {"asked": 5, "units": 0}


def make_stage(name: str, key: str = "", proof: Proof = Proof.DUAL, **values) -> StageFigures:
    return StageFigures(name, "any", key, SolutionStatus.PROVEN, proof, "HiGHS", **values)


def make_outcome(ground: str, **numbers) -> m.NeedOutcome:
    run = m.RoundRun(match_round=m.MatchRound(policy=SECOND_POLICY))
    return m.NeedOutcome(
        run=run, ground=ground, is_met=ground == "met", numbers={**ASKED, **numbers}
    )


@pytest.fixture(params=["en", "zh_Hans_CN"])
def speak(app, request):
    """A request of somebody who reads the language."""
    with app.test_request_context(headers={"Cookie": f"language={request.param}"}):
        yield


# Stages, keys and levels.


def test_every_published_policy_has_its_words():
    assert list(POLICY_WORDS) == list(POLICIES)


@pytest.mark.usefixtures("speak")
def test_every_stage_has_a_name_a_reason_and_a_sentence_of_its_own():
    names = [policies.name_stage(code, SECOND_POLICY) for code in CODES]
    assert len(set(names)) == len(CODES)
    assert not set(names) & set(CODES)
    found = [policies.find_rule(code, SECOND_POLICY) for code in CODES]
    assert (
        len({str(rule.behind) for rule in found}) == len({str(rule.name) for rule in found}) == 11
    )
    assert all(len(str(rule.reason)) > 30 and str(rule.behind) for rule in found)


def test_a_code_means_what_its_own_policy_says(english):
    for code in ("neighbourhoods", "points", "burden", "kindness"):
        assert len({policies.justify_stage(code, policy) for policy in POLICIES}) == 2
    assert policies.name_stage("homes-2", SECOND_POLICY) == "Help for more homes, urgency 2"
    for unknown in ("homes", "homes-4", "points-1", "lottery", "people"):
        assert policies.name_stage(unknown, SECOND_POLICY) == unknown
        assert policies.justify_stage(unknown, SECOND_POLICY) == ""
    assert policies.name_stage("homes-2", FIRST_POLICY) == "homes-2"


def test_each_stage_belongs_to_one_part_in_the_order_of_the_policy():
    parts = POLICY_WORDS[SECOND_POLICY].parts
    assert [code for part in parts for code in part.stages] == CODES


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("waiting=4", "waited 4 months or longer"),
        ("waiting=0", "whatever the wait"),
        ("turn=2,waiting=1", "turn 2, waited 1 month or longer"),
        ("lost=3", "waited longer than 3 months, or as long and lost a promise"),
        ("tier=1", ""),  # the stage says it
        ("", ""),
    ],
)
def test_keys_of_turns_and_waits_are_said_in_words(english, key, words):
    assert stages.describe_key(key, NAMES, SECOND_POLICY) == words


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (("neighbourhoods", Level("C01", 1, 4), Level("", 2, 4)),
         "1/4 (Plum Lane) … 2/4 (without a committee)"),
        (("neighbourhoods", Level("C01", 1, 4), Level("C01", 1, 4)), "1/4 (Plum Lane)"),
        (("shares", Level("N2607-0001", 1, 1), Level("N2607-0004", 90_000, 1)), "spread evenly"),
        (("burden", Level("O01/rice_oil", 9, 12), Level("O02/visits", 1, 24)),
         "9/12 (The Bakery: Rice and oil) … 1/24 (O02: visits)"),
        (("burden", Level("O01/bread", 9, 12), Level("O01/visits", 1, 24)),
         "9/12 (The Bakery: bread) … 1/24 (The Bakery: visits)"),
    ],
)  # fmt: skip
def test_levels_name_their_groups(english, stage, words):
    name, first, last = stage
    found = make_stage(name, first=first, last=last)
    assert stages.describe_value(found, NAMES, SECOND_POLICY) == words


def test_what_no_number_says_has_a_word_or_a_dash(english):
    reached = {
        code: stages.describe_value(make_stage(code), NAMES, SECOND_POLICY) for code in CODES
    }
    assert {code: words for code, words in reached.items() if words != "–"} == {
        "draw": "by the tickets",
        "shares": "spread evenly",
        "odd-units": "by the tickets",
    }
    for proof in (Proof.GAP, Proof.SEARCH):
        left_open = [make_stage(code, proof=proof) for code in reached]
        assert {stages.describe_value(row, NAMES, SECOND_POLICY) for row in left_open} == {"–"}


@pytest.mark.parametrize(
    ("shares", "odd_units", "is_said"),
    [
        (Proof.DUAL, Proof.TREE, True),
        (Proof.GAP, Proof.DUAL, False),
        (Proof.DUAL, Proof.SEARCH, False),
    ],
)
def test_a_share_is_said_to_be_equal_only_if_that_is_proved(
    app, solved, english, shares, odd_units, is_said
):
    run = read_run()
    figures = json.loads(json.dumps(run.figures))
    figures["stages"] = [
        row | {"proof": {"shares": shares, "odd-units": odd_units}.get(row["name"], row["proof"])}
        for row in figures["stages"]
    ]
    run.figures = figures
    outcome = make_outcome("met", units=3)
    outcome.run = run
    said = grounds.explain_outcome(outcome)
    assert said.startswith(
        "Good news: help was found for you this month. It is less than you asked for"
    )
    assert ("share it equally" in said) is is_said
    db.session.rollback()


def test_results_are_grouped_by_question_with_their_totals(english):
    found = [
        make_stage("duties-1", "tier=1", value=3),
        make_stage("first-turns-1", "waiting=5", value=2),
        make_stage("first-turns-1", "waiting=0", value=40),
        make_stage("homes-1", value=6),
        make_stage("later-turns-1", "turn=2,waiting=1", value=1),
        make_stage("later-turns-1", "turn=2,waiting=0", value=5),
        make_stage("later-turns-1", "turn=3,waiting=0", value=2),
        make_stage("first-turns-3", "waiting=0", Proof.SEARCH, value=9),
        make_stage("draw"),
    ]
    urgent, patient, still_open = stages.list_parts(found, SECOND_POLICY)
    assert urgent.list_totals(NAMES) == [
        ("What was promised", "3 promised visits kept"),
        ("The first turn of every home", "40 first turns"),
        ("Help for more homes", "6 homes of those still open"),
        ("Second turns and later ones", "7 later turns"),
    ]
    assert still_open.list_totals(NAMES) == [("The public draw", "by the tickets")]
    said = [stages.describe_proofs(part) for part in (urgent, patient, still_open)]
    assert said == ["all 7 proved", "0 of 1 proved", "proved"]
    [plain] = stages.list_parts(found, FIRST_POLICY)
    assert (plain.part, plain.stages) == (None, tuple(found))


def test_what_is_not_proved_is_named_by_the_words_of_its_policy(english):
    rows = [
        Unproved("first-turns-2", "waiting=3", "gap", "sum", "", "4", "5"),
        Unproved("neighbourhoods", "", "gap", "rank", "1/3", "2", "3"),
        Unproved("burden", "", "gap", "level", "O01/visits", "1/2", "1/3"),
        Unproved("homes-1", "", "gap", "needs", "", "7", "12"),
        Unproved("duties-1", "tier=1", "gap", "sum", "", "4", "5"),
    ]
    said = [verdicts.describe_unproved(row, NAMES, SECOND_POLICY) for row in rows]
    assert said == [
        "The first turn of every home, urgency 2 (waited 3 months or longer): 4 reached, 5 is the "
        "proved bound, the gap is 1 at most",
        "Neighbourhoods that have had less, at the level 1/3: 2 reached, 3 is the proved bound, "
        "the gap is 1 at most",
        "Turns among those who give, The Bakery: visits: 1/2 reached, 1/3 is the proved bound, "
        "the gap is 1/6 at most",
        "Help for more homes, urgency 1: of 12 needs, it is proved for 7 whether they are still "
        "open",
        "What was promised, urgency 1: 4 reached, 5 is the proved bound, the gap is 1 at most",
    ]
    assert "Bakery" not in verdicts.describe_unproved(rows[2], NAMES, SECOND_POLICY, is_public=True)


# What a resident reads.


@pytest.mark.usefixtures("speak")
def test_a_resident_without_help_reads_which_rule_decided():
    said = [grounds.explain_outcome(make_outcome("outranked", stage=code)) for code in CODES]
    assert len(set(said)) == len(CODES), "each stage, and each urgency, has a sentence of its own"
    assert not any("%" in sentence for sentence in said)
    for code, sentence in zip(CODES, said, strict=True):
        rule = policies.find_rule(code, SECOND_POLICY)
        begin, _sign, _end = str(rule.behind).partition("%(urgency)s")
        assert sentence.startswith(begin)
        staff = outcomes.explain_outcome_to_staff(make_outcome("outranked", stage=code))
        assert policies.name_stage(code, SECOND_POLICY) in staff


def test_a_need_behind_danger_reads_what_danger_would_have_lost(english):
    outcome = make_outcome(
        "outranked", stage="first-turns-1", ahead_by={"duty": 1, "more_urgent": 1}
    )
    assert grounds.explain_outcome(outcome) == (
        "We are sorry: there was not enough of this help for everyone this month, so yours could "
        "not be met. 2 requests went first: 1 was promised earlier and is still going on; 1 was "
        "more urgent than yours. This way more homes with people in danger have the first turn of "
        "their kind of help, the longest wait first."
    )


def test_the_draw_shares_and_what_comes_next_are_said_by_home(english):
    drawn = grounds.explain_outcome(make_outcome("lost_lottery"))
    assert "one ticket for each home. Yours was not drawn this time." in drawn
    partly = grounds.explain_outcome(make_outcome("met", units=3))
    assert "less than you asked for" in partly
    assert "share it equally" in partly
    assert grounds.explain_outcome(make_outcome("met", units=5)) == (
        "Good news: help was found for you this month."
    )
    later = helps.explain_next(make_outcome("outranked"))
    assert "between equally urgent ones, the one that has waited longer is normally" in later
    assert grounds.explain_outcome(make_outcome("outranked", ahead=2)) == (
        "We are sorry: there was not enough of this help for everyone this month. It "
        "went to people who come first by the published order."
    )
    for ahead, holders in ((1, "1 home holds the places."), (2, "2 homes hold the places.")):
        said = outcomes.explain_outcome_to_staff(make_outcome("outranked", ahead=ahead))
        assert holders in said


# The pages of a month.


@pytest.fixture
@kept
def solved(app, month):
    """The month, solved under the second policy."""
    with app.app_context():
        match_round = month.open()
        match_round.policy = SECOND_POLICY
        lock_and_draw(match_round, first=month.one, second=month.two, now=NOW)
        month.solve(match_round)
        db.session.commit()
    return month


def read_run() -> m.RoundRun:
    return db.session.scalars(db.select(m.RoundRun)).one()


TITLES = [part.title for part in POLICY_WORDS[SECOND_POLICY].parts]


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_review_and_print_list_the_stages_by_question(app, solved, language):
    auditor = Browser(app).sign_in(solved.auditor).use_language(language)
    for page in ("rounds.review", "rounds.print_review"):
        text = auditor.get(page, **RUN).text
        with app.test_request_context(headers={"Cookie": f"language={language}"}):
            places = [text.index(f"<h3>{title}</h3>") for title in TITLES]
            codes = [code for code in CODES if f">{code}<" in text]
            homes = str(policies.find_rule("homes-1", SECOND_POLICY).name)
        assert places == sorted(places)
        assert codes == []
        assert text.count(f"<dt>{homes}</dt>") == 3
        assert "O01/" not in text
        assert text.count("<details open") == (6 if "print" in page else 0)


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_the_public_page_says_how_the_month_was_decided(app, solved, language):
    with app.app_context():
        publication.publish_run(read_run(), actor=solved.two, now=NOW)
        db.session.commit()
    text = Browser(app).use_language(language).get("results.show", month=MONTH).text
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        places = [text.index(f"<h3>{title}</h3>") for title in TITLES]
    assert places == sorted(places)
    assert '/criteria/2"' in text


def test_a_coordinator_reads_why_the_organisation_was_asked(app, solved):
    with app.app_context():
        publication.publish_run(read_run(), actor=solved.two, now=NOW)
        db.session.commit()
    user = solved.make.user(m.Role.COORDINATOR, organisation_id=solved.organisations[1].id)
    text = Browser(app).sign_in(user).use_language("en").get("assignments.given").text
    assert "Why were we asked?" in text
    assert "the smallest part of its agreement for the year is asked first" in text
    assert "busiest organisation" not in text


def test_the_terminal_and_the_file_of_the_proof_group_the_stages(app, solved):
    with app.app_context():
        lines = list(describe_run(read_run()))
    heads = [line for line in lines if line.endswith("results proved")]
    assert [line.split("  ")[0] for line in heads] == [
        "urgency 1", "urgency 2", "urgency 3", "still open", "how much", "by whom",
    ]  # fmt: skip
    assert any(line.startswith("  first-turns-2 by wait") and "0: 2" in line for line in lines)
    answer = (
        Browser(app).sign_in(solved.auditor).take("rounds.download_proof", **RUN, file_format="zip")
    )
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        text = archive.read("README.txt").decode()
    assert [line.split()[0] for line in text.splitlines() if line.startswith("  ")] == CODES
    assert "\nUrgency 1: danger to life or health\n" in text


@pytest.mark.parametrize(
    ("policy", "title", "title_zh"),
    [
        (FIRST_POLICY, "Coverage by committee", "各居委会满足率"),
        (SECOND_POLICY, "Contested help by committee", "不够分的帮助：各居委会满足率"),
    ],
)
@pytest.mark.usefixtures("english")
def test_the_chart_of_committees_is_called_by_what_the_policy_counts(policy, title, title_zh):
    assert policies.name_coverage(policy) == title
    with force_locale("zh_Hans_CN"):
        assert policies.name_coverage(policy) == title_zh

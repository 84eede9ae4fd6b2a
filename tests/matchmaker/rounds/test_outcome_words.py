"""Every outcome in words: the resident's sentences and the office's, compared whole."""

import pytest
from flask_babel import force_locale

from matchmaker import models as m
from matchmaker.rounds.words import grounds, helps, outcomes
from matchmaker.rounds.words.rules import FIRST_POLICY

HELD = (
    "We are sorry: there was not enough of this help for everyone this month, so yours could not "
    "be met. "
)
NOT_KNOWN_WHY = (
    "We are sorry: nothing was found for you this month, and the time ended before "
    "it was known why. Please ask the office."
)
NO_TIME_OR_PLACE = (
    "We are sorry: this month nobody offered what you need at a time and place that suit you."
)


def make_miss(code: str) -> dict:
    return {"filter": code, "stock": "O01/visit/1", "person": None, "missing": []}


# Ground and numbers of an outcome, and what its resident reads.
FOR_RESIDENTS = [
    ("met", {}, "Good news: help was found for you this month."),
    (
        "forbidden",
        {},
        "We are sorry: the office could not arrange this help this month. Please ask the office.",
    ),
    (
        "time_conflict",
        {},
        "We are sorry: this help was there, but only at times when other help is "
        "already coming to you.",
    ),
    (
        "outranked",
        {},
        "We are sorry: there was not enough of this help for everyone this month. It "
        "went to people who come first by the published order.",
    ),
    (
        "outranked",
        {"ahead": 1, "ahead_by": {"waited_longer": 1}},
        f"{HELD}1 request went first: 1 was as urgent as yours and had waited longer.",
    ),
    (
        "outranked",
        {"ahead": 4, "ahead_by": {"more_urgent": 3, "duty": 2}, "stage": "urgency"},
        f"{HELD}5 requests went first: 2 were promised earlier and are still going on; 3 "
        "were more urgent than yours. "
        "This way more needs are met, the most urgent first.",
    ),
    (
        "outranked",
        {"ahead": 2, "ahead_by": {"more_urgent": 2}, "stage": "urgency"},
        f"{HELD}2 requests went first, all more urgent than yours.",
    ),
    (
        "outranked",
        {"ahead": 1, "ahead_by": {"more_urgent": 1}},
        f"{HELD}1 request went first, more urgent than yours.",
    ),
    (
        "outranked",
        {"stage": "points"},
        "This way the published points of what is met add up to more.",
    ),
    ("outranked", {"stage": "an aim of earlier times"}, "The published order decided."),
    (
        "lost_lottery",
        {"ahead": 4},
        "We are sorry: several people had an equal claim and there was not enough for "
        "all, so lots were drawn. Yours was not drawn this time.",
    ),
    ("undecided", {}, NOT_KNOWN_WHY),
    ("a ground of earlier times", {}, NOT_KNOWN_WHY),
    (
        "declined_before",
        {},
        "You declined this help a short time ago, so it was not planned.",
    ),
    (
        "promise_revoked",
        {},
        "Help was found for you this month, but it cannot come after all. This is not your fault.",
    ),
    ("no_eligible_offer", {}, NO_TIME_OR_PLACE),
    ("no_eligible_offer", {"nearest": make_miss("forbidden")}, NO_TIME_OR_PLACE),
    (
        "no_eligible_offer",
        {"filters": {"category": 0}},
        "We are sorry: this month nobody offered this kind of help.",
    ),
    *(
        ("no_eligible_offer", {"filters": {"category": 1}, "nearest": make_miss(code)}, sentence)
        for code, sentence in {
            "category": "We are sorry: this month nobody offered this kind of help.",
            "area": "We are sorry: this kind of help was offered this month, but not in your "
            "neighbourhood.",
            "status": "We are sorry: this kind of help was kept for certain people this month, so "
            "we could not arrange it for you.",
            "skill": "We are sorry: this kind of help was offered, but this month nobody was there "
            "who could have come.",
            "slot": "We are sorry: this kind of help was offered this month, but at none of the "
            "times we have down for you.",
        }.items()
    ),
]

FOR_RESIDENTS += [
    (
        "no_eligible_offer",
        {"nearest": {**make_miss("skill"), "person": "V0001", "missing": ["medical"]}},
        "We are sorry: this kind of help was offered this month, but by nobody with "
        "the certificate it needs.",
    ),
    (
        "no_eligible_offer",
        {"filters": {"category": 2, "forbidden": 1}},
        "We are sorry: this kind of help was offered this month, but too little of it: "
        "too few people at one time, or less than is of use to you.",
    ),
]

NONE_FITS = "No open offer fits this need."
PLACES = "The places went to needs that come first by the published order."
FILTERS = {"category": 9, "area": 8, "status": 7, "skill": 6, "slot": 5, "forbidden": 4}
REASONS = {
    "duty": 1,
    "more_urgent": 2,
    "less_urgent": 3,
    "waited_longer": 4,
    "waited_less": 5,
    "other": 6,
}
TICKET, CUT_OFF = "0123456789abcdef" * 4, "fedcba9876543210" * 4

# The same for the office, with every number.
FOR_THE_OFFICE = [
    ("met", {"units": 3, "asked": 5}, "Met: 3 items given, 5 items asked."),
    ("no_eligible_offer", {}, NONE_FITS),
    (
        "no_eligible_offer",
        {"filters": FILTERS},
        f"{NONE_FITS} Offers left after each check: category 9, neighbourhood 8, status 7, "
        "skill 6, time 5, forbids 4.",
    ),
    (
        "no_eligible_offer",
        {"nearest": make_miss("area")},
        f"{NONE_FITS} The nearest, an offer of organisation O01, failed at: neighbourhood.",
    ),
    (
        "no_eligible_offer",
        {"filters": {"slot": 0}, "nearest": make_miss("slot")},
        f"{NONE_FITS} Offers left after each check: time 0. "
        "The nearest, an offer of organisation O01, failed at: "
        "time.",
    ),
    (
        "forbidden",
        {},
        "A forbid of this round excludes everything that could meet this need.",
    ),
    (
        "time_conflict",
        {},
        "It could be met, but other visits to this resident hold every slot that would do.",
    ),
    ("outranked", {}, PLACES),
    (
        "outranked",
        {"stage": "urgency", "ahead": 1},
        f"{PLACES} The deciding aim is “The most urgent first”. 1 person holds the places.",
    ),
    ("outranked", {"ahead": 4}, f"{PLACES} 4 people hold the places."),
    (
        "outranked",
        {"ahead_by": REASONS},
        f"{PLACES} (due visits 1, more urgent 2, less urgent 3, waiting longer 4, "
        "waiting less 5, decided by a later aim 6)",
    ),
    ("lost_lottery", {}, "Equal in every stage; the published lottery decided."),
    (
        "lost_lottery",
        {"ticket": TICKET, "cut_off": CUT_OFF},
        "Equal in every stage; the lottery decided. Ticket 0123456789ab, last one drawn "
        "fedcba987654.",
    ),
    (
        "lost_lottery",
        {"ticket": TICKET},
        "Equal in every stage; the lottery decided. Ticket 0123456789ab, last one drawn –.",
    ),
    (
        "lost_lottery",
        {"home_ticket": CUT_OFF, "home_cut_off": TICKET},
        "Equal up to the draw, which decided. Ticket of the home fedcba987654, last "
        "one drawn 0123456789ab.",
    ),
    (
        "lost_lottery",
        {"home_ticket": CUT_OFF, "ticket": TICKET, "cut_off": CUT_OFF},
        "Equal up to the draw, which decided. Ticket of the home fedcba987654, last "
        "one drawn –. Ticket of the need 0123456789ab, last one drawn fedcba987654.",
    ),
    (
        "declined_before",
        {},
        "Everything that could meet this need was declined before, so it was not planned.",
    ),
    ("undecided", {}, "The time limit came before the ground was known."),
    ("a ground of earlier times", {}, "The time limit came before the ground was known."),
]

GROUND_NAMES = {
    "met": "Met",
    "no_eligible_offer": "No fitting offer",
    "forbidden": "Forbidden",
    "time_conflict": "Times collide",
    "outranked": "Others came first",
    "lost_lottery": "Lost the lottery",
    "declined_before": "Declined before",
    "undecided": "Not decided in time",
    "a ground of earlier times": "a ground of earlier times",
}


ASKED = {"asked": 1, "units": 0}


def make_outcome(ground: str, numbers: dict) -> m.NeedOutcome:
    category = m.ServiceCategory(kind=m.OfferKind.GOODS, unit="item")
    return m.NeedOutcome(
        need=m.Need(category=category, quantity=5, tier=3),
        ground=ground,
        is_met=ground == "met",
        received_units=numbers.get("units", 0),
        numbers={**ASKED, **numbers},
    )


@pytest.mark.usefixtures("english")
def test_a_resident_reads_one_plain_sentence_of_each_outcome():
    for ground, numbers, sentence in FOR_RESIDENTS:
        assert grounds.explain_outcome(make_outcome(ground, numbers)) == sentence


@pytest.mark.usefixtures("english")
def test_the_office_reads_every_number_of_an_outcome():
    for ground, numbers, sentence in FOR_THE_OFFICE:
        assert outcomes.explain_outcome_to_staff(make_outcome(ground, numbers)) == sentence


@pytest.mark.usefixtures("english")
def test_every_ground_and_filter_has_a_short_name():
    assert {code: outcomes.name_ground(code) for code in GROUND_NAMES} == GROUND_NAMES
    assert [outcomes.name_filter(code) for code in (*FILTERS, "weather")] == [
        "category",
        "neighbourhood",
        "status",
        "skill",
        "time",
        "forbids",
        "weather",
    ]


@pytest.mark.usefixtures("chinese")
def test_no_filter_is_shown_as_its_code():
    assert [code for code in FILTERS if outcomes.name_filter(code) == code] == []


@pytest.mark.usefixtures("english")
def test_a_resident_reads_what_happens_next():
    assert helps.explain_next(make_outcome("met", {})) == (
        "The organisation that will help you will arrange it with you. You need not do "
        "anything now."
    )
    waits = (
        "Your request stays on our list: between equally urgent ones, the one that has "
        "waited longer is normally looked at first, and this month counts as waiting. "
        "If it cannot wait, please call your neighbourhood committee."
    )
    for ground in ("outranked", "lost_lottery", "time_conflict", "undecided"):
        assert helps.explain_next(make_outcome(ground, {})) == waits
    for ground in ("no_eligible_offer", "forbidden", "declined_before"):
        assert helps.explain_next(make_outcome(ground, {})) == (
            "Your request stays on our list, and we look for help for you again every "
            "month. If it cannot wait, please call your neighbourhood committee."
        )


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("ground", ["outranked", "no_eligible_offer", "left_at_home"])
def test_what_another_office_has_is_in_no_list_meanwhile(ground):
    outcome = make_outcome(ground, {})
    outcome.need.state, outcome.need.tier = m.NeedState.REFERRED, 2
    said = helps.explain_next(outcome)
    assert said.startswith("Another office looks after this request now.")
    assert "in none of our lists" in said
    assert "120 for an ambulance" in said
    assert "stays on our list" not in said
    assert "stays open" not in said


@pytest.mark.usefixtures("english")
def test_it_is_said_why_the_less_urgent_went_first_if_the_order_is_proved_and_nobody_pinned():
    said = "Even without the less urgent ones, yours could not have been met."
    outcome = make_outcome("outranked", {"ahead_by": {"more_urgent": 1, "less_urgent": 2}})
    proved, best_found = m.RunStatus.PROVEN, m.RunStatus.FEASIBLE
    for is_plain, status in ((True, proved), (False, proved), (None, proved), (True, best_found)):
        outcome.run = m.RoundRun(
            match_round=m.MatchRound(policy=FIRST_POLICY), is_plain=is_plain, status=status
        )
        is_said = said in grounds.explain_outcome(outcome)
        assert is_said is (is_plain is True and status is proved), (is_plain, status)
    outcome.numbers = {**ASKED, "ahead_by": {"more_urgent": 1, "waited_less": 2}}
    assert said not in grounds.explain_outcome(outcome)


@pytest.mark.usefixtures("english")
def test_people_who_may_be_in_danger_read_the_numbers_to_call():
    readers = set()
    for ground in ("met", "outranked", "no_eligible_offer", "lost_lottery"):
        for tier in (1, 2, 3):
            outcome = make_outcome(ground, {})
            outcome.need.tier = tier
            if "120 for an ambulance" in helps.explain_next(outcome):
                readers.add((outcome.is_met, tier))
    assert readers == {(False, 1), (False, 2), (True, 1)}
    outcome = make_outcome("met", {})
    outcome.need.tier = 1
    asked = helps.explain_next(outcome, waits_for_recipient=True)
    assert "Please say whether it suits you" in asked
    assert "You need not do anything now" not in asked
    assert "120 for an ambulance" in asked


@pytest.mark.usefixtures("english")
def test_papers_and_places_are_said_each_in_its_own_words():
    place = m.Committee(code="C01", name_zh="一", name_en="One")
    papers = helps.say_help(helps.Help("papers", (m.StatusKind.DISABLED.value,), False), [place])
    places = helps.say_help(helps.Help("places", ("C01",), False), [place])
    assert "something that proves it" in papers
    assert "There was such help in: One." in places


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("tier", "people"),
    [(1, "in danger"), (2, "who cannot wait long"), (3, "who can wait their turn")],
)
def test_the_aim_that_decided_names_the_people_of_its_urgency(tier, people):
    said = grounds._say_stage(f"homes-{tier}", "community/2")
    assert f"with people {people}" in said


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("asks", ["times", "places"])
def test_a_help_that_may_be_full_says_so(asks):
    values = ("W1-WD-AM",) if asks == "times" else ("C01",)
    place = m.Committee(code="C01", name_zh="一", name_en="One")
    said = [helps.say_help(helps.Help(asks, values, is_free), [place]) for is_free in (True, False)]
    assert ["no place left" in sentence for sentence in said] == [False, True]


@pytest.mark.parametrize(
    ("explain", "table"),
    [
        (grounds.explain_outcome, FOR_RESIDENTS),
        (outcomes.explain_outcome_to_staff, FOR_THE_OFFICE),
    ],
    ids=["residents", "office"],
)
def test_every_sentence_is_another_in_chinese_and_keeps_its_numbers(chinese, explain, table):
    for ground, numbers, english in table:
        sentence = explain(make_outcome(ground, numbers))
        assert sentence != english
        assert "。 " not in sentence
        with force_locale("en"):
            assert explain(make_outcome(ground, numbers)) == english
        assert sorted(filter(str.isdigit, sentence)) == sorted(filter(str.isdigit, english))

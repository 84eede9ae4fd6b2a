"""What is said of promises and of how they ended, on the pages of a month's places and promises."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from matchmaker import models as m
from matchmaker.rounds.outcome_numbers import make_numbers
from matchmaker.rounds.pages.promise_views import RevokeForm, name_promise
from matchmaker.rounds.publish.publication import is_comparison
from matchmaker.rounds.solve.proposal import make_proposal
from matchmaker.rounds.words.helps import _PEOPLE
from matchmaker.rounds.words.places import describe_end
from matchmaker.words.labels import get_label
from optimizer.explanation import Explanation
from optimizer.solution import GroundCode
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH
from tests.matchmaker.rounds.small_snapshot import DRAWN, SECOND, read_data

ENDED = {
    m.PromiseState.DECLINED: ("decline_reason", m.DeclineReason.PERSON_ILL),
    m.PromiseState.REVOKED: ("revoked_reason", m.RevokeReason.NEED_WITHDRAWN),
    m.PromiseState.FAILED: ("fail_reason", m.FailReason.WEATHER),
}


@pytest.mark.parametrize("state", m.PromiseState)
def test_how_a_promise_ended_is_said_with_its_reason_if_there_is_one(english, state):
    reasons = {name: None for name, _ in ENDED.values()}
    without = SimpleNamespace(state=state, **reasons)
    assert describe_end(without) == str(get_label(state))
    if state in ENDED:
        name, reason = ENDED[state]
        row = SimpleNamespace(state=state, **(reasons | {name: reason}))
        assert describe_end(row) == f"{get_label(state)}: {get_label(reason)}"


def test_every_status_has_words_for_those_who_have_it(english, chinese):
    assert set(_PEOPLE) == set(m.StatusKind)
    assert len({str(words) for words in _PEOPLE.values()}) == len(m.StatusKind)


@pytest.mark.parametrize("visitor", [None, SimpleNamespace(name="Ann Li")])
def test_a_promise_is_one_line_without_gaps(english, visitor):
    names = {"name_zh": "", "name_en": "Rice"}
    category = SimpleNamespace(unit="item", **names)
    row = SimpleNamespace(
        asked=SimpleNamespace(reference="N2607-0001", category=category),
        units=2,
        organisation=SimpleNamespace(name_zh="", name_en="Silver Companions"),
        volunteer=visitor,
        slot=None,
    )
    who = "Silver Companions · Ann Li" if visitor else "Silver Companions"
    assert name_promise(row, MONTH) == f"N2607-0001 · Rice · 2 items · {who}"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["1", "12"], {1, 12}),
        (["123456789"], {123456789}),
        (["1234567890", "x", "-1", "\N{FULLWIDTH DIGIT ONE}", ""], set()),
    ],
)
def test_ticked_lines_are_read_and_what_is_no_number_is_ignored(english, typed, read):
    form = RevokeForm()
    form.chosen.data = typed
    assert form.read_chosen() == read


@pytest.mark.parametrize(
    ("is_plain", "made", "lifted", "found"),
    [
        (True, -1, None, True),
        (False, -1, None, False),
        (True, 1, None, False),
        (True, -1, NOW, False),
    ],
)
def test_a_run_without_the_pins_in_force_is_there_to_compare_with(is_plain, made, lifted, found):
    run = SimpleNamespace(is_plain=is_plain, created_at=2)
    assert is_comparison(run, [SimpleNamespace(made_at=2 + made, lifted_at=lifted)]) is found


@pytest.mark.parametrize("in_half_months", [False, True])
def test_a_wait_counted_in_half_months_is_said_with_the_lost_promise(in_half_months):
    reasons = {"waited_longer": 2, "waited_less": 1, "more_urgent": 3}
    unmet = Explanation("n", GroundCode.OUTRANKED, ahead=6, ahead_by=reasons)
    said = {"waited_or_lost": 2, "waited_less_or_kept": 1, "more_urgent": 3}
    numbers = make_numbers(1, 0, unmet, in_half_months=in_half_months)
    assert numbers.ahead_by == (said if in_half_months else reasons)


@pytest.mark.parametrize("has_lost", [False, True])
@pytest.mark.parametrize(("month", "is_drawn"), [(SECOND, False), (DRAWN, True)])
def test_a_search_names_waits_as_the_run_does(month, is_drawn, has_lost):
    needs = [replace(need, lost=has_lost) for need in month.needs]
    snapshot = replace(month, needs=tuple(needs))
    name = needs[0].reference
    unmet = Explanation(
        name, GroundCode.OUTRANKED, ahead=2, ahead_by={"waited_longer": 1, "waited_less": 1}
    )
    [unfilled] = make_proposal(read_data("problem"), snapshot, (), {name: 1}, [unmet]).unfilled
    said = {"waited_or_lost", "waited_less_or_kept"}
    assert (unfilled.numbers.ahead_by.keys() == said) is (is_drawn and has_lost)

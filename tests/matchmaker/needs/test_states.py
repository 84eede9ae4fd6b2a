import itertools

import pytest

from matchmaker.base.errors import ConflictError
from matchmaker.models import Need, NeedState
from matchmaker.needs import states


def make_need(state: NeedState, waiting_rounds: int = 0) -> Need:
    return Need(state=state, waiting_rounds=waiting_rounds)


@pytest.mark.parametrize(("start", "target"), itertools.product(NeedState, NeedState))
def test_only_the_steps_of_the_table_are_taken(start, target):
    need = make_need(start)
    if states.NEED_STATES.can(start, target):
        states.NEED_STATES.take(need, target)
        assert need.state is target
    else:
        with pytest.raises(ConflictError):
            states.NEED_STATES.take(need, target)
        assert need.state is start


def test_a_need_can_be_taken_back_until_help_was_found():
    assert NeedState.IN_ROUND in states.WITHDRAWABLE
    assert NeedState.MATCHED not in states.WITHDRAWABLE


def test_a_publication_taken_back_decides_a_met_need_again():
    need = make_need(NeedState.MATCHED)
    states.move_to_round(need)
    assert need.state is NeedState.IN_ROUND


def test_a_met_need_waits_no_longer():
    need = make_need(NeedState.IN_ROUND, waiting_rounds=4)
    states.mark_matched(need)
    assert (need.state, need.waiting_rounds) == (NeedState.MATCHED, 0)


def test_a_need_passed_over_has_waited_one_round_more():
    need = make_need(NeedState.IN_ROUND, waiting_rounds=2)
    states.return_to_open(need, was_passed_over=True)
    assert (need.state, need.waiting_rounds) == (NeedState.OPEN, 3)


def test_a_round_called_off_costs_nobody_a_round():
    need = make_need(NeedState.IN_ROUND, waiting_rounds=2)
    states.return_to_open(need, was_passed_over=False)
    assert (need.state, need.waiting_rounds) == (NeedState.OPEN, 2)


def test_only_open_needs_enter_a_round():
    with pytest.raises(ConflictError):
        states.move_to_round(make_need(NeedState.SUBMITTED))

from dataclasses import dataclass
from enum import StrEnum

import pytest

from matchmaker.base.errors import ConflictError
from matchmaker.states import StateMachine, make_machine_by_target


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


class Press(StrEnum):
    SWITCH = "switch"
    HIT = "hit"
    KICK = "kick"


@dataclass
class Lamp:
    state: Light


LIGHTS = StateMachine(
    "lamp.state",
    {
        Press.SWITCH: {Light.RED: Light.GREEN, Light.GREEN: Light.RED},
        Press.HIT: {Light.GREEN: Light.BROKEN},
    },
)
BY_TARGET = make_machine_by_target(
    "lamp.state", {Light.RED: {Light.GREEN}, Light.GREEN: {Light.RED, Light.BROKEN}}
)


def test_a_step_leads_to_the_state_of_the_table():
    lamp = Lamp(Light.RED)
    LIGHTS.take(lamp, Press.SWITCH)
    assert lamp.state is Light.GREEN


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (Light.RED, Press.HIT),  # not from this state
        (Light.BROKEN, Press.SWITCH),  # a state without any step
        (Light.RED, Press.KICK),  # a step without any state
    ],
)
def test_any_other_step_is_refused_and_changes_nothing(state, step):
    lamp = Lamp(state)
    with pytest.raises(ConflictError, match=r"lamp\.state") as refusal:
        LIGHTS.take(lamp, step)
    assert lamp.state is state
    assert refusal.value.numbers == {"state": state.value, "step": step.value}


def test_asking_changes_nothing():
    assert LIGHTS.can(Light.RED, Press.SWITCH)
    assert not LIGHTS.can(Light.RED, Press.HIT)
    assert LIGHTS.check(Light.RED, Press.SWITCH) is Light.GREEN


def test_the_steps_of_a_state_and_the_states_of_a_step_are_known():
    assert LIGHTS.list_steps(Light.GREEN) == {Press.SWITCH, Press.HIT}
    assert LIGHTS.list_steps(Light.BROKEN) == frozenset()
    assert LIGHTS.list_starts(Press.HIT) == {Light.GREEN}
    assert LIGHTS.list_starts(Press.KICK) == frozenset()


def test_a_step_may_be_named_by_the_state_it_leads_to():
    lamp = Lamp(Light.GREEN)
    BY_TARGET.take(lamp, Light.BROKEN)
    assert lamp.state is Light.BROKEN
    assert not BY_TARGET.can(Light.BROKEN, Light.RED)
    assert BY_TARGET.list_starts(Light.RED) == {Light.GREEN}

"""Every refusal has a code, every code a sentence and a way back, and none is left over."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from matchmaker import models as m
from matchmaker.base import errors
from matchmaker.needs.states import NEED_STATES
from matchmaker.offers.states import OFFER_STATES
from matchmaker.organisations.states import ORGANISATION_STATES
from matchmaker.promises.states import PROMISE_STATES
from matchmaker.residents.statuses import STATUS_STATES, StatusState
from matchmaker.rounds.states import JOB_STATES, ROUND_STATES
from matchmaker.volunteers.states import VOLUNTEER_STATES
from matchmaker.web.error_pages import WAYS_BACK
from matchmaker.words.refusals import SENTENCES
from tests.architecture.source import list_sources

ERRORS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.DomainError)
} - {"ThrottledError"}  # it has one code, its own
MACHINE_MAKERS = {"StateMachine", "make_machine_by_target"}
STATES_OF_MACHINE = {
    NEED_STATES: m.NeedState,
    OFFER_STATES: m.OfferState,
    ORGANISATION_STATES: m.OrganisationState,
    STATUS_STATES: StatusState,
    ROUND_STATES: m.RoundState,
    JOB_STATES: m.JobState,
    PROMISE_STATES: m.PromiseState,
    VOLUNTEER_STATES: m.VolunteerState,
}
OWN_CODES = {"site.throttled": "matchmaker/base/errors.py"}
SEEKERS = {"get_in_scope": 3, "lock_in_scope": 3}  # where their code is among the arguments
# Given the code by their caller.
PASSED_ON = {"matchmaker/base/errors.py", "matchmaker/scopes.py", "matchmaker/states.py"}
CODE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")
PLACEHOLDER = re.compile(r"%\((\w+)\)")


@dataclass(frozen=True)
class Raised:
    """One place in the code that names a code, with the numbers that it gives."""

    code: str | None
    place: str
    numbers: frozenset[str]


def list_raised(modules: Mapping[str, ast.Module]) -> list[Raised]:
    return [
        _read_call(node, name)
        for name, module in modules.items()
        if name not in PASSED_ON
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and _name_of(node) in ERRORS | MACHINE_MAKERS | set(SEEKERS)
    ]


def find_nameless(raised: list[Raised]) -> list[str]:
    """Places whose code is not written out, so that no test can look for its sentence."""
    return [row.place for row in raised if row.code is None]


def find_unspoken(raised: list[Raised], sentences: Mapping[str, object]) -> list[str]:
    return [f"{row.code} ({row.place})" for row in raised if row.code not in sentences]


def find_unraised(raised: list[Raised], sentences: Mapping[str, object]) -> list[str]:
    return sorted(set(sentences) - {row.code for row in raised} - set(OWN_CODES))


def _read_call(node: ast.Call, file: str) -> Raised:
    place = SEEKERS.get(_name_of(node), 0)
    given = node.args[place] if len(node.args) > place else None
    value = given.value if isinstance(given, ast.Constant) else None
    code = value if isinstance(value, str) else None
    names = {keyword.arg for keyword in node.keywords if keyword.arg}
    if _name_of(node) in MACHINE_MAKERS:
        names = {"state", "step"}
    return Raised(code, f"{file}:{node.lineno}", frozenset(names))


def _list_texts(sentence: object) -> Iterator[str]:
    """The English words: the test runs outside any request."""
    sentences: Iterable[Any] = sentence.values() if isinstance(sentence, Mapping) else [sentence]
    return (lazy._args[0] for lazy in sentences)


def _name_of(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.fixture(scope="module")
def raised() -> list[Raised]:
    found = list_raised({source.name: source.tree for source in list_sources("matchmaker")})
    assert len(found) > 80, "the scan has gone blind"
    return found


def test_every_code_is_written_out_where_it_is_raised(raised):
    assert find_nameless(raised) == []


def test_every_code_is_a_subject_and_a_reason(raised):
    odd = [f"{row.code} ({row.place})" for row in raised if not CODE.fullmatch(row.code or "")]
    assert odd == []


def test_every_raised_code_has_a_sentence(raised):
    assert find_unspoken(raised, SENTENCES) == [], "add them to matchmaker/words/refusals.py"


def test_no_sentence_is_left_without_a_refusal(raised):
    assert find_unraised(raised, SENTENCES) == []


def test_every_number_in_a_sentence_is_given_wherever_it_is_raised(raised):
    broken = [
        f"{row.code} ({row.place}): {sorted(missing)}"
        for row in raised
        for text in _list_texts(SENTENCES[row.code])
        if (missing := set(PLACEHOLDER.findall(text)) - row.numbers)
    ]
    assert broken == []


def test_every_number_that_is_given_is_said(raised):
    """``state`` and ``step`` come from machines; the sentence of a table may say them or not."""
    unsaid = [
        f"{row.code} ({row.place}): {sorted(more)}"
        for row in raised
        if (
            more := row.numbers
            - {"state", "step", "field"}
            - {
                name
                for text in _list_texts(SENTENCES[row.code])
                for name in PLACEHOLDER.findall(text)
            }
        )
    ]
    assert unsaid == []


def test_a_percent_sign_that_is_no_number_is_doubled():
    texts = [text for sentence in SENTENCES.values() for text in _list_texts(sentence)]
    assert [t for t in texts if re.search(r"%(?!\(\w+\)s|%)", t)] == []


def test_every_subject_has_its_way_back():
    assert {code.partition(".")[0] for code in SENTENCES} == set(WAYS_BACK)


def test_ways_back_lead_to_pages_of_the_site(app):
    endpoints = {endpoint for row in WAYS_BACK.values() for endpoint in row}
    assert endpoints <= set(app.view_functions)


def test_every_machine_is_among_those_tested(raised):
    made = {row.code for row in raised if row.numbers == {"state", "step"}}
    assert made == {machine.code for machine in STATES_OF_MACHINE}


def test_where_the_sentence_goes_by_the_state_each_refusing_state_has_one():
    silent = []
    for machine, states in STATES_OF_MACHINE.items():
        sentence = SENTENCES[machine.code]
        every_step = frozenset().union(*(machine.list_steps(state) for state in states))
        if isinstance(sentence, Mapping):
            refusing = [state for state in states if machine.list_steps(state) != every_step]
            silent += [f"{machine.code}: {s}" for s in refusing if s not in sentence]
            silent += [f"{machine.code}: {s} is no state" for s in set(sentence) - set(states)]
    assert silent == []


def test_a_code_without_a_sentence_is_named_with_its_file():
    source = 'raise ConflictError("need.nobody_wrote_this")\nraise InvalidError(code, "x")'
    found = list_raised({"planted.py": ast.parse(source)})
    assert find_unspoken(found[:1], SENTENCES) == ["need.nobody_wrote_this (planted.py:1)"]
    assert find_nameless(found) == ["planted.py:2"]

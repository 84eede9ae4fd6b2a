"""What a form lets through fits the column that keeps it, and each limit is said once."""

import ast
import re
from collections import Counter

import pytest

from matchmaker import models as m
from matchmaker.accounts.forms import JoinForm
from matchmaker.audit.views import EventFilterForm
from matchmaker.forms.validators import MaxLength
from matchmaker.needs import desk_forms
from matchmaker.offers import forms as offer_forms
from matchmaker.organisations import forms as organisation_forms
from matchmaker.residents import forms as resident_forms
from matchmaker.rounds.pages import forms as round_forms
from matchmaker.volunteers.forms import VolunteerForm
from tests.architecture.source import Source, list_sources
from tests.matchmaker.test_translations import list_texts

KEPT = [
    (JoinForm.name, m.User.name),
    (EventFilterForm.action, m.AuditEvent.action),
    (desk_forms.ReturnNeedForm.reason, m.Need.return_reason),
    (offer_forms.OfferForm.title, m.Offer.title),
    (offer_forms.ReturnOfferForm.reason, m.Offer.return_reason),
    (organisation_forms.OrganisationForm.name_zh, m.Organisation.name_zh),
    (organisation_forms.OrganisationForm.name_en, m.Organisation.name_en),
    (organisation_forms.ReasonForm.reason, m.Organisation.return_reason),
    (organisation_forms.ApplicationForm.name_zh, m.Organisation.name_zh),
    (resident_forms.RegisterForm.display_name, m.Resident.display_name),
    (resident_forms.RegisterForm.household_reference, m.Household.reference),
    (resident_forms.RegisterForm.block, m.Household.block),
    (resident_forms.StatusForm.evidence, m.RecipientStatus.evidence),
    (round_forms.FreezeForm.number, m.RoundDraw.number),
    (round_forms.ReplaceDrawForm.reason, m.RoundDraw.reason),
    (round_forms.DrawForm.drawn, m.MatchRound.public_value),
    (round_forms.DrawForm.again, m.MatchRound.public_value),
    (round_forms.OverrideForm.reason, m.RoundOverride.reason),
    (VolunteerForm.name, m.Volunteer.name),
]


@pytest.mark.parametrize(("field", "column"), KEPT, ids=lambda value: getattr(value, "key", ""))
def test_a_form_lets_through_what_its_column_holds(field, column):
    validators = [
        *(field.args[1] if len(field.args) > 1 else ()),
        *field.kwargs.get("validators", ()),
    ]
    (limit,) = (v.limit for v in validators if isinstance(v, MaxLength))
    assert limit == column.type.length


def find_bare_lengths(sources: list[Source]) -> list[str]:
    """Lines where a form's limit is a number instead of the constant that the column takes."""
    return [
        f"{s.name}:{node.lineno}"
        for s in sources
        for node in ast.walk(s.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "MaxLength"
        and any(isinstance(argument, ast.Constant) for argument in node.args)
    ]


def count_limits(sources: list[Source]) -> Counter[str]:
    """How often each module constant that is a limit is given its value."""
    return Counter(
        target.id
        for s in sources
        for node in s.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        and (re.match("LONGEST_|MOST_|LARGEST_", target.id) or target.id == "TIERS")
    )


def test_every_length_has_a_name():
    assert find_bare_lengths(list_sources("matchmaker")) == [], "name it in models/limits.py"


def test_every_limit_is_said_once():
    counts = count_limits(list_sources("matchmaker"))
    assert [name for name, count in counts.items() if count > 1] == [], "import the other one"


def test_no_sentence_repeats_a_length():
    """The service that refuses knows the number: ``at most %(most)s characters``."""
    assert [text for text in list_texts() if re.search(r"\d+ characters", str(text))] == []


def test_the_rules_find_what_is_planted(tmp_path):
    (tmp_path / "a.py").write_text("LONGEST_NAME = 80\nname = TextField([MaxLength(80)])\n")
    (tmp_path / "b.py").write_text("LONGEST_NAME = 80\n")
    sources = [Source(path, tmp_path) for path in sorted(tmp_path.iterdir())]
    assert find_bare_lengths(sources) == ["a.py:2"]
    assert count_limits(sources) == {"LONGEST_NAME": 2}

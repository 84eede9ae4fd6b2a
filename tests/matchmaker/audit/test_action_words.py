"""Whatever is written into the log can be read in words."""

import re
from pathlib import Path

import matchmaker
from matchmaker.audit.words import ACTION_WORDS
from matchmaker.models import OverrideKind
from matchmaker.offers.states import OfferStep
from matchmaker.organisations.states import OrganisationStep
from matchmaker.volunteers.states import VolunteerStep

_ACTION = re.compile(r'(?:action=|_record\(\s*actor,\s*|record_step\([^)]*)"([a-z]+\.[a-z_]+)"')


def list_written_actions() -> set[str]:
    """Every action that stands in the code."""
    folder = Path(matchmaker.__file__).parent
    texts = (path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    return {action for text in texts for action in _ACTION.findall(text)}


def test_every_action_in_the_code_has_words():
    written = list_written_actions()
    assert len(written) > 20, "the pattern finds too little to show anything"
    assert written - set(ACTION_WORDS) == set()


def test_every_step_of_an_aggregate_has_words():
    steps = {
        *(f"offer.{step}" for step in OfferStep),
        *(f"organisation.{step}" for step in OrganisationStep),
        *(f"volunteer.{step}" for step in VolunteerStep),
        *(f"round.{kind}" for kind in OverrideKind),
    }
    assert steps - set(ACTION_WORDS) == set()

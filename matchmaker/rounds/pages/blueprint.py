"""The blueprint of the round room; the pages register themselves on it in the ``*views`` files."""

from flask import Blueprint

from matchmaker.rounds.solve.figures import find_totals
from matchmaker.rounds.words.outcomes import (
    explain_next,
    explain_outcome,
    explain_outcome_to_staff,
    name_ground,
)
from matchmaker.rounds.words.refusals import describe_failure
from matchmaker.rounds.words.slots import describe_slot
from matchmaker.rounds.words.stages import (
    describe_bound,
    describe_key,
    describe_proof,
    describe_value,
    name_stage,
)

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
bp.add_app_template_filter(explain_outcome, "explain_outcome")
bp.add_app_template_filter(explain_next, "explain_next")
bp.add_app_template_filter(explain_outcome_to_staff, "explain_outcome_to_staff")
bp.add_app_template_filter(name_ground, "ground_name")
bp.add_app_template_filter(name_stage, "stage_name")
bp.add_app_template_filter(describe_slot, "slot_words")
bp.add_app_template_filter(describe_key, "stage_key")
bp.add_app_template_filter(describe_value, "stage_value")
bp.add_app_template_filter(describe_bound, "stage_bound")
bp.add_app_template_filter(describe_proof, "proof_words")
bp.add_app_template_filter(describe_failure, "failure_words")
bp.add_app_template_filter(find_totals, "run_totals")

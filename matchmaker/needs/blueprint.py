"""The blueprint of needs and its words in templates; the ``*_views`` files add the pages."""

from datetime import datetime

from flask import Blueprint

from matchmaker.clock import get_local_date
from matchmaker.formatting import format_day
from matchmaker.models import Need
from matchmaker.needs.categories import asks_windows
from matchmaker.needs.messages import describe_step, describe_step_to_office, explain_state
from matchmaker.rounds.messages import explain_next, explain_outcome, explain_outcome_to_staff
from matchmaker.rounds.slot_words import describe_slot

bp = Blueprint("needs", __name__, url_prefix="/needs")
bp.add_app_template_filter(explain_state, "explain_state")
bp.add_app_template_filter(describe_step, "describe_step")
bp.add_app_template_filter(describe_step_to_office, "describe_step_to_office")
bp.add_app_template_filter(explain_outcome, "explain_outcome")
bp.add_app_template_filter(explain_next, "explain_next")
bp.add_app_template_filter(explain_outcome_to_staff, "explain_outcome_to_staff")
bp.add_app_template_filter(describe_slot, "slot_words")


@bp.app_template_filter("local_day")
def format_local_day(instant: datetime) -> str:
    """The day in Shanghai on which something happened."""
    return format_day(get_local_date(instant))


@bp.app_template_test("timed")
def is_timed(need: Need) -> bool:
    return asks_windows(need.category)

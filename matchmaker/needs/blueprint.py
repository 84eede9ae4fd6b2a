"""The blueprint of needs and its words in templates; the ``*_views`` files add the pages."""

from datetime import datetime

from flask import Blueprint

from matchmaker.base.clock import get_local_date
from matchmaker.models import Need
from matchmaker.needs.categories import asks_windows
from matchmaker.needs.words import describe_step, describe_step_to_office, explain_state
from matchmaker.words.quantities import format_day

bp = Blueprint("needs", __name__, url_prefix="/needs")
bp.add_app_template_filter(explain_state, "explain_state")
bp.add_app_template_filter(describe_step, "describe_step")
bp.add_app_template_filter(describe_step_to_office, "describe_step_to_office")


@bp.app_template_filter("local_day")
def format_local_day(instant: datetime) -> str:
    """The day in Shanghai on which something happened."""
    return format_day(get_local_date(instant))


@bp.app_template_test("timed")
def is_timed(need: Need) -> bool:
    return asks_windows(need.category)

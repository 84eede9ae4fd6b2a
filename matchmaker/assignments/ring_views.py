"""Pages on which a committee writes down what many residents said, or prints the call list."""

from collections.abc import Mapping

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.assignments import agreeing, ringing
from matchmaker.assignments.agree_views import show_calls
from matchmaker.assignments.ring_forms import make_calls_form
from matchmaker.assignments.views import bp
from matchmaker.audit.handing import hand_out
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError
from matchmaker.models import ListKind, ListWay
from matchmaker.residents.disclosure import reveal_phones
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name
from matchmaker.words.refusals import describe_refusal

_NAMED = 5  # more would not fit into the cookie that holds what is said on the next page


@bp.post("/help/answers")
@requires(Permission.HELP_RING)
def write_down() -> Answer:
    """Write down what residents said on the phone, for any number of calls."""
    calls = ringing.list_calls(agreeing.list_helps(current_user, get_now()))
    form = make_calls_form(calls)

    def act() -> str:
        heard = form.read()
        left = ringing.write_down(
            actor=current_user, heard=heard, seen=form.list_seen(), now=get_now()
        )
        if done := len(heard) - len(left):
            flash(
                ngettext(
                    "%(num)s answer is written down.", "%(num)s answers are written down.", done
                ),
                "success",
            )
        _say_left(left)
        return url_for("assignments.questions")

    return answer_form(form, act, lambda: show_calls(form))


def _say_left(left: Mapping[int, ConflictError]) -> None:
    """Show which answers were not written down, and why.

    The first five are named by reference, as a cookie holds the messages; the rest are counted.
    """
    found = ringing.find_promises(current_user, left.keys())
    for key, row in list(found.items())[:_NAMED]:
        number, what = row.asked.reference, get_name(row.asked.category)
        why = describe_refusal(left[key])
        text = _(
            "Not written down: %(number)s, %(what)s. %(why)s", number=number, what=what, why=why
        )
        flash(text, "warning")
    if more := len(left) - min(len(found), _NAMED):
        flash(
            ngettext(
                "%(num)s more answer is not written down: look at the list again.",
                "%(num)s more answers are not written down: look at the list again.",
                more,
            ),
            "warning",
        )


@bp.route("/help/print", methods=["GET", "POST"])
@requires(Permission.HELP_RING)
def call_sheet() -> Answer:
    """Print the call list once the purpose is entered.

    It has phone numbers, up to the day's limit, and the four-digit codes of help that is asked
    about.
    """
    now = get_now()
    calls = ringing.list_calls(agreeing.list_helps(current_user, now))
    back_url, phones = url_for("assignments.questions"), dict[int, str]()

    def prepare() -> set[int]:
        ringing.set_codes(current_user, calls)
        phones.update(reveal_phones([call.help.resident for call in calls], current_user, now))
        return {call.help.resident.person_id for call in calls}

    def make() -> str:
        return render_template(
            "assignments/call_sheet.html",
            calls=calls,
            form=make_calls_form(calls, formdata=None),
            phones=phones,
            printed_on=get_local_date(now),
            back_url=back_url,
        )

    return hand_out(
        ListKind.CALLS,
        ListWay.PRINT,
        prepare,
        make,
        filters={},
        back_url=back_url,
    )

"""Lists to print and sign: the numbers of a session, and the payments of an offer.

A line names its resident only while ``is_shown`` allows; each list is recorded with its purpose.
"""

from collections.abc import Callable
from datetime import date

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments import boards, sessions
from matchmaker.assignments.boards import ListedPromise
from matchmaker.assignments.views import bp
from matchmaker.audit.handing import hand_out
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import ListKind, ListWay
from matchmaker.web.act import Answer
from matchmaker.web.downloads import send_table
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import make_cell


@bp.route("/sessions/<id:session_id>/print", methods=["GET", "POST"])
@requires(Permission.SESSION_MANAGE)
def roster(session_id: int) -> Answer:
    session = sessions.get_session(current_user, session_id)
    month = sessions.get_month_of(session)
    lines = boards.list_session(session, get_now())
    back_url = url_for("assignments.sessions", month=f"{month:%Y-%m}")

    def make() -> str:
        return render_template(
            "assignments/roster.html",
            session=session,
            offer=session.offer,
            lines=lines,
            printed_on=get_local_date(get_now()),
            back_url=back_url,
        )

    return hand_out(
        ListKind.ROSTER,
        ListWay.PRINT,
        lambda: {line.person_id for line in lines},
        make,
        filters={},
        back_url=back_url,
    )


@bp.route("/<month:month>/offers/<id:offer_id>/payments", methods=["GET", "POST"])
@requires(Permission.SESSION_MANAGE)
def payments(month: date, offer_id: int) -> Answer:
    offer, _run = sessions.get_offer_of_month(current_user, offer_id, month)
    lines = boards.list_payments(current_user, offer, month, get_now())

    def make() -> str:
        return render_template(
            "assignments/payments.html",
            offer=offer,
            month=month,
            lines=lines,
            total=sum(line.units for line in lines),
            printed_on=get_local_date(get_now()),
            back_url=url_for("assignments.sessions", month=f"{month:%Y-%m}"),
        )

    return _hand_out_payments(ListWay.PRINT, month, lines, make)


@bp.route(
    "/<month:month>/offers/<id:offer_id>/payments.<any(xlsx, csv):file_format>",
    methods=["GET", "POST"],
)
@requires(Permission.SESSION_MANAGE)
def download_payments(month: date, offer_id: int, file_format: str) -> Answer:
    offer, _run = sessions.get_offer_of_month(current_user, offer_id, month)
    lines = boards.list_payments(current_user, offer, month, get_now())

    def make() -> Response:
        headers = [
            _("Request"),
            _("Surname and title"),
            _("Amount in yuan"),
            _("Paid by"),
            _("State"),
        ]
        rows = (
            [
                line.reference,
                line.name or None,
                make_cell(line.units, line.category.unit),
                line.last_day,
                str(get_label(line.state)),
            ]
            for line in lines
        )
        name = f"payments-{month:%Y-%m}-{offer.id}"
        return send_table(file_format, name, get_name(offer.category), headers, rows)

    return _hand_out_payments(ListWay.FILE, month, lines, make)


def _hand_out_payments(
    way: ListWay, month: date, lines: list[ListedPromise], make: Callable[[], Response | str]
) -> Answer:
    return hand_out(
        ListKind.PAYMENTS,
        way,
        lambda: {line.person_id for line in lines},
        make,
        filters={"month": f"{month:%Y-%m}"},
        back_url=url_for("assignments.sessions", month=f"{month:%Y-%m}"),
    )

"""Links with which the volunteers of an organisation answer for their own visits."""

from datetime import date

from flask import flash, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments.forms import MonthForm
from matchmaker.assignments.views import bp, list_months_or_fail
from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.links import service
from matchmaker.models import ListKind
from matchmaker.offers.scope import get_own_organisation
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires

_SHOWN_ONCE = "new_volunteer_link"  # id of the volunteer, and the secret of the link


@bp.get("/links")
@requires(Permission.VOLUNTEER_MANAGE)
def links() -> str:
    """Show the volunteers whose visits await an answer, and the live links of the month."""
    months = list_months_or_fail()
    form = MonthForm()
    form.fill_months(months)
    return _show(form.read_month(months), ButtonForm(formdata=None))


@bp.post("/links/<month:month>/<id:volunteer_id>")
@requires(Permission.VOLUNTEER_MANAGE)
def make_volunteer_link(month: date, volunteer_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        token = service.make_volunteer_link(
            actor=current_user, month=month, volunteer_id=volunteer_id, now=get_now()
        )
        session[_SHOWN_ONCE] = [volunteer_id, token]
        return url_for("assignments.links", month=f"{month:%Y-%m}")

    return answer_form(form, act, lambda: _show(month, form))


@bp.post("/links/<month:month>/<id:link_id>/revoke")
@requires(Permission.VOLUNTEER_MANAGE)
def revoke_giver_link(month: date, link_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        service.revoke_link(actor=current_user, link_id=link_id, now=get_now())
        flash(_("This link opens nothing any more."), "success")
        return url_for("assignments.links", month=f"{month:%Y-%m}")

    return answer_form(form, act, lambda: _show(month, form))


def _show(month: date, form: ButtonForm) -> str:
    rows = service.list_visitors(current_user, month)
    found = service.list_links(current_user, month, get_now())
    volunteer_id, token = session.pop(_SHOWN_ONCE, None) or (0, "")
    named = [row.volunteer for row in found if row.volunteer]
    persons = {row.volunteer.person_id for row in rows} | {row.person_id for row in named}

    def make() -> str:
        return render_template(
            "links/volunteers.html",
            organisation=get_own_organisation(current_user),
            month=month,
            form=form,
            rows=rows,
            links=found,
            new=next((row for row in rows if row.volunteer.id == volunteer_id), None),
            new_url=url_for("links.show", token=token, _external=True) if token else None,
        )

    return show_people(ListKind.VOLUNTEERS, persons, make)

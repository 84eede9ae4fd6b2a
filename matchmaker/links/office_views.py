"""Show what the givers of a published month answered; make links for those who have not."""

from datetime import date

from flask import flash, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import ButtonForm
from matchmaker.links import service
from matchmaker.promises.answers import list_answers
from matchmaker.rounds import queries
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires

_SHOWN_ONCE = "new_link"  # id of the organisation, and the secret of the link


@bp.get("/<month:month>/answers")
@requires(Permission.ROUND_READ)
def answers(month: date) -> str:
    """Show what the givers of a published month answered, first those with most to answer."""
    return _show(month, ButtonForm(formdata=None))


@bp.post("/<month:month>/answers/<id:organisation_id>/link")
@requires(Permission.LINK_MAKE)
def make_link(month: date, organisation_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        token = service.make_organisation_link(
            actor=current_user, month=month, organisation_id=organisation_id, now=get_now()
        )
        session[_SHOWN_ONCE] = [organisation_id, token]
        return url_for("rounds.answers", month=month)

    return answer_form(form, act, lambda: _show(month, form))


@bp.post("/<month:month>/answers/links/<id:link_id>/revoke")
@requires(Permission.LINK_MAKE)
def revoke_link(month: date, link_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        service.revoke_link(actor=current_user, link_id=link_id, now=get_now())
        flash(_("This link opens nothing any more."), "success")
        return url_for("rounds.answers", month=month)

    return answer_form(form, act, lambda: _show(month, form))


def _show(month: date, form: ButtonForm) -> str:
    match_round = queries.get_round(month, current_user)
    if match_round.published_run is None:
        raise NotFoundError("round.not_published")
    rows = list_answers(match_round.published_run)
    organisation_id, token = session.pop(_SHOWN_ONCE, None) or (0, "")
    return render_template(
        "rounds/answers.html",
        match_round=match_round,
        rows=rows,
        form=form,
        links=service.list_links(current_user, month, get_now()),
        may_link=has_permission(current_user.role, Permission.LINK_MAKE),
        new=next((row for row in rows if row.organisation.id == organisation_id), None),
        new_url=url_for("links.show", token=token, _external=True) if token else None,
    )

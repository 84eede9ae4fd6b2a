"""Pages that stop the contact with a resident, after showing what ends, and allow it again."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.endings import service
from matchmaker.forms.base import ButtonForm, IdempotentForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.validators import Required
from matchmaker.models import ContactEnd, Resident
from matchmaker.residents.scope import get_resident
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label

bp = Blueprint("endings", __name__, url_prefix="/residents")


class StopForm(IdempotentForm):
    """Why the contact ends."""

    reason = RadiosField(
        _l("Why does the contact end?"),
        [Required(_l("Choose one."))],
        choices=make_choices((reason, get_label(reason)) for reason in ContactEnd),
    )


@bp.route("/<id:resident_id>/stop-contact", methods=["GET", "POST"])
@requires(Permission.NEED_POST_ON_BEHALF)
def stop(resident_id: int) -> Answer:
    resident, form = get_resident(resident_id, current_user), StopForm()

    def act() -> str:
        service.stop_contact(
            actor=current_user,
            resident_id=resident_id,
            reason=ContactEnd(form.reason.data),
            now=get_now(),
        )
        flash(_("The contact is stopped. Everything open has ended."), "success")
        return url_for("residents.show", resident_id=resident_id)

    return answer_form(form, act, lambda: _show(resident, form))


@bp.post("/<id:resident_id>/resume-contact")
@requires(Permission.NEED_POST_ON_BEHALF)
def resume(resident_id: int) -> Answer:
    resident, form = get_resident(resident_id, current_user), ButtonForm()

    def act() -> str:
        service.resume_contact(actor=current_user, resident_id=resident_id, now=get_now())
        flash(_("Contact is allowed again. Post again what is still needed."), "success")
        return url_for("residents.show", resident_id=resident_id)

    return answer_form(form, act, lambda: _show(resident, StopForm(formdata=None)))


def _show(resident: Resident, form: StopForm) -> str:
    things = service.count_open(resident, get_now())
    return render_template("endings/stop.html", resident=resident, form=form, things=things)

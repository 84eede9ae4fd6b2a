"""The page that compares two entries of a resident who is registered twice, and merges them."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.base.errors import InvalidError
from matchmaker.models import Resident
from matchmaker.residents import merging, scope
from matchmaker.residents.forms import ResidentMergeForm
from matchmaker.residents.twins import compare, describe
from matchmaker.residents.views import bp
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/residents/<id:resident_id>/merge", methods=["GET", "POST"])
@requires(Permission.RESIDENT_MERGE)
def merge(resident_id: int) -> Answer:
    """Show the other entry when its reference is sent; merge the two when the box is ticked too."""
    resident = scope.get_resident(resident_id, current_user)
    form = ResidentMergeForm()
    found: list[Resident] = []

    def act() -> str:
        found.append(merging.find_other(current_user, resident, form.reference.data))
        if not form.is_same.data:
            raise InvalidError("resident.not_said_same", "is_same")
        merging.merge_residents(
            actor=current_user, kept_id=resident_id, gone_id=found[0].id, now=get_now()
        )
        flash(_("The two entries are one now."), "success")
        return url_for("residents.show", resident_id=resident_id)

    return answer_form(form, act, lambda: _show(form, resident, found))


def _show(form: ResidentMergeForm, resident: Resident, found: list[Resident]) -> str:
    other = found[0] if found else None
    return render_template(
        "residents/merge.html",
        form=form,
        resident=resident,
        twin=compare(describe(resident), other) if other else None,
        belongings=[merging.count_belongings(row) for row in (resident, other) if row],
    )

"""Pages on which users say what they read a list for, and see who saw their own data."""

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from matchmaker.audit import disclosures
from matchmaker.audit.forms import ReadOnForm
from matchmaker.base.clock import get_now
from matchmaker.models import ListKind, ListPurpose, ListWay
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.addresses import is_local_path
from matchmaker.web.permissions import Permission, requires

bp = Blueprint("disclosures", __name__)


@bp.post(f"/lists/<any({', '.join(ListKind)}):kind>/purpose")
@requires(Permission.ACCOUNT_OWN)
def read_on(kind: str) -> Answer:
    """Store the purpose of reading a list, and go on to the page that was asked for."""
    form = ReadOnForm()

    def act() -> str:
        disclosures.say_purpose(
            actor=current_user,
            kind=ListKind(kind),
            purpose=ListPurpose(form.purpose.data),
            now=get_now(),
        )
        return form.next.data if is_local_path(form.next.data) else url_for("pages.home")

    return answer_form(form, act, lambda: _ask(ListKind(kind), form))


@bp.get("/account/seen")
@requires(Permission.ACCOUNT_OWN)
def own() -> str:
    """Show who saw the user's own data, by role and office, never by name."""
    return render_template(
        "audit/seen.html",
        looks=disclosures.list_looks(current_user),
        lists=disclosures.list_lists(current_user),
    )


def _ask(kind: ListKind, form: ReadOnForm) -> str:
    return render_template(
        "audit/purpose.html", form=form, kind=kind, way=ListWay.PAGES, back_url=None
    )

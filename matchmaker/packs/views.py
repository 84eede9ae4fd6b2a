"""The page of packs: ask for one, follow it, cancel it, take the file."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.audit.handing import hand_out
from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ListKind, ListWay
from matchmaker.packs.contents import list_persons
from matchmaker.packs.forms import PackForm
from matchmaker.promises.memory import list_months
from matchmaker.rounds.pages.step_views import queue_after_commit
from matchmaker.rounds.queries import get_subdistrict_id
from matchmaker.rounds.solve import packs
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.downloads import send_file
from matchmaker.web.permissions import Permission, requires

bp = Blueprint("packs", __name__, url_prefix="/rounds/packs")


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.PACK_MAKE)
def index() -> Answer:
    """Show the packs of the office, and ask for another."""
    form = PackForm().fill_choices(list_months(get_subdistrict_id(current_user)))

    def act() -> str:
        pack = packs.ask_for_pack(form.read_wish(), actor=current_user, now=get_now())
        queue_after_commit(packs.get_pack_job(pack).id)
        return url_for("packs.index")

    return answer_form(form, act, lambda: _show(form))


@bp.get("/<id:pack_id>/progress")
@requires(Permission.PACK_MAKE)
def progress(pack_id: int) -> str:
    """Show how far a pack is: the part of the page that is polled meanwhile."""
    pack = packs.get_pack(pack_id, current_user)
    return render_template("packs/progress.html", pack=pack, job=packs.get_pack_job(pack))


@bp.post("/<id:pack_id>/cancel")
@requires(Permission.PACK_MAKE)
def cancel(pack_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        pack = packs.get_pack(pack_id, current_user)
        packs.cancel_pack(pack, actor=current_user, now=get_now())
        flash(_("The pack was cancelled."), "success")
        return url_for("packs.index")

    return answer_form(form, act, lambda: _show(PackForm(formdata=None)))


@bp.route("/<id:pack_id>/pack.<any(zip):file_format>", methods=["GET", "POST"])
@requires(Permission.PACK_MAKE)
def download(pack_id: int, file_format: str) -> Answer:
    """Send the file of a pack, after asking for the purpose: it names people by reference."""
    pack = packs.get_pack(pack_id, current_user)
    content = packs.get_file(pack)
    months = {"first": f"{pack.first_month:%Y-%m}", "last": f"{pack.last_month:%Y-%m}"}
    return hand_out(
        ListKind.PACK,
        ListWay.FILE,
        lambda: list_persons(pack),
        lambda: send_file(file_format, "pack-{first}-to-{last}".format(**months), content),
        filters=months,
        back_url=url_for("packs.index"),
    )


def _show(form: PackForm) -> str:
    rows = packs.list_packs(current_user)
    if form.first.choices is None:
        form.fill_choices(list_months(get_subdistrict_id(current_user)))
    return render_template(
        "packs/index.html",
        form=form,
        rows=rows,
        outdated=packs.find_outdated([pack for pack, _job in rows]),
        under_way=next((row for row in rows if row[1].state in packs.UNDER_WAY), None),
        kept_days=packs.KEPT_FOR.days,
        most_kept=packs.MOST_KEPT,
        most_months=packs.MOST_PACK_MONTHS,
    )

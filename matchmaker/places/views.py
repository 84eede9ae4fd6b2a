"""Pages on which places, and the phones of an office and its committees, are maintained."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import Place
from matchmaker.places import service
from matchmaker.places.forms import PlaceForm, make_phones_form, make_place_form
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Badge, Column, ListPage
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name
from matchmaker.words.places import describe_access, describe_hours

bp = Blueprint("places", __name__, url_prefix="/places")

_NAME = Column[Place](
    header=_l("Place"), read=get_name, link=lambda row: url_for("places.edit", place_id=row.id)
)
_OWNER = Column[Place](
    header=_l("Whose"),
    read=lambda row: get_name(row.organisation) if row.organisation else _("Street office"),
)
_ADDRESS = Column[Place](header=_l("Address"), read=lambda row: row.address)
_HOURS = Column[Place](header=_l("Opening hours"), read=lambda row: describe_hours(row) or "–")
_ACCESS = Column[Place](header=_l("Getting in"), read=describe_access)


def _make_badge(row: Place) -> Badge:
    return Badge(_("Out of use"), "bad") if row.closed_at else Badge(_("In use"), "good")


_STATE = Column[Place](
    header=_l("State"),
    read=lambda row: _make_badge(row).text,
    badges=lambda row: [_make_badge(row)] if row.closed_at else [],
)

_STEPS = {"close": service.close_place, "reopen": service.reopen_place}
_DONE = {
    "close": _l("Closed. Nothing new can be given there."),
    "reopen": _l("Open again."),
}


@bp.get("/")
@requires(Permission.PLACE_MANAGE)
def index() -> str:
    listed = ListPage(
        endpoint="places.index",
        caption=_l("Places"),
        query=service.select_places(current_user),
        columns=(_NAME, _OWNER, _ADDRESS, _HOURS, _ACCESS, _STATE),
        people=None,
    )
    return render_template("places/index.html", list=listed)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PLACE_MANAGE)
def add() -> Answer:
    form = make_place_form(None)

    def act() -> str:
        service.add_place(actor=current_user, terms=form.read_terms(), now=get_now())
        flash(_("Added."), "success")
        return url_for("places.index")

    return answer_form(form, act, lambda: _show(form, None))


@bp.route("/<id:place_id>", methods=["GET", "POST"])
@requires(Permission.PLACE_MANAGE)
def edit(place_id: int) -> Answer:
    is_sent = request.method == "POST"  # what is compared must not change before it is saved
    place = service.get_place(place_id, current_user, is_locked=is_sent)
    form = make_place_form(place)

    def act() -> str:
        terms = form.read_terms()
        service.edit_place(actor=current_user, place_id=place_id, terms=terms, now=get_now())
        flash(_("Saved."), "success")
        return url_for("places.index")

    return answer_form(form, act, lambda: _show(form, place))


@bp.post("/<id:place_id>/<any(close, reopen):step>")
@requires(Permission.PLACE_MANAGE)
def move(place_id: int, step: str) -> Answer:
    place = service.get_place(place_id, current_user)

    def act() -> str:
        _STEPS[step](actor=current_user, place_id=place_id, now=get_now())
        flash(str(_DONE[step]), "success")
        return url_for("places.index")

    return answer_form(ButtonForm(), act, lambda: _show(make_place_form(place), place))


@bp.route("/phones", methods=["GET", "POST"])
@requires(Permission.OFFICE_PHONE_KEEP)
def phones() -> Answer:
    is_sent = request.method == "POST"
    form = make_phones_form(*service.list_offices(current_user, is_locked=is_sent))

    def act() -> str:
        service.keep_phones(
            actor=current_user,
            office=form.office.data,
            committees=form.read_phones(),
            now=get_now(),
        )
        flash(_("Saved."), "success")
        return url_for("places.index")

    return answer_form(form, act, lambda: render_template("places/phones.html", form=form))


def _show(form: PlaceForm, place: Place | None) -> str:
    return render_template("places/form.html", form=form, place=place)

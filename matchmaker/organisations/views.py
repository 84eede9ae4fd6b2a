"""The givers of a street office; and a coordinator's own organisation."""

from collections.abc import Iterable
from datetime import date

from flask import Blueprint, Response, flash, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm, IdempotentForm
from matchmaker.models import Organisation, OrganisationKind
from matchmaker.offers.scope import get_own_organisation
from matchmaker.organisations import application_service, queries, service
from matchmaker.organisations.forms import OrganisationForm, OrganisationListForm, ReasonForm
from matchmaker.organisations.queries import is_over
from matchmaker.organisations.states import ORGANISATION_STATES, OrganisationStep
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.downloads import FILE_FORMATS, Row, send_table
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label

# --- The list of organisations as rows of a file.


def get_headers() -> list[str]:
    return [
        _("Code"),
        _("Name in Chinese"),
        _("Name in English"),
        _("Kind"),
        _("State"),
        _("Agreements in force"),
        _("Agreed until"),
    ]


def make_rows(organisations: Iterable[Organisation], today: date) -> list[Row]:
    return [_make_row(organisation, today) for organisation in organisations]


def _make_row(organisation: Organisation, today: date) -> Row:
    standing = [row for row in organisation.agreements if not is_over(row, today)]
    return [
        organisation.code,
        organisation.name_zh,
        organisation.name_en,
        str(get_label(organisation.kind)),
        str(get_label(organisation.state)),
        len(standing),
        max((row.ends_on for row in standing), default=None),
    ]


bp = Blueprint("organisations", __name__, url_prefix="/organisations")

SHOWN_ONCE = "new_coordinator_code"

_STEPS = {
    OrganisationStep.APPROVE: service.approve_organisation,
    OrganisationStep.REINSTATE: service.reinstate_organisation,
}
_REASONED_STEPS = {
    OrganisationStep.RETURN: service.return_organisation,
    OrganisationStep.SUSPEND: service.suspend_organisation,
}
_DONE = {
    OrganisationStep.APPROVE: _l("Approved. The organisation can hand in offers now."),
    OrganisationStep.RETURN: _l("Returned with your reason."),
    OrganisationStep.SUSPEND: _l("Suspended. Coming rounds leave this organisation out."),
    OrganisationStep.REINSTATE: _l("Reinstated. Coming rounds count on it again."),
}


@bp.get("/")
@requires(Permission.ORGANISATION_APPROVE)
def index() -> str:
    form = OrganisationListForm()
    filters = form.read_filters()
    return render_template(
        "organisations/index.html",
        form=form,
        found=paginate(queries.list_organisations(current_user, filters)),
        counts=queries.count_by_state(current_user, filters),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
        today=get_local_date(get_now()),
        is_over=queries.is_over,
    )


@bp.get("/organisations.<any(xlsx, csv):file_format>")
@requires(Permission.ORGANISATION_APPROVE)
def download(file_format: str) -> Response:
    statement = queries.list_organisations(current_user, OrganisationListForm().read_filters())
    rows = make_rows(db.session.scalars(statement), get_local_date(get_now()))
    return send_table(file_format, "organisations", _("Organisations"), get_headers(), rows)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_APPROVE)
def register() -> Answer:
    form = OrganisationForm()

    def act() -> str:
        organisation = service.register_organisation(
            actor=current_user,
            now=get_now(),
            name_zh=form.name_zh.data,
            name_en=form.name_en.data or "",
            kind=OrganisationKind(form.kind.data),
        )
        flash(_("Registered and approved."), "success")
        return url_for("organisations.show", organisation_id=organisation.id)

    return answer_form(form, act, lambda: render_template("organisations/register.html", form=form))


@bp.get("/<id:organisation_id>")
@requires(Permission.ORGANISATION_APPROVE)
def show(organisation_id: int) -> str:
    organisation = service.get_organisation(organisation_id, current_user)
    return show_organisation(organisation, ReasonForm(formdata=None))


@bp.get("/own")
@requires(Permission.OFFER_POST)
def own() -> str:
    return show_organisation(get_own_organisation(current_user), None)


@bp.post("/<id:organisation_id>/<any(approve, reinstate):step>")
@requires(Permission.ORGANISATION_APPROVE)
def move(organisation_id: int, step: str) -> Answer:
    organisation = service.get_organisation(organisation_id, current_user)
    form = ButtonForm()

    def act() -> str:
        chosen = OrganisationStep(step)
        _STEPS[chosen](actor=current_user, now=get_now(), organisation_id=organisation_id)
        flash(str(_DONE[chosen]), "success")
        return url_for("organisations.show", organisation_id=organisation_id)

    return answer_form(form, act, lambda: show_organisation(organisation, form))


@bp.post("/<id:organisation_id>/<any(return, suspend):step>")
@requires(Permission.ORGANISATION_APPROVE)
def move_with_reason(organisation_id: int, step: str) -> Answer:
    organisation = service.get_organisation(organisation_id, current_user)
    form = ReasonForm()

    def act() -> str:
        chosen = OrganisationStep(step)
        _REASONED_STEPS[chosen](
            actor=current_user,
            now=get_now(),
            organisation_id=organisation_id,
            reason=form.reason.data,
        )
        flash(str(_DONE[chosen]), "success")
        return url_for("organisations.show", organisation_id=organisation_id)

    return answer_form(form, act, lambda: show_organisation(organisation, form))


def show_organisation(organisation: Organisation, form: IdempotentForm | None) -> str:
    """The page of one organisation; without ``form`` it offers no steps."""
    reasoning = form if isinstance(form, ReasonForm) else ReasonForm(formdata=None)
    match_round = queries.find_latest_round(organisation)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        form=form,
        reasoning=reasoning,
        has_coordinator=application_service.has_coordinator(organisation),
        new_code=session.pop(SHOWN_ONCE, None) if form else None,
        steps=ORGANISATION_STATES.list_steps(organisation.state),
        agreements=sorted(organisation.agreements, key=lambda row: row.ends_on, reverse=True),
        today=get_local_date(get_now()),
        is_over=queries.is_over,
        offers=queries.list_shown_offers(organisation),
        volunteers=queries.count_active_volunteers(organisation),
        match_round=match_round,
        load=queries.list_load(organisation, match_round),
    )

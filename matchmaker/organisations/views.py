"""Pages of a street office's organisations, and of a coordinator's own organisation."""

from flask import Blueprint, Response, flash, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import ButtonForm, IdempotentForm
from matchmaker.models import Organisation, OrganisationKind, PairingAgreement
from matchmaker.offers.scope import get_own_organisation
from matchmaker.organisations import application_service, queries, service
from matchmaker.organisations.forms import OrganisationForm, OrganisationListForm, ReasonForm
from matchmaker.organisations.queries import is_over
from matchmaker.organisations.states import ORGANISATION_STATES, OrganisationStep
from matchmaker.promises.breaking import find_breaks_of_organisation
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Badge, Column, ListPage, make_state_badge
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name

# The columns of the list of organisations, on the page and in the file.


def make_agreement_badge(agreement: PairingAgreement) -> Badge:
    """The badge that says whether an agreement is in force today, expired or not begun."""
    today = get_local_date(get_now())
    if is_over(agreement, today):
        return Badge(str(_c("Agreement", "Expired")), "bad")
    if agreement.starts_on > today:
        return Badge(_("Not begun"), "waiting")
    return Badge(_("In force"), "good")


def _list_standing(organisation: Organisation) -> list[PairingAgreement]:
    today = get_local_date(get_now())
    return [row for row in organisation.agreements if not is_over(row, today)]


_CODE = Column[Organisation](header=_l("Reference"), read=lambda row: row.code)
_KIND = Column[Organisation](
    header=_c("Organisation", "Kind"), read=lambda row: str(get_label(row.kind))
)
_STATE = Column[Organisation](
    header=_l("State"),
    read=lambda row: str(get_label(row.state)),
    badges=lambda row: [make_state_badge(row.state)],
)
_COLUMNS = (
    Column[Organisation](
        header=_l("Organisation"),
        read=get_name,
        link=lambda row: url_for("organisations.show", organisation_id=row.id),
    ),
    _CODE,
    _KIND,
    Column[Organisation](
        header=_l("Pairing agreement"),
        read=lambda row: _("None"),
        badges=lambda row: map(make_agreement_badge, row.agreements),
    ),
    _STATE,
)
_FILE_COLUMNS = (
    _CODE,
    Column[Organisation](header=_l("Name in Chinese"), read=lambda row: row.name_zh),
    Column[Organisation](header=_l("Name in English"), read=lambda row: row.name_en),
    _KIND,
    _STATE,
    Column[Organisation](
        header=_l("Agreements in force"), read=lambda row: len(_list_standing(row))
    ),
    Column[Organisation](
        header=_l("Agreed until"),
        read=lambda row: max((a.ends_on for a in _list_standing(row)), default=None),
    ),
)


def _make_list() -> ListPage[Organisation]:
    form = OrganisationListForm()
    filters = form.read_filters()
    return ListPage(
        endpoint="organisations.index",
        caption=_l("Organisations"),
        query=queries.list_organisations(current_user, filters),
        columns=_COLUMNS,
        people=None,
        form=form,
        count=lambda: queries.count_by_state(current_user, filters),
        download="organisations.download",
        file_name="organisations",
        file_columns=_FILE_COLUMNS,
    )


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
    return render_template("organisations/index.html", list=_make_list())


@bp.get("/organisations.<any(xlsx, csv):file_format>")
@requires(Permission.ORGANISATION_APPROVE)
def download(file_format: str) -> Response:
    return _make_list().send(file_format)


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


@bp.post("/own/answers/<any(volunteers, coordinator):who>")
@requires(Permission.VOLUNTEER_MANAGE)
def set_answers(who: str) -> Answer:
    """Store who answers for visits: each volunteer for their own, or only the coordinator."""
    organisation = get_own_organisation(current_user)
    form = ButtonForm()

    def act() -> str:
        are_volunteers = who == "volunteers"
        service.set_answers(actor=current_user, now=get_now(), are_volunteers=are_volunteers)
        flash(_("Written down."), "success")
        return url_for("organisations.own")

    return answer_form(form, act, lambda: show_organisation(organisation, None))


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
        known = {"known_breaks": form.breaks.data} if chosen is OrganisationStep.SUSPEND else {}
        _REASONED_STEPS[chosen](
            actor=current_user,
            now=get_now(),
            organisation_id=organisation_id,
            reason=form.reason.data,
            **known,
        )
        flash(str(_DONE[chosen]), "success")
        return url_for("organisations.show", organisation_id=organisation_id)

    return answer_form(form, act, lambda: show_organisation(organisation, form))


def show_organisation(organisation: Organisation, form: IdempotentForm | None) -> str:
    """The page of one organisation; ``form`` is that of its steps, None to show no steps."""
    reasoning = form if isinstance(form, ReasonForm) else ReasonForm(formdata=None)
    match_round = queries.find_latest_round(organisation)
    breaks = find_breaks_of_organisation(organisation.id, get_now()).count if form else 0
    reasoning.breaks.data = breaks
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        form=form,
        key=ButtonForm(formdata=None).idempotency_key.data,
        reasoning=reasoning,
        breaks=breaks,
        has_coordinator=application_service.has_coordinator(organisation),
        new_code=session.pop(SHOWN_ONCE, None) if form else None,
        steps=ORGANISATION_STATES.list_steps(organisation.state),
        agreements=sorted(organisation.agreements, key=lambda row: row.ends_on, reverse=True),
        make_agreement_badge=make_agreement_badge,
        offers=queries.list_shown_offers(organisation),
        volunteers=queries.count_active_volunteers(organisation),
        match_round=match_round,
        load=queries.list_load(organisation, match_round),
        given=queries.list_given(organisation),
    )

"""The lists of a street office's pairings and pairing agreements, for its social workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import ListKind, Pairing, PairingAgreement
from matchmaker.offers.queries import list_organisations
from matchmaker.organisations import long_term
from matchmaker.organisations.forms import (
    AGREEMENT_WORDS,
    PAIRING_WORDS,
    AgreementListForm,
    PairingListForm,
)
from matchmaker.organisations.long_term import AgreementStanding, PairingStanding
from matchmaker.organisations.views import bp
from matchmaker.residents.scope import list_committees
from matchmaker.web.act import Answer
from matchmaker.web.lists import Badge, Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_day
from matchmaker.words.tones import Tone

_TONES: Mapping[StrEnum, Tone] = {
    PairingStanding.TO_REVIEW: "warning",
    PairingStanding.GOES_ON: "good",
    PairingStanding.NOT_BEGUN: "waiting",
    PairingStanding.ENDED: "neutral",
    AgreementStanding.LAPSING: "warning",
    AgreementStanding.LAPSED: "bad",
    AgreementStanding.IN_FORCE: "good",
    AgreementStanding.NOT_BEGUN: "waiting",
}


@dataclass(frozen=True, slots=True)
class PairingLine:
    """A pairing and its standing today."""

    pairing: Pairing
    standing: PairingStanding

    @property
    def word(self) -> str:
        return str(PAIRING_WORDS[self.standing])


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """An agreement and its standing today."""

    agreement: PairingAgreement
    standing: AgreementStanding

    @property
    def word(self) -> str:
        return str(AGREEMENT_WORDS[self.standing])


# Pairings.


def _show_last_day(pairing: Pairing) -> str:
    return format_day(pairing.ended_on) if pairing.ended_on else "–"


# This column is only in the file; on the page the programme says enough.
_CATEGORY = Column[PairingLine](
    header=_l("Kind of help"), read=lambda line: get_name(line.pairing.category)
)
_PAIRING_COLUMNS = (
    Column[PairingLine](
        header=_l("Number"),
        read=lambda line: line.pairing.reference,
        link=lambda line: url_for("organisations.show_pairing", pairing_id=line.pairing.id),
    ),
    Column[PairingLine](
        header=_l("Organisation"),
        read=lambda line: get_name(line.pairing.organisation),
        link=lambda line: url_for(
            "organisations.show", organisation_id=line.pairing.organisation_id
        ),
    ),
    Column[PairingLine](
        header=_l("Neighbourhood committee"),
        read=lambda line: get_name(line.pairing.resident.household.committee),
    ),
    Column[PairingLine](
        header=_l("Programme"), read=lambda line: str(get_label(line.pairing.programme))
    ),
    _CATEGORY,
    Column[PairingLine](
        header=_l("How often"), read=lambda line: str(get_label(line.pairing.frequency))
    ),
    Column[PairingLine](header=_l("First day"), read=lambda line: line.pairing.starts_on),
    Column[PairingLine](
        header=_l("Last day"),
        read=lambda line: line.pairing.ended_on,
        show=lambda line: _show_last_day(line.pairing),
    ),
    Column[PairingLine](header=_l("Review on"), read=lambda line: line.pairing.review_on),
    Column[PairingLine](
        header=_l("State"),
        read=lambda line: line.word,
        badges=lambda line: [Badge(line.word, _TONES[line.standing])],
    ),
)


@bp.get("/pairings")
@requires(Permission.OFFICE_READ)
def pairings() -> str:
    return show_list("organisations/pairings.html", _make_pairings())


@bp.route("/pairings.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.OFFICE_READ)
def download_pairings(file_format: str) -> Answer:
    return send_list(_make_pairings(), file_format)


def _make_pairings() -> ListPage[PairingLine]:
    form = PairingListForm().fill_choices(
        list_organisations(current_user), list_committees(current_user)
    )
    today = get_local_date(get_now())
    return ListPage(
        endpoint="organisations.pairings",
        caption=_l("Long-term pairings"),
        query=long_term.list_pairings(current_user, form.read_filters(), today),
        columns=[column for column in _PAIRING_COLUMNS if column is not _CATEGORY],
        people=People(ListKind.PAIRINGS, lambda line: (line.pairing.resident.person_id,)),
        form=form,
        read=_read_pairings,
        download="organisations.download_pairings",
        file_name="pairings",
        file_columns=_PAIRING_COLUMNS,
    )


def _read_pairings(rows: list[Any]) -> list[PairingLine]:
    return [PairingLine(pairing, PairingStanding(word)) for pairing, word in rows]


# Agreements.


def _name_renewal(line: AgreementLine) -> str:
    """What happens after the agreement's last day, in words."""
    renews = line.agreement.renews
    return _("Renewed unless one side objects") if renews else _("Renewed after a review")


_AGREEMENT_COLUMNS = (
    Column[AgreementLine](
        header=_l("Organisation"),
        read=lambda line: get_name(line.agreement.organisation),
        link=lambda line: url_for(
            "organisations.show", organisation_id=line.agreement.organisation_id
        ),
    ),
    Column[AgreementLine](
        header=_c("Organisation", "Kind"),
        read=lambda line: str(get_label(line.agreement.organisation.kind)),
    ),
    Column[AgreementLine](header=_l("What was agreed"), read=lambda line: line.agreement.scope),
    Column[AgreementLine](header=_l("Signed on"), read=lambda line: line.agreement.signed_on),
    Column[AgreementLine](header=_l("First day"), read=lambda line: line.agreement.starts_on),
    Column[AgreementLine](header=_l("Last day"), read=lambda line: line.agreement.ends_on),
    Column[AgreementLine](header=_l("Renewal"), read=_name_renewal),
    Column[AgreementLine](
        header=_l("State"),
        read=lambda line: line.word,
        badges=lambda line: [Badge(line.word, _TONES[line.standing])],
    ),
)


@bp.get("/agreements")
@requires(Permission.OFFICE_READ)
def agreements() -> str:
    return render_template("organisations/agreements.html", list=_make_agreements())


@bp.get("/agreements.<any(xlsx, csv):file_format>")
@requires(Permission.OFFICE_READ)
def download_agreements(file_format: str) -> Response:
    return _make_agreements().send(file_format)


def _make_agreements() -> ListPage[AgreementLine]:
    form = AgreementListForm().fill_choices(list_organisations(current_user))
    today = get_local_date(get_now())
    return ListPage(
        endpoint="organisations.agreements",
        caption=_l("Pairing agreements"),
        query=long_term.list_agreements(current_user, form.read_filters(), today),
        columns=_AGREEMENT_COLUMNS,
        people=None,
        form=form,
        read=_read_agreements,
        download="organisations.download_agreements",
        file_name="agreements",
        file_columns=_AGREEMENT_COLUMNS,
    )


def _read_agreements(rows: list[Any]) -> list[AgreementLine]:
    return [AgreementLine(agreement, AgreementStanding(word)) for agreement, word in rows]

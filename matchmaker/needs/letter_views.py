"""The letter of a month: the resident's page, one sheet, and all sheets of a committee."""

from datetime import date

from flask import render_template, url_for
from flask_login import current_user

from matchmaker.audit.handing import hand_out, show_people
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import ListKind, ListWay
from matchmaker.needs import letters
from matchmaker.needs.blueprint import bp
from matchmaker.notices.paper import get_committee
from matchmaker.residents.scope import get_resident
from matchmaker.web.act import Answer
from matchmaker.web.permissions import Permission, requires


@bp.get("/answers")
@bp.get("/answers/<month:month>")
@requires(Permission.NEED_READ_OWN)
def answers(month: date | None = None) -> str:
    """Show the resident, or a family proxy, what a month found; without a month the latest."""
    resident = get_resident(current_user.resident_id, current_user)
    letter, months = letters.read_letter(resident, month)
    shown = letter.month if letter else month
    return render_template("needs/answers.html", letter=letter, month=shown, months=months)


@bp.get("/answers/of/<id:resident_id>")
@bp.get("/answers/of/<id:resident_id>/<month:month>")
@requires(Permission.NEED_READ_SCOPE)
def answers_of(resident_id: int, month: date | None = None) -> str:
    """Show the counter the letter of one resident, on a sheet to print."""
    resident = get_resident(resident_id, current_user)
    letter, months = letters.read_letter(resident, month)

    def make() -> str:
        return render_template(
            "needs/answers_of.html",
            resident=resident,
            letter=letter,
            months=months,
            printed_on=get_local_date(get_now()),
            back_url=url_for("residents.show", resident_id=resident.id),
        )

    return show_people(ListKind.LETTERS, {resident.person_id}, make)


@bp.route("/paper/<id:committee_id>/answers/<month:month>", methods=["GET", "POST"])
@requires(Permission.NEED_READ_SCOPE)
def print_letters(committee_id: int, month: date) -> Answer:
    """Print the letters of a committee's residents without an account, each on a sheet of its own.

    The purpose is asked for first.
    """
    committee = get_committee(committee_id, current_user)
    found: list[letters.Letter] = []
    back_url = url_for("needs.paper_list", committee_id=committee.id)

    def find_persons() -> set[int]:
        found.extend(letters.list_letters(current_user, committee, month))
        return {letter.resident.person_id for letter in found}

    def make() -> str:
        return render_template(
            "needs/letters.html",
            committee=committee,
            month=month,
            letters=found,
            printed_on=get_local_date(get_now()),
            back_url=back_url,
        )

    return hand_out(
        ListKind.LETTERS,
        ListWay.PRINT,
        find_persons,
        make,
        filters={"committee_id": committee.id, "month": f"{month:%Y-%m}"},
        back_url=back_url,
    )

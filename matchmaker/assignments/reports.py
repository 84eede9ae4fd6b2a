"""Collect what a page needs to ask what took place of a promise, for each role that may report."""

from dataclasses import dataclass
from datetime import datetime

from matchmaker.assignments.answering import find_regret_end
from matchmaker.assignments.delivering import can_correct, can_report, list_proofs
from matchmaker.assignments.photos import has_photo
from matchmaker.assignments.report_forms import DoneForm, FailForm
from matchmaker.models import DeliveryProof, Promise, User
from matchmaker.residents.disclosure import Contact, may_visit


@dataclass(frozen=True, slots=True)
class Report:
    """What a page needs to ask what took place; the forms as they were filled in.

    ``free_at``: instant from which a report of failure cannot be undone any more.
    ``has_photo``: whether the reader may look at a photo of it.
    ``is_scanned``: the page was opened by the recipient's QR code.
    """

    promise: Promise
    done_form: DoneForm
    fail_form: FailForm
    can_report: bool
    can_correct: bool
    can_see_contact: bool
    contact: Contact | None = None
    free_at: datetime | None = None
    is_scanned: bool = False
    has_photo: bool = False


def make_report(
    row: Promise,
    actor: User,
    now: datetime,
    *,
    done_form: DoneForm | None = None,
    fail_form: FailForm | None = None,
    contact: Contact | None = None,
    scanned: str = "",
) -> Report:
    """Make the report of a promise for the page of the actor; a form that is not given is empty.

    ``scanned``: what the recipient's QR code said, to be filled in.
    """
    if done_form is None:
        done_form = DoneForm(formdata=None)
        done_form.fill(row, list_proofs(row, actor.role), scanned)
    return Report(
        promise=row,
        done_form=done_form,
        fail_form=fail_form or FailForm(formdata=None),
        can_report=can_report(row, now),
        can_correct=can_correct(row),
        can_see_contact=may_visit(row, now),
        contact=contact,
        free_at=find_regret_end(row),
        is_scanned=bool(scanned),
        has_photo=row.proof is DeliveryProof.PHOTO and has_photo(actor, row),
    )

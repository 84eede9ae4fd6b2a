"""Forms for reporting what took place of promised help, and how the help was."""

import re
from collections.abc import Sequence

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField
from wtforms.validators import ValidationError

from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.fields import DigitsField, LongTextField
from matchmaker.forms.numbers import QuantityField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import DeliveryProof, Face, FailReason, Promise
from matchmaker.models.limits import LONGEST_REASON, MOST_PHOTO_BYTES
from matchmaker.words.labels import get_label

_CHOOSE = _l("Choose one.")
_CODE = re.compile(r"[0-9]{4}", re.ASCII)


class DoneForm(IdempotentForm):
    """How much was given, and what shows it."""

    units = QuantityField(_l("How much was given"), [Required(_l("Enter how much."))])
    proof = RadiosField(_l("What shows it?"), [Required(_CHOOSE)])
    code = DigitsField(_l("Four digits of the recipient"), render_kw={"inputmode": "numeric"})

    photo = FileField(
        _l("Photo of what was done"), render_kw={"accept": "image/jpeg,image/png,image/webp"}
    )

    def fill(self, row: Promise, proofs: Sequence[DeliveryProof], code: str = "") -> None:
        """Set the proofs to choose from; before the form is sent, fill in all promised units.

        ``code``: digits to fill in as well, if they can be a code and codes may be used.
        """
        self.proofs = proofs
        self.proof.choices = make_choices((proof, get_label(proof)) for proof in proofs)
        self.unit = row.asked.category.unit
        if not self.has_input:
            self.units.show(row.units, self.unit)
            self.proof.data = proofs[0].value if len(proofs) == 1 else None
            if self.asks_code and _CODE.fullmatch(code):
                self.code.data, self.proof.data = code, DeliveryProof.CODE.value

    @property
    def asks_code(self) -> bool:
        """Whether the recipient's code is among the proofs to choose from."""
        return DeliveryProof.CODE in self.proofs

    @property
    def is_by_code(self) -> bool:
        """Whether the recipient's code was chosen as the proof."""
        return bool(self.proof.data == DeliveryProof.CODE.value)

    @property
    def asks_photo(self) -> bool:
        """Whether a photo is among the proofs to choose from."""
        return DeliveryProof.PHOTO in self.proofs

    def read_photo(self) -> bytes:
        """The file that was sent, cut off where it is too large anyway; empty without one."""
        sent = request.files.get(self.photo.name)
        if not sent:
            return b""
        with sent.stream:
            content: bytes = sent.read(MOST_PHOTO_BYTES + 1)
        return content

    def validate_units(self, field: QuantityField) -> None:
        field.check_unit(self.unit)

    def validate_code(self, field: DigitsField) -> None:
        """Refuse text that cannot be a code, so that it does not count as a wrong code."""
        if self.is_by_code and _CODE.fullmatch(field.data) is None:
            raise ValidationError(_l("Enter the four digits."))

    def read_units(self) -> int:
        """The units that were given, fen for money; 0 if nothing valid was typed."""
        return self.units.read_units(self.unit) or 0


class FailForm(IdempotentForm):
    """Why help did not take place."""

    reason = RadiosField(
        _l("Why not?"),
        [Required(_CHOOSE)],
        choices=make_choices((reason, get_label(reason)) for reason in FailReason),
    )


class FaceForm(IdempotentForm):
    """How the help was, in the recipient's eyes."""

    face = RadiosField(
        _l("How was it?"),
        [Required(_CHOOSE)],
        choices=make_choices((face, get_label(face)) for face in Face),
    )
    words = LongTextField(_l("In a sentence"), [MaxLength(LONGEST_REASON)])
    may_pass_on = BooleanField(_l("The sentence may be passed on to those who helped"))
    wants_call = BooleanField(_l("The street office should look at it and call me"))

"""The forms to sign in, join, invite and change an account."""

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.accounts.passwords import LONGEST
from matchmaker.accounts.scopes import Places
from matchmaker.forms.base import BaseForm, EditForm, FilterForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.forms.fields import KeptField, NameField, PhoneField, SecretField, TextField
from matchmaker.forms.validators import MaxLength, Required, SameAs
from matchmaker.models import Role
from matchmaker.models.limits import LONGEST_PERSON_NAME, LONGEST_REFERENCE
from matchmaker.web.addresses import LONGEST_ADDRESS
from matchmaker.words.labels import get_label, get_name, name_with
from matchmaker.words.names import LONGEST_SEARCH

_MARKED = re.compile(r"(?P<phone>.*[0-9])\s*(?P<mark>[A-Za-z]|[Rr][0-9]{5,})", re.ASCII)
LONGEST_CODE = 40  # characters, blanks and dashes included

_ROLES = [(role.value, get_label(role)) for role in Role]
_TYPE_AGAIN = _l("The two passwords differ. Type them again.")


class SignInNameField(PhoneField):
    """A phone number, with or without the letter or resident's reference of an account after it.

    ``data`` is the phone number, ``mark`` the letter or reference, empty if none was typed.
    """

    mark = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        found = _MARKED.fullmatch(unicodedata.normalize("NFKC", typed).strip())
        self.mark = found["mark"] if found else ""
        super().process_formdata([found["phone"]] if found else valuelist)


class SignInForm(BaseForm):
    """Phone and password; ``next`` is the address of the page to open after the sign-in."""

    phone = SignInNameField(_l("Phone number"), [Required(_l("Enter your phone number."))])
    password = SecretField(
        _l("Password"), [Required(_l("Enter your password.")), MaxLength(LONGEST)]
    )
    next = KeptField(validators=[MaxLength(LONGEST_ADDRESS)])


class JoinForm(BaseForm):
    """An invitation code, and the name, phone and password of the account to create."""

    code = TextField(
        _l("Invitation code"), [Required(_l("Enter the code.")), MaxLength(LONGEST_CODE)]
    )
    name = NameField(
        _l("Your name"), [Required(_l("Enter a name.")), MaxLength(LONGEST_PERSON_NAME)]
    )
    phone = PhoneField(_l("Phone number"), [Required(_l("Enter your phone number."))])
    password = SecretField(_l("Password"), [Required(_l("Choose a password.")), MaxLength(LONGEST)])
    password_again = SecretField(
        _l("The password again"),
        [Required(_l("Type the password again.")), SameAs("password", _TYPE_AGAIN)],
    )


class AddRoleForm(BaseForm):
    """The code of an invitation that adds a role to the present sign-in."""

    code = KeptField(validators=[Required(_l("Enter the code.")), MaxLength(LONGEST_CODE)])


class PasswordForm(BaseForm):
    """The old password once and the new one twice."""

    old_password = SecretField(
        _l("Present password"), [Required(_l("Enter the present password.")), MaxLength(LONGEST)]
    )
    new_password = SecretField(
        _l("New password"), [Required(_l("Choose a password.")), MaxLength(LONGEST)]
    )
    new_password_again = SecretField(
        _l("The new password again"),
        [Required(_l("Type the password again.")), SameAs("new_password", _TYPE_AGAIN)],
    )


class RoleForm(EditForm, IdempotentForm):
    """A role and a field for each possible scope; ``resolve_scope`` reads only the role's own."""

    role = DropdownField(
        _l("Role"),
        [Required(_l("Choose a role."))],
        choices=make_choices([("", _l("Choose")), *_ROLES]),
    )
    subdistrict_id = DropdownField(_l("Street office, for a social worker"))
    committee_id = DropdownField(_l("Committee, for a committee worker"))
    organisation_id = DropdownField(_l("Organisation, for a coordinator"))
    resident_reference = TextField(
        _l("Reference of the resident, for a resident or a family proxy"),
        [MaxLength(LONGEST_REFERENCE)],
    )
    volunteer_reference = TextField(
        _l("Reference of the volunteer, for a volunteer"), [MaxLength(LONGEST_REFERENCE)]
    )

    def read_scope(self) -> dict[str, Any]:
        """The typed scopes as keyword arguments of ``resolve_scope``."""
        ids = ("subdistrict_id", "committee_id", "organisation_id")
        return {
            **{name: int(self[name].data) if self[name].data else None for name in ids},
            "resident_reference": self.resident_reference.data,
            "volunteer_reference": self.volunteer_reference.data,
        }


class InviteColleagueForm(IdempotentForm):
    """A coordinator's choice: a volunteer of the organisation or, if empty, a colleague."""

    volunteer_reference = DropdownField(_l("Who is invited"))


class InviteResidentForm(IdempotentForm):
    """The reference of the resident who, or whose family proxy, gets the account."""

    resident_reference = TextField(
        _l("Reference of the resident"),
        [Required(_l("Enter the resident's reference.")), MaxLength(LONGEST_REFERENCE)],
    )


class AccountFilterForm(FilterForm):
    """Filters of the list of accounts."""

    search = TextField(_l("Name, or a resident's reference"), [MaxLength(LONGEST_SEARCH)])
    role = DropdownField(_l("Role"), choices=make_choices([("", _l("Every role")), *_ROLES]))
    state = DropdownField(
        _l("State"),
        choices=make_choices(
            [
                ("", _l("Every state")),
                ("enabled", _l("Can sign in")),
                ("disabled", _l("Account disabled")),
            ]
        ),
    )

    def read_filters(self) -> dict[str, Any]:
        """The filters as keyword arguments of ``select_accounts``; an invalid one is ignored."""
        self.validate()
        role = self.role.data if not self.role.errors else None
        state = self.state.data if not self.state.errors else None
        return {
            "search": self.search.data or "" if not self.search.errors else "",
            "role": Role(role) if role else None,
            "disabled": state == "disabled" if state else None,
        }


# The form of role and scope.


def make_role_form(places: Places, **values: Any) -> RoleForm:
    """The form with ``places`` as choices of scopes; ``values`` are its initial values."""
    form = RoleForm(**values)
    for field, rows in (
        (form.subdistrict_id, places.subdistricts),
        (form.committee_id, places.committees),
        (form.organisation_id, places.organisations),
    ):
        choices = [(row.id, name_with(get_name(row), row.code)) for row in rows]
        field.choices = make_choices([("", _("None")), *choices])
    return form

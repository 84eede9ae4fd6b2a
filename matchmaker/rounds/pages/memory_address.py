"""Read from an address which part of the memory of the months it asks for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now, parse_month
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.choices import read_choice
from matchmaker.promises import memory as remembered
from matchmaker.promises.memory import COUNTED, Group, Span
from matchmaker.rounds.pages.memory_forms import MemoryForm
from matchmaker.rounds.queries import get_subdistrict_id
from matchmaker.words.labels import get_name


@dataclass(frozen=True, slots=True)
class MemoryAddress:
    """The filters of the memory that the address asks for, with the form that shows them.

    span     the office, and the first and last month
    by       what the counts are grouped by
    counted  the count or step whose promises are listed
    """

    form: MemoryForm
    span: Span
    by: Group
    counted: str
    today: date

    def make_url(self, endpoint: str, **more: Any) -> str:
        """The address of another page with the same months and grouping."""
        first, last = f"{self.span.first:%Y-%m}", f"{self.span.last:%Y-%m}"
        return url_for(endpoint, first=first, last=last, by=self.by.value, **more)

    @property
    def file_name(self) -> str:
        return f"{self.span.first:%Y-%m}-{self.span.last:%Y-%m}"


def read_address() -> MemoryAddress | None:
    """Return what the address asks for; None while no month is published.

    The latest month is shown if none is chosen; a choice that is not offered is replaced by the
    usual one.
    """
    office = get_subdistrict_id(current_user)
    months = remembered.list_months(office)
    if not months:
        return None
    usual = f"{months[0]:%Y-%m}"
    form = MemoryForm(data={"first": usual, "last": usual, "by": Group.CATEGORY.value})
    form.fill_choices(months).validate()
    chosen = [
        parse_month(str(field.data)) if field.data and not field.errors else months[0]
        for field in (form.first, form.last)
    ]
    return MemoryAddress(
        form=form,
        span=Span(office, min(chosen), max(chosen)),
        by=read_choice(form.by, Group) or Group.CATEGORY,
        counted=read_choice(form.counted, str) or COUNTED[0],
        today=get_local_date(get_now()),
    )


def require_address() -> MemoryAddress:
    asked = read_address()
    if asked is None:
        raise NotFoundError("round.not_published")
    return asked


def get_group_id() -> int | None:
    """The id of the group in the address; None, for all groups, if it has no number."""
    typed = request.args.get("group", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 9 else None


def name_group(group: Any) -> str:
    """Name a group for lists: homes and volunteers by reference, others by name."""
    return group.reference if hasattr(group, "reference") else get_name(group)

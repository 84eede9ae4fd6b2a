"""Fields that choose from a list: one of a few, one of many, or several."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice as SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, ListWidget

T = TypeVar("T")

NOT_IN_LIST = _l("Choose from the list.")


def make_choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return the choices of ``(value, label)`` pairs; a StrEnum member counts as its value."""
    return [SelectChoice(str(value), label) for value, label in pairs]


def read_choice(field: Field, convert: Callable[[str], T]) -> T | None:
    """Return the choice in a filter, converted; None if nothing valid was chosen."""
    return convert(field.data) if field.data and not field.errors else None


class RadiosField(RadioField):
    """A choice from a short list, as radio buttons: render with the ``radios`` macro."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **_with_plain_messages(kwargs))

    def pre_validate(self, form: Any) -> None:
        if self.data not in (None, ""):  # a missing choice is reported by Required
            super().pre_validate(form)


class DropdownField(SelectField):
    """A choice from a long list: render with the ``field`` macro."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **_with_plain_messages(kwargs))

    def pre_validate(self, form: Any) -> None:
        if self.data not in (None, ""):
            super().pre_validate(form)


class CheckboxesField(SelectMultipleField):
    """Several choices from a list, as checkboxes: render with the ``checkboxes`` macro."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **_with_plain_messages(kwargs))


def _with_plain_messages(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {
        "invalid_choice_message": NOT_IN_LIST,
        "invalid_value_message": NOT_IN_LIST,
        **kwargs,
    }

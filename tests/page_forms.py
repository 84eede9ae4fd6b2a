"""The forms of a page as a browser without script has them: controls, values, what is sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = ("text", "textarea", "number", "tel", "date", "month", "search")
TICKED = ("checkbox", "radio")


@dataclass
class Control:
    """One control. ``is_on``: ticked or selected; ``options``: the values of a dropdown."""

    name: str
    kind: str
    value: str = ""
    is_on: bool = False
    options: list[str] = field(default_factory=list)

    @property
    def is_seen(self) -> bool:
        return self.kind not in ("hidden", "submit", "button", "password")


@dataclass
class PageForm:
    """A form; ``attributes`` are those of its tag."""

    attributes: dict[str, str]
    controls: list[Control] = field(default_factory=list)

    @property
    def is_filled(self) -> bool:
        """Whether it shows something already, not counting a button or a hidden value."""
        return any(
            control.is_on if control.kind in TICKED else control.value
            for control in self.controls
            if control.is_seen
        )

    def get(self, name: str) -> str | None:
        return next((control.value for control in self.controls if control.name == name), None)

    def list_sent(self, **changed: str) -> dict[str, list[str]]:
        """What is sent, without any button; where one of several must be ticked, the first is."""
        sent: dict[str, list[str]] = {}
        for control in self.controls:
            is_sent = control.is_on if control.kind in TICKED else True
            if control.kind not in ("submit", "button") and is_sent:
                sent.setdefault(control.name, []).append(control.value)
        for control in self.controls:
            if control.kind == "radio":
                sent.setdefault(control.name, [control.value])
        return {**sent, **{name: [value] for name, value in changed.items()}}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._text: Control | None = None
        self._dropdown: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(found)
            self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "button", "textarea", "select"):
            self._take_control(tag, found)
        elif tag == "option" and self._dropdown is not None:
            value = found.get("value", "")
            self._dropdown.options.append(value)
            if "selected" in found:
                self._dropdown.value = value

    def _take_control(self, tag: str, found: dict[str, str]) -> None:
        kind = {"input": found.get("type", "text"), "button": "submit"}.get(tag, tag)
        control = Control(
            found.get("name", ""), kind, found.get("value", ""), is_on="checked" in found
        )
        if control.name and self._form is not None:
            self._form.controls.append(control)
        if tag == "textarea":
            self._text = control
        elif tag == "select":
            self._dropdown = control

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._text is not None:
            self._text.value = self._text.value.removeprefix("\r\n").removeprefix("\n")
            self._text = None
        elif tag == "select":
            self._dropdown = None


def read_forms(page: str) -> list[PageForm]:
    """Every form of the page, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms

"""Errors of the domain. Services raise them; the web maps each to one status."""


class DomainError(Exception):
    """A rule of the domain was broken. ``code`` names the rule; the site puts it into words."""

    def __init__(self, code: str, **numbers: object) -> None:
        super().__init__(code)
        self.code = code
        self.numbers = numbers


class NotFoundError(DomainError):
    """The object does not exist, or the actor may not know of it (404)."""


class ForbiddenError(DomainError):
    """The actor may never do this, whatever the object (403)."""


class ConflictError(DomainError):
    """The object is not in a state that allows this step (409)."""


class InvalidError(DomainError):
    """A value is refused; ``field`` names the form field that shows the message (422)."""

    def __init__(self, code: str, field: str, **numbers: object) -> None:
        super().__init__(code, **numbers)
        self.field = field


class ThrottledError(DomainError):
    """There were too many attempts; ``retry_after_seconds`` says how long to wait (429)."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("site.throttled", retry_after_seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds

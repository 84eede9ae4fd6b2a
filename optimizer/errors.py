"""The one error of broken input: what is wrong and where it stands."""


class ProblemError(ValueError):
    """A value of a problem, policy or solution that cannot be; ``path`` is its JSON path.

    Paths read like ``$.needs[3].quantity``. ``reason`` is one English clause for logs and the
    command line; the site words its own messages from ``path``.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def within(self, parent: str) -> "ProblemError":
        """The same error seen from the object that holds the broken one."""
        tail = self.path.removeprefix("$")
        return ProblemError(f"{parent}{tail}", self.reason)

"""How large a request may be: a few pages take files that are larger than any form."""

from flask import Flask, request

LARGEST_UPLOAD = 8 * 1024 * 1024  # bytes, of a whole request
_TAKES_FILES = frozenset({"assignments.report_done"})


def register(app: Flask) -> None:
    """Let the pages that take files take larger requests, before anything reads the form."""

    @app.before_request
    def widen() -> None:
        if request.endpoint in _TAKES_FILES:
            request.max_content_length = LARGEST_UPLOAD

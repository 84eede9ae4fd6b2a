"""Structured log lines, one JSON object each, without personal data."""

import logging
import re
import sys
import time
from typing import Any

from flask import Flask, Response, g, request
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import inspect

logger = logging.getLogger("matchmaker")

# Seven digits or more in a row could be a phone or a document number.
_LONG_NUMBER = re.compile(r"\d{7,}")
# PostgreSQL quotes the refused row, including what somebody typed.
_REFUSED_ROW = re.compile(r"DETAIL:.*?(?=\n\nThe above exception|\n\[SQL|\Z)", re.DOTALL)


class _RedactLongNumbers(logging.Filter):
    """Replaces seven or more digits in a row, which could be a phone number, in every log line.

    In tracebacks it also removes the row that PostgreSQL refused.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _LONG_NUMBER.sub("[number]", record.getMessage())
        record.args = ()
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text = _LONG_NUMBER.sub("[number]", _REFUSED_ROW.sub("[row]", text))
            record.exc_info = None  # or the formatter would write it again, unredacted
        return True


def init_logging(app: Flask) -> None:
    """Log to standard error: one line for each answer, with route, status and duration."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(_RedactLongNumbers())
    for name in ("matchmaker", app.logger.name):
        target = logging.getLogger(name)
        target.handlers, target.propagate = [handler], False
        target.setLevel(logging.INFO)
    app.before_request(_start_watch)
    app.after_request(_log_answer)
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _start_watch() -> None:
    g.started_s = time.perf_counter()


def _log_exception(exc_info: Any) -> None:
    """Log an error without the path, which may hold what somebody typed; Flask would log it."""
    logger.error(
        "failed",
        exc_info=exc_info,
        extra={"method": request.method, "route": str(request.url_rule or "")},
    )


def _log_answer(response: Response) -> Response:
    """Log the route's pattern, never the path or query, which may hold what somebody typed."""
    if request.endpoint == "static":
        return response
    logger.info(
        "answered",
        extra={
            "method": request.method,
            "route": str(request.url_rule) if request.url_rule else None,
            "status": response.status_code,
            "user": _get_user_id(),
            "milliseconds": round((time.perf_counter() - g.get("started_s", 0.0)) * 1000),
        },
    )
    return response


def _get_user_id() -> int | None:
    """Return the user's id if the request holds it already; no query, the database may be away."""
    state = inspect(g.get("_login_user"), raiseerr=False)
    return state.identity[0] if state is not None and state.identity else None

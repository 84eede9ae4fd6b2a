"""Settings from the environment. Outside demo mode a missing secret stops the start."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# Known to everyone who reads this file: a demo holds invented people only.
DEMO_SECRET = "demo only: nothing real is kept here"  # noqa: S105


class SettingsError(Exception):
    """A setting is missing or unusable; the message names the variable."""


def load_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Flask's configuration from ``MATCHMAKER_*`` variables.

    Raises ``SettingsError`` naming the variable that is missing or malformed.
    """
    demo = environ.get("MATCHMAKER_DEMO", "") == "1"
    instance = Path(environ.get("MATCHMAKER_INSTANCE", ROOT / "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    database = environ.get("MATCHMAKER_DATABASE_URL", f"sqlite:///{instance / 'matchmaker.db'}")
    return {
        "DEMO_MODE": demo,
        "INSTANCE_DIR": instance,
        "SEEDS_DIR": Path(environ.get("MATCHMAKER_SEEDS", ROOT / "seeds")),
        "SECRET_KEY": _get_secret(environ, "MATCHMAKER_SECRET_KEY", demo),
        "CONTACT_KEYS": _get_secret(environ, "MATCHMAKER_CONTACT_KEYS", demo).split(","),
        "SQLALCHEMY_DATABASE_URI": _use_psycopg(database),
        "QUEUE_PATH": instance / "queue.db",
        "SESSION_IDLE_MINUTES": _get_number(environ, "MATCHMAKER_SESSION_IDLE_MINUTES", 60),
        "SESSION_ABSOLUTE_MINUTES": _get_number(environ, "MATCHMAKER_SESSION_MINUTES", 720),
        "SOLVE_LIMIT_SECONDS": _get_number(environ, "MATCHMAKER_SOLVE_LIMIT_SECONDS", 600),
        "SOLVE_MEMORY_MIB": _get_number(environ, "MATCHMAKER_SOLVE_MEMORY_MIB", 2048),
        "LEASE_SECONDS": _get_number(environ, "MATCHMAKER_LEASE_SECONDS", 30),
        "TRUSTED_PROXY": environ.get("MATCHMAKER_TRUSTED_PROXY", ""),
        "INVITATION_DAYS": _get_number(environ, "MATCHMAKER_INVITATION_DAYS", 7),
        "SESSION_COOKIE_SECURE": environ.get("MATCHMAKER_INSECURE_COOKIES", "") != "1" and not demo,
        **_FIXED,
    }


_FIXED: dict[str, Any] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
    "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,  # bytes
    "MAX_FORM_PARTS": 500,
    "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session
    "BOOTSTRAP_SERVE_LOCAL": True,
    "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
    "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
    "LANGUAGES": ("zh_Hans_CN", "en"),
}


def _get_secret(environ: Mapping[str, str], name: str, demo: bool) -> str:
    value = environ.get(name, DEMO_SECRET if demo else "")
    if len(value) < 32:
        raise SettingsError(f"{name} must be set to at least 32 characters (or MATCHMAKER_DEMO=1)")
    return value


def _get_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdecimal() or int(text) == 0:
        raise SettingsError(f"{name} must be a whole number above 0, not {text!r}")
    return int(text)


def _use_psycopg(url: str) -> str:
    """Both usual spellings of a PostgreSQL address lead to psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url

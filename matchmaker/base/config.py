"""Settings from the environment. Outside demo mode a missing secret stops the start."""

from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[1]
_BESIDE = _PACKAGE.parent  # the checkout, or the site-packages of an installation
IS_CHECKOUT = (_BESIDE / "seeds" / "catalogue.csv").is_file()
DEFAULT_SEEDS = (_BESIDE if IS_CHECKOUT else _PACKAGE) / "seeds"  # a wheel contains them

# What only a real installation sets.
_REAL_SETTINGS = (
    "MATCHMAKER_SECRET_KEY",
    "MATCHMAKER_CONTACT_KEYS",
    "MATCHMAKER_DATABASE_URL",
)

# Public values are safe here: a demo holds invented people only.
DEMO_SECRET = "demo only: nothing real is kept here"  # noqa: S105


class SettingsError(Exception):
    """A setting is missing or unusable; the message names the variable."""


def load_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return Flask's configuration from ``MATCHMAKER_*`` variables. Creates the instance folder.

    Raises ``SettingsError`` with the name of the variable that is missing or malformed.
    """
    demo = environ.get("MATCHMAKER_DEMO", "") == "1"
    secret_key = _get_secret(environ, "MATCHMAKER_SECRET_KEY", demo)
    contact_keys = _get_secret(environ, "MATCHMAKER_CONTACT_KEYS", demo).split(",")
    instance = _make_instance_folder(environ, demo)  # last: a refused start creates nothing
    database = environ.get("MATCHMAKER_DATABASE_URL", f"sqlite:///{instance / 'matchmaker.db'}")
    return {
        "DEMO_MODE": demo,
        "INSTANCE_DIR": instance,
        "SEEDS_DIR": Path(environ.get("MATCHMAKER_SEEDS", DEFAULT_SEEDS)),
        "SECRET_KEY": secret_key,
        "CONTACT_KEYS": contact_keys,
        "SQLALCHEMY_DATABASE_URI": _use_psycopg(database),
        "DATABASE_WAIT_MS": _get_number(environ, "MATCHMAKER_DATABASE_WAIT_MS", 3000),
        "QUEUE_PATH": instance / "queue.db",
        "SESSION_IDLE_MINUTES": _get_number(environ, "MATCHMAKER_SESSION_IDLE_MINUTES", 60),
        "SESSION_ABSOLUTE_MINUTES": _get_number(environ, "MATCHMAKER_SESSION_MINUTES", 720),
        "SOLVE_LIMIT_SECONDS": _get_number(environ, "MATCHMAKER_SOLVE_LIMIT_SECONDS", 600),
        "SOLVE_MEMORY_MIB": _get_number(environ, "MATCHMAKER_SOLVE_MEMORY_MIB", 2048),
        "POLICY": environ.get("MATCHMAKER_POLICY", ""),  # of months opened from now on
        "LEASE_SECONDS": _get_number(environ, "MATCHMAKER_LEASE_SECONDS", 30),
        "HOSTS": _list_hosts(environ, demo),
        "TRUSTED_PROXY": environ.get("MATCHMAKER_TRUSTED_PROXY", ""),
        "INVITATION_DAYS": _get_number(environ, "MATCHMAKER_INVITATION_DAYS", 7),
        **_name_cookies(
            is_secure=environ.get("MATCHMAKER_INSECURE_COOKIES", "") != "1" and not demo
        ),
        **_FIXED,
    }


def imply_demo(environ: MutableMapping[str, str]) -> None:
    """Set MATCHMAKER_DEMO=1 unless it, or any setting of a real office, is set already."""
    if not any(name in environ for name in ("MATCHMAKER_DEMO", *_REAL_SETTINGS)):
        environ["MATCHMAKER_DEMO"] = "1"


def _make_instance_folder(environ: Mapping[str, str], demo: bool) -> Path:
    """Create and return the folder of database and queue, which no upgrade of the package replaces.

    MATCHMAKER_INSTANCE names it. Otherwise it is ``instance`` in a checkout, or a folder below the
    user's data folder (XDG Base Directory Specification), separate for a demo and a real office.
    """
    named = environ.get("MATCHMAKER_INSTANCE", "")
    try:
        instance = Path(named) if named else _find_instance_folder(environ, demo)
        instance = instance.resolve()
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home folder
        message = f"MATCHMAKER_INSTANCE must name a folder to write in: {error}"
        raise SettingsError(message) from error
    return instance


def _find_instance_folder(environ: Mapping[str, str], demo: bool) -> Path:
    if IS_CHECKOUT:
        return _BESIDE / "instance"
    shared = environ.get("XDG_DATA_HOME", "")
    data = Path(shared) if Path(shared).is_absolute() else Path.home() / ".local" / "share"
    return data / "leshan-matchmaker" / ("demo" if demo else "office")


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


def _list_hosts(environ: Mapping[str, str], demo: bool) -> list[str]:
    """Return the host names of the site: by default this machine's; empty means any (a demo)."""
    named = environ.get("MATCHMAKER_HOSTS", "" if demo else "localhost,127.0.0.1")
    return [name.strip() for name in named.split(",") if name.strip()]


def _name_cookies(*, is_secure: bool) -> dict[str, Any]:
    """Return the settings of the session cookie; over https its name begins with ``__Host-``.

    Browsers take such a cookie only over https and from no other name of the domain.
    """
    prefix = "__Host-" if is_secure else ""
    return {"SESSION_COOKIE_SECURE": is_secure, "SESSION_COOKIE_NAME": f"{prefix}session"}


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
    """Return the address with psycopg 3 as driver, for both usual spellings of PostgreSQL."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url

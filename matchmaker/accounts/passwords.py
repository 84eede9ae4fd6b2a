"""Which passwords are accepted, and how they are stored and checked.

Hashing is slow on purpose, so many sign-ins could exhaust the machine: each process computes only
two hashes at the same time. Callers hash outside writing transactions.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from werkzeug.security import check_password_hash, generate_password_hash

from matchmaker.base.errors import InvalidError, ThrottledError
from matchmaker.models import Role
from matchmaker.words.phone_numbers import get_line

SHORTEST = {role: 10 if role is Role.RESIDENT else 15 for role in Role}  # characters
LONGEST = 200  # characters
FEWEST_DIFFERENT = 5  # characters
METHOD = "scrypt:32768:8:1"
HASHES_AT_ONCE = 2
HASH_WAIT_SECONDS = 5

# A hash for unknown phones, so that checking one takes as long as checking a real one.
UNKNOWN_HASH = f"{METHOD}$nobodyhasthissalt${'0' * 128}"

_BLOCKLIST = Path(__file__).with_name("common_passwords.txt")
_slots = BoundedSemaphore(HASHES_AT_ONCE)


def hash_password(password: str, beside: str | None = None) -> str:
    """A salted hash to store; ``beside`` is a hash whose salt and method it takes.

    The accounts of one phone share their salt. Raises ``ThrottledError`` if too many hashes are
    being computed.
    """
    with _hold_slot():
        if beside is not None:
            return compute_hash(password, beside)
        return generate_password_hash(password, method=METHOD)


def matches_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` matches ``stored``; None takes the same time and never matches.

    Raises ``ThrottledError`` if too many hashes are being computed.
    """
    with _hold_slot():
        return check_password_hash(stored or UNKNOWN_HASH, password)


def find_matches(stored: Sequence[str], password: str) -> list[int]:
    """The positions in ``stored``, the hashes of one phone's accounts, that match ``password``.

    The accounts share their salt, so exactly one hash is computed, even if ``stored`` is empty.
    Raises ``ThrottledError`` if too many hashes are being computed.
    """
    if len(stored) <= 1:
        first = stored[0] if stored else None
        return [0] if matches_password(first, password) else []
    with _hold_slot():
        found = compute_hash(password, stored[0])
    return [place for place, known in enumerate(stored) if hmac.compare_digest(known, found)]


def compute_hash(password: str, beside: str) -> str:
    """The hash of ``password`` with the method and the salt of ``beside``, another hash."""
    method, salt, _digest = beside.split("$", 2)
    _name, n, r, p = method.split(":")
    most = 132 * int(n) * int(r) * int(p)  # bytes, as werkzeug bounds it
    digest = hashlib.scrypt(
        password.encode(), salt=salt.encode(), n=int(n), r=int(r), p=int(p), maxmem=most
    )
    return f"{method}${salt}${digest.hex()}"


def check_acceptable(password: str, *, role: Role, phone: str, field: str) -> None:
    """Refuse a password that is too short or long, common, monotonous or contains the phone number.

    Raises ``InvalidError`` for ``field``: ``password.short``, ``password.long``,
    ``password.common``, ``password.monotonous`` or ``password.is_phone``.
    """
    shortest = SHORTEST[role]
    folded = "".join(password.casefold().split())
    if len(password) < shortest:
        raise InvalidError("password.short", field, limit=shortest)
    if len(password) > LONGEST:
        raise InvalidError("password.long", field, limit=LONGEST)
    if len(set(folded)) < FEWEST_DIFFERENT:
        raise InvalidError("password.monotonous", field)
    if phone and get_line(phone) in folded:
        raise InvalidError("password.is_phone", field)
    if _is_common(folded):
        raise InvalidError("password.common", field)


def _is_common(folded: str) -> bool:
    """Whether the password is an entry of the list, once, twice or three times in a row."""
    common = _load_blocklist()
    halves = (folded[: len(folded) // count] for count in (1, 2, 3) if len(folded) % count == 0)
    return any(part in common and part * (len(folded) // len(part)) == folded for part in halves)


@cache
def _load_blocklist() -> frozenset[str]:
    lines = _BLOCKLIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@contextmanager
def _hold_slot() -> Iterator[None]:
    if not _slots.acquire(timeout=HASH_WAIT_SECONDS):
        raise ThrottledError(HASH_WAIT_SECONDS)
    try:
        yield
    finally:
        _slots.release()

"""Encryption of contact data and its blind indexes; the keys live outside the database."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask


class ContactCipher:
    """Encrypts text with the first of ``CONTACT_KEYS``; decrypts with any, so keys can rotate."""

    def __init__(self) -> None:
        self._fernet: MultiFernet | None = None
        self._index_key = b""

    def init_app(self, app: Flask) -> None:
        keys: list[str] = app.config["CONTACT_KEYS"]
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in keys])
        # The index must stay stable while encryption keys rotate: it uses the oldest, last key.
        self._index_key = hashlib.sha256(b"index:" + keys[-1].encode()).digest()

    def encrypt(self, text: str) -> str:
        """The text, encrypted with the first key."""
        return self._get_fernet().encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The text of ``token``, encrypted with any of the keys."""
        return self._get_fernet().decrypt(token.encode()).decode()

    def get_index(self, text: str) -> str:
        """Keyed digest of ``text``, 64 hex digits: the same for equal texts, and not reversible."""
        return hmac.new(self._index_key, text.encode(), hashlib.sha256).hexdigest()

    def _get_fernet(self) -> MultiFernet:
        if self._fernet is None:
            raise RuntimeError("the contact cipher has no keys: init_app was not called")
        return self._fernet


def _derive(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"contact:" + key.encode()).digest())

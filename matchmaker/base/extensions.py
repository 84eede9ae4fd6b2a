"""Extension objects, unbound; the app factory binds them. The contact cipher is written here."""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of all models. Every constraint has a name, so that a migration can find it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ContactCipher:
    """Encryption of contact data, and digests to find it by; the keys are outside the database.

    It encrypts with the first of ``CONTACT_KEYS`` and decrypts with any, so that keys can rotate.
    """

    def __init__(self) -> None:
        self._fernet: MultiFernet | None = None
        self._index_key = b""

    def init_app(self, app: Flask) -> None:
        keys: list[str] = app.config["CONTACT_KEYS"]
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in keys])
        # The index must stay stable while encryption keys rotate: it uses the oldest, last key.
        self._index_key = hashlib.sha256(b"index:" + keys[-1].encode()).digest()

    def encrypt(self, text: str) -> str:
        """Return the text, encrypted with the first key."""
        return self._get_fernet().encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return the text of ``token``, which any of the keys may have encrypted."""
        return self._get_fernet().decrypt(token.encode()).decode()

    def encrypt_bytes(self, content: bytes) -> bytes:
        """Return the bytes, encrypted with the first key; they become a third longer."""
        return self._get_fernet().encrypt(content)

    def decrypt_bytes(self, token: bytes) -> bytes:
        """Return the bytes of ``token``, which any of the keys may have encrypted."""
        return self._get_fernet().decrypt(token)

    def get_index(self, text: str) -> str:
        """Return a keyed digest of 64 hex digits: the same for equal texts, and not reversible."""
        return hmac.new(self._index_key, text.encode(), hashlib.sha256).hexdigest()

    def _get_fernet(self) -> MultiFernet:
        if self._fernet is None:
            raise RuntimeError("the contact cipher has no keys: init_app was not called")
        return self._fernet


def _derive(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"contact:" + key.encode()).digest())


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:  # the extension makes its class at run time, where no type checker sees it
    Model = Base
else:
    Model = db.Model
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
bootstrap = Bootstrap5()
contact_cipher = ContactCipher()

"""Column types shared by the models."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, LargeBinary, String, Text
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from matchmaker.base.extensions import contact_cipher
from matchmaker.models.limits import LONGEST_KEY, LONGEST_LOT


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC and given back aware, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no instant: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(TypeDecorator[str]):
    """Text that is encrypted before it reaches the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else contact_cipher.encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else contact_cipher.decrypt(value)


class EncryptedBytes(TypeDecorator[bytes]):
    """A file that is encrypted before it reaches the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else contact_cipher.encrypt_bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else contact_cipher.decrypt_bytes(value)


def draw_lot() -> str:
    """Return a random name of 16 hexadecimal digits that says nothing about its row or its time."""
    return secrets.token_hex(LONGEST_LOT // 2)


def draw_key() -> str:
    """Return a random key of 32 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(LONGEST_KEY // 2)


def lot_column() -> MappedColumn[str]:
    """Return the column of a row's lot: the name that it draws under, given once, at entry."""
    return mapped_column(
        String(LONGEST_LOT), default=draw_lot, comment="random name for the draw, given at entry"
    )


def enum_column(enum: type[StrEnum]) -> Enum:
    """Return the type of a StrEnum that is stored by value; the application checks the value."""
    return Enum(
        enum, native_enum=False, length=40, create_constraint=False, values_callable=_get_values
    )


def _get_values(enum: Any) -> list[str]:
    return [member.value for member in enum]

"""Compute the digests of names and addresses again, with characters in place of radicals.

They follow from the encrypted columns. A contact that cannot be decrypted keeps its own. A digest
of before finds the same contact unless its text has radicals, so going down changes nothing.
"""

import sqlalchemy as sa
from alembic import op
from cryptography.fernet import InvalidToken

from matchmaker.base.extensions import contact_cipher
from matchmaker.residents.twins import make_indexes


revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

DIGESTS = ("name_index", "address_index")
AT_ONCE = 500  # rows in one statement


def upgrade() -> None:
    names = ("resident_id", "full_name", "address", *DIGESTS)
    contact = sa.table("resident_contact", *(sa.column(name) for name in names))
    bind = op.get_bind()
    rows = bind.execute(sa.select(*contact.c)).mappings().all()
    found = [{"row": row["resident_id"], **digests} for row in rows if (digests := _renew(row))]
    change = sa.update(contact).where(contact.c.resident_id == sa.bindparam("row"))
    change = change.values({name: sa.bindparam(name) for name in DIGESTS})
    for start in range(0, len(found), AT_ONCE):
        bind.execute(change, found[start : start + AT_ONCE])


def downgrade() -> None:
    pass


def _renew(row: sa.RowMapping) -> dict[str, str]:
    """The digests of a contact if they differ from those that it has, else nothing."""
    try:
        texts = (contact_cipher.decrypt(row[name]) for name in ("full_name", "address"))
        digests = make_indexes(*texts)
    except InvalidToken:
        return {}
    return {} if all(row[name] == digest for name, digest in digests.items()) else digests

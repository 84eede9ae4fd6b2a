"""Add keyed digests of name and address, by which a person registered twice is found.

They follow from the encrypted columns. A contact that cannot be decrypted keeps none and is found
by its phone alone.
"""

import sqlalchemy as sa
from alembic import op
from cryptography.fernet import InvalidToken

from matchmaker.base.extensions import contact_cipher
from matchmaker.residents.twins import make_indexes

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COMMENTS = {
    "name_index": "keyed digest of the full name as it is compared",
    "address_index": "keyed digest of the address as it is compared",
}
AT_ONCE = 500  # rows in one statement


def upgrade() -> None:
    with op.batch_alter_table("resident_contact") as table:
        for name, comment in COMMENTS.items():
            table.add_column(sa.Column(name, sa.String(length=64), nullable=True, comment=comment))
            table.create_index(op.f(f"ix_resident_contact_{name}"), [name])
    names = ("resident_id", "full_name", "address", *COMMENTS)
    contact = sa.table("resident_contact", *(sa.column(name) for name in names))
    bind = op.get_bind()
    rows = bind.execute(sa.select(contact.c.resident_id, contact.c.full_name, contact.c.address))
    found = [{"row": row[0], **indexes} for row in rows.all() if (indexes := _read(*row[1:]))]
    change = sa.update(contact).where(contact.c.resident_id == sa.bindparam("row"))
    change = change.values({name: sa.bindparam(name) for name in COMMENTS})
    for start in range(0, len(found), AT_ONCE):
        bind.execute(change, found[start : start + AT_ONCE])


def downgrade() -> None:
    with op.batch_alter_table("resident_contact") as table:
        for name in COMMENTS:
            table.drop_index(op.f(f"ix_resident_contact_{name}"))
            table.drop_column(name)


def _read(full_name: str, address: str) -> dict[str, str]:
    try:
        return make_indexes(contact_cipher.decrypt(full_name), contact_cipher.decrypt(address))
    except InvalidToken:
        return {}

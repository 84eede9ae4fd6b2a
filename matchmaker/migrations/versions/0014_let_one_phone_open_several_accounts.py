"""Let several accounts share a phone, told apart by a letter, and one sign-in open several roles.

Going down leaves the phone to its first account: the others keep their rows and can no longer be
signed in to, because revision 0013 knows one account of a phone.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OWN_SIGN_IN = "opened_by_id IS NULL"


def upgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        table.add_column(sa.Column("opened_by_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column(
                "letter",
                sa.String(length=1),
                nullable=False,
                server_default="A",
                comment="typed behind a phone that several accounts share",
            )
        )
        table.drop_constraint(op.f("uq_user_account_phone_index"), type_="unique")
    with op.batch_alter_table("user_account") as table:
        table.alter_column("letter", existing_type=sa.String(length=1), server_default=None)
        table.create_foreign_key(
            op.f("fk_user_account_opened_by_id"), "user_account", ["opened_by_id"], ["id"]
        )
        table.create_index(op.f("ix_user_account_opened_by_id"), ["opened_by_id"])
    op.create_index(
        "uq_user_account_sign_in",
        "user_account",
        ["phone_index", "letter"],
        unique=True,
        sqlite_where=sa.text(OWN_SIGN_IN),
        postgresql_where=sa.text(OWN_SIGN_IN),
    )


def downgrade() -> None:
    op.drop_index("uq_user_account_sign_in", table_name="user_account")
    _leave_one_account_a_phone()
    with op.batch_alter_table("user_account") as table:
        table.drop_index(op.f("ix_user_account_opened_by_id"))
        table.drop_constraint(op.f("fk_user_account_opened_by_id"), type_="foreignkey")
        table.drop_column("opened_by_id")
        table.drop_column("letter")
        table.create_unique_constraint(op.f("uq_user_account_phone_index"), ["phone_index"])


def _leave_one_account_a_phone() -> None:
    users = sa.table("user_account", sa.column("id"), sa.column("phone_index"))
    first = sa.select(sa.func.min(users.c.id)).group_by(users.c.phone_index)
    later = sa.select(users.c.id).where(users.c.id.not_in(first))
    bind = op.get_bind()
    for user_id in bind.scalars(later).all():
        unused = hashlib.sha256(f"no sign-in: {user_id}".encode()).hexdigest()
        bind.execute(sa.update(users).where(users.c.id == user_id).values(phone_index=unused))

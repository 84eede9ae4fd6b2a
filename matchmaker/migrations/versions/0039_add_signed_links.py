"""Add links with which givers answer without signing in, and who of a giver may answer."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_SENDER = "ck_idempotency_key_sender"
_KEY = "uq_idempotency_key_signed_link_id_key"
_LINK = "fk_idempotency_key_signed_link_id"


def upgrade() -> None:
    _create_links()
    with op.batch_alter_table("organisation") as table:
        table.add_column(
            sa.Column("volunteers_answer", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("organisation") as table:
        table.alter_column("volunteers_answer", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("idempotency_key") as table:
        table.alter_column("user_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("signed_link_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(_LINK), "signed_link", ["signed_link_id"], ["id"])
        table.create_unique_constraint(op.f(_KEY), ["signed_link_id", "key"])
        table.create_check_constraint(
            op.f(_SENDER), "(user_id IS NULL) <> (signed_link_id IS NULL)"
        )


def downgrade() -> None:
    """A form that was sent by a link is forgotten: without links it cannot be sent again."""
    op.execute("DELETE FROM idempotency_key WHERE user_id IS NULL")
    with op.batch_alter_table("idempotency_key") as table:
        table.drop_constraint(op.f(_SENDER), type_="check")
        table.drop_constraint(op.f(_KEY), type_="unique")
        table.drop_constraint(op.f(_LINK), type_="foreignkey")
        table.drop_column("signed_link_id")
        table.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("organisation") as table:
        table.drop_column("volunteers_answer")
    op.drop_table("signed_link")


def _create_links() -> None:
    op.create_table(
        "signed_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("last_used_at", UTCDateTime(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        *(_refer(name, table) for name, table in _REFERENCES.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_signed_link_token_sha256")),
    )
    for name in ("match_round_id", "organisation_id", "volunteer_id"):
        op.create_index(op.f(f"ix_signed_link_{name}"), "signed_link", [name])


_REFERENCES = {
    "match_round_id": "match_round",
    "organisation_id": "organisation",
    "volunteer_id": "volunteer",
    "made_by_id": "user_account",
    "revoked_by_id": "user_account",
}


def _refer(name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_signed_link_{name}"))

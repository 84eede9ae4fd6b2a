"""Add what the office owes by a day: a second look, or an answer about a decided need."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import EncryptedText, UTCDateTime


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column(
            "status",
            sa.String(length=40),
            nullable=True,
            comment="StatusKind of the paper; empty for other questions",
        ),
        sa.Column(
            "words",
            EncryptedText(),
            nullable=False,
            comment="of the person who asked; may be empty",
        ),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("answer", EncryptedText(), nullable=True, comment="one sentence to the asker"),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_follow_up_{column}"))
            for column, target in (
                ("subdistrict_id", "subdistrict.id"),
                ("need_id", "need.id"),
                ("asked_by_id", "user_account.id"),
                ("owner_id", "user_account.id"),
                ("answered_by_id", "user_account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    for column in ("subdistrict_id", "need_id", "answered_at"):
        op.create_index(op.f(f"ix_follow_up_{column}"), "follow_up", [column])


def downgrade() -> None:
    op.drop_table("follow_up")

"""Hand needs to offices that do not take part."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("referred_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_as", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["user_account.id"], name=op.f("fk_referral_ended_by_id")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_referral_need_id")),
        sa.ForeignKeyConstraint(
            ["referred_by_id"], ["user_account.id"], name=op.f("fk_referral_referred_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_need_id"), "referral", ["need_id"])


def downgrade() -> None:
    """Needs that were handed on keep their state; to whom is gone."""
    op.drop_index(op.f("ix_referral_need_id"), table_name="referral")
    op.drop_table("referral")

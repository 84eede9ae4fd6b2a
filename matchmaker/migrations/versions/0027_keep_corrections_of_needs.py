"""Keep when a need was verified, and what was corrected of it afterwards."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("need") as table:
        table.add_column(sa.Column("verified_at", UTCDateTime(), nullable=True))
    op.create_table(
        "need_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("corrected_by_id", sa.Integer(), nullable=False),
        sa.Column("corrected_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_correction_need_id")),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"],
            ["user_account.id"],
            name=op.f("fk_need_correction_corrected_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_correction")),
    )
    op.create_index(op.f("ix_need_correction_need_id"), "need_correction", ["need_id"])


def downgrade() -> None:
    op.drop_table("need_correction")
    with op.batch_alter_table("need") as table:
        table.drop_column("verified_at")

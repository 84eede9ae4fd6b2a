"""Add the yearly notices of public holidays that a street office enters."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column(
            "breaks",
            sa.JSON(),
            nullable=False,
            comment="name, first and last day (ISO) of each break, in order",
        ),
        sa.Column(
            "make_up_days",
            sa.JSON(),
            nullable=False,
            comment="weekend days that are worked (ISO), in order",
        ),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with each edit"),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"],
            ["subdistrict.id"],
            name=op.f("fk_holiday_notice_subdistrict_id"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["user_account.id"],
            name=op.f("fk_holiday_notice_changed_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_notice")),
        sa.UniqueConstraint(
            "subdistrict_id", "year", name=op.f("uq_holiday_notice_subdistrict_id_year")
        ),
    )


def downgrade() -> None:
    op.drop_table("holiday_notice")

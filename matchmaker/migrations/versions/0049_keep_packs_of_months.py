"""Keep the packs of months that the office asks for, and let jobs make them.

Undone, packs and their jobs are lost; they can be made again.
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TWO_SUBJECTS = "(round_run_id IS NULL) <> (round_repair_id IS NULL)"
ONE_SUBJECT = (
    "CASE WHEN round_run_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN round_repair_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN month_pack_id IS NULL THEN 0 ELSE 1 END = 1"
)


def upgrade() -> None:
    _create_packs()
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("month_pack_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_job_month_pack_id"), "month_pack", ["month_pack_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_job_month_pack_id"), ["month_pack_id"])
        table.drop_constraint(op.f("ck_job_one_subject"), type_="check")
        table.create_check_constraint(op.f("ck_job_one_subject"), ONE_SUBJECT)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE month_pack_id IS NOT NULL")
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_one_subject"), type_="check")
        table.drop_constraint(op.f("uq_job_month_pack_id"), type_="unique")
        table.drop_constraint(op.f("fk_job_month_pack_id"), type_="foreignkey")
        table.drop_column("month_pack_id")
        table.create_check_constraint(op.f("ck_job_one_subject"), TWO_SUBJECTS)
    op.drop_table("month_pack")


def _create_packs() -> None:
    op.create_table(
        "month_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column(
            "run_ids",
            sa.JSON(),
            nullable=False,
            comment="the published runs of its months when it was asked for",
        ),
        sa.Column("parts", sa.JSON(), nullable=False, comment="what is in it: codes of PackPart"),
        sa.Column("language", sa.String(length=20), nullable=False, comment="en or zh_Hans_CN"),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column(
            "size",
            sa.Integer(),
            nullable=True,
            comment="bytes of the file; stays when it is deleted",
        ),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="a ZIP file; empty: not made, or deleted",
        ),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_month_pack_subdistrict_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_month_pack_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_pack")),
    )
    with op.batch_alter_table("month_pack") as table:
        for name in ("subdistrict_id", "finished_at"):
            table.create_index(op.f(f"ix_month_pack_{name}"), [name], unique=False)

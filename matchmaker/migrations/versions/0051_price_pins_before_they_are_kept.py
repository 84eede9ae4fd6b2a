"""Keep the prices of pins, forbids and swaps, and let jobs work them out.

Undone, prices go with their jobs; pins and forbids stay.
"""

import sqlalchemy as sa
from alembic import op


revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_NAMES = ("round_run_id", "round_repair_id", "month_pack_id")


def _say_one_of(*names: str) -> str:
    return " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in names) + " = 1"


def upgrade() -> None:
    _create_prices()
    with op.batch_alter_table("round_override") as table:
        table.add_column(
            sa.Column(
                "round_price_id",
                sa.Integer(),
                nullable=True,
                comment="the price that was seen before it was kept",
            )
        )
        table.create_foreign_key(
            op.f("fk_round_override_round_price_id"), "round_price", ["round_price_id"], ["id"]
        )
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("round_price_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_job_round_price_id"), "round_price", ["round_price_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_job_round_price_id"), ["round_price_id"])
        table.drop_constraint(op.f("ck_job_one_subject"), type_="check")
        table.create_check_constraint(
            op.f("ck_job_one_subject"), _say_one_of(*_NAMES, "round_price_id")
        )


def _create_prices() -> None:
    op.create_table(
        "round_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, ... within the round"),
        sa.Column(
            "round_run_id",
            sa.Integer(),
            nullable=False,
            comment="the run before, with which it is compared",
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column(
            "instead_offer_id",
            sa.Integer(),
            nullable=True,
            comment="of a swap: the offer that is forbidden",
        ),
        sa.Column(
            "instead_volunteer_id",
            sa.Integer(),
            nullable=True,
            comment="of a swap: the volunteer who is forbidden",
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column(
            "has_no_interest",
            sa.Boolean(),
            nullable=False,
            comment="the person declared that the resident is nobody near them",
        ),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column(
            "limit_seconds",
            sa.Integer(),
            nullable=False,
            comment="time limit of the solve, seconds",
        ),
        sa.Column(
            "problem_json",
            sa.Text(),
            nullable=False,
            comment="canonical: what the next run would ask",
        ),
        sa.Column("problem_sha256", sa.String(length=64), nullable=False),
        sa.Column("result_sha256", sa.String(length=64), nullable=True),
        sa.Column(
            "found",
            sa.JSON(),
            nullable=True,
            comment="what would change: codes, numbers and references only",
        ),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_round_price_{name}"))
            for name, table in (
                ("match_round_id", "match_round"),
                ("round_run_id", "round_run"),
                ("need_id", "need"),
                ("offer_id", "offer"),
                ("volunteer_id", "volunteer"),
                ("instead_offer_id", "offer"),
                ("instead_volunteer_id", "volunteer"),
                ("started_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_price")),
        sa.UniqueConstraint(
            "match_round_id", "number", name=op.f("uq_round_price_match_round_id_number")
        ),
    )
    with op.batch_alter_table("round_price") as table:
        table.create_index(op.f("ix_round_price_match_round_id"), ["match_round_id"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE round_price_id IS NOT NULL")
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_one_subject"), type_="check")
        table.drop_constraint(op.f("uq_job_round_price_id"), type_="unique")
        table.drop_constraint(op.f("fk_job_round_price_id"), type_="foreignkey")
        table.drop_column("round_price_id")
        table.create_check_constraint(op.f("ck_job_one_subject"), _say_one_of(*_NAMES))
    with op.batch_alter_table("round_override") as table:
        table.drop_constraint(op.f("fk_round_override_round_price_id"), type_="foreignkey")
        table.drop_column("round_price_id")
    op.drop_table("round_price")

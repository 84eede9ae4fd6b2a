"""Keep searches for givers in place of those who fell, and let jobs work on them.

Undone, jobs of searches go with them; lines and promises that a search made stay.
"""

import sqlalchemy as sa
from alembic import op


revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_repairs()
    with op.batch_alter_table("assignment") as table:
        table.add_column(
            sa.Column(
                "round_repair_id",
                sa.Integer(),
                nullable=True,
                comment="that found it; empty: the run did",
            )
        )
        _refer(table, "assignment")
    with op.batch_alter_table("promise") as table:
        table.add_column(
            sa.Column(
                "round_repair_id",
                sa.Integer(),
                nullable=True,
                comment="the kept search for somebody else; empty: there is none",
            )
        )
        _refer(table, "promise")
    with op.batch_alter_table("job") as table:
        table.add_column(
            sa.Column("kind", sa.String(length=40), nullable=False, server_default="solve")
        )
        table.add_column(sa.Column("round_repair_id", sa.Integer(), nullable=True))
        table.alter_column("round_run_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key(
            op.f("fk_job_round_repair_id"), "round_repair", ["round_repair_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_job_round_repair_id"), ["round_repair_id"])
        table.create_check_constraint(
            op.f("ck_job_one_subject"), "(round_run_id IS NULL) <> (round_repair_id IS NULL)"
        )
    with op.batch_alter_table("job") as table:
        table.alter_column("kind", existing_type=sa.String(length=40), server_default=None)


def _refer(table, name: str) -> None:
    table.create_foreign_key(
        op.f(f"fk_{name}_round_repair_id"), "round_repair", ["round_repair_id"], ["id"]
    )
    table.create_index(op.f(f"ix_{name}_round_repair_id"), ["round_repair_id"], unique=False)


def _create_repairs() -> None:
    op.create_table(
        "round_repair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_run_id", sa.Integer(), nullable=False, comment="the published run"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, ... within the run"),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column(
            "limit_seconds",
            sa.Integer(),
            nullable=False,
            comment="time limit of the solve, seconds",
        ),
        sa.Column(
            "facts_json",
            sa.Text(),
            nullable=False,
            comment="what is kept, fell and changed since, canonical JSON",
        ),
        sa.Column(
            "problem_json",
            sa.Text(),
            nullable=False,
            comment="canonical: what is free, who waits for it",
        ),
        sa.Column("problem_sha256", sa.String(length=64), nullable=False),
        sa.Column("solution_json", sa.Text(), nullable=True),
        sa.Column("result_sha256", sa.String(length=64), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=False, comment="passed the checker"),
        sa.Column("findings", sa.JSON(), nullable=True, comment="faults the checker named"),
        sa.Column(
            "verdict",
            sa.JSON(),
            nullable=True,
            comment="what the checker found: how much is proved",
        ),
        sa.Column(
            "proposal",
            sa.JSON(),
            nullable=True,
            comment="new lines by need, and why nobody is found for others; references only",
        ),
        sa.Column("timings", sa.JSON(), nullable=True, comment="seconds by step"),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_by_id", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_run_id"], ["round_run.id"], name=op.f("fk_round_repair_round_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user_account.id"], name=op.f("fk_round_repair_started_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["kept_by_id"], ["user_account.id"], name=op.f("fk_round_repair_kept_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_repair")),
        sa.UniqueConstraint(
            "round_run_id", "number", name=op.f("uq_round_repair_round_run_id_number")
        ),
    )
    with op.batch_alter_table("round_repair") as table:
        table.create_index(op.f("ix_round_repair_round_run_id"), ["round_run_id"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE round_run_id IS NULL")
    with op.batch_alter_table("job") as table:
        table.drop_constraint(op.f("ck_job_one_subject"), type_="check")
        table.drop_constraint(op.f("uq_job_round_repair_id"), type_="unique")
        table.drop_constraint(op.f("fk_job_round_repair_id"), type_="foreignkey")
        table.alter_column("round_run_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("round_repair_id")
        table.drop_column("kind")
    for name in ("promise", "assignment"):
        with op.batch_alter_table(name) as table:
            table.drop_index(op.f(f"ix_{name}_round_repair_id"))
            table.drop_constraint(op.f(f"fk_{name}_round_repair_id"), type_="foreignkey")
            table.drop_column("round_repair_id")
    op.drop_table("round_repair")

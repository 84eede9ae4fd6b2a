"""Add rounds results and jobs."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fairness_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="first day of the month"),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column(
            "reference",
            sa.String(length=40),
            nullable=False,
            comment="code or reference in the scope",
        ),
        sa.Column("asked", sa.Integer(), nullable=False, comment="needs in the round"),
        sa.Column(
            "possible", sa.Integer(), nullable=False, comment="needs it could have had met alone"
        ),
        sa.Column("received", sa.Integer(), nullable=False, comment="needs met"),
        sa.Column("given", sa.Integer(), nullable=False, comment="units given (organisations)"),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_fairness_ledger_subdistrict_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairness_ledger")),
        sa.UniqueConstraint(
            "subdistrict_id",
            "month",
            "scope",
            "reference",
            name=op.f("uq_fairness_ledger_subdistrict_id_month_scope_reference"),
        ),
    )
    with op.batch_alter_table("fairness_ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fairness_ledger_month"), ["month"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_fairness_ledger_subdistrict_id"), ["subdistrict_id"], unique=False
        )

    op.create_table(
        "match_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column(
            "month", sa.Date(), nullable=False, comment="first day of the month, Asia/Shanghai"
        ),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column(
            "policy", sa.String(length=60), nullable=False, comment="name and version of the stages"
        ),
        sa.Column(
            "seed_rule",
            sa.String(length=300),
            nullable=False,
            comment="announced at opening: how the lottery's seed will come about",
        ),
        sa.Column(
            "public_value",
            sa.String(length=120),
            nullable=True,
            comment="the announced public value that enters the seed",
        ),
        sa.Column("seed", sa.String(length=64), nullable=True, comment="hex digits"),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_run_id", sa.Integer(), nullable=True, comment="round_run.id"),
        sa.Column("publication", sa.Integer(), nullable=False, comment="number of the publication"),
        sa.ForeignKeyConstraint(
            ["frozen_by_id"], ["user_account.id"], name=op.f("fk_match_round_frozen_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user_account.id"], name=op.f("fk_match_round_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user_account.id"], name=op.f("fk_match_round_published_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_match_round_subdistrict_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_round")),
        sa.UniqueConstraint(
            "subdistrict_id", "month", name=op.f("uq_match_round_subdistrict_id_month")
        ),
    )
    with op.batch_alter_table("match_round", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_match_round_subdistrict_id"), ["subdistrict_id"], unique=False
        )

    op.create_table(
        "round_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, ... within the round"),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column(
            "limit_seconds",
            sa.Integer(),
            nullable=False,
            comment="time limit of the solve, seconds",
        ),
        sa.Column(
            "problem_json", sa.Text(), nullable=False, comment="canonical: snapshot, pins, forbids"
        ),
        sa.Column("problem_sha256", sa.String(length=64), nullable=False),
        sa.Column("solution_json", sa.Text(), nullable=True),
        sa.Column("result_sha256", sa.String(length=64), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=False, comment="passed the checker"),
        sa.Column("findings", sa.JSON(), nullable=True, comment="faults the checker named"),
        sa.Column("figures", sa.JSON(), nullable=True, comment="aggregates for pages"),
        sa.Column("timings", sa.JSON(), nullable=True, comment="seconds by stage"),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["match_round_id"], ["match_round.id"], name=op.f("fk_round_run_match_round_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user_account.id"], name=op.f("fk_round_run_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_run")),
        sa.UniqueConstraint(
            "match_round_id", "number", name=op.f("uq_round_run_match_round_id_number")
        ),
    )
    with op.batch_alter_table("round_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_round_run_match_round_id"), ["match_round_id"], unique=False
        )

    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column(
            "canonical_json", sa.Text(), nullable=False, comment="no personal data: references only"
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "offer_ids",
            sa.JSON(),
            nullable=False,
            comment="name of an offer in the snapshot -> its row; no part of the hash",
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_round_id"], ["match_round.id"], name=op.f("fk_snapshot_match_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("match_round_id", name=op.f("uq_snapshot_match_round_id")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_run_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("pairing_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("slot", sa.String(length=20), nullable=True, comment="W1-WD-AM: week and window"),
        sa.Column(
            "units", sa.Integer(), nullable=False, comment="units of the category, fen for funds"
        ),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(need_id IS NULL) <> (pairing_id IS NULL)", name=op.f("ck_assignment_one_purpose")
        ),
        sa.CheckConstraint("units >= 1", name=op.f("ck_assignment_units")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_assignment_need_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_assignment_offer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_assignment_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_assignment_pairing_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_run_id"], ["round_run.id"], name=op.f("fk_assignment_round_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_assignment_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assignment_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignment_pairing_id"), ["pairing_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assignment_round_run_id"), ["round_run_id"], unique=False
        )

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_run_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, comment="times a worker took it"),
        sa.Column("lease_token", sa.String(length=32), nullable=True, comment="names the holder"),
        sa.Column(
            "lease_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the holder's, or the queue's; then it is queued again",
        ),
        sa.Column(
            "stage", sa.String(length=60), nullable=True, comment="code of the present stage"
        ),
        sa.Column("stages_done", sa.Integer(), nullable=False),
        sa.Column("stages_total", sa.Integer(), nullable=False),
        sa.Column(
            "error", sa.String(length=200), nullable=True, comment="code, never a person's data"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_run_id"], ["round_run.id"], name=op.f("fk_job_round_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("round_run_id", name=op.f("uq_job_round_run_id")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_lease_until"), ["lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "need_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_run_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("received_units", sa.Integer(), nullable=False, comment="units of the category"),
        sa.Column(
            "ground", sa.String(length=40), nullable=False, comment="code of the explanation"
        ),
        sa.Column("numbers", sa.JSON(), nullable=False, comment="numbers of the explanation"),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_outcome_need_id")),
        sa.ForeignKeyConstraint(
            ["round_run_id"], ["round_run.id"], name=op.f("fk_need_outcome_round_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_outcome")),
        sa.UniqueConstraint(
            "round_run_id", "need_id", name=op.f("uq_need_outcome_round_run_id_need_id")
        ),
    )
    with op.batch_alter_table("need_outcome", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_outcome_need_id"), ["need_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_need_outcome_round_run_id"), ["round_run_id"], unique=False
        )

    op.create_table(
        "round_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_round_override_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["match_round_id"], ["match_round.id"], name=op.f("fk_round_override_match_round_id")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_round_override_need_id")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_round_override_offer_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_round_override_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_override")),
    )
    with op.batch_alter_table("round_override", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_round_override_match_round_id"), ["match_round_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("round_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_override_match_round_id"))

    op.drop_table("round_override")
    with op.batch_alter_table("need_outcome", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_outcome_round_run_id"))
        batch_op.drop_index(batch_op.f("ix_need_outcome_need_id"))

    op.drop_table("need_outcome")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state"))
        batch_op.drop_index(batch_op.f("ix_job_lease_until"))

    op.drop_table("job")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_round_run_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_pairing_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_offer_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_need_id"))

    op.drop_table("assignment")
    op.drop_table("snapshot")
    with op.batch_alter_table("round_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_run_match_round_id"))

    op.drop_table("round_run")
    with op.batch_alter_table("match_round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_round_subdistrict_id"))

    op.drop_table("match_round")
    with op.batch_alter_table("fairness_ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fairness_ledger_subdistrict_id"))
        batch_op.drop_index(batch_op.f("ix_fairness_ledger_month"))

    op.drop_table("fairness_ledger")

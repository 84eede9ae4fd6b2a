"""Add offers needs and pairings."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("frequency", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False, comment="risk, 1 (danger) to 3"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["service_category.id"], name=op.f("fk_pairing_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_pairing_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_pairing_resident_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_pairing_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("reference", name=op.f("uq_pairing_reference")),
    )
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pairing_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_pairing_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "capacity_per_month",
            sa.Integer(),
            nullable=False,
            comment="units of the category, fen for funds",
        ),
        sa.Column("windows", sa.JSON(), nullable=False, comment="Window values; empty: any time"),
        sa.Column("committees", sa.JSON(), nullable=False, comment="committee codes; empty: all"),
        sa.Column(
            "statuses", sa.JSON(), nullable=False, comment="StatusKind values; empty: anyone"
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("return_reason", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with each edit"),
        sa.CheckConstraint("capacity_per_month >= 1", name=op.f("ck_offer_capacity_per_month")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from <= valid_until", name=op.f("ck_offer_validity")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["service_category.id"], name=op.f("fk_offer_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_offer_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_offer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_category_id"), ["category_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_offer_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column(
            "committee_id", sa.Integer(), nullable=False, comment="where the need was raised"
        ),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column(
            "description",
            sa.Text(),
            nullable=False,
            comment="the resident's own words; shown to the resident and the office alone",
        ),
        sa.Column(
            "quantity", sa.Integer(), nullable=False, comment="units of the category, fen for funds"
        ),
        sa.Column(
            "least_quantity", sa.Integer(), nullable=False, comment="units, at most quantity"
        ),
        sa.Column("windows", sa.JSON(), nullable=False, comment="Window values; empty: any time"),
        sa.Column("tier", sa.Integer(), nullable=False, comment="urgency, 1 (danger) to 3"),
        sa.Column("waiting_rounds", sa.Integer(), nullable=False, comment="rounds passed over"),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("return_reason", sa.String(length=300), nullable=True),
        sa.Column("reply_promised_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "consent_id",
            sa.Integer(),
            nullable=True,
            comment="present when entered on someone's behalf",
        ),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with each edit"),
        sa.CheckConstraint(
            "least_quantity BETWEEN 1 AND quantity", name=op.f("ck_need_least_quantity")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_need_quantity")),
        sa.CheckConstraint("tier BETWEEN 1 AND 3", name=op.f("ck_need_tier")),
        sa.CheckConstraint("waiting_rounds >= 0", name=op.f("ck_need_waiting_rounds")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["service_category.id"], name=op.f("fk_need_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_need_committee_id")
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_need_consent_id")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["user_account.id"], name=op.f("fk_need_entered_by_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_need_resident_id")),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["user_account.id"], name=op.f("fk_need_verified_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("reference", name=op.f("uq_need_reference")),
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_committee_id"), ["committee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_state"), ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_state"))
        batch_op.drop_index(batch_op.f("ix_need_resident_id"))
        batch_op.drop_index(batch_op.f("ix_need_committee_id"))
        batch_op.drop_index(batch_op.f("ix_need_category_id"))

    op.drop_table("need")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_offer_category_id"))

    op.drop_table("offer")
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_resident_id"))
        batch_op.drop_index(batch_op.f("ix_pairing_organisation_id"))

    op.drop_table("pairing")

"""Add places givers residents and accounts."""

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "unit",
            sa.String(length=20),
            nullable=False,
            comment="code: visit, slot, item, fen, place ...",
        ),
        sa.Column(
            "usual_minutes", sa.Integer(), nullable=True, comment="minutes of one visit or slot"
        ),
        sa.Column("people_per_visit", sa.Integer(), nullable=False, comment="people at once"),
        sa.Column("qualification", sa.String(length=40), nullable=True),
        sa.Column(
            "points", sa.Integer(), nullable=False, comment="published points of one need met"
        ),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in lists"),
        sa.CheckConstraint(
            "people_per_visit >= 1", name=op.f("ck_service_category_people_per_visit")
        ),
        sa.CheckConstraint("points >= 1", name=op.f("ck_service_category_points")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["service_category.id"], name=op.f("fk_service_category_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_category")),
        sa.UniqueConstraint("code", name=op.f("uq_service_category_code")),
    )
    op.create_table(
        "subdistrict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subdistrict")),
        sa.UniqueConstraint("code", name=op.f("uq_subdistrict_code")),
    )
    op.create_table(
        "committee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("has_counter", sa.Boolean(), nullable=False, comment="a street-front counter"),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_committee_subdistrict_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
        sa.UniqueConstraint("code", name=op.f("uq_committee_code")),
    )
    with op.batch_alter_table("committee", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_committee_subdistrict_id"), ["subdistrict_id"], unique=False
        )

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("return_reason", sa.String(length=300), nullable=True),
        sa.Column("sort_key", sa.String(length=200), nullable=False, comment="pinyin of name_zh"),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_organisation_subdistrict_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_sort_key"), ["sort_key"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_organisation_subdistrict_id"), ["subdistrict_id"], unique=False
        )

    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column(
            "block", sa.String(length=40), nullable=False, comment="estate or lane, no door number"
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_household_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("reference", name=op.f("uq_household_reference")),
    )
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_household_committee_id"), ["committee_id"], unique=False
        )

    op.create_table(
        "pairing_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "renews", sa.Boolean(), nullable=False, comment="renewed unless one side objects"
        ),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_pairing_agreement_period")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_pairing_agreement_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_agreement")),
    )
    with op.batch_alter_table("pairing_agreement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pairing_agreement_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "volunteer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sort_key", sa.String(length=120), nullable=False, comment="pinyin of name"),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("visits_per_month", sa.Integer(), nullable=False, comment="most visits a month"),
        sa.Column("categories", sa.JSON(), nullable=False, comment="category codes, sorted"),
        sa.Column("windows", sa.JSON(), nullable=False, comment="Window values, sorted"),
        sa.Column(
            "committees",
            sa.JSON(),
            nullable=False,
            comment="committee codes served, sorted; empty: every committee",
        ),
        sa.CheckConstraint("visits_per_month >= 1", name=op.f("ck_volunteer_visits_per_month")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_volunteer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("reference", name=op.f("uq_volunteer_reference")),
    )
    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_volunteer_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_volunteer_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "resident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False, comment="pseudonym on lists"),
        sa.Column(
            "display_name",
            sa.String(length=40),
            nullable=False,
            comment="surname with title, 王阿婆",
        ),
        sa.Column(
            "sort_key", sa.String(length=80), nullable=False, comment="pinyin of display_name"
        ),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_resident_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("reference", name=op.f("uq_resident_reference")),
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_resident_household_id"), ["household_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_resident_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "volunteer_qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("qualification", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_qualification_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_qualification")),
        sa.UniqueConstraint(
            "volunteer_id",
            "qualification",
            name=op.f("uq_volunteer_qualification_volunteer_id_qualification"),
        ),
    )
    with op.batch_alter_table("volunteer_qualification", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_volunteer_qualification_volunteer_id"), ["volunteer_id"], unique=False
        )

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("phone_index", sa.String(length=64), nullable=False, comment="keyed digest"),
        sa.Column(
            "name", sa.String(length=80), nullable=False, comment="as colleagues call this person"
        ),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=True),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=True),
        sa.Column("text_size", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_user_account_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_user_account_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_user_account_resident_id")
        ),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_user_account_subdistrict_id")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_user_account_volunteer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_user_account_phone_index")),
    )


def downgrade() -> None:
    op.drop_table("user_account")
    with op.batch_alter_table("volunteer_qualification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_volunteer_qualification_volunteer_id"))

    op.drop_table("volunteer_qualification")
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resident_sort_key"))
        batch_op.drop_index(batch_op.f("ix_resident_household_id"))

    op.drop_table("resident")
    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_volunteer_sort_key"))
        batch_op.drop_index(batch_op.f("ix_volunteer_organisation_id"))

    op.drop_table("volunteer")
    with op.batch_alter_table("pairing_agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_agreement_organisation_id"))

    op.drop_table("pairing_agreement")
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_committee_id"))

    op.drop_table("household")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_subdistrict_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_sort_key"))

    op.drop_table("organisation")
    with op.batch_alter_table("committee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_committee_subdistrict_id"))

    op.drop_table("committee")
    op.drop_table("subdistrict")
    op.drop_table("service_category")

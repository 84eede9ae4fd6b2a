"""Add the places where help is given, and the phones and addresses of who gives it."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import EncryptedText, UTCDateTime


revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OFFICES = ("subdistrict", "committee")


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subdistrict_id", sa.Integer(), nullable=False),
        sa.Column(
            "organisation_id",
            sa.Integer(),
            nullable=True,
            comment="whose place it is; empty: the office's",
        ),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("latitude_microdegrees", sa.Integer(), nullable=True),
        sa.Column("longitude_microdegrees", sa.Integer(), nullable=True),
        sa.Column("hours_zh", sa.String(length=120), nullable=False),
        sa.Column("hours_en", sa.String(length=120), nullable=False),
        sa.Column("is_step_free", sa.Boolean(), nullable=False),
        sa.Column("has_lift", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(latitude_microdegrees IS NULL) = (longitude_microdegrees IS NULL)",
            name=op.f("ck_place_map_point"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_place_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["subdistrict_id"], ["subdistrict.id"], name=op.f("fk_place_subdistrict_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    for column in ("organisation_id", "subdistrict_id"):
        op.create_index(op.f(f"ix_place_{column}"), "place", [column])
    with op.batch_alter_table("organisation") as table:
        table.add_column(sa.Column("address", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("contact_name", EncryptedText(), nullable=True))
        table.add_column(sa.Column("contact_phone", EncryptedText(), nullable=True))
    for office in OFFICES:
        with op.batch_alter_table(office) as table:
            table.add_column(sa.Column("phone", sa.String(length=20), nullable=True))


def downgrade() -> None:
    for office in OFFICES:
        with op.batch_alter_table(office) as table:
            table.drop_column("phone")
    with op.batch_alter_table("organisation") as table:
        for column in ("contact_phone", "contact_name", "address"):
            table.drop_column(column)
    op.drop_table("place")

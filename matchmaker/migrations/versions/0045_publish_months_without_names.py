"""Add the key from which public names come, and the file that anyone may download."""

import secrets

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

OFFICES = sa.table("subdistrict", sa.column("id"), sa.column("naming_key"))


def upgrade() -> None:
    _add_keys()
    op.create_table(
        "public_bundle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="a ZIP file; no name, address or reference",
        ),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_round_id"], ["match_round.id"], name=op.f("fk_public_bundle_match_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_bundle")),
        sa.UniqueConstraint("match_round_id", name=op.f("uq_public_bundle_match_round_id")),
    )


def downgrade() -> None:
    """What was published under public names can be downloaded no longer; the months stay."""
    op.drop_table("public_bundle")
    with op.batch_alter_table("subdistrict") as table:
        table.drop_column("naming_key")


def _add_keys() -> None:
    comment = "random; from it come the names under which a month may be published"
    with op.batch_alter_table("subdistrict") as table:
        table.add_column(
            sa.Column("naming_key", sa.String(length=32), nullable=True, comment=comment)
        )
    bind = op.get_bind()
    keys = [{"row": i, "key": secrets.token_hex(16)} for i in bind.scalars(sa.select(OFFICES.c.id))]
    if keys:
        given = sa.update(OFFICES).where(OFFICES.c.id == sa.bindparam("row"))
        bind.execute(given.values(naming_key=sa.bindparam("key")), keys)
    with op.batch_alter_table("subdistrict") as table:
        table.alter_column("naming_key", existing_type=sa.String(length=32), nullable=False)

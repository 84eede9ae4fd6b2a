"""Announce the draw of a seed with the lock of the list; keep who entered its numbers, and when.

A month that was frozen with its seed is drawn. Going back, a list that waits for its draw is a
draft again: its needs are open, and a freeze of before can take them.
"""

import json

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ROUND = sa.table(
    "match_round",
    sa.column("id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("seed_rule", sa.String),
    sa.column("frozen_by_id", sa.Integer),
    sa.column("frozen_at", UTCDateTime()),
)
_SNAPSHOT = sa.table(
    "snapshot", sa.column("match_round_id", sa.Integer), sa.column("canonical_json", sa.Text)
)
_NEED = sa.table("need", sa.column("reference", sa.String), sa.column("state", sa.String))
_OVERRIDE = sa.table("round_override", sa.column("match_round_id", sa.Integer))


def upgrade() -> None:
    op.create_table(
        "round_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_round_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column(
            "number",
            sa.String(length=7),
            nullable=False,
            comment="number that the lottery gives the draw: year, count",
        ),
        sa.Column("draws_on", sa.Date(), nullable=False, comment="day of the draw, Asia/Shanghai"),
        sa.Column("announced_by_id", sa.Integer(), nullable=False),
        sa.Column("announced_at", UTCDateTime(), nullable=False),
        sa.Column(
            "reason",
            sa.String(length=300),
            nullable=True,
            comment="why it replaces the one before; empty: it is the first",
        ),
        sa.ForeignKeyConstraint(
            ["announced_by_id"], ["user_account.id"], name="fk_round_draw_announced_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["match_round_id"], ["match_round.id"], name="fk_round_draw_match_round_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_round_draw"),
    )
    op.create_index("ix_round_draw_match_round_id", "round_draw", ["match_round_id"])
    with op.batch_alter_table("match_round") as table:
        table.add_column(sa.Column("drawn_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("drawn_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
        table.create_foreign_key(
            "fk_match_round_drawn_by_id", "user_account", ["drawn_by_id"], ["id"]
        )
        table.alter_column(
            "seed_rule",
            existing_type=sa.String(length=300),
            nullable=True,
            comment="of months opened before draws were announced by number: "
            "how the seed comes about",
            existing_comment="announced at opening: how the lottery's seed will come about",
        )
    op.execute(sa.update(_ROUND).where(_ROUND.c.state == "frozen").values(state="drawn"))


def downgrade() -> None:
    _unlock()
    op.execute(sa.update(_ROUND).where(_ROUND.c.state == "drawn").values(state="frozen"))
    op.execute(sa.update(_ROUND).where(_ROUND.c.seed_rule.is_(None)).values(seed_rule="-"))
    with op.batch_alter_table("match_round") as table:
        table.drop_constraint("fk_match_round_drawn_by_id", type_="foreignkey")
        table.drop_column("drawn_by_id")
        table.drop_column("drawn_at")
        table.drop_column("withdrawn_at")
        table.alter_column(
            "seed_rule",
            existing_type=sa.String(length=300),
            nullable=False,
            comment="announced at opening: how the lottery's seed will come about",
            existing_comment="of months opened before draws were announced by number: "
            "how the seed comes about",
        )
    op.drop_table("round_draw")


def _unlock() -> None:
    """Take back each lock whose seed is not drawn: it has no runs yet."""
    connection = op.get_bind()
    locked = sa.select(_ROUND.c.id).where(_ROUND.c.state == "frozen")
    for round_id in connection.scalars(locked).all():
        taken = sa.select(_SNAPSHOT.c.canonical_json).where(_SNAPSHOT.c.match_round_id == round_id)
        for text in connection.scalars(taken).all():
            references = [row["reference"] for row in json.loads(text)["needs"]]
            for start in range(0, len(references), 500):
                some = _NEED.c.reference.in_(references[start : start + 500])
                op.execute(
                    sa.update(_NEED).where(some, _NEED.c.state == "in_round").values(state="open")
                )
        for table in (_OVERRIDE, _SNAPSHOT):
            op.execute(sa.delete(table).where(table.c.match_round_id == round_id))
        op.execute(
            sa.update(_ROUND)
            .where(_ROUND.c.id == round_id)
            .values(state="draft", frozen_by_id=None, frozen_at=None)
        )

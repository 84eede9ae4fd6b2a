"""Let a promise be a row of its own beside the decided line, which stays as written.

Each line has its promise, with the same number; notices of promises follow. Undone, state and
reason are on the line again; a promise without a line is lost with its notices.
"""

import sqlalchemy as sa
from alembic import op


revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_COPIED = (
    "round_run_id, need_id, pairing_id, offer_id, organisation_id, volunteer_id, slot, days, units"
)
_PARENTS = ("round_run", "need", "pairing", "offer", "organisation", "volunteer")
_COPY = f"""
INSERT INTO promise (id, assignment_id, {_COPIED}, state, revoked_reason)
SELECT id, id, {_COPIED}, state, revoked_reason FROM assignment ORDER BY id
"""
_COPY_BACK = """
UPDATE assignment SET
    state = coalesce(
        (SELECT state FROM promise WHERE promise.assignment_id = assignment.id), 'proposed'
    ),
    revoked_reason = (
        SELECT revoked_reason FROM promise WHERE promise.assignment_id = assignment.id
    )
"""
_RENAME = "UPDATE notice SET subject_type = 'promise' WHERE subject_type = 'assignment'"
_NAME_BACK = """
UPDATE notice SET subject_type = 'assignment', subject_id = (
    SELECT assignment_id FROM promise WHERE promise.id = notice.subject_id
)
WHERE subject_type = 'promise'
"""


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True, comment="the decided line"),
        sa.Column("round_run_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("pairing_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("slot", sa.String(length=20), nullable=True, comment="W1-WD-AM: week and window"),
        sa.Column(
            "days",
            sa.JSON(none_as_null=True),
            nullable=True,
            comment="days on which it may take place (ISO), in order; empty: any in its slot",
        ),
        sa.Column(
            "units", sa.Integer(), nullable=False, comment="units of the category, fen for funds"
        ),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("revoked_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(need_id IS NULL) <> (pairing_id IS NULL)", name=op.f("ck_promise_one_purpose")
        ),
        sa.CheckConstraint("units >= 1", name=op.f("ck_promise_units")),
        *(
            sa.ForeignKeyConstraint(
                [f"{parent}_id"], [f"{parent}.id"], name=op.f(f"fk_promise_{parent}_id")
            )
            for parent in ("assignment", *_PARENTS)
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_promise_assignment_id")),
    )
    op.execute(_COPY)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval('promise_id_seq', coalesce(max(id), 0) + 1, false) FROM promise")
    for parent in _PARENTS:
        op.create_index(op.f(f"ix_promise_{parent}_id"), "promise", [f"{parent}_id"])
    op.execute(_RENAME)
    with op.batch_alter_table("assignment") as table:
        table.drop_column("revoked_reason")
        table.drop_column("state")


def downgrade() -> None:
    with op.batch_alter_table("assignment") as table:
        table.add_column(sa.Column("state", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("revoked_reason", sa.String(length=40), nullable=True))
    op.execute(_COPY_BACK)
    with op.batch_alter_table("assignment") as table:
        table.alter_column("state", existing_type=sa.String(length=40), nullable=False)
    op.execute(_NAME_BACK)
    op.execute("DELETE FROM notice WHERE subject_type = 'assignment' AND subject_id IS NULL")
    op.drop_table("promise")

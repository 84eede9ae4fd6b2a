"""Let a notice belong to a resident, with or without an account, and say that it is void.

A resident's notices were written once for each account; one of them is kept. Undone, each goes to
the first account of the resident; those of residents without one are lost.
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_MOVE = """
UPDATE notice SET resident_id = (
    SELECT resident_id FROM user_account WHERE user_account.id = notice.user_id
)
WHERE user_id IN (SELECT id FROM user_account WHERE resident_id IS NOT NULL)
"""
_KEEP_ONE = """
DELETE FROM notice WHERE resident_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM notice AS other
    WHERE other.resident_id = notice.resident_id AND other.kind = notice.kind
    AND other.subject_type = notice.subject_type AND other.subject_id = notice.subject_id
    AND other.created_at = notice.created_at AND other.id < notice.id
)
"""
_RENAME = "UPDATE notice SET kind = 'promise.revoked' WHERE kind = 'round.promise_revoked'"
_NAME_BACK = "UPDATE notice SET kind = 'round.promise_revoked' WHERE kind = 'promise.revoked'"
_MOVE_BACK = """
UPDATE notice SET user_id = (
    SELECT min(id) FROM user_account WHERE user_account.resident_id = notice.resident_id
)
WHERE resident_id IS NOT NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("resident_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("void_at", UTCDateTime(), nullable=True))
        table.alter_column("user_id", existing_type=sa.Integer(), nullable=True)
        table.create_foreign_key(op.f("fk_notice_resident_id"), "resident", ["resident_id"], ["id"])
    op.execute(_MOVE)
    op.execute(_KEEP_ONE)
    op.execute(_RENAME)
    op.execute("UPDATE notice SET user_id = NULL WHERE resident_id IS NOT NULL")
    with op.batch_alter_table("notice") as table:
        table.create_check_constraint(
            op.f("ck_notice_recipient"), "(user_id IS NULL) <> (resident_id IS NULL)"
        )
    op.create_index(op.f("ix_notice_resident_id"), "notice", ["resident_id"])
    op.create_index(
        op.f("ix_notice_subject_type_subject_id"), "notice", ["subject_type", "subject_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_notice_subject_type_subject_id"), "notice")
    op.drop_index(op.f("ix_notice_resident_id"), "notice")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint(op.f("ck_notice_recipient"), type_="check")
    op.execute(_NAME_BACK)
    op.execute(_MOVE_BACK)
    op.execute("DELETE FROM notice WHERE user_id IS NULL")
    with op.batch_alter_table("notice") as table:
        table.drop_constraint(op.f("fk_notice_resident_id"), type_="foreignkey")
        table.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("void_at")
        table.drop_column("resident_id")

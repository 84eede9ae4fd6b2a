"""Add the index by which the history of one thing is found in the audit log."""

from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_audit_event_subject_type_subject_id"),
        "audit_event",
        ["subject_type", "subject_id"],
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_event_subject_type_subject_id"), table_name="audit_event")

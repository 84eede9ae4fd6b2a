"""Links with which givers answer promises without signing in."""

from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.match_round import MatchRound
from matchmaker.models.organisation import Organisation
from matchmaker.models.user import User
from matchmaker.models.volunteer import Volunteer


class SignedLink(Model):
    """A link that opens one giver's promises of one publication, and nothing else.

    The secret in its address is shown once and kept as a digest.
    """

    __tablename__ = "signed_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), index=True)
    publication: Mapped[int] = mapped_column(
        doc="number of the round's publication that it is of; no later one is opened"
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(
        ForeignKey("volunteer.id"),
        index=True,
        doc="whose visits it opens; empty: everything of the organisation",
    )
    token_sha256: Mapped[str] = mapped_column(
        String(64), unique=True, doc="SHA-256 of the secret, 64 hexadecimal digits"
    )
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant at which it was made")
    expires_at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant from which it opens nothing: the end of the month"
    )
    revoked_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which somebody ended it; empty: nobody did"
    )
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    last_used_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the last step that was taken by it; opening it is none"
    )
    uses: Mapped[int] = mapped_column(default=0, doc="steps that were taken by it")

    match_round: Mapped[MatchRound] = relationship()
    organisation: Mapped[Organisation] = relationship()
    volunteer: Mapped[Volunteer | None] = relationship()
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])


Actor: TypeAlias = User | SignedLink  # takes a step: somebody signed in, or a link's holder


def find_account(actor: Actor) -> User | None:
    """Return the account of the actor; None for a link."""
    return actor if isinstance(actor, User) else None

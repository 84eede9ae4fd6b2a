"""The file of a published month for anyone: question, answer and checker, with no person's name."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.match_round import MatchRound


class PublicBundle(Model):
    """The file of the publication in force, made with it and deleted when it is withdrawn."""

    __tablename__ = "public_bundle"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), unique=True)
    sha256: Mapped[str] = mapped_column(
        String(64), doc="SHA-256 of the file, 64 hexadecimal digits"
    )
    content: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True, comment="a ZIP file; no name, address or reference"
    )
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the publication")

    match_round: Mapped[MatchRound] = relationship()

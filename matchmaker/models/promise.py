"""Promises: what becomes of a decided line, from its proposal to its end."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, defer, joinedload, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.assignment import Assignment
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column
from matchmaker.models.match_round import RoundRun
from matchmaker.models.need import Need
from matchmaker.models.offer import Offer
from matchmaker.models.organisation import Organisation
from matchmaker.models.pairing import Pairing
from matchmaker.models.session import Session
from matchmaker.models.volunteer import Volunteer


class PromiseState(StrEnum):
    PROPOSED = "proposed"
    AWAITING_GIVER = "awaiting_giver"
    AWAITING_RECIPIENT = "awaiting_recipient"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    FED_BACK = "fed_back"
    FAILED = "failed"  # it was agreed and did not take place
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


class RevokeReason(StrEnum):
    """Why a promise cannot be kept; a revoked promise keeps this code."""

    NEED_WITHDRAWN = "need_withdrawn"
    CONTACT_ENDED = "contact_ended"
    PAIRING_ENDED = "pairing_ended"
    STATUS_OVER = "status_over"
    AGREEMENT_OVER = "agreement_over"
    ORGANISATION_SUSPENDED = "organisation_suspended"
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_PAUSED = "offer_paused"
    OFFER_UNAPPROVED = "offer_unapproved"
    OFFER_OVER = "offer_over"
    OFFER_CHANGED = "offer_changed"
    OFFER_LOWERED = "offer_lowered"
    DAYS_OVER = "days_over"  # before the first publication
    VOLUNTEER_LEFT = "volunteer_left"
    VOLUNTEER_PAUSED = "volunteer_paused"
    VOLUNTEER_CHANGED = "volunteer_changed"
    VOLUNTEER_AWAY = "volunteer_away"
    VOLUNTEER_ELSEWHERE = "volunteer_elsewhere"  # one person with two entries, promised twice
    VISITS_LOWERED = "visits_lowered"
    PROOF_OVER = "proof_over"
    REST_TOO_LITTLE = "rest_too_little"  # the other part of the same help is gone


class DeclineReason(StrEnum):
    """Why a giver or a recipient says no."""

    NO_CAPACITY = "no_capacity"
    PERSON_ILL = "person_ill"
    UNSUITABLE = "unsuitable"
    UNSAFE = "unsafe"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER_HELP = "other_help"
    OTHER_GIVER = "other_giver"  # does not want this one
    AWAY = "away"


class FailReason(StrEnum):
    """Why agreed help did not take place."""

    GIVER_ABSENT = "giver_absent"
    RECIPIENT_ABSENT = "recipient_absent"
    WRONG_THING = "wrong_thing"
    WEATHER = "weather"
    UNSAFE = "unsafe"


class DeliveryProof(StrEnum):
    """What shows that help was given."""

    CODE = "code"  # the recipient's four digits
    SIGNATURE = "signature"  # on a sheet
    PHOTO = "photo"  # of what was done, as ``DeliveryPhoto``
    CALL = "call"  # the committee asked the recipient


class Face(StrEnum):
    """How help was, in the recipient's eyes."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class PromiseSide(StrEnum):
    """The side that asks for another day."""

    GIVER = "giver"
    RECIPIENT = "recipient"


HelpKey = tuple[int, int | None, int | None, str | None]


def make_help_key(
    run_id: int, need_id: int | None, pairing_id: int | None, slot: str | None
) -> HelpKey:
    """Return the key that all promises of one help share: (run, need, pairing, slot).

    A help is that for one need of a run, or one visit of a pairing; only the key of a visit of a
    pairing has a slot.
    """
    return (run_id, need_id, pairing_id, slot if pairing_id else None)


class Promise(Model):
    """Units of one offer for one need, or for one due visit of a pairing.

    The line of a run that it refers to stays as decided; this row says what becomes of it.
    """

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("units >= 1", name="units"),
        CheckConstraint("(need_id IS NULL) <> (pairing_id IS NULL)", name="one_purpose"),
        CheckConstraint("(session_id IS NULL) = (number IS NULL)", name="number_of_session"),
        CheckConstraint("number IS NULL OR number >= 1", name="number"),
        CheckConstraint("first_day IS NULL OR first_day <= last_day", name="stay"),
        UniqueConstraint("session_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int | None] = mapped_column(
        ForeignKey("assignment.id"), unique=True, comment="the decided line"
    )
    round_run_id: Mapped[int] = mapped_column(ForeignKey("round_run.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    pairing_id: Mapped[int | None] = mapped_column(ForeignKey("pairing.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    slot: Mapped[str | None] = mapped_column(String(20), comment="W1-WD-AM: week and window")
    days: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True),
        comment="days on which it may take place (ISO), in order; empty: any in its slot",
    )
    day: Mapped[date | None] = mapped_column(doc="day of the visit; empty: none is set")
    minute: Mapped[int | None] = mapped_column(
        doc="when the visit begins, in minutes after midnight"
    )
    new_day: Mapped[date | None] = mapped_column(doc="other day that one side asks for")
    new_minute: Mapped[int | None] = mapped_column(
        doc="when it would begin then, in minutes after midnight"
    )
    new_by: Mapped[PromiseSide | None] = mapped_column(
        enum_column(PromiseSide), doc="side that asks for the other day"
    )
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id"), comment="session in which it is given; empty: none is fixed"
    )
    number: Mapped[int | None] = mapped_column(doc="number in the session, from 1")
    first_day: Mapped[date | None] = mapped_column(doc="first day of a stay; empty: none is fixed")
    last_day: Mapped[date | None] = mapped_column(
        doc="last day of a stay, or day by which money is paid; empty: none is fixed"
    )
    units: Mapped[int] = mapped_column(comment="units of the category, fen for funds")
    state: Mapped[PromiseState] = mapped_column(
        enum_column(PromiseState), default=PromiseState.PROPOSED
    )
    answer_by: Mapped[date | None] = mapped_column(
        doc="last day on which the giver is asked; empty: nobody is"
    )
    reminded_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the giver was reminded"
    )
    answered_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the giver's answer; empty: there is none"
    )
    decline_reason: Mapped[DeclineReason | None] = mapped_column(
        enum_column(DeclineReason), doc="why one side said no; empty: not said"
    )
    agreed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the recipient agreed; empty: they have not"
    )
    tries: Mapped[int] = mapped_column(default=0, doc="how often the recipient was not reached")
    code: Mapped[str | None] = mapped_column(
        EncryptedText, doc="four digits by which the recipient shows that help came"
    )
    code_tries: Mapped[int] = mapped_column(default=0, doc="how many wrong codes were entered")
    reported_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the report on what took place; empty: there is none"
    )
    delivered_units: Mapped[int | None] = mapped_column(doc="units that were given")
    proof: Mapped[DeliveryProof | None] = mapped_column(
        enum_column(DeliveryProof), doc="what shows that they were given"
    )
    fail_reason: Mapped[FailReason | None] = mapped_column(
        enum_column(FailReason), doc="why agreed help did not take place"
    )
    face: Mapped[Face | None] = mapped_column(
        enum_column(Face), doc="how the help was, in the recipient's eyes"
    )
    words: Mapped[str | None] = mapped_column(
        EncryptedText, doc="a sentence of the recipient about the help"
    )
    thanks_id: Mapped[int | None] = mapped_column(
        ForeignKey("thanks.id"),
        index=True,
        doc="agreement to pass the sentence on; empty: there is none",
    )
    freed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the place of an ended promise became free"
    )
    round_repair_id: Mapped[int | None] = mapped_column(
        ForeignKey("round_repair.id"),
        index=True,
        comment="the kept search for somebody else; empty: there is none",
    )
    revoked_reason: Mapped[RevokeReason | None] = mapped_column(
        enum_column(RevokeReason), doc="why it was revoked; empty: it was not"
    )

    assignment: Mapped[Assignment | None] = relationship()
    run: Mapped[RoundRun] = relationship()
    need: Mapped[Need | None] = relationship()
    pairing: Mapped[Pairing | None] = relationship()
    offer: Mapped[Offer | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    volunteer: Mapped[Volunteer | None] = relationship()
    session: Mapped[Session | None] = relationship()

    @property
    def asked(self) -> Need | Pairing:
        """The need or pairing that the help is for."""
        found: Need | Pairing = self.need or self.pairing  # type: ignore[assignment]
        return found

    @property
    def help_key(self) -> HelpKey:
        """The key (run, need, pairing, slot) that all promises of the same help share.

        A help is what the promises of one need in one run, or of one visit of a pairing, make
        together. Only a pairing's key has a slot; for a need it is None.
        """
        return make_help_key(self.round_run_id, self.need_id, self.pairing_id, self.slot)

    @property
    def was_not_reached(self) -> bool:
        """Whether it expired because its recipient gave no answer after its giver had said yes."""
        is_over = self.state is PromiseState.EXPIRED
        return is_over and self.answered_at is not None and self.agreed_at is None

    @property
    def has_ended(self) -> bool:
        """Whether nothing comes of the promise; a refusal is final once its place is free."""
        is_over = self.state in (PromiseState.EXPIRED, PromiseState.REVOKED)
        return is_over or self.freed_at is not None


def load_run() -> Any:
    """Return the option that loads promises with their run and month in one query.

    The run's long figures are left out, for they would be read once for each promise.
    """
    long = (RoundRun.figures, RoundRun.verdict, RoundRun.prices, RoundRun.timings)
    run = joinedload(Promise.run)
    return run.options(joinedload(RoundRun.match_round), *(defer(column) for column in long))

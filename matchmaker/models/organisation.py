"""Givers and their agreements."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column
from matchmaker.models.limits import (
    LONGEST_ORGANISATION_NAME_EN,
    LONGEST_ORGANISATION_NAME_ZH,
    LONGEST_ORGANISATION_SORT_KEY,
    LONGEST_PLACE_ADDRESS,
    LONGEST_REASON,
)
from matchmaker.models.office import Subdistrict


class OrganisationKind(StrEnum):
    ENTERPRISE = "enterprise"
    SOCIAL_ORGANISATION = "social_organisation"
    PUBLIC_INSTITUTION = "public_institution"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    FOUNDATION = "foundation"
    GOVERNMENT_UNIT = "government_unit"


class OrganisationState(StrEnum):
    APPLIED = "applied"
    APPROVED = "approved"
    RETURNED = "returned"
    SUSPENDED = "suspended"


class Organisation(Model):
    """Any giver (单位): it posts offers through its coordinators."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(LONGEST_ORGANISATION_NAME_ZH))
    name_en: Mapped[str] = mapped_column(String(LONGEST_ORGANISATION_NAME_EN))
    kind: Mapped[OrganisationKind] = mapped_column(enum_column(OrganisationKind))
    state: Mapped[OrganisationState] = mapped_column(
        enum_column(OrganisationState), default=OrganisationState.APPLIED
    )
    return_reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    sort_key: Mapped[str] = mapped_column(
        String(LONGEST_ORGANISATION_SORT_KEY), index=True, comment="pinyin of name_zh"
    )
    volunteers_answer: Mapped[bool] = mapped_column(
        default=False, doc="its volunteers say yes or no to their own visits"
    )
    address: Mapped[str | None] = mapped_column(
        String(LONGEST_PLACE_ADDRESS), doc="where the organisation is; empty: not given"
    )
    contact_name: Mapped[str | None] = mapped_column(
        EncryptedText, doc="who answers the phone; empty: not given"
    )
    contact_phone: Mapped[str | None] = mapped_column(
        EncryptedText, doc="number for the office and for who is promised help; empty: not given"
    )

    subdistrict: Mapped[Subdistrict] = relationship()
    agreements: Mapped[list["PairingAgreement"]] = relationship(back_populates="organisation")
    application: Mapped["OrganisationApplication | None"] = relationship(
        back_populates="organisation"
    )


class OrganisationApplication(Model):
    """Who asked for an account for an organisation, and this person's phone; both are encrypted."""

    __tablename__ = "organisation_application"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    contact_name: Mapped[str] = mapped_column(EncryptedText, doc="who applied")
    contact_phone: Mapped[str] = mapped_column(EncryptedText, doc="where to reach them")
    applied_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the application")

    organisation: Mapped[Organisation] = relationship(back_populates="application")


class PairingAgreement(Model):
    """A signed agreement (结对共建协议) of an enterprise with the subdistrict."""

    __tablename__ = "pairing_agreement"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    signed_on: Mapped[date] = mapped_column(doc="day of the signature")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    renews: Mapped[bool] = mapped_column(default=False, comment="renewed unless one side objects")
    scope: Mapped[str] = mapped_column(String(300), doc="what was agreed, in words")

    organisation: Mapped[Organisation] = relationship(back_populates="agreements")

"""Every ORM class and its enums, one file for each aggregate; import them from here."""

from matchmaker.models.assignment import Assignment, NeedOutcome
from matchmaker.models.audit import (
    AuditEvent,
    AuditHead,
    Disclosure,
    IdempotencyKey,
    ListDisclosure,
    ListedPerson,
    ListKind,
    ListPurpose,
    ListWay,
    Notice,
)
from matchmaker.models.bundle import PublicBundle
from matchmaker.models.calendar_feed import CalendarFeed
from matchmaker.models.category import OfferKind, Qualification, ServiceCategory
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.correction import NeedCorrection
from matchmaker.models.follow_up import FollowUp, FollowUpAbout
from matchmaker.models.holiday_notice import HolidayNotice
from matchmaker.models.job import Job, JobKind, JobState
from matchmaker.models.ledger import FairnessLedger, LedgerScope
from matchmaker.models.match_round import (
    DrawSource,
    MatchRound,
    OverrideKind,
    RoundDraw,
    RoundOverride,
    RoundRun,
    RoundState,
    RunStatus,
    StoredSnapshot,
)
from matchmaker.models.need import Need, NeedState, NeedType
from matchmaker.models.offer import HandingOver, Offer, OfferState
from matchmaker.models.office import Committee, Subdistrict
from matchmaker.models.organisation import (
    Organisation,
    OrganisationApplication,
    OrganisationKind,
    OrganisationState,
    PairingAgreement,
)
from matchmaker.models.pack import MonthPack, PackPart
from matchmaker.models.pairing import Pairing, PairingEnd, Programme, VisitFrequency
from matchmaker.models.person import PeopleApart, Person
from matchmaker.models.photo import DeliveryPhoto
from matchmaker.models.place import Place
from matchmaker.models.price import RoundPrice
from matchmaker.models.promise import (
    DeclineReason,
    DeliveryProof,
    Face,
    FailReason,
    HelpKey,
    Promise,
    PromiseSide,
    PromiseState,
    RevokeReason,
    load_run,
    make_help_key,
)
from matchmaker.models.referral import Referral, ReferralEnd
from matchmaker.models.repair import RoundRepair
from matchmaker.models.resident import (
    Consent,
    ConsentChannel,
    ContactEnd,
    Household,
    RecipientStatus,
    Resident,
    ResidentContact,
    StatusKind,
)
from matchmaker.models.session import Session
from matchmaker.models.signed_link import Actor, SignedLink, find_account
from matchmaker.models.thanks import Thanks, ThanksState
from matchmaker.models.user import Invitation, KeptForm, LoginSession, Role, ThrottleCounter, User
from matchmaker.models.volunteer import (
    Volunteer,
    VolunteerAbsence,
    VolunteerQualification,
    VolunteerState,
)
from matchmaker.models.window import WEEKS, Window

__all__ = [
    "WEEKS",
    "Actor",
    "Assignment",
    "AuditEvent",
    "AuditHead",
    "CalendarFeed",
    "Committee",
    "Consent",
    "ConsentChannel",
    "ContactEnd",
    "DeclineReason",
    "DeliveryPhoto",
    "DeliveryProof",
    "Disclosure",
    "DrawSource",
    "Face",
    "FailReason",
    "FairnessLedger",
    "FollowUp",
    "FollowUpAbout",
    "HandingOver",
    "HelpKey",
    "HolidayNotice",
    "Household",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "JobKind",
    "JobState",
    "KeptForm",
    "LedgerScope",
    "ListDisclosure",
    "ListKind",
    "ListPurpose",
    "ListWay",
    "ListedPerson",
    "LoginSession",
    "MatchRound",
    "MonthPack",
    "Need",
    "NeedCorrection",
    "NeedOutcome",
    "NeedState",
    "NeedType",
    "Notice",
    "Offer",
    "OfferKind",
    "OfferState",
    "Organisation",
    "OrganisationApplication",
    "OrganisationKind",
    "OrganisationState",
    "OverrideKind",
    "PackPart",
    "Pairing",
    "PairingAgreement",
    "PairingEnd",
    "PeopleApart",
    "Person",
    "Place",
    "Programme",
    "Promise",
    "PromiseSide",
    "PromiseState",
    "PublicBundle",
    "Qualification",
    "RecipientStatus",
    "Referral",
    "ReferralEnd",
    "Resident",
    "ResidentContact",
    "RevokeReason",
    "Role",
    "RoundDraw",
    "RoundOverride",
    "RoundPrice",
    "RoundRepair",
    "RoundRun",
    "RoundState",
    "RunStatus",
    "ServiceCategory",
    "Session",
    "SignedLink",
    "StatusKind",
    "StoredSnapshot",
    "Subdistrict",
    "Thanks",
    "ThanksState",
    "ThrottleCounter",
    "UTCDateTime",
    "User",
    "VisitFrequency",
    "Volunteer",
    "VolunteerAbsence",
    "VolunteerQualification",
    "VolunteerState",
    "Window",
    "find_account",
    "load_run",
    "make_help_key",
]

"""The words for every coded value, in one place.

A word that stands for different things has its enum as context: "Open" means one thing of a need
and another of an offer. Templates write ``{{ offer.state | label }}`` and ``{{ committee | name
}}``.
"""

from enum import StrEnum

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from flask_babel.speaklater import LazyString

from matchmaker import models as m
from matchmaker.models import Committee, Organisation, Place, ServiceCategory, Subdistrict, User
from matchmaker.words.quantities import format_local_day

_WORDS: tuple[tuple[StrEnum, LazyString], ...] = (
    (m.Role.RESIDENT, _c("Role", "Resident")),
    (m.Role.VOLUNTEER, _c("Role", "Volunteer")),
    (m.Role.COORDINATOR, _c("Role", "Coordinator")),
    (m.Role.COMMITTEE_WORKER, _l("Committee worker")),
    (m.Role.SOCIAL_WORKER, _l("Social worker")),
    (m.Role.ADMINISTRATOR, _c("Role", "Administrator")),
    (m.Role.AUDITOR, _c("Role", "Auditor")),
    (m.StatusKind.LOW_INCOME, _l("Low income")),
    (m.StatusKind.LOW_INCOME_EDGE, _l("On the edge of low income")),
    (m.StatusKind.DESTITUTE, _c("StatusKind", "Destitute")),
    (m.StatusKind.LIVING_ALONE, _l("Living alone")),
    (m.StatusKind.EMPTY_NEST, _l("Empty nest")),
    (m.StatusKind.DISABLED, _c("StatusKind", "Disabled")),
    (m.StatusKind.CHILD_IN_DIFFICULTY, _l("Child in difficulty")),
    (m.StatusKind.LOST_ONLY_CHILD, _l("Lost the only child")),
    (m.ContactEnd.DIED, _l("The person has died")),
    (m.ContactEnd.WISH, _l("The person wants no contact")),
    (m.ContactEnd.MOVED, _l("The person has moved away")),
    (m.PairingEnd.GOAL_REACHED, _l("What it was for is reached")),
    (m.PairingEnd.RECIPIENT_WISH, _l("The resident no longer wants it")),
    (m.PairingEnd.GIVER_WISH, _l("The organisation cannot go on")),
    (m.PairingEnd.MOVED_AWAY, _l("The resident has moved away")),
    (m.PairingEnd.CHANGED, _l("It was changed and goes on as another")),
    (m.PairingEnd.CONTACT_ENDED, _l("The contact with the resident ended")),
    (m.ReferralEnd.HELPED, _l("They helped")),
    (m.ReferralEnd.COULD_NOT_HELP, _l("They could not help")),
    (m.ConsentChannel.ONLINE, _l("On this site")),
    (m.ConsentChannel.SIGNED_PAPER, _l("Signed on paper")),
    (m.ConsentChannel.SPOKEN_AT_COUNTER, _l("Said at the counter")),
    (m.ConsentChannel.SPOKEN_BY_PHONE, _l("Said on the phone")),
    (m.ConsentChannel.SPOKEN_AT_HOME, _l("Said at home")),
    (m.OrganisationKind.ENTERPRISE, _c("OrganisationKind", "Enterprise")),
    (m.OrganisationKind.SOCIAL_ORGANISATION, _l("Social organisation")),
    (m.OrganisationKind.PUBLIC_INSTITUTION, _l("Public institution")),
    (m.OrganisationKind.SCHOOL, _c("OrganisationKind", "School")),
    (m.OrganisationKind.HOSPITAL, _c("OrganisationKind", "Hospital")),
    (m.OrganisationKind.FOUNDATION, _c("OrganisationKind", "Foundation")),
    (m.OrganisationKind.GOVERNMENT_UNIT, _l("Government unit")),
    (m.OrganisationState.APPLIED, _l("Waiting for approval")),
    (m.OrganisationState.APPROVED, _c("OrganisationState", "Approved")),
    (m.OrganisationState.RETURNED, _c("OrganisationState", "Returned")),
    (m.OrganisationState.SUSPENDED, _c("OrganisationState", "Suspended")),
    (m.OfferKind.PEOPLE, _l("Volunteers' time")),
    (m.OfferKind.SERVICE, _l("Service slots")),
    (m.OfferKind.GOODS, _c("OfferKind", "Goods")),
    (m.OfferKind.FUNDS, _c("OfferKind", "Money")),
    (m.OfferKind.PLACE, _c("OfferKind", "Places")),
    (m.Qualification.MEDICAL, _l("Medical licence")),
    (m.Qualification.LEGAL, _l("Legal licence")),
    (m.Qualification.HAIRDRESSING, _l("Hairdresser's certificate")),
    (m.Qualification.ELECTRICAL, _l("Electrician's certificate")),
    (m.Qualification.TEACHING, _l("Teaching certificate")),
    (m.Qualification.DRIVING, _l("Driving licence")),
    (m.Window.WEEKDAY_AM, _l("Weekday mornings")),
    (m.Window.WEEKDAY_PM, _l("Weekday afternoons")),
    (m.Window.SATURDAY_AM, _l("Saturday mornings")),
    (m.Window.SATURDAY_PM, _l("Saturday afternoons")),
    (m.Window.SUNDAY_AM, _l("Sunday mornings")),
    (m.Window.SUNDAY_PM, _l("Sunday afternoons")),
    (m.VolunteerState.ACTIVE, _c("VolunteerState", "Active")),
    (m.VolunteerState.PAUSED, _c("VolunteerState", "Paused")),
    (m.VolunteerState.LEFT, _c("VolunteerState", "Left")),
    (m.OfferState.DRAFT, _c("OfferState", "Draft")),
    (m.OfferState.SUBMITTED, _l("Waiting for approval")),
    (m.OfferState.RETURNED, _c("OfferState", "Returned")),
    (m.OfferState.APPROVED, _c("OfferState", "Approved")),
    (m.OfferState.OPEN, _c("OfferState", "Open")),
    (m.OfferState.PAUSED, _c("OfferState", "Paused")),
    (m.OfferState.USED_UP, _l("Used up")),
    (m.OfferState.WITHDRAWN, _c("OfferState", "Withdrawn")),
    (m.OfferState.EXPIRED, _c("OfferState", "Expired")),
    (m.HandingOver.PICK_UP, _l("They pick it up")),
    (m.HandingOver.DOOR, _l("It is brought to the door")),
    (m.NeedType.NEED, _c("NeedType", "Need")),
    (m.NeedType.MICRO_WISH, _c("NeedType", "Micro-wish")),
    (m.NeedState.DRAFT, _c("NeedState", "Draft")),
    (m.NeedState.SUBMITTED, _l("Waiting to be checked")),
    (m.NeedState.RETURNED, _c("NeedState", "Returned")),
    (m.NeedState.VERIFIED, _c("NeedState", "Checked")),
    (m.NeedState.OPEN, _c("NeedState", "Open")),
    (m.NeedState.IN_ROUND, _l("In this month's round")),
    (m.NeedState.MATCHED, _c("NeedState", "Matched")),
    (m.NeedState.PARTLY_SERVED, _l("Partly served")),
    (m.NeedState.SERVED, _c("NeedState", "Served")),
    (m.NeedState.CLOSED, _c("NeedState", "Closed")),
    (m.NeedState.REFERRED, _c("NeedState", "Referred")),
    (m.NeedState.WITHDRAWN, _c("NeedState", "Withdrawn")),
    (m.NeedState.EXPIRED, _c("NeedState", "Expired")),
    (m.FollowUpAbout.DECISION, _l("Look at it again")),
    (m.FollowUpAbout.PAPER, _l("A paper to show")),
    (m.FollowUpAbout.PLACE, _l("Help in another neighbourhood")),
    (m.FollowUpAbout.HELP, _l("A complaint about help that was given")),
    (m.ThanksState.WAITING, _l("Waits to be read")),
    (m.ThanksState.PASSED_ON, _l("Passed on")),
    (m.ThanksState.KEPT_BACK, _l("Not passed on")),
    (m.ThanksState.WITHDRAWN, _l("Taken back by the person")),
    (m.Programme.ELDER_VISIT, _l("Elder visits")),
    (m.Programme.STUDENT_AID, _l("Student aid")),
    (m.Programme.HARDSHIP_AID, _l("Hardship aid")),
    (m.VisitFrequency.WEEKLY, _c("VisitFrequency", "Weekly")),
    (m.VisitFrequency.MONTHLY, _c("VisitFrequency", "Monthly")),
    (m.VisitFrequency.QUARTERLY, _c("VisitFrequency", "Quarterly")),
    (m.RoundState.DRAFT, _l("Being prepared")),
    (m.RoundState.FROZEN, _l("List locked")),
    (m.RoundState.DRAWN, _l("Seed drawn")),
    (m.RoundState.SOLVING, _l("Being decided")),
    (m.RoundState.REVIEW, _l("Under review")),
    (m.RoundState.NO_SOLUTION, _l("No solution")),
    (m.RoundState.PUBLISHED, _c("RoundState", "Published")),
    (m.RoundState.EXECUTING, _l("Under way")),
    (m.RoundState.CLOSED, _c("RoundState", "Closed")),
    (m.RunStatus.PENDING, _l("Not finished")),
    (m.RunStatus.PROVEN, _l("Solved to the end")),
    (m.RunStatus.FEASIBLE, _l("Ended at its time limit")),
    (m.RunStatus.INFEASIBLE, _l("No answer")),
    (m.RunStatus.FAILED, _c("RunStatus", "Failed")),
    (m.DrawSource.DOUBLE_COLOUR_BALL, _l("Double Colour Ball of the China Welfare Lottery")),
    (m.DrawSource.SUPER_LOTTO, _l("Super Lotto of the China Sports Lottery")),
    (m.DrawSource.INVENTED, _l("An invented draw of this demonstration, no real lottery")),
    (m.OverrideKind.PIN, _l("Must be met")),
    (m.OverrideKind.FORBID, _l("Must not be matched")),
    (m.PromiseState.PROPOSED, _c("PromiseState", "Proposed")),
    (m.PromiseState.AWAITING_GIVER, _l("Waiting for the giver")),
    (m.PromiseState.AWAITING_RECIPIENT, _l("Waiting for the recipient")),
    (m.PromiseState.CONFIRMED, _c("PromiseState", "Confirmed")),
    (m.PromiseState.DELIVERED, _c("PromiseState", "Given")),
    (m.PromiseState.FED_BACK, _l("Feedback given")),
    (m.PromiseState.FAILED, _l("Did not take place")),
    (m.PromiseState.DECLINED, _c("PromiseState", "Declined")),
    (m.PromiseState.EXPIRED, _c("PromiseState", "Expired")),
    (m.PromiseState.REVOKED, _c("PromiseState", "Revoked")),
    (m.DeclineReason.NO_CAPACITY, _l("We cannot manage it this month")),
    (m.DeclineReason.PERSON_ILL, _l("Who would come is ill")),
    (m.DeclineReason.UNSUITABLE, _l("It does not suit what we offer")),
    (m.DeclineReason.UNSAFE, _l("We do not think it is safe")),
    (m.DeclineReason.NO_LONGER_NEEDED, _l("It is not needed any more")),
    (m.DeclineReason.OTHER_HELP, _l("Other help was found")),
    (m.DeclineReason.OTHER_GIVER, _l("Somebody else should help")),
    (m.DeclineReason.AWAY, _l("Away at that time")),
    (m.FailReason.GIVER_ABSENT, _l("Nobody came")),
    (m.FailReason.RECIPIENT_ABSENT, _l("Nobody opened, or the person was not there")),
    (m.FailReason.WRONG_THING, _l("It was not what was asked for")),
    (m.FailReason.WEATHER, _l("The weather did not allow it")),
    (m.FailReason.UNSAFE, _l("It was not safe")),
    (m.DeliveryProof.CODE, _l("The recipient's four digits")),
    (m.DeliveryProof.SIGNATURE, _l("A signed sheet")),
    (m.DeliveryProof.PHOTO, _l("A photo of what was done")),
    (m.DeliveryProof.CALL, _l("The person said so by phone")),
    (m.Face.GOOD, _c("Face", "Good")),
    (m.Face.FAIR, _c("Face", "So so")),
    (m.Face.BAD, _c("Face", "Not good")),
    (m.RevokeReason.NEED_WITHDRAWN, _l("The request was taken back or is finished")),
    (m.RevokeReason.CONTACT_ENDED, _l("There is no contact with the resident any more")),
    (m.RevokeReason.PAIRING_ENDED, _l("The pairing has ended")),
    (m.RevokeReason.STATUS_OVER, _l("The offer is for a recipient status that does not count now")),
    (m.RevokeReason.AGREEMENT_OVER, _l("The pairing agreement is over")),
    (m.RevokeReason.ORGANISATION_SUSPENDED, _l("The organisation is suspended")),
    (m.RevokeReason.OFFER_WITHDRAWN, _l("The offer was withdrawn")),
    (m.RevokeReason.OFFER_PAUSED, _l("The offer is paused")),
    (m.RevokeReason.OFFER_UNAPPROVED, _l("The offer was changed and is not approved again yet")),
    (m.RevokeReason.OFFER_OVER, _l("The offer is not valid on any day that is left")),
    (m.RevokeReason.OFFER_CHANGED, _l("The offer serves other times or places now")),
    (m.RevokeReason.OFFER_LOWERED, _l("The offer was lowered; this is above what it gives now")),
    (m.RevokeReason.DAYS_OVER, _l("Its days were over before it was published")),
    (m.RevokeReason.VOLUNTEER_LEFT, _l("The volunteer has left")),
    (m.RevokeReason.VOLUNTEER_PAUSED, _l("The volunteer is paused")),
    (m.RevokeReason.VOLUNTEER_CHANGED, _l("The volunteer serves other times, places or work now")),
    (m.RevokeReason.VISITS_LOWERED, _l("The volunteer makes fewer visits a month now")),
    (m.RevokeReason.VOLUNTEER_AWAY, _l("The volunteer is away on every day that is left")),
    (m.RevokeReason.VOLUNTEER_ELSEWHERE, _l("The same person has another visit at that time")),
    (m.RevokeReason.PROOF_OVER, _l("The volunteer’s proof is not valid on any day that is left")),
    (m.RevokeReason.REST_TOO_LITTLE, _l("The other part is gone, and this alone is too little")),
    (m.ListKind.RESIDENTS, _c("ListKind", "Residents")),
    (m.ListKind.NEEDS, _l("Needs and wishes")),
    (m.ListKind.LINES, _l("Lines of a run")),
    (m.ListKind.PROOF, _l("Proof of a run")),
    (m.ListKind.PROMISES, _l("Promises that cannot be kept")),
    (m.ListKind.FREE_PLACES, _l("Free places")),
    (m.ListKind.FOLLOW_UPS, _l("Questions to answer")),
    (m.ListKind.THANKS, _l("Thanks of people who got help")),
    (m.ListKind.CALLS, _l("People to ring")),
    (m.ListKind.NEWS, _l("News on paper")),
    (m.ListKind.LETTERS, _l("Letters of a month")),
    (m.ListKind.VOLUNTEERS, _c("ListKind", "Volunteers")),
    (m.ListKind.PAIRINGS, _l("Long-term pairings")),
    (m.ListKind.GIVEN, _l("Promises of a month")),
    (m.ListKind.ROSTER, _l("Roster of a session")),
    (m.ListKind.PAYMENTS, _l("Payment list")),
    (m.ListKind.MEMORY, _l("What months promised and gave")),
    (m.ListKind.PACK, _l("Month pack")),
    (m.ListKind.SAME_PERSON, _l("Entries that are perhaps one person")),
    (m.ListKind.ACCOUNTS, _c("ListKind", "Accounts")),
    (m.ListKind.EVENTS, _l("Log of steps")),
    (m.ListKind.WORK, _l("Rows of the workbench")),
    (m.ListWay.FILE, _l("As a file")),
    (m.ListWay.PRINT, _l("To print")),
    (m.ListWay.PAGES, _l("Read on screen")),
    (m.ListPurpose.MATCH, _l("Preparing, checking or publishing a month")),
    (m.ListPurpose.DELIVER, _l("Arranging visits and handing things out")),
    (m.ListPurpose.CALL, _l("Ringing people up")),
    (m.ListPurpose.REPORT, _l("Counting and reporting")),
    (m.ListPurpose.CORRECT, _l("Correcting what is kept")),
    (m.PackPart.WORKBOOK, _l("Workbook: every figure, and the lines by number")),
    (m.PackPart.REPORT, _l("Report with pictures, to pass on")),
    (m.PackPart.SHEETS, _l("Sheets for each organisation and committee")),
    (m.PackPart.TEXTS, _l("Texts for chat groups")),
    (m.PackPart.PROOF, _l("Proof: the public files of the months")),
    (m.JobState.QUEUED, _l("Waiting for a worker")),
    (m.JobState.RUNNING, _c("JobState", "Running")),
    (m.JobState.DONE, _c("JobState", "Done")),
    (m.JobState.FAILED, _c("JobState", "Failed")),
    (m.JobState.CANCELLED, _c("JobState", "Cancelled")),
)
# Keyed by class too, because members of different enums are equal when their values are.
_BY_MEMBER = {(type(member), member.value): words for member, words in _WORDS}

_PURPOSES = {
    "keep_contact": _l("Keeping name, phone and address"),
    "own_request": _l("Asking for help for oneself"),
    "request_on_behalf": _l("Asking for help, written down by the office"),
}
_OF_REQUESTS = _PURPOSES.keys() - {"keep_contact"}


def name_policy(policy: str) -> str:
    """Name a policy by its version: ``community/2`` is version 2 of the community's rules."""
    return gettext("community rules, version %(number)s", number=policy.rpartition("/")[2])


def get_label(value: StrEnum) -> LazyString:
    """Return the word for a coded value in the reader's language.

    Raises ``KeyError``, which names the table to mend, if the value has none.
    """
    words = _BY_MEMBER.get((type(value), value.value))
    if words is None:
        member = f"{type(value).__name__}.{value.name}"
        raise KeyError(f"{member} has no word: add it to _WORDS in matchmaker/words/labels.py")
    return words


def get_name(row: Committee | Organisation | Place | ServiceCategory | Subdistrict) -> str:
    """Return the row's name in the reader's language."""
    return row.name_en if str(get_locale()) == "en" else row.name_zh


def name_account(user: User) -> str:
    """Name an account for those who manage accounts: a resident by reference, others by name."""
    if user.role is not m.Role.RESIDENT:
        return user.name
    return user.resident.reference if user.resident else str(get_label(m.Role.RESIDENT))


def describe_purpose(purpose: str) -> LazyString:
    """What a consent to ``purpose`` allows."""
    return _PURPOSES[purpose]


_ENDED_WITH = {
    m.NeedState.WITHDRAWN: _l("Ended on %(day)s: request %(number)s was taken back."),
    m.NeedState.CLOSED: _l("Ended on %(day)s: request %(number)s is closed."),
    m.NeedState.EXPIRED: _l("Ended on %(day)s: the time for request %(number)s is over."),
    m.NeedState.SERVED: _l("Ended on %(day)s: help came for request %(number)s."),
    m.NeedState.PARTLY_SERVED: _l("Ended on %(day)s: help came for request %(number)s."),
}
_OVER_WITH = {
    m.NeedState.WITHDRAWN: _l("Ended: request %(number)s was taken back."),
    m.NeedState.CLOSED: _l("Ended: request %(number)s is closed."),
    m.NeedState.MATCHED: _l(
        "In force: help is promised for request %(number)s, and who brings it needs the name and "
        "phone."
    ),
    m.NeedState.SERVED: _l("In force until the month is closed: request %(number)s."),
    m.NeedState.PARTLY_SERVED: _l("In force until the month is closed: request %(number)s."),
}


def describe_consent(consent: m.Consent, need: m.Need | None) -> str:
    """Say whether a consent is in force, and why; ``need``: the request that it is for, or None."""
    ended = consent.withdrawn_at or consent.ended_at
    words = {"day": format_local_day(ended) if ended else "", "number": need and need.reference}
    if consent.withdrawn_at:
        return gettext("Taken back on %(day)s.", **words)
    if need is not None:
        other = _l("In force as long as request %(number)s is open.")
        sentences = _ENDED_WITH if ended else _OVER_WITH
        return str(sentences.get(need.state, other)) % words
    if ended:
        return gettext("Ended on %(day)s: agreed to anew after a change.", **words)
    if consent.purpose in _OF_REQUESTS:
        return gettext("Ended: agreed to anew after a change.")
    return gettext("In force until it is taken back.")


def name_with(name: str, reference: str) -> str:
    """A name with what tells it from others of the same name, in the brackets of the language."""
    return gettext("%(name)s (%(reference)s)", name=name, reference=reference)

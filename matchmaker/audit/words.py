"""Describe events in words: actions, subjects and details. A code without words is shown itself."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from matchmaker.audit.service import Fault
from matchmaker.models import (
    AuditEvent,
    ConsentChannel,
    ContactEnd,
    DeclineReason,
    DrawSource,
    FailReason,
    ListKind,
    ListPurpose,
    ListWay,
    NeedState,
    OfferState,
    OrganisationKind,
    PairingEnd,
    RevokeReason,
    Role,
    RunStatus,
    StatusKind,
    VolunteerState,
)
from matchmaker.words.labels import get_label, name_account, name_policy

ACTION_WORDS: dict[str, LazyString] = {
    "account.sign_in": _l("Signed in"),
    "account.demo_sign_in": _l("Signed in as a demo person"),
    "account.sign_out": _l("Signed out"),
    "account.end_session": _l("Signed another browser out"),
    "account.add_role": _l("Took on one more role"),
    "account.switch_role": _l("Went on in another role"),
    "account.create": _l("Made the account"),
    "account.change_password": _l("Changed the password"),
    "account.change_role": _l("Changed a role"),
    "account.disable": _l("Disabled an account"),
    "account.enable": _l("Enabled an account"),
    "invitation.make": _l("Made an invitation"),
    "invitation.confirm": _l("Confirmed an invitation"),
    "invitation.withdraw": _l("Withdrew an invitation"),
    "contact.reveal": _l("Looked at a contact"),
    "resident.register": _l("Registered a resident"),
    "resident.search_phone": _l("Looked for a resident by phone"),
    "resident.merge": _l("Made two entries of a resident one"),
    "status.record": _l("Recorded a recipient status"),
    "status.verify": _l("Verified a recipient status"),
    "status.end": _l("Ended a recipient status"),
    "need.draft": _l("Began a need"),
    "need.edit": _l("Changed a need"),
    "need.discard": _l("Threw a draft away"),
    "need.submit": _l("Handed a need in"),
    "need.verify": _l("Verified a need"),
    "need.change": _l("Changed a need that was handed in"),
    "need.correct": _l("Corrected a verified need"),
    "need.undo_verify": _l("Took the check of a need back"),
    "need.return": _l("Returned a need"),
    "need.merge": _l("Merged a need with another"),
    "need.keep": _l("Joined another need with this one"),
    "need.withdraw": _l("Withdrew a need"),
    "need.add_times": _l("Added times to a need"),
    "need.repeat": _l("Brought a need back for the next month"),
    "need.ask_repeat": _l("Asked whether a need still comes back"),
    "need.confirm_repeat": _l("Said that a need still comes back"),
    "need.end_repeat": _l("Let a need not come back any more"),
    "need.refer": _l("Handed a need to another office"),
    "need.reopen": _l("Took a need back from another office"),
    "need.close_referral": _l("Closed a need that another office helped with"),
    "need.expire": _l("A need expired after its last day"),
    "need.carry": _l("Carried the missing part of a need over"),
    "follow_up.ask": _l("Asked the office to look again"),
    "follow_up.take": _l("Took a question to answer"),
    "follow_up.answer": _l("Answered a question"),
    "offer.post": _l("Posted an offer"),
    "offer.edit": _l("Changed an offer"),
    "offer.submit": _l("Handed an offer in"),
    "offer.approve": _l("Approved an offer"),
    "offer.return": _l("Returned an offer"),
    "offer.open": _l("Opened an offer"),
    "offer.pause": _l("Paused an offer"),
    "offer.resume": _l("Resumed an offer"),
    "offer.withdraw": _l("Withdrew an offer"),
    "offer.use_up": _l("An offer was used up"),
    "offer.reopen": _l("An offer had something left again"),
    "offer.add": _l("Offered more"),
    "offer.expire": _l("An offer expired"),
    "organisation.apply": _l("An organisation applied"),
    "organisation.register": _l("Registered an organisation"),
    "organisation.approve": _l("Approved an organisation"),
    "organisation.return": _l("Returned an organisation"),
    "organisation.suspend": _l("Suspended an organisation"),
    "organisation.reinstate": _l("Reinstated an organisation"),
    "organisation.set_answers": _l("Set whether volunteers answer for their visits"),
    "pairing.begin": _l("Entered a long-term pairing"),
    "pairing.change": _l("Changed a long-term pairing"),
    "pairing.review": _l("Set the next review of a long-term pairing"),
    "pairing.end": _l("Set the last day of a long-term pairing"),
    "pairing.go_on": _l("Let a long-term pairing go on without an end"),
    "volunteer.add": _l("Added a volunteer"),
    "volunteer.edit": _l("Changed a volunteer"),
    "volunteer.pause": _l("Paused a volunteer"),
    "volunteer.resume": _l("Resumed a volunteer"),
    "volunteer.leave": _l("A volunteer left"),
    "volunteer.rejoin": _l("A volunteer came back"),
    "person.join": _l("Said that two entries are one person"),
    "person.keep_apart": _l("Said that two entries are two people"),
    "person.separate": _l("Made two people of one again"),
    "place.add": _l("Added a place"),
    "place.edit": _l("Changed a place"),
    "place.close": _l("Closed a place"),
    "place.reopen": _l("Opened a place again"),
    "subdistrict.edit": _l("Changed the phone of the street office"),
    "committee.edit": _l("Changed the phone of a neighbourhood committee"),
    "organisation.edit": _l("Changed the address and contact of an organisation"),
    "session.add": _l("Added a session"),
    "session.edit": _l("Changed a session"),
    "session.remove": _l("Removed a session"),
    "promise.move": _l("Moved a promise to another session"),
    "promise.set_stay": _l("Fixed the days of a stay"),
    "offer.set_payday": _l("Fixed by which day money is paid"),
    "holiday_notice.enter": _l("Entered the notice of public holidays"),
    "holiday_notice.correct": _l("Corrected the notice of public holidays"),
    "volunteer.go_away": _l("Entered days on which a volunteer is away"),
    "volunteer.stay": _l("Took back days on which a volunteer is away"),
    "round.open": _l("Opened a round"),
    "round.freeze": _l("Locked the list of a round"),
    "round.replace-draw": _l("Announced another draw"),
    "round.draw": _l("Entered the draw of a round"),
    "round.pin": _l("Pinned a need"),
    "round.forbid": _l("Forbade a match"),
    "round.swap": _l("Chose one giver in place of another"),
    "round.solve": _l("Started a run"),
    "round.finish": _l("Finished a run"),
    "round.cancel": _l("Cancelled a run"),
    "round.publish": _l("Published a round"),
    "round.accept": _l("Accepted that a run is not proved"),
    "round.withdraw": _l("Withdrew a publication"),
    "committee.inform": _l("Told residents without an account what is new for them"),
    "resident.inform": _l("Told a resident without an account what is new"),
    "resident.stop_contact": _l("Stopped the contact with a resident"),
    "resident.resume_contact": _l("Allowed contact with a resident again"),
    "assignment.revoke": _l("Revoked a promise"),  # before a promise was a row of its own
    "round.close": _l("Closed a month"),
    "round.plan": _l("Visits without a day ahead got one"),
    "round.remind_report": _l("Givers were reminded to say what took place"),
    "round.remind": _l("Givers were reminded to answer"),
    "pack.ask": _l("Asked for a month pack"),
    "pack.finish": _l("Ended the making of a month pack"),
    "pack.cancel": _l("Cancelled a month pack"),
    "pack.remove": _l("Deleted the file of a month pack"),
    "price.start": _l("Asked what a pin or forbid would change"),
    "price.finish": _l("Worked out what a pin or forbid would change"),
    "price.cancel": _l("Stopped working out what a pin or forbid would change"),
    "repair.start": _l("Started a search for free places"),
    "repair.finish": _l("Finished a search for free places"),
    "repair.cancel": _l("Cancelled a search for free places"),
    "repair.keep": _l("Kept what was found for free places"),
    "promise.accept": _l("Said yes to a promise"),
    "promise.decline": _l("Said no to a promise"),
    "promise.agree": _l("Said that promised help suits"),
    "promise.refuse": _l("Said that promised help is not wanted"),
    "promise.call_off": _l("Called off promised help after the yes"),
    "promise.not_reached": _l("Did not reach the person about promised help"),
    "promise.set_day": _l("Set another day for a visit"),
    "promise.ask_day": _l("Asked for another day for a visit"),
    "promise.take_day": _l("Agreed to another day for a visit"),
    "promise.keep_day": _l("Another day for a visit was asked for and did not suit"),
    "promise.deliver": _l("Said that promised help was given"),
    "promise.fail": _l("Said that promised help did not take place"),
    "promise.correct": _l("Took a report on promised help back"),
    "promise.wrong_code": _l("Entered wrong digits for a visit"),
    "promise.feed_back": _l("Said how help was"),
    "photo.look": _l("Looked at a photo of help"),
    "photo.remove": _l("A photo of help was deleted after its time"),
    "thanks.pass_on": _l("Passed thanks on to those who helped"),
    "thanks.keep_back": _l("Did not pass thanks on"),
    "thanks.withdraw": _l("Took thanks back"),
    "promise.expire": _l("A promise expired without an answer"),
    "promise.revoke": _l("Revoked a promise"),
    "promise.say_why": _l("Said why a promise was declined"),
    "promise.take_back": _l("Took back the answer to a promise"),
    "link.make": _l("Made a link with which promises are answered"),
    "feed.make": _l("Made an address for the own calendar"),
    "feed.end": _l("Ended the address for the own calendar"),
    "link.revoke": _l("Ended a link with which promises are answered"),
    "list.take": _l("Took a list of people"),
    "list.read_on": _l("Read on in a list of people"),
    "demo.build": _l("Built the demo"),
}

SUBJECT_WORDS: dict[str, LazyString] = {
    "user_account": _l("Account"),
    "login_session": _l("Session"),
    "invitation": _l("Invitation"),
    "resident": _l("Resident"),
    "recipient_status": _l("Recipient status"),
    "need": _l("Need"),
    "follow_up": _l("Question to the office"),
    "offer": _l("Offer"),
    "organisation": _l("Organisation"),
    "volunteer": _l("Volunteer"),
    "person": _l("Person"),
    "people_apart": _l("Two people with one phone"),
    "place": _l("Place"),
    "session": _l("Session of an offer"),
    "holiday_notice": _l("Notice of public holidays"),
    "match_round": _l("Round"),
    "round_run": _l("Run"),
    "month_pack": _l("Month pack"),
    "round_repair": _l("Search for free places"),
    "round_price": _l("Price of a pin or forbid"),
    "round_override": _l("Override"),
    "assignment": _l("Promise"),
    "promise": _l("Promise"),
    "pairing": _l("Long-term pairing"),
    "delivery_photo": _l("Photo of help"),
    "thanks": _l("Thanks for help"),
    "signed_link": _l("Link for answers"),
    "calendar_feed": _l("Address for a calendar"),
    "subdistrict": _l("Street office"),
    "committee": _l("Neighbourhood committee"),
    "list_disclosure": _l("List of people"),
}


# Describe faults and events.


def describe_fault(fault: Fault) -> str:
    """What is wrong with the chain, and at which event."""
    number = fault.event_id
    if fault.code == "missing":
        return _("Event %(number)s is missing.", number=number)
    if fault.code == "does_not_follow":
        return _("Event %(number)s does not follow the one before it.", number=number)
    if fault.code == "altered":
        return _("Event %(number)s was altered.", number=number)
    return _("The chain should end with event %(number)s.", number=number)


def describe_subject(event: AuditEvent, references: Mapping[tuple[str, int], str]) -> str:
    """The subject of an event: its kind and reference, without a person's data or a row id."""
    reference = references.get((event.subject_type, event.subject_id or 0), "")
    return f"{describe_subject_type(event.subject_type)} {reference}".strip()


def describe_subject_type(name: str) -> str:
    """The words for a kind of subject; the table's name if there are none."""
    return str(SUBJECT_WORDS.get(name, name))


def describe_action(event: AuditEvent) -> str:
    """The words for an event's action; its code if there are none."""
    return str(ACTION_WORDS.get(event.action, event.action))


def name_actor(event: AuditEvent) -> str:
    """The name of the actor of an event; a resident by reference only."""
    if event.actor is None and "link" in event.details:
        return _("Who holds a link")
    return name_account(event.actor) if event.actor else _("The site itself")


def describe_role(event: AuditEvent) -> str:
    """The actor's role at the time of the event; a dash without one (the site, or a link)."""
    return _name_role(event.actor_role) if event.actor_role else "–"


# The details of events that are described in words; the file has all details as they are stored.
_DETAIL_NAMES: dict[str, LazyString] = {
    "month": _l("month"),
    "first_month": _l("from month"),
    "last_month": _l("to month"),
    "size": _l("size in bytes"),
    "policy": _l("rules"),
    "number": _l("run number"),
    "publication": _l("publication"),
    "unproved": _l("aims not proved"),
    "status": _l("how it ended"),
    "verified": _l("checked"),
    "problem_sha256": _l("hash of the problem"),
    "snapshot_sha256": _l("hash of the month"),
    "result_sha256": _l("hash of the result"),
    "seed": _l("seed"),
    "seed_rule": _l("rule of the seed"),
    "source": _l("public draw"),
    "draw_number": _l("number of the draw"),
    "draws_on": _l("day of the draw"),
    "public_value": _l("numbers drawn"),
    "no_interest": _l("no personal interest"),
    "price": _l("number of the price seen"),
    "lost": _l("needs that would lose their help"),
    "gained": _l("needs that would get help"),
    "otherwise": _l("needs helped otherwise"),
    "reason": _l("reason"),
    "tier": _l("urgency"),
    "role": _l("role"),
    "from": _l("before"),
    "to": _l("afterwards"),
    "state": _l("state"),
    "kind": _l("kind"),
    "consent": _l("consent"),
    "found": _l("people found"),
    "list": _l("list"),
    "way": _l("how it was taken"),
    "purpose": _l("what for"),
    "persons": _l("people in it"),
    "allowed": _l("allowed"),
    "link": _l("number of the link"),
}
_LABELLED: tuple[type[StrEnum], ...] = (
    Role,
    StatusKind,
    OrganisationKind,
    DrawSource,
    ConsentChannel,
    VolunteerState,
    OfferState,
    NeedState,
    RevokeReason,
    DeclineReason,
    FailReason,
    ContactEnd,
    PairingEnd,
    ListKind,
    ListWay,
    ListPurpose,
)


def describe_details(event: AuditEvent) -> str:
    """The details of an event that have a name, in one line of words; a dash if there are none."""
    parts = [
        _("%(name)s: %(value)s", name=name, value=_say_detail(key, event.details[key]))
        for key, name in _DETAIL_NAMES.items()
        if event.details.get(key) is not None
    ]
    return _("; ").join(parts) or "–"


def _say_detail(key: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "policy":
        return name_policy(str(value))
    if key == "status":
        return str(get_label(RunStatus(str(value))))
    return _name_code(str(value))


def _name_code(code: str) -> str:
    return next((str(get_label(enum(code))) for enum in _LABELLED if code in set(enum)), code)


def _name_role(code: str) -> str:
    return str(get_label(Role(code))) if code in set(Role) else code

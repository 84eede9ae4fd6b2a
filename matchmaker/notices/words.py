"""Describe a notice in one sentence that names its thing, and name the thing itself."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from matchmaker.models import (
    FollowUp,
    Invitation,
    MatchRound,
    MonthPack,
    Need,
    Notice,
    Offer,
    Organisation,
    Pairing,
    Promise,
    RecipientStatus,
    Referral,
    Resident,
    RoundRepair,
    RoundRun,
    Thanks,
    User,
    Volunteer,
)
from matchmaker.words.giving import describe_giving
from matchmaker.words.labels import get_label, get_name, name_with
from matchmaker.words.quantities import format_month

NOTICE_WORDS: Mapping[str, LazyString] = {
    # To residents.
    "need.entered": _l("Your committee wrote this down for you: %(thing)s."),
    "need.corrected": _l("Your committee corrected and sent again for you: %(thing)s."),
    "need.verified": _l("Checked, and part of the next month: %(thing)s."),
    "need.unverified": _l("The check was taken back, and you hear again: %(thing)s."),
    "need.changed": _l("Your committee changed what was sent: %(thing)s."),
    "need.amended": _l("The office corrected: %(thing)s. The page says what and why."),
    "need.returned": _l("Your committee has a question about: %(thing)s."),
    "need.merged": _l("Joined with your other need of the same kind: %(thing)s."),
    "need.times_added": _l("More times were added for you: %(thing)s."),
    "need.withdrawn": _l("Taken back for you: %(thing)s."),
    "need.matched": _l("Help was found for: %(thing)s."),
    "need.not_matched": _l("No help was found this month for: %(thing)s."),
    "need.agreed": _l("Who helps has said yes: %(thing)s."),
    "need.refused": _l("Written down for you, you do not want this help: %(thing)s."),
    "need.not_reached": _l("Nobody could reach you, so the help does not come: %(thing)s."),
    "need.answer_withdrawn": _l(
        "The answer is taken back for: %(thing)s. It takes part again, and you hear again."
    ),
    "need.promise_revoked": _l(
        "The help that was found cannot come after all: %(thing)s. It waits for the next month."
    ),
    "need.part_revoked": _l("A part of the help that was found cannot come: %(thing)s."),
    "need.repeated": _l("Asked for again for the next month, as you wished: %(thing)s."),
    "need.repeat_confirmed": _l("It goes on every month: %(thing)s."),
    "need.repeat_ended": _l("It does not come back every month any more: %(thing)s."),
    "need.expired": _l("The time for this is over: %(thing)s. You can ask again."),
    "referral.made": _l("Handed to an office that can help: %(thing)s."),
    "need.came_back": _l("The other office could not help, so it waits here again: %(thing)s."),
    "need.helped_elsewhere": _l("The other office helped, so it is closed here: %(thing)s."),
    "need.carried": _l("A part is still missing, and comes first next month: %(thing)s."),
    "visit.agreed": _l("Who visits you this month has said yes: %(thing)s."),
    "visit.declined_for_you": _l("Written down for you, you do not want a visit: %(thing)s."),
    "visit.nobody_reached": _l("Nobody could reach you, so a visit does not come: %(thing)s."),
    "help.confirmed": _l("Written down for you, this suits you: %(thing)s."),
    "help.day_fixed": _l("When and where is fixed: %(thing)s."),
    "help.day_moved": _l("Another time or place: %(thing)s."),
    "promise.moved": _l("A promise of yours is at another time: %(thing)s."),
    "help.day_asked": _l("Who visits you asks for another day: %(thing)s."),
    "help.day_taken": _l("Your visit is on another day now: %(thing)s."),
    "help.day_kept": _l("Your visit stays on the day that it had: %(thing)s."),
    "help.delivered": _l("Written down that help came. Say how it was: %(thing)s."),
    "visit.cancelled": _l("A visit of this month cannot come: %(thing)s."),
    "pairing.arranged": _l("Regular visits to you are arranged: %(thing)s."),
    "pairing.rearranged": _l("Your regular visits change: %(thing)s. Your street office says how."),
    "pairing.over": _l(
        "Your regular visits come to an end: %(thing)s. Your street office says why."
    ),
    "pairing.goes_on": _l("Your regular visits go on without an end: %(thing)s."),
    "pairing.out": _l("Visits to you in %(thing)s are planned, as agreed before."),
    "pairing.none": _l("Nobody can come to you in %(thing)s after all."),
    "pairing.withdrawn": _l(
        "The visits to you in %(thing)s are taken back for now, and you hear again."
    ),
    "follow_up.asked": _l("The office was asked for you about: %(thing)s."),
    "follow_up.answered": _l("The office answered what was asked about: %(thing)s."),
    "status.record": _l("Recorded for you and to be checked: %(thing)s."),
    "status.verify": _l("Checked for you: %(thing)s."),
    "status.end": _l("No longer recorded for you: %(thing)s."),
    "resident.merge": _l("You were registered twice and are registered once now: %(thing)s."),
    # To the committee.
    "need.review_repeat": _l("Say whether this still comes back every month: %(thing)s."),
    # To organisations and volunteers.
    "round.published": _l("The result of %(thing)s is published: see what is asked of you."),
    "round.nothing_asked": _l("The result of %(thing)s is published: nothing is asked of you now."),
    "round.withdrawn": _l("The result of %(thing)s was withdrawn and will be published again."),
    "visits.out": _l("Your visits of %(thing)s are out."),
    "visits.none": _l("The result of %(thing)s is published: you have no visit now."),
    "visits.withdrawn": _l("Your visits of %(thing)s are taken back and will be out again."),
    "round.answers_due": _l("Your answers for %(thing)s are due soon: see what still waits."),
    "round.reports_due": _l(
        "Say what of %(thing)s took place: of some help nobody has said it yet."
    ),
    "promise.asked": _l("A place is free, and you are asked for help: %(thing)s."),
    "visit.asked": _l("Your organisation is asked for a visit by you: %(thing)s."),
    "promise.agreed": _l("The person says that it suits: %(thing)s."),
    "promise.refused": _l("The person does not want the help after all: %(thing)s."),
    "promise.not_reached": _l("Nobody could reach the person, so nothing is to do: %(thing)s."),
    "promise.day_asked": _l("The person asks for another day: %(thing)s."),
    "promise.day_taken": _l("The person agrees to the other day: %(thing)s."),
    "promise.day_kept": _l("The other day does not suit the person: %(thing)s."),
    "promise.delivered": _l("Written down that help was given: %(thing)s."),
    "promise.fed_back": _l("The person says how it was: %(thing)s."),
    "thanks.passed_on": _l("Somebody whom you helped says thank you: %(thing)s."),
    "promise.unreported": _l("The month is closed, and nobody said that it was given: %(thing)s."),
    "visit.unreported": _l("The month is closed, and nobody said that you visited: %(thing)s."),
    "promise.failed": _l("It did not take place, so the place is free again: %(thing)s."),
    "visit.delivered": _l("Written down that you made a visit: %(thing)s."),
    "visit.failed": _l("Written down that a visit did not take place: %(thing)s."),
    "visit.day_set": _l("A visit of yours is on another day now: %(thing)s."),
    "visit.confirmed": _l("The person says that your visit suits: %(thing)s."),
    "visit.refused": _l("A visit of yours is not wanted after all: %(thing)s."),
    "promise.expired": _l("No answer came in time, so the place is free again: %(thing)s."),
    "promise.volunteer_yes": _l("A volunteer of yours said yes to a visit: %(thing)s."),
    "promise.volunteer_no": _l("A volunteer of yours said no to a visit: %(thing)s."),
    "visit.accepted": _l("Your organisation said yes to a visit of yours: %(thing)s."),
    "visit.not_given": _l("Your organisation does not give this visit after all: %(thing)s."),
    "promise.revoked": _l("What you promised is called off: %(thing)s."),
    "visit.revoked": _l("A visit of yours is called off: %(thing)s."),
    "pairing.begun": _l("A long-term pairing with you was entered: %(thing)s."),
    "pairing.changed": _l("A long-term pairing with you changes: %(thing)s."),
    "pairing.stopped": _l("The last day of a long-term pairing is set: %(thing)s."),
    "pairing.kept": _l("A long-term pairing with you goes on without an end: %(thing)s."),
    "pairing.ended": _l("There is no contact any more, so this pairing has ended: %(thing)s."),
    "offer.approved": _l("Your offer was approved: %(thing)s."),
    "offer.returned": _l("Your offer came back with a question: %(thing)s."),
    "offer.used_up": _l("All of it is given: %(thing)s. You can offer more."),
    "offer.expired": _l("Your offer has reached its last day: %(thing)s."),
    "organisation.approve": _l("Your organisation was approved: %(thing)s."),
    "organisation.return": _l("The application came back with a question: %(thing)s."),
    "organisation.suspend": _l("Your organisation takes no part for now: %(thing)s."),
    "organisation.reinstate": _l("Your organisation takes part again: %(thing)s."),
    "volunteer.edit": _l("Your entry as a volunteer was changed: %(thing)s."),
    "volunteer.pause": _l("Your visits are paused: %(thing)s."),
    "volunteer.resume": _l("Your visits go on: %(thing)s."),
    "volunteer.leave": _l("You were taken off the list of volunteers: %(thing)s."),
    "volunteer.rejoin": _l("You are on the list of volunteers again: %(thing)s."),
    "volunteer.go_away": _l("Days away were entered: %(thing)s."),
    "volunteer.stay": _l("Days away were taken back: %(thing)s."),
    "person.join": _l("Your entries as a volunteer are one person now: %(thing)s."),
    "person.separate": _l("Your entry as a volunteer stands for itself again: %(thing)s."),
    # To the office and its committees.
    "month.out": _l("The result of %(thing)s is out. Tell those who have no account."),
    "month.withdrawn": _l(
        "The result of %(thing)s was withdrawn. Tell nobody until it is out again."
    ),
    "round.promises_broken": _l("Some promises of %(thing)s cannot be kept any more."),
    "round.places_free": _l("Somebody gives no help after all: places of %(thing)s are free."),
    "repair.finished": _l("Your search for free places has ended: %(thing)s."),
    "pack.finished": _l("Your month pack has ended: %(thing)s."),
    "run.finished": _l("Your run has ended: %(thing)s."),
    "run.cancelled": _l("A colleague cancelled your run: %(thing)s."),
    "run.waits": _l("A run waits for you as the second person: %(thing)s."),
    "run.published": _l("A colleague published your run: %(thing)s."),
    "run.withdrawn": _l("A colleague withdrew your publication: %(thing)s."),
    "resident.stop_contact": _l("There is no contact any more, tell nothing: %(thing)s."),
    "resident.resume_contact": _l("There is contact again: %(thing)s."),
    # To any account.
    "account.enable": _l("Your account is open again: %(thing)s."),
    "account.change_role": _l("Your account has another role: %(thing)s."),
    "invitation.confirm": _l("A second person confirmed your invitation: %(thing)s."),
}
# Kinds that are shown with time, place, what to bring and who answers the phone.
_WITH_GIVING = frozenset({"help.day_fixed", "help.day_moved", "help.confirmed"})
# Sentences for lists of several people that do not name the thing: a status is private.
_ON_LISTS: Mapping[str, LazyString] = {
    RecipientStatus.__tablename__: _l("Something recorded for you has changed: see the letter."),
}


def describe_notice(notice: Notice, thing: Any) -> str:
    """A notice in one sentence; a thing that no longer exists is named by a dash."""
    named = "–" if thing is None else name_thing(thing)
    if isinstance(thing, Promise) and notice.kind in _WITH_GIVING:
        named = _("; ").join((named, describe_giving(thing)))
    return str(NOTICE_WORDS[notice.kind]) % {"thing": named}


def describe_on_list(notice: Notice, thing: Any) -> str:
    """The sentence of a notice for a list that others may see; it does not name a status."""
    hidden = _ON_LISTS.get(notice.subject_type)
    return describe_notice(notice, thing) if hidden is None else str(hidden)


def name_thing(thing: Any) -> str:
    """The name of a thing as shown to the people that it concerns."""
    return _NAMES[type(thing)](thing)


def _name_need(need: Need) -> str:
    return _("%(what)s (%(number)s)", what=get_name(need.category), number=need.reference)


def _name_pairing(pairing: Pairing) -> str:
    return _("%(what)s (%(number)s)", what=get_name(pairing.category), number=pairing.reference)


def _name_asked(asked: Need | Pairing) -> str:
    return _name_need(asked) if isinstance(asked, Need) else _name_pairing(asked)


def _name_promise(row: Promise) -> str:
    what = _name_need(row.need) if row.need else ""
    if row.pairing:
        what = _name_pairing(row.pairing)
    return _("%(what)s, %(month)s", what=what, month=format_month(row.run.match_round.month))


def _name_run(run: RoundRun) -> str:
    month = format_month(run.match_round.month)
    return _("%(month)s, run %(number)s", month=month, number=run.number)


def _name_repair(repair: RoundRepair) -> str:
    month = format_month(repair.run.match_round.month)
    return _("%(month)s, search %(number)s", month=month, number=repair.number)


def _name_pack(pack: MonthPack) -> str:
    return _(
        "%(first)s to %(last)s",
        first=format_month(pack.first_month),
        last=format_month(pack.last_month),
    )


def _name_resident(resident: Resident) -> str:
    return name_with(resident.display_name, resident.reference)


def _name_referral(row: Referral) -> str:
    return _(
        "%(what)s, to %(office)s, %(reach)s",
        what=_name_need(row.need),
        office=row.office,
        reach=row.reach,
    )


_NAMES: Mapping[type, Callable[[Any], str]] = {
    Need: _name_need,
    FollowUp: lambda row: _name_asked(row.asked),
    Promise: _name_promise,
    Thanks: lambda row: _name_asked(row.first.asked),
    Pairing: _name_pairing,
    Referral: _name_referral,
    MatchRound: lambda row: format_month(row.month),
    RoundRun: _name_run,
    RoundRepair: _name_repair,
    MonthPack: _name_pack,
    Offer: lambda row: str(row.title),
    Organisation: get_name,
    Volunteer: lambda row: str(row.name),
    Resident: _name_resident,
    RecipientStatus: lambda row: str(get_label(row.kind)),
    User: lambda row: str(get_label(row.role)),
    Invitation: lambda row: str(get_label(row.role)),
}

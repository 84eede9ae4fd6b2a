"""Each step with somebody's own thing makes one notice for each who has part in it, or tells why.

The table of steps is walked along the log's own table of actions, so that a new action is one line
here: a step that is taken and who hears of it, or a reason for which nobody does.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from matchmaker import models as m
from matchmaker.accounts import administration, invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.assignments import (
    agreeing,
    answering,
    appointing,
    delivering,
    reminding,
    seating,
    sessions,
    thanks,
)
from matchmaker.assignments.appointing import Moment
from matchmaker.assignments.due import do_due
from matchmaker.assignments.sessions import SessionTerms
from matchmaker.audit.words import ACTION_WORDS
from matchmaker.base.clock import add_months, get_instant, get_local_date
from matchmaker.base.extensions import db
from matchmaker.endings import service as endings
from matchmaker.needs import (
    corrections,
    desk_service,
    follow_ups,
    queue_service,
    referrals,
    repeating,
    useful,
)
from matchmaker.needs.desk_service import Answers
from matchmaker.needs.referrals import ReferralTerms
from matchmaker.notices.words import NOTICE_WORDS
from matchmaker.offers import approval_service
from matchmaker.offers import service as offer_service
from matchmaker.offers.states import follow_calendar
from matchmaker.offers.terms import OfferTerms
from matchmaker.organisations import pairing_service
from matchmaker.organisations import service as organisation_service
from matchmaker.organisations.pairing_chain import End
from matchmaker.organisations.pairing_terms import Care, PairingTerms
from matchmaker.people import joining
from matchmaker.places import service as place_service
from matchmaker.places.service import PlaceTerms
from matchmaker.promises.present import list_broken
from matchmaker.residents import merging, statuses
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import closing, keeping, publication
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.rounds.solve import jobs, packs, repairs, runs
from matchmaker.volunteers import absences
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.profile import VolunteerProfile
from matchmaker.volunteers.states import VolunteerStep
from tests.architecture.source import list_sources
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.matchmaker.notices.office import SPOKEN, Office
from tests.matchmaker.rounds.free_places import search_here
from tests.matchmaker.rounds.small_month import solve_here
from tests.run_factories import publish_month

LATER = NOW + timedelta(hours=1)  # than the lock of the month
# Actions, or the subjects of actions, of which nobody but the actor has to hear.
SILENT = {
    "assignment.revoke": "written no more: promise.revoke is what it is called now",
    "account.sign_in": "one's own doing",
    "account.demo_sign_in": "one's own doing",
    "account.sign_out": "one's own doing",
    "account.end_session": "one's own doing",
    "account.add_role": "one's own doing",
    "account.switch_role": "one's own doing",
    "account.create": "one's own doing",
    "account.change_password": "one's own doing",
    "account.disable": "cannot be read: nobody signs in to the account any more",
    "invitation.make": "handed over by the person who made it",
    "invitation.withdraw": "by the person who made it",
    "contact.reveal": "stands on the resident's page, in the list of who saw it",
    "list": "stands on the page of each person in it, in the list of who saw it",
    "resident.register": "done with the person at the counter",
    "resident.search_phone": "shows a worker what is theirs, and is counted",
    "feed": "one's own doing",
    "link": "handed over by who made it; answers by it are heard of as all answers are",
    "organisation.set_answers": "one's own; stands on the page of the organisation",
    "photo.look": "shows what is theirs, and is counted",
    "photo.remove": "its time was said when it was sent",
    "thanks.keep_back": "those who helped were not told, or what they were told is void",
    "thanks.withdraw": "one's own; what was told is void",
    "promise.say_why": "adds to an answer that is told",
    "round.plan": "the pages say the day, and nobody agreed to another",
    "promise.wrong_code": "nothing became of it",
    "promise.correct": "what was told is void, and it is asked again",
    "promise.take_back": "what was told is void, and there is nothing new",
    "need.draft": "one's own, seen by nobody else",
    "need.edit": "one's own",
    "need.discard": "one's own, seen by nobody else",
    "need.keep": "the other half of need.merge",
    "follow_up.take": "who answers is the office's business; the answer is heard of",
    "offer.post": "one's own",
    "offer.submit": "one's own; the office has it in its list",
    "offer.open": "follows an approval, on the day that the organisation named",
    "offer.pause": "one's own; promises that it breaks are said to the office",
    "offer.resume": "one's own",
    "offer.add": "one's own",
    "offer.reopen": "what was said before is void, and the list has it",
    "offer.withdraw": "one's own; promises that it breaks are said to the office",
    "organisation.apply": "stands in the office's list; has no account yet",
    "organisation.register": "has no account yet",
    "volunteer.add": "has no account yet",
    "person.keep_apart": "two people stay what they were",
    "holiday_notice": "the office's own work, said in readiness",
    "session.remove": "nobody has a number of it",
    "place.add": "nothing is given there yet",
    "place.close": "what is promised there stays",
    "place.reopen": "what is promised there stayed",
    "committee.edit": "a phone that anybody reads",
    "subdistrict.edit": "a phone that anybody reads",
    "organisation.edit": "read on the page of the organisation and of what it promised",
    "pairing.review": "the office's own day to look again",
    "round.open": "the office's own work",
    "round.freeze": "the office's own work, public",
    "round.replace-draw": "the office's own work, public",
    "round.draw": "the office's own work, public",
    "round.pin": "the office's own work, shown to who publishes",
    "round.forbid": "the office's own work, shown to who publishes",
    "round.swap": "the office's own work, shown to who publishes",
    "price.start": "one's own; the page that waits for it says when it ends",
    "price.finish": "the page that waits for it and the room say so",
    "price.cancel": "one's own; nothing has changed",
    "round.lift-override": "the office's own work, shown to who publishes",
    "round.solve": "one's own; its end is heard of",
    "repair.start": "one's own; its end is heard of",
    "repair.cancel": "the office's own work, shown on the page of free places",
    "pack.ask": "one's own; its end is heard of",
    "pack.remove": "said on the page of packs beforehand",
    "committee.inform": "keeps that notices were heard",
    "resident.inform": "keeps that notices were heard",
    "demo": "built before there is anybody",
}

Heard = list[tuple[object, str]]  # who, and the kind of the notice
Step = Callable[[Office], Heard]
STEPS: dict[str, list[Step]] = {}


def step(*actions: str) -> Callable[[Step], Step]:
    """Take a step of the table; ``begin`` inside it forgets what led there."""

    def keep(act: Step) -> Step:
        for action in actions:
            STEPS.setdefault(action, []).append(act)
        return act

    return keep


def begin() -> None:
    """What was written so far is no part of the step."""
    db.session.flush()
    db.session.info["last"] = db.session.scalar(select(func.max(m.Notice.id))) or 0


def asker(o: Office) -> m.Resident:
    return o.residents[1]


# Needs.


def answers(o: Office) -> desk_service.Answers:
    return desk_service.Answers(o.goods.id, 1, (), "rice")


@step("need.submit")
def enter(o: Office) -> Heard:
    values: dict[str, Any] = {
        "resident_id": o.residents[1].id,
        "answers": answers(o),
        "channel": SPOKEN,
    }
    desk_service.post_on_behalf(actor=o.counter, now=NOW, **values)
    return [(asker(o), "need.entered")]


def send_back(o: Office) -> None:
    queue_service.return_need(actor=o.counter, need_id=o.sent.id, reason="how many?", now=NOW)


@step("need.submit")
def correct(o: Office) -> Heard:
    send_back(o)
    begin()
    values: dict[str, Any] = {"need_id": o.sent.id, "answers": answers(o), "channel": SPOKEN}
    desk_service.correct_on_behalf(actor=o.counter, now=NOW, **values)
    return [(asker(o), "need.corrected")]


@step("need.return")
def return_need(o: Office) -> Heard:
    send_back(o)
    return [(asker(o), "need.returned")]


def check(o: Office) -> None:
    values: dict[str, Any] = {
        "versions": {o.sent.id: 1},
        "tier": 2,
        "reply_promised_on": date(2026, 7, 31),
    }
    queue_service.verify_needs(actor=o.colleague, now=LATER, **values)


@step("need.verify")
def verify(o: Office) -> Heard:
    check(o)
    return [(asker(o), "need.verified")]


@step("need.undo_verify")
def undo_verification(o: Office) -> Heard:
    check(o)
    begin()
    values: dict[str, Any] = {"need_id": o.sent.id, "is_whole_step": True}
    corrections.undo_verification(actor=o.colleague, now=LATER, **values)
    return [(asker(o), "need.unverified")]


@step("need.correct")
def correct_verified(o: Office) -> Heard:
    check(o)
    begin()
    terms = corrections.Terms(3, 1, (), date(2026, 7, 31))
    values: dict[str, Any] = {"need_id": o.sent.id, "terms": terms, "reason": "misread"}
    corrections.correct_need(actor=o.colleague, now=NOW, **values)
    return [(asker(o), "need.amended")]


def change_sent(o: Office, actor: m.User) -> None:
    desk_service.change_sent(actor=actor, need_id=o.sent.id, answers=answers(o), now=NOW)


@step("need.change")
def change_for(o: Office) -> Heard:
    change_sent(o, o.counter)
    return [(asker(o), "need.changed")]


@step("need.change")
def change_own(o: Office) -> Heard:
    change_sent(o, o.asker)
    return []


@step("need.merge", "need.keep")
def merge_needs(o: Office) -> Heard:
    values: dict[str, Any] = {"kept_id": o.sent.id, "duplicate_id": o.alike.id}
    queue_service.merge_duplicate(actor=o.counter, now=NOW, **values)
    return [(asker(o), "need.merged")]


@step("need.withdraw")
def withdraw_need(o: Office) -> Heard:
    desk_service.withdraw_need(actor=o.counter, need_id=o.sent.id, now=NOW)
    return [(asker(o), "need.withdrawn")]


@step("need.withdraw")
def withdraw_own_need(o: Office) -> Heard:
    desk_service.withdraw_need(actor=o.asker, need_id=o.sent.id, now=NOW)
    return []


def hand_on(o: Office) -> None:
    terms = ReferralTerms("市民热线", "12345", "要别的单位帮忙", get_local_date(NOW))
    keys: dict[str, Any] = {"need_id": o.sent.id, "version": 1, "terms": terms, "now": NOW}
    referrals.refer_need(actor=o.counter, **keys)


def end_referral(o: Office, end: m.ReferralEnd) -> None:
    hand_on(o)
    begin()
    version = db.session.get_one(m.Need, o.sent.id).version
    keys: dict[str, Any] = {"need_id": o.sent.id, "version": version, "now": NOW}
    keys |= {"end": end, "answer": ""}
    referrals.end_referral(actor=o.counter, **keys)


@step("need.refer")
def hand_a_need_on(o: Office) -> Heard:
    hand_on(o)
    return [(asker(o), "referral.made")]


@step("need.reopen")
def take_a_need_back(o: Office) -> Heard:
    end_referral(o, m.ReferralEnd.COULD_NOT_HELP)
    return [(asker(o), "need.came_back")]


@step("need.close_referral")
def close_what_another_office_helped_with(o: Office) -> Heard:
    end_referral(o, m.ReferralEnd.HELPED)
    return [(asker(o), "need.helped_elsewhere")]


@step("need.expire")
def let_a_need_expire(o: Office) -> Heard:
    db.session.get_one(m.Need, o.sent.id).useful_until = get_local_date(NOW) - timedelta(days=1)
    useful.expire_needs(NOW)
    return [(asker(o), "need.expired")]


@step("need.add_times")
def add_times(o: Office) -> Heard:
    check(o)
    db.session.get_one(m.Need, o.sent.id).windows = [m.Window.WEEKDAY_AM.value]
    begin()
    values: dict[str, Any] = {"need_id": o.sent.id, "windows": [m.Window.SATURDAY_AM]}
    follow_ups.add_times(actor=o.counter, now=NOW, **values)
    return [(asker(o), "need.times_added")]


def ask(o: Office, actor: m.User) -> m.FollowUp:
    values: dict[str, Any] = {"about": m.FollowUpAbout.DECISION, "status": None, "words": ""}
    return follow_ups.ask_again(actor=actor, need_id=o.needs[1].id, now=NOW, **values)


@step("follow_up.ask")
def ask_for(o: Office) -> Heard:
    ask(o, o.counter)
    return [(asker(o), "follow_up.asked")]


@step("follow_up.ask", "follow_up.answer")
def answer(o: Office) -> Heard:
    row = ask(o, o.asker)
    assert list_new() == []
    follow_ups.answer(actor=o.one, follow_up_id=row.id, sentence="So it is.", now=NOW)
    return [(asker(o), "follow_up.answered")]


@step("follow_up.answer")
def answer_for(o: Office) -> Heard:
    row = ask(o, o.counter)
    begin()
    follow_ups.answer(actor=o.one, follow_up_id=row.id, sentence="So it is.", now=NOW)
    return [(asker(o), "follow_up.answered"), (o.counter, "follow_up.answered")]


# Residents.


@step("status.record")
def record_status(o: Office) -> Heard:
    values: dict[str, Any] = {"resident_id": o.residents[1].id, "kind": m.StatusKind.DISABLED}
    statuses.record_status(actor=o.counter, evidence="seen", valid_until=None, now=NOW, **values)
    return [(asker(o), "status.record")]


@step("status.verify")
def verify_status(o: Office) -> Heard:
    values: dict[str, Any] = {"resident_id": o.residents[1].id, "status_id": o.status.id}
    statuses.verify_status(actor=o.colleague, now=NOW, **values)
    return [(asker(o), "status.verify")]


@step("status.end")
def end_status(o: Office) -> Heard:
    values: dict[str, Any] = {"resident_id": o.residents[1].id, "status_id": o.status.id}
    statuses.end_status(actor=o.counter, now=NOW, **values)
    return [(asker(o), "status.end")]


@step("resident.merge")
def merge_residents(o: Office) -> Heard:
    values: dict[str, Any] = {"kept_id": o.residents[1].id, "gone_id": o.twin.id}
    merging.merge_residents(actor=o.one, now=NOW, **values)
    return [(asker(o), "resident.merge")]


def stop(o: Office) -> None:
    values: dict[str, Any] = {"resident_id": o.residents[1].id, "reason": m.ContactEnd.WISH}
    endings.stop_contact(actor=o.one, now=NOW, **values)


def count_promised(o: Office) -> int:
    rows = select(m.Promise).where(m.Promise.round_run_id == o.run_id)
    kept = m.Promise.pairing_id.is_not(None) | (m.Promise.need_id == o.needs[1].id)
    return len(db.session.scalars(rows.where(kept)).all())


@step("resident.stop_contact")
def stop_contact(o: Office) -> Heard:
    """Givers hear of each promise and of the pairing, the counter of the end, the resident not."""
    of_visitor = select(m.Promise.id).where(m.Promise.volunteer_id == o.volunteers[1].id)
    visits = len(db.session.scalars(of_visitor).all())
    stop(o)
    return [
        *[(o.giver, "promise.revoked")] * count_promised(o),
        *[(o.visitor, "visit.revoked")] * visits,
        (o.giver, "pairing.ended"),
        (o.visitor, "pairing.ended"),
        (o.counter, "resident.stop_contact"),
        (o.colleague, "resident.stop_contact"),
    ]


@step("resident.resume_contact")
def resume_contact(o: Office) -> Heard:
    stop(o)
    begin()
    endings.resume_contact(actor=o.counter, resident_id=o.residents[1].id, now=NOW)
    return [(o.colleague, "resident.resume_contact")]


# Organisations, offers, volunteers.


@step("organisation.approve")
def approve_organisation(o: Office) -> Heard:
    organisation_service.approve_organisation(actor=o.one, now=NOW, organisation_id=o.applicant.id)
    return [(o.applying, "organisation.approve")]


@step("organisation.return")
def return_organisation(o: Office) -> Heard:
    values: dict[str, Any] = {"organisation_id": o.applicant.id, "reason": "who?"}
    organisation_service.return_organisation(actor=o.one, now=NOW, **values)
    return [(o.applying, "organisation.return")]


def suspend(o: Office) -> None:
    values: dict[str, Any] = {
        "organisation_id": o.organisations[1].id,
        "reason": "unsafe",
        "known_breaks": 99,
    }
    organisation_service.suspend_organisation(actor=o.one, now=NOW, **values)


@step("organisation.suspend")
def suspend_organisation(o: Office) -> Heard:
    suspend(o)
    return [(o.giver, "organisation.suspend"), (o.second, "round.promises_broken")]


@step("organisation.reinstate")
def reinstate_organisation(o: Office) -> Heard:
    suspend(o)
    begin()
    organisation_service.reinstate_organisation(
        actor=o.one, now=NOW, organisation_id=o.organisations[1].id
    )
    return [(o.giver, "organisation.reinstate")]


@step("offer.approve")
def approve_offer(o: Office) -> Heard:
    approval_service.approve_offer(actor=o.one, now=NOW, offer_id=o.waiting.id, version=1)
    return [(o.giver, "offer.approved")]


@step("offer.return")
def return_offer(o: Office) -> Heard:
    values: dict[str, Any] = {"offer_id": o.waiting.id, "version": 1, "reason": "when?"}
    approval_service.return_offer(actor=o.one, now=NOW, **values)
    return [(o.giver, "offer.returned")]


@step("offer.expire")
def expire_offer(o: Office) -> Heard:
    assert follow_calendar(now=NOW + timedelta(days=60))["expired"] == 1
    return [(o.giver, "offer.expired")]


@step("volunteer.edit")
def edit_volunteer(o: Office) -> Heard:
    row = db.session.get_one(m.Volunteer, o.volunteers[1].id)
    profile = VolunteerProfile(
        name="王师傅",
        visits_per_month=5,
        categories=tuple(row.categories),
        windows=tuple(m.Window(window) for window in row.windows),
    )
    volunteer_service.edit_volunteer(actor=o.giver, now=NOW, volunteer_id=row.id, profile=profile)
    return [(o.visitor, "volunteer.edit")]


def move(o: Office, *steps: VolunteerStep) -> Heard:
    """The last of some steps with the volunteer who has a visit."""
    for one in steps:
        begin()
        values: dict[str, Any] = {
            "volunteer_id": o.volunteers[1].id,
            "step": one,
            "known_breaks": 99,
        }
        volunteer_service.move_volunteer(actor=o.giver, now=NOW, **values)
    return [(o.visitor, f"volunteer.{steps[-1]}")]


def _say_broken(o: Office) -> Heard:
    return [(person, "round.promises_broken") for person in (o.first, o.second)]


@step("volunteer.pause")
def pause_volunteer(o: Office) -> Heard:
    return [*move(o, VolunteerStep.PAUSE), *_say_broken(o)]


@step("volunteer.resume")
def resume_volunteer(o: Office) -> Heard:
    return move(o, VolunteerStep.PAUSE, VolunteerStep.RESUME)


@step("volunteer.leave")
def let_volunteer_leave(o: Office) -> Heard:
    return [*move(o, VolunteerStep.LEAVE), *_say_broken(o)]


@step("volunteer.rejoin")
def let_volunteer_rejoin(o: Office) -> Heard:
    return move(o, VolunteerStep.LEAVE, VolunteerStep.REJOIN)


def enter_days(o: Office, actor: m.User) -> m.VolunteerAbsence:
    row = db.session.get_one(m.Volunteer, o.volunteers[1].id)
    days: dict[str, Any] = {"first_day": date(2026, 8, 3), "last_day": date(2026, 8, 9)}
    return absences.enter_absence(row, actor=actor, now=NOW, **days)


@step("volunteer.go_away")
def go_away(o: Office) -> Heard:
    enter_days(o, o.visitor)
    return [(o.giver, "volunteer.go_away")]


@step("volunteer.go_away")
def send_away(o: Office) -> Heard:
    enter_days(o, o.giver)
    return [(o.visitor, "volunteer.go_away")]


@step("volunteer.stay")
def stay(o: Office) -> Heard:
    row = enter_days(o, o.giver)
    begin()
    absences.take_back_absence(row.id, actor=o.giver, now=NOW)
    return [(o.visitor, "volunteer.stay")]


@step("person.join")
def join(o: Office) -> Heard:
    first, second = o.pair
    joining.join_volunteers(actor=o.one, first_id=first.id, second_id=second.id, now=NOW)
    return [(o.paired, "person.join")]


@step("person.separate")
def separate(o: Office) -> Heard:
    joining.separate_volunteer(actor=o.one, volunteer_id=o.joined[1].id, now=NOW)
    return [(o.doubled, "person.separate")]


# Accounts.


@step("account.enable")
def enable(o: Office) -> Heard:
    administration.enable_account(actor=o.administrator, user_id=o.locked_out.id, now=NOW)
    return [(o.locked_out, "account.enable")]


@step("account.change_role")
def change_role(o: Office) -> Heard:
    values: dict[str, Any] = {"user_id": o.counter.id, "role": m.Role.VOLUNTEER}
    scope = Scope(volunteer_id=o.volunteers[2].id)
    administration.change_role(actor=o.administrator, scope=scope, now=NOW, **values)
    return [(o.counter, "account.change_role")]


@step("invitation.confirm")
def confirm_invitation(o: Office) -> Heard:
    invitations.confirm_invitation(actor=o.one, invitation_id=o.invitation_id, now=NOW)
    return [(o.administrator, "invitation.confirm")]


# A month.


def start(o: Office) -> m.RoundRun:
    """A run whose job a worker holds, of the month after its publication was withdrawn."""
    run = runs.start_run(o.withdraw().match_round, limit_seconds=60, actor=o.one, now=NOW)
    jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
    begin()
    return run


@step("round.finish")
def finish(o: Office) -> Heard:
    run = start(o)
    runs.finish_run(run, solve_here(run), now=NOW)
    return [(o.first, "run.finished"), (o.second, "run.waits")]


@step("round.finish")
def fail(o: Office) -> Heard:
    runs.give_up_run(start(o), now=NOW)
    return [(o.first, "run.finished")]


@step("round.cancel")
def cancel(o: Office) -> Heard:
    runs.cancel_run(start(o), actor=o.two, now=NOW)
    return [(o.first, "run.cancelled")]


@step("round.accept")
def accept(o: Office) -> Heard:
    run = o.withdraw()
    begin()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publication, "count_unproved", lambda _run: 1)
        publication.accept_unproved(run, actor=o.one, now=NOW)
    return [(o.second, "run.waits")]


def list_answers(o: Office, kind: str = "") -> Heard:
    rows = db.session.scalars(select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == o.run_id))
    return [
        (row.need.resident, kind or ("need.matched" if row.is_met else "need.not_matched"))
        for row in rows
    ]


@step("round.publish")
def publish(o: Office) -> Heard:
    run = o.withdraw()
    begin()
    publication.publish_run(run, actor=o.two, now=NOW)
    return [
        *list_answers(o),
        (asker(o), "pairing.out"),
        (o.giver, "round.published"),
        (o.visitor, "visits.out"),
        (o.counter, "month.out"),
        (o.colleague, "month.out"),
        (o.first, "run.published"),
    ]


@step("round.withdraw")
def withdraw(o: Office) -> Heard:
    o.withdraw()
    return [
        *list_answers(o, "need.answer_withdrawn"),
        (asker(o), "pairing.withdrawn"),
        (o.giver, "round.withdrawn"),
        (o.visitor, "visits.withdrawn"),
        (o.counter, "month.withdrawn"),
        (o.colleague, "month.withdrawn"),
        (o.second, "run.withdrawn"),
    ]


@step("promise.revoke")
def revoke(o: Office) -> Heard:
    """Whatever a suspended organisation promised is called off, on both sides."""
    suspend(o)
    begin()
    broken = list_broken(o.run, NOW)
    revoked = revoke_broken(o.run, {row.promise.id for row in broken}, actor=o.one, now=NOW)
    needs = {row.need for row in revoked if row.need}
    lost: Heard = [(need.resident, "need.promise_revoked") for need in needs]
    lost += [(row.pairing.resident, "visit.cancelled") for row in revoked if row.pairing]
    visits = [row for row in revoked if row.volunteer_id == o.volunteers[1].id]
    return [
        *lost,
        *[(o.giver, "promise.revoked")] * len(revoked),
        *[(o.visitor, "visit.revoked")] * len(visits),
    ]


def list_own(o: Office) -> list[m.Promise]:
    """What is asked of the coordinator's organisation and waits."""
    query = select(m.Promise).where(
        m.Promise.organisation_id == o.giver.organisation_id,
        m.Promise.state == m.PromiseState.AWAITING_GIVER,
    )
    return list(db.session.scalars(query.order_by(m.Promise.id)))


@step("promise.accept")
def say_yes(o: Office) -> Heard:
    rows = list_own(o)
    answering.accept(actor=o.giver, promise_ids=[row.id for row in rows], now=NOW)
    return [
        *[(need.resident, "need.agreed") for need in {row.need for row in rows if row.need}],
        *[(row.pairing.resident, "visit.agreed") for row in rows if row.pairing],
        *[(o.visitor, "visit.accepted") for row in rows if row.volunteer_id == o.volunteers[1].id],
    ]


def let_visitor_answer(o: Office) -> m.Promise:
    """A visit that waits, of the volunteer whose organisation lets its volunteers answer."""
    organisation_service.set_answers(actor=o.giver, now=NOW, are_volunteers=True)
    return next(row for row in list_own(o) if row.volunteer_id == o.volunteers[1].id)


@step("promise.accept")
def say_yes_oneself(o: Office) -> Heard:
    row = let_visitor_answer(o)
    answering.accept(actor=o.visitor, promise_ids=[row.id], now=NOW)
    kind = "need.agreed" if row.need else "visit.agreed"
    return [(row.asked.resident, kind), (o.giver, "promise.volunteer_yes")]


@step("promise.decline")
def say_no_oneself(o: Office) -> Heard:
    row = let_visitor_answer(o)
    answering.decline(actor=o.visitor, promise_id=row.id, now=NOW)
    return [(o.giver, "promise.volunteer_no")]


@step("promise.decline")
def say_no(o: Office) -> Heard:
    """Told once the place is free."""
    answering.decline(actor=o.giver, promise_id=list_own(o)[0].id, now=NOW)
    return []


@step("round.remind")
def remind(o: Office) -> Heard:
    day = min(row.answer_by for row in list_own(o) if row.answer_by)
    do_due(NOW + (day - NOW.date()))
    return [(o.giver, "round.answers_due")]


@step("round.remind_report")
def remind_of_a_report(o: Office) -> Heard:
    row = make_agreed(o)
    tomorrow = find_day(row) + timedelta(days=1)
    begin()
    reminding.remind_of_reports(row.run, tomorrow)
    comes = row.volunteer_id == o.volunteers[1].id
    heard = [o.giver, *([o.visitor] if comes else [])]
    return [(user, "round.reports_due") for user in heard]


@step("promise.expire")
def expire(o: Office) -> Heard:
    """Nobody answers: every place of the month is free again."""
    asked = select(m.Promise).where(m.Promise.state == m.PromiseState.AWAITING_GIVER)
    rows = list(db.session.scalars(asked))
    do_due(NOW + timedelta(days=7))
    own = [row for row in rows if row.organisation_id == o.giver.organisation_id]
    return [
        *[
            (need.resident, "need.promise_revoked")
            for need in {row.need for row in rows if row.need}
        ],
        *[(row.pairing.resident, "visit.cancelled") for row in rows if row.pairing],
        *[(o.giver, "promise.expired")] * len(own),
        *[(o.visitor, "visit.not_given") for row in rows if row.volunteer_id == o.volunteers[1].id],
        *[(worker, "round.places_free") for worker in (o.one, o.second)],
    ]


def lose_a_place(o: Office) -> m.MatchRound:
    """A giver says no for good: whoever was to come can still go to somebody else."""
    row = next(row for row in list_own(o) if row.volunteer_id == o.volunteers[1].id)
    answering.decline(actor=o.giver, promise_id=row.id, now=NOW)
    reason = m.DeclineReason.UNSUITABLE
    answering.say_why(actor=o.giver, promise_id=row.id, reason=reason, now=NOW)
    do_due(LATER)
    return row.run.match_round


@step("repair.finish")
def end_a_search(o: Office) -> Heard:
    month = lose_a_place(o)
    repair = repairs.start_repair(month, limit_seconds=9, actor=o.one, now=LATER)
    begin()
    repairs.give_up_repair(repair, now=LATER)
    return [(o.one, "repair.finished")]


def ask_for_a_pack(o: Office) -> m.MonthPack:
    [month] = db.session.scalars(select(m.MatchRound.month))
    wish = packs.PackWish(month, month, [m.PackPart.REPORT], "en")
    pack = packs.ask_for_pack(wish, actor=o.one, now=NOW)
    begin()
    return pack


@step("pack.finish")
def end_a_pack(o: Office) -> Heard:
    packs.give_up_pack(ask_for_a_pack(o), now=LATER)
    return [(o.one, "pack.finished")]


@step("pack.cancel")
def cancel_a_colleagues_pack(o: Office) -> Heard:
    packs.cancel_pack(ask_for_a_pack(o), actor=o.two, now=LATER)
    return [(o.one, "pack.finished")]


@step("repair.keep")
def keep_a_search(o: Office) -> Heard:
    repair = search_here(lose_a_place(o), o.one, LATER)
    begin()
    new = keeping.keep_repair(repair, actor=o.second, now=LATER)
    assert new
    own = [row for row in new if row.organisation_id == o.giver.organisation_id]
    visits = [row for row in own if row.volunteer_id == o.volunteers[1].id]
    return [
        *[(row.need.resident, "need.matched") for row in new if row.need],
        *[(o.giver, "promise.asked")] * len(own),
        *[(o.visitor, "visit.asked")] * len(visits),
    ]


def say_all_yes(o: Office) -> list[m.Promise]:
    """Every promise that waits, agreed to by its giver; those of one need and of one pairing."""
    asked = select(m.Promise).where(m.Promise.state == m.PromiseState.AWAITING_GIVER)
    rows = list(db.session.scalars(asked.order_by(m.Promise.id)))
    answering.accept(actor=o.giver, promise_ids=[row.id for row in list_own(o)], now=NOW)
    return [row for row in rows if row.state is m.PromiseState.AWAITING_RECIPIENT]


def list_helpers(o: Office, row: m.Promise, coordinators: str, visitors: str) -> Heard:
    """What the givers of one promise hear."""
    comes = row.volunteer_id == o.volunteers[1].id
    return [(o.giver, coordinators), *([(o.visitor, visitors)] if comes else [])]


def find_row(o: Office, *, of_pairing: bool) -> m.Promise:
    """A promise to somebody of the committee whose worker rings."""
    rows = [row for row in say_all_yes(o) if bool(row.pairing) is of_pairing]
    place = o.counter.committee_id
    return next(row for row in rows if row.asked.resident.household.committee_id == place)


@step("promise.agree")
def agree(o: Office) -> Heard:
    row = find_row(o, of_pairing=True)
    begin()
    agreeing.agree(actor=o.counter, promise_id=row.id, now=NOW)
    return [
        (row.asked.resident, "help.confirmed"),
        *list_helpers(o, row, "promise.agreed", "visit.confirmed"),
    ]


TERMS: dict[str, Any] = {"first_day": date(2026, 7, 20), "last_day": date(2026, 7, 20)}
HOURS: dict[str, Any] = {"starts_minute": 540, "ends_minute": 600}


def find_goods(o: Office) -> m.Promise:
    """Goods that the coordinator's organisation said yes to, with a place where it may give."""
    own = {row.id for row in list_own(o)}
    rows = [row for row in say_all_yes(o) if row.id in own]
    rows = [row for row in rows if row.asked.category.kind is m.OfferKind.GOODS]
    place = o.counter.committee_id
    row = max(rows, key=lambda row: row.asked.resident.household.committee_id == place)
    row.offer.place = m.Place(
        subdistrict_id=o.subdistrict.id,
        name_zh="大厅",
        name_en="Hall",
        address="1",
        hours_zh="",
        hours_en="",
        is_step_free=True,
        has_lift=True,
    )
    begin()
    return row


def fix_day(o: Office, row: m.Promise, **values: Any) -> None:
    terms = SessionTerms(place_id=row.offer.place_id, **{**TERMS, **HOURS, **values})
    month = row.run.match_round.month
    keys: dict[str, Any] = {"offer_id": row.offer_id, "month": month, "terms": terms}
    sessions.add_session(actor=o.giver, now=NOW, **keys)


def list_recipients(row: m.Promise, kind: str) -> Heard:
    """Everybody to whom the offer of a promise is given hears the same."""
    rows = db.session.scalars(select(m.Promise).where(m.Promise.offer_id == row.offer_id))
    return [(found.asked.resident, kind) for found in rows if found.last_day or found.session_id]


@step("session.add")
def add_session(o: Office) -> Heard:
    row = find_goods(o)
    fix_day(o, row)
    return list_recipients(row, "help.day_fixed")


@step("session.edit")
def edit_session(o: Office) -> Heard:
    row = find_goods(o)
    fix_day(o, row)
    begin()
    session = row.session
    assert session is not None
    terms = SessionTerms(place_id=session.place_id, **{**TERMS, **HOURS, "ends_minute": 660})
    sessions.edit_session(actor=o.giver, session_id=session.id, terms=terms, now=NOW)
    return list_recipients(row, "help.day_moved")


@step("place.edit")
def edit_place(o: Office) -> Heard:
    row = find_goods(o)
    fix_day(o, row)
    begin()
    terms = PlaceTerms(name_zh="大厅", name_en="Hall", address="乐善路2号")
    place_id = row.session.place_id if row.session else 0
    place_service.edit_place(actor=o.one, place_id=place_id or 0, terms=terms, now=NOW)
    return list_recipients(row, "help.day_moved")


@step("offer.edit")
def edit_where(o: Office) -> Heard:
    row = find_goods(o)
    fix_day(o, row)
    begin()
    offer = row.offer
    assert offer is not None
    names = ("title", "capacity_per_month", "valid_from", "valid_until", "place_id")
    kept: dict[str, Any] = {name: getattr(offer, name) for name in names}
    several = ("windows", "committees", "statuses")
    wide: dict[str, Any] = {name: tuple(getattr(offer, name)) for name in several}
    terms = OfferTerms(**kept, **wide, handing_over=offer.handing_over, bring="身份证")
    keys: dict[str, Any] = {"offer_id": offer.id, "version": offer.version}
    offer_service.edit_offer(actor=o.giver, terms=terms, now=NOW, **keys)
    return list_recipients(row, "help.day_moved")


@step("promise.move")
def move_to_session(o: Office) -> Heard:
    row = find_goods(o)
    for day in (20, 21):
        days = dict.fromkeys(("first_day", "last_day"), date(2026, 7, day))
        fix_day(o, row, **days)
    begin()
    [other] = seating.list_choices(row, NOW)
    seating.move(actor=o.counter, promise_id=row.id, session_id=other.id, now=NOW)
    return [(row.asked.resident, "help.day_moved"), (o.giver, "promise.moved")]


@step("promise.set_stay")
def set_stay(o: Office) -> Heard:
    row = find_goods(o)
    row.asked.category.kind, row.asked.category.unit = m.OfferKind.PLACE, "night"
    days = {"first": date(2026, 7, 20), "last": date(2026, 7, 22)}
    seating.set_stay(actor=o.giver, promise_id=row.id, now=NOW, **days)
    return [(row.asked.resident, "help.day_fixed")]


@step("offer.set_payday")
def set_payday(o: Office) -> Heard:
    row = find_goods(o)
    row.asked.category.kind, row.asked.category.unit = m.OfferKind.FUNDS, "fen"
    keys: dict[str, Any] = {"offer_id": row.offer_id, "month": row.run.match_round.month}
    seating.set_payday(actor=o.giver, day=date(2026, 7, 20), now=NOW, **keys)
    return list_recipients(row, "help.day_fixed")


def find_visit(o: Office) -> m.Promise:
    """A visit of the volunteer with an account, if there is one, to somebody of the committee."""
    own = {row.id for row in list_own(o)}
    place = o.counter.committee_id
    rows = [row for row in say_all_yes(o) if row.id in own and row.slot]
    rows = [row for row in rows if row.asked.resident.household.committee_id == place]
    return max(rows, key=lambda row: row.volunteer_id == o.volunteers[1].id)


def find_other(row: m.Promise) -> Moment:
    """A day of its month on which nobody is visited."""
    taken = {other.day for other in db.session.scalars(select(m.Promise))}
    open_days = appointing.list_open_days(row.run, NOW)
    return Moment(next(day for day in open_days if day not in taken), 600)


def ask_for_day(o: Office, side: m.PromiseSide) -> m.Promise:
    row = find_visit(o)
    values: dict[str, Any] = {"promise_id": row.id, "to": find_other(row), "now": NOW}
    if side is m.PromiseSide.RECIPIENT:
        appointing.ask_for_day(actor=o.counter, **values)
        return row
    agreeing.agree(actor=o.counter, promise_id=row.id, now=NOW)
    begin()
    appointing.set_day(actor=o.giver, **values)
    return row


@step("promise.set_day")
def set_day(o: Office) -> Heard:
    row = find_visit(o)
    begin()
    appointing.set_day(actor=o.giver, promise_id=row.id, to=find_other(row), now=NOW)
    return [(o.visitor, "visit.day_set")] if row.volunteer_id == o.volunteers[1].id else []


@step("promise.ask_day")
def ask_as_giver(o: Office) -> Heard:
    row = ask_for_day(o, m.PromiseSide.GIVER)
    return [(row.asked.resident, "help.day_asked")]


@step("promise.ask_day")
def ask_for_a_resident(o: Office) -> Heard:
    row = find_visit(o)
    begin()
    values: dict[str, Any] = {"promise_id": row.id, "to": find_other(row), "now": NOW}
    appointing.ask_for_day(actor=o.counter, **values)
    return [(o.giver, "promise.day_asked")]


def answer_day(o: Office, by: m.PromiseSide, answer: Callable[..., None]) -> m.Promise:
    asks = next(side for side in m.PromiseSide if side is not by)
    row = ask_for_day(o, asks)
    begin()
    actor = o.giver if by is m.PromiseSide.GIVER else o.counter
    answer(actor=actor, promise_id=row.id, side=by, now=NOW)
    return row


@step("promise.take_day")
def take_a_wish(o: Office) -> Heard:
    row = answer_day(o, m.PromiseSide.GIVER, appointing.take_day)
    comes = row.volunteer_id == o.volunteers[1].id
    heard = [(row.asked.resident, kind) for kind in ("help.confirmed", "help.day_taken")]
    visits = [(o.visitor, kind) for kind in ("visit.confirmed", "visit.day_set")]
    return [*heard, *(visits if comes else [])]


@step("promise.take_day")
def take_for_a_resident(o: Office) -> Heard:
    row = answer_day(o, m.PromiseSide.RECIPIENT, appointing.take_day)
    resident = (row.asked.resident, "help.day_taken")
    return [resident, *list_helpers(o, row, "promise.day_taken", "visit.day_set")]


@step("promise.keep_day")
def keep_against_a_wish(o: Office) -> Heard:
    row = answer_day(o, m.PromiseSide.GIVER, appointing.keep_day)
    return [(row.asked.resident, "help.day_kept")]


@step("promise.keep_day")
def keep_for_a_resident(o: Office) -> Heard:
    row = answer_day(o, m.PromiseSide.RECIPIENT, appointing.keep_day)
    return [(row.asked.resident, "help.day_kept"), (o.giver, "promise.day_kept")]


def make_agreed(o: Office) -> m.Promise:
    row = find_visit(o)
    agreeing.agree(actor=o.counter, promise_id=row.id, now=NOW)
    return row


@step("promise.deliver")
def deliver(o: Office) -> Heard:
    row = make_agreed(o)
    begin()
    proof = m.DeliveryProof.CALL
    values: dict[str, Any] = {"units": row.units, "proof": proof, "code": "", "now": find_day(row)}
    delivering.deliver(actor=o.counter, promise_id=row.id, **values)
    return [
        (row.asked.resident, "help.delivered"),
        *list_helpers(o, row, "promise.delivered", "visit.delivered"),
    ]


@step("offer.use_up")
def give_all_that_an_offer_has(o: Office) -> Heard:
    row = make_agreed(o)
    db.session.get_one(m.Offer, row.offer_id).stock = row.units
    begin()
    keys: dict[str, Any] = {"units": row.units, "proof": m.DeliveryProof.CALL, "code": ""}
    delivering.deliver(actor=o.counter, promise_id=row.id, now=find_day(row), **keys)
    return [
        (row.asked.resident, "help.delivered"),
        *list_helpers(o, row, "promise.delivered", "visit.delivered"),
        (o.giver, "offer.used_up"),
    ]


def find_day(row: m.Promise) -> datetime:
    return get_instant(row.day or date.min, 12 * 60)


@step("promise.feed_back")
def feed_back(o: Office) -> Heard:
    row = make_agreed(o)
    now = find_day(row)
    values: dict[str, Any] = {"units": row.units, "proof": m.DeliveryProof.CALL, "code": ""}
    delivering.deliver(actor=o.counter, promise_id=row.id, now=now, **values)
    begin()
    said: dict[str, Any] = {"face": m.Face.GOOD, "words": "", "now": now}
    delivering.feed_back(actor=o.counter, promise_id=row.id, **said)
    return [(o.giver, "promise.fed_back")]


def say_thanks(o: Office) -> m.Promise:
    """A visit was made, and its recipient's sentence may be passed on."""
    row = make_agreed(o)
    now = find_day(row)
    values: dict[str, Any] = {"units": row.units, "proof": m.DeliveryProof.CALL, "code": ""}
    delivering.deliver(actor=o.counter, promise_id=row.id, now=now, **values)
    said: dict[str, Any] = {"face": m.Face.GOOD, "words": "Thanks!", "now": now}
    delivering.feed_back(actor=o.counter, promise_id=row.id, may_pass_on=True, **said)
    begin()
    return row


@step("thanks.pass_on")
def pass_thanks_on(o: Office) -> Heard:
    row = say_thanks(o)
    keys: dict[str, Any] = {"thanks_id": row.thanks_id, "seen": "waiting", "now": find_day(row)}
    thanks.pass_on(actor=o.one, **keys)
    return list_helpers(o, row, "thanks.passed_on", "thanks.passed_on")


@step("promise.fail")
def let_a_visit_fail(o: Office) -> Heard:
    """What failed is told once its place is free."""
    row = make_agreed(o)
    now = find_day(row)
    reason = m.FailReason.GIVER_ABSENT
    do_due(now)  # what others did not answer in time ends by itself
    delivering.fail(actor=o.giver, promise_id=row.id, reason=reason, now=now)
    begin()
    do_due(now + timedelta(minutes=10))
    return [
        (row.asked.resident, "visit.cancelled" if row.pairing else "need.promise_revoked"),
        *list_helpers(o, row, "promise.failed", "visit.failed"),
        *list_office(o),
    ]


@step("round.close")
def close_a_month(o: Office) -> Heard:
    """A visit was agreed to, and nobody said what became of it; all else had ended before."""
    row = make_agreed(o)
    match_round = row.run.match_round
    end = get_instant(add_months(match_round.month, 1), 12 * 60)
    do_due(end)
    begin()
    closing.close_round(match_round, known_open=1, actor=o.one, now=end)
    return [
        (row.asked.resident, "visit.cancelled" if row.pairing else "need.promise_revoked"),
        *list_helpers(o, row, "promise.unreported", "visit.unreported"),
    ]


def enter_monthly(o: Office) -> m.Need:
    """A need of bags that comes back, checked at the counter."""
    heading = o.make.category(parent_id=None, code="aid", name_en="Aid")
    values: dict[str, Any] = {"kind": m.OfferKind.GOODS, "unit": "item", "parent_id": heading.id}
    bags = o.make.category(name_en="Bags", **values)
    o.make.offer(o.organisations[1], bags, capacity_per_month=2)
    answers = Answers(bags.id, 2, (), "每月两袋", date(2027, 6, 1))
    keys: dict[str, Any] = {"resident_id": o.residents[1].id, "channel": SPOKEN, "now": NOW}
    need = desk_service.post_on_behalf(actor=o.counter, answers=answers, **keys)
    day = queue_service.get_usual_reply_day(NOW)
    terms: dict[str, Any] = {"tier": 2, "reply_promised_on": day, "version": need.version}
    queue_service.verify_need(actor=o.counter, need_id=need.id, now=NOW, **terms)
    db.session.commit()
    return need


@step("need.repeat")
def bring_a_need_back(o: Office) -> Heard:
    """August gives; the list of September is opened."""
    need = enter_monthly(o)
    run = publish_month(o.make, o.subdistrict.id, date(2026, 8, 1))
    row = db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)).one()
    published_at = run.match_round.published_at or NOW
    answering.accept(actor=o.giver, promise_ids=[row.id], now=published_at)
    begin()
    freeze_service.open_round(month=date(2026, 9, 1), actor=o.one, now=published_at)
    return [(row.asked.resident, "need.repeated")]


REVIEW = get_instant(date(2027, 1, 4), 12 * 60)


@step("need.ask_repeat")
def ask_whether_a_need_comes_back(o: Office) -> Heard:
    enter_monthly(o)
    begin()
    repeating.review_needs(REVIEW)
    return [(worker, "need.review_repeat") for worker in (o.counter, o.colleague)]


@step("need.confirm_repeat")
def confirm_that_a_need_comes_back(o: Office) -> Heard:
    need = enter_monthly(o)
    repeating.review_needs(REVIEW)
    begin()
    repeating.confirm_repeat(actor=o.counter, need_id=need.id, now=REVIEW)
    return [(asker(o), "need.repeat_confirmed")]


@step("need.end_repeat")
def let_a_need_not_come_back(o: Office) -> Heard:
    need = enter_monthly(o)
    begin()
    repeating.end_repeat(actor=o.counter, need_id=need.id, now=NOW)
    return [(asker(o), "need.repeat_ended")]


@step("need.end_repeat")
def let_an_own_need_not_come_back(o: Office) -> Heard:
    need = enter_monthly(o)
    begin()
    repeating.end_repeat(actor=o.asker, need_id=need.id, now=NOW)
    return []


def keep_pairing(o: Office, act: Callable[..., m.Pairing], **values: Any) -> m.Pairing:
    return act(actor=o.one, now=NOW, **values)


@step("pairing.begin")
def enter_a_pairing(o: Office) -> Heard:
    terms = PairingTerms(
        resident=o.residents[2].reference,
        organisation_id=o.organisations[1].id,
        category_id=o.visit.id,
        programme=m.Programme.ELDER_VISIT,
        first_day=date(2026, 9, 1),
        last_day=None,
        care=Care(o.volunteers[1].reference, m.VisitFrequency.MONTHLY, 2, date(2027, 1, 1)),
    )
    keep_pairing(o, pairing_service.begin_pairing, terms=terms)
    return [
        (o.residents[2], "pairing.arranged"),
        (o.giver, "pairing.begun"),
        (o.visitor, "pairing.begun"),
    ]


@step("pairing.change")
def change_a_pairing(o: Office) -> Heard:
    """The visitor of before hears that the last day is set, not what follows."""
    care = Care("", m.VisitFrequency.WEEKLY, 2, date(2027, 1, 1))
    values: dict[str, Any] = {"pairing_id": o.pairing.id, "month": date(2026, 12, 1)}
    keep_pairing(o, pairing_service.change_pairing, care=care, **values)
    return [
        (asker(o), "pairing.rearranged"),
        (o.giver, "pairing.changed"),
        (o.visitor, "pairing.stopped"),
    ]


@step("pairing.change")
def change_the_visitor_of_a_pairing(o: Office) -> Heard:
    """To the one who comes instead the pairing is new."""
    new = o.make.volunteer(o.organisations[1])
    account = o.make.user(m.Role.VOLUNTEER, volunteer_id=new.id)
    care = Care(new.reference, m.VisitFrequency.MONTHLY, 2, date(2027, 1, 1))
    begin()
    values: dict[str, Any] = {"pairing_id": o.pairing.id, "month": date(2026, 12, 1)}
    keep_pairing(o, pairing_service.change_pairing, care=care, **values)
    return [
        (asker(o), "pairing.rearranged"),
        (o.giver, "pairing.changed"),
        (o.visitor, "pairing.stopped"),
        (account, "pairing.begun"),
    ]


@step("pairing.end")
def end_a_pairing(o: Office) -> Heard:
    values: dict[str, Any] = {"pairing_id": o.pairing.id, "known_breaks": 0}
    values["end"] = End(date(2026, 12, 1), m.PairingEnd.GIVER_WISH)
    keep_pairing(o, pairing_service.end_pairing, **values)
    return [
        (asker(o), "pairing.over"),
        (o.giver, "pairing.stopped"),
        (o.visitor, "pairing.stopped"),
    ]


@step("pairing.go_on")
def take_away_the_last_day_of_a_pairing(o: Office) -> Heard:
    end_a_pairing(o)
    begin()
    values: dict[str, Any] = {"pairing_id": o.pairing.id, "known_breaks": 0}
    keep_pairing(o, pairing_service.end_pairing, end=End(None, None), **values)
    return [
        (asker(o), "pairing.goes_on"),
        (o.giver, "pairing.kept"),
        (o.visitor, "pairing.kept"),
    ]


@step("need.carry")
def close_a_month_with_a_part_missing(o: Office) -> Heard:
    """Of two bags one came in August; the close says that the other waits on."""
    bags = o.make.category(name_en="Bags", kind=m.OfferKind.GOODS, unit="item")
    o.make.offer(o.organisations[1], bags, capacity_per_month=2)
    home, place = o.residents[1], o.committees[2].id
    need = o.make.need(home, bags, o.counter, place, quantity=2)
    run = publish_month(o.make, o.subdistrict.id, date(2026, 8, 1))
    row = db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)).one()
    end = get_instant(date(2026, 9, 1), 12 * 60)
    published_at = run.match_round.published_at or NOW
    answering.accept(actor=o.giver, promise_ids=[row.id], now=published_at)
    keys: dict[str, Any] = {"promise_id": row.id, "now": published_at}
    agreeing.agree(actor=o.counter, **keys)
    proof = m.DeliveryProof.CALL
    delivering.deliver(actor=o.counter, units=1, proof=proof, code="", **keys)
    do_due(end)
    begin()
    left = closing.count_open(run)
    closing.close_round(run.match_round, known_open=left, actor=o.one, now=end)
    return [(row.asked.resident, "need.carried")]


def list_office(o: Office) -> Heard:
    return [(worker, "round.places_free") for worker in (o.one, o.second)]


@step("promise.refuse")
def refuse_a_need(o: Office) -> Heard:
    row = find_row(o, of_pairing=False)
    begin()
    reason = m.DeclineReason.OTHER_HELP
    agreeing.refuse(actor=o.counter, promise_id=row.id, reason=reason, now=NOW)
    return [
        (row.asked.resident, "need.refused"),
        *list_helpers(o, row, "promise.refused", "visit.refused"),
        *list_office(o),
    ]


@step("promise.refuse")
def refuse_a_visit(o: Office) -> Heard:
    row = find_row(o, of_pairing=True)
    begin()
    reason = m.DeclineReason.AWAY
    agreeing.refuse(actor=o.counter, promise_id=row.id, reason=reason, now=NOW)
    return [
        (row.asked.resident, "visit.declined_for_you"),
        *list_helpers(o, row, "promise.refused", "visit.refused"),
        *list_office(o),
    ]


@step("promise.call_off")
def call_off(o: Office) -> Heard:
    row = find_row(o, of_pairing=False)
    agreeing.agree(actor=o.counter, promise_id=row.id, now=NOW)
    begin()
    reason = m.DeclineReason.AWAY
    agreeing.call_off(actor=o.counter, promise_id=row.id, reason=reason, now=NOW)
    return [
        (row.asked.resident, "need.refused"),
        *list_helpers(o, row, "promise.refused", "visit.refused"),
        *list_office(o),
    ]


def ring_in_vain(o: Office, row: m.Promise) -> None:
    for day in range(3):
        now = NOW + timedelta(days=day)
        agreeing.note_not_reached(actor=o.counter, promise_id=row.id, now=now)


@step("promise.not_reached")
def lose_a_need(o: Office) -> Heard:
    row = find_row(o, of_pairing=False)
    begin()
    ring_in_vain(o, row)
    return [
        (row.asked.resident, "need.not_reached"),
        *list_helpers(o, row, "promise.not_reached", "visit.refused"),
        *list_office(o),
    ]


@step("promise.not_reached")
def lose_a_visit(o: Office) -> Heard:
    row = find_row(o, of_pairing=True)
    begin()
    ring_in_vain(o, row)
    return [
        (row.asked.resident, "visit.nobody_reached"),
        *list_helpers(o, row, "promise.not_reached", "visit.refused"),
        *list_office(o),
    ]


# The walk.


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        yield app, Office(Factory(app))


@pytest.fixture
def office(site, monkeypatch):
    """The office as it was built; what a test does is undone."""
    app, office = site
    with app.app_context():
        monkeypatch.setattr(db.session, "commit", db.session.flush)
        yield office
        db.session.rollback()


def list_new() -> list[tuple[str, int, str]]:
    rows = db.session.scalars(select(m.Notice).where(m.Notice.id > db.session.info["last"]))
    return [_name_who(row) for row in rows]


def _name_who(row: m.Notice) -> tuple[str, int, str]:
    if row.resident_id is not None:
        return ("resident", row.resident_id, row.kind)
    return ("user_account", row.user_id or 0, row.kind)


WALK = [(action, act) for action, acts in STEPS.items() for act in acts]


@pytest.mark.parametrize(("action", "act"), WALK, ids=[f"{a}-{f.__name__}" for a, f in WALK])
def test_a_step_makes_one_notice_for_each_who_has_part_in_it(office, action, act):
    begin()
    before = set(db.session.scalars(select(m.AuditEvent.id)))
    heard = Counter((who.__tablename__, who.id, kind) for who, kind in act(office))
    db.session.flush()
    events = db.session.execute(select(m.AuditEvent.id, m.AuditEvent.action))
    assert action in {name for key, name in events if key not in before}
    assert Counter(list_new()) == heard


def test_every_action_has_a_step_or_a_reason_for_silence():
    unsaid = [
        action
        for action in (*ACTION_WORDS, "round.lift-override")
        if action not in STEPS and not {action, action.partition(".")[0]} & SILENT.keys()
    ]
    assert unsaid == []
    assert STEPS.keys() & SILENT.keys() <= {"need.keep"}


def test_every_kind_of_notice_has_words_and_a_writer_and_every_word_a_kind():
    text = "\n".join(
        source.path.read_text()
        for source in list_sources("matchmaker")
        if not source.name.endswith("notices/words.py")
    )
    steps = {f"{name}.{step}" for name in ("organisation", "volunteer") for step in _list_steps()}
    unwritten = [kind for kind in NOTICE_WORDS if f'"{kind}"' not in text and kind not in steps]
    assert unwritten == []


def _list_steps() -> list[str]:
    return ["approve", "return", "suspend", "reinstate", *VolunteerStep, "go_away", "stay"]


def test_no_two_valid_notices_say_one_thing_twice(office):
    """Whatever comes again makes the earlier one void."""
    for _ in range(2):
        publication.publish_run(office.withdraw(), actor=office.two, now=NOW)
        move(office, VolunteerStep.PAUSE, VolunteerStep.RESUME)
    rows = db.session.scalars(select(m.Notice).where(m.Notice.void_at.is_(None)))
    said = Counter((*_name_who(row), row.subject_type, row.subject_id) for row in rows)
    assert [key for key, count in said.items() if count > 1] == []


def test_a_disabled_account_hears_nothing(office):
    begin()
    db.session.execute(update(m.User).where(m.User.id == office.giver.id).values(disabled_at=NOW))
    begin()
    publication.publish_run(office.withdraw(), actor=office.two, now=NOW)
    assert [row for row in list_new() if row[:2] == ("user_account", office.giver.id)] == []

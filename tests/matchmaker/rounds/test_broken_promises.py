"""Each step of a giver or about a resident × locked, solved, published: no promise is left open
that points at something which cannot keep it, unless the office has it on its list."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.endings import service as ending_service
from matchmaker.needs import desk_service
from matchmaker.needs.states import NEED_STATES
from matchmaker.offers import approval_service
from matchmaker.offers import service as offer_service
from matchmaker.offers.states import OFFER_STATES, OfferStep, follow_calendar
from matchmaker.offers.terms import OfferTerms
from matchmaker.organisations import service as organisation_service
from matchmaker.organisations.states import ORGANISATION_STATES, OrganisationStep
from matchmaker.promises.present import RECEIVER_GONE, list_broken
from matchmaker.residents import statuses
from matchmaker.residents.statuses import STATUS_STATES, StatusStep
from matchmaker.rounds.publish import keeping, publication
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.volunteers import absences
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.profile import VolunteerProfile
from matchmaker.volunteers.states import VOLUNTEER_STATES, VolunteerStep
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.matchmaker.rounds.free_places import search_here
from tests.matchmaker.rounds.small_month import SmallMonth
from tests.matchmaker.rounds.whole_month import assert_ledger_is_whole, read_broken

MANY = 99  # the page said as many: the person knows
EVE, LAST_DAY = date(2026, 6, 30), date(2026, 7, 31)


class Office(SmallMonth):
    """The small month; goods are for people who live alone, visits by whoever shows a paper."""

    def __init__(self, make: Factory) -> None:
        super().__init__(make)
        make.category(code="errands", parent_id=self.visit.parent_id)
        with make.context():
            visit = db.session.get_one(m.ServiceCategory, self.visit.id)
            visit.qualification = m.Qualification.MEDICAL
            db.session.commit()
        for volunteer in self.volunteers.values():
            make.add(
                m.VolunteerQualification(
                    volunteer_id=volunteer.id, qualification=m.Qualification.MEDICAL
                )
            )
        for number in (3, 4, 5):
            make.add(
                m.RecipientStatus(
                    resident_id=self.residents[number].id,
                    kind=m.StatusKind.LIVING_ALONE,
                    evidence="seen at home",
                    verified_by_id=self.first.id,
                    verified_at=NOW,
                )
            )
        self.coordinator = make.user(m.Role.COORDINATOR, organisation_id=self.organisations[1].id)
        self.third = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        self.worker, self.colleague = (
            make.user(m.Role.COMMITTEE_WORKER, committee_id=self.committees[2].id) for _ in "ab"
        )

    def _write_offer(self, name: str) -> m.Offer:
        if name != "goods":
            return super()._write_offer(name)
        return self.make.offer(
            self.organisations[1], self.goods, capacity_per_month=2,
            statuses=[m.StatusKind.LIVING_ALONE.value], valid_until=LAST_DAY,
        )  # fmt: skip


Step = Callable[[Office, Factory], None]


def name_step(step: object) -> str:
    """Members of different enums are equal when their values are: the class keeps them apart."""
    return step if type(step) is str else f"{type(step).__name__}.{step}"


def edit_offer(**changed: object) -> Step:
    def act(office: Office, make: Factory) -> None:
        offer = make.get(m.Offer, office.offers["goods"].id)
        terms: dict[str, Any] = {
            "title": offer.title, "capacity_per_month": 2, "valid_from": offer.valid_from,
            "valid_until": LAST_DAY, "statuses": (m.StatusKind.LIVING_ALONE.value,),
        }  # fmt: skip
        offer_service.edit_offer(
            actor=get(office.coordinator), now=NOW, offer_id=offer.id, version=offer.version,
            terms=OfferTerms(**{**terms, **changed}),
        )  # fmt: skip

    return act


def move_offer(service: Callable, **values: object) -> Step:
    def act(office: Office, make: Factory) -> None:
        offer = make.get(m.Offer, office.offers["goods"].id)
        by_office = service in (approval_service.approve_offer, approval_service.return_offer)
        service(
            actor=get(office.first if by_office else office.coordinator), now=NOW,
            offer_id=offer.id, version=offer.version, **values,
        )  # fmt: skip

    return act


def move_volunteer(step: VolunteerStep) -> Step:
    def act(office: Office, _make: Factory) -> None:
        volunteer_service.move_volunteer(
            actor=get(office.coordinator), now=NOW, volunteer_id=office.volunteers[1].id,
            step=step, known_breaks=MANY,
        )  # fmt: skip

    return act


def edit_volunteer(**changed: object) -> Step:
    profile: dict[str, Any] = {
        "name": "V", "visits_per_month": 1, "categories": ("elder_visit",),
        "windows": (m.Window.WEEKDAY_AM.value, m.Window.SATURDAY_AM.value),
        "qualifications": {m.Qualification.MEDICAL: None},
    }  # fmt: skip

    def act(office: Office, _make: Factory) -> None:
        volunteer_service.edit_volunteer(
            actor=get(office.coordinator), now=NOW, volunteer_id=office.volunteers[1].id,
            profile=VolunteerProfile(**{**profile, **changed}), accepts_breaks=True,
        )  # fmt: skip

    return act


def go_away(first: date, last: date) -> Step:
    def act(office: Office, make: Factory) -> None:
        absences.enter_absence(
            make.get(m.Volunteer, office.volunteers[1].id), first_day=first, last_day=last,
            actor=get(office.coordinator), now=NOW, accepts_breaks=True,
        )  # fmt: skip

    return act


def stay(office: Office, _make: Factory) -> None:
    for row in db.session.scalars(select(m.VolunteerAbsence)).all():
        absences.take_back_absence(row.id, actor=get(office.coordinator), now=NOW)
    db.session.expire_all()  # as a commit does


def move_organisation(service: Callable, **values: object) -> Step:
    def act(office: Office, _make: Factory) -> None:
        service(
            actor=get(office.first), now=NOW, organisation_id=office.organisations[1].id, **values
        )

    return act


def move_status(service: Callable, **values: object) -> Step:
    def act(office: Office, _make: Factory) -> None:
        resident = office.residents[3]
        query = select(m.RecipientStatus.id).where(m.RecipientStatus.resident_id == resident.id)
        service(
            actor=get(office.worker), now=NOW, resident_id=resident.id,
            status_id=db.session.scalar(query), **values,
        )  # fmt: skip

    return act


def record_status(office: Office, _make: Factory) -> None:
    statuses.record_status(
        actor=get(office.colleague), resident_id=office.residents[3].id, evidence="again",
        kind=m.StatusKind.LIVING_ALONE, valid_until=None, now=NOW,
    )  # fmt: skip


def withdraw_need(office: Office, _make: Factory) -> None:
    desk_service.withdraw_need(actor=get(office.worker), need_id=office.needs[3].id, now=NOW)


def stop_contact(office: Office, _make: Factory) -> None:
    ending_service.stop_contact(
        actor=get(office.worker), resident_id=office.residents[3].id,
        reason=m.ContactEnd.WISH, now=NOW,
    )  # fmt: skip


def get(user: m.User) -> m.User:
    return db.session.get_one(m.User, user.id)


def pass_time(_office: Office, _make: Factory) -> None:
    follow_calendar(now=NOW + timedelta(days=40))


_SUSPEND = move_organisation(
    organisation_service.suspend_organisation, reason="x", known_breaks=MANY
)
_PAUSE = move_offer(offer_service.pause_offer, known_breaks=MANY)
_END = move_status(statuses.end_status, known_breaks=MANY)
# Every step of the four machines that a giver's or a resident's row goes through, after those that
# bring it there; a step without a row here fails the test below.
_STEPS: tuple[tuple[object, tuple[Step, ...]], ...] = (
    (OfferStep.EDIT, (edit_offer(title="renamed"),)),
    (
        OfferStep.RETURN,
        (
            edit_offer(title="renamed"),
            move_offer(approval_service.return_offer, reason="x"),
        ),
    ),
    (
        OfferStep.SUBMIT,
        (
            edit_offer(title="renamed"),
            move_offer(approval_service.return_offer, reason="x"),
            move_offer(offer_service.submit_offer),
        ),
    ),
    (
        OfferStep.APPROVE,
        (
            edit_offer(title="renamed"),
            move_offer(approval_service.approve_offer),
        ),
    ),
    (OfferStep.PAUSE, (_PAUSE,)),
    (OfferStep.RESUME, (_PAUSE, move_offer(offer_service.resume_offer))),
    (OfferStep.OPEN, (_PAUSE, move_offer(offer_service.resume_offer))),
    (OfferStep.WITHDRAW, (move_offer(offer_service.withdraw_offer, known_breaks=MANY),)),
    (OfferStep.EXPIRE, (pass_time,)),
    (VolunteerStep.EDIT, (edit_volunteer(windows=(m.Window.SUNDAY_PM.value,)),)),
    (VolunteerStep.PAUSE, (move_volunteer(VolunteerStep.PAUSE),)),
    (
        VolunteerStep.RESUME,
        (
            move_volunteer(VolunteerStep.PAUSE),
            move_volunteer(VolunteerStep.RESUME),
        ),
    ),
    (VolunteerStep.LEAVE, (move_volunteer(VolunteerStep.LEAVE),)),
    (
        VolunteerStep.REJOIN,
        (
            move_volunteer(VolunteerStep.LEAVE),
            move_volunteer(VolunteerStep.REJOIN),
        ),
    ),
    (OrganisationStep.SUSPEND, (_SUSPEND,)),
    (
        OrganisationStep.REINSTATE,
        (
            _SUSPEND,
            move_organisation(organisation_service.reinstate_organisation),
        ),
    ),
    (StatusStep.END, (_END,)),
    (StatusStep.VERIFY, (record_status, move_status(statuses.verify_status))),
    ("status.record", (record_status,)),
    (m.NeedState.WITHDRAWN, (withdraw_need,)),
    (m.NeedState.CLOSED, (stop_contact,)),
    ("offer.lower", (edit_offer(capacity_per_month=1),)),
    (
        "offer.lower_and_approve",
        (
            edit_offer(capacity_per_month=1),
            move_offer(approval_service.approve_offer),
        ),
    ),
    (
        "offer.other_place_and_approve",
        (
            edit_offer(committees=("C01",)),
            move_offer(approval_service.approve_offer),
        ),
    ),
    ("offer.shorten", (edit_offer(valid_from=date(2026, 8, 1), valid_until=None),)),
    ("offer.other_people", (edit_offer(statuses=(m.StatusKind.DISABLED.value,)),)),
    ("volunteer.away", (go_away(date(2026, 7, 1), LAST_DAY),)),
    ("volunteer.away_on_a_day", (go_away(date(2026, 7, 7), date(2026, 7, 7)),)),
    ("volunteer.other_place", (edit_volunteer(committees=("C01",)),)),
    ("volunteer.other_work", (edit_volunteer(categories=("errands",)),)),
    ("volunteer.away_and_back", (go_away(date(2026, 7, 1), LAST_DAY), stay)),
    ("volunteer.no_paper", (edit_volunteer(qualifications={}),)),
    ("volunteer.paper_over", (edit_volunteer(qualifications={m.Qualification.MEDICAL: EVE}),)),
)
STEPS = {name_step(step): acts for step, acts in _STEPS}
# Steps of rows that no promise can point at yet, or any more.
BEFORE_OR_AFTER = [
    OrganisationStep.APPROVE, OrganisationStep.RETURN, m.NeedState.SUBMITTED,
    m.NeedState.RETURNED, m.NeedState.VERIFIED, m.NeedState.OPEN, m.NeedState.IN_ROUND,
    m.NeedState.MATCHED, m.NeedState.SERVED, m.NeedState.PARTLY_SERVED,
    m.NeedState.REFERRED, m.NeedState.EXPIRED, OfferStep.USE_UP, OfferStep.ADD, OfferStep.REOPEN,
]  # fmt: skip
STAGES = ("locked", "solved", "published")
# One step or two of each kind of row: an offer, its organisation, a volunteer, a status, a need.
QUICK_ON_POSTGRES = {
    "offer.lower_and_approve",
    "OrganisationStep.suspend",
    "volunteer.paper_over",
    "VolunteerStep.leave",
    "StatusStep.end",
    "NeedState.closed",
}
# Once published, what is promised is not edited away, and who is promised help answers it.
REFUSED = {
    "offer.lower": "offer.promised_more",
    "offer.lower_and_approve": "offer.promised_more",
    "offer.other_place_and_approve": "offer.promised",
    "offer.shorten": "offer.promised",
    "offer.other_people": "offer.promised",
    "NeedState.withdrawn": "need.state",
}
# Why promises cannot be kept after a step; after the other steps all can.
REASONS = {
    "OfferStep.edit": m.RevokeReason.OFFER_UNAPPROVED,
    "OfferStep.return": m.RevokeReason.OFFER_UNAPPROVED,
    "OfferStep.submit": m.RevokeReason.OFFER_UNAPPROVED,
    "OfferStep.pause": m.RevokeReason.OFFER_PAUSED,
    "OfferStep.withdraw": m.RevokeReason.OFFER_WITHDRAWN,
    "OfferStep.expire": m.RevokeReason.OFFER_OVER,
    "VolunteerStep.edit": m.RevokeReason.VOLUNTEER_CHANGED,
    "VolunteerStep.pause": m.RevokeReason.VOLUNTEER_PAUSED,
    "VolunteerStep.leave": m.RevokeReason.VOLUNTEER_LEFT,
    "OrganisationStep.suspend": m.RevokeReason.ORGANISATION_SUSPENDED,
    "StatusStep.end": m.RevokeReason.STATUS_OVER,
    "status.record": m.RevokeReason.STATUS_OVER,
    "NeedState.withdrawn": m.RevokeReason.NEED_WITHDRAWN,
    "NeedState.closed": m.RevokeReason.CONTACT_ENDED,
    "offer.lower": m.RevokeReason.OFFER_UNAPPROVED,
    "offer.lower_and_approve": m.RevokeReason.OFFER_LOWERED,
    "offer.other_place_and_approve": m.RevokeReason.OFFER_CHANGED,
    "offer.shorten": m.RevokeReason.OFFER_UNAPPROVED,
    "offer.other_people": m.RevokeReason.OFFER_UNAPPROVED,
    "volunteer.away": m.RevokeReason.VOLUNTEER_AWAY,
    "volunteer.other_place": m.RevokeReason.VOLUNTEER_CHANGED,
    "volunteer.other_work": m.RevokeReason.VOLUNTEER_CHANGED,
    "volunteer.no_paper": m.RevokeReason.PROOF_OVER,
    "volunteer.paper_over": m.RevokeReason.PROOF_OVER,
}
# Reasons that no step here leads to: what the office has not, or what no service allows.
UNSEEN = {
    m.RevokeReason.PAIRING_ENDED: "the office has no pairing",
    m.RevokeReason.AGREEMENT_OVER: "the office has no pairing: see test_pairing_terms.py",
    m.RevokeReason.DAYS_OVER: "the steps are taken before the month's last day",
    m.RevokeReason.VOLUNTEER_ELSEWHERE: "each person has one entry",
    m.RevokeReason.VISITS_LOWERED: "each visitor makes one visit, the least there is: see below",
    m.RevokeReason.REST_TOO_LITTLE: "each help is one promise",
}


def list_expected(step: str, stage: str) -> set[m.RevokeReason]:
    """The reasons after a step. A contact that ends takes along the promises that there are."""
    is_refused = stage == "published" and step in REFUSED
    if is_refused or (step == "NeedState.closed" and stage != "locked"):
        return set()
    return {REASONS[step]} if step in REASONS else set()


def test_each_reason_is_seen_after_a_step_or_there_is_a_reason_why_not():
    assert REASONS.keys() <= STEPS.keys()
    assert set(REASONS.values()) | UNSEEN.keys() == set(m.RevokeReason)
    assert set(REASONS.values()) & UNSEEN.keys() == set()


def test_every_step_of_the_machines_is_tried():
    machines = (OFFER_STATES, VOLUNTEER_STATES, ORGANISATION_STATES, STATUS_STATES, NEED_STATES)
    steps = {name_step(step) for machine in machines for step in machine.table}
    tried = STEPS.keys() | {name_step(step) for step in BEFORE_OR_AFTER}
    assert steps - tried == set()


def list_cases(*stages: str) -> Iterator[ParameterSet]:
    """Each step at each of the stages on both databases, and which of them the quick run has."""
    for stage, step in product(stages, STEPS):
        yield pytest.param(f"sqlite {stage}", step, marks=pytest.mark.one_in(3))
        marks = [pytest.mark.postgres]
        if step not in QUICK_ON_POSTGRES:
            marks.append(pytest.mark.slow)
        yield pytest.param(f"postgres {stage}", step, marks=marks)


@pytest.fixture(scope="module")
def offices(request, tmp_path_factory):
    """The office by database and stage, each built when the first test asks for it."""
    with ExitStack() as opened_apps:

        @cache
        def build(database: str, stage: str) -> tuple[Office, Factory, str]:
            folder = tmp_path_factory.mktemp(stage)
            copy = request.getfixturevalue(f"{database}_copier")
            url = copy(folder) if database == "sqlite" else copy()
            app = opened_apps.enter_context(opened(make_app(url, folder)))
            office = Office(Factory(app))
            with app.app_context():
                bring_to(office, stage)
            return office, Factory(app), stage

        yield build


def bring_to(office: Office, stage: str) -> None:
    match_round = office.freeze()
    if stage != "locked":
        run = office.solve(match_round)
    if stage == "published":
        publication.publish_run(run, actor=office.two, now=NOW)
    db.session.commit()


@pytest.fixture
def world(request, offices):
    """The office at one stage; each case works in a transaction that is rolled back."""
    return offices(*request.param.split())


def list_unkeepable() -> set[int]:
    """Open promises whose rows cannot keep them, read row by row."""
    return {row.id for row in db.session.scalars(select(m.Promise)) if not is_kept(row)}


def is_kept(row: m.Promise) -> bool:
    need, offer, person = row.need, row.offer, row.volunteer
    if row.state not in (m.PromiseState.PROPOSED, m.PromiseState.AWAITING_GIVER):
        return True  # nobody counts on it
    held = {
        status.kind.value
        for status in need.resident.statuses
        if status.verified_at and (status.valid_until is None or status.valid_until >= LAST_DAY)
    }
    same = select(m.Promise).where(m.Promise.offer_id == offer.id, m.Promise.state == row.state)
    given = sum(other.units for other in db.session.scalars(same))
    return all(
        (
            row.organisation.state is m.OrganisationState.APPROVED,
            need.state in (m.NeedState.IN_ROUND, m.NeedState.MATCHED),
            offer.state in (m.OfferState.APPROVED, m.OfferState.OPEN),
            not offer.statuses or held & set(offer.statuses),
            given <= offer.capacity_per_month,
            not offer.committees or need.committee.code in offer.committees,
            person is None or person.state is m.VolunteerState.ACTIVE,
            person is None or row.slot.partition("-")[2] in person.windows,
            person is None or has_day(row, person),
            person is None or need.category.code in person.categories,
            person is None or not person.committees or need.committee.code in person.committees,
        )
    )


def has_day(row: m.Promise, person: m.Volunteer) -> bool:
    """Whether, on one of the days, the person is there and has the paper that is asked for."""
    asked = row.need.category.qualification
    papers = [paper for paper in person.qualifications if paper.qualification is asked]
    days = [date.fromisoformat(day) for day in row.days]
    return any(
        not any(day in away for away in person.absences)
        and any(paper.expires_on is None or day <= paper.expires_on for paper in papers)
        for day in days
    )


@pytest.fixture
def stage(world, monkeypatch):
    office, make, name = world
    with make.context():
        monkeypatch.setattr(db.session, "commit", db.session.flush)  # a job that is taken commits
        yield office, make, name
        db.session.rollback()


def take_steps(office: Office, make: Factory, step: str) -> str:
    """Take the steps, whole or not at all; returns the code of a refusal."""
    try:
        with db.session.begin_nested():
            for act in STEPS[step]:
                act(office, make)
    except (InvalidError, ConflictError) as error:
        return error.code
    return ""


def try_to_publish(run: m.RoundRun, actor: m.User) -> str:
    try:
        with db.session.begin_nested():
            publication.publish_run(run, actor=actor, now=NOW)
    except ConflictError as error:
        return error.code
    return ""


@pytest.mark.parametrize(("world", "step"), [*list_cases(*STAGES)], indirect=["world"])
def test_no_open_promise_points_at_what_cannot_keep_it(stage, step):
    office, make, name = stage
    refusal = take_steps(office, make, step)
    assert refusal == (REFUSED.get(step, "") if name == "published" else "")
    match_round = db.session.scalars(select(m.MatchRound)).one()
    run = match_round.runs[0] if match_round.runs else office.solve(match_round)
    broken = read_broken(run, NOW)
    assert {row.reason for row in broken} == list_expected(step, name)
    unkeepable = list_unkeepable()
    assert {row.promise.id for row in broken} <= unkeepable  # of a surplus only some give way
    assert bool(broken) == bool(unkeepable)
    asked = {row.promise.id for row in broken if row.reason not in RECEIVER_GONE}
    if name != "published":
        assert try_to_publish(run, office.two) == ("run.promises_broken" if asked else "")
    if asked:
        revoke_broken(run, asked, actor=office.one, now=NOW)
    if name == "published":
        assert_ledger_is_whole(run)
    if name != "published" and asked:
        assert try_to_publish(run, office.two) == ""
    db.session.flush()
    assert list_unkeepable() == set()


@pytest.mark.parametrize(("world", "step"), [*list_cases("published")], indirect=["world"])
def test_a_giver_that_a_search_finds_after_any_step_can_keep_it(stage, step):
    """Free places are offered only to givers who, as things are now, can come."""
    office, make, _name = stage
    assert take_steps(office, make, step) == REFUSED.get(step, "")
    run = db.session.scalars(select(m.RoundRun)).one()
    asked = {row.promise.id for row in list_broken(run, NOW) if row.reason not in RECEIVER_GONE}
    if asked:
        revoke_broken(run, asked, actor=office.one, now=NOW)
    later = NOW + timedelta(days=2)
    repair = search_here(run.match_round, office.two, later)
    new = keeping.keep_repair(repair, actor=get(office.third), now=later)
    assert {row.promise.id for row in list_broken(run, later)}.isdisjoint(row.id for row in new)
    assert list_unkeepable() == set()


@pytest.mark.parametrize("world", ["sqlite solved", "sqlite published"], indirect=True)
def test_a_visit_above_what_its_visitor_now_gives_cannot_be_kept(stage):
    office, make, _name = stage
    run = db.session.scalars(select(m.RoundRun)).one()
    visitor = make.get(m.Volunteer, office.volunteers[1].id)
    with db.session.no_autoflush:  # no row of a volunteer may say none
        visitor.visits_per_month = 0
        broken = list_broken(run, NOW)
        db.session.expire(visitor)
    assert [row.reason for row in broken] == [m.RevokeReason.VISITS_LOWERED]
    assert broken[0].promise.volunteer_id == office.volunteers[1].id

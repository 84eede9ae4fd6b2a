"""A published month of two givers, in which places become free and others are found."""

import json
from datetime import date, datetime, timedelta

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering
from matchmaker.assignments.due import do_due
from matchmaker.base.extensions import db
from matchmaker.rounds.publish import keeping
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.rounds.solve import jobs, repairs
from matchmaker.volunteers import absences
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.states import VolunteerStep
from optimizer.limits import Limits
from optimizer.process.work import work
from optimizer.report import SolveReport
from tests.factories import NOW, Factory
from tests.run_factories import publish_month

JULY = date(2026, 7, 1)
LATER = NOW + timedelta(minutes=30)
WINDOWS = [window.value for window in m.Window]


class FreePlaces:
    """Two organisations with two visitors and rice each; what is asked, the tests say."""

    def __init__(self, make: Factory, *, visitors: int = 2, rice: int = 4) -> None:
        self.make = make
        self.subdistrict = make.subdistrict()
        self.committee = make.committee(self.subdistrict, name_en="Wutong")
        role = m.Role.SOCIAL_WORKER
        self.worker = make.user(role, subdistrict_id=self.subdistrict.id, name="Wu One")
        self.second = make.user(role, subdistrict_id=self.subdistrict.id, name="Wu Two")
        self.visit = make.category(name_en="Elder visit")
        self.pair = make.category(name_en="Moving", people_per_visit=2)
        self.goods = make.category(
            name_en="Rice", kind=m.OfferKind.GOODS, unit="item", least_quantity=1
        )
        self.organisations = [self._hire(k, visitors, rice) for k in range(2)]

    def _hire(self, k: int, visitors: int, rice: int) -> m.Organisation:
        make = self.make
        organisation = make.organisation(self.subdistrict, name_en=f"Giver {k}")
        for n in range(visitors):
            make.volunteer(
                organisation,
                name=f"Visitor {k}{n}",
                categories=[self.visit.code, self.pair.code],
                windows=WINDOWS,
                visits_per_month=1,
            )
        for category, capacity in ((self.visit, 9), (self.pair, 9), (self.goods, rice)):
            make.offer(organisation, category, capacity_per_month=capacity)
        return organisation

    def ask(self, category: m.ServiceCategory | None = None, **values) -> m.Need:
        resident = self.make.resident(self.make.household(self.committee, block="Lane 8"))
        asked = category or self.visit
        return self.make.need(resident, asked, self.worker, self.committee.id, **values)

    def pair_up(self, resident: m.Resident | None = None) -> m.Pairing:
        """A visit of the first giver is due in the month; the giver sends whom it likes."""
        home = self.make.household(self.committee, block="Lane 9")
        row = m.Pairing(
            reference=f"P{home.id:04d}",
            organisation_id=self.organisations[0].id,
            resident_id=(resident or self.make.resident(home)).id,
            category_id=self.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.MONTHLY,
            starts_on=date(2026, 1, 1),
            review_on=date(2026, 12, 1),
            lot=f"{home.id:016x}",
        )
        return self.make.add(row)

    def publish(self) -> None:
        self.run_id = publish_month(self.make, self.subdistrict.id, JULY).id

    @property
    def run(self) -> m.RoundRun:
        return db.session.get_one(m.RoundRun, self.run_id)

    @property
    def month(self) -> m.MatchRound:
        return self.run.match_round

    def act(self, user: m.User) -> m.User:
        return db.session.get_one(m.User, user.id)

    def list_promises(self, asked: m.Need | None = None) -> list[m.Promise]:
        query = select(m.Promise).order_by(m.Promise.id)
        if asked is not None:
            query = query.where(m.Promise.need_id == asked.id)
        return list(db.session.scalars(query))

    # Events.

    def decline(self, row: m.Promise, reason: m.DeclineReason | None = None) -> None:
        """The giver says no, and why, and does not take it back in time."""
        giver = self.make_giver(row.organisation_id)
        answering.decline(actor=giver, promise_id=row.id, now=NOW)
        if reason is not None:
            answering.say_why(actor=giver, promise_id=row.id, reason=reason, now=NOW)
        do_due(LATER)

    def accept(self, *rows: m.Promise) -> None:
        for row in rows:
            giver = self.make_giver(row.organisation_id)
            answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
        db.session.flush()

    def refuse(self, row: m.Promise, reason: m.DeclineReason) -> None:
        actor = self._make_resident(row)
        agreeing.refuse(actor=actor, promise_id=row.id, reason=reason, now=LATER)

    def call_off(self, row: m.Promise) -> None:
        """The recipient agrees, and says no after all."""
        actor = self._make_resident(row)
        agreeing.agree(actor=actor, promise_id=row.id, now=LATER)
        reason = m.DeclineReason.NO_LONGER_NEEDED
        agreeing.call_off(actor=actor, promise_id=row.id, reason=reason, now=LATER)

    def revoke(self, row: m.Promise) -> None:
        """The visitor leaves the organisation, and the office revokes the visit."""
        volunteer_service.move_volunteer(
            actor=self.make_giver(row.organisation_id),
            now=NOW,
            volunteer_id=row.volunteer_id,
            step=VolunteerStep.LEAVE,
            known_breaks=1,
        )
        revoke_broken(self.run, [row.id], actor=self.act(self.worker), now=NOW)

    def miss(self, row: m.Promise) -> None:
        """Nobody answers the phone, on three days."""
        actor = self.act(self.make_counter())
        for day in range(3):
            now = LATER + timedelta(days=day)
            agreeing.note_not_reached(actor=actor, promise_id=row.id, now=now)

    def make_giver(self, organisation_id: int) -> m.User:
        user = self.make.user(m.Role.COORDINATOR, organisation_id=organisation_id)
        return self.act(user)

    def make_counter(self) -> m.User:
        return self.make.user(m.Role.COMMITTEE_WORKER, committee_id=self.committee.id)

    def _make_resident(self, row: m.Promise) -> m.User:
        return self.act(self.make.user(m.Role.RESIDENT, resident_id=row.asked.resident_id))

    def make_away(self, reference: str) -> None:
        """A volunteer is away for the rest of the month."""
        query = select(m.Volunteer).where(m.Volunteer.reference == reference)
        volunteer = db.session.scalars(query).one()
        absences.enter_absence(
            volunteer,
            first_day=date(2026, 7, 7),
            last_day=date(2026, 7, 31),
            actor=self.make_giver(volunteer.organisation_id),
            now=LATER,
            accepts_breaks=True,
        )

    # The search.

    def search(self, now: datetime = LATER) -> m.RoundRepair:
        return search_here(self.month, self.act(self.worker), now)

    def keep(self, repair: m.RoundRepair, now: datetime = LATER) -> list[m.Promise]:
        return keeping.keep_repair(repair, actor=self.act(self.second), now=now)


def search_here(match_round: m.MatchRound, actor: m.User, now: datetime) -> m.RoundRepair:
    """A search that is worked on here."""
    repair = repairs.start_repair(match_round, limit_seconds=60, actor=actor, now=now)
    jobs.take_job(repairs.get_repair_job(repair).id, lease_seconds=60, now=now)
    repairs.finish_repair(repair, solve_repair(repair), now=now)
    db.session.flush()
    return repair


def solve_repair(repair: m.RoundRepair) -> SolveReport:
    """What the child process would report."""
    report = work(json.loads(repair.problem_json), Limits(seconds=60), lambda *_line: None)
    assert report.failure is None, report.findings
    return report

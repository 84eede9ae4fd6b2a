"""Days go by: what is due is done by whoever should do it, month after month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from matchmaker.accounts.scopes import Scope
from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from matchmaker.models import Role
from tests.quarter.asking import ask_on, spread
from tests.quarter.checks import Checks
from tests.quarter.doing import Doing
from tests.quarter.giving import Givers
from tests.quarter.mishaps import Mishaps
from tests.quarter.office import Office
from tests.quarter.pages import invite_people
from tests.quarter.people import Street, build_street
from tests.quarter.receiving import Recipients
from tests.quarter.repairing import Repairs
from tests.quarter.town import Town

_DAY = timedelta(days=1)
_ASKING_DAYS = 9
_SEARCH_EVERY = 3  # days
_ON_PAGES = 2  # organisations, and residents
_PAUSE_ON, _END_CONTACT_ON = 9, 12  # days of the month


@dataclass(slots=True)
class Plan:
    """When the steps of one month are taken."""

    month: date
    number: int
    asks: dict[date, list]
    locks_on: date
    closes_on: date
    draws_on: date | None = None
    run_id: int | None = None
    is_closed: bool = False


class Life:
    """A street lived day by day; ``checks`` looks on."""

    def __init__(self, town: Town, size: int, first: date, months: int, policy: str) -> None:
        self.town = town
        town.move_to(add_months(first, -1), 6)
        with town.app.app_context():
            self.street: Street = build_street(size, first, months, town.chance.seed)
            db.session.commit()
        self.office = Office(town, self.street, policy)
        self.givers = Givers(town, self.street)
        self.people = Recipients(town, self.street)
        self.doing = Doing(town, self.street, self.givers, self.people)
        self.mishaps = Mishaps(town, self.street, self.givers)
        self.repairs = Repairs(town, self.street)
        counter = min(self.people.counters.values())
        desks = {Role.SOCIAL_WORKER: self.street.second, Role.COMMITTEE_WORKER: counter}
        self.checks = Checks(town, desks)
        self._invite()
        self.plans = [self._plan(number) for number in range(months)]

    def _invite(self) -> None:
        """A coordinator of two organisations, and two residents, act on pages from now on."""
        givers = self.givers.list_largest()[:_ON_PAGES]
        homes = sorted(self.people.accounts)[:_ON_PAGES]
        wanted = [(self.street.first, Role.COORDINATOR, Scope(organisation_id=k)) for k in givers]
        counters = [self.people.find_counter(resident_id) for resident_id in homes]
        wanted += [
            (who, Role.RESIDENT, Scope(resident_id=k))
            for who, k in zip(counters, homes, strict=True)
        ]
        accounts = invite_people(self.town, wanted)
        self.givers.coordinators |= dict(zip(givers, accounts, strict=False))
        self.people.accounts |= dict(zip(homes, accounts[len(givers) :], strict=True))

    def _plan(self, number: int) -> Plan:
        """Every other month is locked before the one before it is closed."""
        month = self.street.months[number]
        is_early = number % 2 == 0
        first_ask = add_months(month, -1) + (9 * _DAY if is_early else 20 * _DAY)
        locks_on = add_months(month, -1) + 20 * _DAY if is_early else month + 2 * _DAY
        return Plan(
            month=month,
            number=number,
            asks=dict(spread(self.street.asked[number], first_ask, _ASKING_DAYS)),
            locks_on=locks_on,
            closes_on=add_months(month, 1) + 2 * _DAY,
        )

    def live(self) -> None:
        """All months, and the lock of the one after them."""
        for day in self._list_days():
            self._live_morning(day)
            self._live_day(day)
            self._live_evening(day)
        month = add_months(self.street.months[-1], 1)
        self.town.move_to(self.town.today + _DAY, 9)
        self.office.open(month)
        self.office.lock(month)
        self.checks.look_at_question(month)

    def _list_days(self) -> Iterator[date]:
        day = min(min(plan.asks) for plan in self.plans)
        while day <= self.plans[-1].closes_on:
            yield day
            day += _DAY

    def _live_morning(self, day: date) -> None:
        self.town.move_to(day, 7)
        self.town.let_pass()
        self.town.move_to(day, 9)
        for plan in self.plans:
            if day == plan.closes_on and self.office.waits_to_close(plan.month):
                plan.closes_on += _DAY
            elif day == plan.closes_on:
                self._close(plan)
            ask_on(self.town, self.street, plan.asks.get(day, []))
            if day == plan.locks_on:
                self._lock(plan)
            if plan.draws_on is not None and day == plan.draws_on + _DAY:
                self._decide(plan)

    def _lock(self, plan: Plan) -> None:
        self.office.open(plan.month)
        plan.draws_on = self.office.lock(plan.month)
        self.checks.look_at_question(plan.month)

    def _decide(self, plan: Plan) -> None:
        self.office.draw(plan.month)
        self.office.solve(plan.month)
        plan.run_id = self.office.publish(plan.month)
        self.checks.look_at_publication(plan.month)

    def _close(self, plan: Plan) -> None:
        self.checks.look_before_close(plan.month)
        self.office.close(plan.month)
        plan.is_closed = True
        if all(other.is_closed for other in self.plans if other.run_id):
            self.mishaps.resume()
        self.checks.look_at_close(plan.month)

    def _live_day(self, day: date) -> None:
        for plan in self._list_lived():
            run_id = plan.run_id or 0
            self.town.move_to(day, max(10, _hour_of(self.town)))
            self.givers.answer(run_id)
            self.givers.answer_wishes(run_id)
            self.givers.fix_days(run_id, plan.month)
        self.town.move_to(day, 14)
        for plan in self._list_lived():
            self.people.answer(plan.run_id or 0)
            self._meet_mishaps(plan, day)
        self.town.move_to(day, 15)
        self.town.let_pass()
        self.checks.look_at_promises()
        for plan in self._list_lived():
            if (day - plan.locks_on).days % _SEARCH_EVERY == 0:
                self._repair(plan)

    def _meet_mishaps(self, plan: Plan, day: date) -> None:
        run_id = plan.run_id or 0
        self.mishaps.fall_ill(run_id)
        if day == plan.month + _PAUSE_ON * _DAY:
            self.mishaps.pause_one(run_id, plan.month)
        if day == plan.month + _END_CONTACT_ON * _DAY:
            self.mishaps.end_one_contact(run_id, plan.month)
        self.mishaps.revoke(run_id)

    def _repair(self, plan: Plan) -> None:
        search = self.repairs.search(plan.month)
        if search is not None:
            self.checks.look_at_search(search)
            kept = self.repairs.keep(search)
            self.checks.look_at_kept(search, kept)

    def _live_evening(self, day: date) -> None:
        self.town.move_to(day, 18)
        for plan in self._list_lived():
            if day >= plan.month:
                self.doing.report(plan.run_id or 0, plan.month)
        self.town.move_to(day, 20)
        for plan in self._list_lived():
            self.doing.feed_back(plan.run_id or 0)
        self.doing.answer_complaints()
        self.town.move_to(day, 21)
        self.town.let_pass()
        self.checks.look_at_promises()

    def _list_lived(self) -> list[Plan]:
        return [plan for plan in self.plans if plan.run_id and not plan.is_closed]


def _hour_of(town: Town) -> int:
    return (town.now.hour + 8) % 24

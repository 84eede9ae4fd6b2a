"""One month and its answer, asked from the frozen rows alone whether a claim is true.

Nothing of the explanations is used for that, only the frozen rows and who was given what.
"""

from collections import Counter
from dataclasses import replace
from functools import cached_property

from matchmaker import models as m
from matchmaker.rounds.outcome_numbers import make_numbers
from matchmaker.rounds.question.asks import hand_back, list_members
from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.words.rules import FIRST_POLICY, SECOND_POLICY
from matchmaker.slots import get_slot_week, get_window
from optimizer.explain.explain import explain
from optimizer.search.solve import solve

SEED = "5eed"
FACTS = ("area", "status", "skill", "slot")
NO_DAY = 0  # of a slot whose days are not known
MONTH_DAYS = range(32)


class Judge:
    """One month and its answer; every question is answered from the frozen rows alone."""

    def __init__(self, snapshot):
        self.snapshot, self.policy = snapshot, snapshot.policy
        self.problem = make_problem(snapshot, SEED)
        self.solution = solve(self.problem)
        assert self.solution.is_usable
        self.kinds = {row.code: row for row in snapshot.categories}
        self.offers = {row.name: row for row in snapshot.offers}
        self.people = {row.reference: row for row in snapshot.volunteers}
        self.asks = {name: self.join(name) for name in (need.id for need in self.problem.needs)}
        self.lines = self.solution.assignments

    @cached_property
    def outcomes(self):
        explained = explain(self.problem, self.solution)
        answer = hand_back(self.snapshot, self.solution, explained)
        run = m.RoundRun(
            match_round=m.MatchRound(policy=self.policy),
            is_plain=True,
            status=m.RunStatus[self.solution.status.name],
        )
        rows = {row.reference: row for row in self.snapshot.needs}
        return {
            found.need: m.NeedOutcome(
                ground=found.code.value,
                is_met=False,
                run=run,
                numbers=make_numbers(rows[found.need].quantity, 0, found).to_json(),
            )
            for found in answer.explanations
            if found.need in rows and found.need not in answer.left
        }

    def join(self, ask):
        """The rows of an ask: the most urgent tier of them, the longest wait; a due visit alone."""
        due = {row.id: row for row in self.snapshot.due_visits}
        if ask in due:
            row = due[ask]
            return row, row.tier, 0, True
        rows = [row for row in self.snapshot.needs if row.reference in list_members(ask)]
        floor = 1 if self.policy == FIRST_POLICY else 2
        tiers = [min(r.tier, max(floor, r.tier - r.waiting // 3)) for r in rows]
        return rows[0], min(tiers), max(r.waiting for r in rows), False

    def find_ask(self, reference):
        return next(name for name in self.asks if reference in list_members(name))

    # Who fits whom.

    def fits(self, need, offer, person, without=()):
        """Whether offer and person pass every check but those in ``without``."""
        kind = self.kinds[need.category]
        areas = [row.committees for row in (offer, person) if row is not None]
        return offer.category == need.category and all(
            name in without or passed
            for name, passed in {
                "area": all(not area or need.committee in area for area in areas),
                "status": not offer.statuses or bool({*offer.statuses} & {*need.statuses}),
                "skill": self.is_delivered(need)
                or (person is not None and kind.qualification in (None, *person.qualifications)),
                "slot": any(self.is_valid(need, offer, None, day) for day in MONTH_DAYS)
                if self.is_delivered(need)
                else person is not None and bool(self.slots(need, offer, person)),
            }.items()
        )

    def is_delivered(self, need):
        return self.kinds[need.category].kind is not m.OfferKind.PEOPLE

    def is_valid(self, need, offer, person, day):
        """Whether all three hold on a day; every row that names no days holds on each."""
        kind = self.kinds[need.category]
        days = [getattr(need, "days", ()), offer.days]
        if person is not None:
            days += [person.days, person.qualification_days.get(kind.qualification, ())]
        shared = {*offer.statuses} & {*need.statuses}
        return all(not some or day in some for some in days) and (
            not offer.statuses
            or any(day in need.status_days.get(status, MONTH_DAYS) for status in shared)
        )

    def days_of(self, slot):
        return self.snapshot.slot_days.get(slot, (NO_DAY,))

    def slots(self, need, offer, person):
        return {
            slot for slot in self.times(need, offer, person) if self.days(need, offer, person, slot)
        }

    def days(self, need, offer, person, slot):
        return {day for day in self.days_of(slot) if self.is_valid(need, offer, person, day)}

    def list_able(self, need, givers, slot, day):
        """The offers and persons of ``givers`` that may come on this day, in this slot."""
        return [
            (offer, person)
            for offer, person in givers
            if slot in self.times(need, offer, person) and self.is_valid(need, offer, person, day)
        ]

    def times(self, need, offer, person):
        weeks = getattr(need, "weeks", None)
        windows = getattr(need, "windows", ()) or {get_window(s) for s in self.snapshot.slots}
        return {
            slot
            for slot in self.snapshot.slots
            if get_window(slot) in windows
            and get_window(slot) in person.windows
            and (not offer.windows or get_window(slot) in offer.windows)
            and (weeks is None or get_slot_week(slot) in weeks)
        }

    def givers(self, need):
        """Offers of the kind, each with each person who may come for it, or with nobody."""
        for offer in self.snapshot.offers:
            if offer.category != need.category:
                continue
            staff = [
                row
                for row in self.snapshot.volunteers
                if row.organisation == offer.organisation and offer.category in row.categories
            ]
            yield from ((offer, person) for person in (staff or [None]))

    # Who has what.

    def holders(self, need):
        """The asks that hold what fits: the hour itself, a full month, or the last units."""
        found = set()
        used, visits = Counter(), Counter()
        for line in self.lines:
            used[line.stock] += line.units
            visits[line.person] += line.person is not None
        fitting = [(o, p) for o, p in self.givers(need) if self.fits(need, o, p)]
        if self.is_delivered(need):
            return self.list_holders_of_units(need, fitting, used)
        for offer, person in fitting:
            for slot in self.slots(need, offer, person):
                there = {
                    x.need for x in self.lines if (x.person, x.slot) == (person.reference, slot)
                }
                if not there and visits[person.reference] >= person.visits:
                    there = {x.need for x in self.lines if x.person == person.reference}
                if used[offer.name] >= offer.capacity and not self.is_there(person, slot):
                    there |= {x.need for x in self.lines if x.stock == offer.name}
                found |= there
        return found

    def is_there(self, person, slot):
        return any((x.person, x.slot) == (person.reference, slot) for x in self.lines)

    def list_holders_of_units(self, need, fitting, used):
        ask = next(row for row in self.problem.needs if need.reference in list_members(row.id))
        left = sum(offer.capacity - used[offer.name] for offer, _ in fitting)
        is_short = left < ask.least_units
        names = {o.name for o, _ in fitting if is_short or used[o.name] >= o.capacity}
        return {line.need for line in self.lines if line.stock in names}

    def compare(self, own, other):
        (_, tier, waiting, _due), (_, its, waited, is_due) = own, other
        if is_due:
            return "duty"
        if its != tier:
            return "more_urgent" if its < tier else "less_urgent"
        if waited != waiting:
            return "waited_longer" if waited > waiting else "waited_less"
        return "other"

    # Claims.

    def check(self, reference, claim):
        row = next(row for row in self.snapshot.needs if row.reference == reference)
        ask = self.find_ask(reference)
        if claim.code == "held":
            others = self.holders(row) - {ask}
            own = self.asks[ask]
            counts = Counter(self.compare(own, self.asks[name]) for name in others)
            return dict(counts) == dict(claim.counts)
        return FAILED[claim.code](self, row)

    def reach(self, row):
        """How many checks the offer passes that passes most, in the order of the checks."""
        best = -1
        for offer, person in self.givers(row):
            is_open = self.fits(row, offer, None, ("skill", "slot"))
            for k, name in enumerate(FACTS):
                someone = person if is_open else None
                if not self.fits(row, offer, someone, set(FACTS) - {name}):
                    best = max(best, k)
                    break
            else:
                best = max(best, len(FACTS))
        return best


def is_enough(judge, row):
    """Whether all that fits would do for the need, if everything were there for it alone."""
    if not judge.is_delivered(row):
        return any(team(judge, row, row, slot) >= judge.kinds[row.category].people
                   for slot in judge.snapshot.slots)  # fmt: skip
    ask = next(n for n in judge.problem.needs if row.reference in list_members(n.id))
    fitting = {o.name: o.capacity for o, p in judge.givers(row) if judge.fits(row, o, p)}
    return sum(fitting.values()) >= ask.least_units


def has_other_visit(judge, row):
    recipient = row.household if judge.policy == SECOND_POLICY else row.resident
    names = {
        n.reference
        for n in judge.snapshot.needs
        if (n.household if judge.policy == SECOND_POLICY else n.resident) == recipient
    }
    return any(line.slot and line.need in names for line in judge.lines)


FAILED = {
    "not_offered": lambda judge, row: judge.reach(row) == -1,
    "elsewhere": lambda judge, row: judge.reach(row) == 0,
    "kept_for_others": lambda judge, row: judge.reach(row) == 1,
    "no_certificate": lambda judge, row: (
        judge.reach(row) == 2 and judge.kinds[row.category].qualification is not None
    ),
    "nobody_there": lambda judge, row: judge.reach(row) == 2,
    "other_times": lambda judge, row: judge.reach(row) == 3,
    "too_few": lambda judge, row: judge.reach(row) == len(FACTS) and not is_enough(judge, row),
    "time_conflict": has_other_visit,
    "undecided": lambda judge, row: True,
    "by_order": lambda judge, row: True,
    "no_room": lambda judge, row: not has_room(judge, row),
}


def has_room(judge, row):
    """Whether the need would fit beside all others if nothing less urgent were served."""
    ask = judge.find_ask(row.reference)
    own = judge.asks[ask]
    beside = [
        line for line in judge.lines if judge.compare(own, judge.asks[line.need]) != "less_urgent"
    ]
    used = Counter()
    for line in beside:
        used[line.stock] += line.units
    fitting = [(o, p) for o, p in judge.givers(row) if judge.fits(row, o, p)]
    left = {offer: offer.capacity - used[offer.name] for offer, _ in fitting}
    if judge.is_delivered(row):
        wanted = next(need for need in judge.problem.needs if need.id == ask)
        return sum(left.values()) >= wanted.least_units
    homes = {line.slot for line in beside if judge.asks[line.need][0].household == row.household}
    slots = {slot for offer, person in fitting for slot in judge.slots(row, offer, person)} - homes
    wanted = judge.kinds[row.category].people
    return any(count_able(judge, row, beside, left, fitting, slot) >= wanted for slot in slots)


def count_able(judge, row, lines, left, fitting, slot):
    """How many people could come in a slot beside the lines, as far as offers have places."""
    visits = Counter(line.person for line in lines)
    busy = {line.person for line in lines if line.slot == slot}
    places = Counter()
    for offer, units in left.items():
        places[offer.organisation] += units
    best = 0
    for day in judge.days_of(slot):
        able = {
            (offer.organisation, person.reference)
            for offer, person in judge.list_able(row, fitting, slot, day)
            if person.reference not in busy and visits[person.reference] < person.visits
        }
        people = Counter(organisation for organisation, _ in able)
        best = max(best, sum(min(number, places[name]) for name, number in people.items()))
    return best


# What would have helped.


def team(judge, row, changed, slot):
    """The people who could come in a slot, or the most that one offer could deliver."""
    fitting = [(o, p) for o, p in judge.givers(changed) if judge.fits(changed, o, p)]
    if judge.is_delivered(row):
        return max((offer.capacity for offer, _ in fitting), default=0)
    return max(
        len({p.reference for _, p in judge.list_able(changed, fitting, slot, day) if p.visits})
        for day in judge.days_of(slot)
    )


def opens(judge, row, name, value):
    """Whether this area, status or slot in place of what the row has is enough for it."""
    changed = {
        "area": lambda: replace(row, committee=value),
        "status": lambda: replace(row, statuses=(*row.statuses, value)),
        "slot": lambda: replace(row, windows=(get_window(value),)),
    }[name]()
    slots = [value] if name == "slot" else judge.snapshot.slots
    ask = next(n for n in judge.problem.needs if row.reference in list_members(n.id))
    wanted = ask.least_units if judge.is_delivered(row) else ask.people
    return any(team(judge, row, changed, slot) >= wanted for slot in slots)


def is_left(judge, row, slot):
    """Whether enough people are free in the slot, whoever else is served."""
    taken = Counter(line.person for line in judge.lines)
    used = Counter()
    for line in judge.lines:
        used[line.stock] += line.units
    busy = {line.person for line in judge.lines if line.slot == slot}
    anytime = replace(row, windows=(get_window(slot),))
    fitting = [(o, p) for o, p in judge.givers(anytime) if judge.fits(anytime, o, p)]
    free = (
        {
            person.reference
            for offer, person in judge.list_able(anytime, fitting, slot, day)
            if person.reference not in busy
            and taken[person.reference] < person.visits
            and used[offer.name] < offer.capacity
        }
        for day in judge.days_of(slot)
    )
    return max(map(len, free)) >= judge.kinds[row.category].people

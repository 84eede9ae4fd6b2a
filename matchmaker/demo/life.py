"""What the invented people do in a published month, by the services that real people use.

Each decision is drawn from the seed, the month and the promise or its organisation, so equal demos
are lived alike. Most say yes and come; a few say no, are silent, fall ill or forget to report, and
three helps in a hundred are complained of. What a service refuses is left as it is, as a person
would leave it.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.assignments import agreeing, answering, delivering, seating, thanks
from matchmaker.assignments.open_help import OpenHelp
from matchmaker.base.clock import add_months, get_local_date, get_now
from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing, get_timing
from matchmaker.models import (
    DeclineReason,
    DeliveryProof,
    Face,
    FailReason,
    FollowUp,
    Need,
    Pairing,
    Promise,
    PromiseState,
    Resident,
    Role,
    RoundRun,
    Thanks,
    User,
)
from matchmaker.needs import follow_ups
from matchmaker.promises.agreed import has_not_ended
from matchmaker.promises.days import find_given_until
from matchmaker.promises.seats import ACCEPTED
from matchmaker.promises.states import DONE_STATES

Weights = Mapping[str, int]
# In percent.
_GIVERS: Weights = {"yes": 91, "no": 5, "silence": 4}
_SILENT_GIVERS = 8  # organisations that say nothing in a month
_RECIPIENTS: Weights = {"agrees": 84, "refuses": 4, "not reached": 5, "silence": 7}
_ENDS: Weights = {"given": 90, "failed": 5, "forgotten": 5}
_FACES: Weights = {"good": 44, "fair": 8, "bad": 3, "silence": 45}
# Within how many days each of them answers.
_DAYS = {"giver": 3, "recipient": 3, "report": 2}
_NOES = (DeclineReason.NO_CAPACITY, DeclineReason.PERSON_ILL)
_REFUSALS = (DeclineReason.NO_LONGER_NEEDED, DeclineReason.AWAY)
_FAILS = (FailReason.RECIPIENT_ABSENT, FailReason.WEATHER, FailReason.GIVER_ABSENT)
_WORDS = {
    Face.GOOD: ("来得很准时，人也和气。", "帮了大忙，谢谢。", ""),
    Face.FAIR: ("来晚了半小时。", ""),
    Face.BAD: ("等了一上午没人来，也没有电话。",),
}
# What is read of each promise.
_READ = (
    joinedload(Promise.need).joinedload(Need.category),
    joinedload(Promise.need).joinedload(Need.resident).joinedload(Resident.household),
    joinedload(Promise.pairing).joinedload(Pairing.category),
    joinedload(Promise.pairing).joinedload(Pairing.resident).joinedload(Resident.household),
    joinedload(Promise.organisation),
    joinedload(Promise.volunteer),
    joinedload(Promise.session),
    joinedload(Promise.run).joinedload(RoundRun.match_round, innerjoin=True),
)
_ANSWER = "已与服务单位沟通，下次提前一天打电话确认。"


@dataclass(frozen=True, slots=True)
class Deed:
    """A step that an account takes in the demo.

    who      the id of the account
    step     the service function
    values   its arguments
    then     the steps that follow if the service does not refuse this one
    """

    who: int
    step: Callable[..., object]
    values: Mapping[str, Any]
    then: tuple["Deed", ...] = ()


class Life:
    """The people of the demo in one published month; ``live_day`` lives the present day.

    What everybody does is decided first, from the rows as they are when ``live_day`` begins, and
    done afterwards: a commit makes the session forget every row, and reading each again is slow.
    """

    def __init__(self, run: RoundRun, seed: int) -> None:
        self._run_id, self._month, self._seed = run.id, run.match_round.month, seed
        self._published_on = get_local_date(run.match_round.published_at or get_now())
        users = db.session.scalars(select(User).order_by(User.id)).all()
        self._coordinators = _first_by(users, Role.COORDINATOR, lambda user: user.organisation_id)
        self._counters = _first_by(users, Role.COMMITTEE_WORKER, lambda user: user.committee_id)
        self._residents = _first_by(users, Role.RESIDENT, lambda user: user.resident_id)
        self._workers = [user.id for user in users if user.role is Role.SOCIAL_WORKER]

    def live_day(self) -> None:
        """Do what the present day brings; each step is committed."""
        rows = self._list_rows()
        decided = [*self._answer_as_givers(rows), *self._fix_days(rows)]
        helps = _group(rows)
        decided += self._answer_as_recipients(helps)
        if self._today >= self._month:
            decided += [*self._report(rows), *self._feed_back(helps)]
        self._do([*decided, *self._answer_complaints(), *self._pass_thanks_on()])

    @property
    def _today(self) -> date:
        return get_local_date(get_now())

    # Before the day of help.

    def _answer_as_givers(self, rows: Iterable[Promise]) -> Iterator[Deed]:
        saying_yes: dict[int, list[int]] = defaultdict(list)
        for row in (row for row in rows if row.state is PromiseState.AWAITING_GIVER):
            answer = self._weigh(_GIVERS, "giver", row)
            is_silent = self._draw("month", row.organisation.code).randrange(100) < _SILENT_GIVERS
            if is_silent or answer == "silence" or not self._comes_to("giver", row):
                continue
            coordinator, key = self._coordinators[row.organisation_id], {"promise_id": row.id}
            if answer == "yes":
                saying_yes[coordinator].append(row.id)
            else:
                reason = self._draw("why", _name(row)).choice(_NOES)
                why = Deed(coordinator, answering.say_why, {"reason": reason, **key})
                yield Deed(coordinator, answering.decline, key, (why,))
        for coordinator, ids in saying_yes.items():
            yield Deed(coordinator, answering.accept, {"promise_ids": ids})

    def _fix_days(self, rows: Iterable[Promise]) -> Iterator[Deed]:
        """Give stays their days and money its day; visits and sessions have theirs."""
        last = add_months(self._month, 1) - timedelta(days=1)
        first = min(max(self._month, self._today) + timedelta(days=3), last)
        for row in (row for row in rows if row.state in ACCEPTED):
            if row.slot is not None or row.session_id is not None or row.last_day is not None:
                continue
            who, timing = self._coordinators[row.organisation_id], get_timing(row.asked.category)
            if timing is Timing.STAY:
                stay = {"first": first, "last": min(first + timedelta(days=4), last)}
                yield Deed(who, seating.set_stay, {"promise_id": row.id, **stay})
            elif timing is Timing.PAYMENT:
                pay = {"offer_id": row.offer_id, "month": self._month, "day": first}
                yield Deed(who, seating.set_payday, pay)

    def _answer_as_recipients(self, helps: Iterable[OpenHelp]) -> Iterator[Deed]:
        for help_ in helps:
            row = help_.first
            if not help_.is_asked or help_.lacks_day or not self._comes_to("recipient", row):
                continue
            answer = self._weigh(_RECIPIENTS, "recipient", row)
            who, key = self._find_speaker(row), {"promise_id": row.id}
            if answer == "agrees":
                yield Deed(who, agreeing.agree, key)
            elif answer == "refuses":
                reason = self._draw("refusal", _name(row)).choice(_REFUSALS)
                yield Deed(who, agreeing.refuse, {"reason": reason, **key})
            elif answer == "not reached":
                yield Deed(self._find_counter(row), agreeing.note_not_reached, key)

    # On the day of help, and after it.

    def _report(self, rows: Iterable[Promise]) -> Iterator[Deed]:
        for row in (row for row in rows if row.state is PromiseState.CONFIRMED):
            until = find_given_until(row)
            end = self._weigh(_ENDS, "end", row)
            late = timedelta(days=self._draw("report", _name(row)).randrange(_DAYS["report"]))
            if until is None or self._today < until + late or end == "forgotten":
                continue
            who, key = self._coordinators[row.organisation_id], {"promise_id": row.id}
            if end == "given":
                proof = {"units": row.units, "proof": DeliveryProof.SIGNATURE, "code": ""}
                yield Deed(who, delivering.deliver, {**key, **proof})
            else:
                reason = self._draw("failure", _name(row)).choice(_FAILS)
                yield Deed(who, delivering.fail, {"reason": reason, **key})

    def _feed_back(self, helps: Iterable[OpenHelp]) -> Iterator[Deed]:
        for help_ in helps:
            given = [row for row in help_.promises if row.state is PromiseState.DELIVERED]
            if not given or any(row.state not in DONE_STATES for row in help_.promises):
                continue
            answer = self._weigh(_FACES, "face", given[0])
            if answer != "silence":
                face = Face(answer)
                words = self._draw("words", _name(given[0])).choice(_WORDS[face])
                said = {"face": face, "words": words, "wants_call": face is Face.BAD}
                said["may_pass_on"] = face is Face.GOOD and bool(words)
                who, key = self._find_speaker(given[0]), {"promise_id": given[0].id}
                yield Deed(who, delivering.feed_back, {**key, **said})

    def _answer_complaints(self) -> Iterator[Deed]:
        """Let the second social worker answer what was said before today."""
        query = select(FollowUp).where(FollowUp.answered_at.is_(None)).order_by(FollowUp.id)
        for row in db.session.scalars(query):
            if get_local_date(row.asked_at) < self._today:
                who, key = self._workers[1], {"follow_up_id": row.id}
                answer = Deed(who, follow_ups.answer, {"sentence": _ANSWER, **key})
                yield Deed(who, follow_ups.take, key, (answer,))

    def _pass_thanks_on(self) -> Iterator[Deed]:
        """Let the second social worker pass on what was allowed before today."""
        query = select(Thanks).where(Thanks.decided_at.is_(None)).order_by(Thanks.id)
        for row in db.session.scalars(query):
            if get_local_date(row.asked_at) < self._today:
                yield Deed(
                    self._workers[1], thanks.pass_on, {"thanks_id": row.id, "seen": row.state.value}
                )

    # Who and when.

    def _list_rows(self) -> Sequence[Promise]:
        """The promises of the month that have not ended and not spoken of yet."""
        query = select(Promise).where(
            Promise.round_run_id == self._run_id,
            has_not_ended(),
            Promise.state != PromiseState.FED_BACK,
        )
        return db.session.scalars(query.options(*_READ).order_by(Promise.id)).unique().all()

    def _find_counter(self, row: Promise) -> int:
        return self._counters[row.asked.resident.household.committee_id]

    def _find_speaker(self, row: Promise) -> int:
        """The account of the recipient, else of the worker of the committee."""
        return self._residents.get(row.asked.resident_id, self._find_counter(row))

    def _comes_to(self, topic: str, row: Promise) -> bool:
        """Whether the person's day to answer has come."""
        wait = self._draw(f"{topic}'s day", _name(row)).randrange(_DAYS[topic])
        return self._today >= self._published_on + timedelta(days=1 + wait)

    def _weigh(self, weights: Weights, topic: str, row: Promise) -> str:
        random = self._draw(topic, _name(row))
        return random.choices(list(weights), list(weights.values()))[0]

    def _draw(self, topic: str, name: str) -> Random:
        return Random(f"{self._seed} {self._month} {topic} {name}")  # noqa: S311 - invented people

    def _do(self, deeds: Iterable[Deed]) -> None:
        """Take every step; what a service refuses changes nothing."""
        waiting = deque(deeds)
        while waiting:
            deed = waiting.popleft()
            try:
                actor = db.session.get_one(User, deed.who)
                deed.step(actor=actor, now=get_now(), **deed.values)
            except DomainError:
                db.session.rollback()
            else:
                db.session.commit()
                waiting.extendleft(reversed(deed.then))


def _first_by(
    users: Iterable[User], role: Role, get_key: Callable[[User], int | None]
) -> dict[int, int]:
    """The first account of a role for each of its scopes."""
    found: dict[int, int] = {}
    for user in users:
        key = get_key(user)
        if user.role is role and key is not None:
            found.setdefault(key, user.id)
    return found


def _group(rows: Iterable[Promise]) -> list[OpenHelp]:
    helps: dict[object, list[Promise]] = defaultdict(list)
    for row in rows:
        helps[row.help_key].append(row)
    return [OpenHelp(tuple(of_help)) for of_help in helps.values()]


def _name(row: Promise) -> str:
    """A name of the promise that equal demos have alike."""
    who = row.volunteer.reference if row.volunteer else row.organisation.code
    return f"{row.asked.reference} {who} {row.slot} {row.offer_id}"

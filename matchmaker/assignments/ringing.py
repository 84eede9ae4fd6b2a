"""List the calls of a committee, and write down many answers from the phone at once.

Each answer is the same step as on the page of the help, with the same checks, events and notices.
Flushes; the caller commits.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matchmaker.assignments import agreeing, delivering
from matchmaker.assignments.answering import lock_promises, select_promises
from matchmaker.assignments.open_help import Helps, OpenHelp
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    DeclineReason,
    DeliveryProof,
    Face,
    FailReason,
    HelpKey,
    Promise,
    PromiseState,
    User,
)
from matchmaker.promises.states import RECIPIENT_REASONS


class CallStep(StrEnum):
    """The step that an answer on the phone leads to."""

    AGREE = "agree"
    REFUSE = "refuse"
    NOT_REACHED = "not_reached"
    CAME = "came"  # all that was promised
    FAILED = "failed"
    FACE = "face"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer on the phone; ``why``: the reason of a refusal or failure, or the face."""

    step: CallStep
    why: DeclineReason | FailReason | Face | None = None

    @property
    def code(self) -> str:
        """The answer as one word, for a form."""
        return f"{self.step}:{self.why}" if self.why else str(self.step)


SEEN_SIGN = "@"
_REFUSALS = [Said(CallStep.REFUSE, why) for why in DeclineReason if why in RECIPIENT_REASONS]
_ON_QUESTION = [Said(CallStep.AGREE), Said(CallStep.NOT_REACHED)]
_FACES = [Said(CallStep.FACE, face) for face in Face]
_REPORTS = [Said(CallStep.CAME), *(Said(CallStep.FAILED, why) for why in FailReason)]
CODES = {said.code for said in (*_ON_QUESTION, *_REFUSALS, *_FACES, *_REPORTS)}


@dataclass(frozen=True, slots=True)
class Call:
    """A resident to call about one help, and the answers that can be written down.

    help             what is promised to the resident
    is_tried_today   whether the resident was called today and not reached
    """

    help: OpenHelp
    is_tried_today: bool

    @property
    def id(self) -> int:
        """The id of the help's first promise."""
        return self.help.first.id

    @property
    def is_question(self) -> bool:
        """Whether the resident is asked if the help suits."""
        return self.help.is_asked and not self.help.lacks_day

    def write(self, said: Said) -> str:
        """An answer as the value of a form, with the digits of what the call now reads out."""
        return f"{said.code}{SEEN_SIGN}{self.help.seen}"

    @property
    def answers(self) -> list[Said]:
        """The answers that can be written down here; empty if the page of the help is needed."""
        if self.is_question:
            return [*_ON_QUESTION[: 1 if self.is_tried_today else 2], *_REFUSALS]
        if self.help.is_given:
            return list(_FACES)
        if self.help.is_coming and not self.help.is_asked_for_day:
            return list(_REPORTS)
        return []


def list_calls(helps: Helps) -> list[Call]:
    """The calls to make: first questions, soonest help first, then help to be reported on.

    Questions for which a try failed today come last of all.
    """
    questions = sorted(helps.list_questions(), key=lambda row: row.first_day)
    asked = {row.first.id for row in questions}
    passed = [row for row in helps.list_passed() if row.first.id not in asked]
    tried = agreeing.list_tried_today([row.first for row in questions], helps.now)
    calls = [Call(row, row.first.id in tried) for row in (*questions, *passed)]
    return sorted(calls, key=lambda call: call.is_tried_today)


def set_codes(actor: User, calls: Sequence[Call]) -> None:
    """Draw the codes of help that is asked about, so that one call is enough to say all.

    Takes the database locks of the promises, so that a draw or a yes at the same time gets the same
    code.
    """
    ids = [row.id for call in calls if call.is_question for row in call.help.promises]
    for _run, rows in lock_promises(actor, ids):
        helps: dict[HelpKey, list[Promise]] = {}
        for row in rows:
            helps.setdefault(row.help_key, []).append(row)
        for own in helps.values():
            agreeing.set_code(own)
    db.session.flush()


def write_down(
    *, actor: User, heard: Mapping[int, Said | None], seen: Mapping[int, str], now: datetime
) -> dict[int, ConflictError]:
    """Take the step of each answer.

    heard  the answers, keyed by the id of the help's first promise; None: given to another text
    seen   ``OpenHelp.seen`` of each help that is still asked about, keyed in the same way

    Returns why answers were refused because others acted meanwhile, keyed in the same way. Nothing
    of their help is changed.
    """
    left: dict[int, ConflictError] = {}
    for promise_id, said in sorted(heard.items()):
        try:
            if promise_id not in seen:
                raise NotFoundError("promise.unknown")
            if said is None:
                raise ConflictError("promise.changed_meanwhile")
            with db.session.begin_nested():
                _take(actor, promise_id, said, seen[promise_id], now)
        except ConflictError as error:
            left[promise_id] = error
        except NotFoundError:
            left[promise_id] = ConflictError("promise.answered_meanwhile")
    return left


def find_promises(actor: User, ids: Collection[int]) -> dict[int, Promise]:
    """The promises of these ids in the actor's scope, keyed by id."""
    rows = db.session.scalars(select_promises(actor).where(Promise.id.in_(ids)))
    return {row.id: row for row in rows}


def _take(actor: User, promise_id: int, said: Said, seen: str, now: datetime) -> None:
    match said.step, said.why:
        case CallStep.AGREE, None:
            agreeing.agree(actor=actor, promise_id=promise_id, seen=seen, now=now)
        case CallStep.NOT_REACHED, None:
            agreeing.note_not_reached(actor=actor, promise_id=promise_id, now=now)
        case CallStep.REFUSE, DeclineReason() as why:
            agreeing.refuse(actor=actor, promise_id=promise_id, reason=why, now=now)
        case CallStep.FACE, Face() as face:
            delivering.feed_back(actor=actor, promise_id=promise_id, face=face, words="", now=now)
        case _, why:
            _report(actor, promise_id, why if isinstance(why, FailReason) else None, now)


def _report(actor: User, promise_id: int, why: FailReason | None, now: datetime) -> None:
    """Report all confirmed promises of the help as given in whole, or as failed for ``why``.

    Raises ``ConflictError`` if none of them is confirmed.
    """
    rows = agreeing.get_help(actor, promise_id, now).promises
    open_rows = [row for row in rows if row.state is PromiseState.CONFIRMED]
    if not open_rows:
        raise ConflictError("promise.not_reportable")
    for row in open_rows:
        if why is not None:
            delivering.fail(actor=actor, promise_id=row.id, reason=why, now=now)
        else:
            delivering.deliver(
                actor=actor,
                promise_id=row.id,
                units=row.units,
                proof=DeliveryProof.CALL,
                code="",
                now=now,
            )

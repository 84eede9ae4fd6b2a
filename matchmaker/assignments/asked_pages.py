"""Answer what is asked on one page: all, the ticked ones, all others, or one by one.

A volunteer signs in for it, the holder of a link does not: ``AskedPage`` has actor and addresses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash
from werkzeug.utils import redirect

from matchmaker.assignments import answering
from matchmaker.assignments.answer_views import WhyForm, say
from matchmaker.assignments.asked import AskedLine, list_asked
from matchmaker.base.clock import get_now
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.forms.base import IdempotentForm
from matchmaker.models import Actor, DeclineReason
from matchmaker.web.act import Act, Answer, answer_form
from matchmaker.web.addresses import read_ids
from matchmaker.words.refusals import describe_refusal

# The words of the addresses: for which promises, and which step.
ALL, TICKED, OTHERS = "all", "ticked", "others"
ACCEPT, DECLINE = "accept", "decline"


@dataclass(frozen=True, slots=True)
class AskedPage:
    """The actor who answers and the month, with functions for the page.

    show       the page with this form
    find_page  the address to go on to, at a promise on the page (its id) or at the top (None)
    prepare    called before each step, in its transaction
    """

    actor: Actor
    month: date
    show: Callable[[IdempotentForm], str]
    find_page: Callable[[int | None], str]
    prepare: Callable[[], None] = lambda: None

    def answer_several(self, which: str) -> Answer:
        """Say yes to all promises that wait, to the ticked ones, or to all others that wait."""
        form, ticked = IdempotentForm(), read_ids("chosen")

        def act() -> str:
            if which != ALL and not ticked:
                raise InvalidError("promise.none_ticked", "chosen")
            waiting = {row.line.id for row in self.list_waiting()}
            ids = {ALL: waiting, TICKED: ticked, OTHERS: waiting - ticked}[which]
            say(answering.accept(actor=self.actor, promise_ids=ids, now=get_now()))
            return self.find_page(None)

        return self._answer(form, act)

    def answer_one(self, promise_id: int, step: str) -> Answer:
        """Say yes or no to one promise, or undo the answer."""

        def act() -> str:
            actor, now = self.actor, get_now()
            if step == ACCEPT:
                say(answering.accept(actor=actor, promise_ids=[promise_id], now=now))
            elif step == DECLINE:
                answering.decline(actor=actor, promise_id=promise_id, now=now)
            else:
                answering.take_back(actor=actor, promise_id=promise_id, now=now)
            return self.find_page(promise_id)

        return self._answer(IdempotentForm(), act)

    def say_why(self, promise_id: int) -> Answer:
        """Store why one promise was declined."""
        form = WhyForm()

        def act() -> str:
            reason = DeclineReason(form.reason.data)
            keys: dict[str, Any] = {"promise_id": promise_id, "reason": reason}
            answering.say_why(actor=self.actor, now=get_now(), **keys)
            return self.find_page(promise_id)

        return self._answer(form, act)

    def list_waiting(self) -> list[AskedLine]:
        """The promises that can be answered now."""
        return [row for row in list_asked(self.actor, self.month, get_now()) if row.can_answer]

    def _answer(self, form: IdempotentForm, act: Act) -> Answer:
        """As ``answer_form``, but a step that is no longer possible is shown on the page itself."""

        def act_prepared() -> str:
            self.prepare()
            return act()

        def say_conflict(error: ConflictError) -> Answer:
            flash(describe_refusal(error), "warning")
            return redirect(self.find_page(None), 303)

        return answer_form(
            form,
            act_prepared,
            lambda: self.show(form),
            answer_conflict=say_conflict,
            actor=self.actor,
        )

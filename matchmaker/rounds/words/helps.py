"""What would raise the chance of an unmet need, and what comes next, in words for the resident.

A help is what would open more offers to the need, as the optimizer found; its sentence claims no
more than that.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matchmaker.models import Committee, NeedOutcome, NeedState, StatusKind
from matchmaker.models.limits import TIERS
from matchmaker.needs.states import ENDED
from matchmaker.rounds.outcome_numbers import read_numbers
from matchmaker.slots import get_window
from matchmaker.words.labels import get_name
from matchmaker.words.scope import join_sentences, join_words, name_windows

MOST_PLACES = 5  # in one sentence
_PEOPLE = {
    StatusKind.LOW_INCOME: _l("people on the minimum living allowance"),
    StatusKind.LOW_INCOME_EDGE: _l("people whose income is just above the allowance"),
    StatusKind.DESTITUTE: _l("people with no income and nobody to support them"),
    StatusKind.LIVING_ALONE: _l("older people who live alone"),
    StatusKind.EMPTY_NEST: _l("homes where everybody is old"),
    StatusKind.DISABLED: _l("people with a disability"),
    StatusKind.CHILD_IN_DIFFICULTY: _l("children in difficulty"),
    StatusKind.LOST_ONLY_CHILD: _l("families whose only child has died or is disabled"),
}


@dataclass(frozen=True, slots=True)
class Help:
    """What would raise the chance: other times, a status to prove, or places elsewhere.

    asks     ``times``, ``papers`` or ``places``
    values   windows, StatusKind values or committee codes; any one of them is enough
    is_free  whether enough is still free there beside the month's answer
    """

    asks: str
    values: tuple[str, ...]
    is_free: bool


_ASKED_BY_FILTER = {"slot": "times", "status": "papers", "area": "places"}


def list_helps(outcome: NeedOutcome) -> list[Help]:
    """What would have opened more offers to an unmet need; a met need has no helps.

    If some offer was eligible, only helps that were still free are listed. If none was, the helps
    that were not free follow them.
    """
    numbers = read_numbers(outcome)
    decides = outcome.ground != "no_eligible_offer"
    helps = []
    for opening in () if outcome.is_met else numbers.openings:
        asks = _ASKED_BY_FILTER[opening.filter]
        values = opening.free or (() if decides else opening.values)
        if asks == "times":
            values = tuple(sorted({get_window(slot) for slot in values}))
        if values:
            helps.append(Help(asks, values, bool(opening.free)))
    return sorted(helps, key=lambda row: not row.is_free)


def say_help(row: Help, committees: Iterable[Committee]) -> str:
    """Say what would help, in one or two sentences for the resident."""
    if row.asks == "times":
        times = name_windows(row.values)
        if row.is_free:
            return _(
                "Somebody is still free at other times: %(times)s. If one of them would suit "
                "you, please say so.",
                times=times,
            )
        return _(
            "It was offered at other times: %(times)s. If one of them would suit you, "
            "please say so; there may be no place left.",
            times=times,
        )
    if row.asks == "papers":
        return _(
            "It was for: %(people)s. If one of these is true of you, please bring "
            "something that proves it to your neighbourhood committee; if you are not sure "
            "what to bring, ask first.",
            people=_("; ").join(
                str(_PEOPLE[kind]) for kind in StatusKind if kind.value in row.values
            ),
        )
    return _say_places(_name_places(row.values, committees), row.is_free)


def _say_places(places: str, is_free: bool) -> str:
    if is_free:
        return _(
            "There was such help in: %(places)s. Please ask your neighbourhood committee "
            "whether you could have it too.",
            places=places,
        )
    return _(
        "There was such help in: %(places)s. Please ask your neighbourhood committee whether you "
        "could have it too; there may be no place left.",
        places=places,
    )


def _name_places(codes: Collection[str], committees: Iterable[Committee]) -> str:
    """The names of the neighbourhoods with these codes; of more than five only the first five."""
    named = [get_name(row) for row in committees if row.code in codes]
    shown, more = join_words(named[:MOST_PLACES]), len(named) - MOST_PLACES
    if more <= 0:
        return shown
    return ngettext(
        "%(shown)s and %(num)s more place", "%(shown)s and %(num)s more places", more, shown=shown
    )


# What comes next.

_DANGER, _CANNOT_WAIT = TIERS[:2]


def explain_next(
    outcome: NeedOutcome,
    waits_for_recipient: bool = False,
    is_paper: bool = False,
    is_arranged: bool = False,
) -> str:
    """Say what happens now, for the resident; of an ended request only that it has ended.

    Of a request that another office has: that it is in no list meanwhile.

    ``waits_for_recipient``: every giver said yes, and the resident has not answered. ``is_paper``:
    the sentence is printed, so it names no page. ``is_arranged``: all of it is agreed and has its
    day. A resident in danger, or one who cannot wait and got nothing, reads the numbers to call.
    """
    need = outcome.need
    if need and need.state in ENDED:
        return _("This request has ended, so nothing more is arranged for it.")
    if need and need.state is NeedState.REFERRED:
        said = [_explain_referred()]
    elif waits_for_recipient:
        said = [_ask_to_answer(is_paper)]
    else:
        said = [_say_arranged() if is_arranged else _explain_waiting(outcome)]
    if need and need.tier <= (_DANGER if outcome.is_met else _CANNOT_WAIT):
        said.append(
            _(
                "If there is danger meanwhile, call at once: 120 for an ambulance, 119 for a fire, "
                "110 for the police."
            )
        )
    return join_sentences(said)


def _explain_referred() -> str:
    return _(
        "Another office looks after this request now. Until it is known what came of that, the "
        "request is in none of our lists."
    )


def _ask_to_answer(is_paper: bool) -> str:
    if is_paper:
        return _("Please tell your neighbourhood committee whether it suits you.")
    return _("Please say whether it suits you: on this page, or to your neighbourhood committee.")


def _say_arranged() -> str:
    return _("It is arranged as you read above. You need not do anything now.")


def _explain_waiting(outcome: NeedOutcome) -> str:
    if outcome.is_met:
        return _(
            "The organisation that will help you will arrange it with you. You need not do "
            "anything now."
        )
    if outcome.ground == "left_at_home":
        return _("Your need stays open. Your home had its turn, so the wait starts again.")
    if outcome.ground in ("no_eligible_offer", "forbidden", "declined_before"):
        return _(
            "Your request stays on our list, and we look for help for you again every "
            "month. If it cannot wait, please call your neighbourhood committee."
        )
    return _(
        "Your request stays on our list: between equally urgent ones, the one that has "
        "waited longer is normally looked at first, and this month counts as waiting. "
        "If it cannot wait, please call your neighbourhood committee."
    )

"""Sentences about a need: its state, its timeline, and its corrections."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matchmaker.models import Need, NeedCorrection, NeedState, Role
from matchmaker.needs.history import ROUND_FOUND, ROUND_FOUND_NOTHING, Coming, TimelineEntry
from matchmaker.words.quantities import format_day, format_month, format_quantity
from matchmaker.words.scope import join_sentences, name_windows

TIER_WORDS = {
    1: _l("1 – danger to life or health"),
    2: _l("2 – cannot wait long"),
    3: _l("3 – can wait its turn"),
}


def explain_state(need: Need) -> str:
    """The need's state as a sentence for the person who asked."""
    if need.state in (NeedState.OPEN, NeedState.VERIFIED):
        return _explain_waiting(need)
    sentences = {
        NeedState.DRAFT: _("You have not sent this yet."),
        NeedState.SUBMITTED: _("Your neighbourhood committee has it and will check it."),
        NeedState.RETURNED: _("Your committee asks you to change something and send it again."),
        NeedState.IN_ROUND: _("This month's needs and offers are being matched now."),
        NeedState.MATCHED: _("Help was found. You will be contacted about it."),
        NeedState.PARTLY_SERVED: _("Part of the help has come."),
        NeedState.SERVED: _("The help has come."),
        NeedState.CLOSED: _("This is finished."),
        NeedState.REFERRED: _("It was handed to an office that can help. Below is to whom."),
        NeedState.WITHDRAWN: _("You took this back."),
        NeedState.EXPIRED: _("The time for this is over. You can ask again."),
    }
    return str(sentences[need.state])


def _explain_waiting(need: Need) -> str:
    if need.given_quantity:
        return join_sentences([describe_missing(need), _say_wait(need)])
    if need.waiting_rounds == 0:
        return str(_("It was checked and takes part in the next monthly matching."))
    return _say_wait(need)


def _say_wait(need: Need) -> str:
    return str(
        ngettext(
            "You have waited %(num)s month. It takes part again: between equally urgent ones, the "
            "one that has waited longer is normally looked at first.",
            "You have waited %(num)s months. It takes part again: between equally urgent ones, the "
            "one that has waited longer is normally looked at first.",
            need.waiting_rounds,
        )
    )


def describe_missing(need: Need) -> str:
    """How much of a need was given and how much is missing; empty if nothing was given yet."""
    if not need.given_quantity:
        return ""
    unit = need.category.unit
    return _(
        "%(given)s of %(whole)s were given, and %(missing)s is still missing.",
        given=format_quantity(need.given_quantity, unit),
        whole=format_quantity(need.given_quantity + need.quantity, unit),
        missing=format_quantity(need.quantity, unit),
    )


def describe_coming(row: Coming, unit: str) -> str:
    """How much comes, and how many people bring it if several people bring it."""
    amount = format_quantity(row.units, unit)
    if row.people < 2:
        return amount
    return _("%(amount)s, by %(num)s people together", amount=amount, num=row.people)


def describe_entry(entry: TimelineEntry, is_entered_for_them: bool) -> str:
    """What happened, as a sentence for the person who asked.

    ``is_entered_for_them``: the committee entered the need.
    """
    if entry.code in (ROUND_FOUND, ROUND_FOUND_NOTHING):
        return _describe_round(entry)
    sent = _("Your committee wrote it down for you.") if is_entered_for_them else _("You sent it.")
    sentences = {
        "need.submit": sent,
        "need.change": _("It was changed before it was checked."),
        "need.return": _("Your committee asked for a change."),
        "need.verify": _("Your committee checked it."),
        "need.correct": _("The office corrected it; what and why stands below."),
        "need.undo_verify": _("The check was taken back. It will be checked again."),
        "need.withdraw": _("It was taken back."),
        "need.merge": _("It was joined with another of your needs of the same kind."),
        "need.keep": _("Another of your needs of the same kind was joined with this one."),
        "need.add_times": _("More times were added."),
        "need.carry": _("A part is still missing. It waits for the next month."),
        "need.repeat": _("It came back by itself for the next month."),
        "need.confirm_repeat": _("It goes on every month."),
        "need.end_repeat": _("It does not come back any more."),
        "need.refer": _("It was handed to another office."),
        "need.reopen": _("The other office could not help. It waits here again."),
        "need.close_referral": _("The other office helped. It is closed."),
        "need.expire": _("The last day on which it was of use is past."),
    }
    return str(sentences[entry.code])


def describe_entry_to_office(entry: TimelineEntry) -> str:
    """What happened and who did it, for the office."""
    if entry.code in (ROUND_FOUND, ROUND_FOUND_NOTHING):
        return _describe_round(entry)
    words = {
        "need.submit": _("Sent to the committee"),
        "need.change": _("Changed by the resident before it was checked"),
        "need.return": _("Returned with a question"),
        "need.verify": _("Checked"),
        "need.correct": _("Corrected, see below"),
        "need.undo_verify": _("Check taken back"),
        "need.withdraw": _("Taken back"),
        "need.merge": _("Joined with another need and closed"),
        "need.keep": _("Another need was joined with this one"),
        "need.add_times": _("Times added"),
        "need.carry": _("A part was missing and waits for the next list"),
        "need.repeat": _("Came back by itself"),
        "need.confirm_repeat": _("Said that it still comes back"),
        "need.end_repeat": _("Does not come back any more"),
        "need.refer": _("Handed to another office"),
        "need.reopen": _("Waits here again: the other office could not help"),
        "need.close_referral": _("Closed: the other office helped"),
        "need.expire": _("The last day on which it was of use is past"),
    }
    if entry.by is None:
        return str(words[entry.code])
    return str(_("%(what)s (%(who)s)", what=words[entry.code], who=entry.by))


# Corrections of a verified need.


_NAMES = {
    "tier": _l("How urgent"),
    "quantity": _l("How much"),
    "windows": _l("When"),
    "reply_promised_on": _l("Answer promised by"),
    "useful_until": _l("Last day on which it is of use"),
}
_CORRECTED_BY = {Role.SOCIAL_WORKER: _l("The street office")}


def list_corrected(row: NeedCorrection, unit: str) -> list[tuple[str, str, str]]:
    """For each corrected column: its name, the value before and the value after, in words.

    Quantities are in ``unit``.
    """
    return [
        (str(name), _say(column, row.before[column], unit), _say(column, row.after[column], unit))
        for column, name in _NAMES.items()
        if column in row.before
    ]


def name_corrector(row: NeedCorrection) -> str:
    """The office that made a correction, for the person who asked; it names no colleague."""
    return str(_CORRECTED_BY.get(row.corrected_by.role, _("Your neighbourhood committee")))


def _say(column: str, value: Any, unit: str) -> str:
    if column == "tier":
        return str(TIER_WORDS[value])
    if column == "quantity":
        return format_quantity(value, unit)
    if column == "windows":
        return name_windows(value) or str(_("Any time"))
    if value:
        return format_day(date.fromisoformat(value))
    return str(_("Not promised") if column == "reply_promised_on" else _("No last day"))


def _describe_round(entry: TimelineEntry) -> str:
    month = format_month(entry.numbers["month"])
    if entry.code == ROUND_FOUND:
        return str(_("The matching of %(month)s found help.", month=month))
    return str(_("The matching of %(month)s found nothing this time.", month=month))

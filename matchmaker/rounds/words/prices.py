"""What a pin, forbid or swap would change, in words: the first aim that gets worse, the needs."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.models import RoundOverride
from matchmaker.rounds.solve.prices import PriceFound, list_seen, read_found
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.policies import find_rule
from matchmaker.rounds.words.stages import MOST_LISTED, describe_group, list_references, name_aim
from matchmaker.words.scope import join_sentences
from optimizer.changes import StageChange, Trend


def describe_found(found: PriceFound, run_number: int, names: Names, policy: str) -> list[str]:
    """What the next run would change against run ``run_number``: sentences, the aims first."""
    return [
        *_describe_aims(found, names, policy),
        *_describe_counts(found),
        *_describe_doubts(found, run_number, names),
    ]


def _summarise(found: PriceFound | None, names: Names, policy: str) -> str:
    """The price in one line, with the first needs that lose and gain."""
    if found is None:
        return _("It was kept without a known price.")
    said = [*_describe_aims(found, names, policy), *_describe_counts(found)]
    for label, needs in list_needs(found):
        said.append(_("%(what)s: %(needs)s.", what=label, needs=list_references(needs)))
    if found.unproved:
        said.append(_("This is not proved."))
    return join_sentences(said)


def describe_seen(overrides: Sequence[RoundOverride], names: Names, policy: str) -> dict[int, str]:
    """The price that was seen before each pin and forbid was kept, keyed by the id of the row.

    Rows that were kept when nothing could be priced are left out.
    """
    seen = list_seen(overrides).items()
    return {id_: _summarise(read_found(price), names, policy) for id_, price in seen}


def describe_tried(tried: Sequence[tuple[str, int]]) -> str:
    """Who worked out what pins, forbids and swaps would change, and how often; empty: nobody."""
    said = [_("%(what)s: %(value)s", what=name, value=str(count)) for name, count in tried]
    if not said:
        return ""
    return _(
        "What a pin, forbid or swap would change was worked out this often, kept or not: %(list)s.",
        list=_("; ").join(said),
    )


def list_needs(found: PriceFound) -> list[tuple[str, Sequence[str]]]:
    """The needs that would be served otherwise, by what would become of them; no empty list."""
    rows = (
        (_("No longer helped"), found.needs.lost),
        (_("Helped now"), found.needs.gained),
        (_("Helped by another giver or at another time"), found.needs.moved),
    )
    return [(label, needs) for label, needs in rows if needs]


def _describe_aims(found: PriceFound, names: Names, policy: str) -> Iterator[str]:
    first = found.first
    if not found.is_same:
        yield _(
            "Which aim would get worse cannot be said: this request would count by itself, and "
            "before it was one with others of its home."
        )
    elif not found.is_known:
        yield _("Which aim would get worse could not be worked out in the time allowed.")
    elif first is None:
        yield _("No aim would get worse.")
    else:
        yield _describe_first(first, names, policy)
        more = len(found.stages) - 1
        if more:
            yield ngettext(
                "After it %(num)s more aim would change.",
                "After it %(num)s more aims would change.",
                more,
            )


def _describe_first(change: StageChange, names: Names, policy: str) -> str:
    """The first aim that differs, and by how much if that can be said."""
    aim = name_aim(change, names, policy)
    is_worse = change.trend is Trend.WORSE
    if change.groups:
        groups = _("; ").join(describe_group(row, names) for row in change.groups[:MOST_LISTED])
        if is_worse:
            return _("First “%(aim)s” would get worse: %(groups)s.", aim=aim, groups=groups)
        return _("First “%(aim)s” would get better: %(groups)s.", aim=aim, groups=groups)
    if change.before is None or change.after is None:
        if is_worse:
            return _("First “%(aim)s” would get worse.", aim=aim)
        return _("First “%(aim)s” would get better.", aim=aim)
    rule = find_rule(change.name, policy)
    before, after = (
        names.say_number(str(number), change.key) for number in (change.before, change.after)
    )
    counted = rule.counted(change.after, after) if rule else after
    said = {"aim": aim, "before": before, "after": counted}
    if is_worse:
        return _("First “%(aim)s” would get worse: %(after)s, not %(before)s.", **said)
    return _("First “%(aim)s” would get better: %(after)s, not %(before)s.", **said)


def _describe_counts(found: PriceFound) -> Iterator[str]:
    needs = found.needs
    lost, gained, moved = len(needs.lost), len(needs.gained), len(needs.moved)
    if not lost + gained + moved:
        yield _("Nothing would change in who is helped, by whom and when.")
        return
    yield _(
        "Needs that would lose their help: %(lost)s. Needs that would get help: %(gained)s. Needs "
        "helped otherwise: %(moved)s.",
        lost=lost,
        gained=gained,
        moved=moved,
    )
    if found.least is not None and found.least < lost:
        yield _(
            "If as little as possible changed, %(least)s would lose. The others follow from the "
            "order of the month.",
            least=found.least,
        )


def _describe_doubts(found: PriceFound, run_number: int, names: Names) -> Iterator[str]:
    if found.unproved:
        yield ngettext(
            "This is not proved: %(num)s aim is open, so the next run may find something better.",
            "This is not proved: %(num)s aims are open, so the next run may find something better.",
            found.unproved,
        )
    if found.vague:
        yield _(
            "Run %(run)s itself is not proved, so a part of the difference may come from that.",
            run=run_number,
        )
    if found.bound and found.first is not None:
        bound = names.say_number(found.bound, found.first.key)
        yield _("It is proved that the first aim that changes is %(bound)s at best.", bound=bound)
    if found.others:
        yield ngettext(
            "It counts together with %(num)s other pin or forbid that changed since run %(run)s.",
            "It counts together with %(num)s other pins and forbids that changed since run "
            "%(run)s.",
            found.others,
            run=run_number,
        )

"""The public draw of a month in words: which lottery, its number, its day."""

from flask_babel import gettext as _

from matchmaker.models import MatchRound, RoundDraw
from matchmaker.rounds.freeze.draws import DRAW_RULES
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import format_day


def describe_draw(draw: RoundDraw) -> str:
    """An announced draw: lottery, number and day.

    The name of an invented draw says that it is invented.
    """
    source, day = get_label(draw.source), format_day(draw.draws_on)
    return _("%(source)s, draw %(number)s on %(day)s", source=source, number=draw.number, day=day)


def describe_source(match_round: MatchRound) -> str:
    """Where the seed comes from: the announced draw or, in older months, a rule.

    Before the lock it says that the draw is announced then.
    """
    if match_round.frozen_at is None:
        return _("The public draw is announced when the list is locked.")
    draw = match_round.draw
    return (match_round.seed_rule or "–") if draw is None else describe_draw(draw)


def make_example(draw: RoundDraw) -> str:
    """Numbers in the form of the draw, such as ``02 04 06 08 10 12 + 02``."""
    parts = DRAW_RULES[draw.source].parts
    return " + ".join(" ".join(f"{2 * k:02}" for k in range(1, many + 1)) for many, _most in parts)

"""A second opinion on the lottery (S9): could a need that lost be met with all winners before it?

Tickets are taken in their order, so many losers at a time; what is settled is kept.
"""

from collections.abc import Iterator, Sequence, Set

from optimizer.lottery import order_by_ticket
from optimizer.second_engine import Answer, SecondEngine
from optimizer.variables import Columns

CHUNK = 16  # needs that lost and that one question settles


def question_tickets(
    engine: SecondEngine, columns: Columns, met: Set[int]
) -> Iterator[tuple[str, Answer]]:
    """Every run of tickets: NONE agreed, FOUND a better draw, OPEN unknown. ``met``: positions."""
    order = [d for d in order_by_ticket(columns.network.problem) if d in columns.met]
    start = 0
    while start < len(order):
        end, losers = start, 0
        while end < len(order) and losers < CHUNK:
            losers += order[end] not in met
            end += 1
        run = order[start:end]
        yield (
            f"tickets {start + 1} to {end}",
            _draw_better(engine, columns, met, run) if losers else Answer.NONE,
        )
        keep_met(engine, columns, met, run)
        start = end


def keep_met(engine: SecondEngine, columns: Columns, met: Set[int], needs: Sequence[int]) -> None:
    """Needs are met or not as stated."""
    engine.keep([engine.equal({columns.met[d]: 1}, int(d in met)) for d in needs])


def _draw_better(
    engine: SecondEngine, columns: Columns, met: Set[int], run: Sequence[int]
) -> Answer:
    """One loser instead is met, and every winner with a lower ticket than that loser."""
    instead = {d: engine.switch() for d in run if d not in met}
    rows = [engine.equal(dict.fromkeys(instead.values(), 1), 1)]
    for k, d in enumerate(run):
        later = [instead[e] for e in run[k:] if e in instead] if d in met else [instead[d]]
        rows.append(engine.at_least({columns.met[d]: 1, **dict.fromkeys(later, -1)}, 0))
    return engine.ask(rows).answer

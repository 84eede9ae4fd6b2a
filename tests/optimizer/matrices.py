"""Seeded matrices of reviewers' scores with six decimals, whose linear programs have fractions."""

from random import Random

from optimizer.instances.scores import ScoreTerms
from optimizer.problem import Problem
from tests.optimizer.instances.texts import scores_of


def draw_matrix(givers: int, receivers: int, terms: ScoreTerms, seed: int) -> Problem:
    """Half of the scores are alike, the other half are low: few are good for anyone."""
    random = Random(seed)
    rows = [[_draw_score(random) for _ in range(receivers)] for _ in range(givers)]
    text = "\n".join(",".join(f"{score:.6f}" for score in row) for row in rows)
    return scores_of(text, terms, "maxmin").problem


def _draw_score(random: Random) -> float:
    return random.random() if random.random() < 0.5 else random.betavariate(1, 6)

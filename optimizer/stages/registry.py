"""The object of every kind of stage."""

from optimizer.policy import Stage, StageKind
from optimizer.stages.kind import Kind
from optimizer.stages.leximax import Leximax
from optimizer.stages.leximin import Leximin
from optimizer.stages.lottery import Lottery
from optimizer.stages.max_count import MaxCount
from optimizer.stages.points import MaxPoints
from optimizer.stages.recipients import MaxRecipients
from optimizer.stages.score import MaxScore, MinCost
from optimizer.stages.units import MaxUnits

KINDS: dict[StageKind, Kind] = {
    StageKind.MAX_COUNT: MaxCount(),
    StageKind.LEXIMIN: Leximin(),
    StageKind.MAX_RECIPIENTS: MaxRecipients(),
    StageKind.MAX_POINTS: MaxPoints(),
    StageKind.MAX_UNITS: MaxUnits(),
    StageKind.LEXIMAX: Leximax(),
    StageKind.MAX_SCORE: MaxScore(),
    StageKind.MIN_COST: MinCost(),
    StageKind.LOTTERY: Lottery(),
}


def kind_of(stage: Stage) -> Kind:
    """Return the object for the kind of a stage."""
    return KINDS[stage.kind]

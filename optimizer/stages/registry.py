"""The one object that implements each kind of stage."""

from optimizer.policy import Stage, StageKind
from optimizer.stages.carrying import Carrying
from optimizer.stages.kind import Kind
from optimizer.stages.leximin import Leximax, Leximin
from optimizer.stages.lottery import Lottery, WhoDraw
from optimizer.stages.max_count import MaxCount
from optimizer.stages.points import MaxPoints
from optimizer.stages.ranks import Ranks
from optimizer.stages.recipients import MaxRecipients
from optimizer.stages.score import MaxScore, MinCost
from optimizer.stages.turns import FirstTurns, LaterTurns, TierHomes
from optimizer.stages.units import MaxUnits, OddUnits, Shares

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
    StageKind.FIRST_TURNS: FirstTurns(),
    StageKind.HOMES: TierHomes(),
    StageKind.LATER_TURNS: LaterTurns(),
    StageKind.RANKS: Ranks(),
    StageKind.DRAW: WhoDraw(),
    StageKind.SHARES: Shares(),
    StageKind.ODD_UNITS: OddUnits(),
    StageKind.CARRYING: Carrying(),
}


def kind_of(stage: Stage) -> Kind:
    """Return the object that implements the kind of a stage."""
    return KINDS[stage.kind]

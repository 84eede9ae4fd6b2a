"""Every page of needs: importing this file puts them on the blueprint."""

from matchmaker.needs import (
    browse_views,
    decision_views,
    desk_views,
    own_views,
    posting_views,
    queue_views,
)
from matchmaker.needs.blueprint import bp

__all__ = [
    "bp",
    "browse_views",
    "decision_views",
    "desk_views",
    "own_views",
    "posting_views",
    "queue_views",
]

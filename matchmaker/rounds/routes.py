"""Every page of the round room, registered on its blueprint."""

from matchmaker.rounds import action_views, override_views, review_views, views
from matchmaker.rounds.blueprint import bp

__all__ = ["action_views", "bp", "override_views", "review_views", "views"]

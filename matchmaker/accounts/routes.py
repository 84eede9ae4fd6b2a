"""All views of the accounts, gathered on their blueprint."""

from matchmaker.accounts import administration_views, demo_views, invitation_views, own_views
from matchmaker.accounts.views import bp

__all__ = ["administration_views", "bp", "demo_views", "invitation_views", "own_views"]

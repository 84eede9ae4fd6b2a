"""All views of the organisations, gathered on their blueprint."""

from matchmaker.organisations import application_views
from matchmaker.organisations.views import bp

__all__ = ["application_views", "bp"]

"""All views of the residents, gathered on their blueprint."""

from matchmaker.residents import registering_views
from matchmaker.residents.views import bp

__all__ = ["bp", "registering_views"]

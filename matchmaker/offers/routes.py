"""All views of the offers, gathered on their blueprint."""

from matchmaker.offers import posting_views, review_views
from matchmaker.offers.views import bp

__all__ = ["bp", "posting_views", "review_views"]

"""The blueprint of the round room; the ``*views`` files register their pages on it."""

from flask import Blueprint

bp = Blueprint("rounds", __name__, url_prefix="/rounds")

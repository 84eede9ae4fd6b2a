"""The blueprint of the round room; the pages register themselves on it in the ``*views`` files."""

from flask import Blueprint

bp = Blueprint("rounds", __name__, url_prefix="/rounds")

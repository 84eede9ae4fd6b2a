"""The blueprint of needs; the ``*_views`` files add the pages."""

from flask import Blueprint

bp = Blueprint("needs", __name__, url_prefix="/needs")

"""How the office decides: the rules of a month opened today, and of those before, in words."""

from flask import Blueprint, render_template

from matchmaker.base.errors import NotFoundError
from matchmaker.rounds.matching import DEFAULT_POLICY
from matchmaker.rounds.words.rules import POLICY_WORDS, get_version, get_words, list_earlier
from matchmaker.web.permissions import public

bp = Blueprint("criteria", __name__, url_prefix="/criteria")


@bp.get("", strict_slashes=False)
@public
def today() -> str:
    """The rules of a month that is opened today."""
    return _show(DEFAULT_POLICY)


@bp.get("/<id:version>")
@public
def show(version: int) -> str:
    """The rules of one version, by which the months opened under it are decided."""
    found = [policy for policy in POLICY_WORDS if get_version(policy) == version]
    if not found:
        raise NotFoundError("criteria.unknown")
    return _show(found[0])


def _show(policy: str) -> str:
    words = get_words(policy)
    return render_template(
        "criteria/show.html",
        policy=policy,
        is_of_today=policy == DEFAULT_POLICY,
        earlier=list_earlier(DEFAULT_POLICY),
        rules=words.rules,
        tiered=words.tiered,
        others=[code for code in words.rules if code not in words.tiered],
    )

"""How the office decides: the rules of months opened today and of earlier months, in words."""

from flask import Blueprint, current_app, render_template

from matchmaker.base.errors import NotFoundError
from matchmaker.rounds.matching import DEFAULT_POLICY
from matchmaker.rounds.words.policies import get_version, get_words, list_earlier
from matchmaker.rounds.words.rules import POLICY_WORDS
from matchmaker.web.permissions import public

bp = Blueprint("criteria", __name__, url_prefix="/criteria")


@bp.get("", strict_slashes=False)
@public
def show_today() -> str:
    """Show the rules under which a month would be opened today."""
    return _show(_get_policy_of_today())


@bp.get("/<id:version>")
@public
def show(version: int) -> str:
    """Show the rules of one version of the policy, today's or another.

    Raises ``NotFoundError`` if there is no such version.
    """
    found = [policy for policy in POLICY_WORDS if get_version(policy) == version]
    if not found:
        raise NotFoundError("criteria.unknown")
    return _show(found[0])


def _get_policy_of_today() -> str:
    """The policy that the installation is configured with, or else the product's default."""
    policy: str = current_app.config["POLICY"] or DEFAULT_POLICY
    return policy


def _show(policy: str) -> str:
    words, today = get_words(policy), _get_policy_of_today()
    return render_template(
        "criteria/show.html",
        policy=policy,
        is_of_today=policy == today,
        earlier=list_earlier(today),
        rules=words.rules,
        tiered=words.tiered,
        others=[code for code in words.rules if code not in words.tiered],
    )

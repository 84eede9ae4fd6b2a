"""The tone of each state, which decides the shape and colour of its badge.

Templates write ``{{ state_badge(offer.state) }}``; lists of rows call ``get_tone``.
"""

from enum import StrEnum
from typing import Literal

from matchmaker import models as m

Tone = Literal["neutral", "waiting", "progress", "good", "warning", "bad", "paused"]

_TONES: tuple[tuple[StrEnum, Tone], ...] = (
    (m.OfferState.DRAFT, "neutral"),
    (m.OfferState.SUBMITTED, "waiting"),
    (m.OfferState.RETURNED, "warning"),
    (m.OfferState.APPROVED, "progress"),
    (m.OfferState.OPEN, "good"),
    (m.OfferState.PAUSED, "paused"),
    (m.OfferState.USED_UP, "neutral"),
    (m.OfferState.WITHDRAWN, "bad"),
    (m.OfferState.EXPIRED, "neutral"),
    (m.OrganisationState.APPLIED, "waiting"),
    (m.OrganisationState.APPROVED, "good"),
    (m.OrganisationState.RETURNED, "warning"),
    (m.OrganisationState.SUSPENDED, "paused"),
    (m.VolunteerState.ACTIVE, "good"),
    (m.VolunteerState.PAUSED, "paused"),
    (m.VolunteerState.LEFT, "neutral"),
    (m.NeedState.DRAFT, "neutral"),
    (m.NeedState.SUBMITTED, "waiting"),
    (m.NeedState.RETURNED, "warning"),
    (m.NeedState.VERIFIED, "waiting"),
    (m.NeedState.OPEN, "waiting"),
    (m.NeedState.IN_ROUND, "progress"),
    (m.NeedState.MATCHED, "good"),
    (m.NeedState.PARTLY_SERVED, "progress"),
    (m.NeedState.SERVED, "good"),
    (m.NeedState.CLOSED, "neutral"),
    (m.NeedState.REFERRED, "progress"),
    (m.NeedState.WITHDRAWN, "neutral"),
    (m.NeedState.EXPIRED, "paused"),
    (m.PromiseState.PROPOSED, "neutral"),
    (m.PromiseState.AWAITING_GIVER, "waiting"),
    (m.PromiseState.AWAITING_RECIPIENT, "waiting"),
    (m.PromiseState.CONFIRMED, "progress"),
    (m.PromiseState.DELIVERED, "good"),
    (m.PromiseState.FED_BACK, "good"),
    (m.PromiseState.FAILED, "bad"),
    (m.PromiseState.DECLINED, "bad"),
    (m.PromiseState.EXPIRED, "neutral"),
    (m.PromiseState.REVOKED, "bad"),
    (m.ThanksState.WAITING, "waiting"),
    (m.ThanksState.PASSED_ON, "good"),
    (m.ThanksState.KEPT_BACK, "neutral"),
    (m.ThanksState.WITHDRAWN, "neutral"),
    (m.RoundState.DRAFT, "neutral"),
    (m.RoundState.FROZEN, "waiting"),
    (m.RoundState.DRAWN, "waiting"),
    (m.RoundState.SOLVING, "progress"),
    (m.RoundState.REVIEW, "waiting"),
    (m.RoundState.NO_SOLUTION, "bad"),
    (m.RoundState.PUBLISHED, "good"),
    (m.RoundState.EXECUTING, "progress"),
    (m.RoundState.CLOSED, "neutral"),
    (m.RunStatus.PENDING, "progress"),
    (m.RunStatus.PROVEN, "good"),
    (m.RunStatus.FEASIBLE, "warning"),
    (m.RunStatus.INFEASIBLE, "bad"),
    (m.RunStatus.FAILED, "bad"),
)
_BY_MEMBER = {(type(member), member.value): tone for member, tone in _TONES}


def get_tone(state: StrEnum) -> Tone:
    """Return the tone of a state. Raises ``KeyError`` if it has none."""
    return _BY_MEMBER[type(state), state.value]

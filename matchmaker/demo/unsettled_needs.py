"""Needs outside the month's round: drafts, some waiting for a check, some long served."""

from collections.abc import Sequence

from matchmaker.demo.audiences import Audiences
from matchmaker.demo.drawing import make_random
from matchmaker.demo.fixed_homes import FIXED_DRAFTS
from matchmaker.demo.mix import Mix
from matchmaker.demo.needs import NeedWriter
from matchmaker.demo.records import NeedRecord, ResidentRecord
from matchmaker.models import NeedState

COUNTS = {
    NeedState.DRAFT: 14,
    NeedState.SUBMITTED: 30,
    NeedState.RETURNED: 8,
    NeedState.SERVED: 12,
    NeedState.CLOSED: 28,
    NeedState.REFERRED: 6,
    NeedState.WITHDRAWN: 5,
    NeedState.EXPIRED: 4,
}
RETURN_REASONS = ("请补充方便的时间。", "同样的需求上月已登记，请核对。", "请说明需要几件。")
CATEGORIES = ("errands", "small_repairs", "haircut_counter", "legal_advice", "elder_visit", "venue")


def generate_unsettled_needs(
    mix: Mix,
    audiences: Audiences,
    residents: Sequence[ResidentRecord],
    writer: NeedWriter,
    seed: int,
) -> list[NeedRecord]:
    """Needs beyond the 1,670: the personas' drafts, then some in every other state."""
    random = make_random(seed, "unsettled needs")
    by_reference = {resident.reference: resident for resident in residents}
    needs = [
        writer.write(random, by_reference[n.resident], mix.rows[n.category], NeedState.DRAFT, n)
        for n in FIXED_DRAFTS
    ]
    for state, count in COUNTS.items():
        for resident in audiences.draw(random, "elder", frozenset(), count, set()):
            row = mix.rows[random.choice(CATEGORIES)]
            reason = random.choice(RETURN_REASONS) if state is NeedState.RETURNED else None
            needs.append(writer.write(random, resident, row, state, None, reason))
    return needs

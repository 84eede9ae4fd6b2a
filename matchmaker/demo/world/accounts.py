"""Who has an account in the demo: the personas, one worker or coordinator each, some residents."""

from collections.abc import Iterable, Sequence

from matchmaker.demo.world.mix import make_random
from matchmaker.demo.world.names import FIRST_OFFICE_NUMBER, draw_name, make_phone
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.demo.world.records import (
    AccountRecord,
    GiverRecord,
    NeedRecord,
    ResidentRecord,
)
from matchmaker.models import Role


def generate_office_accounts(
    committees: Sequence[str], givers: Sequence[GiverRecord], seed: int
) -> list[AccountRecord]:
    """The personas, then a worker for every other committee, a coordinator for every giver."""
    random = make_random(seed, "accounts")
    accounts = [AccountRecord(p.phone, p.name_zh, p.role, p.scope) for p in DEMO_PERSONS]
    filled = {account.scope for account in accounts}
    wanted = [
        *((Role.COMMITTEE_WORKER, code) for code in committees),
        *((Role.COORDINATOR, giver.code) for giver in givers),
    ]
    for role, scope in wanted:
        name = "".join(draw_name(random, random.randrange(100) < 60))
        if scope not in filled:
            phone = make_phone(FIRST_OFFICE_NUMBER + len(accounts))
            accounts.append(AccountRecord(phone, name, role, scope))
    return accounts


def get_workers(accounts: Iterable[AccountRecord]) -> dict[str, str]:
    """Committee code to the telephone number of who works there."""
    return {a.scope: a.phone for a in accounts if a.role is Role.COMMITTEE_WORKER and a.scope}


def make_resident_accounts(
    residents: Sequence[ResidentRecord], needs: Iterable[NeedRecord], known: set[str]
) -> list[AccountRecord]:
    """An account for everyone who posted a need themselves and is not in ``known`` (phones)."""
    posting = {need.entered_by for need in needs} - known
    return [
        AccountRecord(r.phone, r.display_name, Role.RESIDENT, r.reference)
        for r in residents
        if r.phone in posting
    ]

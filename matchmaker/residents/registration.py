"""What is written down when a resident is first registered."""

from dataclasses import dataclass

from matchmaker.models import ConsentChannel


@dataclass(frozen=True, slots=True)
class Registration:
    """Either ``household_reference`` names a home of the committee or ``block`` a new one."""

    committee_id: int
    household_reference: str | None
    block: str
    full_name: str
    display_name: str
    phone: str
    address: str
    birth_year: int | None
    consent_channel: ConsentChannel

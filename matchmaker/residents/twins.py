"""Find registered residents who may be the same person as one that is being registered.

Names and addresses are encrypted, so candidates are found by keyed digests that have an index, and
only these few are compared. The result says which data is alike, but shows no contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.base.extensions import contact_cipher, db
from matchmaker.models import Committee, Household, Resident, ResidentContact, User
from matchmaker.residents.phone_search import get_office_id
from matchmaker.residents.scope import select_residents
from matchmaker.words.folding import fold, fold_address
from matchmaker.words.phone_numbers import get_line

NEAR_NAME = 65  # the least likeness of 100: one of three characters may differ
NEAR_ADDRESS = 85
LEAST_END = 8  # characters: a road or estate with house and door


@dataclass(frozen=True, slots=True)
class Described:
    """The data of a person that is compared, typed at the counter or of a registered resident."""

    full_name: str
    phone: str
    address: str
    birth_year: int | None
    committee_id: int


@dataclass(frozen=True, slots=True)
class Twin:
    """A registered resident compared with a person, and which data is the same or nearly so.

    has_phone        the phone is the same
    has_name         the name is the same or similar
    has_address      the address is the same or similar
    has_birth_year   the year of birth is the same
    """

    resident: Resident
    has_phone: bool
    has_name: bool
    has_address: bool
    has_birth_year: bool


@dataclass(frozen=True, slots=True)
class Twins:
    """The residents in the actor's scope who may be the same person as the one described.

    ``elsewhere``: how many other residents of the street office have the same phone. False in a
    condition if there are neither.
    """

    own: Sequence[Twin]
    elsewhere: int

    def __bool__(self) -> bool:
        return bool(self.own) or self.elsewhere > 0


def make_indexes(full_name: str, address: str) -> dict[str, str]:
    """The digests by which a contact is found by name and by address, keyed by column.

    Spellings that fold to the same text have the same digest.
    """
    return {
        "name_index": contact_cipher.get_index(f"name:{fold(full_name)}"),
        "address_index": contact_cipher.get_index(f"address:{fold_address(address)}"),
    }


def find_twins(actor: User, typed: Described) -> Twins:
    """The residents who may be the described person, in order of id; see ``is_perhaps_same``."""
    phone_index = contact_cipher.get_index(get_line(typed.phone))
    indexes = make_indexes(typed.full_name, typed.address)
    alike = select(ResidentContact.resident_id).where(
        or_(
            ResidentContact.phone_index == phone_index,
            ResidentContact.name_index == indexes["name_index"],
            ResidentContact.address_index == indexes["address_index"],
        )
    )
    query = (
        select_residents(actor)
        .where(Resident.id.in_(alike))
        .options(
            contains_eager(Resident.household).contains_eager(Household.committee),
            joinedload(Resident.contact),
        )
        .order_by(Resident.id)
    )
    compared = [compare(typed, row) for row in db.session.scalars(query)]
    own = [twin for twin in compared if is_perhaps_same(twin, typed)]
    elsewhere = _count_of_office(actor, phone_index) - sum(twin.has_phone for twin in own)
    return Twins(own, elsewhere)


def _count_of_office(actor: User, phone_index: str) -> int:
    """How many residents of the actor's street office have this phone, without merged entries."""
    query = (
        select(func.count())
        .select_from(ResidentContact)
        .join(ResidentContact.resident)
        .join(Resident.household)
        .join(Household.committee)
        .where(ResidentContact.phone_index == phone_index, Resident.merged_into_id.is_(None))
        .where(Committee.subdistrict_id == get_office_id(actor))
    )
    return db.session.scalar(query) or 0


def compare(typed: Described, row: Resident) -> Twin:
    """The resident, with which data of the described person the resident has too."""
    found = describe(row)
    return Twin(
        row,
        has_phone=get_line(typed.phone) == get_line(found.phone),
        has_name=is_near(fold(typed.full_name), fold(found.full_name), NEAR_NAME),
        has_address=is_near_address(fold_address(typed.address), fold_address(found.address)),
        has_birth_year=typed.birth_year is not None and typed.birth_year == found.birth_year,
    )


def describe(row: Resident) -> Described:
    """The data of a registered resident that is compared."""
    contact = row.contact
    return Described(
        full_name=contact.full_name,
        phone=contact.phone,
        address=contact.address,
        birth_year=row.birth_year,
        committee_id=row.household.committee_id,
    )


def is_perhaps_same(twin: Twin, typed: Described) -> bool:
    """Whether the resident may be the described person.

    True if the phone is the same. Otherwise both must be of one committee and: with an equal name,
    have a similar address or the same year of birth; with a similar name, have a similar address
    and no different years of birth, because brothers share a home and half a name.
    """
    if twin.has_phone:
        return True
    if twin.resident.household.committee_id != typed.committee_id or not twin.has_name:
        return False
    is_equal = fold(twin.resident.contact.full_name) == fold(typed.full_name)
    if is_equal:
        return twin.has_address or twin.has_birth_year
    years = (twin.resident.birth_year, typed.birth_year)
    return twin.has_address and (twin.has_birth_year or None in years)


def is_near_address(one: str, other: str) -> bool:
    """Whether two folded addresses are alike, or one is the other with city, district or street.

    The longer one has no digit where the shorter one begins: 118弄 does not end with 18弄.
    """
    shorter, longer = sorted((one, other), key=len)
    before = longer[: len(longer) - len(shorter)]
    is_end = longer.endswith(shorter) and not before[-1:].isdigit()
    is_whole = len(shorter) >= LEAST_END and not shorter[:1].isdigit()
    return (is_end and is_whole) or is_near(one, other, NEAR_ADDRESS)


def is_near(one: str, other: str, least: int) -> bool:
    """Whether the likeness of two folded texts is at least ``least`` of 100."""
    return fuzz.ratio(one, other, score_cutoff=least) > 0

"""Rows for tests, each in one line, with plain defaults that any test may replace."""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import Flask, has_app_context
from werkzeug.security import generate_password_hash

from matchmaker import models as m
from matchmaker.base.clock import get_month_start
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.kinds import get_rules
from matchmaker.residents.twins import make_indexes

NOW = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)  # a Monday morning in Shanghai
PASSWORD = "plum blossom in the lane"
# One cheap hash for every test account: strength is the sign-in tests' business.
_HASH = generate_password_hash(PASSWORD, method="scrypt:512:8:1")


def opened_at(month: date) -> datetime:
    """When tests open and freeze a month: now, or on the eve of a month that is not near now."""
    is_near = date(2026, 7, 1) <= month <= date(2026, 9, 1)
    return NOW if is_near else get_month_start(month) - timedelta(hours=1)


# The states in which the factories write rows: those of a new row, and what one approval leaves.
# ``tests.reach`` brings rows from there to every other state that can be reached.
STARTS: dict[type[StrEnum], set[StrEnum]] = {
    m.NeedState: {m.NeedState.DRAFT, m.NeedState.SUBMITTED, m.NeedState.OPEN},
    m.OfferState: {m.OfferState.DRAFT, m.OfferState.SUBMITTED, m.OfferState.OPEN},
    m.OrganisationState: {m.OrganisationState.APPLIED, m.OrganisationState.APPROVED},
    m.VolunteerState: {m.VolunteerState.ACTIVE},
}


def make_lot(*parts: object) -> str:
    """A lot that follows from what the row says, so that equal months have equal bytes."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Factory:
    """Writes rows and commits. Inside a context rows stay attached; outside they are detached."""

    def __init__(self, app: Flask) -> None:
        self._app, self.last_number = app, 0

    def context(self) -> AbstractContextManager[Any]:
        """An application context: the present one, or a new one."""
        return nullcontext() if has_app_context() else self._app.app_context()

    def add(self, row: Any) -> Any:
        """Store any row, commit, and give it back with its columns loaded."""
        state = getattr(row, "state", None)
        if type(state) in STARTS and row.id is None:
            assert state in STARTS[type(state)], f"{state!r} is reached, not written: tests.reach"
        with self.context():
            row = db.session.merge(row)
            db.session.commit()
            db.session.refresh(row)
        return row

    def get(self, model: type, row_id: int) -> Any:
        """A stored row, its columns loaded."""
        with self.context():
            row: Any = db.session.get(model, row_id)
            db.session.refresh(row)
        return row

    def next_code(self, prefix: str) -> str:
        return f"{prefix}{self._get_number():04d}"

    def _get_number(self) -> int:
        self.last_number += 1
        return self.last_number

    def subdistrict(self, **values: Any) -> m.Subdistrict:
        code = values.get("code") or self.next_code("S")
        return self.add(
            m.Subdistrict(
                **{
                    "code": code,
                    "name_zh": "徐家汇街道",
                    "name_en": "Xujiahui",
                    "naming_key": make_lot(code),
                    **values,
                }
            )
        )

    def committee(self, subdistrict: m.Subdistrict | None = None, **values: Any) -> m.Committee:
        if "subdistrict_id" not in values:
            values["subdistrict_id"] = (subdistrict or self.subdistrict()).id
        code = self.next_code("C")
        defaults = {"code": code, "name_zh": f"{code}居委会", "name_en": f"Committee {code}"}
        return self.add(m.Committee(**{**defaults, **values}))

    def organisation(
        self, subdistrict: m.Subdistrict | None = None, **values: Any
    ) -> m.Organisation:
        subdistrict = subdistrict or self.subdistrict()
        code = self.next_code("O")
        defaults = {
            "code": code,
            "name_zh": f"单位{code}",
            "name_en": f"Organisation {code}",
            "kind": m.OrganisationKind.ENTERPRISE,
            "state": m.OrganisationState.APPROVED,
            "sort_key": code,
        }
        return self.add(m.Organisation(subdistrict_id=subdistrict.id, **{**defaults, **values}))

    def category(self, **values: Any) -> m.ServiceCategory:
        code = self.next_code("K")
        defaults = {
            "code": code,
            "kind": m.OfferKind.PEOPLE,
            "unit": "visit",
            "usual_minutes": 60,
            "name_zh": f"类别{code}",
            "name_en": f"Category {code}",
        }
        if "unit" not in values and "kind" in values:
            defaults["unit"] = next(iter(get_rules(values["kind"]).units))
        if "parent_id" not in values:
            parent = m.ServiceCategory(**{**defaults, "code": code + "P"})
            values["parent_id"] = self.add(parent).id
        return self.add(m.ServiceCategory(**{**defaults, **values}))

    def household(self, committee: m.Committee | None = None, **values: Any) -> m.Household:
        committee = committee or self.committee()
        defaults = {"reference": self.next_code("H"), "block": "乐山二三村"}
        row = {**defaults, **values}
        return self.add(
            m.Household(committee_id=committee.id, **{"lot": make_lot(row["reference"]), **row})
        )

    def resident(
        self, household: m.Household | None = None, phone: str = "13800000000", **values: Any
    ) -> m.Resident:
        household = household or self.household()
        defaults = {
            "reference": self.next_code("R"),
            "display_name": "王阿婆",
            "sort_key": "wang a po",
        }
        kept = {"full_name": "王秀英", "address": "乐山路8弄3号201室"}
        kept = {name: values.pop(name, text) for name, text in kept.items()}
        row = self.add(m.Resident(household_id=household.id, **{**defaults, **values}))
        self.add(
            m.ResidentContact(
                resident_id=row.id,
                phone=phone,
                **kept,
                **make_indexes(**kept),
                phone_index=contact_cipher.get_index(phone),
                phone_tail_index=contact_cipher.get_index(phone[-4:]),
            )
        )
        return row

    def user(self, role: m.Role, **values: Any) -> m.User:
        phone = f"139{self._get_number():08d}"
        defaults = {
            "phone": phone,
            "phone_index": contact_cipher.get_index(phone),
            "name": f"{role.value} {phone[-3:]}",
            "password_hash": _HASH,
            "created_at": NOW,
        }
        return self.add(m.User(role=role, **{**defaults, **values}))

    def volunteer(self, organisation: m.Organisation, **values: Any) -> m.Volunteer:
        reference = self.next_code("V")
        defaults = {
            "reference": reference,
            "name": f"志愿者{reference}",
            "sort_key": reference,
            "visits_per_month": 2,
            "categories": [],
            "windows": [m.Window.WEEKDAY_AM.value],
            "committees": [],
        }
        row = {**defaults, **values}
        lot = make_lot(row["reference"])
        return self.add(m.Volunteer(organisation_id=organisation.id, **{"lot": lot, **row}))

    def offer(
        self, organisation: m.Organisation, category: m.ServiceCategory, **values: Any
    ) -> m.Offer:
        defaults = {
            "title": "Offer",
            "capacity_per_month": 5,
            "windows": [],
            "committees": [],
            "statuses": [],
            "valid_from": date(2026, 1, 1),
            "state": m.OfferState.OPEN,
            "created_at": NOW,
        }
        row = {**defaults, **values}
        lot = make_lot(organisation.code, category.code, *row.values())
        return self.add(
            m.Offer(organisation_id=organisation.id, category_id=category.id, **{"lot": lot, **row})
        )

    def place(self, subdistrict_id: int, **values: Any) -> m.Place:
        """A place of the office, or of the organisation that is given."""
        defaults = {
            "name_zh": "乐善大厅",
            "name_en": "Leshan Hall",
            "address": "乐善路18号",
            "hours_zh": "周一 9:00–11:00",
            "hours_en": "Monday, 9:00 to 11:00",
            "is_step_free": True,
            "has_lift": False,
        }
        return self.add(m.Place(subdistrict_id=subdistrict_id, **{**defaults, **values}))

    def need(
        self,
        resident: m.Resident,
        category: m.ServiceCategory,
        entered_by: m.User,
        committee_id: int,
        **values: Any,
    ) -> m.Need:
        defaults = {
            "reference": self.next_code("N"),
            "description": "请来看看我",
            "windows": [],
            "state": m.NeedState.OPEN,
            "created_at": NOW,
            "submitted_at": None if values.get("state") is m.NeedState.DRAFT else NOW,
        }
        row = {**defaults, **values}
        return self.add(
            m.Need(
                resident_id=resident.id,
                category_id=category.id,
                committee_id=committee_id,
                entered_by_id=entered_by.id,
                **{"lot": make_lot(row["reference"]), **row},
            )
        )

    def thanks(self, promise: m.Promise) -> m.Thanks:
        """Thanks for the help of a promise, passed on by the office."""
        with self.context():
            row = db.session.get_one(m.Promise, promise.id)
            thanks = m.Thanks(
                subdistrict_id=row.run.match_round.subdistrict_id,
                asked_at=NOW,
                decided_at=NOW,
                is_passed_on=True,
            )
            db.session.add(thanks)
            db.session.flush()
            row.thanks_id, row.face, row.words = thanks.id, m.Face.GOOD, "谢谢"
            db.session.commit()
            return thanks

    def follow_up(self, need: m.Need) -> m.FollowUp:
        """A question about a need that the office owes an answer."""
        with self.context():
            committee = db.session.get_one(m.Committee, need.committee_id)
            subdistrict_id = committee.subdistrict_id
        return self.add(
            m.FollowUp(
                subdistrict_id=subdistrict_id,
                need_id=need.id,
                about=m.FollowUpAbout.DECISION,
                words="请再看一遍",
                asked_by_id=need.entered_by_id,
                asked_at=NOW,
                due_on=NOW.date(),
            )
        )

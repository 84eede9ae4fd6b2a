"""Rows of the demo on which each route that takes an id is tried: for each role its own."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.accounts.sessions import get_digest
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.calendar.service import list_years
from matchmaker.links.service import find_link, make_organisation_link
from matchmaker.needs.resident_service import Question, list_questions
from matchmaker.promises.memory import list_months
from matchmaker.rounds.freeze.findings import ROWS
from matchmaker.rounds.solve.packs import PackWish, ask_for_pack
from matchmaker.scopes import is_in_scope
from matchmaker.workbench.lines import LINES

Values = dict[str, Any]


def _first(model: Any, *conditions: Any) -> int | None:
    return db.session.scalar(select(model.id).where(*conditions).order_by(model.id).limit(1))


def _in_scope(user: m.User) -> list[Any]:
    if user.role is m.Role.COMMITTEE_WORKER:
        return [m.Need.committee_id == user.committee_id]
    return []


def _residents(user: m.User) -> list[Values]:
    need = _first(m.Need, *_in_scope(user))
    return [{"resident_id": db.session.get(m.Need, need).resident_id}]


def _own_residents(user: m.User) -> list[Values]:
    return _residents(user) if user.role is m.Role.COMMITTEE_WORKER else []


def _needs_in(*states: m.NeedState) -> Callable[[m.User], list[Values]]:
    """One need of each state, of the person's own or in the worker's scope."""

    def find(user: m.User) -> list[Values]:
        scope = _in_scope(user)
        if user.role is m.Role.RESIDENT:
            scope = [m.Need.resident_id == user.resident_id]
        else:
            scope.append(m.Need.state != m.NeedState.DRAFT)  # a draft is its writer's alone
        ids = [_first(m.Need, m.Need.state == state, *scope) for state in states]
        return [{"need_id": found} for found in ids if found]

    return find


def _correctable(user: m.User) -> list[Values]:
    """A verified need that waits for the next list and that whoever verifies may correct."""
    workers = select(m.User.id).where(m.User.role == m.Role.COMMITTEE_WORKER)
    conditions = (m.Need.state == m.NeedState.OPEN, m.Need.entered_by_id.in_(workers))
    found = _first(m.Need, *conditions, *_in_scope(user))
    return [{"need_id": found}] if found else []


def _drafts(user: m.User) -> list[Values]:
    return _needs_in(m.NeedState.DRAFT, m.NeedState.RETURNED)(user)


def _questions(user: m.User) -> list[Values]:
    drafts = [db.session.get(m.Need, values["need_id"]) for values in _drafts(user)]
    return [
        {"need_id": need.id, "question": question.value}
        for need in drafts
        for question in Question
        if question in list_questions(need)
    ]


def _kinds(user: m.User) -> list[Values]:
    parents = select(m.ServiceCategory.code).where(m.ServiceCategory.parent_id.is_(None))
    codes = [{"code": code} for code in db.session.scalars(parents.order_by("code"))]
    return codes + [{**values, **codes[0]} for values in _drafts(user)]


def _offers(user: m.User) -> list[Values]:
    own = [m.Offer.organisation_id == user.organisation_id] if user.organisation_id else []
    shown = [state for state in m.OfferState if own or state is not m.OfferState.DRAFT]
    ids = [_first(m.Offer, m.Offer.state == state, *own) for state in shown]
    return [{"offer_id": found} for found in ids if found]


def _categories(_user: m.User) -> list[Values]:
    second_level = m.ServiceCategory.parent_id.is_not(None)
    kinds = [
        _first(m.ServiceCategory, second_level, m.ServiceCategory.kind == k) for k in m.OfferKind
    ]
    return [{"category_id": found} for found in kinds if found]


def _volunteers(user: m.User) -> list[Values]:
    found = _first(m.Volunteer, m.Volunteer.organisation_id == user.organisation_id)
    return [{"volunteer_id": found}] if found else []


def _organisations(_user: m.User) -> list[Values]:
    ids = [_first(m.Organisation, m.Organisation.state == s) for s in m.OrganisationState]
    return [{"organisation_id": found} for found in ids if found]


def _pairings(user: m.User) -> list[Values]:
    office = m.Pairing.organisation.has(m.Organisation.subdistrict_id == user.subdistrict_id)
    found = _first(m.Pairing, m.Pairing.ended_on.is_(None), office)
    return [{"pairing_id": found}] if found else []


def _places(user: m.User) -> list[Values]:
    own = [m.Place.organisation_id == user.organisation_id] if user.organisation_id else []
    found = _first(m.Place, *own)
    return [{"place_id": found}] if found else []


def _users(_user: m.User) -> list[Values]:
    return [{"user_id": _first(m.User, m.User.role == role)} for role in m.Role]


def _letters(user: m.User) -> list[Values]:
    return [{}, *_published(user)]


def _letters_of(user: m.User) -> list[Values]:
    months = [{}, *_published(user)]
    return [{**values, **month} for values in _residents(user) for month in months]


def _letters_to_print(user: m.User) -> list[Values]:
    return [{**values, **month} for values in _committees(user) for month in _published(user)]


def _months(_user: m.User | None) -> list[Values]:
    return [{"month": month} for month in db.session.scalars(select(m.MatchRound.month))]


def _published(_user: m.User | None) -> list[Values]:
    found = select(m.MatchRound.month).where(m.MatchRound.published_run_id.is_not(None))
    return [{"month": month} for month in db.session.scalars(found)]


def _searched(_user: m.User | None) -> list[Values]:
    """The months in which givers were looked for in place of others."""
    found = select(m.MatchRound.month).join(
        m.RoundRepair, m.RoundRepair.round_run_id == m.MatchRound.published_run_id
    )
    return [{"month": month} for month in db.session.scalars(found.distinct())]


def _published_offices(_user: m.User | None) -> list[Values]:
    office = select(m.MatchRound.month, m.Subdistrict.code).join(m.MatchRound.subdistrict)
    found = db.session.execute(office.where(m.MatchRound.published_run_id.is_not(None)))
    return [{"month": month, "office": code} for month, code in found]


def _runs(user: m.User) -> list[Values]:
    return [{**values, "number": 1} for values in _published(user)]


def _side_by_side(user: m.User) -> list[Values]:
    return [{**values, "other": 1} for values in _runs(user)]


def _prices(_user: m.User) -> list[Values]:
    found = select(m.MatchRound.month, m.RoundPrice.number).join(m.RoundPrice.match_round)
    return [{"month": month, "number": number} for month, number in db.session.execute(found)]


def _lines(user: m.User) -> list[Values]:
    """One line for each ground of an answer, of each month."""
    of_run = m.MatchRound.published_run_id == m.NeedOutcome.round_run_id
    first = (
        select(m.MatchRound.month, func.min(m.NeedOutcome.need_id).label("need_id"))
        .join(m.NeedOutcome, of_run)
        .group_by(m.MatchRound.month, m.NeedOutcome.ground)
        .subquery()
    )
    found = select(first.c.month, m.Need.reference).join(m.Need, m.Need.id == first.c.need_id)
    return [
        {"month": month, "number": 1, "reference": reference}
        for month, reference in db.session.execute(found)
    ]


def _overrides(user: m.User) -> list[Values]:
    return [{"month": v["month"], "reference": v["reference"]} for v in _lines(user)[:1]]


def _follow_ups(_user: m.User) -> list[Values]:
    found = _first(m.FollowUp)
    return [{"follow_up_id": found}] if found else []


def _thanks(_user: m.User) -> list[Values]:
    found = _first(m.Thanks)
    return [{"thanks_id": found}] if found else []


def _committees(user: m.User) -> list[Values]:
    return [{"committee_id": user.committee_id or _first(m.Committee)}]


def _years(_user: m.User) -> list[Values]:
    return [{"year": year} for year in list_years(get_now())]


def _given(user: m.User) -> list[Values]:
    found = _first(m.Promise, m.Promise.organisation_id == user.organisation_id)
    return [{"promise_id": found}] if found else []


def _visited(user: m.User) -> list[Values]:
    found = _first(m.Promise, m.Promise.volunteer_id == user.volunteer_id)
    return [{"promise_id": found}] if found else []


def _reported(user: m.User) -> list[Values]:
    own = {m.Role.VOLUNTEER: _visited, m.Role.COORDINATOR: _given}
    return own.get(user.role, _asked_for)(user)


def _agreed(user: m.User) -> list[Values]:
    """A promise that the resident, or somebody in the worker's scope, agreed to."""
    is_agreed = m.Promise.state == m.PromiseState.CONFIRMED
    found = _first(m.Promise, is_agreed, is_in_scope(m.Promise, user))
    return [{"promise_id": found}] if found else []


def _sessions(user: m.User) -> list[Values]:
    own = select(m.Offer.id).where(m.Offer.organisation_id == user.organisation_id)
    found = _first(m.Session, m.Session.offer_id.in_(own))
    return [{"session_id": found}] if found else []


def _offers_of_months(user: m.User) -> list[Values]:
    return [{**month, **offer} for month in _published(user) for offer in _offers(user)[:1]]


def _payments(user: m.User) -> list[Values]:
    """An own offer of money in each published month; others have no list of payments."""
    of_money = m.Offer.category.has(m.ServiceCategory.kind == m.OfferKind.FUNDS)
    own = _first(m.Offer, m.Offer.organisation_id == user.organisation_id, of_money)
    return [{**month, "offer_id": own} for month in _published(user) if own]


def _asked_for(user: m.User) -> list[Values]:
    """A promise that the resident, or somebody in the worker's scope, is asked about."""
    found = _needs_in(m.NeedState.MATCHED)(user)
    waits = m.Promise.state == m.PromiseState.AWAITING_RECIPIENT
    ids = [_first(m.Promise, waits, m.Promise.need_id == row["need_id"]) for row in found]
    return [{"promise_id": row} for row in ids if row]


def _work(user: m.User) -> list[Values]:
    return [{"kind": line.kind.value} for line in LINES[user.role]]


def _findings(_user: m.User) -> list[Values]:
    """Every finding of a month that is being prepared."""
    found = select(m.MatchRound.month).where(m.MatchRound.state == m.RoundState.DRAFT)
    months = db.session.scalars(found.limit(1)).all()
    return [{"month": month, "finding": finding.value} for month in months for finding in ROWS]


def _packs(user: m.User | None) -> list[Values]:
    """A pack of the latest published month, asked for once and made by nobody."""
    query = select(m.MonthPack.id)
    if user is not None and user.role is m.Role.SOCIAL_WORKER and not db.session.scalar(query):
        [latest, *_earlier] = list_months(user.subdistrict_id)
        wish = PackWish(latest, latest, list(m.PackPart), "en")
        ask_for_pack(wish, actor=user, now=get_now())
        db.session.commit()
    return [{"pack_id": found} for found in db.session.scalars(query.limit(1))]


_SECRET = "a" * 26  # of a link whose address the tests have to know


def _links(_user: m.User | None) -> list[Values]:
    """A link to what is asked of the demo's first coordinator, made once."""
    query = select(m.SignedLink.id).where(m.SignedLink.token_sha256 == get_digest(_SECRET))
    if db.session.scalar(query) is None:
        actor = db.session.scalars(
            select(m.User).where(m.User.role == m.Role.SOCIAL_WORKER)
        ).first()
        giver = select(m.User).where(m.User.role == m.Role.COORDINATOR).order_by(m.User.id)
        organisation_id = db.session.scalars(giver).first().organisation_id
        month = db.session.scalar(select(func.max(m.MatchRound.month)))
        token = make_organisation_link(
            actor=actor, month=month, organisation_id=organisation_id, now=get_now()
        )
        db.session.flush()
        link = find_link(token, get_now())
        link.token_sha256 = get_digest(_SECRET)
        db.session.commit()
    return [{"token": _SECRET}]


SAMPLES: dict[str, Callable[[Any], list[Values]]] = {
    "accounts.change_role": _users,
    "accounts.show": _users,
    "assignments.add_session": _offers_of_months,
    "assignments.edit_session": _sessions,
    "assignments.open_code": lambda user: [{**row, "code": "1234"} for row in _reported(user)],
    "assignments.digits_sheet": _agreed,
    "assignments.payments": _payments,
    "assignments.promise": _given,
    "assignments.question": _asked_for,
    "assignments.visit": _visited,
    "assignments.read_thanks": _thanks,
    "assignments.roster": _sessions,
    "calendar.edit": _years,
    "criteria.show": lambda _user: [{"version": 1}, {"version": 2}],
    "links.show": _links,
    "needs.answer_follow_up": _follow_ups,
    "needs.answers": _letters,
    "needs.answers_of": _letters_of,
    "needs.ask": _questions,
    "needs.ask_again": _needs_in(m.NeedState.OPEN),
    "needs.ask_again_for": _needs_in(m.NeedState.OPEN),
    "needs.change": _needs_in(m.NeedState.SUBMITTED, m.NeedState.OPEN),
    "needs.ask_last_day": _drafts,
    "needs.ask_repeats": _drafts,
    "needs.check": _drafts,
    "needs.choose": _kinds,
    "needs.correct": _needs_in(m.NeedState.SUBMITTED, m.NeedState.RETURNED),
    "needs.correct_checked": _correctable,
    "needs.create_for": _residents,
    "needs.follow": _needs_in(*m.NeedState),
    "needs.paper_letter": _residents,
    "needs.paper_list": _committees,
    "needs.paper_sheet": _committees,
    "needs.print_letters": _letters_to_print,
    "needs.end_referral": _needs_in(m.NeedState.REFERRED),
    "needs.refer": _needs_in(m.NeedState.SUBMITTED, m.NeedState.OPEN),
    "needs.receipt": _needs_in(m.NeedState.OPEN, m.NeedState.MATCHED),
    "needs.show": _needs_in(*m.NeedState),
    "needs.start": _drafts,
    "offers.check": _offers,
    "offers.edit": _offers,
    "offers.new": _categories,
    "offers.offer_more": _offers,
    "offers.show": _offers,
    "organisations.change_pairing": _pairings,
    "organisations.contact": _organisations,
    "organisations.end_pairing": _pairings,
    "organisations.show": _organisations,
    "organisations.show_pairing": _pairings,
    "packs.progress": _packs,
    "places.edit": _places,
    "residents.record_status": _own_residents,
    "residents.merge": _residents,
    "residents.show": _residents,
    "results.show": _published,
    "results.show_office": _published_offices,
    "endings.stop": _residents,
    "rounds.accept": _runs,
    "rounds.answers": _published,
    "rounds.beside": _side_by_side,
    "rounds.board": _published,
    "rounds.call": _published,
    "rounds.close": _published,
    "rounds.draw": _months,
    "rounds.freeze": _months,
    "rounds.list_lines": _runs,
    "rounds.override": _overrides,
    "rounds.places": _published,
    "rounds.places_progress": _searched,
    "rounds.price_progress": _prices,
    "rounds.print_review": _runs,
    "rounds.progress": _months,
    "rounds.promises": _runs,
    "rounds.publish": _runs,
    "rounds.replace_draw": _months,
    "rounds.review": _runs,
    "rounds.show": _months,
    "rounds.show_line": _lines,
    "rounds.show_price": _prices,
    "rounds.withdraw": _published,
    "volunteers.away": _volunteers,
    "volunteers.edit": _volunteers,
    "volunteers.show": _volunteers,
    "workbench.month_rows": _findings,
    "workbench.rows": _work,
}

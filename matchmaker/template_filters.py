"""The filters, tests and global functions that this site adds to Jinja's, each under one name.

Features provide plain functions and do not register them, so a reader of a template finds here
which function ``| when_words`` calls.
"""

from collections.abc import Callable, Mapping

from flask import Flask
from flask_login import current_user

from matchmaker import kinds
from matchmaker.accounts import words as account_words
from matchmaker.accounts.invitations import waits_for_confirmation
from matchmaker.accounts.kept_forms import get_owner_mark
from matchmaker.audit import words as audit_words
from matchmaker.base.clock import get_now
from matchmaker.forms.base import was_ticked
from matchmaker.models import Need, Offer
from matchmaker.needs import words as need_words
from matchmaker.needs.repeating import is_repeating
from matchmaker.notices import views as notice_views
from matchmaker.notices import words as notice_words
from matchmaker.offers.states import OFFER_STATES, OfferStep
from matchmaker.rounds.publish import bundles
from matchmaker.rounds.solve.figures import find_totals
from matchmaker.rounds.solve.verdicts import find_verdict
from matchmaker.rounds.words import (
    draws,
    grounds,
    helps,
    outcomes,
    policies,
    refusals,
    slots,
    stages,
    verdicts,
)
from matchmaker.web.addresses import find_url
from matchmaker.words import giving, labels, places, quantities, scope, tones
from matchmaker.words.phone_numbers import find_phone

_Functions = Mapping[str, Callable[..., object]]

FILTERS: _Functions = {
    # Coded values, days and quantities: ``{{ offer.state | label }}``.
    "label": labels.get_label,
    "name": labels.get_name,
    "tone": tones.get_tone,
    "day": quantities.format_day,
    "local_day": quantities.format_local_day,
    "moment": quantities.format_moment,
    "month_name": quantities.format_month,
    "policy_name": labels.name_policy,
    "quantity": quantities.format_quantity,
    "share": quantities.format_share,
    "share_sum": quantities.format_share_sum,
    "quantity_question": quantities.get_quantity_question,
    "windows": scope.name_windows,
    "statuses": scope.name_statuses,
    "committees": scope.name_committees,
    # When and where something is given.
    "place_line": places.describe_place,
    "session_words": giving.describe_session,
    "where_facts": giving.list_where,
    "phone_contact": giving.find_contact,
    # Needs and residents.
    "explain_state": need_words.explain_state,
    "coming_words": need_words.describe_coming,
    "describe_entry": need_words.describe_entry,
    "describe_entry_to_office": need_words.describe_entry_to_office,
    "list_corrected": need_words.list_corrected,
    "corrector": need_words.name_corrector,
    "phone_in": find_phone,
    "consent_purpose": labels.describe_purpose,
    "consent_state": labels.describe_consent,
    # Rounds: what was found, when, by which stage, how it was proved.
    "explain_outcome": grounds.explain_outcome,
    "public_name": bundles.find_public_name,
    "explain_next": helps.explain_next,
    "explain_outcome_to_staff": outcomes.explain_outcome_to_staff,
    "list_helps": helps.list_helps,
    "help_sentence": helps.say_help,
    "ground_name": outcomes.name_ground,
    "when_words": slots.describe_when,
    "visit_times": slots.describe_visits,
    "day_and_hour": quantities.format_day_and_hour,
    "coverage_title": policies.name_coverage,
    "policy_cost": policies.describe_cost,
    "coverage_words": policies.describe_coverage,
    "policy_version": policies.get_version,
    "stage_name": policies.name_stage,
    "stage_reason": policies.justify_stage,
    "stage_key": stages.describe_key,
    "stage_value": stages.describe_value,
    "stage_parts": stages.list_parts,
    "part_proof": stages.describe_proofs,
    "stage_bound": stages.describe_bound,
    "proof_words": stages.describe_proof,
    "verdict": find_verdict,
    "verdict_name": verdicts.name_verdict,
    "verdict_tone": verdicts.get_verdict_tone,
    "verdict_words": verdicts.describe_verdict,
    "unproved_words": verdicts.describe_unproved,
    "failure_words": refusals.describe_failure,
    "failure_advice": refusals.advise,
    "run_totals": find_totals,
    "draw_words": draws.describe_draw,
    "draw_example": draws.make_example,
    "seed_source": draws.describe_source,
    # Accounts and the audit chain.
    "notice_sentence": notice_words.describe_notice,
    "notice_on_list": notice_words.describe_on_list,
    "ground_sentence": account_words.describe_ground,
    "account_name": labels.name_account,
    "scope_name": account_words.name_scope,
    "contact_fields": account_words.describe_fields,
    "fault_sentence": audit_words.describe_fault,
}


def is_timed(need: Need) -> bool:
    """Whether needs of this category ask for times of the week: ``{% if need is timed %}``."""
    return kinds.asks_windows(need.category)


def is_able_to(offer: Offer, step: str) -> bool:
    """Whether ``step`` can be taken with the offer: ``{% if offer is able_to("pause") %}``."""
    return OFFER_STATES.can(offer.state, OfferStep(step))


def is_given_at_times(offer: Offer) -> bool:
    """Whether the offer may name times of the week: ``{% if offer is given_at_times %}``."""
    return kinds.get_rules(offer.category.kind).offer_has_windows


def get_form_owner() -> str:
    """The mark by which a form says whose account fills it in; empty for a visitor."""
    return get_owner_mark(current_user.id) if current_user.is_authenticated else ""


def comes_back(need: Need) -> bool:
    """Whether the need is of a monthly series whose last month is not over now."""
    return is_repeating(need, get_now())


TESTS: _Functions = {
    "unconfirmed": waits_for_confirmation,
    "able_to": is_able_to,
    "given_at_times": is_given_at_times,
    "money": kinds.is_money,
    "timed": is_timed,
    "repeating": comes_back,
    "ticked": was_ticked,
}

GLOBALS: _Functions = {
    "find_url": find_url,
    "form_owner": get_form_owner,
    "notice_url": notice_views.find_notice_url,
    "count_new_notices": notice_views.count_new_here,
}


def register_template_filters(app: Flask) -> None:
    """Add the filters, tests and functions of this file to the templates of ``app``."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.tests.update(TESTS)
    app.jinja_env.globals.update(GLOBALS)

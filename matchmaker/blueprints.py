"""The blueprints of every page; importing a module of views adds its pages to a blueprint."""

from flask import Blueprint

from matchmaker.accounts import administration_views, invitation_views, own_views, role_views
from matchmaker.accounts import views as account_views
from matchmaker.assignments import (
    agree_views,
    answer_views,
    day_views,
    feed_views,
    icalendar_views,
    photo_views,
    report_views,
    ring_views,
    roster_views,
    seat_views,
    session_views,
    sheet_views,
    thanks_views,
    visit_views,
)
from matchmaker.assignments import views as assignment_views
from matchmaker.audit import disclosure_views
from matchmaker.audit import views as audit_views
from matchmaker.calendar import views as calendar_views
from matchmaker.demo import views as demo_views
from matchmaker.endings import views as ending_views
from matchmaker.links import giver_views, office_views
from matchmaker.links import views as link_views
from matchmaker.needs import (
    browse_views,
    decision_views,
    desk_views,
    follow_up_views,
    letter_views,
    paper_views,
    queue_views,
    referral_views,
    repeat_views,
    useful_views,
)
from matchmaker.needs import resident_views as posting_views
from matchmaker.offers import approval_views, stock_views
from matchmaker.offers import office_views as office_offer_views
from matchmaker.offers import views as offer_views
from matchmaker.organisations import (
    application_views,
    contact_views,
    long_term_views,
    pairing_views,
)
from matchmaker.organisations import views as organisation_views
from matchmaker.packs import views as pack_views
from matchmaker.pages import views as page_views
from matchmaker.people import views as people_views
from matchmaker.places import views as place_views
from matchmaker.residents import merging_views, registering_views
from matchmaker.residents import views as resident_views
from matchmaker.rounds.pages import (
    beside_views,
    board_views,
    call_views,
    criteria_views,
    draw_views,
    line_views,
    memory_row_views,
    memory_views,
    override_views,
    places_views,
    promise_views,
    results_views,
    review_views,
    room_views,
    step_views,
)
from matchmaker.volunteers import absence_views
from matchmaker.volunteers import office_views as office_volunteer_views
from matchmaker.volunteers import views as volunteer_views
from matchmaker.workbench import month_views
from matchmaker.workbench import views as work_views

VIEW_MODULES = (
    account_views,
    administration_views,
    demo_views,
    invitation_views,
    own_views,
    role_views,
    assignment_views,
    answer_views,
    agree_views,
    ring_views,
    icalendar_views,
    feed_views,
    sheet_views,
    day_views,
    report_views,
    photo_views,
    thanks_views,
    visit_views,
    link_views,
    office_views,
    giver_views,
    session_views,
    seat_views,
    roster_views,
    audit_views,
    calendar_views,
    disclosure_views,
    browse_views,
    decision_views,
    desk_views,
    follow_up_views,
    letter_views,
    paper_views,
    posting_views,
    queue_views,
    referral_views,
    repeat_views,
    useful_views,
    offer_views,
    approval_views,
    stock_views,
    office_offer_views,
    organisation_views,
    long_term_views,
    pairing_views,
    application_views,
    contact_views,
    page_views,
    people_views,
    place_views,
    board_views,
    call_views,
    criteria_views,
    draw_views,
    resident_views,
    registering_views,
    merging_views,
    ending_views,
    line_views,
    memory_row_views,
    memory_views,
    pack_views,
    places_views,
    promise_views,
    results_views,
    room_views,
    step_views,
    review_views,
    beside_views,
    override_views,
    volunteer_views,
    absence_views,
    office_volunteer_views,
    work_views,
    month_views,
)

BLUEPRINTS: tuple[Blueprint, ...] = tuple(dict.fromkeys(module.bp for module in VIEW_MODULES))

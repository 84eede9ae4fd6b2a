"""Every blueprint of the site, in the order of the folders."""

from flask import Blueprint

from matchmaker.accounts import routes as accounts
from matchmaker.assignments import views as assignments
from matchmaker.audit import views as audit
from matchmaker.needs import routes as needs
from matchmaker.offers import routes as offers
from matchmaker.organisations import routes as organisations
from matchmaker.pages import views as pages
from matchmaker.residents import routes as residents
from matchmaker.rounds import results_views as results
from matchmaker.rounds import routes as rounds
from matchmaker.volunteers import views as volunteers

BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts.bp,
    assignments.bp,
    audit.bp,
    needs.bp,
    offers.bp,
    organisations.bp,
    pages.bp,
    residents.bp,
    results.bp,
    rounds.bp,
    volunteers.bp,
)

"""Every blueprint of the site, in the order of the folders."""

from flask import Blueprint

from matchmaker.accounts import routes as accounts
from matchmaker.offers import routes as offers
from matchmaker.pages import views as pages
from matchmaker.residents import routes as residents

BLUEPRINTS: tuple[Blueprint, ...] = (accounts.bp, offers.bp, pages.bp, residents.bp)

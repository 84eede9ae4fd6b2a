"""Every blueprint of the site, in the order of the folders."""

from flask import Blueprint

from matchmaker.pages import views as pages

BLUEPRINTS: tuple[Blueprint, ...] = (pages.bp,)

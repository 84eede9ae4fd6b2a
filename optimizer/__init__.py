"""A library that matches the needs of a month fairly: frozen values in, plain values out.

It uses no web framework, no database, no clock in results and no unseeded random number. This file
imports nothing, so that ``optimizer.checker`` runs on a Python without any installed package.
"""

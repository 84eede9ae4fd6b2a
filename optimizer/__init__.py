"""The month's fair matching as a library: plain frozen values in, plain values out.

Imports nothing of the site: no web framework, no database, no clock in results, no unseeded chance.
This file imports nothing at all, so that `optimizer.checker` runs on a Python without a package.
"""

"""A brute force of the policy ``community/2`` and the properties that the policy promises.

Written from FORMULATION.md alone: shares no code with the solver or the verifier.
"""

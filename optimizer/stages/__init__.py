"""The kinds of stages, one module each with all that the solver and the explanations need of it.

``registry.py`` maps a stage to the object of its kind, and ``kind.py`` defines what every kind
provides. A new kind is a member of ``policy.StageKind``, a module here, its line in the registry,
and a module in the checker.
"""

"""The kinds of stages: each module has one kind or a few, for the solver and the explanations.

``registry.py`` maps a stage to the object of its kind, and ``kind.py`` defines what every kind
provides. A new kind is a member of ``policy.StageKind``, a module here, its line in the registry,
and a module in the checker.
"""

"""The kinds of stages, one module each: all that the solver and the explanations know of a kind.

``registry.py`` finds the object of a stage's kind, ``kind.py`` says what everybody may ask of it.
A new kind is a member of ``policy.StageKind``, a module here, its line in the registry, and a
module of its own in the checker.
"""

"""A month, from the lock to the page that everybody reads.

``freeze`` opens a month and locks it, ``question`` is what was locked and the optimizer's problem
made from it, ``matching`` the one door to the optimizer, ``solve`` has runs and their results,
``publish`` makes a run public and closes the month, ``memory`` is what later months know of it,
``pages`` and ``words`` are what people see. Imports run down a list in pyproject.toml.
"""

"""One month of matching, from the lock of the list to the page that everybody reads.

``freeze`` opens a month and locks it. ``question`` has what was locked and makes the optimizer's
problem from it. ``matching`` is the only door to the optimizer. ``solve`` has runs and their
results. ``publish`` makes a run public and closes the month. ``memory`` keeps what later months
know of it. ``pages`` and ``words`` are what people see. A list in pyproject.toml says which of
these may import which.
"""

"""The checker's own table of what a fund and its division may hold, as in ``verify_schema.py``."""

from optimizer.verify_schema import REQUIRED, Schema

STOPS = ("asked", "instalments", "spent", "floor", "outranked", "lost_lottery", "undecided")

_PURSE: Schema = {"id": ("str", REQUIRED), "fen": ("int", REQUIRED)}
_CLAIM: Schema = {
    "id": ("str", REQUIRED),
    "asked_fen": ("int", REQUIRED),
    "least_fen": ("int?", None),
    "purses": ("names", ()),
    "instalment_fen": ("int?", None),
}
FUND: Schema = {
    "name": ("str", REQUIRED),
    "seed": ("str", REQUIRED),
    "purses": (_PURSE, ()),
    "claims": (_CLAIM, ()),
    "carries": ("bool", False),
}
_PAYMENT: Schema = {"purse": ("str", REQUIRED), "fen": ("int", REQUIRED)}
_GRANT: Schema = {
    "claim": ("str", REQUIRED),
    "fen": ("int", REQUIRED),
    "stop": (STOPS, REQUIRED),
    "payments": (_PAYMENT, ()),
}
DIVISION: Schema = {
    "status": (("proven", "feasible"), REQUIRED),
    "fund_sha256": ("str", REQUIRED),
    "seed": ("str", REQUIRED),
    "grants": (_GRANT, ()),
    "granted_claims": ("int", 0),
    "spent_fen": ("int", 0),
    "result_sha256": ("str", ""),
}

"""Addresses as pictures for the camera of a phone."""

import segno
from markupsafe import Markup


def draw_code(address: str) -> Markup:
    """The address as a QR code: an SVG element without styles, to be put inside a page."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=4, dark="#000", light="#fff"))  # noqa: S704

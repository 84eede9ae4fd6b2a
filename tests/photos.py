"""Photos as phones send them."""

import io

from PIL import Image

PLACE = b"31.2304N"  # what a phone writes into the file beside the picture
_ORIENTATION, _DESCRIPTION = 0x0112, 0x010E
_ON_ITS_SIDE = 6  # to be turned by a quarter to stand upright


def make_photo(
    width: int = 40, height: int = 30, kind: str = "JPEG", *, on_its_side: bool = False
) -> bytes:
    """A photo with a place in its metadata, red above and blue below."""
    photo = Image.new("RGB", (width, height), "blue")
    photo.paste("red", (0, 0, width, height // 2))
    exif = Image.Exif()
    exif[_DESCRIPTION] = PLACE.decode()
    if on_its_side:
        exif[_ORIENTATION] = _ON_ITS_SIDE
    file = io.BytesIO()
    photo.save(file, kind, exif=exif)
    return file.getvalue()

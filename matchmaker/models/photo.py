"""Photos that show that help was given."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedBytes, UTCDateTime
from matchmaker.models.promise import Promise


class DeliveryPhoto(Model):
    """The photo with which a promise was reported as given (凭证照片); it is deleted after a while.

    It was encoded again on arrival, so that it holds no place, time or name of a camera.
    """

    __tablename__ = "delivery_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), unique=True)
    content: Mapped[bytes] = mapped_column(EncryptedBytes, deferred=True, doc="a JPEG file")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime] = mapped_column(
        UTCDateTime, index=True, doc="instant of the report"
    )

    promise: Mapped[Promise] = relationship()

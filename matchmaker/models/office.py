"""The street office, which is the tenant, and its neighbourhood committees."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import draw_key
from matchmaker.models.limits import LONGEST_KEY, LONGEST_PUBLIC_PHONE


class Subdistrict(Model):
    """A street office (街道), the tenant: its social workers run the rounds."""

    __tablename__ = "subdistrict"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(
        String(LONGEST_PUBLIC_PHONE), doc="number that anybody may ring; empty: not given"
    )

    naming_key: Mapped[str] = mapped_column(
        String(LONGEST_KEY),
        default=draw_key,
        comment="random; from it come the names under which a month may be published",
    )

    committees: Mapped[list["Committee"]] = relationship(back_populates="subdistrict")


class Committee(Model):
    """A neighbourhood committee (居委会), the group between which coverage is kept fair."""

    __tablename__ = "committee"

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    has_counter: Mapped[bool] = mapped_column(default=True, comment="a street-front counter")
    phone: Mapped[str | None] = mapped_column(
        String(LONGEST_PUBLIC_PHONE), doc="number that anybody may ring; empty: not given"
    )

    subdistrict: Mapped[Subdistrict] = relationship(back_populates="committees")

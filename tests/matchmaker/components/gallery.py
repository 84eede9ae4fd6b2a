"""Pages that show every component, for tests only: forms, lists and charts."""

from flask import Blueprint, Flask, flash, render_template
from wtforms import BooleanField, PasswordField, StringField, TextAreaField

from matchmaker.forms.base import FilterForm, IdempotentForm
from matchmaker.forms.choices import CheckboxesField, DropdownField, RadiosField, make_choices
from matchmaker.forms.fields import DayField, MonthField, PhoneField
from matchmaker.forms.numbers import MoneyField, WholeNumberField
from matchmaker.forms.validators import MaxLength, OneOrMore, Required
from matchmaker.web import charts
from matchmaker.web.charts import CoverageRow, LoadRow, Share, SupplyDemandRow
from matchmaker.web.permissions import public

WINDOWS = make_choices(
    [("WD-AM", "Weekday mornings"), ("WD-PM", "Weekday afternoons"), ("SAT-AM", "Saturdays")]
)
KINDS = make_choices([("people", "Volunteers' time"), ("goods", "Goods"), ("funds", "Money")])


class EverythingForm(IdempotentForm):
    title = StringField("Name of the offer", [Required("Give the offer a name."), MaxLength(40)])
    phone = PhoneField("Phone", [Required()])
    capacity = WholeNumberField("Visits a month", [Required()], minimum=1, maximum=90)
    budget = MoneyField("Money a month")
    first_month = MonthField("From", [Required()])
    valid_until = DayField("Until")
    password = PasswordField("Password")
    kind = RadiosField("What do you give?", [Required()], choices=KINDS)
    windows = CheckboxesField("When does it suit?", [OneOrMore()], choices=WINDOWS)
    category = DropdownField("Category", choices=make_choices([("", "Choose"), ("a", "Visits")]))
    remarks = TextAreaField("Remarks", [MaxLength(500)])
    consent = BooleanField("The resident agrees", [Required()])


class ListFilter(FilterForm):
    name = StringField("Name", [MaxLength(40)])
    kind = DropdownField(
        "Kind", choices=make_choices([("", "All"), *((c.value, c.label) for c in KINDS)])
    )


COVERAGE = [
    CoverageRow("梧桐一村居委会", Share(31, 50), Share(42, 50)),
    CoverageRow("Wutong Second Village", Share(10, 40), Share(40, 40)),
    CoverageRow("Yinxing New Village", Share(0, 0), Share(3, 9)),
]
SUPPLY = [
    SupplyDemandRow("Visits at home", "item", 420, 300, 290),
    SupplyDemandRow("Hospital company and errands", "item", 160, 90, 88),
    SupplyDemandRow("修理", "item", 0, 12, 0),
]
LOAD = [LoadRow(f"Organisation {n}", Share(n, 20)) for n in range(21)]

bp = Blueprint("gallery", __name__, url_prefix="/gallery", template_folder="templates")


@bp.route("/form", methods=["GET", "POST"])
@public
def form():
    form = EverythingForm()
    is_refused = form.is_submitted() and not form.validate()
    return render_template("gallery/form.html", form=form), 422 if is_refused else 200


@bp.get("/list")
@public
def table():
    flash("The offer was saved.", "success")
    flash("Two offers end this month.", "warning")
    filters = ListFilter()
    filters.validate()
    return render_template("gallery/list.html", filters=filters)


@bp.get("/charts")
@public
def drawings():
    return render_template(
        "gallery/charts.html",
        coverage=COVERAGE,
        coverage_chart=charts.build_coverage_chart(COVERAGE),
        supply=SUPPLY,
        supply_chart=charts.build_supply_demand_chart(SUPPLY),
        load=LOAD,
        load_chart=charts.build_load_chart(LOAD),
    )


@bp.get("/sheet")
@public
def sheet():
    return render_template("gallery/sheet.html", back_url="/gallery/list")


def add_gallery(app: Flask) -> Flask:
    app.register_blueprint(bp)
    return app

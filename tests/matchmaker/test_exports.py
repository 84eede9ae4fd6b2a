import csv
import io
from datetime import date

import openpyxl
import pytest

from matchmaker.web.downloads import looks_like_formula, make_csv, make_xlsx, send_table

DANGEROUS = ["=1+1", "+86 21", "-2", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", " =1", "\t=1"]


def read_sheet(content):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_a_workbook_holds_texts_numbers_and_days():
    content = make_xlsx("名单", ["Name", "Number", "Day"], [["乐汇", 12, date(2026, 7, 1)]])
    sheet = read_sheet(content)
    assert sheet.title == "名单"
    rows = list(sheet.values)
    assert rows[0] == ("Name", "Number", "Day")
    assert rows[1][:2] == ("乐汇", 12)
    assert rows[1][2].date() == date(2026, 7, 1)


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_a_formula_in_a_workbook(text):
    cell = read_sheet(make_xlsx("x", ["Text"], [[text]]))["A2"]
    assert cell.data_type == "s"
    assert cell.value == text
    assert cell.quotePrefix


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_a_formula_in_csv(text):
    content = make_csv("x", ["Text"], [[text]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content)))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["乐汇", "3 visits", "a=b", "", "1-2"])
def test_harmless_text_stays_as_it_is(text):
    assert not looks_like_formula(text)
    content = make_csv("x", ["Text", "End"], [[text, "."]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content)))[1] == [text, "."]


def test_csv_begins_with_the_mark_that_excel_reads():
    assert make_csv("x", ["名"], []).startswith(b"\xef\xbb\xbf")


def test_numbers_below_zero_stay_numbers():
    assert b"-5" in make_csv("x", ["Number"], [[-5]])
    assert b"'-5" not in make_csv("x", ["Number"], [[-5]])


def test_signs_that_no_workbook_holds_are_left_out():
    sheet = read_sheet(make_xlsx("a/b:c", ["Te\x00xt"], [["a\x0bb"]]))
    assert (sheet["A1"].value, sheet["A2"].value) == ("Text", "ab")
    assert sheet.title == "a b c"


def test_a_workbook_can_be_filtered_and_printed():
    rows = [["乐汇", 12], ["申禾", 7]]
    sheet = read_sheet(make_xlsx("名单", ["Name", "Number"], rows))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")
    assert sheet.print_title_rows == "$1:$1"
    paper = sheet.page_setup
    assert (paper.orientation, paper.paperSize) == ("landscape", int(sheet.PAPERSIZE_A4))
    assert (paper.fitToWidth, paper.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_download_is_named_and_never_kept(file_format):
    response = send_table(file_format, "offers", "Offers", ["A"], [["x"]])
    assert f'filename="offers.{file_format}"' in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"

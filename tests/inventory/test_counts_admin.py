"""Stocktakes in the admin: opened, counted on a phone, on paper and in a file, looked at and posted."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import MATRIX
from inventory.count_models import StockCount
from inventory.services.count_posting import post_count
from inventory.services.counts import cancel_count
from inventory.services.stock import adjust_stock
from tests.clients import said, signed_in
from tests.counting import found, line_of, make_count, stock_of
from tests.factories import make_confirmed_order, make_order, make_packer, make_product, make_user
from tests.forms import DIALOG

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_counter():
    """Somebody who may count, and no more of stocktakes than that."""
    return signed_in(make_packer(first_name="Anna", last_name="Bell"))


def page_of(count, page="change", *args) -> str:
    return reverse(f"admin:inventory_stockcount_{page}", args=[count.pk, *args])


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def save(client, count, product, counted, **extra) -> dict:
    line = line_of(count, product)
    data = {"counted": counted, "seen": line.standing, **extra}
    return client.post(page_of(count, "line", line.pk), data).json()


# Opening


def test_a_shelf_is_opened_and_one_stays_with_the_count(as_admin):
    make_product(shelf="A")
    mine = make_product(shelf="B")
    add = reverse("admin:inventory_stockcount_add")
    form = as_admin.get(add).content.decode()
    assert '<option value="B">' in form and "Hide what is expected" in form
    response = as_admin.post(add, {"scope": "SHELF", "shelf": "B", "title": "Evening", "blind": "on"})
    count = StockCount.objects.get()
    assert response.headers["Location"] == page_of(count)
    assert (count.place, count.title, count.blind, count.created_by) == ("B", "Evening", True, as_admin.user)
    assert [line.product for line in count.lines.all()] == [mine]
    assert "Evening · Shelf B · Expected hidden" in as_admin.get(page_of(count)).content.decode()


def test_chosen_products_are_scanned_or_typed(as_admin):
    chai = make_product(sku="NW-1", barcode="4006381333931")
    make_product(sku="NW-2")
    other = make_product(sku="NW-3")
    add = reverse("admin:inventory_stockcount_add")
    page = as_admin.post(add, {"scope": "CHOSEN", "codes": "4006381333931\nNOPE\n"})
    assert "No product has the code “NOPE”." in page.content.decode()
    as_admin.post(add, {"scope": "CHOSEN", "codes": "4006381333931\nnw-3\n\nNW-1"})
    assert set(StockCount.objects.get().lines.values_list("product", flat=True)) == {chai.pk, other.pk}


@pytest.mark.parametrize("data", [{"scope": "SHELF"}, {"scope": "CATEGORY"}, {"scope": "CHOSEN", "codes": " "}])
def test_a_scope_asks_for_what_it_needs(as_admin, data):
    page = as_admin.post(reverse("admin:inventory_stockcount_add"), data)
    assert "This field is required." in page.content.decode() and not StockCount.objects.exists()


def test_what_is_being_counted_already_is_said_on_the_form(as_admin):
    count = make_count(make_product(name="Chai", sku="NW-1"))
    page = as_admin.post(reverse("admin:inventory_stockcount_add"), {"scope": "ALL"})
    assert f"Chai (NW-1) is being counted already, in {count.number}." in page.content.decode()
    assert StockCount.objects.count() == 1


# Counting


def test_a_number_is_saved_as_it_is_typed(as_counter):
    product = make_product(stock=4)
    count = make_count(product, make_product())
    answer = save(as_counter, count, product, "3")
    assert (answer["counted"], answer["standing"], answer["problem"]) == ("3", "3", "")
    assert answer["remark"].endswith(", Anna Bell") and answer["progress"] == "counted 1 of 2"
    line = line_of(count, product)
    assert (line.counted, line.expected, line.counted_by) == (3, 4, as_counter.user)
    assert save(as_counter, count, product, "")["progress"] == "counted 0 of 2"


@pytest.mark.parametrize("counted", ["-1", "x", "1.5", "1.234", "99999999999"])
def test_what_is_no_number_of_pieces_is_told_and_not_saved(as_counter, counted):
    product = make_product()
    count = make_count(product)
    assert save(as_counter, count, product, counted)["problem"]
    assert line_of(count, product).counted is None


def test_what_a_colleague_has_counted_meanwhile_is_told(as_counter):
    product = make_product(name="Chai", sku="NW-1")
    count = make_count(product)
    found(count, product, 9, user=make_user(first_name="Ben", last_name="Cole"))
    answer = as_counter.post(page_of(count, "line", line_of(count, product).pk), {"counted": "8", "seen": "–"}).json()
    assert "Chai (NW-1): Ben Cole counted 9 at" in answer["problem"] and answer["standing"] == "9"
    assert line_of(count, product).counted == 9
    assert not save(as_counter, count, product, "8")["problem"]


def test_a_sheet_is_typed_in_with_its_time_and_late_answers_with_theirs(as_counter):
    product = make_product(stock=0)
    now = timezone.localtime()
    adjust_stock(product, new_qty=12, reason="Counted", user=None, at=now - timedelta(hours=5))
    count = make_count(product, at=now - timedelta(hours=4))
    adjust_stock(product, new_qty=9, reason="Sold", user=None, at=now - timedelta(hours=1))
    save(as_counter, count, product, "10", at=f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M}")
    assert line_of(count, product).expected == 12
    save(as_counter, count, product, "7", ago=str(90 * 60))
    assert line_of(count, product).expected == 12
    save(as_counter, count, product, "7")
    assert line_of(count, product).expected == 9
    for at in (now + timedelta(hours=1), now - timedelta(hours=6)):
        assert save(as_counter, count, product, "1", at=f"{at:%Y-%m-%dT%H:%M}")["problem"].startswith(
            "Nothing can have"
        )
    assert save(as_counter, count, product, "1", at="noon")["problem"] == "Please enter a valid date and time."


def test_a_scanned_code_is_one_piece_more(as_counter):
    product, other = make_product(sku="NW-1", stock=20), make_product(sku="NW-2")
    count = make_count(product)
    scan = page_of(count, "scan")
    assert as_counter.post(scan, {"code": "nw-1"}).json()["counted"] == "1"
    assert as_counter.post(scan, {"code": "12*NW-1"}).json()["counted"] == "13"
    assert as_counter.post(scan, {"code": "NW-9"}).json()["problem"] == "No product has the code “NW-9”."
    assert (
        f"{other} is not among the products of this count." == as_counter.post(scan, {"code": "NW-2"}).json()["problem"]
    )
    make_confirmed_order((product, 1))
    answer = as_counter.post(scan, {"code": "NW-1"}).json()
    assert "has been sold or received while you counted it" in answer["problem"] and answer["counted"] == "14"


def test_a_scan_that_is_sent_again_because_no_answer_came_is_counted_once(as_counter):
    product = make_product(sku="NW-1", stock=20)
    count = make_count(product)
    scan = page_of(count, "scan")
    for key, counted in (("a-1", "1"), ("a-1", "1"), ("a-2", "2"), ("a-1", "2"), ("", "3"), ("", "4"), ("\0", "5")):
        assert as_counter.post(scan, {"code": "NW-1", "key": key}).json()["counted"] == counted
    make_confirmed_order((product, 1))
    told = as_counter.post(scan, {"code": "NW-1", "key": "a-3"}).json()
    assert told["problem"] and as_counter.post(scan, {"code": "NW-1", "key": "a-3"}).json() == told
    cancel_count(count, user=None)
    assert as_counter.post(scan, {"code": "NW-1", "key": "a-3"}).json() == told
    for _ in range(2):
        refused = as_counter.post(scan, {"code": "NW-1", "key": "a-4"}).json()
        assert "is not open any more" in refused["problem"]
    assert line_of(count, product).counted == 6


def test_the_page_finds_lines_and_shows_only_what_is_not_counted(as_counter):
    chai, chang = make_product(name="Chai", sku="NW-1", shelf="B"), make_product(name="Chang", sku="NW-2", shelf="A")
    count = make_count(chai, chang)
    found(count, chai, 4)

    def shown(**query):
        rows = as_counter.get(page_of(count, "count_pieces"), query).context["rows"]
        return [line.product_name for line, *_ in rows]

    assert shown() == ["Chang", "Chai"]  # by shelf
    assert shown(rest="1") == ["Chang"]
    assert shown(q="nw-1") == ["Chai"]


def test_a_count_that_is_closed_leads_back_to_its_page(as_admin):
    product = make_product()
    count = make_count(product)
    found(count, product, 1)
    post_count(count, user=None)
    for page in ("count_pieces", "review_variances", "import_count"):
        assert as_admin.get(page_of(count, page)).headers["Location"] == page_of(count)
    assert "is not open any more" in save(as_admin, count, product, "2")["problem"]


# Blind


def test_whoever_counts_blind_sees_no_expected_number_anywhere_before_posting(as_counter):
    product = make_product(stock=7654, sku="NW-1")
    count = make_count(product, blind=True)
    pages = [
        page_of(count),
        page_of(count, "count_pieces"),
        page_of(count, "print_count"),
        page_of(count, "import_count"),
        page_of(count, "history"),
        reverse("admin:inventory_stockcount_changelist"),
    ]

    def everything() -> str:
        book = openpyxl.load_workbook(
            BytesIO(b"".join(as_counter.get(page_of(count, "export_count")).streaming_content))
        )
        shown = " ".join([*(text_of(as_counter.get(page)) for page in pages), str(list(book.active.values))])
        assert "Expected hidden" in shown
        return shown.replace("Expected hidden", "")

    answers = [str(save(as_counter, count, product, "100"))]
    answers.append(str(as_counter.post(page_of(count, "scan"), {"code": "NW-1"}).json()))
    save(as_counter, count, product, "1")
    answers.append(everything())
    assert not [text for text in answers if "7654" in text or "7,654" in text or "xpected" in text]
    assert as_counter.get(page_of(count, "review_variances")).status_code == 403
    post_count(count, user=None)
    assert "7,654" in text_of(as_counter.get(page_of(count)))


def test_the_sheet_is_sorted_by_shelf_and_says_what_is_expected(as_counter):
    count = make_count(
        make_product(stock=12, name="Last"),
        make_product(stock=13, name="Second", shelf="B"),
        make_product(stock=14, name="First", shelf="A"),
    )
    sheet = text_of(as_counter.get(page_of(count, "print_count")))
    assert sheet.index("First") < sheet.index("Second") < sheet.index("Last")
    assert "Expected" in sheet and ">14<" in sheet


# A file


def upload(client, count, content: bytes | str, name="count.xlsx"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(page_of(count, "import_count"), {"file": SimpleUploadedFile(name, content)})


def write_down(client, count, preview):
    return client.post(page_of(count, "import_count"), {"entries": preview.context["entries"]})


def test_the_excel_file_comes_back_unchanged_and_then_with_numbers(as_counter):
    chai, chang = make_product(sku="NW-1", stock=5), make_product(sku="NW-2", stock=5)
    count = make_count(chai, chang)
    found(count, chai, 4)
    file = b"".join(as_counter.get(page_of(count, "export_count")).streaming_content)
    preview = upload(as_counter, count, file)
    assert (preview.context["change_count"], preview.context["same_count"]) == (0, 1)

    book = openpyxl.load_workbook(BytesIO(file))
    headers, *rows = book.active.values
    assert headers == ("sku", "name", "shelf", "expected", "counted", "counted_at")
    book.active.cell(3, 5, 6)
    changed = BytesIO()
    book.save(changed)
    preview = upload(as_counter, count, changed.getvalue())
    assert preview.context["change_count"] == 1 and line_of(count, chang).counted is None
    write_down(as_counter, count, preview)
    line = line_of(count, chang)
    assert (line.counted, line.expected, line.counted_by) == (6, 5, as_counter.user)


def test_each_row_that_cannot_be_is_named_and_left_aside(as_counter):
    product = make_product(sku="NW-1", stock=5)
    count = make_count(product, make_product(sku="NW-2"), make_product(sku="NW-3"), make_product(sku="NW-4"))
    late = timezone.localtime() + timedelta(hours=2)
    rows = f"nw-1,6,\nNW-1,7,\nNW-2,x,\nNW-3,1,{late:%Y-%m-%d %H:%M}\nNW-4,1,soon\nNW-9,1,\nNW-4,,\n"
    preview = upload(as_counter, count, f"SKU,Counted,Counted at\n{rows}", "count.csv")
    assert [(row.place, row.problem) for row in preview.context["wrong"]] == [
        (3, "This SKU stands in the file already."),
        (4, "This is not a number."),
        (5, "Nothing can have been counted in the future."),
        (6, "This is not a time: please write 2026-11-28 10:40, or only 10:40 if it was today."),
        (7, "This product is not in the count."),
    ]
    write_down(as_counter, count, preview)
    assert line_of(count, product).counted == 6 and count.lines.filter(counted__isnull=False).count() == 1


def test_the_time_of_a_file_is_what_is_compared(as_counter):
    product = make_product(stock=0, sku="NW-1")
    now = timezone.localtime()
    adjust_stock(product, new_qty=12, reason="Counted", user=None, at=now - timedelta(hours=5))
    count = make_count(product, at=now - timedelta(hours=4))
    adjust_stock(product, new_qty=9, reason="Sold", user=None, at=now - timedelta(hours=1))
    at = now - timedelta(hours=2)
    preview = upload(as_counter, count, f"sku,counted,counted_at\nNW-1,10,{at:%Y-%m-%d %H:%M}\n", "count.csv")
    write_down(as_counter, count, preview)
    assert (line_of(count, product).expected, line_of(count, product).counted) == (12, 10)


def test_what_was_counted_after_the_preview_is_not_written_over(as_counter):
    product, other = make_product(sku="NW-1"), make_product(sku="NW-2")
    count = make_count(product, other)
    preview = upload(as_counter, count, "sku,counted\nNW-1,3\nNW-2,3\n", "count.csv")
    found(count, product, 9)
    response = write_down(as_counter, count, preview)
    assert said(response)[0].startswith("Nothing was written.") and "counted 9 at" in said(response)[0]
    assert line_of(count, other).counted is None


def test_what_is_no_preview_or_no_table_is_refused(as_counter):
    count = make_count(make_product())
    response = as_counter.post(page_of(count, "import_count"), {"entries": "made up"})
    assert said(response) == ["This preview has expired. Please choose the file again."]
    page = upload(as_counter, count, "name,price\nChai,1\n", "count.csv")
    assert "needs a column “sku” and a column “counted”" in page.content.decode()


# Differences


def test_the_differences_say_what_may_explain_them_the_greatest_value_first(as_admin):
    cheap = make_product(stock=9, cost_price=Decimal("1.00"), name="Cheap")
    dear = make_product(stock=4, cost_price=Decimal("50.00"), name="Dear")
    same = make_product(stock=2, name="Same")
    count = make_count(cheap, dear, same, make_product())
    for product, counted in ((cheap, 4), (dear, 3), (same, 2)):
        found(count, product, counted)
    make_order((cheap, 2))
    make_confirmed_order((dear, 1))
    page = as_admin.get(page_of(count, "review_variances"))
    text = page.content.decode()
    assert [row["line"].product_name for row in page.context["rows"]] == ["Dear", "Cheap"]
    assert [row["value"] for row in page.context["rows"]] == ["-50.00", "-5.00"]
    assert [row["marks"] for row in page.context["rows"]] == [
        ["moved since"],
        ["2 in pending orders: were they on the shelf?"],
    ]
    assert (
        "Correct the stock" in text
        and "Counted 3 of 4" in text
        and "1 product that nobody counted stays as it is." in text
    )
    assert page.context["value"] == "-55.00 USD"


def test_the_differences_say_nothing_of_cost_without_the_right_to_see_it(as_admin, monkeypatch):
    dear = make_product(stock=4, cost_price=Decimal("954.32"), selling_price=Decimal(5000))
    cheap = make_product(stock=9, cost_price=Decimal("0.01"))
    count = make_count(dear, cheap)
    found(count, dear, 3)
    found(count, cheap, 1)
    assert "954.32" in as_admin.get(page_of(count, "review_variances")).content.decode()
    monkeypatch.setitem(MATRIX, "inventory.view_cost", set())
    page = as_admin.get(page_of(count, "review_variances"))
    assert "954.32" not in page.content.decode()
    assert [row["line"].product for row in page.context["rows"]] == [cheap, dear]


def test_what_is_zeroed_is_listed_first_and_posted_as_it_was_seen(as_admin):
    seen, unseen = make_product(stock=5), make_product(stock=8, name="Unseen")
    count = make_count(seen, unseen)
    found(count, seen, 4)
    page = as_admin.get(page_of(count, "review_variances"), {"rest": "zero"})
    assert [(line.product_name, stock) for line, stock, _ in page.context["uncounted"]] == [("Unseen", "8 → 0")]
    data = {"rest": "zero", "last_seen": page.context["last_seen"]}
    response = as_admin.post(page_of(count, "review_variances"), data)
    assert said(response) == [f"{count.number} posted: the stock of 2 products was corrected."]
    assert (stock_of(seen), stock_of(unseen)) == (4, 0)


def test_a_line_of_which_too_little_is_left_is_shown_first_and_can_be_left_out(as_admin, monkeypatch):
    monkeypatch.setattr("inventory.admin.variances.SHOWN", 1)
    chai, chang = make_product(stock=2, name="Chai"), make_product(stock=5, cost_price=9)
    count = make_count(chai, chang)
    found(count, chai, 0)
    found(count, chang, 6)
    make_confirmed_order((chai, 1))
    address = page_of(count, "review_variances")
    page = as_admin.get(address)
    assert [row["line"].product for row in page.context["rows"]] == [chang]
    data = {"rest": "leave", "last_seen": page.context["last_seen"]}
    page = as_admin.post(address, data)
    assert page.context["problem"] == "Chai: 2 missing when counted, only 1 left now. Count it again."
    assert [row["line"].product for row in page.context["rows"]] == [chai]
    as_admin.post(address, {**data, "without": [line_of(count, chai).pk, "x"]})
    assert (stock_of(chai), stock_of(chang)) == (1, 6)


def test_what_was_counted_after_the_page_was_opened_is_looked_at_first(as_admin):
    product = make_product(stock=5)
    count = make_count(product)
    found(count, product, 4)
    address = page_of(count, "review_variances")
    seen = as_admin.get(address).context["last_seen"]
    found(count, product, 3)
    for last_seen in (seen, ""):
        page = as_admin.post(address, {"rest": "leave", "last_seen": last_seen})
        assert page.context["problem"].startswith(f"Something was counted for {count.number}")
    assert stock_of(product) == 5


def test_posting_what_another_has_posted_says_who(as_admin):
    product = make_product(stock=5)
    count = make_count(product)
    found(count, product, 4)
    address = page_of(count, "review_variances")
    seen = as_admin.get(address).context["last_seen"]
    post_count(count, user=make_user(first_name="Sara", last_name="Lee"))
    response = as_admin.post(address, {"rest": "leave", "last_seen": seen})
    assert "it was posted by Sara Lee on" in said(response)[0] and response.headers["Location"] == page_of(count)


# Afterwards


def test_a_count_is_cancelled(as_admin):
    count = make_count(make_product())
    assert "Nothing is posted." in as_admin.get(page_of(count, "cancel_one")).content.decode()
    as_admin.post(page_of(count, "cancel_one"), DIALOG)
    count.refresh_from_db()
    assert count.status == "CANCELLED"


def test_a_posted_count_is_reversed_with_a_reason_and_says_what_stands_in_the_way(as_admin):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    count = make_count(product)
    found(count, product, 8)
    post_count(count, user=None)
    order = make_confirmed_order((product, 6))
    as_admin.post(page_of(count, "reverse_one"), {**DIALOG, "reason": "Wrong shelf"})
    assert stock_of(product) == 2
    page = as_admin.get(page_of(count))
    assert "Chai (NW-1): 3 came in by it, only 2 are left." in page.content.decode()
    adjust_stock(product, change=1, reason="Found", user=None)
    dialog = as_admin.get(page_of(count, "reverse_one")).content.decode()
    assert "Chai (NW-1)" in dialog and "−3" in dialog and order
    as_admin.post(page_of(count, "reverse_one"), {**DIALOG, "reason": "Wrong shelf"})
    count.refresh_from_db()
    assert (stock_of(product), count.status) == (0, "REVERSED")


def test_the_log_leads_to_the_count(as_admin):
    product = make_product(stock=5)
    count = make_count(product)
    found(count, product, 4)
    post_count(count, user=None)
    row = product.stock_changes.latest("pk")
    page = as_admin.get(reverse("admin:inventory_stockchange_change", args=[row.pk])).content.decode()
    address = reverse("admin:inventory_stockcount_by_number", args=[count.number])
    assert address in page and as_admin.get(address).headers["Location"] == page_of(count)


def test_only_the_steps_that_are_open_are_offered(as_admin):
    product = make_product(stock=5)
    count = make_count(product)
    page = as_admin.get(page_of(count)).content.decode()
    assert "/variances" in page and "/count" in page and "/reverse" not in page
    found(count, product, 4)
    post_count(count, user=None)
    page = as_admin.get(page_of(count)).content.decode()
    assert "/variances" not in page and "/reverse" in page and "/print" in page

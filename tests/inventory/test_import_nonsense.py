"""Whatever is uploaded, whatever is posted to the steps of an import: an answer for people, nothing half done."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.imports.models import ImportRecord
from inventory.models import Product
from tests.clients import signed_in
from tests.factories import make_admin
from tests.forms import choose_file, confirm_import, shown_values
from tests.lists import EXAMPLES

FIELDS = ["", "sku", "name", "selling_price", "stock_qty", "+name", "+sku", "email", "x" * 300, "\x01"]
SHORT = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def mutated(draw) -> tuple[str, bytes]:
    """One of the look-alikes, with some of it cut away, doubled or overwritten."""
    example = EXAMPLES[draw(st.sampled_from(sorted(EXAMPLES)))]
    data = bytearray(example.data)
    for _ in range(draw(st.integers(0, 3))):
        start, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        how = draw(st.sampled_from(["cut", "double", "overwrite"]))
        piece = bytes(data[start : start + length])
        data[start : start + length] = {"cut": b"", "double": piece * 2, "overwrite": draw(st.binary(max_size=40))}[how]
    return example.file, bytes(data)


class Nonsense(TestCase):
    @SHORT
    @given(file=mutated(), targets=st.lists(st.sampled_from(FIELDS), max_size=5), prefix=st.sampled_from(["", "X-"]))
    def test_is_answered_and_never_half_done(self, file, targets, prefix):
        name, data = file
        client = signed_in(make_admin())
        page = choose_file(client, data, name)
        assert page.status_code == 200
        if "layout" not in page.context:
            assert "candidates" in page.context or page.context["form"].errors["file"]
            return
        values = shown_values(page.context["reading"]) | shown_values(page.context["form"])
        values |= {f"column-{n}": target for n, target in enumerate(targets)} | {"key_prefix": prefix}
        preview = client.post(page.redirect_chain[-1][0], values, follow=True)
        assert preview.status_code == 200 and not Product.objects.exists()
        if "report" not in preview.context:
            assert preview.context["form"].errors
            return
        good = preview.context["good_count"]
        assert client.get(preview.context["errors_url"]).status_code == 200
        done = confirm_import(client, preview, leave_out_errors="1")
        assert done.status_code == 200
        assert Product.objects.count() == good == sum(r.new_count for r in ImportRecord.objects.filter(status="done"))


@pytest.mark.parametrize("step", ["map", "preview", "run", "errors"])
@pytest.mark.parametrize("data", [{}, {"column-0": "sku"}, {"header_line": "x", "sheet": "?", "encoding": "rot13"}])
def test_posts_that_no_page_sends_do_no_harm(as_admin, step, data):
    page = choose_file(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    record = ImportRecord.objects.get()
    answer = as_admin.post(reverse(f"admin:inventory_product_import_{step}", args=[record.pk]), data, follow=True)
    assert page.status_code == 200 and answer.status_code < 500
    assert not Product.objects.exists()

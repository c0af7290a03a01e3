"""The page that somebody counts on, phone in hand: a number for each product, saved as it is typed, or scanned."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts.roles import require
from core.api.idempotency import claim
from core.concurrency import fingerprint
from core.exceptions import BusinessError
from core.fields import CONTROL_CHARACTER
from core.forms import WholeNumberField
from core.i18n import format_count
from core.text_search import all_of, words_and_phrases
from inventory.admin.scan import LONGEST, find_scanned
from inventory.count_models import StockCount, StockCountLine
from inventory.services.counts import add_to_count, enter_count, within_minute

LINES_PER_PAGE = 100
SEARCHED = ("product_name", "product_sku", "product_shelf", "product__barcode")
LATE = timedelta(seconds=1)  # what was typed so long ago was typed while there was no network
LATEST = timedelta(days=2)
SCAN_KEY = re.compile("[0-9a-f-]{1,36}")


@action(
    description=pgettext_lazy("verb", "Count"),
    icon="edit_note",
    variant=ActionVariant.PRIMARY,
    permissions=["count"],
    url_path="count",
)
def count_pieces(model_admin, request, object_id):
    count = model_admin.get_object_or_404(request, object_id)
    if not count.is_open:
        return HttpResponseRedirect(model_admin.change_url(count.pk))
    words, rest = request.GET.get("q", "").strip(), "rest" in request.GET
    lines = count.lines.filter(product__isnull=False).with_expected_now(hidden=count.hides_expected)
    lines = lines.select_related("counted_by").by_shelf().filter(all_of(words_and_phrases(words), *SEARCHED))
    if rest:
        lines = lines.filter(counted__isnull=True)
    page = Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"{count} · {model_admin.subject(count)}",
        "step": pgettext("verb", "Count"),
        "count": count,
        "progress": progress_of(count),
        "page": page,
        "rows": [(line, remark_on(line), expected_of(line)) for line in page],
        "words": words,
        "rest": rest,
        "back": model_admin.change_url(count.pk),
    }
    return TemplateResponse(request, "inventory/count_page.html", context)


def expected_of(line) -> str:
    return "" if line.expected_now is None else format_count(line.expected_now)


def progress_of(count: StockCount) -> str:
    found = StockCount.objects.with_progress().get(pk=count.pk)
    return gettext("counted %(n)s of %(size)s") % {"n": format_count(found.done), "size": format_count(found.size)}


def remark_on(line: StockCountLine) -> str:
    """`10:40, Anna Bell`"""
    if line.counted_at is None:
        return ""
    at, now = timezone.localtime(line.counted_at), timezone.localtime()
    moment = date_format(at, "TIME_FORMAT") if at.date() == now.date() else date_format(at, "DATETIME_FORMAT")
    return ", ".join(filter(None, [moment, str(line.counted_by or "")]))


@require_POST
def save_line(request, pk: int, line: int) -> JsonResponse:
    """Note what was typed beside a product: `counted` (nothing: it was taken away), `seen` before, and when."""
    require(request, "inventory.count_stock")
    found = get_object_or_404(StockCountLine.objects.select_related("count", "counted_by"), pk=line, count=pk)
    try:
        counted = WholeNumberField(required=False, min_value=0).clean(request.POST.get("counted", ""))
        at = moment_of(found.count, request.POST)
        seen = request.POST.get("seen", "")
        return answer(enter_count(found, counted, user=request.user, at=at, last_seen=seen or "?"))
    except ValidationError as error:
        return JsonResponse({"problem": " ".join(error.messages)})
    except BusinessError as error:
        found.refresh_from_db()
        return answer(found, problem=str(error))


@require_POST
def scan_piece(request, pk: int) -> JsonResponse:
    """Note one piece more (`12*CODE`: twelve) of the product with the `code` that a scanner has read."""
    require(request, "inventory.count_stock")
    count = get_object_or_404(StockCount, pk=pk)
    code = CONTROL_CHARACTER.sub("", request.POST.get("code", "")).strip()
    product, pieces = find_scanned(code) if 0 < len(code) <= LONGEST else (None, 1)
    if product is None:
        return JsonResponse({"problem": gettext("No product has the code “%(code)s”.") % {"code": code[:LONGEST]}})
    line = count.lines.filter(product=product).first()
    if line is None:
        sentence = gettext("%(product)s is not among the products of this count.")
        return JsonResponse({"problem": sentence % {"product": product}})
    try:
        return added(request, line, pieces, code)
    except BusinessError as error:
        return JsonResponse({"problem": str(error)})


@transaction.atomic
def added(request, line: StockCountLine, pieces: int, code: str) -> JsonResponse:
    """Note the pieces, once for each `key`: a scan that got no answer is sent again under its own."""
    sent, before = request.POST.get("key", ""), line.expected
    key = sent if SCAN_KEY.fullmatch(sent) else str(uuid4())
    kept, is_new = claim(request.user, key, fingerprint([line.pk, code]))
    if not is_new:
        line.refresh_from_db()
        return answer(line, problem=kept.answer)
    line = add_to_count(line, pieces, user=request.user)
    if before not in (None, line.expected):
        kept.answer = gettext(
            "%(product)s has been sold or received while you counted it. Please count it from the start."
        ) % {"product": line.product}
        kept.save(update_fields=["answer"])
    return answer(line, problem=kept.answer)


def answer(line: StockCountLine, *, problem: str = "") -> JsonResponse:
    """The line as it stands now."""
    return JsonResponse(
        {
            "line": line.pk,
            "text": str(line),
            "counted": "" if line.counted is None else str(line.counted),
            "standing": line.standing,
            "remark": remark_on(line),
            "progress": progress_of(line.count),
            "problem": problem,
        }
    )


def moment_of(count: StockCount, data) -> datetime | None:
    """When it was counted: `at` (local, to the minute, from a sheet), or so many seconds `ago`; None: just now.

    The minute in which the count was opened is not before that. Raises ValidationError.
    """
    if text := data.get("at", ""):
        try:
            at = timezone.make_aware(parse_datetime(text))
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise ValidationError(gettext("Please enter a valid date and time.")) from error
        return within_minute(count, at)
    ago = data.get("ago", "0")
    ago = timedelta(seconds=int(ago)) if ago.isascii() and ago.isdecimal() and len(ago) <= 6 else timedelta()
    return None if ago <= LATE else max(count.created_at, timezone.now() - min(ago, LATEST))

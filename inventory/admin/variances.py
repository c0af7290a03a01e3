"""The page of differences: what a stocktake has found, what may explain it, and the button that posts it."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.base import is_primary_key
from core.exceptions import BusinessError
from core.i18n import format_change, format_count, left_to_right
from core.money import format_amount, format_money
from inventory.admin.count_page import remark_on
from inventory.count_models import StockCount, StockCountLine
from inventory.exceptions import CannotPost, CountClosed
from inventory.services.count_posting import post_count, seen_of
from inventory.variances import Variance, variances_of

SHOWN = 500  # the greatest; of more there is a sum


@action(description=_("Differences"), icon="difference", permissions=["post"], url_path="variances")
def review_variances(model_admin, request, object_id):
    """GET shows what was found, and with `?rest=zero` what nobody has counted; POST posts it."""
    count, problem, short = model_admin.get_object_or_404(request, object_id), "", set()
    if request.method == "POST":
        try:
            return posted(model_admin, request, count)
        except CountClosed as error:
            model_admin.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(model_admin.change_url(count.pk))
        except CannotPost as error:
            problem, short = str(error), error.lines
        except BusinessError as error:
            problem = str(error)
        count = model_admin.get_object_or_404(request, object_id)
    if not count.is_open:
        return HttpResponseRedirect(model_admin.change_url(count.pk))
    return variances_page(model_admin, request, count, problem=problem, short=short)


def posted(model_admin, request, count: StockCount) -> HttpResponseRedirect:
    chosen = request.POST
    done = post_count(
        count,
        rest="zero" if chosen.get("rest") == "zero" else "leave",
        without={int(key) for key in chosen.getlist("without") if is_primary_key(key)},
        user=request.user,
        last_seen=chosen.get("last_seen") or "?",
    )
    number = done.lines.filter(outcome="POSTED").with_difference().exclude(pieces=0).count()
    sentence = ngettext(
        "%(count)s posted: the stock of %(n)s product was corrected.",
        "%(count)s posted: the stock of %(n)s products was corrected.",
        number,
    )
    model_admin.message_user(request, sentence % {"count": done, "n": format_count(number)}, messages.SUCCESS)
    return HttpResponseRedirect(model_admin.change_url(done.pk))


def variances_page(model_admin, request, count: StockCount, *, problem: str, short: set[int]) -> TemplateResponse:
    asked = request.POST if request.method == "POST" else request.GET
    with_value, zero = request.user.has_perm("inventory.view_cost"), asked.get("rest") == "zero"
    variances, without = variances_of(count), set(asked.getlist("without"))
    if not with_value:  # else their order would tell what they cost
        variances.sort(key=lambda each: (-abs(each.line.difference or 0), each.line.pk))
    variances.sort(key=lambda each: each.line.pk not in short)  # what keeps it from being booked comes first
    uncounted = count.lines.filter(counted__isnull=True, product__isnull=False).select_related("product").by_shelf()
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Differences of %(count)s") % {"count": count},
        "step": gettext("Differences"),
        "count": count,
        "progress": model_admin.progress(count),
        "problem": problem,
        "rows": [row_of(each, short, without, with_value) for each in variances[:SHOWN]],
        "more": max(0, len(variances) - SHOWN),
        "with_value": with_value,
        "value": format_money(sum((each.value for each in variances), Decimal("0.00"))),
        "pieces": format_change(sum(each.line.difference or 0 for each in variances)),
        "zero": zero,
        "uncounted": [left(line, without) for line in uncounted] if zero else [],
        "uncounted_count": uncounted.count(),
        "last_seen": seen_of(count),
        "page_url": request.path,
        "back": model_admin.change_url(count.pk),
    }
    return TemplateResponse(request, "inventory/variances.html", context)


def left(line: StockCountLine, without: set[str]) -> tuple:
    """A line that nobody has counted: what becomes of its stock, and whether somebody has left it out."""
    return line, left_to_right(f"{format_count(line.product.stock_qty)} → 0"), str(line.pk) in without


def row_of(variance: Variance, short: set[int], without: set[str], with_value: bool) -> dict:
    line, marks = variance.line, []
    if line.pk in short:
        marks.append(gettext("too little is left: count it again"))
    if variance.has_moved:
        marks.append(gettext("moved since"))
    if variance.promised:
        sentence = ngettext(
            "%(n)s in pending orders: was it on the shelf?",
            "%(n)s in pending orders: were they on the shelf?",
            variance.promised,
        )
        marks.append(sentence % {"n": format_count(variance.promised)})
    return {
        "line": line,
        "counted": format_count(line.counted),
        "expected": format_count(line.expected),
        "difference": format_change(line.difference),
        "value": format_amount(variance.value) if with_value else "",
        "remark": remark_on(line),
        "marks": marks,
        "is_short": line.pk in short,
        "is_left_out": str(line.pk) in without,
    }

"""A page that takes goods of a confirmed order back: pieces to the shelf or to the bin, what is credited, and why."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.concurrency import check_last_seen
from core.exceptions import BusinessError, RecordChanged
from core.fields import validate_visible
from core.forms import NumberField, WholeNumberField
from core.i18n import format_count
from core.money import format_money, in_currency, round_money
from inventory.models import MAX_QUANTITY
from sales.exceptions import InvalidReturn, InvalidTransition
from sales.models import Order
from sales.return_models import OrderReturn, ReturnItem
from sales.services import returns
from sales.services.returns import ReturnedGoods, SoldGoods, sold_goods

Reason = OrderReturn.Reason


def pieces_field(label) -> WholeNumberField:
    widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return WholeNumberField(label=label, required=False, min_value=0, max_value=MAX_QUANTITY, widget=widget)


class ReturnRowForm(forms.Form):
    """What comes back of one product; nothing if it is left empty."""

    shelf = pieces_field(_("To the shelf"))
    trash = pieces_field(_("To the bin"))
    credit = NumberField(
        label=in_currency(_("Credit")),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, product_id: int, goods: SoldGoods, data=None):
        super().__init__(data, prefix=f"product-{product_id}")
        self.product_id, self.goods = product_id, goods
        price = next(iter(goods.prices)) if len(goods.prices) == 1 else ""
        figures = {"sold": goods.sold, "back": goods.back, "total": goods.total, "price": price}
        figures |= {"credited": goods.credited, "taken": goods.taken_back}  # for sales/return_form.js
        self.fields["credit"].widget.attrs |= {f"data-{name}": str(figure) for name, figure in figures.items()}

    @property
    def standing(self) -> str:
        figures = {name: format_count(getattr(self.goods, name)) for name in ("sold", "back", "may_come_back")}
        return gettext("sold %(sold)s · back %(back)s · may come back %(may_come_back)s") % figures

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("credit") and not self.errors and not self.pieces:
            self.add_error("credit", gettext("Please say how many pieces have come back."))
        return cleaned

    @property
    def pieces(self) -> int:
        return (self.cleaned_data.get("shelf") or 0) + (self.cleaned_data.get("trash") or 0)

    @property
    def returned(self) -> list[ReturnedGoods]:
        """A credit that was typed is shared out by pieces; else both parts are credited as usual."""
        shelf, credit = self.cleaned_data["shelf"] or 0, self.cleaned_data["credit"]
        parts: list[Decimal | None] = [None, None]
        if credit is not None and self.pieces:
            first = round_money(credit * shelf / self.pieces)
            parts = [first, credit - first]
        both = [(shelf, True), (self.pieces - shelf, False)]
        return [
            ReturnedGoods(self.product_id, pieces, restocked, part)
            for (pieces, restocked), part in zip(both, parts, strict=True)
            if pieces
        ]


class ReturnForm(forms.Form):
    """Why goods come back, and a row for each product. `last_seen` travels along: the order as the page showed it."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Please choose")), *Reason.choices], widget=UnfoldAdminSelectWidget
    )
    details = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=255,
        validators=[validate_visible],
        help_text=format_lazy(_("Required with “{other}”."), other=Reason.OTHER.label),
        widget=UnfoldAdminTextInputWidget,
    )
    last_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Media:
        js = ["sales/return_form.js"]
        css = {"all": ["sales/return_form.css"]}

    def __init__(self, order: Order, data=None):
        super().__init__(data)
        self.order, self.seen = order, order.modified_at.isoformat()
        self.initial["last_seen"] = self.seen
        self.rows = [ReturnRowForm(pk, goods, data) for pk, goods in sold_goods(order).items()]

    def is_valid(self):
        return all([super().is_valid(), *[row.is_valid() for row in self.rows]])

    def clean(self):
        cleaned = super().clean()
        try:
            check_last_seen(self.order, cleaned.get("last_seen") or "?", self.seen)
        except RecordChanged as error:
            self.explain(error)
        return cleaned

    @cached_property
    def returned(self) -> list[tuple[ReturnRowForm, ReturnedGoods]]:
        return [(row, part) for row in self.rows for part in row.returned]

    def explain(self, error: BusinessError) -> None:
        """Say at its place why the goods were not taken back; what the page shows now counts as seen."""
        self.data = {**self.data.dict(), "last_seen": self.seen}
        if not isinstance(error, InvalidReturn):
            self.add_error(None, str(error))
        elif error.items:
            for place, sentence in error.items.items():
                row = self.returned[place][0] if place < len(self.returned) else self  # one has been deleted since
                row.add_error(None, sentence)
        else:
            self.add_error(error.field if error.field in self.fields else None, str(error))


@action(description=_("Return"), icon="assignment_return", permissions=["return"], url_path="return")
def return_goods(model_admin, request, object_id):
    """GET shows what may come back, POST takes it back."""
    order = model_admin.get_object_or_404(request, object_id)
    form = None
    try:
        order.check_is_confirmed("returned")
        form = ReturnForm(order, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            return taken_back(model_admin, request, form)
    except InvalidTransition as error:
        model_admin.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(model_admin.change_url(order.pk))
    except BusinessError as error:
        form = ReturnForm(model_admin.get_object_or_404(request, object_id), request.POST)
        if form.is_valid():  # else it has found for itself what has changed
            form.explain(error)
    return return_page(model_admin, request, form)


def taken_back(model_admin, request, form: ReturnForm) -> HttpResponseRedirect:
    done = returns.return_goods(
        form.order,
        [goods for _row, goods in form.returned],
        reason=form.cleaned_data["reason"],
        details=form.cleaned_data["details"],
        user=request.user,
        last_seen=form.order.modified_at,
    )
    pieces = ReturnItem.objects.filter(order_return=done).pieces()
    sentence = ngettext(
        "%(number)s: %(n)s piece came back, %(credit)s credited.",
        "%(number)s: %(n)s pieces came back, %(credit)s credited.",
        pieces,
    )
    figures = {"number": done, "n": format_count(pieces), "credit": format_money(done.credit)}
    model_admin.message_user(request, sentence % figures, messages.SUCCESS)
    return HttpResponseRedirect(model_admin.change_url(form.order.pk))


def return_page(model_admin, request, form: ReturnForm) -> TemplateResponse:
    title = gettext("Return from %(order)s") % {"order": form.order}
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "step": gettext("Return"),
        "media": form.media,
        "form": form,
        "order": form.order,
        "without_product": form.order.items.filter(product__isnull=True).exists(),
        "back": model_admin.change_url(form.order.pk),
    }
    return TemplateResponse(request, "sales/return_goods.html", context)

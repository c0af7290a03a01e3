"""Which columns a list shows, and views of it that one keeps: filters, search, sorting and columns under a name.

A view is an address of the list, in which `columns=sku,price` stands beside the filters.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect, QueryDict
from django.urls import path
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from core.models import SavedView

_ModelAdmin: Any = ModelAdmin if TYPE_CHECKING else object  # what the mixin is mixed into
AT_MOST = 30  # views of one list and person


class ViewChangeList(ChangeList):
    preserved_filters: str = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Taken from unfold, which would find out anew for each record that they belong to it: see `url_for_result`.
        self.record_query, self.preserved_filters = self.preserved_filters, ""

    def url_for_result(self, result):
        """The record's page, which leads back to this list as it is."""
        return "?".join(filter(None, [super().url_for_result(result), self.record_query]))

    def get_filters_params(self, params=None):
        return {name: value for name, value in super().get_filters_params(params).items() if name != "columns"}

    def get_ordering(self, request, queryset):
        """By one column: what breaks its ties runs the same way, so that an index has them all in order."""
        ordering = super().get_ordering(request, queryset)
        if "." in self.params.get(ORDER_VAR, ".") or not all(isinstance(name, str) for name in ordering):
            return ordering
        sign = "-" if ordering[0].startswith("-") else ""
        return [sign + name for name in dict.fromkeys(name.lstrip("-") for name in ordering)]

    def apply_select_related(self, qs):
        """By a query of its own for each: SQLite would read all customers to join those of the latest fifty orders."""
        related = self.list_select_related
        return super().apply_select_related(qs) if isinstance(related, bool) else qs.prefetch_related(*related)


class SavedViewsMixin(_ModelAdmin):
    """For a list whose columns can be chosen: all in `list_display`, of which the first always stays, and more."""

    optional_columns: list[str] | None = None  # shown to whoever wants them; None: nothing can be chosen

    def may_see(self, request, name: str) -> bool:
        """Whether this user may see the field or column of this name."""
        return True

    def get_changelist(self, request, **kwargs):
        return ViewChangeList

    def get_list_display(self, request):
        """The columns that the address names, else those that this person has chosen, else the usual ones."""
        usual = [name for name in super().get_list_display(request) if self.may_see(request, name)]
        if self.optional_columns is None:
            return usual
        chosen = request.GET.get("columns", "") or next(
            (QueryDict(view.query).get("columns", "") for view in self.saved_views(request) if not view.name), ""
        )
        every = self.every_column(request)
        wanted = set(chosen.split(",")) & set(every)
        return [name for name in every if name in wanted or name == every[0]] if wanted else usual

    def every_column(self, request) -> list[str]:
        return [name for name in [*self.list_display, *(self.optional_columns or [])] if self.may_see(request, name)]

    def saved_views(self, request) -> list[SavedView]:
        """This person's views of this list, read once a request."""
        known = f"saved_views_of_{self.opts.model_name}"
        if not hasattr(request, known):
            setattr(request, known, list(self.views_of(request)))
        return getattr(request, known)

    def shown_views(self, request) -> dict | None:
        """What stands above the list: the columns there are, and the views one has."""
        if self.optional_columns is None:
            return None
        query, shown = clean_query(request.GET), self.get_list_display(request)
        return {
            "query": query.urlencode(),
            "columns": [
                {"name": name, "label": self.column_label(name), "shown": name in shown}
                for name in self.every_column(request)[1:]
            ],
            "saved": [
                {"pk": view.pk, "name": view.name, "query": view.query, "active": QueryDict(view.query) == query}
                for view in self.saved_views(request)
                if view.name
            ],
        }

    def column_label(self, name: str) -> str:
        return capfirst(strip_tags(str(label_for_field(name, self.model, self))))

    def get_urls(self):
        address = path(
            "views/",
            self.admin_site.admin_view(require_POST(self.change_views)),
            name=f"{self.opts.app_label}_{self.opts.model_name}_views",
        )
        return [*([] if self.optional_columns is None else [address]), *super().get_urls()]

    def change_views(self, request):
        """Choose columns, keep the list as it is under a name, or forget such a view."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = clean_query(QueryDict(request.POST.get("query", "")))
        if "forget" in request.POST:
            self.views_of(request).filter(name=request.POST["forget"]).exclude(name="").delete()
        elif "keep" in request.POST:
            query = self.keep_view(request, query)
        else:
            query = self.choose_columns(request, query)
        return HttpResponseRedirect(f"../?{query.urlencode()}" if query else "../")

    def views_of(self, request):
        return SavedView.objects.filter(user=request.user, target=self.opts.label_lower)

    def store_view(self, request, name: str, query: QueryDict) -> None:
        """Under this name, in place of what had it."""
        SavedView.objects.update_or_create(
            user=request.user, target=self.opts.label_lower, name=name, defaults={"query": query.urlencode()}
        )

    def keep_view(self, request, query: QueryDict) -> QueryDict:
        """Keep the list as this query shows it. The columns are named, so that the view stays what it is."""
        kept = query.copy()
        if not kept.get("columns"):
            kept["columns"] = ",".join(self.get_list_display(request))
        name = request.POST.get("name", "").strip()
        others = self.views_of(request).exclude(name__in=["", name])
        view = SavedView(user=request.user, target=self.opts.label_lower, name=name, query=kept.urlencode())
        if not name:
            problem = gettext("Please give the view a name.")
        elif others.count() >= AT_MOST:
            problem = gettext("You have %(n)s views of this list. Please remove one first.") % {"n": AT_MOST}
        else:
            problem = problem_of(view)
        if problem:
            self.message_user(request, problem, messages.ERROR)
            return query
        self.store_view(request, name, kept)
        return kept

    def choose_columns(self, request, query: QueryDict) -> QueryDict:
        """Show these columns: in this view, if the address is that of one, else wherever no view says otherwise."""
        every = self.every_column(request)
        chosen = [name for name in every if name == every[0] or name in request.POST.getlist("column")]
        query.pop("o", None)  # which counts the columns
        if "columns" in query:
            query["columns"] = ",".join(chosen)
            return query
        if chosen == [name for name in self.list_display if name in every]:
            self.views_of(request).filter(name="").delete()
        else:
            asked = QueryDict(mutable=True)
            asked["columns"] = ",".join(chosen)
            self.store_view(request, "", asked)
        return query


def clean_query(query: QueryDict) -> QueryDict:
    """The query without the page, which is none of the view's business."""
    kept = query.copy()
    for name in ("p", "e", "all"):
        kept.pop(name, None)
    return kept


def problem_of(view: SavedView) -> str:
    """What is wrong with this view, in a sentence."""
    try:
        view.full_clean(exclude=["user"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""

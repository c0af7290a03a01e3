"""The admin's dress: name, colours, and a sidebar that shows only what the role may open."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def allowed(permission: str):
    return lambda request: request.user.has_perm(permission)


def may_import(request) -> bool:
    from core.imports.registry import importable_by  # models, which the settings come before

    return bool(importable_by(request.user))


def own(path: str):
    return lambda request: static(path)


def item(title: str, icon: str, view: str, permission) -> dict:
    """An entry for those with a permission, or for whom a function of the request is true."""
    check = allowed(permission) if isinstance(permission, str) else permission
    return {"title": title, "icon": icon, "link": reverse_lazy(view), "permission": check}


SCRIPTS = ["autocomplete", "dialogs", "drafts", "filters", "forms", "shortcuts", "tabs"]

UNFOLD = {
    "SITE_TITLE": "Mini ERP",
    "SITE_HEADER": "Mini ERP",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "inventory_2",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("core/favicon.svg")}],
    "SCRIPTS": [own(f"core/{name}.js") for name in SCRIPTS],
    "STYLES": [own("core/admin.css"), own("core/rtl.css")],
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "DASHBOARD_CALLBACK": "sales.dashboard.callback",
    "ACCOUNT": {
        "navigation": [
            {"title": _("My profile"), "link": reverse_lazy("profile")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "LOGIN": {"form": "accounts.sign_in.SignInForm"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 185)",
            "100": "oklch(94.3% .033 184)",
            "200": "oklch(89.2% .068 183)",
            "300": "oklch(82.4% .103 182)",
            "400": "oklch(73.5% .118 182)",
            "500": "oklch(63.5% .109 183)",
            "600": "oklch(53.0% .093 185)",
            "700": "oklch(45.2% .078 186)",
            "800": "oklch(38.6% .063 188)",
            "900": "oklch(34.0% .052 189)",
            "950": "oklch(24.5% .041 192)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,  # the button in the sidebar opens the same search as Ctrl+K (sales/search.py)
        "show_all_applications": False,
        "navigation": [
            {"items": [item(_("Dashboard"), "dashboard", "admin:index", "sales.view_dashboard")]},
            {
                "title": _("Sales"),
                "separator": True,
                "items": [
                    item(_("Orders"), "receipt_long", "admin:sales_order_changelist", "sales.view_order"),
                    item(_("To pack"), "package_2", "to_pack", "sales.pack_order"),
                    item(
                        _("Returns"),
                        "assignment_return",
                        "admin:sales_orderreturn_changelist",
                        "sales.view_orderreturn",
                    ),
                    item(_("Payments"), "payments", "admin:sales_payment_changelist", "sales.view_payment"),
                    item(_("Who owes"), "account_balance", "admin:accounts_who_owes", "sales.view_account"),
                    item(_("Customers"), "groups", "admin:accounts_customer_changelist", "accounts.view_customer"),
                ],
            },
            {
                "title": _("Inventory"),
                "separator": True,
                "items": [
                    item(
                        _("Products"),
                        "inventory_2",
                        "admin:inventory_product_changelist",
                        "inventory.view_product",
                    ),
                    item(
                        _("Stock changes"),
                        "swap_vert",
                        "admin:inventory_stockchange_changelist",
                        "inventory.view_stockchange",
                    ),
                    item(
                        _("Stock at a date"),
                        "event_available",
                        "stock_at",
                        "inventory.view_stockchange",
                    ),
                    item(
                        _("Deliveries"),
                        "local_shipping",
                        "admin:inventory_delivery_changelist",
                        "inventory.view_delivery",
                    ),
                    item(_("Suppliers"), "factory", "admin:inventory_supplier_changelist", "inventory.view_supplier"),
                    item(
                        _("Counts"),
                        "fact_check",
                        "admin:inventory_stockcount_changelist",
                        "inventory.count_stock",
                    ),
                ],
            },
            {
                "title": _("Administration"),
                "separator": True,
                "items": [
                    item(_("Staff users"), "badge", "admin:accounts_user_changelist", "accounts.view_user"),
                    item(_("Firm"), "storefront", "admin:core_firm_changelist", "core.change_firm"),
                    item(_("Imports"), "upload_file", "admin:core_importrecord_changelist", may_import),
                    item(_("Import layouts"), "view_column", "admin:core_importmapping_changelist", may_import),
                ],
            },
        ],
    },
}

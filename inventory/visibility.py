"""Which figures of a product not everybody may see, wherever they are shown: said once."""

VIEW_COST, VIEW_STOCK = "inventory.view_cost", "inventory.view_stock"
NEEDED = {
    "cost_price": VIEW_COST,
    "profit_margin": VIEW_COST,
    "stock_value": VIEW_COST,
    "average_cost": VIEW_COST,
    "previous_value": VIEW_COST,  # these three are of stock changes
    "new_value": VIEW_COST,
    "value_change": VIEW_COST,
    "unit_cost": VIEW_COST,  # these three are of deliveries
    "total_cost": VIEW_COST,
    "set_cost": VIEW_COST,
    "cost": VIEW_COST,  # these are columns of the admin's lists
    "margin": VIEW_COST,
    "worth": VIEW_COST,
    "worth_moved": VIEW_COST,
    "stock_qty": VIEW_STOCK,
    "free_qty": VIEW_STOCK,
    "low_stock_threshold": VIEW_STOCK,
    "shelf": VIEW_STOCK,
}


def may_see(user, name: str) -> bool:
    """Whether the user may see this field, column or figure of products."""
    return name not in NEEDED or user.has_perm(NEEDED[name])


def allowed(user, fields) -> list:
    """The fields of a fieldset, some in rows of their own, as far as the user may see them."""
    shown = []
    for field in fields:
        if isinstance(field, tuple):
            if inner := tuple(allowed(user, field)):
                shown.append(inner)
        elif may_see(user, field):
            shown.append(field)
    return shown

"""Which figures of a product not everybody may see, wherever they are shown: said once."""

VIEW_COST, VIEW_STOCK = "inventory.view_cost", "inventory.view_stock"
NEEDED = {
    "cost_price": VIEW_COST,
    "profit_margin": VIEW_COST,
    "stock_value": VIEW_COST,
    "cost": VIEW_COST,  # this and the next are columns of the admin's list
    "margin": VIEW_COST,
    "stock_qty": VIEW_STOCK,
    "free_qty": VIEW_STOCK,
    "low_stock_threshold": VIEW_STOCK,
    "shelf": VIEW_STOCK,
}


def may_see(user, name: str) -> bool:
    """Whether the user may see this field, column or figure of products."""
    return name not in NEEDED or user.has_perm(NEEDED[name])

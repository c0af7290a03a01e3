"""The order services: the only code that writes orders, their lines and their status.

Each function is one transaction: all of it happens or nothing. The order's row is locked first, then its customer, then
the products by ascending id, then the number counter. Money is Decimal in the firm's currency to 2 places, quantities
are pieces. `at` is given only when data of the past is loaded.
"""

"""The stock service: the only code that writes `Product.stock_qty`, and every writer of products.

Each function is one transaction. Products are locked by ascending id before they are read, so that two of these
never wait for each other in a circle; every change of stock adds one row to the log in the same transaction.
Quantities are whole pieces. `at` is given only when data of the past is loaded.
"""

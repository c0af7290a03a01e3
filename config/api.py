"""The API and its routes. Every route is closed until its `auth` says whose it is (config/api_errors.py: refusals)."""

from functools import cache, wraps

from csp.decorators import csp
from ninja import NinjaAPI
from ninja.errors import Throttled
from ninja.openapi.docs import Swagger

from accounts import api as accounts_api
from accounts.tokens import TokenAuth
from config import __version__
from config.api_errors import HANDLERS, throttled
from config.middleware.security_headers import DOCUMENTATION
from config.openapi import Description
from core.api.parser import StrictParser
from core.api.throttling import DocumentThrottle
from inventory import api as inventory_api
from inventory import delivery_api
from sales.api import account, returns, steps  # noqa: F401  (their routes are those of people and orders)
from sales.api.dashboard import dashboard
from sales.api.orders import orders
from sales.api.payments import payments


class Api(NinjaAPI):
    def get_openapi_schema(self, *, path_prefix=None, path_params=None):
        return description(self, path_prefix or self.get_root_path(path_params or {}))


@cache
def description(api: Api, path_prefix: str) -> Description:
    """Put together once in each process: it takes as long as a hundred requests, and anybody may ask for it."""
    return Description(api, path_prefix)


def limited(view):
    """The documentation is for everybody; each address may ask for it as often as for anything else."""

    @wraps(view)
    def limited_view(request, *args, **kwargs):
        try:
            DocumentThrottle().check(request)
        except Throttled as too_many:
            return throttled(request, too_many)
        return csp(DOCUMENTATION)(view)(request, *args, **kwargs)

    return limited_view


api = Api(
    title="Mini ERP",
    version=__version__,
    urls_namespace="api",
    description="Products, stock, orders and customers of a small firm. Money is text with two decimals, times are "
    "ISO 8601 with offset, values like PENDING are accepted in any case. Lists come in pages: follow `next` and "
    "`previous`.",
    docs=Swagger({"persistAuthorization": True, "tryItOutEnabled": True}),
    docs_url="/docs/",
    docs_decorator=limited,
    openapi_url="/schema/",
    auth=TokenAuth(),
    parser=StrictParser(),
)
api.add_router("/v1/auth", accounts_api.auth)
api.add_router("/v1/customers", accounts_api.customers)
api.add_router("/v1/products", inventory_api.products)
api.add_router("/v1/suppliers", delivery_api.suppliers)
api.add_router("/v1/deliveries", delivery_api.deliveries)
api.add_router("/v1/orders", orders)
api.add_router("/v1/payments", payments)
api.add_router("/v1/dashboard", dashboard)
for error, handler in HANDLERS.items():
    api.add_exception_handler(error, handler)

"""What a browser may do with our answers: the Content-Security-Policy of each part, and the Permissions-Policy."""

from csp.constants import HEADER, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy

from config.middleware.api_guard import is_api

# unfold's Alpine evaluates the attributes of its pages, and its colours are styles in the page; scripts in the page
# are forbidden, ours and anybody's.
ADMIN = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "worker-src": [SELF, "blob:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}

# Swagger and ReDoc. (ReDoc would like to fetch its maker's logo from another host.)
DOCUMENTATION = {
    "default-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "worker-src": [SELF, "blob:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}

# An answer of the API is data, whoever opens it in a browser.
DATA = {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE], "frame-ancestors": [NONE]}
DATA_POLICY = build_policy(config=DATA)

NOT_NEEDED = ["camera", "microphone", "geolocation", "payment", "usb", "serial", "bluetooth", "display-capture"]


# Most of these Django sends too, but not where guard_api or the CORS middleware answer in its place.
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_NEEDED),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeadersMiddleware(CSPMiddleware):
    """A page that names a policy of its own (`csp.decorators.csp`) has that one."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if parts.config is None and not report_only:
            parts.config = ADMIN
        return parts

    def process_response(self, request, response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_api(request) and getattr(response, "_csp_config", None) is None:
            response.headers.setdefault(HEADER, DATA_POLICY)
            return response
        return super().process_response(request, response)

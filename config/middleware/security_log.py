"""Log who asked for what they may not have."""

import logging

from accounts.security_log import log_event


def log_forbidden(get_response):
    """Write down who asked for what they may not have."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 403:
            log_event("refused", request, level=logging.WARNING, method=request.method, path=request.path)
        return response

    return middleware

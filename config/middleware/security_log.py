"""Log who asked for what they may not have."""

import logging

from accounts.security_log import note


def note_refusals(get_response):
    """Write down who asked for what they may not have."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 403:
            note("refused", request, level=logging.WARNING, method=request.method, path=request.path)
        return response

    return middleware

"""What every request passes through."""

from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


def refuse_nul(get_response):
    """PostgreSQL cannot compare text with a NUL character, and no honest address or cookie has one."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in cookies:
            return HttpResponseBadRequest(render_to_string("400.html"))
        return get_response(request)

    return middleware

"""What every request passes through."""

from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


def refuse_nul_in_address(get_response):
    """PostgreSQL cannot compare text with a NUL character, and no honest address has one."""

    def middleware(request):
        if "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest(render_to_string("400.html", request=request))
        return get_response(request)

    return middleware

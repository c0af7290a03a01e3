"""Let the history know through which channel a change came."""

from config.middleware.api_guard import is_api
from core.channels import Door, through


def name_door(get_response):
    """Let the history know whether somebody came through the admin or the API."""

    def middleware(request):
        with through(Door.API if is_api(request) else Door.ADMIN):
            return get_response(request)

    return middleware

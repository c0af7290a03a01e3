"""Let the history know through which channel a change came."""

from config.middleware.api_guard import is_api
from core.channels import Channel, change_channel


def set_channel(get_response):
    """Let the history know whether somebody came through the admin or the API."""

    def middleware(request):
        with change_channel(Channel.API if is_api(request) else Channel.ADMIN):
            return get_response(request)

    return middleware

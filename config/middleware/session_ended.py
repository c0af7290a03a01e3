"""Let the sign-in page say why it appears in the middle of somebody's work."""

from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext


def say_session_ended(get_response):
    """Who is sent to sign in although their browser still knows a session reads there that it has ended."""

    def middleware(request):
        response = get_response(request)
        sent_away = response.status_code == 302 and response["Location"].startswith(f"{reverse('admin:login')}?next=")
        if sent_away and settings.SESSION_COOKIE_NAME in request.COOKIES and not request.user.is_authenticated:
            sentence = gettext(
                "You have been signed out, because your session has ended. Sign in, and you are back on the page "
                "that you were on. What you had typed there is kept."
            )
            messages.warning(request, sentence)
        return response

    return middleware

"""Who asks: access and refresh tokens, and the lock on every route of the API."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from ninja.errors import AuthenticationError
from ninja_jwt.authentication import JWTAuth
from ninja_jwt.exceptions import InvalidToken, TokenError
from ninja_jwt.settings import api_settings
from ninja_jwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import User
from core.api.throttling import UserThrottle
from core.api.types import MAX_ID
from core.prepared import Slot, Statements

VERSION = "version"
USERS = Statements()
MAX_EXPIRY = 2**35  # seconds since 1970: beyond it is no date


class CheckedClaims(Token if TYPE_CHECKING else object):
    """What a token says is of the kind that it should be; ninja-jwt asks the database for whatever it finds."""

    def verify(self):
        bounds = {"exp": MAX_EXPIRY, "user_id": MAX_ID}
        numbers = all(type(self.get(name)) is int and 0 < self[name] <= most for name, most in bounds.items())
        if not numbers or not isinstance(self.get("jti"), str):
            raise TokenError("A claim is of an odd kind.")
        super().verify()


class CheckedAccess(CheckedClaims, AccessToken):
    """Made from an access token that somebody brings."""


class CheckedRefresh(CheckedClaims, RefreshToken):
    """Made from a refresh token that somebody brings."""


class TokenAuth(JWTAuth):
    """Lets in whoever brings a living access token of an active user with one of these permissions.

    Without a permission it lets in nobody: a new route is closed until it says whose it is.
    """

    def __init__(self, *permissions: str):
        super().__init__()
        self.permissions = permissions

    def authenticate(self, request, token):
        user = super().authenticate(request, token)
        UserThrottle().check(request)
        if not any(user.has_perm(permission) for permission in self.permissions):
            raise PermissionDenied
        return user

    @classmethod
    def get_validated_token(cls, raw_token):
        """The token, if it is one of ours. Its signature stays what it is; that it has not expired is asked anew."""
        token = verified(raw_token, settings.NINJA_JWT["SIGNING_KEY"])
        try:
            token.check_exp()
        except TokenError as error:
            raise InvalidToken from error
        return token

    def get_user(self, validated_token) -> User:
        """The token's user; raises InvalidToken if they lost a right or changed their password since it was made."""
        user = find_user(validated_token.get(api_settings.USER_ID_CLAIM))
        if user is None or not user.is_active or validated_token.get(VERSION) != user.token_version:
            raise InvalidToken
        return user


@lru_cache(maxsize=1000)
def verified(raw_token, signing_key: str):
    """What an access token says. Raises InvalidToken if it is none, or has expired by now."""
    return JWTAuth.get_validated_token(raw_token)


def find_user(pk) -> User | None:
    """The user with this id; each request with a token begins with it."""
    names = [field.attname for field in User._meta.concrete_fields]
    statement = USERS.get("one", lambda: User.objects.filter(pk=Slot("pk")).values_list(*names), planned_once=True)
    rows = statement.rows({"pk": pk}) if isinstance(pk, int) else []
    return User.from_db(connection.alias, names, rows[0]) if rows else None


class OptionalTokenAuth(TokenAuth):
    """Lets in anybody; a token that is brought must be good all the same."""

    def __call__(self, request):
        if not request.headers.get(self.header):
            request.user = AnonymousUser()  # a browser's session of the admin has no say here
            return request.user
        return super().__call__(request)

    def authenticate(self, request, token):
        return self.jwt_authenticate(request, token)


def requires(*permissions: str) -> TokenAuth:
    """The lock of a route: one of these permissions opens it."""
    return TokenAuth(*permissions)


def issue_tokens(user: User) -> dict[str, str]:
    """A new pair of `access` and `refresh` for this user."""
    refresh = RefreshToken.for_user(user)
    refresh[VERSION] = user.token_version
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renew_access(refresh: str) -> str:
    """A new access token. Raises AuthenticationError if the refresh token is none, expired, logged out or outdated."""
    token = read_refresh(refresh)
    TokenAuth().get_user(token)
    return str(token.access_token)


def end_refresh(refresh: str) -> int | None:
    """Make a refresh token worthless; whose it was. Raises AuthenticationError if it is so already."""
    token = read_refresh(refresh)
    token.blacklist()
    return token.get("user_id")


def read_refresh(refresh: str) -> "CheckedRefresh":
    try:
        return CheckedRefresh(refresh)
    except TokenError as error:
        raise AuthenticationError from error

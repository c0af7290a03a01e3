"""People over the API: signing in, one's own profile, customers."""

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import File, Query, Router, Status, UploadedFile
from ninja.errors import AuthenticationError
from ninja.pagination import paginate

from accounts import lockout
from accounts.models import Customer, User
from accounts.registration import register_for_approval, with_password
from accounts.rows import CUSTOMERS
from accounts.schemas import (
    AccessOut,
    CustomerChanges,
    CustomerFilters,
    CustomerIn,
    CustomerOut,
    LoginIn,
    MeIn,
    MeOut,
    PasswordIn,
    RefreshIn,
    RegisteredOut,
    RegisterIn,
    TokensOut,
)
from accounts.services.people import CUSTOMER_FIELDS, changes_more_than_open, delete_user, lock_people, save_user
from accounts.tokens import OptionalTokenAuth, end_refresh, issue_tokens, renew_access, requires
from core.api.pagination import KeysetPagination
from core.api.rows import Rows, answer, answered
from core.api.schemas import apply_values
from core.api.throttling import AddressThrottle, PasswordThrottle, SignInThrottle, UploadThrottle
from core.api.types import MAX_ID
from core.concurrency import check_last_seen
from core.i18n import in_firms_language
from core.images import clean_image_field

auth = Router(tags=["Authentication"])
customers = Router(tags=["Customers"])

OWN_PROFILE = requires("accounts.change_own_profile")
AUTHORS = ["created_by", "modified_by"]


# Signing in


@auth.post(
    "/register/",
    auth=OptionalTokenAuth(),
    throttle=[SignInThrottle()],
    response={201: MeOut, 202: RegisteredOut},
    summary="Register",
    operation_id="accounts_register_post",
)
def register(request, payload: RegisterIn):
    """Make an account of one's own: a customer's. Only an admin registers others, and in any role.

    Where accounts are approved (`REGISTRATION`), the answer is 202, the same whether or not somebody has the e-mail.
    """
    role = payload.role or User.Role.CUSTOMER
    by = request.user if request.user.is_authenticated else None
    if (by or role != User.Role.CUSTOMER) and not request.user.has_perm("accounts.add_user"):
        raise PermissionDenied(gettext("Only an admin can register somebody else or give a role other than customer."))
    if by is None and settings.REGISTRATION == "closed":
        raise PermissionDenied(gettext("Nobody can register here. Please ask the firm for an account."))
    user = User(role=role, created_by=by, modified_by=by)
    values = payload.provided("email", "first_name", "last_name", "phone", "address")
    if by is None and settings.REGISTRATION == "approval":
        return Status(202, register_for_approval(user, values, payload.password))
    user = with_password(apply_values(user, values), payload.password)
    return Status(201, save_user(user, by=by, reason=in_firms_language(_("Registered"))))


@auth.post(
    "/login/",
    auth=None,
    throttle=[SignInThrottle()],
    response=TokensOut,
    summary="Log in",
    operation_id="accounts_login_post",
)
def login(request, payload: LoginIn):
    """Get an access token for the requests to come, and a refresh token for when it has expired."""
    if lock := lockout.account_lockout(request, payload.email):
        raise lock
    user = authenticate(request, username=payload.email, password=payload.password)
    if user is None:
        raise lockout.current_lockout(request) or AuthenticationError(message=gettext("E-mail or password is wrong."))
    user_logged_in.send(User, request=request, user=user)
    return issue_tokens(user)


@auth.post(
    "/refresh/",
    auth=None,
    throttle=[AddressThrottle()],
    response=AccessOut,
    summary="Refresh the access token",
    operation_id="accounts_refresh_post",
)
def refresh(request, payload: RefreshIn):
    """Get a new access token. The refresh token stays the same until it expires or is logged out."""
    return {"access": renew_access(payload.refresh)}


@auth.post(
    "/logout/",
    auth=None,
    throttle=[AddressThrottle()],
    response={204: None},
    summary="Log out",
    operation_id="accounts_logout_post",
)
def logout(request, payload: RefreshIn):
    """Make the refresh token worthless. It says itself who logs out: the access token may have expired by then."""
    user = User.objects.filter(pk=end_refresh(payload.refresh)).first()
    user_logged_out.send(User, request=request, user=user)
    return Status(204, None)


# One's own profile


@auth.get("/me/", auth=OWN_PROFILE, response=MeOut, summary="My profile", operation_id="accounts_me_get")
def me(request):
    """Who is signed in."""
    return User.objects.select_related(*AUTHORS).get(pk=request.user.pk)


@auth.put("/me/", auth=OWN_PROFILE, response=MeOut, summary="Change my profile", operation_id="accounts_change_me_put")
@auth.patch(
    "/me/", auth=OWN_PROFILE, response=MeOut, summary="Change my profile", operation_id="accounts_change_me_patch"
)
@transaction.atomic
def change_me(request, payload: MeIn):
    """Change one's own name, phone number or address; what is left out stays."""
    user = lock_or_404(User, request.user.pk, request.user)
    check_last_seen(user, payload.modified_at)
    if payload.email and User._meta.get_field("email").to_python(payload.email) != user.email:
        raise ValidationError({"email": gettext("You sign in with this e-mail. Please ask an admin to change it.")})
    values = payload.provided("first_name", "last_name", "phone", "address")
    return save_user(apply_values(user, values), by=user) if values else user


@auth.post(
    "/me/password/",
    auth=OWN_PROFILE,
    throttle=[PasswordThrottle()],
    response=TokensOut,
    summary="Change my password",
    operation_id="accounts_change_password_post",
)
def change_password(request, payload: PasswordIn):
    """Change one's own password. All tokens end with the old one; the answer has new ones."""
    asker = request.user
    if not asker.check_password(payload.current_password):
        raise ValidationError({"current_password": gettext("This is not your password.")})
    new_hash = with_password(asker, payload.new_password, field="new_password").password  # slow: before any lock
    with transaction.atomic():
        user = lock_or_404(User, asker.pk, asker)
        if user.token_version != asker.token_version:
            raise AuthenticationError
        user.password = new_hash
        save_user(user, by=user, reason=in_firms_language(_("Password changed")))
    return issue_tokens(user)


@auth.put(
    "/me/avatar/",
    auth=OWN_PROFILE,
    throttle=[UploadThrottle()],
    response=MeOut,
    summary="Set my picture",
    operation_id="accounts_set_avatar_put",
)
def set_avatar(request, avatar: UploadedFile = File(...)):  # noqa: B008 (ninja's way to declare a parameter)
    """Upload a JPEG, PNG or WebP file."""
    picture = clean_image_field("avatar", avatar)  # which takes its time: before anything is locked
    with transaction.atomic():
        user = lock_or_404(User, request.user.pk, request.user)
        user.avatar = picture
        return save_user(user, by=user)


@auth.delete(
    "/me/avatar/",
    auth=OWN_PROFILE,
    response={204: None},
    summary="Remove my picture",
    operation_id="accounts_remove_avatar_delete",
)
@transaction.atomic
def remove_avatar(request):
    """Delete the picture; without one this does nothing."""
    user = lock_or_404(User, request.user.pk, request.user)
    if user.avatar:
        user.avatar = ""
        save_user(user, by=user)
    return Status(204, None)


# Customers


@customers.get(
    "/",
    auth=requires("accounts.view_customer"),
    response=list[CustomerOut],
    summary="List customers",
    operation_id="accounts_list_customers_get",
)
@answered
@paginate(KeysetPagination, orderings=("id", "email", "company", "first_name", "last_name", "created_at", "balance"))
def list_customers(request, filters: Query[CustomerFilters]):
    """Customers, the newest first."""
    return Rows(CUSTOMERS, filters, shape=filters.digits)


@customers.post(
    "/",
    auth=requires("accounts.add_customer"),
    response={201: CustomerOut},
    summary="Create a customer",
    operation_id="accounts_create_customer_post",
)
def create_customer(request, payload: CustomerIn):
    """Add a customer. Without a password they can be ordered for, but not sign in."""
    customer = Customer(role=User.Role.CUSTOMER, created_by=request.user, modified_by=request.user)
    return Status(201, save_customer(request, customer, payload))


@customers.get(
    "/{int:id}/",
    auth=requires("accounts.view_customer"),
    response=CustomerOut,
    summary="Get a customer",
    operation_id="accounts_get_customer_get",
)
def get_customer(request, id: int):
    """One customer."""
    return answer(CUSTOMERS.get(request, id))


@customers.put(
    "/{int:id}/",
    auth=requires("accounts.change_customer", "accounts.change_customer_contact"),
    response=CustomerOut,
    summary="Change a customer",
    operation_id="accounts_change_customer_put",
)
@customers.patch(
    "/{int:id}/",
    auth=requires("accounts.change_customer", "accounts.change_customer_contact"),
    response=CustomerOut,
    summary="Change a customer",
    operation_id="accounts_change_customer_patch",
)
@transaction.atomic
def change_customer(request, id: int, payload: CustomerChanges):
    """Change a customer; what is left out stays. Sales people change contact data only."""
    customer = lock_or_404(Customer, id, request.user)
    check_last_seen(customer, payload.modified_at)
    return save_customer(request, customer, payload)


@customers.delete(
    "/{int:id}/",
    auth=requires("accounts.delete_customer"),
    response={204: None},
    summary="Delete a customer",
    operation_id="accounts_delete_customer_delete",
)
def delete_customer(request, id: int):
    """Delete a customer who has never ordered; others can only be deactivated (409)."""
    delete_user(get_object_or_404(Customer, pk=id), by=request.user)
    return Status(204, None)


def save_customer(request, customer: Customer, payload: CustomerChanges) -> Customer:
    values = payload.provided(*CUSTOMER_FIELDS)
    if not values and not payload.password and not customer._state.adding:
        return customer
    apply_values(customer, values)
    if not customer._state.adding and changes_more_than_open(customer, by=request.user, password=payload.password):
        raise PermissionDenied(gettext("You may change a customer's contact data, but nothing else."))
    if payload.password:
        set_customer_password(customer, payload.password)
    elif customer._state.adding:
        customer.set_unusable_password()
    return save_user(customer, by=request.user)


def set_customer_password(customer: Customer, password: str) -> None:
    if not customer.email:
        raise ValidationError({"password": gettext("Without an e-mail nobody can sign in.")})
    with_password(customer, password)


def lock_or_404(model: type[User], pk: int, author: User) -> User:
    """The person as they are now, theirs and the author's rows locked until the transaction ends; 404 if nobody."""
    if pk > MAX_ID:
        raise Http404
    lock_people(User(pk=pk), author)
    return get_object_or_404(model.objects.select_related(*AUTHORS), pk=pk)

"""What changes people: the only place that knows when somebody may be demoted, deactivated or deleted."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import PROTECT, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import CustomerMerged, DuplicateUser, LastAdmin, UserInUse
from accounts.models import Customer, User
from accounts.security_log import log_on_commit
from accounts.services.account import post_openings
from core.bulk import batches, create_all, update_all
from core.concurrency import lock_record
from core.i18n import in_firms_language
from core.images import delete_image_on_commit

# What accounts.change_customer_contact is about, and the e-mail of whoever does not sign in with it.
CONTACT_FIELDS = frozenset({"company", "first_name", "last_name", "phone", "address", "delivery_address"})

CUSTOMER_FIELDS = [
    "customer_code",
    "email",
    "company",
    "first_name",
    "last_name",
    "phone",
    "address",
    "delivery_address",
    "tax_id",
    "payment_days",
    "credit_limit",
    "opening_balance",
    "is_active",
]


@transaction.atomic
def save_user(user: User, *, by: User | None, reason: str = "", at: datetime | None = None) -> User:
    """Save a new or changed colleague or customer and note who did it (and when, if data of the past is loaded).

    Whoever has no e-mail loses their password; another opening balance is posted to the account. Raises LastAdmin if
    this would leave no active ADMIN, CustomerMerged if it would activate a record that has gone into another one,
    DuplicateUser if somebody else was faster with an e-mail or customer code, BalanceTooLarge.
    """
    if not user.email and user.has_usable_password():
        user.set_unusable_password()
    opened_with: dict[int, Decimal] = {}
    if not user._state.adding:
        lock_people(user, by)
        check_admin_remains(user)
        check_not_merged(user)
        stored = User.objects.only("avatar", "opening_balance").filter(pk=user.pk).first()
        if stored and stored.avatar != user.avatar:
            delete_image_on_commit(stored.avatar)
        if stored:
            opened_with[user.pk] = stored.opening_balance
    if user.is_active:
        user.waiting_since = None
    user.stamp(by, reason, at=at)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        mine = Q(email=user.email, email__isnull=False) | Q(
            customer_code=user.customer_code, customer_code__isnull=False
        )
        if not User.objects.filter(mine).exclude(pk=user.pk).exists():
            raise
        sentence = gettext("This e-mail or customer code has just been given to somebody else.")
        raise DuplicateUser(sentence) from error
    post_openings([user], opened_with, user=by, at=at)
    return user


def check_not_merged(user: User) -> None:
    """Raise CustomerMerged if the record, which has gone into another one, is active."""
    if user.merged_into_id and user.is_active:
        sentence = gettext("%(customer)s has been merged into %(other)s and stays deactivated.")
        raise CustomerMerged(sentence % {"customer": user, "other": user.merged_into})


def fields_open_to(user: User, customer: Customer) -> frozenset[str]:
    """The customer's fields that this person may change: all, or contact data only, or none.

    An e-mail is contact data as long as nobody signs in with it.
    """
    if user.has_perm("accounts.change_customer"):
        return frozenset(CUSTOMER_FIELDS)
    if user.has_perm("accounts.change_customer_contact"):
        return CONTACT_FIELDS if customer.can_sign_in else CONTACT_FIELDS | {"email"}
    return frozenset()


def changes_more_than_open(customer: Customer, *, by: User, password: str | None = None) -> bool:
    """Whether this person may not do so much: the record differs from the stored one in a field that is not open to
    them, or the customer is to be given a password."""
    stored = Customer.objects.get(pk=customer.pk)
    closed = set(CUSTOMER_FIELDS) - fields_open_to(by, stored)
    return bool(closed and password) or any(getattr(customer, name) != getattr(stored, name) for name in closed)


@transaction.atomic
def approve_customer(customer: Customer, *, by: User | None) -> bool:
    """Let a customer who has registered sign in; False if they do not wait (any more)."""
    lock_people(customer, by)
    customer = Customer.objects.get(pk=customer.pk)
    if not customer.is_waiting:
        return False
    customer.is_active = True
    save_user(customer, by=by, reason=in_firms_language(_("Approved")))
    return True


def lock_people(*people: User | None) -> None:
    """Lock these people and the active admins, by ascending id, until the transaction ends.

    All at once: whoever changes somebody also refers to themselves as its author, and two admins who change each
    other must not wait for each other.
    """
    keys = {person.pk for person in people if person is not None}
    admins = Q(role=User.Role.ADMIN, is_active=True)
    list(User.objects.select_for_update(no_key=True).filter(admins | Q(pk__in=keys)).order_by("pk").values_list("pk"))


def check_admin_remains(user: User, *, deleting: bool = False) -> None:
    """Raise LastAdmin unless an active ADMIN remains once `user` is saved as they stand (or deleted).

    Only for certain once `lock_people` has locked them: two admins could demote each other at once.
    """
    if not deleting and user.role == User.Role.ADMIN and user.is_active:
        return
    if set(User.objects.admins().active().values_list("pk", flat=True)) == {user.pk}:
        raise LastAdmin(
            gettext("%(user)s is the last active admin. Make somebody else an admin first.") % {"user": user}
        )


@transaction.atomic
def delete_user(user: User, *, by: User | None) -> None:
    """Delete somebody who has left no trace.

    Raises LastAdmin, or UserInUse if they stand in any record: those keep their people, who are deactivated instead.
    """
    lock_people(user, by)
    user = lock_record(user)
    check_deletable(user)
    User.objects.filter(pk=user.pk).update(created_by=None, modified_by=None)  # who changed themselves is no author
    user.stamp(by)
    delete_image_on_commit(user.avatar)
    log_on_commit("account deleted", of=User(pk=user.pk, email=user.email))
    user.delete()


def check_deletable(user: User) -> None:
    """Raise LastAdmin or UserInUse if what the user is or did forbids deleting them."""
    check_admin_remains(user, deleting=True)
    relations: list[Any] = [
        field for field in user._meta.get_fields(include_hidden=True) if field.one_to_many and field.auto_created
    ]
    kinds = {
        gettext("other people's records")
        if issubclass(relation.related_model, User)
        else str(relation.related_model._meta.verbose_name_plural)
        for relation in relations
        if relation.on_delete is PROTECT and stands_in(user, relation)
    }
    if kinds:
        raise UserInUse(
            gettext("%(user)s appears in %(records)s. Deactivate them instead.")
            % {"user": user, "records": gettext(" and ").join(sorted(kinds))}
        )
    if user.is_staff and user.last_login is not None:
        raise UserInUse(
            gettext(
                "%(user)s has worked in the system, and the records of that keep their name. Deactivate them instead."
            )
            % {"user": user}
        )


def stands_in(user: User, relation) -> bool:
    """Whether a record other than their own names them in this relation."""
    found = relation.related_model._base_manager.filter(**{relation.field.name: user.pk})
    return (found.exclude(pk=user.pk) if issubclass(relation.related_model, User) else found).exists()


@transaction.atomic
def import_customers(
    *,
    new: list[Customer],
    changed: list[Customer],
    reason: str,
    user: User | None,
) -> None:
    """Write what an import decided: new customers, who cannot sign in, and changed ones (locked by the caller)."""
    for customer in new:
        customer.set_unusable_password()
    # Two imports of the same new customers meet in one order.
    new = sorted(new, key=lambda customer: (customer.email or "", customer.customer_code or ""))
    create_all(Customer, new, reason=reason, user=user)
    post_openings(new, {}, user=user)
    update_customers(changed, reason=reason, user=user)


def update_customers(customers: list[Customer], *, reason: str, user: User | None) -> None:
    """Write the imported fields of locked customers, and post what that changes of their opening balances.

    Who is activated or deactivated loses their API tokens, as with `save_user`.
    """
    for active in (True, False):
        for batch in batches(customer.pk for customer in customers if customer.is_active == active):
            turned = User.objects.filter(pk__in=batch, is_active=not active)
            for person in turned.only("email"):
                log_on_commit("activity changed", of=person, was=not active, now=active)
            turned.update(token_version=F("token_version") + 1)
    stored = User.objects.order_by().values_list("pk", "opening_balance")
    opened_with = {
        pk: balance
        for batch in batches(customer.pk for customer in customers)
        for pk, balance in stored.filter(pk__in=batch)
    }
    update_all(Customer, customers, CUSTOMER_FIELDS, reason=reason, user=user)
    post_openings(customers, opened_with, user=user)

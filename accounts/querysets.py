"""Questions asked of the user table, and how text is looked for in any table."""

import re
from datetime import date

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, Length, Trim

from core.dates import end_of_day, start_of_day
from core.expressions import NullIfBlank
from core.fields import to_e164
from core.text_search import every_word, rank

PHONE_PIECE = re.compile(r"[0-9+/().\s–-]+")
WITH_AREA = 7  # so many digits may be a whole number, written with the zeros that are dialled at home
DISPLAY_NAME = Coalesce(NullIfBlank("company"), "first_name", output_field=CharField())  # what a list is sorted by
NAME_FIELDS = ("company", "first_name", "last_name", "email", "customer_code")  # in which words are looked for
COUNTED_CODE = r"^CUST-([0-9]{4}|[1-9][0-9]{4,8})$"  # so written, the longest and last in the alphabet is the highest


def phone_digits(text: str) -> str:
    """With which digits the phone number ends of which this text is a piece; blank if it is none."""
    digits = re.sub(r"[^0-9]", "", to_e164(text)) if PHONE_PIECE.fullmatch(text) else ""
    return digits.lstrip("0") if len(digits) >= WITH_AREA else digits


def phone_ending_with(text: str) -> Q:
    """People whose phone number ends with these digits, however they are spelled.

    A text that is no piece of a phone number, or fewer than three digits, finds nobody.
    """
    digits = phone_digits(text)
    return Q(phone__holds=digits, phone__iendswith=digits) if len(digits) >= 3 else Q(pk__in=[])


class UserQuerySet(QuerySet):
    def matching(self, term: str):
        """People by words of company, name, e-mail and code, or by the last digits of the phone; best `rank` first."""
        exact = Q(customer_code__iexact=term) | Q(email=term) | Q(phone=term)
        found = exact | every_word(term, *NAME_FIELDS)
        found |= phone_ending_with(term)
        close = Q(name__istartswith=term)
        for field in ("company", "last_name", "email", "customer_code"):
            close |= Q(**{f"{field}__istartswith": term})
        name = Concat("first_name", Value(" "), "last_name", output_field=CharField())
        people = self.filter(found).annotate(name=name)
        return people.annotate(rank=rank(exact=exact, close=close)).order_by("rank", DISPLAY_NAME, "last_name", "pk")

    def active(self):
        return self.filter(is_active=True)

    def staff(self):
        return self.filter(role__in=self.model.STAFF_ROLES)

    def created_between(self, first: date, last: date):
        """Who was entered on these days (the last one included, in TIME_ZONE)."""
        return self.filter(created_at__gte=start_of_day(first), created_at__lt=end_of_day(last))

    def customers(self):
        return self.filter(role=self.model.Role.CUSTOMER)

    def admins(self):
        return self.filter(role=self.model.Role.ADMIN)

    def namesakes(self, user):
        """Others that are called the same, firms as persons; upper and lower case do not count."""
        full_name = Trim(Concat("first_name", Value(" "), "last_name", output_field=CharField()))
        shown = Coalesce(NullIfBlank("company"), full_name, output_field=CharField())
        pattern = f"^{re.escape(str(user))}$"  # SQLite's own comparison takes Ä and ä for two letters
        return self.exclude(pk=user.pk).annotate(shown=shown).filter(shown__iregex=pattern)

    def sharing_phone(self, user):
        """Others with the same phone number."""
        return self.filter(phone=user.phone).exclude(pk=user.pk) if user.phone else self.none()

    def next_customer_code(self) -> str:
        """`CUST-0001`, or the next after the highest such code in use."""
        counted = self.filter(customer_code__startswith="CUST-", customer_code__regex=COUNTED_CODE)
        highest = counted.order_by(Length("customer_code").desc(), "-customer_code").first()
        return f"CUST-{int(highest.customer_code.removeprefix('CUST-')) + 1 if highest else 1:04}"


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Everybody: staff and customers."""

    def create_user(self, email, password=None, **fields):
        """A user with this e-mail, called so if no name is given; without a password they cannot sign in."""
        if not fields.get("first_name"):
            fields["first_name"] = email[: self.model._meta.get_field("first_name").max_length]
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """An ADMIN: `manage.py createsuperuser` makes the first one of an installation."""
        return self.create_user(email, password, **{**fields, "role": self.model.Role.ADMIN})


class CustomerManager(UserManager):
    """Customers only."""

    def get_queryset(self):
        return super().get_queryset().customers()

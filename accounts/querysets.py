"""Questions asked of the user table."""

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q, QuerySet

MAX_WORDS = 10


def every_word(text: str, *fields: str) -> Q:
    """Records in which each word of the text (of the first ten) is part of one of these fields."""
    found = Q()
    for word in text.split()[:MAX_WORDS]:
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        found &= anywhere
    return found


class UserQuerySet(QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def staff(self):
        return self.filter(role__in=self.model.STAFF_ROLES)

    def customers(self):
        return self.filter(role=self.model.Role.CUSTOMER)

    def admins(self):
        return self.filter(role=self.model.Role.ADMIN)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Everybody: staff and customers."""

    def create_user(self, email, password=None, **fields):
        """A user with this e-mail; without a password they cannot sign in until they are given one."""
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

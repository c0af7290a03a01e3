"""Who: the one user table, the customers among them, and the audit fields every record carries."""

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from accounts.account_models import AccountEntry  # noqa: F401  (Django finds an app's models here)
from accounts.names import NAME_FIELDS, name_of
from accounts.querysets import DISPLAY_NAME, CustomerManager, UserManager
from accounts.security_log import log_rights_change
from core.expressions import BlankIfNull
from core.fields import CodeField, LowerCaseEmailField, PhoneField, TrimmedCharField, TrimmedTextField
from core.models import HISTORY_EXCLUDED_FIELDS, AuditedModel, Version

ACCOUNT_FIELDS = ("balance", "account_head")  # written by `post_entries` alone

# No password hashes in the history, and no balance, whose history is the account.
user_history = HistoricalRecords(
    bases=[Version],
    excluded_fields=["password", "last_login", "token_version", *ACCOUNT_FIELDS, *HISTORY_EXCLUDED_FIELDS],
    history_id_field=models.BigAutoField(),
)

# What Django saves when somebody signs in: the moment, and now and then the same password hashed anew.
SIGN_IN_FIELDS = {"last_login", "password"}
LONGEST_PAYMENT_TERM = 365  # days

NAME_MISSING = _("Please enter a company or a first name.")
BY_NAME = [DISPLAY_NAME, "last_name", "id"]


class User(AbstractBaseUser, PermissionsMixin, AuditedModel):
    """A colleague or a customer. What they may do follows from their role alone (accounts/roles.py)."""

    class Role(models.TextChoices):
        ADMIN = "ADMIN", _("Admin")
        SALES = "SALES", _("Sales")
        WAREHOUSE = "WAREHOUSE", pgettext_lazy("role", "Warehouse")
        CUSTOMER = "CUSTOMER", pgettext_lazy("role", "Customer")

    STAFF_ROLES = (Role.ADMIN, Role.SALES, Role.WAREHOUSE)

    # The role is the only source of rights: no superusers, no groups, no permissions of one's own.
    is_superuser = False
    groups = None
    user_permissions = None

    email = LowerCaseEmailField(
        _("e-mail"),
        unique=True,
        null=True,
        blank=True,
        help_text=_("Without one nobody can sign in."),
        error_messages={"unique": _("This e-mail is already taken.")},
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.CUSTOMER)
    company = TrimmedCharField(_("company"), max_length=200, blank=True)
    first_name = TrimmedCharField(_("first name"), max_length=150, blank=True)
    last_name = TrimmedCharField(_("last name"), max_length=150, blank=True)
    customer_code = CodeField(
        _("customer code"),
        max_length=50,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Your own short name for the customer, e.g. CUST-0001."),
        error_messages={"unique": _("Another customer already has this code.")},
    )
    phone = PhoneField(
        _("phone"),
        max_length=128,
        null=True,
        blank=True,
        help_text=_("With the country code, e.g. +49 30 901820."),
    )
    address = TrimmedTextField(_("address"), blank=True, max_length=2000, validators=[MaxLengthValidator(2000)])
    delivery_address = TrimmedTextField(
        _("delivery address"),
        blank=True,
        max_length=2000,
        validators=[MaxLengthValidator(2000)],
        help_text=_("If goods go elsewhere than to the address."),
    )
    tax_id = TrimmedCharField(_("tax ID"), max_length=30, blank=True)
    payment_days = models.PositiveIntegerField(
        _("days to pay"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_PAYMENT_TERM)],
        help_text=_("How long they have to pay; empty: as long as customers usually have."),
    )
    credit_limit = models.DecimalField(
        _("credit limit"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("The most that they may owe; empty: no limit."),
    )
    opening_balance = models.DecimalField(
        _("opening balance"),
        max_digits=12,
        decimal_places=2,
        default=Decimal("0.00"),
        help_text=_("What the customer owed the firm (or, negative, was owed) when first entered here."),
    )
    balance = models.DecimalField(
        _("balance"),
        max_digits=14,
        decimal_places=2,
        default=Decimal("0.00"),
        db_default=Decimal("0.00"),
        editable=False,
        help_text=_("What the customer owes; negative: what the firm owes them."),
    )
    account_head = models.CharField(  # noqa: DJ001 (NULL: there is no entry)
        max_length=80, null=True, editable=False, help_text="The hash of the latest account entry (core/hash_chain.py)."
    )
    avatar = models.ImageField(_("avatar"), upload_to="profile", blank=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("A deactivated person can neither sign in nor order; their records are kept."),
    )

    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    waiting_since = models.DateTimeField(
        _("waiting since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Registered over the API, and cannot sign in until somebody of the staff approves the account."),
    )

    token_version = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("API tokens carry it: those of an older version are no longer valid.")
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    searched = ("company", "first_name", "last_name", "email", "customer_code", "phone")
    objects = UserManager()
    history = user_history

    class Meta:
        verbose_name = _("staff user")
        verbose_name_plural = _("staff users")
        ordering = BY_NAME
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(
                condition=Q(role__in=["ADMIN", "SALES", "WAREHOUSE", "CUSTOMER"]), name="user_role_known"
            ),
            models.CheckConstraint(condition=~Q(customer_code=""), name="user_customer_code_not_empty"),
            models.CheckConstraint(condition=~Q(phone=""), name="user_phone_not_empty"),
            models.CheckConstraint(condition=~Q(email=""), name="user_email_not_empty"),
            models.CheckConstraint(
                condition=Q(role="CUSTOMER") | Q(email__isnull=False),
                name="user_staff_have_an_email",
                violation_error_message=_("A colleague signs in with an e-mail."),
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(password__startswith="!"),
                name="user_no_password_without_email",
            ),
            models.CheckConstraint(condition=~Q(company="", first_name=""), name="user_has_a_name"),
            models.CheckConstraint(condition=Q(payment_days__lte=LONGEST_PAYMENT_TERM), name="user_payment_days"),
            models.CheckConstraint(condition=Q(credit_limit__gte=0), name="user_credit_limit_not_negative"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_active=False), name="user_merged_is_not_active"
            ),
        ]
        indexes = [
            models.Index(fields=["role", "is_active"], name="user_role_active"),
            models.Index(*BY_NAME, name="user_name"),
            models.Index(fields=["company", "id"], name="user_company"),
            models.Index(fields=["first_name", "id"], name="user_first_name"),
            models.Index(fields=["last_name", "id"], name="user_last_name"),
            models.Index(fields=["created_at", "id"], name="user_created_at"),
            models.Index(fields=["balance", "id"], name="user_balance"),
            models.Index(BlankIfNull("email"), "id", name="user_email_or_blank"),
            models.Index(fields=["phone"], name="user_phone"),
        ]

    def __str__(self):
        return name_of(*(getattr(self, field) for field in NAME_FIELDS))

    def save(self, *args, **kwargs):
        """Save all but what `post_entries` writes; a sign-in is no change for the history, and who loses a right or a
        password loses their API tokens."""
        update_fields = kwargs.get("update_fields")
        if update_fields is None and self.pk and not self._state.adding:
            kwargs["update_fields"] = self.saved_fields()
        if update_fields and SIGN_IN_FIELDS.issuperset(update_fields):
            self.skip_history_when_saving = True
            try:
                return super().save(*args, **kwargs)
            finally:
                del self.skip_history_when_saving
        before = self.end_tokens_if_rights_change()
        super().save(*args, **kwargs)
        log_rights_change(self, before)

    def saved_fields(self) -> set[str]:
        """Those that saving a record that exists writes."""
        kept = {"id", *ACCOUNT_FIELDS, *self.get_deferred_fields()}
        return {field.name for field in self._meta.concrete_fields if field.attname not in kept}

    def end_tokens_if_rights_change(self) -> dict | None:
        """Move `token_version` on if password, role or activity are about to differ from what the database has: that
        is returned."""
        kept = ["password", "role", "is_active"]
        before = User.objects.filter(pk=self.pk).values(*kept, "token_version").first()
        if before:
            changed = any(before[field] != getattr(self, field) for field in kept)
            self.token_version = before["token_version"] + changed
        return before

    @property
    def can_sign_in(self) -> bool:
        """Whether there is something to sign in with; somebody who is deactivated is refused all the same."""
        return bool(self.email) and self.has_usable_password()

    @property
    def is_staff(self) -> bool:
        """Whether they may enter the admin: colleagues, nobody else."""
        return self.role in self.STAFF_ROLES

    @property
    def is_waiting(self) -> bool:
        """Whether they have registered and nobody has approved them yet."""
        return self.waiting_since is not None and not self.is_active

    @property
    def avatar_url(self) -> str:
        """Where the admin's menu finds the picture of who is signed in."""
        return self.avatar.url if self.avatar else ""

    def get_full_name(self) -> str:
        """The person's name; of a firm, whoever one speaks to there."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or str(self)

    @property
    def contact_name(self) -> str:
        """Whoever one speaks to at a firm."""
        return self.get_full_name() if self.company else ""

    def clean(self):
        super().clean()
        self.email = self.email or None
        self.customer_code = self.customer_code or None
        self.phone = self.phone or None
        if not self.company and not self.first_name:
            raise ValidationError({"first_name": NAME_MISSING})


class Customer(User):
    """The customers among the users, with permissions of their own: sales people add customers, never colleagues."""

    objects = CustomerManager()

    class Meta:
        proxy = True
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = BY_NAME
        permissions = [("approve_customer", "Can approve customers who have registered")]


# simple-history listens to User only; without this, what is saved as a Customer would leave no history.
Customer._meta.simple_history_manager_attribute = "history"
for _signal, _handler in (
    (models.signals.post_save, user_history.post_save),
    (models.signals.pre_delete, user_history.pre_delete),
    (models.signals.post_delete, user_history.post_delete),
):
    _signal.connect(_handler, sender=Customer, weak=False)

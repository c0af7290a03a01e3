"""What the API says and hears of people."""

from datetime import datetime
from typing import Annotated

from django.db.models import Q
from ninja import FilterSchema, Schema
from pydantic import Field, StrictBool

from accounts.models import LONGEST_PAYMENT_TERM, User
from accounts.querysets import NAME_FIELDS, phone_digits, phone_ending_with
from core.api.schemas import AuditedOut, Payload, example
from core.api.types import Money, Seen, absolute_url, choice, money, text_type, whole
from core.text_search import MAX_WORDS, all_of, text_of

Role = choice(User.Role)
Email = text_type(254, required=True, format="email")
Name = text_type(150, required=True)
Password = Annotated[
    text_type(128, required=True, format="password"), Field(description="At least 8 characters, not a common one.")
]
Phone = Annotated[
    text_type(128) | None,
    Field(description="With the country code, or a local number of the firm's region. Answered as E.164."),
]
EXAMPLE_USER = {
    "email": "john.doe@example.com",
    "password": "SecurePass123!",
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+1234567890",
    "role": "customer",
}


# Signing in


class RegisterIn(Payload):
    model_config = example(EXAMPLE_USER)

    email: Email
    password: Password
    first_name: Name
    last_name: text_type(150) | None = None
    phone: Phone = None
    address: text_type(2000) | None = None
    role: Annotated[Role | None, Field(description="Anything but CUSTOMER only for an admin to give.")] = None


class LoginIn(Payload):
    model_config = example({"email": "sales@example.com", "password": "demo"})

    email: text_type(254, required=True)
    password: text_type(4096, required=True)


class RefreshIn(Payload):
    refresh: text_type(2000, required=True)


class PasswordIn(Payload):
    current_password: text_type(4096, required=True)
    new_password: Password


class RegisteredOut(Schema):
    detail: str


class AccessOut(Schema):
    access: str


class TokensOut(AccessOut):
    refresh: str


# People


class PersonOut(AuditedOut):
    id: int
    email: Annotated[str, Field(description="Empty if there is none; then nobody can sign in.")]
    customer_code: str | None
    phone: str | None
    first_name: str
    last_name: str
    address: str
    is_active: bool
    created_at: datetime
    modified_at: datetime
    created_by: str | None
    modified_by: str | None

    @staticmethod
    def resolve_email(user):
        return user.email or ""


class MeOut(PersonOut):
    role: str
    avatar: str | None

    @staticmethod
    def resolve_avatar(user, context):
        return absolute_url(user.avatar, context["request"])


class MeIn(Payload):
    model_config = example({"first_name": "John", "last_name": "Doe", "phone": "+12025550123", "address": None})

    email: Annotated[Email, Field(description="Only as it is: an admin changes sign-ins.")] = None
    first_name: Name = None
    last_name: text_type(150) | None = None
    phone: Phone = None
    address: text_type(2000) | None = None
    modified_at: Seen = None


class CustomerOut(PersonOut):
    company: str
    delivery_address: str
    tax_id: str
    payment_days: Annotated[int | None, Field(description="null: as long as the firm's customers usually have.")]
    credit_limit: Annotated[Money | None, Field(description="null: no limit.")]
    opening_balance: Money
    balance: Annotated[Money | None, Field(description="What they owe; negative: what they are owed.")] = None
    merged_into_id: Annotated[int | None, Field(description="The customer whose record this one has gone into.")]


class CustomerChanges(Payload):
    """Fields that are left out stay as they are; a null empties one."""

    model_config = example({"phone": "+12025550123", "opening_balance": "120.00"})

    email: Annotated[text_type(254) | None, Field(description="An address; without one nobody can sign in.")] = None
    customer_code: text_type(50) | None = None
    company: Annotated[text_type(200) | None, Field(description="A company or a first name is required.")] = None
    first_name: text_type(150) | None = None
    last_name: text_type(150) | None = None
    phone: Phone = None
    address: text_type(2000) | None = None
    delivery_address: text_type(2000) | None = None
    tax_id: text_type(30) | None = None
    payment_days: whole(0, LONGEST_PAYMENT_TERM, optional=True) = None
    credit_limit: money(12, optional=True) = None
    opening_balance: money(12, minimum=None, optional=True) = None
    is_active: StrictBool = None
    password: Annotated[Password | None, Field(description="Lets the customer sign in to the API.")] = None
    modified_at: Seen = None


class CustomerIn(CustomerChanges):
    model_config = example(
        {
            "email": "ada@example.com",
            "customer_code": "CUST-001",
            "phone": "+12025550123",
            "company": "Moreau Boatyard",
            "first_name": "Ada",
            "last_name": "Moreau",
            "address": "12 Harbour Street",
            "payment_days": 30,
            "opening_balance": "0.00",
        }
    )


class CustomerFilters(FilterSchema):
    customer_code: text_type(50) | None = None
    email: text_type(254) | None = None
    role: Role | None = None
    is_active: bool | None = None
    search: Annotated[text_type(200) | None, Field(description="Words in company, name, e-mail, code or phone.")] = None

    def filter_customer_code(self, value):
        return Q(customer_code__iexact=value) if value else Q()

    def filter_email(self, value):
        return Q(email=value) if value else Q()

    def filter_search(self, value):
        words = value.split()[:MAX_WORDS] if value else []
        return all_of(words, *NAME_FIELDS, "phone") | phone_ending_with(joined(words)) if words else Q()

    @property
    def digits(self) -> str:
        """What the SQL of a search depends on besides its words: those of a phone number are written into it."""
        return phone_digits(joined((self.search or "").split()[:MAX_WORDS]))


def joined(words) -> str:
    return " ".join(map(text_of, words))

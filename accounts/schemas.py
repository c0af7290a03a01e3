"""What the API says and hears of people."""

from datetime import datetime
from typing import Annotated

from ninja import FilterLookup, FilterSchema, Schema
from pydantic import Field

from accounts.models import User
from accounts.querysets import phone_ending_with
from core.api.schemas import AuditedOut, Payload, example
from core.api.types import Money, Seen, absolute_url, choice, money, text_type
from core.text_search import every_word

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


class AccessOut(Schema):
    access: str


class TokensOut(AccessOut):
    refresh: str


# People


class PersonOut(AuditedOut):
    id: int
    email: str
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
    opening_balance: Money


class CustomerChanges(Payload):
    """Fields that are left out stay as they are; a null empties one."""

    model_config = example({"phone": "+12025550123", "opening_balance": "120.00"})

    email: Email = None
    customer_code: text_type(50) | None = None
    phone: Phone = None
    first_name: Name = None
    last_name: text_type(150) | None = None
    address: text_type(2000) | None = None
    opening_balance: money(12, minimum=None, optional=True) = None
    is_active: bool = None
    password: Annotated[Password | None, Field(description="Lets the customer sign in to the API.")] = None
    modified_at: Seen = None


class CustomerIn(CustomerChanges):
    model_config = example(
        {
            "email": "ada@example.com",
            "customer_code": "CUST-001",
            "phone": "+12025550123",
            "first_name": "Ada",
            "last_name": "Moreau",
            "address": "12 Harbour Street",
            "opening_balance": "0.00",
        }
    )

    email: Email
    first_name: Name


class CustomerFilters(FilterSchema):
    customer_code: Annotated[text_type(50) | None, FilterLookup("customer_code__iexact")] = None
    email: text_type(254) | None = None
    role: Role | None = None
    is_active: bool | None = None
    search: Annotated[text_type(200) | None, Field(description="Words in name, e-mail, code or phone.")] = None

    def filter_search(self, value):
        words = every_word(value or "", "first_name", "last_name", "email", "customer_code", "phone")
        return words | phone_ending_with(value or "")

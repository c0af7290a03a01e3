"""A person's name as it is shown, of a record or of the columns that it is made of."""

# What a name is made of, in the order in which `name_of` takes it.
NAME_FIELDS = ("company", "first_name", "last_name", "email")


def name_of(company: str, first_name: str, last_name: str, email: str | None) -> str:
    return company or f"{first_name} {last_name}".strip() or email or ""


def name_columns(relation: str) -> tuple[str, ...]:
    """The columns of the name of whom this foreign key refers to, for `values_list`."""
    return tuple(f"{relation}__{field}" for field in NAME_FIELDS)


def name_in(row: tuple, start: int) -> str | None:
    """The name whose columns begin at this place of the row; None if the row refers to nobody."""
    if row[start] is None:
        return None
    return name_of(*row[start : start + len(NAME_FIELDS)])

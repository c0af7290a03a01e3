"""Pages of lists that may be of any length: what is counted is bounded, what a page costs too."""

from functools import cached_property

from django.core.paginator import Paginator

from core.i18n import format_count, left_to_right

FURTHEST = 10**12  # no list is that long; databases know no larger limits than 2 ** 63
COUNTED = 10_000  # records beyond the page that is asked for; whoever wants to know of more filters or exports
COUNTED_AT_A_COST = 1000  # of those for each of which the filter has to work something out


class Count(int):
    """How many there are; with `more`, how many there are at least, which is written `10,000+`."""

    more: bool

    def __new__(cls, number: int, more: bool = False):
        count = super().__new__(cls, number)
        count.more = more
        return count

    def __str__(self):
        return left_to_right(f"{format_count(int(self))}+") if self.more else format_count(int(self))


def bounded_count(queryset, most: int = COUNTED) -> Count:
    """The queryset's records, of which no more than `most` are counted."""
    found = queryset.order_by().values("pk")[: most + 1].count()  # without what is only annotated
    return Count(min(found, most), more=found > most)


class BoundedPaginator(Paginator):
    """Counts the first `step` records, or as many times as many as `reach` asks for, and no more."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.step, self.reached = COUNTED, 0

    def reach(self, number: int) -> None:
        """Go beyond the record of this number, whose page has been asked for."""
        self.reached = min(number, FURTHEST)

    @cached_property
    def count(self) -> Count:
        return bounded_count(self.object_list, self.step * (1 + self.reached // self.step))

"""The shop in plain Python, as the specification has it: what stock, log and orders must be after each step.

It knows nothing of the database. A step that the system must refuse raises Refused with the name of the error, having
changed nothing.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

MAX_QUANTITY = 2_147_483_647
VALUES = ("name", "category", "price", "threshold")


class Refused(Exception):
    pass


@dataclass
class Item:
    """A product."""

    sku: str
    values: dict
    stock: int = 0
    log: list = field(default_factory=list)  # (position, kind, before, after, reference)


@dataclass
class Sale:
    """An order; `took` is what its confirmation took, by product, `back` what has come back by returns."""

    number: str
    customer: int
    lines: list
    total: Decimal
    status: str = "PENDING"
    took: Counter = field(default_factory=Counter)
    back: Counter = field(default_factory=Counter)
    credited: Counter = field(default_factory=Counter)
    taken_back: Counter = field(default_factory=Counter)  # the share of the lines' total
    waits: bool = False


@dataclass
class Counting:
    """A stocktake: (counted, expected) by product, None where nobody has counted; `posted`: (product, position)."""

    number: str
    lines: dict
    status: str = "OPEN"
    posted: list = field(default_factory=list)


@dataclass
class Delivered:
    """A delivery; one that reverses another has no goods."""

    number: str
    note: tuple  # supplier and reference
    came: Counter
    standing: bool = True


@dataclass
class Paid:
    """A payment or (not `incoming`) a refund; `parts` says what it is for by order, None being the opening balance."""

    number: str
    customer: int
    amount: Decimal
    incoming: bool = True
    parts: Counter = field(default_factory=Counter)
    standing: bool = True  # neither taken back nor what takes another back


@dataclass
class Imported:
    """An import that was carried out: rows of (product, is new, {value: (before, after)}, stock before, after)."""

    rows: list
    position: int
    undone: bool = False


class Shop:
    def __init__(self):
        self.items, self.orders, self.imports, self.inactive = {}, {}, {}, set()
        self.numbers, self.position, self.gone = Counter(), 0, []
        self.returns, self.year, self.reversed = 0, None, set()
        self.counts = {}
        self.deliveries = {}
        self.payments = {}
        self.accounts, self.limits = defaultdict(list), {}  # (kind, amount, reference) of what customers owe, and may

    def move(self, item: Item, kind: str, after: int, reference: str = "") -> None:
        self.position += 1
        item.log.append((self.position, kind, item.stock, after, reference))
        item.stock = after

    def item(self, pk) -> Item:
        if pk not in self.items:
            raise Refused("RecordGone")
        return self.items[pk]

    # Products

    def add_product(self, sku, values, stock) -> Item:
        if any(item.sku == sku for item in self.items.values()):
            raise Refused("SkuTaken")
        item = Item(sku, values)
        if stock:
            self.move(item, "INITIAL", stock)
        return item

    def edit_product(self, pk, sku, values) -> None:
        item = self.item(pk)
        if any(other.sku == sku and key != pk for key, other in self.items.items()):
            raise Refused("SkuTaken")
        item.sku, item.values = sku, values

    def adjust(self, pk, reason, new_qty=None, change=None, last_seen=None) -> None:
        if not reason:
            raise Refused("ReasonMissing")
        item = self.item(pk)
        if last_seen is not None and last_seen != item.stock:
            raise Refused("RecordChanged")
        after = item.stock + change if new_qty is None else new_qty
        if not 0 <= after <= MAX_QUANTITY or after == item.stock:
            raise Refused("InvalidQuantity")
        self.move(item, "ADJUSTMENT", after)

    def reverse(self, pk, log, place, reason) -> None:
        """Take back the row at this place of the product's log (which it keeps when it is deleted)."""
        item = self.items.get(pk)
        if not reason:
            raise Refused("ReasonMissing")
        position, kind, before, after, reference = log[place]
        if kind != "ADJUSTMENT" or item is None or position in self.reversed or after - before > item.stock:
            raise Refused("CannotReverse")
        if item.stock - (after - before) > MAX_QUANTITY:
            raise Refused("InvalidQuantity")
        self.reversed.add(position)
        self.move(item, "REVERSAL", item.stock - (after - before), reference)

    def set_for_all(self, pks, name, value) -> tuple[int, int]:
        items = [self.items[pk] for pk in set(pks) & set(self.items)]
        changed = [item for item in items if item.values[name] != value]
        for item in changed:
            item.values = item.values | {name: value}
        return len(changed), len(items) - len(changed)

    def delete_product(self, pk) -> None:
        item = self.item(pk)
        if any(order.status == "PENDING" and pk in wanted(order.lines) for order in self.orders.values()):
            raise Refused("ProductInUse")
        self.move(item, "DELETION", 0)
        self.gone.append(self.items.pop(pk))

    # Stocktakes

    def open_count(self, pks) -> Counting:
        there = {pk for pk in pks if pk in self.items}
        if not there or any(there & set(count.lines) for count in self.counts.values() if count.status == "OPEN"):
            raise Refused("InvalidCount")
        return Counting(f"CNT-{self.year}-{len(self.counts) + 1:04d}", dict.fromkeys(there))

    def open_one(self, key) -> Counting:
        if self.counts[key].status != "OPEN":
            raise Refused("CountClosed")
        return self.counts[key]

    def enter_count(self, key, pk, counted) -> None:
        count, item = self.open_one(key), self.item(pk)
        if counted is not None and not 0 <= counted <= MAX_QUANTITY:
            raise Refused("InvalidCount")
        count.lines[pk] = None if counted is None else (counted, item.stock)

    def post_count(self, key, rest, without) -> None:
        count, moves = self.open_one(key), {}
        for pk, line in sorted(count.lines.items()):
            if pk in self.items and pk not in without and (line or rest == "zero"):
                counted, expected = line or (0, self.items[pk].stock)
                moves[pk] = self.items[pk].stock + counted - expected
        if not moves:
            raise Refused("InvalidCount")
        if min(moves.values()) < 0:
            raise Refused("CannotPost")
        if max(moves.values()) > MAX_QUANTITY:
            raise Refused("InvalidQuantity")
        count.status = "POSTED"
        for pk, after in moves.items():
            if after != self.items[pk].stock:
                self.move(self.items[pk], "COUNT", after, count.number)
                count.posted.append((pk, self.items[pk].log[-1]))

    def cancel_count(self, key) -> None:
        self.open_one(key).status = "CANCELLED"

    def reverse_count(self, key, reason) -> None:
        count = self.counts[key]
        if not reason:
            raise Refused("ReasonMissing")
        if count.status != "POSTED":
            raise Refused("CountClosed")
        back = {pk: before - after for pk, (_, _, before, after, _) in count.posted}
        if not back or any(pk not in self.items or self.items[pk].stock + back[pk] < 0 for pk in back):
            raise Refused("CannotReverse")
        if any(self.items[pk].stock + pieces > MAX_QUANTITY for pk, pieces in back.items()):
            raise Refused("InvalidQuantity")
        for pk, pieces in back.items():
            self.move(self.items[pk], "REVERSAL", self.items[pk].stock + pieces, count.number)
        count.status = "REVERSED"

    # Accounts

    def owes(self, customer) -> Decimal:
        return sum((amount for _, amount, _ in self.accounts[customer]), Decimal(0))

    def post(self, customer, kind, amount, reference="") -> None:
        if amount:
            self.accounts[customer].append((kind, amount, reference))

    def open_account(self, customer, opening, limit) -> None:
        before = sum((amount for kind, amount, _ in self.accounts[customer] if kind == "OPENING"), Decimal(0))
        self.post(customer, "OPENING", opening - before)
        self.limits[customer] = limit

    def check_credit(self, customer, amount, exceed) -> None:
        limit = self.limits.get(customer)
        if limit is not None and amount > 0 and self.owes(customer) + amount > limit and not exceed:
            raise Refused("CreditLimitExceeded")

    # Payments

    def still_open(self, customer) -> dict:
        """What is open of the opening balance (None) and of each order, in the order in which it is paid."""
        entries = self.accounts[customer]
        owed = {None: sum((amount for kind, amount, _ in entries if kind == "OPENING"), Decimal(0))}
        for number, pk in sorted((order.number, pk) for pk, order in self.orders.items() if order.customer == customer):
            owed[pk] = sum((amount for kind, amount, of in entries if of == number), Decimal(0))
        for payment in self.payments.values():
            if payment.standing and payment.customer == customer:
                for key, part in payment.parts.items():
                    owed[key] -= part
        return {key: rest for key, rest in owed.items() if rest}

    def check_parts(self, amount, parts, available) -> Counter:
        put = Counter()
        for key, part in parts:
            put[key] += part
            if part < 0 or put[key] > max(available.get(key, 0), 0):
                raise Refused("InvalidPayment")
        if sum(put.values()) > amount:
            raise Refused("InvalidPayment")
        return Counter({key: part for key, part in put.items() if part})

    def next_payment(self) -> str:
        return f"PAY-{self.year}-{len(self.payments) + 1:04d}"

    def pay(self, customer, amount, parts=None, outdated=False) -> Paid:
        """`parts`: pairs of an order (or None) and an amount; without any, what is due first is paid first."""
        if outdated:
            raise Refused("RecordChanged")
        if amount <= 0:
            raise Refused("InvalidPayment")
        owed = self.still_open(customer)
        if parts is None:
            parts = oldest_first(amount, owed).items()
        put = self.check_parts(amount, parts, owed)
        payment = Paid(self.next_payment(), customer, amount, parts=put)
        self.post(customer, "PAYMENT", -amount, payment.number)
        return payment

    def refund(self, customer, amount, outdated) -> Paid:
        if outdated:
            raise Refused("RecordChanged")
        if not 0 < amount <= -self.owes(customer):
            raise Refused("InvalidPayment")
        in_credit = {key: -rest for key, rest in self.still_open(customer).items()}
        parts = Counter({key: -part for key, part in oldest_first(amount, in_credit).items()})
        payment = Paid(self.next_payment(), customer, amount, incoming=False, parts=parts)
        self.post(customer, "REFUND", amount, payment.number)
        return payment

    def credit(self, customer, amount, reason) -> None:
        if amount <= 0:
            raise Refused("InvalidPayment")
        if not reason:
            raise Refused("ReasonMissing")
        self.post(customer, "CREDIT", -amount)

    def reallocate(self, key, parts, outdated) -> None:
        payment = self.payments[key]
        if outdated:
            raise Refused("RecordChanged")
        if not payment.standing or not payment.incoming:
            raise Refused("InvalidPayment")
        available = Counter(self.still_open(payment.customer))
        available.update(payment.parts)
        payment.parts = self.check_parts(payment.amount, parts, available)

    def reverse_payment(self, key, reason) -> Paid:
        payment = self.payments[key]
        if not reason:
            raise Refused("ReasonMissing")
        if not payment.standing:
            raise Refused("InvalidPayment")
        payment.standing = False
        number, amount = self.next_payment(), payment.amount if payment.incoming else -payment.amount
        self.post(payment.customer, "REVERSAL", amount, number)
        return Paid(number, payment.customer, payment.amount, incoming=not payment.incoming, standing=False)

    # Orders

    def check_lines(self, lines, waits=False) -> None:
        if not lines or any(not 1 <= quantity <= MAX_QUANTITY for _, quantity, _ in lines):
            raise Refused("InvalidOrder")
        if total(lines) >= 10**12:
            raise Refused("InvalidOrder")
        for pk in wanted(lines):
            self.item(pk)
        if not waits:
            self.check_stock(wanted(lines))

    def check_stock(self, pieces) -> None:
        if any(quantity > self.items[pk].stock for pk, quantity in pieces.items()):
            raise Refused("InsufficientStock")

    def add_order(self, customer, lines) -> None:
        if customer in self.inactive:
            raise Refused("CustomerInactive")
        self.check_lines(lines)

    def order(self, pk) -> Sale:
        if pk not in self.orders:
            raise Refused("RecordGone")
        return self.orders[pk]

    def edit_order(self, pk, customer, lines, outdated) -> None:
        order = self.order(pk)
        if order.status != "PENDING":
            raise Refused("InvalidTransition")
        if outdated:
            raise Refused("RecordChanged")
        if customer != order.customer and customer in self.inactive:
            raise Refused("CustomerInactive")
        self.check_lines(lines, order.waits)
        order.customer, order.lines, order.total = customer, lines, total(lines)

    def confirm(self, pk, outdated, exceed=False) -> None:
        order = self.order(pk)
        if order.status != "PENDING":
            raise Refused("InvalidTransition")
        if outdated:
            raise Refused("RecordChanged")
        if order.customer in self.inactive:
            raise Refused("CustomerInactive")
        self.check_credit(order.customer, order.total, exceed)
        pieces = wanted(order.lines)
        self.check_stock(pieces)
        self.post(order.customer, "SALE", order.total, order.number)
        for product, quantity in sorted(pieces.items()):
            self.move(self.items[product], "SALE", self.items[product].stock - quantity, order.number)
        order.status, order.took = "CONFIRMED", pieces

    def divide(self, pk) -> tuple[list, list]:
        """What there is of the lines of a pending order, from the first to the last, and what there is not."""
        left = {product: self.items[product].stock for product in wanted(self.orders[pk].lines)}
        there, rest = [], []
        for product, quantity, price in self.orders[pk].lines:
            pieces = min(quantity, left[product])
            left[product] -= pieces
            there += [(product, pieces, price)] if pieces else []
            rest += [(product, quantity - pieces, price)] if quantity > pieces else []
        return there, rest

    def confirm_partly(self, pk, outdated, exceed=False) -> list:
        """The lines that wait on an order of their own."""
        order = self.order(pk)
        if order.status != "PENDING":
            raise Refused("InvalidTransition")
        if outdated:
            raise Refused("RecordChanged")
        if order.customer in self.inactive:
            raise Refused("CustomerInactive")
        there, rest = self.divide(pk)
        if not there:
            raise Refused("InsufficientStock")
        self.check_credit(order.customer, total(there), exceed)
        order.lines, order.total = there, total(there)
        self.confirm(pk, outdated, exceed)
        return rest

    def amend(self, pk, lines, reason, outdated, exceed=False) -> None:
        order = self.order(pk)
        if order.status != "CONFIRMED":
            raise Refused("InvalidTransition")
        if outdated:
            raise Refused("RecordChanged")
        if not reason:
            raise Refused("ReasonMissing")
        kept = [line for line in order.lines if line[0] not in self.items]
        before = [line for line in order.lines if line[0] in self.items]
        if not lines or any(not 1 <= quantity <= MAX_QUANTITY for _, quantity, _ in lines) or total(lines) >= 10**12:
            raise Refused("InvalidOrder")
        pieces, had = wanted(lines), wanted(before)
        for product in had:
            amount = max(order.credited[product], order.taken_back[product])
            if order.back[product] > pieces[product] or amount > total(line for line in lines if line[0] == product):
                raise Refused("InvalidOrder")
        if sorted(before) == sorted(lines):
            raise Refused("InvalidOrder")
        more = total([*kept, *lines]) - order.total
        self.check_credit(order.customer, more, exceed)
        for product in pieces:
            self.item(product)
        differences = {product: pieces[product] - had[product] for product in sorted({*pieces, *had})}
        self.check_stock(differences)
        if any(self.items[product].stock - taken > MAX_QUANTITY for product, taken in differences.items()):
            raise Refused("InvalidQuantity")
        for product, taken in differences.items():
            if taken:
                self.move(self.items[product], "AMENDMENT", self.items[product].stock - taken, order.number)
            order.took[product] = pieces[product]
        self.post(order.customer, "AMENDMENT", more, order.number)
        order.took = +order.took
        order.lines, order.total = [*kept, *lines], total([*kept, *lines])

    def cancel(self, pk, outdated) -> int:
        """How many products could not be given back to."""
        order = self.order(pk)
        if order.status == "CANCELLED":
            raise Refused("InvalidTransition")
        if order.took and order.took == order.back:
            raise Refused("InvalidTransition")
        if outdated:
            raise Refused("RecordChanged")
        rest = order.took - order.back
        there = {product: quantity for product, quantity in sorted(rest.items()) if product in self.items}
        if any(self.items[product].stock + quantity > MAX_QUANTITY for product, quantity in there.items()):
            raise Refused("InvalidQuantity")
        for product, quantity in there.items():
            self.move(self.items[product], "CANCELLATION", self.items[product].stock + quantity, order.number)
        if order.status == "CONFIRMED":
            self.post(order.customer, "CANCELLATION", sum(order.taken_back.values()) - order.total, order.number)
        order.status = "CANCELLED"
        return len(rest) - len(there)

    def return_goods(self, pk, items, reason, details, outdated) -> Counter:
        """Items are (product, pieces, restocked, credit or None); what is credited, by product."""
        order = self.order(pk)
        if order.status != "CONFIRMED":
            raise Refused("InvalidTransition")
        if outdated:
            raise Refused("RecordChanged")
        if not items or (reason == "OTHER" and not details):
            raise Refused("InvalidReturn")
        back, credited, taken_back = Counter(order.back), Counter(order.credited), Counter(order.taken_back)
        for product, pieces, _, credit in items:
            sold, paid = wanted(order.lines)[product], total(line for line in order.lines if line[0] == product)
            left, most = sold - back[product], paid - credited[product]
            if product not in self.items or not 1 <= pieces <= left:
                raise Refused("InvalidReturn")
            prices = {price for other, _, price in order.lines if other == product}
            if len(prices) == 1:
                most = min(most, prices.pop() * pieces)
            value = paid - taken_back[product]
            if pieces < left:
                value = min(value, (paid * pieces / sold).quantize(Decimal("0.01"), ROUND_HALF_UP))
            if credit is not None and not 0 <= credit <= most:
                raise Refused("InvalidReturn")
            back[product] += pieces
            credited[product] += min(value, most) if credit is None else credit
            taken_back[product] += value
        self.return_pieces(order, items)
        gained = {product: credited[product] - order.credited[product] for product, *_ in items}
        order.back, order.credited, order.taken_back = back, credited, taken_back
        self.post(order.customer, "RETURN", -sum(gained.values()), order.number)
        return Counter(gained)

    def return_pieces(self, order: Sale, items) -> None:
        came, lost = Counter(), Counter()
        for product, pieces, restocked, _ in items:
            came[product] += pieces
            lost[product] += 0 if restocked else pieces
        if any(self.items[product].stock + pieces > MAX_QUANTITY for product, pieces in came.items()):
            raise Refused("InvalidQuantity")
        self.returns += 1
        for product, pieces in sorted(came.items()):
            self.move(self.items[product], "RETURN", self.items[product].stock + pieces, order.number)
        for product, pieces in sorted(lost.items()):
            if pieces:
                item = self.items[product]
                self.move(item, "ADJUSTMENT", item.stock - pieces, f"RET-{self.year}-{self.returns:04d}")

    def delete_order(self, pk) -> None:
        if self.order(pk).status != "PENDING":
            raise Refused("InvalidTransition")
        del self.orders[pk]

    # Deliveries

    def next_delivery(self) -> str:
        return f"DEL-{self.year}-{len(self.deliveries) + 1:04d}"

    def deliver(self, note, lines) -> Delivered:
        """Lines are (product, pieces, unit cost)."""
        if all(note) and any(delivery.standing and delivery.note == note for delivery in self.deliveries.values()):
            raise Refused("DeliveryKnown")
        if not lines or any(pk not in self.items or not 1 <= quantity <= MAX_QUANTITY for pk, quantity, _ in lines):
            raise Refused("InvalidDelivery")
        delivery = Delivered(self.next_delivery(), note, wanted(lines))
        if any(self.items[pk].stock + pieces > MAX_QUANTITY for pk, pieces in delivery.came.items()):
            raise Refused("InvalidQuantity")
        for pk, pieces in sorted(delivery.came.items()):
            self.move(self.items[pk], "DELIVERY", self.items[pk].stock + pieces, delivery.number)
        return delivery

    def reverse_delivery(self, pk, reason) -> Delivered:
        delivery = self.deliveries[pk]
        if not reason:
            raise Refused("ReasonMissing")
        there = all(pk in self.items and pieces <= self.items[pk].stock for pk, pieces in delivery.came.items())
        if not delivery.standing or not there:
            raise Refused("CannotReverse")
        delivery.standing = False
        for pk, pieces in sorted(delivery.came.items()):
            self.move(self.items[pk], "REVERSAL", self.items[pk].stock - pieces, delivery.number)
        return Delivered(self.next_delivery(), delivery.note, Counter(), standing=False)

    # Imports

    def judge(self, cells, mode, skus):
        """What a line would do: (product or None, values, stock after), or None if it has an error."""
        pk, item = next(((pk, item) for pk, item in self.items.items() if item.sku == cells["sku"]), (None, None))
        values = {name: cells[name] for name in VALUES if cells.get(name) is not None}
        number = cells["stock"]
        after = 0 if item is None else item.stock
        if number is not None and (item is None or mode == "set"):
            after = number
        elif number is not None and mode == "add":
            after += number
        needs = item is None and not {"name", "price"} <= values.keys()
        if skus.count(cells["sku"]) > 1 or needs or (number or 0) < 0 or after > MAX_QUANTITY:
            return None
        before = {"category": "", "threshold": None} if item is None else item.values
        return pk, cells["sku"], before | values, after

    def import_list(self, lines, mode, leave_out) -> list | None:
        """Lines that are written, as `judge` says; None if nothing is. A line that is there twice is taken once."""
        lines = [line for at, line in enumerate(lines) if line not in lines[:at]]
        judged = [self.judge(cells, mode, [line["sku"] for line in lines]) for cells in lines]
        if None in judged and not leave_out:
            return None
        return [line for line in judged if line and not self.is_so(*line)] or None

    def is_so(self, pk, sku, values, after) -> bool:
        return pk is not None and (self.items[pk].values, self.items[pk].stock) == (values, after)

    def carry_out(self, written, pks) -> Imported:
        """Write what `import_list` decided; `pks` are the products' ids by SKU."""
        rows = []
        for pk, sku, values, after in written:
            item = self.items.setdefault(pk or pks[sku], Item(sku, {}))
            changes = {name: (item.values.get(name), values[name]) for name in VALUES}
            changes = {name: change for name, change in changes.items() if pk is None or change[0] != change[1]}
            rows.append((pk or pks[sku], pk is None, changes, item.stock, after))
            item.values = values
            if after != item.stock:
                self.move(item, "IMPORT", after, "list.csv")
        return Imported(rows, self.position)

    def undo(self, pk) -> int:
        """How many products could not be taken back in full."""
        record = self.imports[pk]
        if record.undone:
            raise Refused("AlreadyUndone")
        record.undone = True
        return sum(not self.take_back(record, *row) for row in record.rows)

    def take_back(self, record, pk, is_new, changes, before, after) -> bool:
        item = self.items.get(pk)
        if item is None:
            return False
        mine = all(item.values[name] == value for name, (_, value) in changes.items())
        if is_new:
            ordered = any(pk in wanted(order.lines) for order in self.orders.values())
            delivered = any(pk in delivery.came for delivery in self.deliveries.values())
            counted = any(pk in count.lines for count in self.counts.values())
            if not mine or ordered or delivered or counted or item.stock != after:
                return False
            if item.stock:
                self.move(item, "DELETION", 0)
            self.gone.append(self.items.pop(pk))
            return True
        if mine:
            item.values = item.values | {name: value for name, (value, _) in changes.items()}
        pieces = after - before
        corrected = sum(
            now - was
            for position, kind, was, now, reference in item.log
            if position > record.position
            and (kind == "IMPORT" or (kind in ("ADJUSTMENT", "REVERSAL") and not reference))
        )
        fits = not corrected and 0 <= item.stock - pieces <= MAX_QUANTITY
        if pieces and fits:
            self.move(item, "IMPORT", item.stock - pieces, "list.csv")
        return mine and (fits or not pieces)


def oldest_first(amount, owed) -> Counter:
    parts = Counter()
    for key, rest in owed.items():
        if part := min(max(rest, Decimal(0)), amount - sum(parts.values())):
            parts[key] = part
    return parts


def wanted(lines) -> Counter:
    pieces = Counter()
    for product, quantity, _ in lines:
        pieces[product] += quantity
    return pieces


def total(lines) -> Decimal:
    return sum((quantity * price for _, quantity, price in lines), Decimal(0))

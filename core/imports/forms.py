"""The forms of an import: the file, what its columns mean, and what becomes of problems."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from core.i18n import format_count
from core.imports.choices import APPENDED, Choices
from core.imports.formats import FORMATS, NumberFormat, Undecided
from core.imports.layout import Layout
from core.imports.questions import questions_of
from core.imports.rules import RULES
from core.spreadsheets.reading import DELIMITERS, ENCODINGS, MAX_ROWS

HEADER_LINES = 30  # among so many lines the header can be chosen


class ImportFileForm(forms.Form):
    """The file; everything else is asked when it has been looked at."""

    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _("CSV, TSV, XLSX or ODS, at most {rows} rows, as you got it."), rows=lazy(format_count, str)(MAX_ROWS)
        ),
        widget=UnfoldAdminFileFieldWidget,
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > settings.MAX_IMPORT_BYTES:
            limit = settings.MAX_IMPORT_BYTES // (1024 * 1024)
            sentence = gettext("The file is larger than %(limit)s MB. Please split it into several.")
            raise ValidationError(sentence % {"limit": limit})
        return upload


class EncodingForm(forms.Form):
    """Which of several encodings shows the letters right."""

    encoding = forms.ChoiceField(label=_("Text encoding"), choices=list(ENCODINGS.items()))


class ReadingForm(forms.Form):
    """How the file is read: which sheet, which letters, where the columns end, where the table begins."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False, widget=UnfoldAdminSelectWidget)
    encoding = forms.ChoiceField(
        label=_("Text encoding"), choices=list(ENCODINGS.items()), required=False, widget=UnfoldAdminSelectWidget
    )
    delimiter = forms.ChoiceField(
        label=_("Column separator"), choices=list(DELIMITERS.items()), required=False, widget=UnfoldAdminSelectWidget
    )
    header_line = forms.ChoiceField(label=_("Names of the columns"), required=False, widget=UnfoldAdminSelectWidget)
    hidden_rows = forms.BooleanField(label=_("Take hidden rows too"), required=False, widget=UnfoldBooleanWidget)

    def __init__(self, *args, layout: Layout, **kwargs):
        sheet, choices = layout.sheet, layout.choices
        initial = {
            "sheet": sheet.name,
            "encoding": sheet.encoding,
            "delimiter": sheet.delimiter,
            "header_line": layout.table.header_line,
            "hidden_rows": choices.hidden_rows,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.layout = layout
        fields: dict[str, Any] = self.fields
        fields["sheet"].choices = [(entry.name, sheet_label(entry)) for entry in sheet.sheets]
        fields["header_line"].choices = [*header_choices(layout), ("0", _("None: the columns have no names"))]
        absent = ("sheet",) if sheet.kind == "csv" else ("encoding", "delimiter")
        for name in (*absent, *(() if any(row.hidden for row in sheet.rows) else ("hidden_rows",))):
            del self.fields[name]

    def changed_choices(self) -> dict:
        """What somebody chose otherwise than it was read."""
        return {
            name: int(self.cleaned_data[name]) if name == "header_line" else self.cleaned_data[name]
            for name in self.fields
            if self.is_valid()
            and self.cleaned_data[name] not in ("", None)
            and str(self.cleaned_data[name]) != str(self.initial[name])
        }


def sheet_label(entry) -> str:
    if entry.is_empty:
        return gettext("%(name)s (empty)") % {"name": entry.name}
    return gettext("%(name)s (hidden)") % {"name": entry.name} if entry.hidden else entry.name


def header_choices(layout: Layout) -> list[tuple[str, str]]:
    found = []
    lines = layout.sheet.rows[:HEADER_LINES]
    if layout.table.header_line and all(row.line != layout.table.header_line for row in lines):
        lines = [*lines, *(row for row in layout.sheet.rows if row.line == layout.table.header_line)]
    for row in lines:
        cells = ", ".join(" ".join(str(cell).split()) for cell in row.cells if cell is not None)
        found.append((str(row.line), gettext("Line %(line)s: %(cells)s") % {"line": row.line, "cells": cells[:60]}))
    return found


class MapForm(forms.Form):
    """What the columns mean, what stands in for missing ones, how numbers are written, and the list's own options."""

    def __init__(self, data=None, *, layout: Layout):
        super().__init__(data)
        self.layout, self.resource = layout, layout.resource
        choices = layout.choices
        targets = target_choices(layout)
        for column in layout.columns:
            self.add(f"column-{column.index}", column.name, targets, column.target)
        if not self.resource.only_adds:
            self.add_text("key_prefix", _("Prefix"), choices.key_prefix)
        if layout.table.categories and "category" in layout.kinds:
            self.fields["category_rows"] = forms.BooleanField(
                label=_("A row with a single value is the category of the rows below it"),
                initial=choices.category_rows,
                required=False,
                widget=UnfoldBooleanWidget,
            )
        self.constants = [name for name in self.resource.constant_fields() if name not in layout.sources]
        for name in self.constants:
            self.add_text(f"constant-{name}", self.resource.label_of(name), choices.constants.get(name, ""))
        for name in layout.formats:
            self.add(f"format-{name}", self.resource.label_of(name), *format_choices(layout, name))
        for option in self.resource.options:
            self.fields[option.name] = option.field()
            if chosen := choices.options.get(option.name):
                self.fields[option.name].initial = chosen
        self.add_text("mapping", _("Remember this layout as"), choices.mapping)
        self.fields["mapping"].help_text = _("For example the supplier's name. It is proposed for the next such file.")

    def add(self, name: str, label, choices, initial) -> None:
        field = forms.ChoiceField(label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget)
        field.initial = initial
        self.fields[name] = field

    def add_text(self, name: str, label, initial) -> None:
        widget = UnfoldAdminTextInputWidget
        self.fields[name] = forms.CharField(label=label, initial=initial, required=False, max_length=100, widget=widget)

    def clean(self):
        """Every question that is left stands at the field that answers it."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        self.layout = Layout(self.layout.sheet, self.resource, self.chosen())
        for question in questions_of(self.layout):
            for name in self.fields_of(question):
                self.add_error(name, question.sentence)
        return cleaned

    def fields_of(self, question) -> list[str | None]:
        if question.code == "twice":
            columns = [column for column in self.layout.columns if column.target == question.about]
            return [f"column-{columns[-1].index}"]
        names = {"key": "key_prefix", "format": f"format-{question.about}", "option": question.about}
        name = names.get(question.code)
        return [next((n for n in (name, f"constant-{question.about}") if n in self.fields), None)]

    def chosen(self) -> Choices:
        """What was there, with what the form says."""
        choices, cleaned = Choices.of(self.layout.choices.stored()), self.cleaned_data
        choices.columns = {
            column.name: cleaned[f"column-{column.index}"]
            for column in self.layout.columns
            if cleaned[f"column-{column.index}"]
        }
        choices.layout = self.layout.layout
        choices.key_prefix = cleaned.get("key_prefix", "")
        choices.category_rows = bool(cleaned.get("category_rows"))
        texts = {name: cleaned[f"constant-{name}"].strip() for name in self.constants}
        choices.constants = {name: text for name, text in texts.items() if text}
        choices.formats = self.decided_formats()
        choices.options = {o.name: o.as_text(cleaned.get(o.name)) for o in self.resource.options}
        choices.mapping = " ".join(cleaned["mapping"].split())
        return choices

    def decided_formats(self) -> dict[str, list[str]]:
        """Those formats that somebody chose; what the column itself shows is found out each time."""
        found = dict(self.layout.choices.formats)
        for name, settled in self.layout.formats.items():
            value = self.cleaned_data.get(f"format-{name}", "")
            if value and (isinstance(settled, Undecided) or value != as_value(settled)):
                found[name] = as_format(value)
        return found


def target_choices(layout: Layout) -> list:
    """Our fields, and behind them those that a further column can be appended to."""
    fields = [(name, layout.resource.label_of(name)) for name in layout.kinds]
    appended = [(APPENDED + name, gettext("… appended to %(field)s") % {"field": label}) for name, label in fields]
    return [("", _("– leave out –")), *fields, (_("Joined columns"), appended)]


def format_choices(layout: Layout, name: str) -> tuple[list, str]:
    """The ways in which numbers are written, as a number in each; and the one that has been settled."""
    found = layout.formats[name]
    currency = found.candidates[0].currency if isinstance(found, Undecided) else found.currency
    formats = [NumberFormat(format.decimal, format.thousands, currency) for format in FORMATS]
    if not isinstance(found, Undecided) and found not in formats:
        formats.append(found)
    choices = [(as_value(format), f"1{format.thousands}234{format.decimal}50 {format.currency}") for format in formats]
    if isinstance(found, Undecided):
        return [("", _("Please choose")), *choices], ""
    return choices, as_value(found)


def as_value(format: NumberFormat) -> str:
    return f"{format.decimal}|{format.thousands}|{format.currency}"


def as_format(value: str) -> list[str]:
    return value.split("|", 2)


class RulesForm(forms.Form):
    """What becomes of the problems that were found, with how many there are."""

    def __init__(self, *args, findings: dict[str, dict], **kwargs):
        super().__init__(*args, **kwargs)
        for name, finding in findings.items():
            rule = RULES[name]
            self.fields[f"rule-{name}"] = forms.ChoiceField(
                label=f"{format_count(finding['count'])} × {rule.label}",
                choices=list(rule.choices.items()),
                initial=finding["choice"],
                required=False,
                widget=UnfoldAdminSelectWidget,
                help_text="; ".join(example_sentence(*example) for example in finding["examples"]),
            )

    def chosen(self) -> dict[str, str]:
        return {name.removeprefix("rule-"): value for name, value in self.cleaned_data.items() if value}


def example_sentence(line: int, before: str, after: str) -> str:
    shown = f"{before} → {after or '–'}" if after != before else before
    return gettext("Line %(line)s: %(cells)s") % {"line": line, "cells": shown} if line else shown


def map_context(form: MapForm, reading: ReadingForm) -> dict[str, Any]:
    """The page of the columns: everything beside the field that it belongs to."""
    layout = form.layout
    constants = [form[f"constant-{name}"] for name in form.constants]
    prefix = [form["key_prefix"]] if "key_prefix" in form.fields else []
    return {
        "form": form,
        "reading": reading,
        "layout": layout,
        "columns_title": gettext("%(columns)s columns, %(rows)s rows")
        % {"columns": len(layout.columns), "rows": format_count(len(layout.table.rows))},
        "columns": [(column, form[f"column-{column.index}"]) for column in layout.columns],
        "formats": [
            (form[f"format-{name}"], layout.before_after(name))
            for name in layout.formats
            if f"format-{name}" in form.fields
        ],
        "options": [form[option.name] for option in layout.resource.options],
        "constants": constants,
        "open_constants": any(field.value() or field.errors for field in (*constants, *prefix)),
        "key_label": layout.resource.key_label,
        "missing": [] if layout.resource.only_adds else layout.missing_for_new(),  # there it is asked for
        "notes": layout.notes(),
        "remembered": remembered_sentence(layout.choices.mapping),
        "read_as": read_as(layout),
        "rows_around": rows_around(layout),
    }


def remembered_sentence(mapping: str) -> str:
    return gettext("As last time: %(name)s.") % {"name": mapping} if mapping else ""


def read_as(layout: Layout) -> str:
    sheet, line = layout.sheet, layout.table.header_line
    said = [
        sheet.name,
        str(ENCODINGS.get(sheet.encoding, "")) if sheet.encoding else "",
        str(DELIMITERS.get(sheet.delimiter, "")) if sheet.delimiter else "",
        gettext("the columns are named in line %(line)s") % {"line": line} if line else gettext("no names of columns"),
    ]
    return " · ".join(filter(None, said))


def rows_around(layout: Layout) -> list[tuple[Any, bool, bool]]:
    """The first rows of the sheet: (row, whether it names the columns, whether it stands above the table)."""
    line = layout.table.header_line
    until = next((index for index, row in enumerate(layout.sheet.rows) if row.line == line), -1)
    rows = layout.sheet.rows[max(0, until - 9) : until + 6]
    return [(row, row.line == line, row.line < line) for row in rows]

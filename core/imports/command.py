"""What the import commands have in common: the same import as in the admin, from the command line."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from tqdm import tqdm

from core.exceptions import BusinessError
from core.imports.choices import APPENDED, Choices
from core.imports.described import described
from core.imports.formats import Undecided
from core.imports.layout import Layout
from core.imports.models import ImportMapping
from core.imports.preview import blocks
from core.imports.questions import questions_of
from core.imports.remembered import save_mapping
from core.imports.report import ImportReport
from core.imports.resource import ImportResource
from core.imports.rules import RULES
from core.spreadsheets.reading import DELIMITERS, ENCODINGS, EncodingUndecided, UnreadableFile

SHOWN_ERRORS = 50


class ImportCommand(BaseCommand):
    """Reads a file into a `resource`, and says what that did line by line. Exit status 1 if nothing was imported.

    What a clerk would be asked ends it, with the question and the option that answers it; nothing is guessed.
    """

    resource: type[ImportResource]

    def add_arguments(self, parser):
        add = parser.add_argument
        add("file", type=Path)
        add("--sheet", default="", help="of a workbook: the first that is not empty, unless named")
        add("--encoding", choices=[name for name in ENCODINGS if name], default="", help="of a text file")
        add("--delimiter", choices=[sign for sign in DELIMITERS if sign], default="", help="of a text file")
        add("--header-row", type=int, metavar="LINE", help="the line that names the columns, 0 if none does")
        add("--hidden-rows", action="store_true", help="take rows that are hidden in the sheet too")
        self.add_mapping_arguments(add)
        for rule in RULES.values():
            add(f"--{rule.name.replace('_', '-')}", choices=list(rule.choices), help=f"{rule.label} ({rule.default})")
        for option in self.resource.options:
            add(option.flag, dest=option.name, **option.argument())
        add("--leave-out-errors", action="store_true", help="pass over the lines with errors and import the others")
        add("--user", metavar="EMAIL", help="whom the history shall name")
        add("--dry-run", action="store_true", help="only say what would happen")
        add("--json", action="store_true", help="say it as JSON; exit status 0 if at least one row could be imported")

    def add_mapping_arguments(self, add) -> None:
        pair = 'FIELD="Column"'
        add("--map", action="append", default=[], metavar=pair, help='which column a field is; "A + B" joins two')
        add("--only-mapped", action="store_true", help="take no other columns than those of --map")
        add("--constant", action="append", default=[], metavar="FIELD=VALUE", help="for a column that is missing")
        add(
            "--key-prefix", default="", help=f"makes the missing {self.resource.keys[0]} from this and the row's number"
        )
        add("--category-rows", action="store_true", help="a row with a single value is the category of those below it")
        add("--decimal", choices=[",", "."], default="", help="the decimal sign, where it cannot be seen")
        add("--mapping", metavar="NAME", default="", help="take the columns for what they were under this name")
        add("--save-mapping", metavar="NAME", default="", help="remember what the columns were taken for")

    def handle(self, *, file: Path, **options):
        choices = self.choices(options)
        layout = self.layout(file, choices, options)
        choices = layout.choices
        resource = self.resource(
            user=self.find_user(options["user"]),
            reference=file.name.encode(errors="replace").decode(),
            leave_out_errors=options["leave_out_errors"],
            rules=choices.rules,
            choices=layout.settled().stored(),
            **choices.options,
        )
        if not options["json"]:
            self.print_layout(layout)
            if not options["dry_run"] and (sentence := blocks(len(layout.table.rows))):
                self.stdout.write(sentence)
        if questions := questions_of(layout):
            raise CommandError(" ".join(f"{question.sentence} ({question.option})" for question in questions))
        if options["save_mapping"] and not options["dry_run"]:
            save_mapping(self.resource, choices, user=resource.user)
        self.run(resource, layout, options["dry_run"])
        if options["json"]:
            self.report_json(resource, layout)
        else:
            self.report_outcome(resource, options["dry_run"])

    # What was decided

    def choices(self, options: dict[str, Any]) -> Choices:
        choices = Choices(
            sheet=options["sheet"],
            encoding=options["encoding"],
            delimiter=options["delimiter"],
            header_line=options["header_row"],
            hidden_rows=options["hidden_rows"],
        )
        if options["mapping"]:
            known = ImportMapping.objects.filter(target=self.resource.target())
            mapping = known.filter(name=options["mapping"]).first()
            if mapping is None:
                names = ", ".join(known.values_list("name", flat=True)) or "none"
                raise CommandError(f"There is no layout named “{options['mapping']}”. Known are: {names}.")
            choices.adopt(mapping.choices)
        return choices

    def layout(self, file: Path, choices: Choices, options: dict[str, Any]) -> Layout:
        """The file as it is read; what the options say of its columns goes before what was guessed or remembered."""
        try:
            layout = Layout.read(file, file.name, self.resource, choices)
        except EncodingUndecided as error:
            candidates = "; ".join(f"--encoding {name}: {' / '.join(lines[:2])}" for name, lines in error.candidates)
            raise CommandError(f"{error} {candidates}") from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        choices = layout.choices
        choices.mapping = options["save_mapping"] or options["mapping"] or choices.mapping
        choices.columns = self.mapped_columns(layout, options)
        choices.constants |= dict(self.pair(text) for text in options["constant"])
        choices.key_prefix = options["key_prefix"] or choices.key_prefix
        choices.category_rows = options["category_rows"] or choices.category_rows
        choices.rules |= {name: options[name] for name in RULES if options[name]}
        choices.options = self.answers(options)
        layout = Layout(layout.sheet, self.resource, choices)
        if options["decimal"]:
            choices.formats |= self.decided_formats(layout, options["decimal"])
            layout = Layout(layout.sheet, self.resource, choices)
        return layout

    def answers(self, options: dict[str, Any]) -> dict[str, str]:
        """What was said of the list's own options, as the form's fields understand it."""
        found = {}
        for option in self.resource.options:
            try:
                found[option.name] = option.as_text(option.field().clean(options[option.name]))
            except ValidationError as error:
                raise CommandError(f"{option.flag}: {' '.join(error.messages)}") from error
        return found

    def mapped_columns(self, layout: Layout, options: dict[str, Any]) -> dict[str, str]:
        columns = {} if options["only_mapped"] else dict(layout.choices.columns or {})
        for text in options["map"]:
            field, names = self.pair(text)
            columns = {name: target for name, target in columns.items() if target.removeprefix(APPENDED) != field}
            for number, name in enumerate([names] if names in layout.names else names.split(" + ")):
                if name.strip() and name.strip() not in layout.names:
                    known = ", ".join(f"“{known}”" for known in layout.names)
                    raise CommandError(f"There is no column “{name.strip()}”. There are: {known}.")
                columns[name.strip()] = f"{APPENDED}{field}" if number else field
        return columns

    def pair(self, text: str) -> tuple[str, str]:
        field, equals, value = text.partition("=")
        if not equals or field.strip() not in self.resource.kinds():
            fields = ", ".join(self.resource.kinds())
            raise CommandError(f"“{text}” should be FIELD=…, and FIELD one of: {fields}.")
        return field.strip(), value.strip().strip('"')

    def decided_formats(self, layout: Layout, decimal: str) -> dict[str, list[str]]:
        found = {}
        for name, undecided in layout.formats.items():
            if isinstance(undecided, Undecided):
                for format in undecided.candidates:
                    if format.decimal == decimal and name not in found:
                        found[name] = [format.decimal, format.thousands, format.currency]
        return found

    def find_user(self, email: str | None) -> AbstractBaseUser | None:
        if email is None:
            return None
        User = get_user_model()
        try:
            found = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            found = None
        if found is None or not (found.is_staff and found.is_active):
            raise CommandError(f"There is no active member of staff with the e-mail {email}.")
        return found

    def run(self, resource: ImportResource, layout: Layout, dry_run: bool) -> None:
        table = layout.mapped()
        layout.sheet.rows = layout.table.rows = []  # which take as much memory again
        with tqdm(total=len(table), unit=" rows", file=self.stderr, disable=not self.stderr.isatty()) as bar:
            resource.progress = lambda phase, done, total: bar.update(done - bar.n) if phase == "judging" else None
            try:
                resource.import_data(table, dry_run=dry_run)
            except OperationalError as error:
                raise CommandError(f"Nothing was imported, because the database was busy: {error}") from error
            except BusinessError as error:
                raise CommandError(str(error)) from error

    # What is said

    def print_layout(self, layout: Layout) -> None:
        """What the columns are taken for, as a table."""
        for name, value in described(layout).items():
            if value not in ("", None, {}):
                self.stdout.write(f"{name}: {value}")
        width = max((len(column.name) for column in layout.columns), default=0)
        for column in layout.columns:
            sample = column.samples[0] if column.samples else ""
            self.stdout.write(
                f"  {column.name:{min(width, 40)}} → {column.target or '(left out)'}    {sample}".rstrip()
            )

    def report_json(self, resource: ImportResource, layout: Layout) -> None:
        report = resource.report
        found = described(layout) | {
            "columns": {column.name: column.target for column in layout.columns},
            "counts": {kind: report.counts[kind] for kind in ("new", "changed", "unchanged", "error")},
            "errors": [{"field": column, "reason": reason, "rows": n} for column, reason, n in report.reasons],
            "rules": report.findings,
            "totals": report.overview.get("totals", []),
            "notes": report.notes,
            "imported": resource.done is not None,
        }
        self.stdout.write(json.dumps(found, ensure_ascii=False, default=str))
        if report.problem or not (report.changes_something or report.counts["unchanged"]):
            raise CommandError(report.problem or "No row could be imported.")

    def report_outcome(self, resource: ImportResource, dry_run: bool) -> None:
        report = resource.report
        if report.problem:
            raise CommandError(report.problem)
        self.print_report(report)
        if not report.is_clean and not resource.leave_out_errors:
            raise CommandError("Nothing was imported. Correct the lines above and try again.")
        if report.counts["error"] and not report.counts["unchanged"] and not report.changes_something:
            raise CommandError("Nothing was imported: every line has errors.")
        self.stdout.write("Nothing was written: this was a dry run." if dry_run else "Done.")

    def print_report(self, report: ImportReport) -> None:
        for row in report.error_rows[:SHOWN_ERRORS]:
            for column, value, reason in row.errors:
                about = f"Line {row.line}, {column}" if column else f"Line {row.line}"
                self.stderr.write(f"{about}: {reason}" + (f" It says “{value}”." if value else ""))
        if len(report.error_rows) > SHOWN_ERRORS:
            self.stderr.write(f"… and {len(report.error_rows) - SHOWN_ERRORS} more lines with errors.")
        for column, reason, count in report.reasons if len(report.error_rows) > SHOWN_ERRORS else ():
            self.stderr.write(f"{count} × {column}: {reason}")
        for name, finding in report.findings.items():
            rule = RULES[name]
            self.stdout.write(f"{finding['count']} × {rule.label}: {rule.choices[finding['choice']]}.")
        for note in report.notes:
            self.stdout.write(note)
        self.stdout.write(f"{report.summary}.")

"""The steps of an import in the admin: the file, what its columns mean, what it would do, and doing it."""

import logging

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from import_export.admin import ImportMixin as LibraryImportMixin

from core.imports.choices import Choices
from core.imports.error_file import error_file
from core.imports.forms import EncodingForm, ImportFileForm, MapForm, ReadingForm, RulesForm, map_context
from core.imports.layout import Layout
from core.imports.models import ImportRecord
from core.imports.preview import preview_context
from core.imports.remembered import save_mapping
from core.imports.resource import ImportResource
from core.imports.runs import layout_of, notice_death, progress_context, start
from core.imports.uploads import load_report, path_of, store_upload
from core.spreadsheets.reading import ENCODINGS, EncodingUndecided, UnreadableFile

logger = logging.getLogger(__name__)
Status = ImportRecord.Status


class ImportMixin(LibraryImportMixin):
    """Import into a list, step by step. Whoever uses it has one ImportResource as its first resource, or names it.

    What was decided so far is kept in a record, which only whoever uploaded the file can open.
    """

    import_actions = ("add", "change")  # what whoever imports may do with the records themselves

    def get_urls(self):
        """Our steps, in place of the library's."""
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}_import"
        steps = [
            path("import/", view(self.import_action), name=name),
            path("import/<int:pk>/", view(self.map_view), name=f"{name}_map"),
            path("import/<int:pk>/preview/", view(self.preview_view), name=f"{name}_preview"),
            path("import/<int:pk>/run/", view(self.run_view), name=f"{name}_run"),
            path("import/<int:pk>/errors/", view(self.errors_view), name=f"{name}_errors"),
        ]
        return steps + super(LibraryImportMixin, self).get_urls()

    def has_import_permission(self, request):
        can = all(self.has_model_permission(request, action) for action in self.import_actions)
        return can and request.user.has_perms(self.list_resource.permissions())

    @property
    def list_resource(self) -> type[ImportResource]:
        return self.resource_classes[0]

    def step_url(self, step: str = "", record: ImportRecord | None = None) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import" + (f"_{step}" if step else "")
        return reverse(name, args=[record.pk] if record else [])

    def own_record(self, request, pk: int) -> ImportRecord:
        """The import that this person has begun. Raises PermissionDenied, Http404."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        records = ImportRecord.objects.filter(target=self.list_resource.target(), created_by=request.user)
        record = records.filter(pk=pk).first()
        if record is None:
            raise Http404
        return notice_death(record)

    def elsewhere(self, request, record: ImportRecord):
        """Where to go with an import that is not being prepared (any more); None if it is."""
        if record.is_running:
            return redirect(self.step_url("run", record))
        if record.status != Status.DRAFT:
            return redirect("admin:core_importrecord_change", record.pk)
        if not path_of(record.upload).is_file():
            messages.error(request, gettext("This preview has expired. Please choose the file again."))
            return redirect(self.step_url())
        return None

    # The steps

    def import_action(self, request, **kwargs):
        """Take a file."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportFileForm(request.POST, request.FILES) if request.method == "POST" else ImportFileForm()
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                record = store_upload(
                    file.read(),
                    name=file.name,
                    target=self.list_resource.target(),
                    user=request.user,
                    choices=Choices().stored(),
                )
                self.look_into(record)
                return redirect(self.step_url("map", record))
            except EncodingUndecided:
                return redirect(self.step_url("map", record))
            except UnreadableFile as error:
                record.delete()
                form.add_error("file", str(error))
            except OSError:
                logger.exception("The folder for imports cannot be written")
                form.add_error(
                    "file", gettext("The server could not store the file. Please tell the person who runs the system.")
                )
        return self.show_step(request, "upload", form=form, import_help=self.list_resource.help_text)

    def look_into(self, record: ImportRecord) -> Layout:
        """The file as it is read so far; what was found out is kept."""
        layout = layout_of(record)
        record.choices = layout.choices.stored()
        record.save(update_fields=["choices"])
        return layout

    def map_view(self, request, pk: int):
        """Say how the file is read and what its columns mean."""
        record = self.own_record(request, pk)
        if answer := self.elsewhere(request, record):
            return answer
        try:
            layout = layout_of(record)
        except EncodingUndecided as error:
            return self.ask_encoding(request, record, error)
        except UnreadableFile as error:
            messages.error(request, str(error))
            return redirect(self.step_url())
        data = request.POST if request.method == "POST" else None
        reading, form = ReadingForm(data, layout=layout), MapForm(data, layout=layout)
        if request.method == "POST":
            if changed := reading.changed_choices():
                return self.read_again(request, record, changed)
            if form.is_valid() or "again" in request.POST:
                return self.keep_mapping(request, record, form)
        return self.show_step(request, "map", record, **map_context(form, reading))

    def ask_encoding(self, request, record, error: EncodingUndecided):
        form = EncodingForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self.read_again(request, record, {"encoding": form.cleaned_data["encoding"]})
        candidates = [(name, ENCODINGS.get(name, name), lines) for name, lines in error.candidates]
        return self.show_step(request, "encoding", record, question=error, candidates=candidates)

    def read_again(self, request, record, changed: dict):
        """Read the file another way; what its columns were taken for may be another thing then."""
        choices = Choices.of({**record.choices, "columns": None, "formats": {}, **changed})
        if "sheet" in changed and "header_line" not in changed:
            choices.header_line = None
        record.choices = choices.stored()
        try:
            self.look_into(record)
        except EncodingUndecided:
            record.save(update_fields=["choices"])
        except UnreadableFile as error:  # what was chosen does not work, so it stays as it was
            messages.error(request, str(error))
        return redirect(self.step_url("map", record))

    def keep_mapping(self, request, record, form: MapForm):
        """Keep what the form says, and go on to the preview if nothing is left to ask."""
        choices = form.chosen()
        record.choices = choices.stored()
        record.save(update_fields=["choices"])
        if "again" in request.POST or not form.is_valid():
            return redirect(self.step_url("map", record))
        if choices.mapping:
            save_mapping(self.list_resource, choices, user=request.user)
        return self.begin(record, Status.JUDGING)

    def begin(self, record, status, **details):
        """Begin to judge or to write, and show how far it is, or at once what came of it."""
        start(record, status, **details)
        record.refresh_from_db()
        if record.status == Status.DRAFT:
            return redirect(self.step_url("preview", record))
        return redirect(self.step_url("run", record))

    def preview_view(self, request, pk: int):
        """What the import would do; and what shall become of the problems in it."""
        record = self.own_record(request, pk)
        if answer := self.elsewhere(request, record):
            return answer
        report = load_report(record.upload)
        if report is None:
            return redirect(self.step_url("map", record))
        report.problem = record.problem
        rules = RulesForm(request.POST if request.method == "POST" else None, findings=report.findings)
        if rules.is_valid():
            record.choices["rules"] = {**record.choices.get("rules", {}), **rules.chosen()}
            return self.begin(record, Status.JUDGING)
        context = preview_context(request, record, report)
        context["errors_csv_url"] = self.step_url("errors", record) + "?as=csv"
        return self.show_step(request, "preview", record, rules=rules, **context)

    def run_view(self, request, pk: int):
        """Begin to write (by POST), or show how far the run is."""
        record = self.own_record(request, pk)
        if request.method == "POST" and record.status == Status.DRAFT and path_of(record.upload).is_file():
            leave_out = "leave_out_errors" in request.POST
            last_seen = request.POST.get("last_seen", "")
            return self.begin(record, Status.WRITING, last_seen=last_seen, leave_out_errors=leave_out)
        if not record.is_running:
            return self.arrived(request, record)
        template = "progress" if "HX-Request" in request.headers else "running"
        return self.show_step(request, template, record, **progress_context(record))

    def arrived(self, request, record):
        """The page of the outcome; for htmx, which would put it in place of the progress, by a header."""
        if record.status == Status.DRAFT:
            address = self.step_url("preview" if load_report(record.upload) else "map", record)
        else:
            address = reverse("admin:core_importrecord_change", args=[record.pk])
            if record.status == Status.DONE and "HX-Request" not in request.headers:
                self.announce_done(request, record)
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": self.step_url("run", record)})
        return redirect(address)

    def announce_done(self, request, record: ImportRecord) -> None:
        messages.success(request, done_sentence(record))

    def errors_view(self, request, pk: int):
        """The rows with errors as they stand in the file, and what is wrong with each; to be mended and uploaded."""
        record = self.own_record(request, pk)
        if answer := self.elsewhere(request, record):
            return answer
        report = load_report(record.upload)
        if report is None:
            return redirect(self.step_url("map", record))
        kind = "csv" if request.GET.get("as") == "csv" else "xlsx"
        name, content_type, data = error_file(layout_of(record), report, record.file_name, kind)
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return HttpResponse(data, content_type=content_type, headers=headers)

    def show_step(self, request, template: str, record: ImportRecord | None = None, **context):
        context |= self.admin_site.each_context(request)
        steps = ("map", "preview", "run", "errors") if record else ()
        context |= {
            "title": gettext("Import %(records)s") % {"records": self.opts.verbose_name_plural},
            "step": gettext("Import"),
            "opts": self.opts,
            "media": self.media,
            "record": record,
            "resource": self.list_resource,
            "import_url": self.step_url(),
            **{f"{step}_url": self.step_url(step, record) for step in steps},
        }
        return TemplateResponse(request, f"admin/import/{template}.html", context)


def done_sentence(record: ImportRecord) -> str:
    summary = gettext("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(error)s errors") % {
        "new": record.new_count,
        "changed": record.changed_count,
        "unchanged": record.unchanged_count,
        "error": record.left_out_count,
    }
    return gettext("%(file)s has been imported: %(summary)s.") % {"file": record.file_name, "summary": summary}

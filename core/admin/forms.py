"""The form that notices when somebody else was faster."""

from django import forms

from core.concurrency import check_last_seen, fingerprint
from core.exceptions import RecordChanged


class ConcurrentEditForm(forms.ModelForm):
    """Does not write over what somebody else has saved since the form was opened.

    `last_seen` travels with the form: a fingerprint of what it showed. `refused` is set by the admin when a service
    refused what was valid here (somebody was faster): the form comes back with that sentence and everything typed.
    """

    refused = ""

    last_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["last_seen"] = self.fingerprint()

    def fingerprint(self) -> str:
        """What somebody who edits the form has seen of the record."""
        return fingerprint(sorted((name, str(value)) for name, value in self.initial.items() if name in self.fields))

    def clean(self):
        cleaned = super().clean() or {}
        if self.refused:
            self.add_error(None, self.refused)
        elif self.instance.pk:
            try:
                check_last_seen(self.instance, cleaned.get("last_seen"), self.initial["last_seen"])
            except RecordChanged as error:
                self.add_error(None, str(error))
        return cleaned

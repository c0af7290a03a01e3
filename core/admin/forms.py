"""The form that notices when somebody else was faster."""

import hashlib

from django import forms
from django.utils.translation import gettext


class ConcurrentEditForm(forms.ModelForm):
    """Does not write over what somebody else has saved since the form was opened.

    `seen` travels with the form: a fingerprint of what it showed. `refused` is set by the admin when a service refused
    what was valid here (somebody was faster): the form comes back with that sentence and everything typed.
    """

    refused = ""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.fingerprint()

    def fingerprint(self) -> str:
        shown = sorted((name, str(value)) for name, value in self.initial.items() if name in self.fields)
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    def clean(self):
        cleaned = super().clean()
        if self.refused:
            self.add_error(None, self.refused)
        elif self.instance.pk and cleaned.get("seen") and cleaned["seen"] != self.initial["seen"]:
            somebody = self.instance.modified_by or gettext("Somebody")
            self.add_error(
                None,
                gettext(
                    "%(somebody)s changed %(instance)s while you were editing. "
                    "Please open it again and repeat your changes."
                )
                % {"somebody": somebody, "instance": self.instance},
            )
        return cleaned

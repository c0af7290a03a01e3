"""The form that notices when somebody else was faster."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.concurrency import check_last_seen
from core.exceptions import RecordChanged

MEANWHILE = _("%(somebody)s has changed this in the meantime: %(value)s. What you typed is still here.")


class ConcurrentEditForm(forms.ModelForm):
    """Does not write over what somebody else has saved since the form was opened.

    `last_seen` travels with the form: what it showed. After a conflict the form comes back with what the other person
    changed: taken over where nothing was typed, beside it where something was; saving again is then a decision.
    `refused` is set by the admin when a service refused what was valid here (somebody was faster): the form comes back
    with that sentence and everything typed.
    """

    data: Any

    refused = ""

    last_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["last_seen"] = self.fingerprint()

    def fingerprint(self) -> str:
        """What somebody who edits the form has seen of the record."""
        return json.dumps(self.shown(), sort_keys=True)

    def shown(self) -> dict[str, str]:
        """What each field shows of the record as it is."""
        seen = {name: value for name, value in self.initial.items() if name in self.fields and name != "last_seen"}
        return {name: str(value) for name, value in seen.items()}

    def clean(self):
        cleaned = super().clean() or {}
        if self.refused:
            self.add_error(None, self.refused)
        elif self.instance.pk:
            try:
                check_last_seen(self.instance, cleaned.get("last_seen"), self.initial["last_seen"])
            except RecordChanged as error:
                self.explain_conflict(str(error), cleaned.get("last_seen", ""))
        return cleaned

    def explain_conflict(self, sentence: str, last_seen: str) -> None:
        """Say what somebody else has changed, at each field; from now on that counts as seen."""
        try:
            seen = dict(json.loads(last_seen))
        except (TypeError, ValueError):
            seen = {}
        self.add_error(None, sentence)
        self.data = self.data.copy()
        self.data[self.add_prefix("last_seen")] = self.initial["last_seen"]
        somebody = getattr(self.instance, "modified_by", None) or gettext("Somebody")
        for name, value in self.shown().items():
            if name not in seen or seen[name] == value or isinstance(self.fields[name], forms.FileField):
                continue
            if self.fields[name].has_changed(seen[name], self[name].data):
                self.add_error(
                    name, MEANWHILE % {"somebody": somebody, "value": self[name].field.prepare_value(value) or "–"}
                )
            elif isinstance(self.fields[name], forms.BooleanField):
                self.data[self.add_prefix(name)] = "on" if self.initial[name] else ""
            else:
                self.data[self.add_prefix(name)] = value

"""The templates of packages that ours stand in for are those that ours were made from.

An upgrade that changes one fails here: compare ours with the new original, take over what is worth it, and pin it anew.
"""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loaders.app_directories import get_app_template_dirs

OURS = Path(settings.BASE_DIR) / "templates"
PINNED = {
    "admin/base_site.html": "50eb1e71a0b2729ca7ff280934828eecc42d0c526e1effbeafcdfe9b3695637d",
    "admin/delete_confirmation.html": "d2f1e1adb500396f025df904076d09a00f6a579c516f26f9c467358e959cacde",
    "admin/import_export/change_list.html": "9fabce6d410f6ebf6cfb5e2632aa3aaff41f94104ba7dc19a880f00e2e2c8f2e",
    "admin/import_export/export.html": "37cb47162b510a620df30541f84a6b3553d2815f746ce2767e287dc8d3327303",
    "admin/index.html": "9fdb849b7da18ccde0e5dda1923465830718700726570ea70554bffe1f012115",
    "admin/login.html": "13deb7765ce366590d73a58f260f438aa8a3580851a7540b542c451e445c6b78",
    "registration/logged_out.html": "cad8c8cf769b9e9111c14a7517cce7f3d1f2ae2992adbf708149dadc8cf40891",
    "unfold/helpers/actions_row.html": "a322f5b53d779840b820c8f8707123a0065c30cb7df915d7da6ebad6b4eed104",
    "unfold/helpers/command.html": "ae6ce324d85366131fc82945b3c35c1b980829229508343993e6adcbee4c975d",
    "unfold/helpers/dialog.html": "e961b19a9a2f2175865055d503b887489cde423a7782b676cbe5ba2c9a1f3a35",
    "unfold/helpers/search.html": "91996c27181d14ade8b4cbf84d90a4b0d293fdd92ae4325cda0f6889c29e28fb",
    "unfold/helpers/welcomemsg.html": "e8eab02522ba2319b937086bbcb6bf2a2bbe1489d236ad90ff23edbe070a7d6b",
}


def original_of(name: str) -> Path | None:
    """The template that an installed package brings under this name."""
    folders = [Path(folder) for folder in get_app_template_dirs("templates")]
    found = [folder / name for folder in folders if settings.BASE_DIR not in folder.parents or ".venv" in folder.parts]
    return next((path for path in found if path.is_file()), None)


def test_every_template_that_stands_in_for_another_is_pinned():
    names = [str(path.relative_to(OURS)) for path in OURS.rglob("*.html")]
    assert sorted(name for name in names if original_of(name)) == sorted(PINNED)


@pytest.mark.parametrize("name", PINNED)
def test_the_original_is_the_one_that_ours_was_made_from(name):
    original = original_of(name)
    digest = hashlib.sha256(original.read_bytes()).hexdigest()
    assert digest == PINNED[name], f"Compare templates/{name} with {original}, then pin {digest}."

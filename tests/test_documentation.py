"""The documents: short where they promise to be, with links that lead somewhere and tables that say what the code says.

(tests/test_architecture.py checks the table of promises, tests/test_permissions_matrix.py the table of permissions.)
"""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

from core.imports.registry import importable_by

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
OURS = "core|accounts|inventory|sales|config"
KILOBYTE = 1000


def id_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def first_cells(document: Path) -> list[str]:
    """What is set as code in the first column of the document's tables."""
    rows = re.findall(r"^\| (`[^|]+) \|", document.read_text(), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """The anchors that a heading gets: lower case, hyphens for spaces, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", without_code(document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 130


def test_the_pictures_are_small_and_shown():
    pictures = sorted((DOCS / "images").iterdir())
    assert [picture.name for picture in pictures] == ["dashboard.png", "order.png"]
    assert sum(picture.stat().st_size for picture in pictures) <= 200 * KILOBYTE
    readme = (ROOT / "README.md").read_text()
    assert all(f"](docs/images/{picture.name})" in readme for picture in pictures)


@pytest.mark.parametrize("document", DOCUMENTS, ids=id_of)
def test_every_link_leads_somewhere(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text())):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.is_relative_to(ROOT) and target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_links_every_document():
    readme = (ROOT / "README.md").read_text()
    others = {id_of(document) for document in DOCUMENTS} - {"README.md"}
    assert not [name for name in others if f"]({name})" not in readme]


@pytest.mark.parametrize("document", DOCUMENTS, ids=id_of)
def test_every_file_and_make_target_that_is_named_exists(document):
    text, makefile = document.read_text(), (ROOT / "Makefile").read_text()
    files = re.findall(rf"`((?:{OURS}|tests|docs|deploy|templates|\.ci|\.github)/[\w./-]+)`", text)
    assert not [name for name in files if not (ROOT / name).exists() and not (ROOT / "tests" / name).exists()]
    targets = re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)(?=`|\s{2,}| PORT)", text)
    assert not [name for name in targets if not re.search(rf"^{name}:", makefile, re.MULTILINE)]


def test_the_settings_table_names_every_setting_and_no_other():
    from_env = re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text())
    from_gunicorn = re.findall(r'os\.environ\.get\("([A-Z_]+)"', (ROOT / "gunicorn.conf.py").read_text())
    told = first_cells(DOCS / "settings.md")
    assert sorted(told) == sorted({*from_env, *from_gunicorn})
    example = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(example) > 10 and set(example) <= set(told)


def test_the_commands_table_names_every_command_of_ours():
    ours = {name for name, app in get_commands().items() if re.fullmatch(OURS, app)}
    told = {cell.split()[1] for cell in first_cells(DOCS / "operations.md") if cell.startswith("manage.py ")}
    assert ours <= told <= set(get_commands())


def test_the_table_of_core_names_every_file_of_it():
    told = [name for name in first_cells(DOCS / "architecture.md") if name.startswith("core/")]
    passed_over = {"__init__.py", "apps.py"}
    files = [id_of(path) for path in (ROOT / "core").rglob("*.py") if path.name not in passed_over]
    assert sorted(told) == sorted(name for name in files if "/migrations/" not in name)


def test_the_guide_names_every_column_that_an_import_reads():
    guide = (DOCS / "guide.md").read_text()
    for resource in importable_by(SimpleNamespace(has_perm=lambda permission: True)):
        columns = ", ".join(f"`{name}`" for name in resource._meta.fields)
        label = apps.get_model(resource.target())._meta.verbose_name_plural
        assert f"| {label} | {columns} |" in guide


def test_pre_commit_runs_the_ruff_of_the_requirements():
    (version,) = re.findall(r"^ruff==(\S+)$", (ROOT / "requirements-dev.in").read_text(), re.MULTILINE)
    assert set(re.findall(r"ruff==([\d.]+)", (ROOT / ".pre-commit-config.yaml").read_text())) == {version}

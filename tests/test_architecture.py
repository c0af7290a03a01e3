"""The plan of the house, read from the source: who imports whom, who writes what."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

ROOT = Path(settings.BASE_DIR)
APPS = ["core", "accounts", "inventory", "sales"]  # each may import itself and what stands before it
LAYERS = ["exceptions", "querysets", "models", "services"]  # the same inside an app; admin, API, … stand above them all
SOURCES = [
    path for app in [*APPS, "config"] for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts
]


def imports_of(path: Path):
    """Every module named in an import, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def id_of(path) -> str:
    return str(path.relative_to(ROOT))


def place_of(path: Path) -> tuple[str, str]:
    """The app and the layer in it, be that a module (`models.py`) or a package (`services/stock.py`)."""
    app, layer, *_ = path.relative_to(ROOT).parts
    return app, layer.removesuffix(".py")


@pytest.mark.parametrize("path", SOURCES, ids=id_of)
def test_imports_run_from_config_to_sales_to_inventory_to_accounts_to_core(path):
    app = path.relative_to(ROOT).parts[0]
    allowed = [*APPS, "config"] if app == "config" else APPS[: APPS.index(app) + 1]
    ours = {name.split(".")[0] for name in imports_of(path)} & {*APPS, "config"}
    assert ours <= set(allowed)


@pytest.mark.parametrize("path", SOURCES, ids=id_of)
def test_inside_an_app_doors_import_services_import_models_and_never_back(path):
    app, layer = place_of(path)
    if layer not in LAYERS:
        return
    above = LAYERS[LAYERS.index(layer) + 1 :] + ["admin", "api", "resources", "dashboard", "forms", "roles"]
    imported = {name.split(".")[1] for name in imports_of(path) if name.startswith(f"{app}.")}
    assert not imported & set(above)


def assigned_attributes(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            for part in ast.walk(target) if target is not None else ():
                if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                    yield part.attr


@pytest.mark.parametrize(
    ("attribute", "writers"),
    [("stock_qty", {"inventory"}), ("stock_value", {"inventory"}), ("status", {"inventory", "sales"})],
)
def test_only_the_services_write_stock_and_status(attribute, writers):
    places = {place_of(path) for path in SOURCES if attribute in set(assigned_attributes(path))}
    assert places == {(app, "services") for app in writers}


def test_nobody_asks_for_a_role_where_a_permission_is_meant():
    """Comparing a user's role is left to the models, the matrix and the services that guard the last admin."""
    allowed = {"accounts/models.py", "accounts/roles.py", "accounts/services/people.py", "accounts/forms.py"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and any(
                isinstance(part, ast.Attribute) and part.attr == "role" for part in ast.walk(node)
            ):
                known = allowed | {"sales/services/orders.py", "sales/merging.py"}
                assert id_of(path) in known, f"{path}:{node.lineno}"


def test_no_action_of_a_record_changes_anything_by_get():
    """unfold's detail, row and list actions are links unless they open a dialog (POST with CSRF token)."""
    harmless = {"print_order", "print_packing_slip", "duplicate_order", "merge_customer", "amend_order", "return_goods"}
    harmless |= {"count_pieces", "review_variances", "print_count", "export_count", "import_count"}  # pages
    harmless |= {"take_payment", "statement", "allocate_payment"}
    for model_admin in admin.site._registry.values():
        for kind in ("actions_list", "actions_row", "actions_detail"):
            for entry in getattr(model_admin, kind, None) or ():
                for name in [entry] if isinstance(entry, str) else entry["items"]:
                    assert name in harmless or getattr(model_admin, name).dialog, f"{model_admin}: {name}"


def nodes(kind):
    for path in SOURCES:
        yield from ((path, node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kind))


def test_no_float_comes_near_money():
    """In models, services, querysets, resources and answers; the chart of the dashboard alone has some."""
    layers = {"models", "services", "querysets", "resources", "rows", "schemas", "money"}
    for path, node in nodes((ast.Name, ast.Constant)):
        layer = place_of(path)[1]
        if layer in layers or layer.endswith("_models"):
            assert getattr(node, "id", "") != "float", f"{id_of(path)}:{node.lineno}"
            assert not isinstance(getattr(node, "value", None), float), f"{id_of(path)}:{node.lineno}: {node.value}"


def test_no_file_function_or_class_has_outgrown_its_readers():
    for path in SOURCES:
        lines = len(path.read_text().splitlines())
        assert lines <= 320, f"{id_of(path)} has {lines} lines"
    for path, function in nodes(ast.FunctionDef):
        lines = function.end_lineno - function.lineno + 1
        assert lines <= 40, f"{id_of(path)}: {function.name} has {lines} lines"
    for path, class_ in nodes(ast.ClassDef):
        assert len(class_.bases) <= 5, f"{id_of(path)}: {class_.name} has {len(class_.bases)} bases"


def test_core_is_the_largest_room_and_no_app_holds_more_than_a_quarter():
    lines = Counter()
    for path in SOURCES:
        lines[path.relative_to(ROOT).parts[0]] += len(path.read_text().splitlines())
    assert max(lines, key=lines.get) == "core"
    assert lines["accounts"] <= 2750  # 200 of them are the ledger of what customers owe, on which sales builds
    assert [app for app in lines if app != "core" and lines[app] > sum(lines.values()) / 4] == []


# What things were called before they had the field's names.
OLD_NAMES = re.compile(
    r"\b(Door|current_door|wire|may|fill|once|CarefulForm|Harmless\w+|defused|told|tell_\w+|look_around|against_\w+|"
    r"SENSELESS|SPOKEN|JOHN|StockMoved|OrderChanged|PersonGone|ProductGone|check_seen)\b"
)


def test_the_old_names_are_gone():
    """Of what is defined, imported or used; a comment may speak as it likes."""
    for path, node in nodes((ast.Name, ast.FunctionDef, ast.ClassDef, ast.alias, ast.Attribute, ast.arg)):
        name = getattr(node, "id", None) or getattr(node, "name", None) or getattr(node, "attr", None)
        name = name or getattr(node, "arg", "")
        assert not OLD_NAMES.fullmatch(name.split(".")[-1]), f"{id_of(path)}:{node.lineno}: {name}"


def test_packages_re_export_nothing():
    """Import from where a thing stands; an `__init__` imports modules only for what importing them does."""
    for path, node in nodes(ast.Assign):
        assert "__all__" not in map(ast.unparse, node.targets), id_of(path)
    for path, node in nodes(ast.ImportFrom):
        if path.name == "__init__.py" and path.parent.name != "backup":
            package = ".".join(path.relative_to(ROOT).parts[:-1])
            assert not node.module.startswith(f"{package}."), f"{id_of(path)}: {node.module}"


def test_no_test_imports_from_another_test():
    """What tests share stands in modules of its own: tests/clients.py, files.py, forms.py, …"""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name in imports_of(path):
            assert not re.match(r"tests\..*\b(test_\w+|conftest)$", name), f"{id_of(path)}: {name}"


@pytest.mark.parametrize(
    ("document", "heading", "least"),
    [("README.md", "What you can rely on", 15), ("docs/guarantees.md", "Promises", 30)],
)
def test_every_promise_of_the_readme_names_tests_that_exist(document, heading, least):
    promises = (ROOT / document).read_text().partition(f"## {heading}")[2].partition("\n## ")[0]
    named = re.findall(r"`([a-z_/]*test_\w+\.py)`", promises)
    assert len(named) > least and not [name for name in named if not (ROOT / "tests" / name).is_file()]

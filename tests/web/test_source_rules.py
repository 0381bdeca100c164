"""What no page may use, found in the source: each of these has shown wrong figures or opened a hole elsewhere."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.settings import CHECKOUT
from workbench.ui import navigation

SOURCES = sorted(
    [*navigation.PAGES_FOLDER.rglob("*.py"), *(CHECKOUT / "workbench" / "ui").rglob("*.py"), CHECKOUT / "app.py"]
)
# st.download_button may serve an older file of the same length; caches of Streamlit confuse large frames and users.
FORBIDDEN_CALLS = {"download_button", "cache_data", "experimental_get_query_params"}
FORBIDDEN_OPTIONS = {"unsafe_allow_html", "unsafe_allow_javascript"}


def problems(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_CALLS:
            found.append(f"{node.lineno}: {node.attr}")
        if isinstance(node, ast.keyword) and node.arg in FORBIDDEN_OPTIONS:
            found.append(f"{node.lineno}: {node.arg}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "data-testid" in node.value:
            found.append(f"{node.lineno}: a style on Streamlit's internal marks")
    return found


@pytest.mark.parametrize("path", [pytest.param(path, id=path.relative_to(CHECKOUT).as_posix()) for path in SOURCES])
def test_nothing_forbidden(path: Path) -> None:
    assert problems(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_rule_itself_finds_them() -> None:
    bad = "st.download_button('x')\n@st.cache_data\ndef f(): st.markdown('', unsafe_allow_html=True)\n"
    assert len(problems(ast.parse(bad))) == 3


@pytest.mark.parametrize("path", [pytest.param(path, id=path.relative_to(CHECKOUT).as_posix()) for path in SOURCES])
def test_pages_are_linked_by_the_registry(path: Path) -> None:
    """Streamlit looks for pages beside the script; ours are elsewhere, so its own functions do not find them."""
    if path.name == "frame.py":
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if ast.unparse(call.func) in ("st.page_link", "st.switch_page")]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.relative_to(CHECKOUT).as_posix()) for path in SOURCES])
def test_dialogs_speak_the_readers_language(path: Path) -> None:
    """``@st.dialog(_(…))`` keeps the language of whoever imported the module first; ours translate when they open."""
    if path.name == "dialogs.py":
        return
    attributes = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)
    ]
    assert not [node.lineno for node in attributes if ast.unparse(node) == "st.dialog"]


def guard_of(tree: ast.Module) -> bool:
    """Is the first thing a page does, after imports and definitions, to ask who is there?"""
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper() and "st." not in ast.unparse(node):
            continue
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)) else None
        return isinstance(value, ast.Call) and ast.unparse(value.func) == "access.require"
    return False


@pytest.mark.parametrize("spec", [pytest.param(spec, id=spec.file) for spec in navigation.registered()])
def test_a_page_begins_with_its_guard(spec: navigation.PageSpec) -> None:
    assert guard_of(ast.parse(spec.path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("first", ["app", "workbench.cli", "workbench.services.collect"])
def test_the_application_is_imported_from_its_door(first: str) -> None:
    """Modules that import each other in a circle work or fail by who comes first; tests come by other ways."""
    command = [sys.executable, "-c", f"import {first}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr

"""Words of the user interface: Indonesian in the source, English from a gettext catalogue.

The message id *is* the Indonesian sentence, so Indonesian needs no catalogue and can never be incomplete.
English lives in ``workbench/locale/en/LC_MESSAGES/workbench.po`` and is compiled in memory when first asked for,
so that no binary catalogue has to be committed or built. ``python -m workbench.i18n update`` (``make messages``)
collects new words; a test refuses an English catalogue with gaps.
"""

from __future__ import annotations

import ast
import gettext
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DEFAULT_LANGUAGE = "id"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}

_ROOT = Path(__file__).parent
_CHECKOUT = _ROOT.parent
_language: ContextVar[str | None] = ContextVar("workbench_language", default=None)
_source: Callable[[], str | None] | None = None


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language is kept; Indonesian has none."""
    return _ROOT / "locale" / language / "LC_MESSAGES" / "workbench.po"


@cache
def _translations(language: str) -> gettext.NullTranslations:
    path = catalogue_path(language)
    if language == DEFAULT_LANGUAGE or not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as po:
        catalogue = read_po(po, locale=language)
    mo = io.BytesIO()
    write_mo(mo, catalogue)
    mo.seek(0)
    return gettext.GNUTranslations(mo)


def language() -> str:
    """The language of this thread of work, ``id`` or ``en``."""
    code = _language.get() or (_source() if _source else None)
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


def ask(source: Callable[[], str | None]) -> None:
    """Where nothing was set, ask ``source``: the web session knows its reader, also in callbacks."""
    global _source
    _source = source


def set_language(code: str) -> None:
    """Speak this language from here on; an unknown code means Indonesian."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for the length of a ``with`` block."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    """The message in the language of the reader. Fill places with ``.format`` *after* translating."""
    return _translations(language()).gettext(message) if message else ""


def _n(message: str, n: float) -> str:
    """The message about ``n`` things: Indonesian has one form, English two (1 and any other number).

    A message that is counted anywhere is counted everywhere: ``collect`` refuses one that ``_`` asks for as well.
    """
    return _translations(language()).ngettext(message, message, 1 if n == 1 else 2)


def Nn_(message: str) -> str:
    """Mark a counted message where it is written, for ``_n`` where it is shown."""
    return message


def N_(message: str) -> str:
    """Mark a message for the catalogue where it is written, to be translated where it is shown."""
    return message


_MARKS = {"_": False, "N_": False, "_n": True, "Nn_": True}
"""The functions whose first argument is a message, and whether it is counted."""


def _messages(source: str) -> Iterator[tuple[str, bool]]:
    """Messages of a Python file, and are they counted? Read from the syntax tree: extractors by tokens miss those
    inside f-strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                yield first.value, _MARKS[node.func.id]


def collect() -> Catalog:
    """All messages of the package and its pages, as an empty catalogue. ``ValueError`` names those that are asked for
    both counted and not: gettext keeps one entry, and the other use would show the form for one thing."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for folder in (_ROOT, _CHECKOUT / "pages"):
        for file in sorted(folder.rglob("*.py")):
            for message, counted in _messages(file.read_text(encoding="utf-8")):
                found[counted].add(message)
    both = sorted(found[True] & found[False])
    if both:
        raise ValueError(f"counted with _n in one place and not in another: {both}")
    catalogue = Catalog(project="workbench", charset="utf-8")
    for message in sorted(found[False]):
        catalogue.add(message)
    for message in sorted(found[True]):
        catalogue.add((message, message))
    return catalogue


def missing(code: str = "en") -> list[str]:
    """Messages that a language does not say yet."""
    with catalogue_path(code).open("rb") as po:
        have = read_po(po, locale=code)
    gaps = []
    for message in collect():
        if not message.id:
            continue
        known = have.get(message.id)
        if known is None or not known.string or not all(known.string if message.pluralizable else [known.string]):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def update(code: str = "en") -> int:
    """Merge the collected messages into a language's catalogue; returns how many still lack a translation."""
    path = catalogue_path(code)
    template = collect()
    if path.exists():
        with path.open("rb") as po:
            catalogue = read_po(po, locale=code)
    else:
        catalogue = Catalog(locale=code, project="workbench", charset="utf-8")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.flags.discard("fuzzy")  # a message that came to be counted lacks a form, and a gap says so
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as po:
        write_po(po, catalogue, width=110, omit_header=False, no_location=True, sort_output=True)
    return len(missing(code))


if __name__ == "__main__" and sys.argv[1:] == ["update"]:
    sys.stdout.write(f"{update()} messages lack an English translation\n")

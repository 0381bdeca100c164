"""The words of the interface: English says everything that Indonesian says, with the same places to fill in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from workbench import i18n


def _pairs() -> Iterator[tuple[str, str]]:
    """Every message with its English, the forms of a counted message one by one."""
    with i18n.catalogue_path("en").open("rb") as po:
        for message in read_po(po, locale="en"):
            if message.id:
                yield from zip(_forms(message.id), _forms(message.string), strict=True)


def _forms(text: object) -> list[str]:
    return [str(form or "") for form in text] if isinstance(text, list | tuple) else [str(text or "")]


def _places(text: str) -> list[tuple[str, str | None, str | None]]:
    return sorted(
        (name, spec or "", how or "") for _text, name, spec, how in Formatter().parse(text) if name is not None
    )


def test_english_has_no_gaps() -> None:
    gaps = i18n.missing("en")
    assert gaps == [], (
        f"{len(gaps)} messages lack an English translation. Run `make messages` and fill their msgstr in "
        f"{i18n.catalogue_path('en')}:\n" + "\n".join(gaps)
    )


def test_english_says_the_words_inside_f_strings_too() -> None:
    """Before Python 3.12 the collector does not look inside an f-string; the reader sees those words all the same."""
    root = Path(i18n.__file__).parent
    said = {asked for asked, english in _pairs() if english}
    gaps = [
        f"{path.relative_to(root.parent)}:{call.lineno} {call.args[0].value!r}"
        for folder in (root, root.parent / "pages")
        for path in sorted(folder.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in set(i18n._MARKS)
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value not in said | {""}
    ]
    assert gaps == [], (
        f"{len(gaps)} messages have no English. `make messages` under Python 3.11 drops those inside f-strings; "
        "write such a message outside of the f-string or restore it in the catalogue:\n" + "\n".join(gaps)
    )


def test_every_translation_has_the_places_of_its_message() -> None:
    wrong = [f"{said!r} for {asked!r}" for asked, said in _pairs() if said and _places(asked) != _places(said)]
    assert wrong == [], "Places in braces must be the same in both languages:\n" + "\n".join(wrong)


def test_english_keeps_space_at_the_ends() -> None:
    """Sentences are joined from parts; a part that starts with a space does so in both languages."""
    wrong = [
        f"{said!r} for {asked!r}"
        for asked, said in _pairs()
        if said and (asked[:1].isspace(), asked[-1:].isspace()) != (said[:1].isspace(), said[-1:].isspace())
    ]
    assert wrong == []


def test_indonesian_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_source", None)
    assert i18n.language() == "id"
    assert i18n._("Perkara tidak ditemukan.") == "Perkara tidak ditemukan."
    with i18n.speaking("en"):
        assert i18n._("Perkara tidak ditemukan.") == "Case not found."
    with i18n.speaking("xx"):
        assert i18n._("Perkara tidak ditemukan.") == "Perkara tidak ditemukan."
    assert i18n._("") == ""


def test_one_thing_has_its_own_form_in_english() -> None:
    assert i18n._n("{n} hari kerja", 1) == i18n._n("{n} hari kerja", 2) == "{n} hari kerja"
    with i18n.speaking("en"):
        said = [i18n._n("{n} hari kerja", n).format(n=n) for n in (0, 1, 1.5, 2)]
    assert said == ["0 working days", "1 working day", "1.5 working days", "2 working days"]


def test_a_message_counted_in_one_place_only_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text('_("{n} surat"), _n("{n} surat", 2)', encoding="utf-8")
    monkeypatch.setattr(i18n, "_ROOT", tmp_path)
    monkeypatch.setattr(i18n, "_CHECKOUT", tmp_path / "none")
    with pytest.raises(ValueError, match="surat"):
        i18n.collect()

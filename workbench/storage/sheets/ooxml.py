"""What calamine does not tell about an XLSX: percent formats, hidden rows and columns, formulas without a value."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from workbench.domain.errors import UnreadableFile
from workbench.i18n import _

_PERCENT_IDS = {9, 10}


@dataclass(slots=True)
class Extras:
    """Facts about the cells of one sheet, by row and column from 0."""

    percent: set[tuple[int, int]] = field(default_factory=set)
    gaps: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    indents: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Styles:
    """Style numbers that show percentages, and those that indent, with how far."""

    percent: frozenset[int] = frozenset()
    indents: dict[int, int] = field(default_factory=dict)

    def marks(self) -> dict[bytes, list[bytes]]:
        """Texts that stand in a sheet with anything special; sheets without them need no parsing.

        They are sought only where the text stands that opens their list: a plain sheet is searched three times.
        """
        styles = [b' s="%d"' % number for number in (*self.percent, *self.indents)]
        return {
            b'hidden="': [b'hidden="1"', b'hidden="true"'],
            b"<f": [b"</f></c>", b"</f><v></v>", b"</f><v/>", b'"/></c>'],
            b' s="': styles,
        }


def read_styles(package: zipfile.ZipFile) -> Styles:
    """The styles of a workbook that change what a number means."""
    if "xl/styles.xml" not in package.namelist():
        return Styles()
    percent, indents = _styles(package.read("xl/styles.xml"))
    return Styles(frozenset(percent), indents)


def read_extras(package: zipfile.ZipFile, styles: Styles, special: set[str]) -> dict[str, Extras]:
    """Extras by sheet name, of the sheets whose parts are named in ``special``."""
    if "xl/workbook.xml" not in package.namelist():
        return {}
    return {
        sheet: _parse(package.read(path), set(styles.percent), styles.indents)
        for sheet, path in _sheets(package).items()
        if path in special
    }


def _sheets(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names with the paths of their parts."""
    targets: dict[str, str] = {}
    order: list[tuple[str, str]] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            order.append((attributes.get("name", ""), key))

    if "xl/_rels/workbook.xml.rels" in package.namelist():
        _walk(package.read("xl/_rels/workbook.xml.rels"), relation)
    _walk(package.read("xl/workbook.xml"), sheet)
    return {
        name: (target.lstrip("/") if target.startswith("/") else posixpath.normpath("xl/" + target))
        for name, key in order
        if (target := targets.get(key, ""))
    }


def _walk(data: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = _parser()
    parser.StartElementHandler = start
    parser.Parse(data, True)


def _parser() -> expat.XMLParserType:
    """A parser that refuses any document type: no entities, no bombs."""

    def refuse(*_details: object) -> None:
        raise UnreadableFile(_("Berkas ini memuat definisi entitas XML yang berbahaya dan tidak dibaca."))

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _styles(data: bytes) -> tuple[set[int], dict[int, int]]:
    """Style numbers that show percentages, and those that indent with their depth."""
    formats: dict[int, str] = {}
    percent: set[int] = set()
    indents: dict[int, int] = {}
    state = {"inside": False, "number": -1}

    def start(name: str, a: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        if bare == "numFmt":
            formats[int(a.get("numFmtId", "0"))] = a.get("formatCode", "")
        elif bare == "cellXfs":
            state["inside"], state["number"] = True, -1
        elif bare == "xf" and state["inside"]:
            state["number"] += 1
            code = int(a.get("numFmtId", "0"))
            if code in _PERCENT_IDS or "%" in re.sub(r'"[^"]*"|\\.', "", formats.get(code, "")):
                percent.add(state["number"])
        elif bare == "alignment" and state["inside"] and a.get("indent", "0").isdigit() and int(a.get("indent", "0")):
            indents[state["number"]] = int(a["indent"])

    def end(name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            state["inside"] = False

    parser = _parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    return percent, indents


def _parse(data: bytes, percent: set[int], indents: dict[int, int]) -> Extras:
    extras = Extras()
    at = {"row": -1, "column": -1, "formula": False, "value": False, "style": 0}

    def start(name: str, a: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        if bare == "c":
            reference = a.get("r", "")
            letters = reference.rstrip("0123456789")
            at["column"] = _column(letters) if letters else at["column"] + 1
            if reference[len(letters) :].isdigit():
                at["row"] = int(reference[len(letters) :]) - 1
            at["style"] = int(a.get("s", "0")) if a.get("s", "0").isdigit() else 0
            at["formula"] = at["value"] = False
            cell = (at["row"], at["column"])
            if at["style"] in percent:
                extras.percent.add(cell)
            if at["style"] in indents:
                extras.indents[cell] = indents[at["style"]]
        elif bare == "f":
            at["formula"] = True
        elif bare == "row":
            at["row"] = int(a["r"]) - 1 if a.get("r", "").isdigit() else at["row"] + 1
            at["column"] = -1
            if a.get("hidden") in ("1", "true"):
                extras.hidden_rows.add(at["row"])
        elif bare == "col" and a.get("hidden") in ("1", "true"):
            first, last = int(a.get("min", "1")), int(a.get("max", "1"))
            extras.hidden_columns.update(range(first - 1, min(last, first + 2000)))

    def text(_content: str) -> None:
        at["value"] = True

    def end(name: str) -> None:
        bare = name.rpartition(":")[2]
        if bare == "f":
            at["value"] = False
        elif bare == "c" and at["formula"] and not at["value"]:
            extras.gaps.add((at["row"], at["column"]))

    parser = _parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.Parse(data, True)
    return extras


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1

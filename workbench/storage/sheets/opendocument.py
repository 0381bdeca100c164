"""What calamine does not tell about an ODS: merged cells, percentages, hidden rows, columns and sheets."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field

from lxml import etree

from workbench.domain.reading.grid import Merge

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_MANIFEST = "META-INF/manifest.xml"
MOST_MANIFEST = 1 << 20  # bytes; a manifest lists a few parts
MOST_ROWS = 20_000  # merged headers stand at the top; a larger sheet is data


@dataclass(slots=True)
class OdsExtras:
    """Facts about one sheet, by row and column from 0."""

    merges: list[Merge] = field(default_factory=list)
    percent: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False


def is_locked(package: zipfile.ZipFile) -> bool:
    """Has the document a password? Its manifest then tells how each part was encrypted."""
    if _MANIFEST not in package.namelist():
        return False
    with package.open(_MANIFEST) as part:
        return b":encryption-data" in part.read(MOST_MANIFEST)


def read_extras(package: zipfile.ZipFile) -> dict[str, OdsExtras]:
    """Extras by sheet name."""
    found: dict[str, OdsExtras] = {}
    hidden_styles: set[str] = set()
    with package.open("content.xml") as part:
        current = OdsExtras()
        row = column = track = 0
        context = etree.iterparse(
            part, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        for event, node in context:
            tag = node.tag
            if event == "start":
                if tag == _TABLE + "table":
                    current = OdsExtras(hidden=node.get(_TABLE + "style-name") in hidden_styles)
                    found[node.get(_TABLE + "name", "")] = current
                    row = track = 0
                elif tag == _TABLE + "table-row":
                    column = 0
                elif tag == _TABLE + "table-column":
                    again = int(node.get(_TABLE + "number-columns-repeated", "1"))
                    if node.get(_TABLE + "visibility") in ("collapse", "filter"):
                        current.hidden_columns.update(range(track, track + min(again, 2000)))
                    track += again
                elif tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
                    again = int(node.get(_TABLE + "number-columns-repeated", "1"))
                    right = int(node.get(_TABLE + "number-columns-spanned", "1"))
                    down = int(node.get(_TABLE + "number-rows-spanned", "1"))
                    if (right > 1 or down > 1) and row < MOST_ROWS:
                        current.merges.append((row, column, row + down - 1, column + right - 1))
                    if node.get(_OFFICE + "value-type") == "percentage":
                        current.percent.update((row, column + k) for k in range(min(again, 2000)))
                    column += again
                continue
            if tag == _TABLE + "table-row":
                again = int(node.get(_TABLE + "number-rows-repeated", "1"))
                if node.get(_TABLE + "visibility") in ("collapse", "filter"):
                    current.hidden_rows.update(range(row, row + min(again, 10_000)))
                row += again
                node.clear()
            elif tag == _STYLE + "style":
                properties = node.find(_STYLE + "table-properties")
                if properties is not None and properties.get(_TABLE + "display") == "false":
                    hidden_styles.add(node.get(_STYLE + "name", ""))
    return found

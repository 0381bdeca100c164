"""Typed blocks that notebooks hand over: MIME JSON for the book, HTML for whoever reads the notebook itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, Protocol

from workbench.reporting.charts import ChartBlock
from workbench.reporting.narrative import KeyFiguresBlock, TextBlock
from workbench.reporting.tables import TableBlock

MIME = "application/vnd.workbench.block.v1+json"


class Block(Protocol):
    """Anything with a type, an id and plain data."""

    @property
    def type(self) -> str: ...

    def as_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ChapterBlock:
    """The beginning of a chapter."""

    id: str
    title: str
    title_en: str
    intro: tuple[str, ...]
    type: str = field(default="chapter", init=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for book.json."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FrontBlock:
    """What the book says of itself before its first chapter."""

    id: str
    meta: Mapping[str, Any]
    foreword: tuple[str, ...]
    conventions: tuple[str, ...]
    symbols: tuple[tuple[str, str, str], ...]
    type: str = field(default="front", init=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for book.json."""
        return asdict(self)


def emit(block: Block) -> None:
    """Show a block in the running notebook: the JSON is what the assembler collects."""
    from IPython.display import display

    data = checked(block.as_dict())
    display({MIME: data, "text/html": html(block), "text/plain": f"[{block.type}]"}, raw=True)


def checked(data: Any) -> Any:
    """The data as JSON can keep it: tuples become lists, and a number that is not finite is an error."""
    if isinstance(data, Mapping):
        return {str(key): checked(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [checked(item) for item in data]
    if isinstance(data, float) and not math.isfinite(data):
        raise ValueError("a block holds a number that is not finite; a missing value is None with a flag")
    return data


def html(block: Block) -> str:
    """The block for the eye of the notebook's reader; text is escaped, nothing in it is markup."""
    if isinstance(block, TableBlock):
        return _table(block)
    if isinstance(block, ChartBlock):
        return f"<figure><figcaption><b>{escape(block.title)}</b></figcaption><p>{escape(block.alt)}</p></figure>"
    if isinstance(block, TextBlock):
        return "".join(
            "<p>" + "".join(f"<b>{escape(t)}</b>" if strong else escape(t) for t, strong in paragraph) + "</p>"
            for paragraph in block.paragraphs
        )
    if isinstance(block, KeyFiguresBlock):
        items = "".join(f"<li>{escape(f.label)}: <b>{escape(f.text)}</b> {escape(f.unit)}</li>" for f in block.figures)
        return f"<ul>{items}</ul>"
    if isinstance(block, ChapterBlock):
        return f"<h2>{escape(block.title)}</h2>"
    return ""


def _table(block: TableBlock) -> str:
    head = "".join(f'<th scope="col">{escape((c.spanner + " ") if c.spanner else "")}{escape(c.label)}</th>'
                   for c in block.columns)  # fmt: skip
    body = "".join(
        f'<tr><th scope="row">{escape(row.label)}</th>'
        + "".join(f"<td>{escape(cell.text)}<sup>{escape(cell.mark)}</sup></td>" for cell in row.cells)
        + "</tr>"
        for row in block.rows
    )
    notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in block.notes)
    return (
        f"<table><caption>{escape(block.title)}</caption><thead><tr><th>{escape(block.stub)}</th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{notes}"
    )

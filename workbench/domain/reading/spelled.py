"""Numbers of a long column, many at once: texts of digits, dots and commas are sorted by shape and read together.

What a text says is still :func:`literals.literal`'s business. It is asked once for each *form* (`00.000,00`: where the
digits and marks stand, and whether a zero leads), for nothing else of a text without trappings enters its answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from workbench.domain.reading import literals, numbers
from workbench.domain.reading.literals import Literal, Shape
from workbench.domain.reading.numbers import MARGIN, Evidence, Setting

_BARE = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_FORM = str.maketrans("123456789", "0" * 9)
_MARK = {Shape.DOT_EITHER: ".", Shape.COMMA_EITHER: ","}
_MARKS: dict[Shape, tuple[str, str]] = {  # those that group, and the one before the decimals
    Shape.PLAIN: ("", ""),
    Shape.DOT_DECIMAL: ("", "."),
    Shape.COMMA_DECIMAL: ("", ","),
    Shape.DOT_GROUPS: (".", ""),
    Shape.COMMA_GROUPS: (",", ""),
    Shape.INDONESIAN: (".", ","),
    Shape.ENGLISH: (",", "."),
}


@dataclass(slots=True)
class Spelled:
    """Distinct texts taken apart: ``bare`` ones by shape with their numbers, all others one by one."""

    bare: dict[Shape, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    others: dict[int, Literal | None] = field(default_factory=dict)

    def evidence(self) -> Evidence:
        """What :func:`numbers.evidence_of` finds in the same texts."""
        found = Evidence()
        for shape, texts in self.bare.items():
            found.add_all(shape, [text for _number, text in texts])
        for literal in self.others.values():
            if literal:
                found.add(literal)
        return found

    def scores(self, evidence: Evidence, setting: Setting) -> dict[str, float]:
        """Whether dot and comma group thousands here (:func:`numbers.thousands_score`)."""
        return {
            mark: numbers.thousands_score(
                mark,
                evidence,
                setting,
                [
                    *(text for _number, text in self.bare.get(shape, ())),
                    *(f.digits for f in self.others.values() if f and f.shape is shape),
                ],
            )
            for shape, mark in _MARK.items()
        }

    def certain(self, shape: Shape, scores: dict[str, float]) -> list[float] | None:
        """The values of the bare texts of a shape, None where that shape is doubtful or has to be read one by one."""
        marks = _MARKS.get(shape)
        if shape in _MARK:
            score, mark = scores[_MARK[shape]], _MARK[shape]
            marks = (mark, "") if score >= MARGIN else ("", mark) if score <= -MARGIN else None
        if marks is None:
            return None
        texts = "\n".join(text for _number, text in self.bare[shape])
        if marks[0]:
            texts = texts.replace(marks[0], "")
        if marks[1] == ",":
            texts = texts.replace(",", ".")
        return list(map(float, texts.split("\n")))


def take_apart(texts: Iterable[str]) -> Spelled:
    """Sort texts by what they look like."""
    found = Spelled()
    shapes: dict[str, Shape | None] = {}
    for number, text in enumerate(texts):
        if not _BARE.fullmatch(text):
            found.others[number] = literals.literal(text)
            continue
        form = text.translate(_FORM)
        if text[0] != "0":
            form = "1" + form
        if form not in shapes:
            literal = literals.literal(text)
            shapes[form] = literal.shape if literal else None
        shape = shapes[form]
        if shape is None:
            found.others[number] = None
        else:
            found.bare[shape].append((number, text))
    return found

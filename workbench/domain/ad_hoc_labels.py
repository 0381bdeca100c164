"""Header paths of an unknown table: cleaned labels, codes made of them, and what their levels have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from workbench.domain.labels import year

Path = tuple[str, ...]
"""The labels that lead to a row or a column, outermost first."""
Item = TypeVar("Item", bound=Hashable)
_LONGEST = 40


def distinct(items: Iterable[Item]) -> list[Item]:
    """Each item once, in order of first appearance."""
    return list(dict.fromkeys(items))


def clean(label: str) -> str:
    """A label on one line, without markup, control characters and the underscores of column names."""
    plain = re.sub(r"</?[a-z]{1,6}/?>", " ", label, flags=re.I).replace("_", " ")
    return " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cf") else " " for c in plain).split())


def letters(text: str) -> bool:
    """Does a text hold a letter?"""
    return any(c.isalpha() for c in text)


def slug(text: str, longest: int = _LONGEST, joint: str = "_") -> str:
    """A code of plain letters, digits and underscores, from a label."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", joint, plain).strip(joint)[:longest].strip(joint)


class Codes:
    """Codes that are each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def take(self, text: str, joint: str = "_") -> str:
        """A new code for a text; a number is added to one that is taken."""
        base = slug(text, joint=joint) or "butir"
        code, number = base, 1
        while code in self._given:
            number += 1
            code = f"{base}{joint}{number}"
        self._given.add(code)
        return code


class Levels:
    """The levels of a set of paths."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def yearly(self) -> int | None:
        """The level at which every path names a year, if there is one."""
        depth = min((len(p) for p in self._paths), default=0)
        return next((k for k in range(depth) if all(year(p[k]) for p in self._paths)), None)

    def constant(self) -> dict[int, str]:
        """Levels at which all of several paths say the same, with what they say."""
        depth = min((len(p) for p in self._paths), default=0)
        if len(self._paths) < 2:
            return {}
        if any(len(p) > depth for p in self._paths):
            depth -= 1  # the last label of a short path is all it has: a subtotal above its parts
        return {k: self._paths[0][k] for k in range(depth) if len({p[k] for p in self._paths}) == 1}


def forks(paths: Sequence[Path]) -> list[int]:
    """For each path how many of its first labels it shares with another: these stand in a spanner above it."""
    found = []
    for path in paths:
        shared = 0
        for depth in range(1, len(path)):
            if any(other != path and other[:depth] == path[:depth] for other in paths):
                shared = depth
        found.append(shared)
    return found


def title_of(text: str) -> str:
    """A title on one line, without the running mark of a download before it and its copy number behind."""
    plain = re.sub(r"^[A-Za-z]?\d{1,3}\s{2,}|^[A-Za-z]?\d{1,3}__", "", text.strip())
    plain = re.sub(r"\s*\(\d\)$", "", plain)
    words = " ".join(plain.split())
    return words[0].upper() + words[1:] if letters(words) else text.strip()

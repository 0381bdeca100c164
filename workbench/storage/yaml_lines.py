"""YAML read with the line of every entry, so that a mistake in a definition is named where it stands."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workbench.domain.errors import BadDefinition
from workbench.i18n import _

Place = tuple[Hashable, ...]
# The same safe loader, in C where PyYAML was built with it: definitions are read often.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class MarkedYaml:
    """A YAML document with the line (from 1) at which each value begins, by its path of keys and positions."""

    name: str
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def wrong(self, place: Place, problem: str) -> BadDefinition:
        """An error that names file and line."""
        return BadDefinition(f"{self.name}:{self.line(place)}: {problem}")


def parse(text: str, name: str) -> MarkedYaml:
    """Read a YAML text (safe loader); ``BadDefinition`` with file and line when it is not YAML or repeats a key."""
    lines: dict[Place, int] = {}
    try:
        node, data = _read(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _not_yaml(name, line, error.problem or "YAML") from error
    except yaml.YAMLError as error:
        raise _not_yaml(name, 1, str(error)) from error
    if node is not None:
        _walk(node, (), lines, name)
    return MarkedYaml(name, data, lines)


def _read(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of a document and its plain data, parsed once."""
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def load(path: Path) -> MarkedYaml:
    """Read a YAML file."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            word = str(key.value)
            if word in seen:
                line = key.start_mark.line + 1
                raise BadDefinition(f"{name}:{line}: " + _("kunci {key} tertulis dua kali.").format(key=word))
            seen.add(word)
            _walk(value, (*place, word), lines, name)
            lines[(*place, word)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*place, number), lines, name)


def _not_yaml(name: str, line: int, problem: str) -> BadDefinition:
    return BadDefinition(f"{name}:{line}: " + _("bukan YAML yang sah ({problem}).").format(problem=problem))

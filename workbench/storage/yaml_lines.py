"""YAML read with the line of every entry, so that a mistake in a definition is named where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workbench.domain.errors import BadDefinition
from workbench.domain.places import Place, line_of
from workbench.i18n import _

# The same safe loader, in C where PyYAML was built with it: definitions are read often.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 100_000  # values in one definition; a few lines of aliases of aliases would mean billions


class BadYaml(BadDefinition):
    """A text is not the YAML of a definition. ``rule`` is ``yaml`` or ``key_duplicate``, ``problem`` a sentence."""

    def __init__(self, name: str, line: int, problem: str, rule: str = "yaml") -> None:
        self.line = line
        self.problem = problem
        self.rule = rule
        super().__init__(f"{name}:{line}: {problem}")


@dataclass(frozen=True, slots=True)
class MarkedYaml:
    """A YAML document with the line (from 1) at which each value begins, by its path of keys and positions."""

    name: str
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        return line_of(self.lines, place) or 1

    def wrong(self, place: Place, problem: str) -> BadDefinition:
        """An error that names file and line."""
        return BadDefinition(f"{self.name}:{self.line(place)}: {problem}")


def load(path: Path) -> MarkedYaml:
    """Read a YAML file."""
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, name: str, *, as_written: bool = False) -> MarkedYaml:
    """Read a YAML text (safe loader); ``BadYaml`` with file and line when it is not YAML or repeats a key.

    ``as_written`` keeps what a person typed: keys are text (``no:`` is no YAML 1.1 false), and of the values only
    whole numbers, true/false and null are more than text (a date or ``1.1`` stays the text it was).
    """
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        walk = _Walk(name, {})
        written = walk.value(node, (), ()) if node is not None else None
        if as_written:
            return MarkedYaml(name, written, walk.lines)
        return MarkedYaml(name, loader.construct_document(node) if node is not None else None, walk.lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _not_yaml(name, line, str(error.problem or error.context)) from error
    except yaml.YAMLError as error:
        raise _not_yaml(name, 1, str(error)) from error
    finally:
        loader.dispose()


def _not_yaml(name: str, line: int, problem: str) -> BadYaml:
    return BadYaml(name, line, _("bukan YAML yang sah ({problem}).").format(problem=problem))


@dataclass(slots=True)
class _Walk:
    """Visits every node once: notes its line, and gives the data as it was written."""

    name: str
    lines: dict[Place, int]
    count: int = 0

    def value(self, node: yaml.Node, place: Place, around: tuple[int, ...]) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)  # a value's key has noted its own line already
        self.count += 1
        if self.count > _LARGEST:
            raise BadYaml(self.name, line, _("isi YAML ini terlalu banyak untuk sebuah definisi."))
        if id(node) in around:
            raise BadYaml(self.name, line, _("alias YAML ini memuat dirinya sendiri."))
        inside = (*around, id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, inside)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, number), inside) for number, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place, inside: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            word, line = str(key.value), key.start_mark.line + 1
            if word in found:
                problem = _("kunci {key} tertulis dua kali.").format(key=word)
                raise BadYaml(self.name, line, problem, "key_duplicate")
            self.lines[(*place, word)] = line
            found[word] = self.value(value, (*place, word), inside)
        return found


def _scalar(node: yaml.Node) -> str | int | bool | None:
    value = str(node.value)
    if node.tag == "tag:yaml.org,2002:int" and value.lstrip("-").isdecimal():
        return int(value)
    if node.tag == "tag:yaml.org,2002:bool" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return value

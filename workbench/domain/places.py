"""Places in a document, and the lines on which they stand."""

from __future__ import annotations

from collections.abc import Mapping

Place = tuple[str | int, ...]


def line_of(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of a place, or of the nearest place around it that has one."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)

"""Was another file sent by mistake? Asked when a file comes in, so that its sender hears of it at once.

Only what is beyond doubt is answered: a form with unusual labels must come through, because a person can teach the
recipe how to read it. So a file is taken for the wrong one only where *no* label of it is known for the dataset, and
either another dataset's labels are there instead, or none of the areas that the dataset is about.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.domain.areas import Area
from workbench.domain.datasets import Category, DatasetDefinition, Indicator
from workbench.domain.labels import key, variants

_ENOUGH = 2  # labels of another dataset that must be there before it is named
_SHORT = 4  # an area's key shorter than this occurs in other words by chance


def is_another(
    labels: Iterable[str], wanted: DatasetDefinition, others: Iterable[DatasetDefinition], areas: Iterable[Area]
) -> DatasetDefinition | bool:
    """The dataset a file with these header labels is about instead of ``wanted``; True when it is some other file that
    no definition fits; False when it may be the right one. ``areas`` are those that ``wanted`` expects.
    """
    keys = {k for label in labels for k in variants(label)}
    if not keys or _known(keys, wanted):
        return False
    counted = [(len(_known(keys, other)), other) for other in others if other.id != wanted.id]
    count, best = max(counted, key=lambda pair: pair[0], default=(0, wanted))
    if count >= _ENOUGH and 2 * count >= len(best.indicators):
        return best
    names = [name for area in areas for name in map(key, (area.name, *area.aliases)) if len(name) >= _SHORT]
    return bool(names) and not any(name in k for name in names for k in keys)


def _known(keys: set[str], definition: DatasetDefinition) -> set[str]:
    """The indicators and classes of a dataset whose label is among these keys."""
    items: list[Indicator | Category] = [*definition.indicators, *definition.categories]
    return {
        item.code
        for item in items
        if any(k in keys for label in (item.label, item.label_en, *item.aliases) for k in variants(label))
    }

"""The checks of a dataset as SQL, one statement per kind, over ``obs`` (the replayed observations).

Beside ``obs`` there are ``expected`` (indicator, category, area_code: the cells a period must have), ``scale``
(indicator, decimals), ``units`` (indicator, unit) and ``previous`` (the last accepted period, maybe empty).
A total is compared only when every part has a figure; otherwise the fact is marked as not evaluable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from workbench.domain.datasets import DatasetDefinition, Rule, RuleKind
from workbench.domain.labels import key
from workbench.domain.rules import Fact

_SAME_UNIT = {"jiwa": "orang", "org": "orang", "hektar": "ha", "hektare": "ha", "siswa": "murid", "buah": "unit"}

# The same as ``rules.tolerance``, with room for binary fractions.
TOLERANCE = """
CREATE OR REPLACE MACRO tolerance(parts, decimals) AS
    CASE WHEN decimals = 0 THEN 0 ELSE (parts + 1) * 0.5 * pow(10, -decimals) END + 1e-9
"""

SUM_OF_AREAS = """
WITH wanted AS (SELECT count(DISTINCT area_code) AS n FROM expected),
parts AS (
    SELECT indicator, category, period, count(DISTINCT area_code) FILTER (value IS NOT NULL) AS have,
           sum(value ORDER BY obs_id) AS added, list(cell ORDER BY obs_id) AS cells,
           list(area_code) FILTER (value IS NOT NULL) AS present
    FROM obs WHERE area_code IN (SELECT area_code FROM expected) GROUP BY ALL
)
SELECT t.sheet, t.cell, t.indicator, t.category, t.area_code, t.value, p.added, p.cells, p.present,
       coalesce(p.have, 0) = w.n AS evaluable
FROM obs t CROSS JOIN wanted w JOIN scale s ON s.indicator = t.indicator
LEFT JOIN parts p ON p.indicator = t.indicator AND p.category IS NOT DISTINCT FROM t.category AND p.period = t.period
WHERE t.area_code = $office AND t.value IS NOT NULL AND list_contains($additive, t.indicator)
  AND (coalesce(p.have, 0) < w.n
       OR abs(t.value - p.added) > tolerance(w.n, s.decimals))
ORDER BY t.obs_id
"""

# Adding in the order of the table, and naming the cells, is dear: it is done only for sums that may be wrong, with room
# for the last digits of a sum in another order.
DOUBTFUL_CATEGORIES = """
CREATE OR REPLACE TEMP TABLE doubtful AS
WITH wanted AS (
    SELECT indicator, count(DISTINCT category) AS n FROM expected WHERE list_contains($classes, category) GROUP BY ALL
),
rough AS (
    SELECT indicator, area_code, period, count(DISTINCT category) FILTER (value IS NOT NULL) AS have,
           sum(value) AS added, sum(abs(value)) AS size
    FROM obs WHERE list_contains($classes, category) GROUP BY ALL
)
SELECT DISTINCT t.indicator, t.area_code, t.period, w.n
FROM obs t JOIN wanted w ON w.indicator = t.indicator JOIN scale s ON s.indicator = t.indicator
LEFT JOIN rough r ON r.indicator = t.indicator AND r.area_code IS NOT DISTINCT FROM t.area_code AND r.period = t.period
WHERE t.category IS NULL AND t.value IS NOT NULL AND list_contains($additive, t.indicator)
  AND (coalesce(r.have, 0) < w.n
       OR abs(t.value - r.added) > greatest(tolerance(w.n, s.decimals) - 1e-12 * (r.size + abs(t.value)), 0))
"""

SUM_OF_CATEGORIES = """
WITH parts AS (
    SELECT o.indicator, o.area_code, o.period, count(DISTINCT category) FILTER (value IS NOT NULL) AS have,
           sum(value ORDER BY obs_id) AS added, list(cell ORDER BY obs_id) AS cells,
           list(category) FILTER (value IS NOT NULL) AS present
    FROM obs o SEMI JOIN doubtful d ON d.indicator = o.indicator AND d.period = o.period
                                   AND d.area_code IS NOT DISTINCT FROM o.area_code
    WHERE list_contains($classes, category) GROUP BY ALL
)
SELECT t.sheet, t.cell, t.indicator, t.category, t.area_code, t.value, p.added, p.cells, p.present,
       coalesce(p.have, 0) = d.n AS evaluable
FROM obs t JOIN doubtful d ON d.indicator = t.indicator AND d.period = t.period
                          AND d.area_code IS NOT DISTINCT FROM t.area_code
JOIN scale s ON s.indicator = t.indicator
LEFT JOIN parts p ON p.indicator = t.indicator AND p.area_code IS NOT DISTINCT FROM t.area_code AND p.period = t.period
WHERE t.category IS NULL AND t.value IS NOT NULL
  AND (coalesce(p.have, 0) < d.n
       OR abs(t.value - p.added) > tolerance(d.n, s.decimals))
ORDER BY t.obs_id
"""

SUM_OF_INDICATORS = """
WITH parts AS (
    SELECT category, area_code, period, count(DISTINCT indicator) FILTER (value IS NOT NULL) AS have,
           sum(value ORDER BY obs_id) AS added, list(cell ORDER BY obs_id) AS cells,
           list(indicator) FILTER (value IS NOT NULL) AS present
    FROM obs WHERE list_contains($parts, indicator) GROUP BY ALL
)
SELECT t.sheet, t.cell, t.indicator, t.category, t.area_code, t.value, p.added, p.cells, p.present,
       coalesce(p.have, 0) = len($parts) AS evaluable
FROM obs t JOIN scale s ON s.indicator = t.indicator
LEFT JOIN parts p ON p.category IS NOT DISTINCT FROM t.category AND p.area_code IS NOT DISTINCT FROM t.area_code
                 AND p.period = t.period
WHERE t.indicator = $total AND t.value IS NOT NULL
  AND (coalesce(p.have, 0) < len($parts)
       OR abs(t.value - p.added) > tolerance(len($parts), s.decimals))
ORDER BY t.obs_id
"""

_PLAIN = "SELECT sheet, cell, indicator, category, area_code, value FROM obs WHERE "
NON_NEGATIVE = _PLAIN + "value < 0 AND (len($only) = 0 OR list_contains($only, indicator)) ORDER BY obs_id"
RANGE = (
    _PLAIN
    + "(value < $minimum OR value > $maximum) AND (len($only) = 0 OR list_contains($only, indicator)) ORDER BY obs_id"
)
INTEGER = (
    _PLAIN
    + "value <> floor(value) AND indicator IN (SELECT indicator FROM scale WHERE decimals = 0)"
    + " AND (len($only) = 0 OR list_contains($only, indicator)) ORDER BY obs_id"
)

DUPLICATE = """
WITH twice AS (SELECT indicator, category, area_code, period FROM obs GROUP BY ALL HAVING count(*) > 1)
SELECT min_by(sheet, obs_id) AS sheet, list(cell ORDER BY obs_id)[2] AS cell, indicator, category, area_code,
       NULL::DOUBLE AS value, NULL::DOUBLE AS added, list(cell ORDER BY obs_id) AS cells
FROM obs o SEMI JOIN twice t ON t.indicator = o.indicator AND t.category IS NOT DISTINCT FROM o.category
                            AND t.area_code IS NOT DISTINCT FROM o.area_code
                            AND t.period IS NOT DISTINCT FROM o.period
GROUP BY indicator, category, area_code, period ORDER BY min(obs_id)
"""

MISSING_AREA = """
SELECT '' AS sheet, '' AS cell, '' AS indicator, NULL AS category, area_code FROM (
    SELECT area_code, min(place) AS place FROM expected
    WHERE area_code IS NOT NULL AND area_code NOT IN (SELECT area_code FROM obs WHERE area_code IS NOT NULL)
    GROUP BY area_code
) ORDER BY place
"""

MISSING_INDICATOR = """
SELECT '' AS sheet, '' AS cell, e.indicator, e.category, NULL AS area_code
FROM (SELECT indicator, category, min(place) AS place FROM expected GROUP BY ALL) e
ANTI JOIN obs o ON o.indicator = e.indicator AND o.category IS NOT DISTINCT FROM e.category
ORDER BY e.place
"""

MISSING_VALUE = """
SELECT coalesce(o.sheet, '') AS sheet, coalesce(o.cell, '') AS cell, e.indicator, e.category, e.area_code
FROM expected e
LEFT JOIN obs o ON o.indicator = e.indicator AND o.category IS NOT DISTINCT FROM e.category
               AND o.area_code IS NOT DISTINCT FROM e.area_code
WHERE o.value IS NULL AND coalesce(o.flag, 'blank') IN ('blank', 'unreadable')
  AND (e.area_code IS NULL OR e.area_code IN (SELECT area_code FROM obs WHERE area_code IS NOT NULL))
  AND EXISTS (SELECT 1 FROM obs k WHERE k.indicator = e.indicator AND k.category IS NOT DISTINCT FROM e.category)
ORDER BY e.place
"""

JUMP = """
SELECT o.sheet, o.cell, o.indicator, o.category, o.area_code, o.value, p.value AS added
FROM obs o JOIN previous p ON p.indicator = o.indicator AND p.category IS NOT DISTINCT FROM o.category
                          AND p.area_code IS NOT DISTINCT FROM o.area_code
WHERE o.value IS NOT NULL AND p.value IS NOT NULL AND abs(o.value - p.value) > $delta
  AND (p.value = 0 OR abs(o.value / p.value - 1) > $theta)
  AND (len($only) = 0 OR list_contains($only, o.indicator))
ORDER BY o.obs_id
"""

STALE_COPY = """
SELECT '' AS sheet, '' AS cell, '' AS indicator, NULL AS category, NULL AS area_code, count(*)::DOUBLE AS value
FROM obs o JOIN previous p ON p.indicator = o.indicator AND p.category IS NOT DISTINCT FROM o.category
                          AND p.area_code IS NOT DISTINCT FROM o.area_code
WHERE o.kind = 'data' AND o.value IS NOT NULL AND p.value IS NOT NULL
HAVING count(*) >= 5 AND count(*) FILTER (o.value <> p.value) = 0
"""

UNIT_TEXT = """
SELECT min_by(sheet, obs_id) AS sheet, min_by(cell, obs_id) AS cell, indicator, NULL AS category, NULL AS area_code,
       printed_unit
FROM obs WHERE printed_unit IS NOT NULL AND NOT rescaled GROUP BY indicator, printed_unit ORDER BY min(obs_id)
"""


def _parameters(rule: Rule, definition: DatasetDefinition) -> tuple[str, dict[str, Any]]:
    """The statement of a rule and what it is given."""
    only = list(rule.names("indicators"))
    match rule.kind:
        case RuleKind.SUM_OF_AREAS:
            return SUM_OF_AREAS, {"office": definition.office_area, "additive": _additive(definition)}
        case RuleKind.SUM_OF_CATEGORIES:
            return SUM_OF_CATEGORIES, {"classes": _parts(definition)}
        case RuleKind.SUM_OF_INDICATORS:
            return SUM_OF_INDICATORS, {"total": str(rule.params.get("total")), "parts": list(rule.names("parts"))}
        case RuleKind.RANGE:
            low, high = rule.number("minimum", float("-inf")), rule.number("maximum", float("inf"))
            return RANGE, {"minimum": low, "maximum": high, "only": only}
        case RuleKind.NON_NEGATIVE:
            return NON_NEGATIVE, {"only": only}
        case RuleKind.INTEGER:
            return INTEGER, {"only": only}
        case RuleKind.DUPLICATE:
            return DUPLICATE, {}
        case RuleKind.MISSING_AREA:
            return MISSING_AREA, {}
        case RuleKind.MISSING_INDICATOR:
            return MISSING_INDICATOR, {}
        case RuleKind.MISSING_VALUE:
            return MISSING_VALUE, {}
        case RuleKind.JUMP:
            return JUMP, {"theta": rule.number("theta", 0.5), "delta": rule.number("delta", 0.0), "only": only}
        case RuleKind.STALE_COPY:
            return STALE_COPY, {}
        case RuleKind.UNIT_TEXT:
            return UNIT_TEXT, {}


def _additive(definition: DatasetDefinition) -> list[str]:
    return [i.code for i in definition.indicators if i.additive]


def _parts(definition: DatasetDefinition) -> list[str]:
    """The classes that add up to the total."""
    return [c.code for c in definition.categories if not c.whole]


def facts(con: duckdb.DuckDBPyConnection, rule: Rule, definition: DatasetDefinition) -> Iterator[Fact]:
    """What one rule finds in ``obs``."""
    if rule.kind is RuleKind.SUM_OF_CATEGORIES:
        con.execute(DOUBTFUL_CATEGORIES, {"classes": _parts(definition), "additive": _additive(definition)})
    statement, given = _parameters(rule, definition)
    cursor = con.execute(statement, given) if given else con.execute(statement)
    names = [column[0] for column in cursor.description or []]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        fact = Fact(
            kind=rule.kind,
            sheet=row["sheet"] or "",
            cell=row["cell"] or "",
            indicator=row["indicator"] or "",
            category=row["category"],
            area_code=row["area_code"],
            value=row.get("value"),
            other=row.get("added"),
            parts=tuple(row.get("cells") or ()),
            missing=_missing(row, rule, definition),
            text=row.get("printed_unit") or "",
            evaluable=bool(row.get("evaluable", True)),
        )
        if rule.kind is RuleKind.UNIT_TEXT and not _other_unit(fact, definition):
            continue
        yield fact


def _missing(row: dict[str, Any], rule: Rule, definition: DatasetDefinition) -> tuple[str, ...]:
    """The codes of the parts without a figure, where a total could not be compared."""
    if row.get("evaluable", True):
        return ()
    wanted = {
        RuleKind.SUM_OF_AREAS: definition.expected_areas,
        RuleKind.SUM_OF_CATEGORIES: tuple(c.code for c in definition.categories if not c.whole),
        RuleKind.SUM_OF_INDICATORS: rule.names("parts"),
    }.get(rule.kind, ())
    present = set(row.get("present") or ())
    return tuple(code for code in wanted if code not in present)


def _other_unit(fact: Fact, definition: DatasetDefinition) -> bool:
    """Does the file speak of another unit? The name of what is counted is no unit (a column "Dokter", in orang)."""
    indicator = definition.indicator(fact.indicator)
    names = {key(n) for n in (indicator.label, indicator.label_en, *indicator.aliases)}
    printed, unit = key(fact.text), key(indicator.unit)
    return printed not in names and _SAME_UNIT.get(printed, printed) != _SAME_UNIT.get(unit, unit)

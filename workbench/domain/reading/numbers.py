"""Numbers as Indonesian offices write them, read by the evidence of their column and never by a locale alone.

A single literal is often ambiguous: ``1.234`` is a thousand in one column and a fraction in the next. So reading has
two steps: :func:`~workbench.domain.reading.literals.literal` takes a text apart and says which *shape* its digits have,
then :class:`Evidence` of column, table and file decides what the separators mean. What stays doubtful keeps its text
and gets a proposal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from workbench.domain.reading.literals import THOUSANDS, Literal, Shape, literal

_DOT_IS_DECIMAL = {Shape.DOT_DECIMAL, Shape.ENGLISH, Shape.COMMA_GROUPS}
_COMMA_IS_DECIMAL = {Shape.COMMA_DECIMAL, Shape.INDONESIAN, Shape.DOT_GROUPS}


@dataclass(slots=True)
class Evidence:
    """What a set of literals says about the meaning of its separators."""

    shapes: Counter[Shape] = field(default_factory=Counter)
    plain_small: int = 0  # integers below a thousand, where a thousands mark has no place
    plain_large: list[float] = field(default_factory=list)

    @property
    def english(self) -> int:
        """How many literals can only be read with the dot as decimal mark."""
        return sum(self.shapes[s] for s in _DOT_IS_DECIMAL)

    @property
    def indonesian(self) -> int:
        """How many literals can only be read with the comma as decimal mark."""
        return sum(self.shapes[s] for s in _COMMA_IS_DECIMAL)

    def add(self, found: Literal) -> None:
        self.add_all(found.shape, (found.digits,))

    def add_all(self, shape: Shape, digits: Sequence[str]) -> None:
        """Literals of one shape."""
        self.shapes[shape] += len(digits)
        if shape is Shape.PLAIN:
            for text in digits:
                if len(text) <= 3:
                    self.plain_small += 1
                elif len(text) < 16 and len(self.plain_large) < 2000:
                    self.plain_large.append(float(text))

    def merge(self, other: Evidence) -> None:
        self.shapes.update(other.shapes)
        self.plain_small += other.plain_small
        self.plain_large.extend(other.plain_large[: max(0, 2000 - len(self.plain_large))])


def evidence_of(texts: Iterable[str]) -> Evidence:
    """The evidence of many texts; what is no number does not count."""
    evidence = Evidence()
    for text in texts:
        if found := literal(text):
            evidence.add(found)
    return evidence


@dataclass(frozen=True, slots=True)
class Number:
    """What a literal was read as. ``value`` is None when doubtful; then ``proposed`` is the better guess."""

    value: float | int | None
    proposed: float | int | None = None
    doubt: str = ""  # "separator" (thousands or decimal?), "malformed", "scaled" (12,5 jt), "falling" (▼ 1,64)
    odd: bool = False  # read with confidence, but written in an unusual way


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about a column apart from its own literals.

    ``counts`` True where the unit can only be whole (persons, schools), False for rates and shares.
    """

    table: Evidence = field(default_factory=Evidence)
    file: Evidence = field(default_factory=Evidence)
    counts: bool | None = None
    share: bool = False  # a percentage: above 100 by far is impossible
    measured: bool = False  # areas, weights, money: three decimals are as likely as thousands
    ceiling: float = float("inf")  # more than this all values of a column together cannot be
    row_counts: tuple[bool | None, ...] = ()  # what the row itself says, where rows have units of their own
    row_rates: tuple[bool, ...] = ()  # rows whose fractions are meant, whatever the column counts
    eaten_beside: bool = False  # another column of the same counts had its thousands eaten
    whole_money: bool = False  # single rupiah: they have no decimals worth three digits
    small_money: bool = False  # thousands of rupiah: three decimals of them would be single rupiah

    def for_row(self, position: int) -> bool | None:
        """Does the unit of this row count whole things?"""
        own = self.row_counts[position] if self.row_counts else None
        return self.counts if own is None else own


MARGIN = 1.0


def thousands_score(mark: str, column: Evidence, setting: Setting, examples: Collection[str]) -> float:
    """Positive: ``mark`` groups thousands in this column; negative: it is the decimal mark; near 0: doubtful.

    ``examples`` are the digits of its literals that can be read either way.

    Votes of literals that allow one reading only weigh most, first those of the column, then of the table and the
    file; then the unit; then the company of plain integers; last the habit that three decimals are rare.
    """

    def lean(evidence: Evidence, weight: float) -> float:
        grouping, decimal = evidence.indonesian, evidence.english
        if mark == ",":
            grouping, decimal = decimal, grouping
        if not grouping and not decimal:
            return 0.0
        return weight * (grouping - decimal) / (grouping + decimal)

    either = Shape.DOT_EITHER if mark == "." else Shape.COMMA_EITHER
    score = lean(column, 4.0)
    if abs(score) < 2:
        score += lean(setting.table, 2.0) + lean(setting.file, 1.0)
    if setting.counts is True:
        score += 3.0
    elif setting.counts is False:
        score -= 1.5
    values = [float(digits.replace(mark, "")) for digits in examples]
    if setting.share and values and min(values) > 1000:
        score -= 3.0
    plain = column.plain_large
    if plain and values:
        middle = sorted(plain)[len(plain) // 2]
        nearest = min(max(v / middle, middle / v) for v in values if v) if any(values) else 1e9
        score += 1.5 if nearest < 30 else -1.5 if nearest > 1000 else 0.0
    elif column.plain_small:
        score += 0.4 if setting.measured else 1.0
    if column.shapes[either] >= 2 and not column.english and not column.indonesian:
        score += 0.5
    if setting.whole_money:
        score += 2.0
    if setting.small_money and len(values) >= 4:
        score += 1.0
    if column.shapes[Shape.SPACE_GROUPS]:
        score -= 1.5
    score += 0.75 if setting.counts is True or (setting.counts is None and not setting.measured) else 0.0
    if sum(values) > setting.ceiling:
        return min(score, 0.0) - 2 * MARGIN  # more people than there are
    votes = (column, setting.table, setting.file)
    # the habit alone, 1.234 and 45.678 under `Nilai` or `2023`: two digits may well stand before three decimals
    if (
        score >= MARGIN
        and setting.counts is None
        and not plain
        and not column.plain_small
        and values
        and max(values) < 100_000
        and not (setting.small_money or setting.whole_money)
        and not any(v.english or v.indonesian for v in votes)
    ):
        return 0.9 * MARGIN
    # three decimals in every number, and nothing else to go by: rather ask than read a thousand as a fraction
    if score < 0 and not plain and not setting.share and not any(v.english or v.indonesian for v in votes):
        return max(score, -0.9 * MARGIN)
    return score


def number(found: Literal, column: Evidence, setting: Setting, scores: dict[str, float]) -> Number:
    """The value of a literal, given the thousands scores of `.` and `,` in its column.

    `12,5 jt` is proposed as 12,500,000 and not taken: its neighbours may or may not be millions too. Nor is `▼ 1,64`
    taken for -1.64: a column headed Penurunan means it otherwise.
    """
    read = _unscaled(found, column, setting, scores)
    guess = read.value if read.value is not None else read.proposed
    if found.falling and guess:
        return Number(None, -abs(guess), "falling")
    if found.times == 1:
        return read
    return Number(None, None if guess is None else _whole(float(f"{guess * found.times:.15g}")), "scaled")


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _unscaled(found: Literal, column: Evidence, setting: Setting, scores: dict[str, float]) -> Number:
    digits, shape = found.digits, found.shape
    sign = -1 if found.negative else 1

    def of(text: str) -> float | int:
        value = float(text) if ("." in text or "e" in text.lower()) else int(text)
        return sign * value if value else value

    bare = re.sub(r"[.,' ]", "", digits)
    if shape is Shape.PLAIN:
        return Number(of(digits))
    if shape is Shape.DOT_DECIMAL:
        return Number(of(digits))
    if shape is Shape.COMMA_DECIMAL:
        return Number(of(digits.replace(",", ".")))
    if shape in (Shape.DOT_GROUPS, Shape.COMMA_GROUPS, Shape.SPACE_GROUPS):
        return Number(of(bare))
    if shape is Shape.MIXED_GROUPS:
        return Number(of(bare), odd=True)
    if shape in (Shape.INDONESIAN, Shape.ENGLISH):
        mark = "," if shape is Shape.INDONESIAN else "."
        head, _, tail = digits.rpartition(mark)
        return Number(of(re.sub(r"[.,' ]", "", head) + "." + tail))
    if shape is Shape.MALFORMED:
        head, tail = re.split(r"[.,' ](?=\d+$)", digits)
        if THOUSANDS.fullmatch(head) and len(tail) <= 2:
            return Number(None, of(re.sub(r"[.,' ]", "", head) + "." + tail), "malformed")
        return Number(None, None, "malformed")
    mark = "." if shape is Shape.DOT_EITHER else ","
    score = scores[mark]
    grouped, fraction = of(bare), of(digits.replace(",", "."))
    if score >= MARGIN:
        return Number(grouped)
    if score <= -MARGIN:
        return Number(fraction)
    likely = grouped if score >= 0 or setting.counts is True else fraction
    return Number(None, likely, "separator")

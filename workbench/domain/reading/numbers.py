"""Numbers as Indonesian offices write them, read by the evidence of their column and never by a locale alone.

A single literal is often ambiguous: ``1.234`` is a thousand in one column and a fraction in the next. So reading has
two steps: :func:`literal` takes a text apart and says which *shape* its digits have, then :class:`Evidence` of
column, table and file decides what the separators mean. What stays doubtful keeps its text and gets a proposal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from workbench.domain.reading.model import Flag
from workbench.domain.reading.symbols import MARKS


class Shape(StrEnum):
    """What the digits and separators of a literal look like, before any decision."""

    PLAIN = "plain"  # 1234
    DOT_DECIMAL = "dot_decimal"  # 12.5  0.123  5345.00
    COMMA_DECIMAL = "comma_decimal"  # 12,5
    DOT_EITHER = "dot_either"  # 1.234
    COMMA_EITHER = "comma_either"  # 1,234
    DOT_GROUPS = "dot_groups"  # 1.234.567
    COMMA_GROUPS = "comma_groups"  # 1,234,567
    SPACE_GROUPS = "space_groups"  # 1 234
    INDONESIAN = "indonesian"  # 1.234,56
    ENGLISH = "english"  # 1,234.56
    MIXED_GROUPS = "mixed_groups"  # 1,507 474
    MALFORMED = "malformed"  # 5.947.414.20


@dataclass(frozen=True, slots=True)
class Literal:
    """A text taken apart: sign, digits, what stood around them."""

    shape: Shape
    digits: str
    negative: bool = False
    percent: bool = False
    currency: str = ""
    unit: str = ""
    flag: Flag | None = None
    note: str = ""
    times: float = 1.0  # 1e6 for `12,5 jt`
    falling: bool = False  # ▼ 1,64: an arrow where others write a minus


_SPACE = "\u0020\u00a0\u2007\u2009\u202f\u2002\u2003\u3000"
_RISING, _FALLING = tuple("▲△▴↑"), tuple("▼▽▾↓")
_SPACES = re.compile(f"[{_SPACE}\\t]+")
_CURRENCY = re.compile(r"(?:rp\.?|idr|us\$|usd|\$|€)\s*", re.I)
_UNITS = (
    "jiwa|orang|org|unit|buah|bh|ekor|ha|hektar|ton|kg|kw|kuintal|km2|km²|km|m2|m²|m3|m³|meter|m|liter|kk|rt|rw|kali|"
    "paket|lembar|dokumen|persen|kasus|desa|kelurahan|tahun|hari|bulan|jam|mm|cm"
)
_SCALES = {
    "rb": 1e3, "ribu": 1e3, "jt": 1e6, "juta": 1e6, "miliar": 1e9, "milyar": 1e9, "mlr": 1e9, "m": 1e9,
    "triliun": 1e12, "trilyun": 1e12, "t": 1e12,
}  # fmt: skip
_SCALED = re.compile(
    r"(?<=[\d\s])(rb|ribu|jt|juta|miliar|milyar|mlr|triliun|trilyun)\.?(?:\s+(?:rupiah|orang|jiwa))?$", re.I
)
_SCALED_MONEY = re.compile(r"(?<=[\d\s])([MT])$")
_TRAILING_UNIT = re.compile(rf"(?<=[\d\s.,)])({_UNITS})\.?$", re.I)
_SUPERSCRIPT = re.compile(r"⁽?[¹²³⁴⁵⁶⁷⁸⁹⁰]+[)⁾]?$|(?<=\d)\s+\d\)$|(?<=\d)[a-d]\)$|\^\d+\)?$|(?<=\d)[†‡§]+$")
_MARK = re.compile(r"(?<=[\d%)])\s*(\*{1,3}\)?|[re]\)?|x{1,2}\))$", re.I)
_CORE = re.compile(r"\d+(?:[.,'’ ]\d+)*")
_LOOSE = re.compile(r"(\d)\s*([.,])\s*(?=\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e[+-]?\d{1,3}", re.I)


@lru_cache(maxsize=65536)
def literal(text: str) -> Literal | None:
    """Take a text apart, None when it is not one number with its usual trappings."""
    if not text or len(text) > 60 or not any(c.isdigit() for c in text):
        return None
    rest = _SPACES.sub(" ", text.strip().lstrip("'’")).strip()
    negative = percent = False
    currency = unit = note = ""
    flag: Flag | None = None

    falling = rest[:1] in _FALLING
    if falling or rest[:1] in _RISING:
        rest = rest[1:].strip()
    if (superscript := _SUPERSCRIPT.search(rest)) and superscript.start() > 0:
        note = superscript.group().strip()
        rest = rest[: superscript.start()].strip()
    if rest.startswith("(") and rest.endswith(")"):
        negative, rest = True, rest[1:-1].strip()
    for _round in range(3):
        if rest and rest[0] in "-−–+":
            negative, rest = negative or rest[0] != "+", rest[1:].strip()
        if money := _CURRENCY.match(rest):
            currency = money.group().strip()
            rest = rest[money.end() :].strip()
    if rest.endswith("%"):
        percent, rest = True, rest[:-1].strip()
    if mark := _MARK.search(rest):
        found = mark.group(1).rstrip(")").lower()
        if not _SCIENTIFIC.fullmatch(rest):
            flag, rest = MARKS[found], rest[: mark.start()].strip()
    if rest.endswith("%"):
        percent, rest = True, rest[:-1].strip()
    if currency and (tail := re.search(r"[.,]\s*[-–=]{1,2}$", rest)):
        rest = rest[: tail.start()].strip()
    elif rest.endswith((",-", ",–", ".-")):
        rest = rest[:-2].strip()
    elif len(rest) > 1 and rest[-1] in "-−" and rest[:-1].strip()[-1:].isdigit():
        negative, rest = True, rest[:-1].strip()
    times = 1.0
    if scaled := _SCALED.search(rest) or (_SCALED_MONEY.search(rest) if currency else None):
        times = _SCALES[scaled.group(1).lower()]
        rest = rest[: scaled.start()].strip()
    if named := _TRAILING_UNIT.search(rest):
        unit = named.group(1)
        rest = rest[: named.start()].strip()
    if rest.startswith("(") and rest.endswith(")"):
        negative, rest = True, rest[1:-1].strip()
    rest = _LOOSE.sub(r"\1\2", rest).replace("’", "'")
    if not _CORE.fullmatch(rest):
        if _SCIENTIFIC.fullmatch(rest):
            return Literal(
                Shape.DOT_DECIMAL, rest.replace(",", "."), negative, percent, currency, unit, flag, note, times, falling
            )
        return None
    shape = _shape(rest)
    if shape is None:
        return None
    return Literal(shape, rest, negative, percent, currency, unit, flag, note, times, falling)


def _shape(core: str) -> Shape | None:
    """The shape of digits with separators. None when it is no number at all, such as a date or a phone."""
    separators = [c for c in core if not c.isdigit()]
    if not separators:
        return Shape.PLAIN
    parts = re.split(r"[.,' ]", core)
    kinds = set(separators)
    grouped = bool(_THOUSANDS.fullmatch(core)) and not (parts[0].startswith("0") and len(core) > 1)
    if len(separators) == 1:
        mark = separators[0]
        if mark in " '":
            return Shape.SPACE_GROUPS if grouped else None
        if grouped:
            return Shape.DOT_EITHER if mark == "." else Shape.COMMA_EITHER
        return Shape.DOT_DECIMAL if mark == "." else Shape.COMMA_DECIMAL
    if grouped:
        if kinds == {"."}:
            return Shape.DOT_GROUPS
        if kinds == {","}:
            return Shape.COMMA_GROUPS
        if kinds <= {" ", "'"}:
            return Shape.SPACE_GROUPS
        # 1.234,567 is read as a number with three decimals only where one dot and one comma stand so
        if kinds == {".", ","} and separators.count(separators[-1]) == 1:
            return Shape.INDONESIAN if separators[-1] == "," else Shape.ENGLISH
        if kinds <= {",", " "} or kinds <= {".", " "}:
            return Shape.MIXED_GROUPS
        return Shape.MALFORMED
    last = separators[-1]
    head = core.rpartition(last)[0]
    if separators.count(last) == 1 and last in ".," and _THOUSANDS.fullmatch(head) and not parts[0].startswith("0"):
        heads = set(separators[:-1])
        if heads == {"."} and last == ",":
            return Shape.INDONESIAN
        if heads == {","} and last == ".":
            return Shape.ENGLISH
        if heads <= {" ", "'"}:
            return Shape.INDONESIAN if last == "," else Shape.ENGLISH
    if kinds == {" "} or "'" in kinds:
        return None
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})", core):  # a date written with dots, or a code such as 33.72.01
        return None
    return Shape.MALFORMED


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
        if _THOUSANDS.fullmatch(head) and len(tail) <= 2:
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

"""A long column of texts, every distinct text kept once: 200,000 rows of a sheet have few words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Words(Sequence[str]):
    """The text of row ``i`` is ``words[codes[i]]``. The words are distinct and stand as they first appear."""

    words: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """A column of texts."""
        place: defaultdict[str, int] = defaultdict(count().__next__)  # one look a text: it is here that the time goes
        codes = np.fromiter(map(place.__getitem__, texts), np.int32, len(texts))
        return cls(tuple(place), codes)

    def each(self, words: Sequence[str]) -> Words:
        """The same column with other words in place of these; those that became equal are one word."""
        short = Words.of(words)
        return Words(short.words, short.codes[self.codes])

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[str]: ...
    def __getitem__(self, position: int | slice) -> str | Sequence[str]:
        if isinstance(position, slice):
            return Words(self.words, self.codes[position])
        return self.words[int(self.codes[position])]

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.codes.tolist())

    def to_wire(self, buffers: list[bytes]) -> dict[str, Any]:
        """The words as a list; the codes are appended to ``buffers``."""
        buffers.append(self.codes.astype("<i4", copy=False).tobytes())
        return {"words": list(self.words), "codes": len(buffers) - 1}

    @classmethod
    def from_wire(cls, data: dict[str, Any], buffers: Sequence[bytes | memoryview]) -> Words:
        """What :meth:`to_wire` took apart. Raises ValueError where a code names no word."""
        words, codes = tuple(map(str, data["words"])), np.frombuffer(buffers[data["codes"]], dtype="<i4")
        if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(words):
            raise ValueError("a code without its word")
        return cls(words, codes)


def columns_twice(columns: Sequence[Words]) -> list[tuple[int, int]]:
    """Rows that say in all columns what an earlier row said: (first row that said it, this row), in their order."""
    keys = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        keys = keys * len(column.words) + column.codes
        # numbered anew after each column, so that the next product cannot overflow
        _distinct, first, keys = np.unique(keys, return_index=True, return_inverse=True)
    before = first[keys]
    again = np.flatnonzero(before != np.arange(len(before)))
    return list(zip(before[again].tolist(), again.tolist(), strict=True))

"""What is dear to make and follows from its address alone, kept in memory while there is room for it.

Bounded by weight, not by number: one sheet of 200,000 rows weighs as much as a thousand forms. Whoever asks for what
another thread is just making waits for it instead of making it a second time. What is kept must not be altered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Values by address; those asked for longest ago leave first. ``room`` is the weight that is kept at most."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._weight = 0
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, address: Hashable, make: Callable[[], T], weigh: Callable[[T], int]) -> T:
        """The value of an address, made now when it is not there. What ``make`` raises is raised, and nothing kept."""
        with self._lock:
            making = self._making.setdefault(address, threading.Lock())
        with making:
            with self._lock:
                if address in self._kept:
                    self._kept.move_to_end(address)
                    self._making.pop(address, None)
                    return self._kept[address][0]
            try:
                made = make()
                with self._lock:
                    self._put(address, made, weigh(made))
            finally:
                with self._lock:
                    self._making.pop(address, None)
        return made

    def _put(self, address: Hashable, made: T, weight: int) -> None:
        known = self._kept.pop(address, None)
        self._weight += weight - (known[1] if known else 0)
        self._kept[address] = (made, weight)
        while self._weight > self._room and len(self._kept) > 1:  # the newest stays, whatever it weighs
            _address, (_value, lighter) = self._kept.popitem(last=False)
            self._weight -= lighter

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._weight = 0

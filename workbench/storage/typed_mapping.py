"""A mapping of a document read key by key: unknown keys and wrong types are reported with their place, not raised.

So one reading names every slip of a file at once, instead of one slip a try.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from workbench.domain.places import Place
from workbench.i18n import _

Report = Callable[[Place, str], None]
_E = TypeVar("_E", bound=StrEnum)


class TypedMapping:
    """One mapping at a place of a document; ``known`` lists the keys that it may have, by spaces."""

    def __init__(self, data: Any, place: Place, report: Report, known: str) -> None:
        self.place = place
        self.report = report
        self.data: dict[str, Any] = {}
        self._mistyped: set[str] = set()
        if not isinstance(data, Mapping):
            report(place, _("Di sini harus ada isian berpasangan (kunci: nilai)."))
            return
        self.data = {str(key): value for key, value in data.items()}
        free = [key for key in known.split() if key not in self.data]
        for key in self.data:
            if key not in known.split():
                self._unknown(key, free)

    def _unknown(self, key: str, free: list[str]) -> None:
        """A mistyped key is told once: what it should have been is not missed as well."""
        message = _("Kunci {key} tidak dikenal.").format(key=key)
        meant = difflib.get_close_matches(key, free, n=1)
        if meant:
            self._mistyped.add(meant[0])
            message = _("Kunci {key} tidak dikenal; maksudnya {meant}?").format(key=key, meant=meant[0])
        self.report((*self.place, key), message)

    def _missing(self, key: str) -> None:
        if key not in self._mistyped:
            place = (*self.place, key) if key in self.data else self.place
            self.report(place, _("{key} belum diisi.").format(key=key))

    def text(self, key: str, *, needed: bool = False) -> str:
        """A text (a whole number counts as one); empty when it is not there."""
        value = self.data.get(key)
        if value is None:
            if needed:
                self._missing(key)
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.report((*self.place, key), _("{key} harus berupa teks.").format(key=key))
            return ""
        if needed and not str(value).strip():
            self._missing(key)
        return str(value)

    def optional(self, key: str) -> str | None:
        """A text, or None."""
        return self.text(key) or None

    def flag(self, key: str) -> bool:
        """True or false; false when it is not there."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.report((*self.place, key), _("{key} harus true atau false.").format(key=key))
            return False
        return value

    def whole(self, key: str, unreadable: str) -> int | None:
        """A whole number, else None and the sentence ``unreadable``, in which ``{value}`` is what stood there."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            self.report((*self.place, key), unreadable.format(value=value))
            return None
        return value

    def choice(self, key: str, kind: type[_E], default: _E | None) -> _E | None:
        """One of the words of an enumeration; without a default it has to be there."""
        value = self.text(key, needed=default is None)
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            choices = ", ".join(member.value for member in kind)
            message = _("{key}: {value} tidak dikenal; pilihannya {choices}.")
            self.report((*self.place, key), message.format(key=key, value=value, choices=choices))
            return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when it is not there."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or any(isinstance(v, bool) or not isinstance(v, str | int) for v in value):
            self.report((*self.place, key), _("{key} harus berupa daftar teks.").format(key=key))
            return ()
        return tuple(str(v) for v in value)

    def pairs(self, key: str) -> dict[str, str]:
        """Texts by name; empty when it is not there."""
        value = self.data.get(key)
        if value is None:
            return {}
        names = " ".join(value) if isinstance(value, Mapping) else ""
        inner = TypedMapping(value, (*self.place, key), self.report, names)
        return {name: inner.text(name) for name in inner.data}

    def items(self, key: str) -> list[Any]:
        """A list of anything; empty when it is not there."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.report((*self.place, key), _("{key} harus berupa daftar.").format(key=key))
            return []
        return value

    def keyed(self, key: str) -> list[tuple[str, Place, dict[str, Any]]]:
        """Items with a key of their own: a mapping of key to item (YAML) or a list of items with ``key`` (JSON)."""
        value = self.data.get(key)
        place = (*self.place, key)
        found: list[tuple[str, Place, dict[str, Any]]] = []
        if value is None:
            return found
        if isinstance(value, Mapping):
            pairs = [(str(name), (*place, str(name)), item) for name, item in value.items()]
        elif isinstance(value, list):
            pairs = [
                (str(i.get("key", "")) if isinstance(i, Mapping) else "", (*place, n), i) for n, i in enumerate(value)
            ]
        else:
            self.report(place, _("{key} harus berupa daftar.").format(key=key))
            return found
        for name, where, item in pairs:
            if not isinstance(item, Mapping) or not name:
                self.report(where, _("Di sini harus ada isian berpasangan (kunci: nilai)."))
                continue
            found.append((name, where, {k: v for k, v in item.items() if k != "key"}))
        return found

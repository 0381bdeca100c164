"""Copies of long sheets, made while nobody waits: from then on no page of the sheet opens the workbook again.

A copy takes some seconds of a second processor. It is begun when a submission is opened for the first time; whoever
turns to a far page before it is there waits for it instead of having it made twice.
"""

from __future__ import annotations

import logging
import re
import threading
from concurrent.futures import Future
from typing import Any

from workbench.domain.reading.hints import REACH
from workbench.services import reading
from workbench.storage import files, sheet_texts
from workbench.storage.readings import TidyReading

_LAST_ROW = re.compile(r"([0-9]+)$")
_Key = tuple[str, str, str]  # file, name, sheet

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_making: dict[_Key, Future[None]] = {}
_too_large: set[_Key] = set()  # sheets that are not given as a whole; their windows are read one by one


def page(file_sha256: str, file_name: str, sheet: str, first: int, count: int) -> dict[str, Any]:
    """Rows of a stored file's sheet, as ``reading.sheet_page`` gives them; raises ``UnreadableFile``.

    A sheet's first rows are read alone where there is no copy, so that they are there soon; for others it is made.
    """
    key = (file_sha256, file_name, sheet)
    found = sheet_texts.kept(*key, first, count)
    if found is None and first > 0 and key not in _too_large:
        begin(*key).result()
        found = sheet_texts.kept(*key, first, count)
    return found or reading.sheet_page(files.path(file_sha256), file_name, sheet, first, count)


def ready(file_sha256: str, file_name: str, sheet: str) -> bool:
    """Is there a copy, or can there be none? Then a far page need not wait for one."""
    key = (file_sha256, file_name, sheet)
    return key in _too_large or sheet_texts.is_kept(*key)


def ahead(found: TidyReading, file_sha256: str, file_name: str) -> None:
    """Begin with the copy of the longest sheet that was read, where it has more rows than are read alone."""
    longest = max(
        ((int(end[1]), head.sheet) for head in found.tables if (end := _LAST_ROW.search(head.area))), default=(0, "")
    )
    if longest[0] > REACH:
        begin(file_sha256, file_name, longest[1])


def begin(file_sha256: str, file_name: str, sheet: str) -> Future[None]:
    """Have the copy made in the background; the answer is done when it is there, or cannot be."""
    key = (file_sha256, file_name, sheet)
    with _lock:
        if key in _making:
            return _making[key]
        done: Future[None] = Future()
        if ready(*key):
            done.set_result(None)
            return done
        _making[key] = done
    threading.Thread(target=_make, args=(key, done), name="sheet-copy", daemon=True).start()
    return done


def _make(key: _Key, done: Future[None]) -> None:
    try:
        whole = reading.sheet_page(files.path(key[0]), key[1], key[2], whole=True)
        rows = next((sheet["rows"] for sheet in whole["sheets"] if sheet["name"] == whole["sheet"]), 0)
        if len(whole["rows"]) < rows:
            _too_large.add(key)
        elif rows:
            sheet_texts.keep(*key, whole)
    except Exception as error:  # told to whoever waits for the copy; where nobody does, only the log has it
        _log.info("no copy of a sheet: %s", error)
        _finish(key)
        done.set_exception(error)
    else:
        _finish(key)
        done.set_result(None)


def _finish(key: _Key) -> None:
    with _lock:
        del _making[key]

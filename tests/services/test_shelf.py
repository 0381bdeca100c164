"""The shelf: one making for many askers, bounded by weight, nothing kept of what failed."""

import threading

import pytest

from workbench.services.shelf import Shelf


def test_what_is_asked_for_longest_ago_leaves_first_and_the_newest_always_stays():
    made: list[str] = []
    shelf: Shelf[str] = Shelf(room=10)

    def ask(name: str) -> str:
        return shelf.get(name, lambda: made.append(name) or name.upper(), lambda value: 25 if value == "BIG" else 4)

    assert [ask("a"), ask("b"), ask("a")] == ["A", "B", "A"] and made == ["a", "b"]
    ask("c")  # 12 is more than 10: b was asked for longest ago
    ask("a")
    assert made == ["a", "b", "c"]
    ask("b")
    assert made == ["a", "b", "c", "b"]
    ask("big")  # heavier than the shelf: alone on it
    ask("big")
    ask("a")
    assert made == ["a", "b", "c", "b", "big", "a"]


def test_two_who_ask_at_once_have_it_made_once():
    shelf: Shelf[object] = Shelf(room=10)
    started, go_on = threading.Event(), threading.Event()
    made: list[object] = []
    got: list[object] = []

    def make() -> object:
        started.set()
        assert go_on.wait(30)
        made.append(object())
        return made[-1]

    def ask() -> None:
        got.append(shelf.get("x", make, lambda _value: 1))

    askers = [threading.Thread(target=ask) for _n in range(2)]
    for asker in askers:
        asker.start()
    assert started.wait(30)
    go_on.set()
    for asker in askers:
        asker.join(30)
    assert len(made) == 1 and got == [made[0], made[0]]


def test_what_failed_is_tried_again():
    shelf: Shelf[int] = Shelf(room=10)

    def fail() -> int:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        shelf.get("x", fail, lambda _value: 1)
    assert shelf.get("x", lambda: 7, lambda _value: 1) == 7

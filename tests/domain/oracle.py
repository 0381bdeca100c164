"""A second reading of the rules, table driven and on the raw YAML, that shares no code with the engine."""

from __future__ import annotations

from typing import Any

REVIEWED = {"draft", "letter", "schedule"}


class Oracle:
    """Says of every event whether it is allowed, and where the case stands afterwards."""

    def __init__(self, raw: dict[str, Any], child: bool) -> None:
        self.steps = {str(step["no"]): step for step in raw["steps"]}
        self.fan = raw.get("fan_out")
        self.law = bool(raw.get("legal_clock"))
        self.start = str(raw["start"])
        self.child = child
        self.step = ""
        self.mode = "none"
        self.count: dict[str, int] = {}
        self.holder = ""
        self.taker = ""
        self.brought: list[tuple[str, str, str]] = []  # step, kind, sha
        self.initials: list[str] = []
        self.extended = False
        self.back_to = ""
        self.time = -1

    # -- what follows
    def below(self, no: str) -> set[str]:
        seen: set[str] = set()
        todo = {no}
        while todo:
            here = todo.pop()
            if here in self.steps and here not in seen:
                seen.add(here)
                todo |= {str(o["to"]) for o in self.steps[here]["outcomes"].values() if o.get("kind") != "return"}
        return seen

    def enter(self, no: str) -> None:
        self.holder = self.taker = ""
        if no == "END" or (self.child and self.fan and no == self.fan["join"]):
            self.back_to, self.step, self.mode = self.step, "END", "closed"
            return
        waits = self.fan is not None and not self.child and no in self.fan["steps"]
        self.step, self.mode = no, "waiting_children" if waits else "open"
        self.count[no] = self.count.get(no, 0) + 1

    def void(self, no: str) -> None:
        gone = self.below(no)
        self.brought = [row for row in self.brought if row[0] not in gone]
        self.initials = [step for step in self.initials if step not in gone]

    def shown(self) -> str | None:
        """The object that an initial here is about."""
        if self.mode == "closed" or self.steps[self.step].get("evidence"):
            return None
        rows = [sha for no, kind, sha in self.brought if kind in REVIEWED and self.steps[no].get("evidence") == kind]
        return rows[-1] if rows else None

    # -- is it allowed
    def allows(self, e: dict[str, Any]) -> bool:
        kind = e["type"]
        if kind == "start":
            return self.mode == "none"
        if self.mode == "none" or e["at"] < self.time:
            return False
        ended = self.mode in ("closed", "cancelled")
        here = e["step"] == self.step and e["visit"] in (0, self.count.get(self.step, 0))
        note = bool(e["note"].strip())
        if kind == "note":
            return True
        if kind == "reopen":
            to = e["detail"].get("to_step") or (self.back_to if self.mode == "closed" else self.step)
            known = self.fan["steps"] if self.child else list(self.steps)
            return ended and note and to in known
        if ended:
            return False
        if kind == "cancel":
            return note
        if kind == "extend":
            days = str(e["detail"].get("days", 7))
            return self.law and note and not self.extended and days in {str(n) for n in range(1, 8)}
        if not here:
            return False
        if kind == "resume":
            return self.mode == "paused"
        if kind == "attach":
            return e["evidence"] is not None
        if kind == "reassign":
            return self.mode != "waiting_children"
        if kind in ("join", "cut_off"):
            return self.mode == "waiting_children" and (kind == "join" or note)
        if self.mode != "open":
            return False
        if kind == "pause":
            return bool(e["detail"].get("reason"))
        row = self.steps[self.step]
        outcome = row["outcomes"].get(e["outcome"])
        if kind == "skip":
            return note and outcome is not None and outcome.get("kind") != "return"
        mine = e["lane"] in {row["lane"], row.get("waiting_for", row["lane"])} and self.holder in ("", e["actor"])
        if kind == "take":
            return mine and not self.taker
        return mine and outcome is not None and self.complete(row, outcome, e)

    def complete(self, row: dict[str, Any], outcome: dict[str, Any], e: dict[str, Any]) -> bool:
        if outcome.get("kind") == "return":
            return bool(e["note"].strip())
        wanted = row.get("evidence")
        if wanted:
            mine = [kind for no, kind, _sha in self.brought if no == self.step]
            return (e["evidence"][0] if e["evidence"] else (mine or [""])[0]) == wanted
        shown = self.shown()
        if outcome.get("kind") in ("paraf", "sign") and shown is not None:
            return e["evidence"] is not None and e["evidence"][1] == shown
        return True

    # -- do it
    def do(self, e: dict[str, Any]) -> None:
        kind = e["type"]
        self.time = e["at"]
        row = self.steps.get(self.step, {})
        if kind == "start":
            self.enter(self.fan["steps"][0] if self.child else self.start)
        elif kind in ("decide", "skip"):
            outcome = row["outcomes"][e["outcome"]]
            if outcome.get("kind") == "return":
                self.void(str(outcome["to"]))
            elif kind == "decide":
                self.bring(e)
                if outcome.get("kind") in ("paraf", "sign"):
                    self.initials = [no for no in self.initials if no != self.step] + [self.step]
            self.enter(str(outcome["to"]))
            named = kind == "decide" and outcome.get("kind") != "return" and e["detail"].get("assignee")
            if named and self.mode == "open":  # a disposition gives the next step to somebody
                self.holder = named
        elif kind == "attach":
            if row.get("evidence") in (None, e["evidence"][0]):
                self.bring(e)
        elif kind == "take":
            self.taker = e["actor"]
        elif kind == "reassign":
            self.holder, self.taker = e["detail"].get("assignee", ""), ""
        elif kind == "pause":
            self.mode = "paused"
        elif kind == "resume":
            self.mode = "open"
        elif kind in ("join", "cut_off"):
            self.enter(self.fan["join"])
        elif kind == "extend":
            self.extended = True
        elif kind == "cancel":
            self.mode = "cancelled"
        elif kind == "reopen":
            to = e["detail"].get("to_step") or (self.back_to if self.mode == "closed" else self.step)
            self.void(to)
            self.enter(to)

    def bring(self, e: dict[str, Any]) -> None:
        if e["evidence"]:
            kept = [row for row in self.brought if row[0] != self.step]
            self.brought = [*kept, (self.step, *e["evidence"])]

"""Tracking codes that a requester reads from a letter: eight random characters and one to catch slips.

The alphabet has 31 characters (a prime), without 0, I, L, O and U. A weighted sum modulo 31 with weights 1 to 8 finds
every single wrong character and every swap of two characters. Eight characters are about 39 bits: a code cannot be
found by trying while wrong tries are counted.
"""

from __future__ import annotations

import secrets

ALPHABET = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 9


def _check(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=1))
    return ALPHABET[total % len(ALPHABET)]


def new() -> str:
    """A fresh code of nine characters."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def normalise(text: str) -> str:
    """What somebody typed, in capitals and without blanks and hyphens."""
    return "".join(character for character in text.upper() if not character.isspace() and character != "-")


def is_valid(code: str) -> bool:
    """Could this (normalised) code be one of ours? False means a slip of the pen; no database was asked."""
    return len(code) == LENGTH and all(c in ALPHABET for c in code) and code[-1] == _check(code[:-1])


def display(code: str) -> str:
    """The code in groups that can be read aloud: ``ABCD-EFGH-9``."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"

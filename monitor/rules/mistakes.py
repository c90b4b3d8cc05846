"""The mistakes that people make in a rule: found in its tokens, placed, named and mended. Pure.

A parser can only say "unexpected"; these checks run before it and leave nothing for it to refuse that we know of.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NoReturn

from lark import Token

from monitor.errors import RuleError
from monitor.rules.tree import FIELDS

_DEPTH = 60
_BINARY = frozenset({"OR", "AND", "NEAR", "SAME"})
_PREFIX = frozenset({"NOT", "MINUS", "ATLEAST", "FIELD"})
_OPEN = {"LPAR": "(", "LABEL": "{"}
_CLOSE = {"RPAR": "LPAR", "RBRACE": "LABEL"}
_LOWER = frozenset({"and", "or", "not", "near", "same", "onear", "atleast"})


class Draft:
    """A rule as written, and its tokens. The reader adds one at a time: those before a mistake help to name it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.tokens: list[Token] = []

    def refuse(self, token: Token, what: str, mend: str, offset: int = 0) -> NoReturn:
        """Refuse the rule at this token, or at a character inside it."""
        raise RuleError(what, rule=self._text, line=token.line or 1, column=(token.column or 1) + offset, mend=mend)

    def refuse_syntax(self, token: Token, what: str, mend: str) -> NoReturn:
        """Refuse, and where a lower-case operator stands near before, suspect it."""
        earlier = [each for each in self.tokens if (each.start_pos or 0) < (token.start_pos or 0)]
        for near in reversed(earlier[-3:]):
            if near.type == "WORD" and near.lower() in _LOWER:
                mend += f"; did you mean {near.upper()}? Operators are upper case, '{near}' is a word to look for"
                break
        self.refuse(token, what, mend)

    def refuse_character(self, place: int, line: int, column: int) -> NoReturn:
        """The lexer stopped at a character that begins nothing."""
        char, rest = self._text[place], self._text[place + 1 : place + 40]
        token = Token("STRAY", char, start_pos=place, line=line, column=column)
        before = self.tokens[-1] if self.tokens else None
        if char in '"“”„':
            self.refuse(token, "the quote is not closed", f"add a '{'”' if char in '“„' else char}' on the same line")
        if char == "/":
            if before is not None and before.lower() in ("near", "onear", "atleast"):
                self.refuse_syntax(token, "'/' begins no regular expression", "write the operator as in NEAR/6")
            if before is not None and before.type == "FIELD":
                self.field(before)  # http://… is an unknown field before it is anything else
            elif before is not None and before.end_pos == place:
                self.refuse(token, "'/' stands inside a word", "put the words in quotes")
            self.refuse(token, "the regular expression is not closed", "add a '/' at its end, before a space")
        if char == "{":
            self.refuse(token, "'{' needs a label", "write {label: a OR b}")
        if char in "-–−":
            self.refuse(token, "'-' has nothing to exclude", "put it directly before a word, as in -sport")
        if char == "=":
            if re.match(r'"|[^\s()"{}]', rest):
                self.refuse(token, "'=' wants one word or one phrase", 'write =May or ="Prime Minister"')
            self.refuse(token, "'=' has no word", "put it directly before a word, as in =May")
        if char == ":":
            self.refuse(token, "':' does not follow a field", "fields are " + ", ".join((*FIELDS, "published")))
        self.refuse_syntax(token, f"'{char}' means nothing here", "delete it, or put the words in quotes")

    def check_brackets(self) -> None:
        """Every parenthesis and brace has its partner, and not too many are open at once."""
        opened: list[Token] = []
        levels: list[int] = []  # how deep each open group sits in the one around it: itself and the NOTs before it
        nots = 0
        for token in self.tokens:
            if sum(levels) + nots > _DEPTH:
                self.refuse(token, f"more than {_DEPTH} groups inside each other", "name parts as rules with @")
            if token.type in ("NOT", "MINUS", "ATLEAST"):
                nots += 1
                continue
            if token.type in _OPEN:
                opened.append(token)
                levels.append(1 + nots)
            elif token.type in _CLOSE:
                if not opened:
                    self.refuse_syntax(token, f"'{token}' closes nothing", "delete it or open one before")
                if opened[-1].type != _CLOSE[token.type]:
                    began = opened[-1]
                    self.refuse(
                        token,
                        f"'{token}' closes the '{_OPEN[began.type]}' of column {began.column}",
                        "close in the order of opening",
                    )
                opened.pop()
                levels.pop()
            nots = 0
        if opened:
            partner = ")" if opened[-1].type == "LPAR" else "}"
            self.refuse_syntax(opened[-1], f"'{_OPEN[opened[-1].type]}' is never closed", f"add a '{partner}'")

    def check_neighbours(self) -> None:
        """Operators stand between operands, and groups hold something."""
        before: Token | None = None
        for token in self.tokens:
            starts = before is None or before.type in _OPEN
            if token.type in _BINARY and (starts or (before is not None and before.type in _BINARY)):
                self.refuse_syntax(token, f"{token} has nothing on its left", "put a word there or delete the operator")
            if before is not None and before.type in _PREFIX and token.type in _BINARY | _CLOSE.keys():
                self.refuse_syntax(before, f"{before} has nothing after it", "put a word there or delete it")
            if before is not None and before.type == "FIELD" and token.type in _PREFIX | {"DATES", "LABEL"}:
                self.refuse(
                    token,
                    f"'{before}' cannot apply to '{token}'",
                    f"put the field inside: {token} … {before}…"
                    if token.type not in ("FIELD", "DATES")
                    else "name one field only",
                )
            if token.type in _CLOSE and before is not None:
                if before.type in _OPEN:
                    self.refuse_syntax(before, "the group is empty", "put a word into it or delete it")
                if before.type in _BINARY:
                    self.refuse_syntax(before, f"{before} has nothing on its right", "put a word there or delete it")
            before = token
        if before is not None and before.type in _BINARY:
            self.refuse_syntax(before, f"{before} has nothing on its right", "put a word there or delete the operator")
        if before is not None and before.type in _PREFIX:
            self.refuse_syntax(before, f"{before} has nothing after it", "put a word there or delete it")

    def field(self, token: Token) -> str:
        """The name of the field that a FIELD token names."""
        name = token[:-1].lower()
        if name in FIELDS:
            return name
        close = get_close_matches(name, (*FIELDS, "published"), 1)
        mend = f"did you mean {close[0]}:?" if close else "fields are " + ", ".join((*FIELDS, "published"))
        self.refuse(token, f"there is no field '{token[:-1]}'", mend)

"""Rule text -> Rule, or a RuleError: where, what and how to mend. Pure but for reading the grammar once.

Three passes: the lexer cuts the text into tokens; `mistakes` looks among them for what people get wrong, because
a parser can only say "unexpected"; then the parser's tree is built into nodes, the leaves by `leaves`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput

from monitor.errors import RuleError
from monitor.rules.describe import Rule
from monitor.rules.leaves import Mistake, read_dates, read_regex, read_term
from monitor.rules.mistakes import Draft
from monitor.rules.tree import (
    And,
    AtLeast,
    Label,
    Near,
    Node,
    Not,
    Or,
    Ref,
    Same,
    Term,
    depth,
    has_places,
    only_absence,
    size,
    within,
)
from monitor.text import one_line

_LENGTH = 20_000
_REFERRED_DEPTH = 200
_SIZE = 10_000


def compile_rule(text: str, *, named: Mapping[str, Rule] | None = None) -> Rule:
    """Parse a rule. `named`: the rules that `@name` may refer to. Raises RuleError."""
    return _compile(text, named or {}) if "@" in text else _compile_alone(text)


# A watch is checked first and compiled afterwards.
@lru_cache(maxsize=1024)
def _compile_alone(text: str) -> Rule:
    return _compile(text, {})


def _compile(text: str, named: Mapping[str, Rule]) -> Rule:
    if len(text) > _LENGTH:
        raise RuleError(f"the rule is longer than {_LENGTH} characters", rule=text, mend="split it into named rules")
    reader = _Reader(text, named)
    node = reader.read()
    if only_absence(node):
        raise RuleError(
            "the rule says only what must not be there",
            rule=text,
            line=reader.first.line or 1,
            column=reader.first.column or 1,
            mend="add a word that must be there",
        )
    if depth(node) > _REFERRED_DEPTH or size(node) > _SIZE:
        raise RuleError("the rule and the rules it names are too large", rule=text, mend="name fewer rules with @")
    return Rule(text, node)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = files("monitor.rules").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic")


class _Reader:
    """One rule being read; every refusal goes through its `Draft`, which knows the text."""

    def __init__(self, text: str, named: Mapping[str, Rule]) -> None:
        self._text = text
        self._named = named
        self._draft = Draft(text)

    @property
    def first(self) -> Token:
        """The rule's first token."""
        return self._draft.tokens[0]

    def read(self) -> Node:
        """The rule's tree."""
        try:
            for token in _parser().lex(self._text):
                self._draft.tokens.append(token)
        except UnexpectedCharacters as error:
            self._draft.refuse_character(error.pos_in_stream or 0, error.line, error.column)
        if not self._draft.tokens:
            raise RuleError("the rule is empty", rule=self._text, mend="write at least one word")
        self._draft.check_brackets()
        self._draft.check_neighbours()
        try:
            tree = _parser().parse(self._text)
        except UnexpectedInput as error:  # the checks above leave nothing that we know of
            raise RuleError(
                "the rule does not read",
                rule=self._text,
                line=max(error.line, 1),
                column=max(error.column, 1),
                mend="look at the place marked",
            ) from None
        return self._node(tree.children[0])

    # --- the parser's tree -> nodes ---

    def _node(self, item: Tree[Token] | Token) -> Node:
        if isinstance(item, Token):
            return self._leaf(item)
        parts = item.children
        match item.data:
            case "or_" | "and_":
                return self._flat(item.data, [self._node(each) for each in parts if not _is(each, "OR", "AND")])
            case "near_":
                return self._near(parts)
            case "not_":
                return Not(self._node(parts[1]))
            case "atleast":
                operator = _token(parts[0])
                return AtLeast(self._number(operator), self._operand(parts[1], operator))
            case "within":
                return within(self._node(parts[1]), (self._draft.field(_token(parts[0])),))
            case _:  # "label"
                name = one_line(_token(parts[0])[1:-1])
                if not name:
                    self._draft.refuse(_token(parts[0]), "the label is empty", "write {label: a OR b}")
                return Label(name, self._node(parts[1]))

    @staticmethod
    def _flat(kind: str, nodes: list[Node]) -> Node:
        """One level for what a person bracketed needlessly: the canonical text then reads back the same."""
        flat: list[Node] = []
        for node in nodes:
            same = isinstance(node, Or) if kind == "or_" else isinstance(node, And)
            flat.extend(node.nodes if same and isinstance(node, And | Or) else (node,))
        return Or(tuple(flat)) if kind == "or_" else And(tuple(flat))

    def _near(self, parts: list[Tree[Token] | Token]) -> Node:
        operators = [_token(each) for each in parts[1::2]]
        first = operators[0]
        if any(each.type == "NEAR" for each in operators):
            if len(operators) > 1:
                self._draft.refuse(
                    operators[1],
                    f"{operators[1]} follows {first}; NEAR joins two sides only",
                    "write two and join them with AND: (a NEAR/6 b) AND (b SAME c)",
                )
            distance = self._number(first)
            left, right = (self._operand(each, first) for each in parts[0::2])
            return Near(left, right, distance, ordered=first.startswith("O"))
        return Same(tuple(self._operand(each, first) for each in parts[0::2]))

    def _operand(self, item: Tree[Token] | Token, operator: Token) -> Node:
        node = self._node(item)
        if has_places(node):
            return node
        name = operator.partition("/")[0]
        if isinstance(node, Not):
            self._draft.refuse(operator, f"{name} cannot take a NOT", f"NOT binds tighter; write NOT (a {operator} b)")
        self._draft.refuse(
            operator, f"{name} takes words, phrases and groups of them with OR", "join anything else with AND"
        )

    def _number(self, operator: Token) -> int:
        name, slash, number = operator.partition("/")
        if not slash or not number:
            self._draft.refuse_syntax(
                operator, f"{name} has no number", f"write {name}/{3 if name == 'ATLEAST' else 6}"
            )
        if not re.fullmatch(r"[0-9]{1,4}", number):
            self._draft.refuse(operator, f"'{number}' is not a number up to 9999", f"write {name}/6", len(name) + 1)
        if int(number) == 0:
            self._draft.refuse(operator, f"{operator} can never match", f"write {name}/1 or more", len(name) + 1)
        return int(number)

    def _leaf(self, token: Token) -> Node:
        start, raw = 0, str(token)
        try:
            match token.type:
                case "REF":
                    return self._ref(token)
                case "DATES":
                    start = raw.index(":") + 1
                    return read_dates(raw[start:])
                case "REGEX":
                    return read_regex(raw[1:-1])
                case "PHRASE":
                    start = 1
                    return read_term(raw[1:-1], phrase=True)
                case "EXACT":
                    phrase = raw[1] == '"'
                    start = 2 if phrase else 1
                    return read_term(raw[2:-1] if phrase else raw[1:], phrase=phrase, exact=True)
                case _:
                    return self._word(token)
        except Mistake as mistake:
            self._draft.refuse(token, str(mistake), mistake.mend, start + mistake.offset)

    def _word(self, token: Token) -> Term:
        """A bare word; single quotes around several words look like a phrase and are none."""
        if token[0] in "'‘" and token[-1] not in "'’":
            later = [each for each in self._draft.tokens if (each.start_pos or 0) > (token.start_pos or 0)]
            if any(each.type == "WORD" and each[-1] in "'’" for each in later):
                self._draft.refuse(token, "single quotes make no phrase", 'use double quotes, as in "pay offer"')
        if token in ("&&", "&", "||", "|", "+"):
            self._draft.refuse(token, f"'{token}' is no operator", f"write {'OR' if '|' in token else 'AND'}")
        return read_term(token, phrase=False)

    def _ref(self, token: Token) -> Node:
        name = token[1:]
        if name in self._named:
            return Ref(name, self._named[name].node)
        if not name:
            self._draft.refuse(token, "'@' has no name", "write @ and the name of another rule")
        close = get_close_matches(name, list(self._named), 1)
        mend = (
            f"did you mean @{close[0]}?" if close else "names known here: " + (", ".join(sorted(self._named)) or "none")
        )
        self._draft.refuse(token, f"no rule is named '{name}'", mend)


def _token(item: Tree[Token] | Token) -> Token:
    if not isinstance(item, Token):
        raise TypeError(f"the grammar puts a token here, not {item.data}")
    return item


def _is(item: Tree[Token] | Token, *types: str) -> bool:
    return isinstance(item, Token) and item.type in types

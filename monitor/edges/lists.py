"""A list of any length as one parameter of a statement, which is then always the same text and compiled once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Text, TypeDecorator, bindparam, select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _List(TypeDecorator[Sequence[Any]]):
    """An array where the database has them, else JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, element: type[BigInteger] | type[Text]) -> None:
        self.element = element
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.element) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        items = list(value or ())
        return items if dialect.name == "postgresql" else json.dumps(items)


class _rows(FunctionElement[Any]):
    """The items of a list as rows."""

    name = "rows"
    inherit_cache = True


@compiles(_rows)
def _from_json(element: _rows, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_rows, "postgresql")
def _from_array(element: _rows, compiler: SQLCompiler, **more: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **more)})"


def numbers(name: str) -> Select[tuple[int]]:
    """The integers of the list that is given as parameter `name`, as a subquery of one column."""
    return _items(name, BigInteger)


def texts(name: str) -> Select[tuple[str]]:
    """The strings of the list that is given as parameter `name`, as a subquery of one column."""
    return _items(name, Text)


def _items(name: str, element: type[BigInteger] | type[Text]) -> Select[Any]:
    # PostgreSQL names the only column of a function's rows after its alias.
    listed = _rows(bindparam(name, type_=_List(element))).table_valued("value", name="value")
    return select(listed.c.value)

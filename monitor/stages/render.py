"""A digest in every format, all from the one record (Jinja2). Data is escaped, never a template. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from monitor.errors import TemplateError
from monitor.model import Digest, Section
from monitor.record import write_record
from monitor.stages import escape
from monitor.stages.context import make_context

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from jinja2 import Environment

FORMATS = ("md", "html", "txt", "json", "mail", "mail-txt")
SHIPPED: Mapping[str, str] = MappingProxyType({})
# Gmail cuts a message off near 102 KB; quoting for transport and the headers want some of that.
MOST_OF_MAIL = 80_000
_TEMPLATES = {
    "md": "digest.md.j2",
    "html": "digest.html.j2",
    "txt": "digest.txt.j2",
    "mail": "mail.html.j2",
    "mail-txt": "mail.txt.j2",
}
FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "md": escape.markdown,
        "mdurl": escape.markdown_url,
        "link": escape.safe_link,
        "plain": escape.plain,
        "longday": escape.long_day,
        "shortday": escape.short_day,
        "count": escape.count,
        "named": escape.named,
        "carriers": escape.carriers,
        "brief": escape.brief_why,
        "clause": escape.first_clause,
    }
)


def render(digest: Digest, form: str, templates: Mapping[str, str] = SHIPPED) -> str:
    """The digest as "md", "html" (a page), "txt", "json", "mail" or "mail-txt" (both parts of a mail).

    `templates`: sources by name that replace shipped ones. The same digest and templates give the same text. Each part
    of a mail is cut from its end to `MOST_OF_MAIL` bytes and says how much is missing; with nothing new it has two
    lines. Raises KeyError for another form, and TemplateError for a template of
    `templates` that does not work.
    """
    if form == "json":
        return write_record(digest, indent=1) + "\n"
    name = _TEMPLATES[form]
    if not form.startswith("mail"):
        return render_template(name, make_context(digest), templates)
    return fit(digest, lambda part, cut: render_template(name, make_context(part, cut), templates))


def render_template(name: str, context: DataclassInstance, templates: Mapping[str, str] = SHIPPED) -> str:
    """One template with the fields of its context: a `stages.context.Context`, or a `stages.feed.FeedContext`."""
    return _render(name, templates, {each.name: getattr(context, each.name) for each in fields(context)})


def render_page(name: str, **values: object) -> str:
    """An HTML page from a template of ours and escaped values."""
    return _render(name, SHIPPED, values)


def fit(digest: Digest, write: Callable[[Digest, int], str], most: int = MOST_OF_MAIL) -> str:
    """What `write` makes of the digest, with as many of its rows as `most` bytes hold; it is told how many are cut.

    Rows go from the end: first what was left out, then what stands below the fold, then the items above it.
    """
    whole = write(digest, 0)
    if len(whole.encode()) <= most:
        return whole
    rows = _rows(digest)
    low, high = 0, rows
    while low < high:  # the largest number of rows that fits
        middle = (low + high + 1) // 2
        if len(write(_keep(digest, middle), rows - middle).encode()) <= most:
            low = middle
        else:
            high = middle - 1
    return write(_keep(digest, low), rows - low)


def _rows(digest: Digest) -> int:
    items = sum(len(section.items) for part in digest.trips for section in (*part.sections, *part.more))
    return items + len(digest.perhaps) + len(digest.left_out)


def _keep(digest: Digest, rows: int) -> Digest:
    """The digest with its first rows: items above the fold, uncertain articles, items below it, what was left out."""
    left = rows

    def take(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        nonlocal left
        kept = rows[:left]
        left -= len(kept)
        return kept

    def within(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        kept = [replace(section, items=take(section.items)) for section in sections]
        return tuple(section for section in kept if section.items)

    trips = [replace(part, sections=within(part.sections)) for part in digest.trips]
    perhaps = take(digest.perhaps)
    trips = [replace(part, more=within(part.more)) for part in trips]
    return replace(digest, trips=tuple(trips), perhaps=perhaps, left_out=take(digest.left_out))


def _render(name: str, templates: Mapping[str, str], values: Mapping[str, object]) -> str:
    from jinja2 import TemplateError as Wrong  # noqa: PLC0415 - most runs render nothing
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415

    environment = _environment(".html" in name or ".atom" in name, tuple(sorted(templates.items())))
    try:
        return environment.get_template(name).render(values).strip() + "\n"
    except TemplateSyntaxError as error:
        raise TemplateError(error.name or name, error.lineno, error.message or "it does not parse") from error
    except Exception as error:
        # A template of somebody's own may fail in any way; a shipped one that fails is a mistake of ours.
        if not templates:
            raise
        what = str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}"
        raise TemplateError(*_place(error, name, templates), what) from error


def _place(error: BaseException, name: str, templates: Mapping[str, str]) -> tuple[str, int]:
    """The template and line in which rendering failed, by the innermost frame that is a template's."""
    found, trace = (name, 0), error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in templates:
            found = (file, trace.tb_lineno)
        trace = trace.tb_next
    return found


@lru_cache(maxsize=8)
def _environment(escape_html: bool, own: tuple[tuple[str, str], ...]) -> Environment:
    from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, StrictUndefined  # noqa: PLC0415

    # `select_autoescape` does not know "x.html.j2", so it is switched on by hand for HTML and off for text.
    sources = dict(own)
    # The name stands for the file, so that an error can say where it is.
    given = FunctionLoader(lambda name: (sources[name], name, None) if name in sources else None)
    environment = Environment(
        loader=ChoiceLoader([given, PackageLoader("monitor", "templates")]),
        autoescape=escape_html,  # noqa: S701 - Markdown and plain text have filters of their own
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment

"""Markup to plain text: what feeds and pages write in the fields that are read as they stand."""

from __future__ import annotations

import html
import re

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from monitor.stages.charset import NULS
from monitor.text import clean

_NOT_A_TAG = re.compile(r"<(?![A-Za-z/!?])")
_BLOCKS = frozenset(
    "address article blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul".split()
)
_SILENT = frozenset("script style noscript template iframe object svg".split())
_LONGEST_MARKUP = 100_000


def strip_markup(markup: str) -> str:
    """The words of a piece of HTML: tags gone, entities decoded once, blocks on lines of their own."""
    markup = markup[:_LONGEST_MARKUP]
    if "<" not in markup:
        return clean(html.unescape(markup))
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    whole = f"<html><body>{_NOT_A_TAG.sub('&lt;', NULS.sub('', markup))}</body></html>"
    try:
        tree = lxml_html.document_fromstring(whole.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return clean(html.unescape(re.sub(r"<[^<>]*>", " ", markup)))
    etree.strip_elements(tree, *_SILENT, with_tail=False)
    for node in tree.iter(*_BLOCKS):
        node.text = "\n" + (node.text or "")
        node.tail = "\n" + (node.tail or "")
    lines = (clean(line) for line in "".join(tree.itertext()).split("\n"))
    return "\n".join(line for line in lines if line)

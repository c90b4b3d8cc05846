"""Plain text as web pages, and what sites put around it."""

from __future__ import annotations

import re
from html import escape

_NAV = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in ("Home", "World", "Sport", "Weather"))
_RELATED = "".join(
    f'<li><a href="/other/{number}">{title}</a></li>'
    for number, title in enumerate(
        (
            "Harbour dredging begins after a winter of delays",
            "Five cakes that forgive a beginner everything",
            "Why the night train to the coast is full again",
            "Council votes for benches along the river",
        )
    )
)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text, on one line each."""
    return [" ".join(block.split()) for block in re.split(r"\n\s*\n|\n", text) if block.strip()]


def bare(title: str, blocks: list[str]) -> str:
    """A page with nothing but a headline and paragraphs."""
    body = "\n".join(f"<p>{escape(block)}</p>" for block in blocks)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f"<body><article><h1>{escape(title)}</h1>\n{body}\n</article></body></html>"
    )


def furnished(title: str, blocks: list[str]) -> str:
    """The same text on a busy page: navigation, a cookie note, a call to subscribe, other headlines, a footer."""
    middle = len(blocks) // 2
    call = (
        '<aside class="newsletter"><p>Like what you read? Subscribe to our morning letter and never miss a story.</p>'
        '<form><input name="mail"><button>Sign me up</button></form></aside>'
    )
    first, second = (
        "\n".join(f"<p>{escape(block)}</p>" for block in part) for part in (blocks[:middle], blocks[middle:])
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | The Loopback Post</title>'
        '</head><body><div class="cookie-banner" role="dialog"><p>We and our partners store cookies on your device to '
        "measure our audience and to choose advertising. You can accept or refuse at any time.</p>"
        f"<button>Accept all</button></div><header><nav><ul>{_NAV}</ul></nav></header>"
        f"<main><article><h1>{escape(title)}</h1>\n{first}\n{call}\n{second}\n</article>"
        f'<section class="related"><h2>More from us</h2><ul>{_RELATED}</ul></section></main>'
        '<footer><p>© The Loopback Post. All rights reserved.</p><nav><a href="/imprint">Imprint</a> '
        '<a href="/privacy">Privacy</a></nav></footer></body></html>'
    )

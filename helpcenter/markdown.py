"""Markdown as HTML that is safe to show; the only place that may vouch for HTML.

Two nets: the parser lets no HTML through, and what it makes is reduced to the tags and attributes named here. Pictures are not
among them: one from elsewhere would tell its host who reads which page.
"""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=1000)
def render(text: str) -> Markup:
    """The HTML of `text` (CommonMark with tables); its headings begin at h2, since a page has one h1 of its own."""
    tokens = _parser.parse(text)
    for token in tokens:
        _lower_heading(token)
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener")
    return Markup(clean)  # noqa: S704 -- cleaned in the line above, by explicit lists


def _lower_heading(token: Token) -> None:
    token.tag = _HEADINGS.get(token.tag, token.tag)

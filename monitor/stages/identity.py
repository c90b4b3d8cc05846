"""What makes two addresses or two texts the same: canonical URLs, article ids, content hashes.

A canonical URL is a key, never an address to fetch: http is written as https, www./m./amp. hosts are folded.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from hashlib import blake2b
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

from monitor.errors import ExtractError
from monitor.text import read_wording

LONGEST_URL = 2000

_VERSION = re.compile(r"#version-([0-9a-f]{32})$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOST_PREFIXES = ("www.", "m.", "amp.", "mobile.")
_HOST = re.compile(r"[^\s/\\?#@:\[\]<>\"'`{}|^%!$&()*+,;=~]+")
_PATH_SAFE = "!=:,-"
_QUERY_SAFE = "!:,-/"

# Names that only ever say how a reader came to the page.
_TRACKERS = frozenset(
    """fbclid gclid dclid yclid twclid ttclid msclkid gbraid wbraid igshid igsh li_fat_id mc_cid mc_eid mkt_tok wtk cmp
    cmpid icid ncid smid smtyp ocid xtor taid s_cid traffic_source ref_src ref_url sref guccounter guce_referrer
    guce_referrer_sig ns_mchannel ns_source ns_campaign ns_linkname ns_fee feedtype feedname ftag spm wprov _ga _gl
    _hsenc _hsmi hsctatracking at_medium at_campaign at_campaign_type at_bbc_team at_link_id at_link_origin
    at_link_type at_format at_ptr_name at_custom1 at_custom2 at_custom3 at_custom4 itm_source itm_medium
    itm_campaign pk_campaign pk_kwd pk_source pk_medium oly_anon_id oly_enc_id vero_id vero_conv""".split()
)
_TRACKER_FAMILIES = ("utm_", "mtm_")
# Names that are trackers with some values and may be an identity with others.
_CAME_FROM = frozenset("ref src source mod partner emc via from output feed share".split())
_CHANNELS = re.compile(
    r"(?:rss|feed|atom|newsletter|e?mail|twitter|tw|x|facebook|fb|whatsapp|telegram|social|push|home|homepage|hp)(?:[_-].*)?"
    r"|rss\w*|google(?:[_-]?news)?"
)
_AMP_NAMES = frozenset({"outputtype", "view", "format", "mode", "layout"})
_VIEWS = frozenset({"amp", "print", "printview"})
_SWITCHES = _VIEWS | {"rss"}
_YES = frozenset({"", "1", "true", "yes", "y", "amp", "print"})


def canonical_url(url: str) -> str:
    """The key under which this address is known; distinct articles keep distinct keys.

    Raises ExtractError for what is no usable web address.
    """
    # It takes a tenth of a start, and most runs find no new address.
    from courlan import clean_url  # noqa: PLC0415

    parts = _split(url)
    host = _folded_host(_host(parts, url))
    port = _port(parts, url)
    path = _path(parts.path)
    base = clean_url(f"https://{host}{port}{path}")
    if base is None:
        raise _refused(url, "it does not parse")
    query = _query(parts.query)
    key = base.rstrip("/") + ("/" if path == "/" else "") + (f"?{query}" if query else "")
    if len(key) > LONGEST_URL:
        raise _refused(url, f"it is longer than {LONGEST_URL:,} characters when escaped")
    return key


def site(url: str) -> str:
    """The host that publishes this address, without www./m./amp., with its port where that is not the usual one.

    Raises ExtractError as canonical_url does.
    """
    parts = _split(url)
    return _folded_host(_host(parts, url)) + _port(parts, url)


def same_site(one: str, other: str) -> bool:
    """Whether two hosts, as `site` gives them, are one site: the same, or one a part of the other."""
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def site_of(canonical: str) -> str:
    """The site of a canonical URL, as `site` gives it; "" for a key that is no address."""
    return urlsplit(canonical).netloc if canonical.startswith("https://") else ""


def versioned(canonical: str, version: str) -> str:
    """The key of one version of a page that is watched for change; `version`: a content hash, or "" for none.

    `canonical_url` drops fragments, so no address that a page or feed could write has such a key.
    """
    return f"{canonical}#version-{version}" if version else canonical


def version_of(key: str) -> str:
    """The version that a key names, or ""."""
    found = _VERSION.search(key)
    return found[1] if found else ""


def article_id(canonical: str) -> str:
    """16 hex digits that stand for a canonical URL."""
    return blake2b(canonical.encode("utf-8", "replace"), digest_size=8).hexdigest()


def content_hash(text: str) -> str:
    """32 hex digits of the text's words, blind to case, accents, punctuation and spacing; "" where there are none."""
    found = read_wording(text).words
    return blake2b(" ".join(found).encode("utf-8", "replace"), digest_size=16).hexdigest() if found else ""


def _refused(url: str, why: str) -> ExtractError:
    shown = _CONTROL.sub("?", url[:120].encode("utf-8", "replace").decode("utf-8"))
    return ExtractError(f"{shown!r} is not a usable web address: {why}; mend the link or leave it out")


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL:
        raise _refused(url, f"it is longer than {LONGEST_URL:,} characters")
    if _CONTROL.search(url):
        raise _refused(url, "it holds control characters")
    try:
        url.encode("utf-8")
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        raise _refused(url, "it does not parse") from None
    if parts.scheme not in ("http", "https"):
        raise _refused(url, "it does not begin with http:// or https://")
    if not host:
        raise _refused(url, "it names no host")
    if "@" in parts.netloc or "\\" in url:
        raise _refused(url, "user names and backslashes are not allowed in it")
    return parts


def _host(parts: SplitResult, url: str) -> str:
    host = parts.hostname or ""
    if ":" in host:
        try:
            if "%" in host:
                raise ValueError(host)
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError:
            raise _refused(url, "its IPv6 address does not parse") from None
    host = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _refused(url, "its host name is not valid") from None
    if not _HOST.fullmatch(ascii_host) or len(ascii_host) > 253:
        raise _refused(url, "its host name is not valid")
    return ascii_host


def _folded_host(host: str) -> str:
    while True:
        prefix = next((p for p in _HOST_PREFIXES if host.startswith(p) and "." in host.removeprefix(p)), "")
        if not prefix:
            return host
        host = host.removeprefix(prefix)


def _port(parts: SplitResult, url: str) -> str:
    try:
        port = parts.port
    except ValueError:
        raise _refused(url, "its port is not a number from 0 to 65535") from None
    usual = (80, 443) if parts.scheme == "http" else (443,)
    return "" if port is None or port in usual else f":{port}"


def _path(raw: str) -> str:
    """Escapes normalised, dot segments and empty ones resolved, AMP and print views folded; no slash at the end."""
    kept: list[str] = []
    for piece in raw.split("/"):
        segment = quote(unquote_to_bytes(piece), safe=_PATH_SAFE)
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return "/" + "/".join(_without_view(kept))


def _without_view(segments: list[str]) -> list[str]:
    plain = [segment for segment in segments if segment.lower() != "amp"] or segments[:1]
    while len(plain) > 1 and plain[-1].lower() in _VIEWS | {"index.html", "index.htm"}:
        plain.pop()
    if plain:
        shorter = re.sub(r"(?i)(?:\.amp)+(\.html?)?$", r"\1", plain[-1])
        plain[-1] = shorter if shorter.lower() not in ("", ".html", ".htm") else plain[-1]
    return plain


def _query(raw: str) -> str:
    """The parameters that may say which article it is, sorted; empty ones and repeats with other values are kept."""
    kept = []
    for pair in raw.replace("&amp;", "&").split("&"):
        name, equals, value = pair.partition("=")
        name, value = _unescaped(name), _unescaped(value)
        if (name or value) and not _says_nothing(name.lower(), value.lower()):
            kept.append(name + ("=" if equals else "") + value)
    return "&".join(sorted(set(kept)))


def _unescaped(piece: str) -> str:
    return quote(unquote_to_bytes(piece.replace("+", " ")), safe=_QUERY_SAFE)


def _says_nothing(name: str, value: str) -> bool:
    if name in _SWITCHES:
        return value in _YES
    if name in _AMP_NAMES and value in _VIEWS:
        return True
    if name in _CAME_FROM and _CHANNELS.fullmatch(value):
        return True
    return name in _TRACKERS or name.startswith(_TRACKER_FAMILIES)

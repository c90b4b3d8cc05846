"""What became of an article and of each of its sentences, in words for a reader. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from monitor.model import Account, KnownLine, Match, Novelty, StoredArticle, Verdict
from monitor.stages.days import local_day
from monitor.stages.digest import why_left_out
from monitor.stages.escape import count
from monitor.stages.evidence import FAR
from monitor.stages.furniture import ANSWERS, COMMENTS, EVERYWHERE
from monitor.stages.seedfile import BRIEF_FIRST

TOLD, WAITS, NEW, UNTOLD = "told", "to be told", "new", "not told"
KNOWN, OFF, NOTHING, FURNITURE, SEED = "known", "not about the story", "no statement", "page furniture", "seed"
# As they are listed; only the first four say something new.
FATES = (TOLD, WAITS, NEW, UNTOLD, KNOWN, OFF, NOTHING, FURNITURE, SEED)

_FIGURE = "the figure is new: "
_KNOWN_TOO = "known (said in other words)"
_EARLIER = "said earlier in the same article"
_OFF = "not about the story"
_NEW = {
    "nothing like it was known": "no known sentence is like it",
    "it says the opposite": "it says the opposite of the nearest known sentence",
}
_MEANS = _NEW | {
    FURNITURE: "it belongs to the page and not to the report, as a credit, a caption or a call to subscribe do",
    "too short to tell anything": "it is too short to tell anything",
    "a question": "it is a question",
    "a heading or a fragment": "it is a heading or no whole sentence",
    _OFF: "it names nobody, no place, no figure and nothing of the story",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence. `number`: from 1; `fate`: one of `FATES`; `because`: why, in words.

    `near`: the nearest known sentence, "" where there is none or its text is not kept; `near_in`: where that stands.
    """

    number: int
    text: str
    fate: str
    because: str
    near: str
    near_in: str
    score: float
    near_id: str = ""
    digest: str = ""


def fates(account: Account, zone: tzinfo, article_id: str = "") -> tuple[Told, ...]:
    """What became of each sentence of a stored article, in its order. `zone`: of the days that are named."""
    return tuple(_told(line, _fate(line, account), zone, article_id) for line in account.lines)


def foretold(
    read: Iterable[Novelty], near: dict[str, StoredArticle], zone: tzinfo, article_id: str = ""
) -> tuple[Told, ...]:
    """The same for a text that is not stored. `near`: the articles that its sentences are nearest to, by id."""
    found = []
    for each in read:
        known = each.nearest
        source = near[known.article_id].article if known and known.article_id in near else None
        line = KnownLine(
            each.sentence.index, each.sentence.text, each.score, each.reason,
            known.text if known else "", source.outlet if source else "", source.title if source else "",
            source.url if source else "", source.published if source else None, known.index if known else None,
            (known.article_id or article_id) if known else "", each.new,
        )  # fmt: skip
        found.append(_told(line, NEW if each.new else _kind(each.reason), zone, article_id))
    return tuple(found)


def summary(told: Sequence[Told]) -> str:
    """How many sentences there are, and what became of them: "5 sentences: 2 told, 3 known"."""
    counts = Counter(each.fate for each in told)
    return f"{count(len(told), 'sentence')}: " + ", ".join(f"{counts[fate]} {fate}" for fate in FATES if counts[fate])


def is_known(match: Match, told: Sequence[Told]) -> bool:
    """Whether an article says nothing new: as a text, or because all that it says of the story was known."""
    found = {each.fate for each in told}
    return match.verdict is not Verdict.NEW or (KNOWN in found and not found & {TOLD, WAITS, NEW})


def outcome(stored: StoredArticle, account: Account | None, told: Sequence[Told]) -> tuple[str, str]:
    """What became of an article, as one word and in a sentence. `account`: None for a text that is not stored."""
    new = sum(each.fate in (TOLD, WAITS, NEW) for each in told)
    if account is None:
        if new:
            return NEW, f"would be told: {count(new, 'sentence')} of it {'is' if new == 1 else 'are'} new"
        group, reason, original = why_left_out(stored)
        return group, f"would be left out: {_of(reason, original)}"
    if account.seed:
        return SEED, "known from the start: it is a seed, and no digest tells it"
    if account.quiet:
        return UNTOLD, "never told: it was old when its source was first read, so it became known at once"
    where = f"the digest {account.digest}" if account.digest else "the next digest"
    if new:
        verb = "told in" if account.digest else "to be told in"
        return (TOLD if account.digest else WAITS), f"{verb} {where}: {count(new, 'sentence')} of it"
    group, reason, original = why_left_out(stored)
    if group == "uncertain":
        return group, f"under “Perhaps also” in {where}: {reason}"
    return group, f"left out of {where}: {_of(reason, original)}"


def _of(reason: str, original: str) -> str:
    return f"{reason} (“{original}”)" if original else reason


def _fate(line: KnownLine, account: Account) -> str:
    if account.seed:
        return SEED
    if line.new:
        return TOLD if line.digest else WAITS
    kind = _kind(line.reason)
    # What was new and is no development: the page became known quietly.
    return UNTOLD if kind == NEW else kind


def _kind(reason: str) -> str:
    if reason in ("known", _KNOWN_TOO, _EARLIER):
        return KNOWN
    if reason == _OFF:
        return OFF
    if reason in (FURNITURE, EVERYWHERE, COMMENTS, ANSWERS):
        return FURNITURE
    return NOTHING if reason in _MEANS and reason not in _NEW else NEW


def _told(line: KnownLine, fate: str, zone: tzinfo, article_id: str) -> Told:
    text, near = " ".join(line.text.split()), " ".join(line.near_text.split())
    own = line.near_id == article_id != ""
    day = f", {_day(line.near_published, zone)}" if line.near_published else ""
    place = "this article" if own else f"{line.near_outlet}{day}: {line.near_title}" if line.near_outlet else ""
    if place and near and line.near_at is not None and line.near_at < BRIEF_FIRST:
        place += f", sentence {line.near_at + 1}"
    if fate != KNOWN and line.score >= FAR:
        near = place = ""
    return Told(
        line.index + 1, text, fate, _because(line, fate, same=bool(near) and near == text), near, place,
        round(line.score, 4), line.near_id, line.digest,
    )  # fmt: skip


def _because(line: KnownLine, fate: str, *, same: bool) -> str:
    if fate == SEED:
        return "a sentence of a seed"
    if fate == KNOWN:
        if line.reason == _EARLIER:
            return "said earlier in this article"
        return "said before" + (" word for word" if same else " in other words" if line.reason == _KNOWN_TOO else "")
    reason = _MEANS.get(line.reason, line.reason)
    if reason.startswith(_FIGURE):
        reason = f"{reason.removeprefix(_FIGURE).replace(', ', ' and ')} had not been reported"
    return f"in the digest {line.digest}: {reason}" if fate == TOLD else reason


def _day(moment: datetime, zone: tzinfo) -> str:
    day: date = local_day(moment, zone)
    return f"{day.day} {day:%b %Y}"

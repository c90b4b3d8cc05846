"""The text of a page from its record: own text, another page's text with a paper's edits, or a seed's brief."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.demo.records import PageRecord, PublisherRecord

SENTENCES_PER_PARAGRAPH = 3  # of a seed's brief
HOUSE_AFTER = 3  # a paper's own sentence stands after this many paragraphs of agency copy


class AssemblyError(ValueError):
    """A record refers to something that is not there."""


def paragraphs_of(
    record: PageRecord,
    paper: PublisherRecord,
    at: datetime,
    records: Mapping[str, PageRecord],
    briefs: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    """The paragraphs as the paper prints them, dateline first and agency credit last. `at`: local time."""
    text = _bare(record, records, briefs, ())
    foreign = record.of is not None and records[record.of].publisher != record.publisher
    if foreign and paper.house and len(text) > HOUSE_AFTER:
        text.insert(HOUSE_AFTER, paper.house)
    place = _place(record, records)
    if place and paper.dateline:
        month_day = f"{at:%b} {at.day}"
        text[0] = paper.dateline.format(PLACE=place.upper(), place=place, month_day=month_day) + text[0]
    if foreign and paper.typographic:
        text = [typographic(paragraph) for paragraph in text]
    if foreign and paper.credit:
        text.append(paper.credit)
    return tuple(text)


def typographic(text: str) -> str:
    """Straight quotation marks and apostrophes become curly ones."""
    text = re.sub(r'(^|[\s(\[—-])"', r"\1“", text).replace('"', "”")
    text = re.sub(r"(^|[\s(\[“—-])'", r"\1‘", text)
    return text.replace("'", "’")


def _bare(
    record: PageRecord,
    records: Mapping[str, PageRecord],
    briefs: Mapping[str, Sequence[str]],
    seen: tuple[str, ...],
) -> list[str]:
    """The paragraphs without anything that a paper adds."""
    if record.text is not None:
        return [" ".join(block.split()) for block in re.split(r"\n\s*\n", record.text.strip())]
    if record.seed is not None:
        return _from_brief(record.seed, briefs)
    if record.of is None or record.of not in records:
        raise AssemblyError(f"no page {record.of!r}")
    if record.of in seen:
        raise AssemblyError(f"goes round in a circle: {' -> '.join((*seen, record.of))}")
    base = _bare(records[record.of], records, briefs, (*seen, record.of))
    wanted = [edit.at for edit in record.change] + [edit.after for edit in record.add]
    if max([record.first or 1, *wanted]) > len(base):
        raise AssemblyError(f"{record.of!r} has only {len(base)} paragraphs")
    for change in record.change:
        base[change.at - 1] = change.text
    # From the end, so that a place named by one edit is not moved by another.
    for addition in sorted(record.add, key=lambda edit: -edit.after):
        base.insert(addition.after, addition.text)
    return base[: record.first]


def _from_brief(seed: str, briefs: Mapping[str, Sequence[str]]) -> list[str]:
    sentences = briefs.get(seed)
    if not sentences:
        raise AssemblyError(f"no brief for {seed!r}; there are {', '.join(sorted(briefs)) or 'none'}")
    step = SENTENCES_PER_PARAGRAPH
    return [" ".join(sentences[i : i + step]) for i in range(0, len(sentences), step)]


def _place(record: PageRecord, records: Mapping[str, PageRecord]) -> str | None:
    while record.place is None and record.of is not None:
        record = records[record.of]
    return record.place

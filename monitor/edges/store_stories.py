"""Stories: who tells the same report as whom, and the links between texts that make it so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    RowMapping,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from monitor.edges import tables
from monitor.edges.database import Room
from monitor.edges.lists import numbers, texts
from monitor.edges.store_known import PLACE
from monitor.edges.upsert import insert_into
from monitor.model import Filed, Member, Origin, Pair, Story, Verdict

_ARTICLE, _MEMBER, _LINK = tables.article.c, tables.member.c, tables.link.c

# Statements are written once: SQLAlchemy then neither builds nor compiles them again.
_LOOSE = select(_MEMBER.article_id).where(literal_column("member.loose")).order_by(_MEMBER.article_id)
_LOOSEN = update(tables.member).where(_MEMBER.article_id.in_(texts("given"))).values(loose=True)
_SETTLED = update(tables.member).where(_MEMBER.article_id.in_(texts("given"))).values(loose=False)
_LINKS = (
    select(_LINK.article_id, _LINK.other_id, _LINK.kind, _LINK.alike)
    .where(_LINK.article_id.in_(texts("given")))
    .union(select(_LINK.article_id, _LINK.other_id, _LINK.kind, _LINK.alike).where(_LINK.other_id.in_(texts("given"))))
)
_STORIES_OF = select(_MEMBER.story_id).where(_MEMBER.article_id.in_(texts("given"))).distinct()
_MEMBERS = (
    select(
        _ARTICLE.id, _ARTICLE.canonical, _ARTICLE.url, _ARTICLE.title, _ARTICLE.outlet, _ARTICLE.published,
        _ARTICLE.fetched_at, _ARTICLE.trip, _ARTICLE.verdict, _MEMBER.words, _MEMBER.story_id, _MEMBER.agency,
        _MEMBER.part, _MEMBER.report, tables.story.c.leader_id,
    )
    .select_from(tables.member)
    .join(tables.article, _ARTICLE.id == _MEMBER.article_id)
    .join(tables.story, tables.story.c.id == _MEMBER.story_id)
    .where(_MEMBER.story_id.in_(numbers("given")))
)  # fmt: skip
_FOUND = tables.story.insert().returning(tables.story.c.id)
_MOVE = (
    update(tables.member)
    .where(_MEMBER.article_id == bindparam("moved"))
    .values(story_id=bindparam("to_story"))
)  # fmt: skip
_REPORT = (
    update(tables.member)
    .where(_MEMBER.article_id == bindparam("of_article"), _MEMBER.report != bindparam("one_with"))
    .values(report=bindparam("one_with"))
)
_ENTER = tables.member.insert()
_DESCRIBE = (
    update(tables.member)
    .where(_MEMBER.article_id == bindparam("described"))
    .values(words=bindparam("words"), agency=bindparam("agency"), part=bindparam("part"))
)
_FORGOTTEN = or_(_LINK.article_id.in_(texts("given")), _LINK.other_id.in_(texts("changed")))
_ENDS = select(_LINK.article_id, _LINK.other_id).where(_FORGOTTEN)
_FORGET = delete(tables.link).where(_FORGOTTEN)
_LEAD = update(tables.story).where(tables.story.c.id == bindparam("of_story")).values(leader_id=bindparam("by"))


class StoryRoom(Room):
    """The part of the store that keeps stories. It keeps what it is given; which sets they are, it does not decide."""

    def loose(self) -> tuple[str, ...]:
        with self.reading() as connection:
            return tuple(connection.execute(_LOOSE).scalars())

    def members(self, article_ids: Collection[str]) -> tuple[Member, ...]:
        with self.reading() as connection:
            return tuple(map(_member, _rows(connection, article_ids)))

    def links(self, article_ids: Collection[str]) -> tuple[Pair, ...]:
        with self.reading() as connection:
            rows = connection.execute(_LINKS, {"given": list(article_ids)})
            return tuple(Pair(row.article_id, row.other_id, Verdict(row.kind), row.alike) for row in rows)

    def keep_stories(self, stories: Sequence[Story]) -> None:
        left = {member.story for story in stories for member in story.members}
        with self.writing() as connection:
            moved: list[dict[str, object]] = []
            for story in stories:
                number = story.id
                if number:
                    connection.execute(_LEAD, {"of_story": number, "by": story.leader.article_id})
                else:
                    number = connection.execute(_FOUND, {"leader_id": story.leader.article_id}).scalar_one()
                left.discard(number)
                moved += [
                    {"moved": each.article_id, "to_story": number} for each in story.members if each.story != number
                ]
            if moved:
                connection.execute(_MOVE, moved)
            every = [member for story in stories for member in story.members]
            connection.execute(_SETTLED, {"given": [each.article_id for each in every]})
            connection.execute(_REPORT, [{"of_article": each.article_id, "one_with": each.report} for each in every])
            if left:
                connection.execute(delete(tables.story).where(tables.story.c.id.in_(left)))

    def stories(self, article_ids: Sequence[str]) -> tuple[Story, ...]:
        with self.reading() as connection:
            return stories_of(connection, article_ids)

    def newest_stories(self, trip: str | None, limit: int) -> tuple[Story, ...]:
        """The stories whose newest articles were filed last, those first; None for any trip, "" for none. No seeds."""
        newest = func.max(PLACE)
        statement = (
            select(_MEMBER.story_id, func.min(_ARTICLE.id))
            .join(tables.article, _ARTICLE.id == _MEMBER.article_id)
            .where(~_ARTICLE.seed, true() if trip is None else _ARTICLE.trip == trip)
            .group_by(_MEMBER.story_id)
            .order_by(newest.desc())
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(statement).all()
            found = {story.id: story for story in stories_of(connection, [row[1] for row in rows])}
        return tuple(found[row.story_id] for row in rows)


def stories_of(connection: Connection, article_ids: Collection[str]) -> tuple[Story, ...]:
    """The stories that these articles are in, each once, their members in order of publication."""
    among: dict[int, list[RowMapping]] = {}
    for row in _rows(connection, article_ids):
        among.setdefault(row["story_id"], []).append(row)
    found = []
    for number, rows in among.items():
        members = sorted(map(_member, rows), key=lambda each: (each.at, each.canonical))
        leader = next((each for each in members if each.article_id == rows[0]["leader_id"]), members[0])
        found.append(Story(number, leader, tuple(members)))
    return tuple(found)


def _rows(connection: Connection, article_ids: Collection[str]) -> list[RowMapping]:
    numbered = list(connection.execute(_STORIES_OF, {"given": list(article_ids)}).scalars())
    return list(connection.execute(_MEMBERS, {"given": numbered}).mappings())


def _member(row: RowMapping) -> Member:
    origin = Origin(row["agency"], bool(row["part"])) if row["agency"] else None
    return Member(
        row["id"], row["canonical"], row["url"], row["title"], row["outlet"], row["published"], row["fetched_at"],
        row["trip"], row["words"], row["story_id"], Verdict(row["verdict"]), origin,
        row["report"],
    )  # fmt: skip


def enter_story(connection: Connection, filed: Filed) -> None:
    """A new article with its links, in a story of its own so far."""
    article_id = filed.article.id
    number = connection.execute(_FOUND, {"leader_id": article_id}).scalar_one()
    connection.execute(_ENTER, {"article_id": article_id, "story_id": number, "report": article_id, **_about(filed)})
    keep_links(connection, filed)


def keep_links(connection: Connection, filed: Filed) -> None:
    """Save what an article was found to be one report with; links that are there stay."""
    article_id = filed.article.id
    put_links(
        connection,
        [Pair(article_id, link.other, link.kind, link.alike) for link in filed.links if link.other != article_id],
    )


def put_links(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Save links; the first of a pair is the article that was filed later."""
    rows = [
        {"article_id": pair.one, "other_id": pair.two, "kind": pair.kind.value, "alike": pair.alike} for pair in pairs
    ]
    if rows:
        connection.execute(_insert_link(connection.dialect.name), rows)
        loosen(connection, (end for pair in pairs for end in (pair.one, pair.two)))


def loosen(connection: Connection, article_ids: Iterable[str]) -> None:
    """The stories of these articles are to be made anew."""
    connection.execute(_LOOSEN, {"given": sorted(set(article_ids))})


def links_to(connection: Connection, article_id: str) -> tuple[Pair, ...]:
    """The links by which others are one report with this article."""
    found = connection.execute(select(_LINK.article_id, _LINK.kind, _LINK.alike).where(_LINK.other_id == article_id))
    return tuple(Pair(row.article_id, article_id, Verdict(row.kind), row.alike) for row in found)


def describe_anew(connection: Connection, filed: Filed) -> None:
    """What an article's text, another one maybe, says of itself, and its links; it stays in its story until that is
    made anew."""
    connection.execute(_DESCRIBE, {"described": filed.article.id, **_about(filed)})
    keep_links(connection, filed)


def forget_links(connection: Connection, article_ids: Sequence[str], changed: Collection[str] = ()) -> None:
    """The links of these articles to those filed before them, and all links of those whose text has `changed`."""
    given = {"given": list(article_ids), "changed": list(changed)}
    ends = connection.execute(_ENDS, given).all()
    loosen(connection, (*article_ids, *(end for row in ends for end in row)))
    connection.execute(_FORGET, given)


def leave_story(connection: Connection, article_id: str) -> None:
    """The article goes: so do its links, and its story where it was alone in it."""
    number = connection.execute(select(_MEMBER.story_id).where(_MEMBER.article_id == article_id)).scalar()
    mates = connection.execute(select(_MEMBER.article_id).where(_MEMBER.story_id == number)).scalars()
    ends = connection.execute(_ENDS, {"given": [article_id], "changed": [article_id]}).all()
    loosen(connection, (*mates, *(end for row in ends for end in row)))
    connection.execute(delete(tables.link).where(or_(_LINK.article_id == article_id, _LINK.other_id == article_id)))
    connection.execute(delete(tables.member).where(_MEMBER.article_id == article_id))
    others = exists().where(_MEMBER.story_id == number)
    connection.execute(delete(tables.story).where(tables.story.c.id == number, ~others))


def _about(filed: Filed) -> dict[str, Any]:
    origin = filed.origin or Origin("")
    return {"words": filed.words, "agency": origin.agency, "part": origin.part}


@lru_cache(maxsize=2)
def _insert_link(dialect: str) -> Insert:
    return insert_into(dialect, tables.link).on_conflict_do_nothing()

"""What watch.toml may hold: its tables, what each key means, and its JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from monitor.model import ONE_EVENT, Episode
from monitor.watch import values


def _enum(*known: str) -> Any:
    """The known values, for editors; `values.one_of` checks them with a better message than pydantic's."""
    return Field(json_schema_extra={"enum": list(known)})


Line = Annotated[str, AfterValidator(values.one_line), Field(json_schema_extra={"minLength": 1})]
Rule = Annotated[str, AfterValidator(values.filled), Field(json_schema_extra={"minLength": 1})]
Id = Annotated[str, AfterValidator(values.identifier), Field(json_schema_extra={"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"})]
Language = Annotated[str, AfterValidator(values.language)]
FORMATS = ("md", "html", "txt", "json", "atom")
Format = Annotated[str, AfterValidator(values.one_of(*FORMATS)), _enum(*FORMATS)]
KINDS = ("feed", "sitemap", "index", "page", "auto")
SourceKind = Annotated[str, AfterValidator(values.one_of(*KINDS)), _enum(*KINDS)]
Empty = Annotated[str, AfterValidator(values.one_of("skip", "say so")), _enum("skip", "say so")]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Annotated[str, AfterValidator(values.one_of("", *WEEKDAYS)), _enum("", *WEEKDAYS)]
Number = Annotated[float, Field(allow_inf_nan=False)]
_TIME = {"type": "string", "pattern": "^([A-Za-z,-]+ )?([01][0-9]|2[0-3]):[0-5][0-9]$|^\\S+ \\S+ \\S+ \\S+ \\S+$"}
_DURATION = {"pattern": "^[0-9]{1,6}(ms|s|m|h|d)$"}


def _key(means: str, example: object, /, **more: Any) -> Any:
    """A key: what it means, and an example for the schema and for the mend in a message."""
    return Field(description=means, examples=[example], **more)


class Table(BaseModel):
    """A table of the file: exact types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class EpisodeTable(Table):
    """The words in which this story's episodes are told."""

    words: list[Line] = _key("nouns for an episode", ["trip", "tour"], default=list(Episode().words))
    region: list[Line] = _key("where episodes happen", ["North Sea"], default=[])
    since: list[Line] = _key("what ordinals count from", ["October 7"], default=[])
    others: list[Line] = _key("other travellers, whose journeys are not this story's", ["Austin"], default=[])
    elsewhere: list[Line] = _key("places that are on no episode", ["Felixstowe"], default=[])
    names: dict[str, list[Line]] = _key(
        "other names of places and countries of stops", {"Netherlands": ["Holland"]}, default={}
    )


class WatchTable(Table):
    """The story."""

    name: Line = _key("the story's name, at the head of every digest", "The harbour strike")
    subject: Rule = _key("the gate: a rule that all articles of the story match", '"harbour strike" OR dockers')
    languages: Annotated[list[Language], AfterValidator(values.some_once)] = _key(
        "languages of the articles, the main one first", ["en"], default=["en"]
    )
    timezone: Annotated[str, AfterValidator(values.zone)] = _key(
        "IANA name, for digest times and for dates", "Europe/Berlin", default="UTC"
    )
    one_event: Number = _key(
        "how alike reports are that are one story: higher where much of what is followed is alike",
        ONE_EVENT, default=ONE_EVENT, ge=0.15, le=1.0,
    )  # fmt: skip
    episode: EpisodeTable = _key("the words of its episodes", {"words": ["round"]}, default=EpisodeTable())


class DigestTable(Table):
    """When and how digests are told."""

    at: Annotated[
        list[Annotated[str, AfterValidator(values.timing)]],
        BeforeValidator(values.listed),
        AfterValidator(values.some_once),
        WithJsonSchema({"anyOf": [_TIME, {"type": "array", "items": _TIME, "minItems": 1}]}),
    ] = _key("local time or times of a digest, also with weekdays or as a cron line", "07:00", default=["07:00"])
    formats: Annotated[list[Format], AfterValidator(values.some_once)] = _key(
        "forms in which a digest is written", ["md", "html"], default=["md", "html"]
    )
    to: Annotated[list[Annotated[str, AfterValidator(values.address)]], AfterValidator(values.each_once)] = _key(
        "who gets it by mail", ["desk@example.org"], default=[]
    )
    empty: Empty = _key("what to do on a day with nothing new", "skip", default="skip")
    limit: int = _key("how many developments stand above the fold", 18, default=18, ge=1, le=1000)
    weekly: Weekday = _key("the weekday on which the week before is told again in one", "mon", default="")


class RecipientTable(Table):
    """Somebody who gets a part of the digest by mail, or in another form."""

    to: Annotated[str, AfterValidator(values.address)] = _key("who gets it", "kim@example.org")
    format: Annotated[str, AfterValidator(values.one_of("html", "text")), _enum("html", "text")] = _key(
        "the form of the mail", "text", default="html"
    )
    trips: Annotated[list[Id], AfterValidator(values.each_once)] = _key("only these trips", ["round-2"], default=[])
    topics: Annotated[list[Id], AfterValidator(values.each_once)] = _key("only these topics", ["aid"], default=[])


class SourceTable(Table):
    """One outlet's feed, sitemap, index page or page."""

    id: Id = _key("short name for links, exports and the command line", "example-world")
    name: Line = _key("the outlet as a reader knows it", "Example News")
    url: Annotated[str, AfterValidator(values.url), Field(json_schema_extra={"format": "uri"})] = _key(
        "address of the feed, sitemap or page", "https://example.org/feed.xml"
    )
    kind: SourceKind = _key("what the address answers with", "feed", default="feed")
    select: Annotated[str, AfterValidator(values.selector)] = _key(
        "CSS selector of an index page's article links", "main h2 a", default=""
    )
    every: Annotated[str, AfterValidator(values.between("1s", "31d")), Field(json_schema_extra=_DURATION)] = _key(
        "shortest time between two visits", "30m", default="30m"
    )
    pause: Annotated[str, AfterValidator(values.between("0s", "10m")), Field(json_schema_extra=_DURATION)] = _key(
        "shortest time between two requests to its host", "1s", default="1s"
    )
    language: Language | SkipJsonSchema[None] = _key("language of its articles", "en", default=None)
    dedup: bool = _key("whether its articles may be found to be copies or retellings", True, default=True)
    confirmed: bool = _key("whether a person has seen that it works", True, default=True)


class SignalTable(Table):
    """A rule whose match speaks for a trip."""

    match: Rule = _key("the rule", "arbitrat*")
    weight: Number = _key("how much a match says: 1 a hint, 4 nearly enough alone", 2, ge=-10, le=10)


class StopTable(Table):
    """A place on a trip."""

    place: Line = _key("the place", "Rotterdam")
    country: Line = _key("its country", "Netherlands")
    on: date | SkipJsonSchema[None] = _key("local day of arrival", date(2023, 11, 6), default=None)
    also: list[Line] = _key("other names that mean this stop", ["Maasvlakte"], default=[])


class TripTable(Table):
    """One episode of the story."""

    id: Id = _key("short name for links, exports and the command line", "round-2")
    ordinal: int = _key("its number in the row of episodes", 2, ge=1, le=9999)
    name: Line = _key("its name in digests", "Second round")
    dates: Annotated[
        list[date], AfterValidator(values.first_and_last), Field(json_schema_extra={"minItems": 2, "maxItems": 2})
    ] = _key("first and last day, local", [date(2023, 11, 2), date(2023, 11, 6)])
    people: list[Line] = _key("who is met on it", ["the mediator"], default=[])
    signals: list[SignalTable] = _key("rules that speak for it", [{"match": "summit", "weight": 2}], default=[])
    stop: list[StopTable] = _key("its places", [{"place": "Rotterdam", "country": "Netherlands"}], default=[])


class TopicTable(Table):
    """A subject that runs through all trips."""

    id: Id = _key("short name for links, exports and the command line", "pay")
    name: Line = _key("its heading in digests", "Pay")
    rule: Rule = _key("what an article of this topic matches", "pay OR wage*")
    exclude: str = _key(
        "a rule that takes back the matches in the sentences that it speaks of", '"pay cut*"', default="", alias="not"
    )


class WatchFile(Table):
    """The whole of watch.toml."""

    watch: WatchTable = _key("the story", {"name": "A story", "subject": "word"})
    digest: DigestTable = _key("when and how digests are told", {"at": "07:00"}, default=DigestTable())
    weights: dict[str, Number] = _key("numbers that replace the built-in ones", {"ordinal": 5.0}, default={})
    recipient: list[RecipientTable] = _key("who gets a part of it, or another form", [], default=[])
    source: list[SourceTable] = _key("where articles come from", [], default=[])
    trip: list[TripTable] = _key("the episodes", [], default=[])
    topic: list[TopicTable] = _key("the subjects", [], default=[])


TABLES: dict[str, type[Table]] = {
    "": WatchFile,
    "watch": WatchTable,
    "watch.episode": EpisodeTable,
    "digest": DigestTable,
    "recipient": RecipientTable,
    "source": SourceTable,
    "trip": TripTable,
    "trip.signals": SignalTable,
    "trip.stop": StopTable,
    "topic": TopicTable,
}
HEADERS = {
    "watch": "[watch]",
    "watch.episode": "[watch.episode]",
    "digest": "[digest]",
    "weights": "[weights]",
    "recipient": "[[recipient]]",
    "source": "[[source]]",
    "trip": "[[trip]]",
    "trip.signals": "the signals of a [[trip]]",
    "trip.stop": "[[trip.stop]]",
    "topic": "[[topic]]",
}


def keys_of(section: str) -> dict[str, Any]:
    """The keys of a table by the name they have in the file, with their fields; none for free names."""
    table = TABLES.get(section)
    return {field.alias or name: field for name, field in table.model_fields.items()} if table else {}


def schema_json() -> dict[str, Any]:
    """The JSON Schema of watch.toml, for editors."""
    return WatchFile.model_json_schema()

"""Every type that passes between rooms: frozen, slotted, times aware and in UTC unless said otherwise.

watched   what a person declares in a watch: sources, trips, topics, the plan of digests.
fetched   what comes from the web: requests and answers, leads, pages, articles.
compared  known or new: fingerprints, matches, sentences.
filed     where an article belongs and what it adds, with the evidence.
reported  sources' health, runs, and what the store gives back.
told      a digest: the one record that every format is rendered from, and what it is made of.
"""

from monitor.model.compared import Fingerprint, Known, KnownSentence, Match, Novelty, Sentence, Span, Verdict
from monitor.model.fetched import Article, Fetched, Lead, Offer, Page, PendingLead, Request
from monitor.model.filed import (
    Decision,
    Development,
    Evidence,
    Figure,
    FigureChange,
    FigureSighting,
    Filed,
    Filing,
    Prepared,
    Seed,
    TopicHit,
    TripScore,
)
from monitor.model.reported import (
    Delivery,
    Kept,
    NewDelivery,
    RunReport,
    SourceReport,
    SourceState,
    StoredArticle,
    StoredDevelopment,
)
from monitor.model.told import (
    Counts,
    Digest,
    DigestRow,
    FigureRow,
    Item,
    LeftOut,
    Material,
    Perhaps,
    Section,
    SourceLine,
    StopMark,
    TripPart,
)
from monitor.model.watched import DigestPlan, Episode, Kind, Signal, Source, Stop, Topic, Trip, Watch

__all__ = [
    "Article",
    "Counts",
    "Decision",
    "Delivery",
    "Development",
    "Digest",
    "DigestPlan",
    "DigestRow",
    "Episode",
    "Evidence",
    "Fetched",
    "Figure",
    "FigureChange",
    "FigureRow",
    "FigureSighting",
    "Filed",
    "Filing",
    "Fingerprint",
    "Item",
    "Kept",
    "Kind",
    "Known",
    "KnownSentence",
    "Lead",
    "LeftOut",
    "Match",
    "Material",
    "NewDelivery",
    "Novelty",
    "Offer",
    "Page",
    "PendingLead",
    "Perhaps",
    "Prepared",
    "Request",
    "RunReport",
    "Section",
    "Seed",
    "Sentence",
    "Signal",
    "Source",
    "SourceLine",
    "SourceReport",
    "SourceState",
    "Span",
    "Stop",
    "StopMark",
    "StoredArticle",
    "StoredDevelopment",
    "Topic",
    "TopicHit",
    "Trip",
    "TripPart",
    "TripScore",
    "Verdict",
    "Watch",
]

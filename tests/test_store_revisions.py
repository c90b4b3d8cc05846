"""What the store keeps of pages that changed, and of what was not told, on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from support.builders import HOUR, NOW, TEXT, make_article, make_development, make_digest, make_filed, make_lead

from monitor.edges.store import SqlStore
from monitor.model import KnownSentence, Match, Novelty, Revised, Revision, Verdict
from monitor.text import read_sentences

pytest_plugins = ("support.store_fixtures",)

FIRST = make_article("one", canonical=make_lead("one").canonical)
GONE, CAME = (each.text for each in read_sentences(TEXT)[:2])


def told(store: SqlStore) -> None:
    """A page that came by a lead, was filed, and told."""
    lead = make_lead("one")
    store.add_leads([lead])
    (pending,) = store.pending(NOW, 9)
    store.file(pending.id, make_filed(FIRST, etag='"1"', last_modified="yesterday"))
    store.save_digest("s1", make_digest(), ["one"], [])


def revised() -> Revised:
    sentence = replace(read_sentences(TEXT)[1], index=9)
    development = replace(make_development(FIRST, 1), sentence=9, text=CAME)
    revision = Revision("one", 1, NOW + HOUR, FIRST.title, (GONE,), (CAME,), (GONE,), ("In its place.",))
    filed = make_filed(FIRST)
    newest = replace(FIRST, title="Another title", text="The newest text.", content_hash="newest")
    return Revised(
        newest, revision, filed.filing, filed.match, (7, 8), (Novelty(sentence, 0.8, True, ""),), (development,)
    )


def test_a_page_offered_as_changed_is_due_with_its_validators_until_it_was_read(store: SqlStore) -> None:
    told(store)
    later = replace(make_lead("one"), updated=NOW + HOUR)
    assert store.changed_leads([make_lead("one"), make_lead("unknown")], NOW) == 0
    assert store.changed_leads([later], NOW + 2 * HOUR) == 1
    (again,) = store.to_read_again(NOW + 2 * HOUR, 9)
    assert (again.article_id, again.etag, again.last_modified) == ("one", '"1"', "yesterday")
    store.was_read_again(again.lead_id, NOW + 2 * HOUR, '"2"')
    assert store.to_read_again(NOW + 2 * HOUR, 9) == ()
    assert store.changed_leads([later], NOW + 2 * HOUR) == 0
    assert store.changed_leads([replace(later, title="New")], NOW + timedelta(hours=73)) == 0


def test_another_source_counts_by_a_later_update_alone(store: SqlStore) -> None:
    told(store)
    other = replace(make_lead("one"), source_id="map", title="Titled otherwise")
    assert store.changed_leads([other], NOW + HOUR) == 0
    assert store.changed_leads([replace(other, updated=NOW + HOUR)], NOW + 2 * HOUR) == 1


def test_a_revision_is_kept_told_once_and_found_again_in_its_days(store: SqlStore) -> None:
    told(store)
    assert store.told_sentences("one") == ((GONE,), 4)
    store.revise(revised())
    stored = store.article("one")
    assert stored is not None
    assert (stored.article.title, stored.article.text) == ("Another title", "The newest text.")
    assert store.revisions("one") == (revised().revision,)
    assert store.known_hash("newest") == "one"
    material = store.material()
    assert material.articles == ()
    assert [each.development.text for each in material.developments] == [CAME]
    (correction,) = material.corrections
    assert (correction.told, correction.removed, correction.added) == (date(2024, 3, 20), (GONE,), ("In its place.",))
    later = make_digest("later", day=date(2024, 3, 21))
    assert store.save_digest("s2", later, [], [], material.revisions) is not None
    assert store.save_digest("s3", make_digest("once more"), [], [], material.revisions) is None
    assert store.material().developments == ()
    assert store.material().corrections == ()
    first, second = (store.told_material(date(2024, 3, day), date(2024, 3, day)) for day in (20, 21))
    assert [each.development.text for each in first.developments] == [GONE]
    assert [each.development.text for each in second.developments] == [CAME]
    assert first.corrections == ()
    assert len(second.corrections) == 1


def test_what_was_not_told_is_listed_with_the_nearest_known_sentence_and_its_place(store: SqlStore) -> None:
    store.file(None, make_filed(FIRST))
    copy = make_filed(make_article("two", outlet="Tide Courier"), new=(), match=Match(Verdict.COPY, "one"))
    near = KnownSentence("one", 1, CAME, frozenset(), "", None)
    told_here = KnownSentence("", 0, GONE, frozenset(), "", None)
    lines = tuple(
        replace(novelty, reason="known", nearest=found)
        for novelty, found in zip(copy.sentences, (near, told_here, None), strict=True)
    )
    store.file(None, replace(copy, sentences=lines))
    first, second = store.suppressed(None)
    assert (first.stored.article.id, first.told, [line.index for line in first.lines]) == ("one", 1, [1, 2])
    assert (second.stored.article.id, second.told, len(second.lines)) == ("two", 0, 3)
    there, here, nowhere = second.lines
    assert (there.near_text, there.near_outlet, there.near_at) == (CAME, "Quay Gazette", 1)
    assert (here.near_text, here.near_outlet) == (GONE, "Tide Courier")
    assert nowhere.near_outlet == ""
    made = store.save_digest("s1", make_digest(), ["one", "two"], [])
    assert store.suppressed(None) == ()
    assert len(store.suppressed(made)) == 2

"""The order of the stages. It orders and records; it never decides, and it knows no edge.

    seeding    seeds/ files ------------------------------> what is known
    visits     sources due -> fetch -> leads -------------> saved with the source's validators and health
    pages      pending leads -> fetch -> extract ---------> pages, many under way, filed in order of publication
    filing     page -> identity -> dedup -> classify
                    -> novelty -> figures ----------------> one transaction an article, one after the other
    telling    what no digest has told -> digest ---------> record, slot and outbox rows in one transaction
                    -> outbox -> files, mail

One failure is one record: a source, page, seed or recipient that fails never stops the others.
"""

from monitor.pipeline.filing import Filer
from monitor.pipeline.room import Room
from monitor.pipeline.run import fetch_all
from monitor.pipeline.seeding import sync_seeds

__all__ = ["Filer", "Room", "fetch_all", "sync_seeds"]

"""Chaining committed events, and signing the head over them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from builder.audit.append import ORGANISATION
from builder.audit.rules import grow, head_text, leaf_of, link_after, root_of, write_note
from builder.audit.store import (
    event_record,
    find_unchained,
    has_unchained,
    lock_chain,
    save_chain,
    save_head,
    save_links,
)
from builder.kit.sealing import SigningKey

_BATCH = 1_000


def chain_events(session: Session, key: SigningKey, now: datetime, organisation: str = ORGANISATION) -> int:
    """Chains what was committed since the last time, at most 1,000 events, and signs a head; how many were chained.

    Any number of keepers may call it: the end of the chain is locked, so one at a time adds to it,
    and the others leave it alone.
    """
    if not has_unchained(session, organisation):
        return 0
    chain = lock_chain(session, organisation)
    if chain is None:
        return 0
    size, link_text, frontier_texts = chain
    link = bytes.fromhex(link_text)
    frontier = tuple(bytes.fromhex(text) for text in frontier_texts)
    links = []
    for row in find_unchained(session, organisation, _BATCH):
        leaf = leaf_of(event_record(row))
        link, frontier = link_after(link, leaf), grow(frontier, size, leaf)
        size += 1
        links.append({"event": row.id, "place": size, "hash": link.hex()})
    if links:
        save_links(session, links)
        save_chain(session, organisation, size, link.hex(), [root.hex() for root in frontier])
        text = head_text(organisation, size, root_of(frontier), link)
        note = write_note(text, organisation, key.public, key.sign(text.encode()))
        save_head(session, organisation, size, now, note)
    return len(links)

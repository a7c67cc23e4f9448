"""Tables of recognising callers: each company's choices, and one-time codes as keyed hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index
from sqlmodel import Field

from gateway.storage.tables import Row, one_of, within


class CompanyIdentity(Row, table=True):
    """What a company chose about limits and proofs (`auth.rights.identity_rules` reads it); no row: the defaults."""

    __tablename__ = "company_identity"
    __table_args__ = (ForeignKeyConstraint(["company_id"], ["company.id"]),)

    company_id: str = Field(primary_key=True)
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ChallengeRow(Row, table=True):
    """One code that was sent, or a decoy that looks the same from outside (`customer_id` NULL)."""

    __tablename__ = "challenge"
    __table_args__ = (
        within("call", "call_id"),
        within("customer", "customer_id"),
        one_of("state", ("open", "used", "locked", "expired")),
        one_of("purpose", ("identity", "change_contact", "fee")),
        Index("ix_challenge_call", "company_id", "call_id", "created_at"),
        Index("ix_challenge_customer", "company_id", "customer_id"),
    )

    company_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    call_id: str
    customer_id: str | None = None
    purpose: str
    code_hash: bytes
    expires_at: datetime
    tries: int = 0
    state: str = "open"
    created_at: datetime

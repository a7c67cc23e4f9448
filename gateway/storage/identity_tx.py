"""The part of `Tx` that recognising callers needs: one-time codes and the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.sql import Executable

from gateway.booking.ports import AuditLine, StoredChallenge
from gateway.storage import tables
from gateway.storage.identity_tables import ChallengeRow
from gateway.storage.saga_tables import Outbox
from gateway.storage.statements import insert_for, ours, table

CHALLENGE: Final = table(ChallengeRow)
AUDIT: Final = table(tables.Audit)
_c = CHALLENGE.c
_columns: Final = (_c.id, _c.call_id, _c.customer_id, _c.purpose, _c.code_hash, _c.expires_at, _c.tries, _c.state)
_ours = ours(CHALLENGE)
ADD_CHALLENGE: Final = insert(CHALLENGE)
LATEST_CHALLENGE: Final = (
    select(*_columns)
    .where(_ours, _c.call_id == bindparam("call_id_"))
    .order_by(_c.created_at.desc(), _c.id.desc())
    .limit(1)
)
# One statement, so that parallel guesses cannot share a try.
COUNT_TRY: Final = (
    update(CHALLENGE)
    .where(_ours, _c.id == bindparam("id_"), _c.state == "open", _c.tries < bindparam("most"))
    .values(tries=_c.tries + 1)
    .returning(*_columns)
)
CLOSE_CHALLENGE: Final = (
    update(CHALLENGE).where(_ours, _c.id == bindparam("id_"), _c.state == "open").values(state=bindparam("to_state"))
)
CLOSE_OLDER: Final = (
    update(CHALLENGE).where(_ours, _c.call_id == bindparam("call_id_"), _c.state == "open").values(state="expired")
)
ADD_AUDIT: Final = insert(AUDIT)
ADD_MESSAGE: Final = insert(table(Outbox))


def audit_unless_there(dialect: str) -> Executable:
    """For lines that may be written twice: a batch whose commit nobody heard of is tried again."""
    statement: Executable = insert_for(dialect, AUDIT).on_conflict_do_nothing()
    return statement


class IdentityTx:
    """Mixed into `SqlTx`; `_run` and `_company_id` are its."""

    _company_id: str

    def _run(self, statement: Executable, values: Any) -> Any:
        raise NotImplementedError

    def add_challenge(self, challenge: StoredChallenge, *, now: datetime) -> None:
        """Keep a new code's hash; earlier open ones of the call end."""
        self._run(CLOSE_OLDER, {"company": self._company_id, "call_id_": challenge.call_id})
        values = {
            "company_id": self._company_id,
            "id": challenge.id,
            "call_id": challenge.call_id,
            "customer_id": challenge.customer_id,
            "purpose": challenge.purpose,
            "code_hash": challenge.code_hash,
            "expires_at": challenge.expires_at,
            "tries": challenge.tries,
            "state": challenge.state,
            "created_at": now,
        }
        self._run(ADD_CHALLENGE, values)

    def latest_challenge(self, call_id: str) -> StoredChallenge | None:
        return _challenge(self._run(LATEST_CHALLENGE, {"company": self._company_id, "call_id_": call_id}).first())

    def count_try(self, challenge_id: str, *, most: int) -> StoredChallenge | None:
        """Count one try on an open challenge; None when it takes none any more."""
        values = {"company": self._company_id, "id_": challenge_id, "most": most}
        return _challenge(self._run(COUNT_TRY, values).first())

    def close_challenge(self, challenge_id: str, state: str) -> bool:
        """True for the one caller whose statement closed it."""
        values = {"company": self._company_id, "id_": challenge_id, "to_state": state}
        return bool(self._run(CLOSE_CHALLENGE, values).rowcount)

    def add_message(self, message_id: str, *, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
        """Write down something to be told after this transaction; the id makes it once."""
        values = {
            "company_id": self._company_id,
            "id": message_id,
            "topic": topic,
            "payload": dict(payload),
            "dedupe_key": message_id,
            "available_at": at,
            "attempts": 0,
            "created_at": at,
        }
        self._run(ADD_MESSAGE, values)

    def audit(
        self, audit_id: str, *, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, Any]
    ) -> None:
        """Append one line: fixed words and ids only."""
        self._run(ADD_AUDIT, self._audit_values(AuditLine(audit_id, at, actor, action, subject, details)))

    def _audit_values(self, line: AuditLine) -> dict[str, Any]:
        return {
            "company_id": self._company_id,
            "id": line.id,
            "at": line.at,
            "actor": line.actor,
            "action": line.action,
            "subject": line.subject,
            "details": dict(line.details),
        }


def _challenge(row: Any) -> StoredChallenge | None:
    if row is None:
        return None
    return StoredChallenge(row[0], row[1], row[2], row[3], bytes(row[4]), row[5], row[6], row[7])

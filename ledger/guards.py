"""The database's own guard: an entry is never changed, and deleted only where a prune is on record."""

from __future__ import annotations

from sqlalchemy import DDL, event

from ledger.schema import ENTRIES

# A guard against our own mistakes; whoever holds the file can drop it, which is what the hashes are for.
_PRUNED_SQLITE = (
    "EXISTS (SELECT 1 FROM entries p WHERE p.kind = 'segment_pruned' AND json_extract(p.payload, '$.last') >= OLD.seq)"
)
_PRUNED_POSTGRESQL = (
    "EXISTS (SELECT 1 FROM entries p WHERE p.kind = 'segment_pruned' AND (p.payload::json->>'last')::bigint >= OLD.seq)"
)
SQLITE = (
    "CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries "
    "BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END",
    f"CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries WHEN NOT {_PRUNED_SQLITE} "
    "BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION entries_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
    f"IF TG_OP = 'DELETE' AND {_PRUNED_POSTGRESQL} THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $guard$",
    "CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE ON entries "
    "FOR EACH ROW EXECUTE FUNCTION entries_are_append_only()",
    "CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION entries_are_append_only()",
)

for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        _ddl = DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(ENTRIES, "after_create", _ddl)

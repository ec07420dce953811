"""What PostgreSQL itself refuses: the event log loses nothing and changes nothing but its mark."""

CREATE = """
CREATE FUNCTION settlement_eventlog_append_only() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'settlement_eventlog is append-only: mark the event as orphaned instead';
    END IF;
    IF to_jsonb(NEW) - 'orphaned' IS DISTINCT FROM to_jsonb(OLD) - 'orphaned' THEN
        RAISE EXCEPTION 'settlement_eventlog is append-only: only the mark orphaned may change';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER settlement_eventlog_append_only BEFORE UPDATE OR DELETE ON settlement_eventlog
FOR EACH ROW EXECUTE FUNCTION settlement_eventlog_append_only();
"""
DROP = "DROP FUNCTION settlement_eventlog_append_only CASCADE;"

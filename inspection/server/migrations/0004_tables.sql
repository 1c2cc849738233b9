ALTER TABLE deadline
    ADD COLUMN ledger JSONB,
    ADD COLUMN rungs JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN last_rung INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN next_rung_at TIMESTAMP WITH TIME ZONE;

-- The owner is under the table's own row-level security while it is forced.
ALTER TABLE deadline NO FORCE ROW LEVEL SECURITY;
UPDATE deadline SET
    ledger = jsonb_strip_nulls(jsonb_build_object(
        'terms', jsonb_build_object(
            'type', split_part(subject, '/', 1),
            'budget', jsonb_build_object('amount', substring(budget FROM '^[0-9]+')::integer, 'basis', basis)
        ),
        'start', to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'calendar', calendar,
        'ended_at', to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )),
    last_rung = CASE state WHEN 'REACHED' THEN 100 ELSE 0 END;
-- What runs already keeps its one rung, the lapse: five seconds past its due.
UPDATE deadline SET
    next_rung_at = due_at + interval '5 seconds',
    rungs = jsonb_build_array(jsonb_build_object(
        'number', 100,
        'level', 'red',
        'at', to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'acts_at', to_char((due_at + interval '5 seconds') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    ))
WHERE state = 'RUNNING';
ALTER TABLE deadline ALTER COLUMN ledger SET NOT NULL;
ALTER TABLE deadline FORCE ROW LEVEL SECURITY;

DROP INDEX deadline_running;
CREATE INDEX deadline_next_rung ON deadline (next_rung_at) WHERE next_rung_at IS NOT NULL;
CREATE INDEX deadline_stream ON deadline (stream);

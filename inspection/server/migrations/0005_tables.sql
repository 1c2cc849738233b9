CREATE TABLE work_calendar (
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    version INTEGER NOT NULL,
    document JSONB NOT NULL,
    source TEXT NOT NULL,
    published_until DATE NOT NULL,
    loaded_by TEXT NOT NULL,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, agency, version)
);

CREATE TABLE calendar_warning (
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    calendar TEXT NOT NULL,
    kind TEXT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, agency, calendar, kind)
);

-- Whose calendar a deadline is counted in: the agency's, or with an empty one the port's.
ALTER TABLE deadline ADD COLUMN agency TEXT DEFAULT '' NOT NULL;
ALTER TABLE deadline NO FORCE ROW LEVEL SECURITY;
UPDATE deadline SET agency = split_part(subject, '/', 3) WHERE subject LIKE 'invitation/%';
ALTER TABLE deadline FORCE ROW LEVEL SECURITY;
CREATE INDEX deadline_calendar ON deadline (port, agency, calendar, provisional) WHERE state = 'RUNNING';

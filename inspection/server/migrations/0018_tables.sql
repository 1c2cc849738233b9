ALTER TABLE report ADD COLUMN voided_by UUID;
ALTER TABLE report ADD COLUMN voided_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE report ADD COLUMN void_reason TEXT;

CREATE TABLE recall (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    report_version INTEGER NOT NULL,
    found_version INTEGER NOT NULL,
    declaration_number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    lines INTEGER[] NOT NULL,
    released_as TEXT NOT NULL,
    now_asked TEXT,
    state TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deadline_id UUID,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    escalated_at TIMESTAMP WITH TIME ZONE,
    answer TEXT,
    answered_by UUID,
    answered_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    closing_reason TEXT,
    closed_by UUID,
    closed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (port, case_no, report_version),
    FOREIGN KEY(port, case_no, report_version) REFERENCES report (port, case_no, version),
    FOREIGN KEY(port, case_no, found_version) REFERENCES report (port, case_no, version)
);
CREATE INDEX recall_number ON recall (declaration_number);

CREATE TABLE liability_record (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    report_version INTEGER NOT NULL,
    line INTEGER NOT NULL,
    check_code TEXT NOT NULL,
    agency TEXT NOT NULL,
    matter TEXT NOT NULL,
    responsible TEXT[] NOT NULL,
    document JSONB NOT NULL,
    insurance TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, report_version, line, check_code, agency),
    FOREIGN KEY(port, case_no, report_version) REFERENCES report (port, case_no, version)
);
CREATE INDEX liability_record_at ON liability_record (port, at);

-- What has issued stays, whoever asks: the platform's worker and the owner of the tables included.
-- The named columns may still change; a value that says who or which bytes only once, from nothing.
CREATE FUNCTION stays_as_issued() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row JSONB;
    new_row JSONB;
    name TEXT;
    may_change TEXT[] := coalesce(TG_ARGV, ARRAY[]::TEXT[]);
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a row of % is never taken away', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    old_row := to_jsonb(OLD);
    new_row := to_jsonb(NEW);
    IF (new_row - may_change) IS DISTINCT FROM (old_row - may_change) THEN
        RAISE EXCEPTION 'what a row of % says is never edited', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    FOREACH name IN ARRAY may_change LOOP
        IF name NOT IN ('state', 'insurance') AND old_row -> name <> 'null' AND old_row -> name <> new_row -> name THEN
            RAISE EXCEPTION '% of % is written once', name, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER report_stays BEFORE UPDATE OR DELETE ON report FOR EACH ROW
    EXECUTE FUNCTION stays_as_issued('state', 'pdf_sha256', 'seal', 'voided_by', 'voided_at', 'void_reason');
CREATE TRIGGER report_is_not_emptied BEFORE TRUNCATE ON report EXECUTE FUNCTION stays_as_issued();
CREATE TRIGGER enterprise_report_stays BEFORE UPDATE OR DELETE ON enterprise_report FOR EACH ROW EXECUTE FUNCTION stays_as_issued();
CREATE TRIGGER enterprise_report_is_not_emptied BEFORE TRUNCATE ON enterprise_report EXECUTE FUNCTION stays_as_issued();
CREATE TRIGGER liability_record_stays BEFORE UPDATE OR DELETE ON liability_record FOR EACH ROW
    EXECUTE FUNCTION stays_as_issued('insurance');
CREATE TRIGGER liability_record_is_not_emptied BEFORE TRUNCATE ON liability_record EXECUTE FUNCTION stays_as_issued();

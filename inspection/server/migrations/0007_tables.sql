CREATE TABLE followed_version (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    to_version INTEGER NOT NULL,
    from_version INTEGER NOT NULL,
    lines JSONB NOT NULL,
    pairs JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, to_version),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

ALTER TABLE field_session ADD COLUMN sheet_version INTEGER;

-- Until now a new version of a declaration had a new case: what is there speaks of its case's version, and of the first sheet.
ALTER TABLE conclusion NO FORCE ROW LEVEL SECURITY;
ALTER TABLE field_session NO FORCE ROW LEVEL SECURITY;
ALTER TABLE joint_case NO FORCE ROW LEVEL SECURITY;
ALTER TABLE declaration NO FORCE ROW LEVEL SECURITY;
ALTER TABLE conclusion ADD COLUMN declaration_version INTEGER, ADD COLUMN carried JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN reopened INTEGER[] DEFAULT '{}' NOT NULL;
UPDATE conclusion SET declaration_version = d.version
FROM joint_case c JOIN declaration d ON d.id = c.declaration_id
WHERE c.port = conclusion.port AND c.no = conclusion.case_no;
UPDATE field_session SET sheet_version = 1 WHERE opened_at IS NOT NULL;
ALTER TABLE conclusion ALTER COLUMN declaration_version SET NOT NULL;
ALTER TABLE conclusion FORCE ROW LEVEL SECURITY;
ALTER TABLE field_session FORCE ROW LEVEL SECURITY;
ALTER TABLE joint_case FORCE ROW LEVEL SECURITY;
ALTER TABLE declaration FORCE ROW LEVEL SECURITY;

ALTER TABLE port_policy ADD COLUMN on_missing JSONB DEFAULT '[]' NOT NULL;
ALTER TABLE joint_case ADD COLUMN on_missing JSONB DEFAULT '[]' NOT NULL;
ALTER TABLE invitation
    ADD COLUMN level INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN conflict BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN composed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN offer JSONB,
    ADD COLUMN on_missing TEXT,
    ADD COLUMN substitute JSONB,
    ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN ended_by UUID,
    ADD COLUMN ended_because TEXT;

CREATE TABLE hit_outcome (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    rule TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    packs TEXT NOT NULL,
    line INTEGER,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    by UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX hit_outcome_rule ON hit_outcome (port, rule, rule_version);
CREATE UNIQUE INDEX hit_outcome_stands_once ON hit_outcome (port, case_no, agency, rule, rule_version, line) NULLS NOT DISTINCT WHERE revoked_at IS NULL;

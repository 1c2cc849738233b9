CREATE TABLE departure (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    disposition_id UUID NOT NULL,
    report_version INTEGER NOT NULL,
    agency TEXT NOT NULL,
    lines JSONB NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    proposed_by UUID NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    notified_at TIMESTAMP WITH TIME ZONE,
    deadline_id UUID,
    due_at TIMESTAMP WITH TIME ZONE,
    ground TEXT,
    dissented_by UUID,
    dissented_at TIMESTAMP WITH TIME ZONE,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX departure_case ON departure (port, case_no, proposed_at);

CREATE TABLE appeal (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    declaration_number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    disposition_id UUID NOT NULL,
    report_version INTEGER NOT NULL,
    was TEXT NOT NULL,
    ground TEXT NOT NULL,
    materials JSONB NOT NULL,
    state TEXT NOT NULL,
    filed_by UUID NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    suspended BOOLEAN NOT NULL DEFAULT false,
    suspended_because TEXT,
    examined_by TEXT,
    examined_because TEXT,
    laboratory TEXT,
    earlier_laboratory TEXT,
    ordered_by UUID,
    ordered_at TIMESTAMP WITH TIME ZONE,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_because TEXT,
    decided_type TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    -- a second test at the laboratory that tested first is no second test
    CHECK (laboratory IS DISTINCT FROM earlier_laboratory OR laboratory IS NULL)
);
CREATE INDEX appeal_declaration ON appeal (declaration_number);
-- one objection at a time
CREATE UNIQUE INDEX appeal_open ON appeal (disposition_id) WHERE state = 'FILED';

CREATE TABLE listed_laboratory (
    port TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    PRIMARY KEY (port, code),
    UNIQUE (port, name)
);

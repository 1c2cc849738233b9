CREATE TABLE follow_up (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    disposition_id UUID NOT NULL,
    declaration_number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    agency TEXT NOT NULL,
    lines INTEGER[] NOT NULL,
    state TEXT NOT NULL,
    holder TEXT,
    office TEXT,
    before_release BOOLEAN NOT NULL,
    demand JSONB NOT NULL,
    record JSONB,
    deadline_id UUID,
    overdue BOOLEAN DEFAULT false NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(deadline_id) REFERENCES deadline (id)
);
CREATE INDEX follow_up_case ON follow_up (port, case_no);
CREATE INDEX follow_up_number ON follow_up (declaration_number);
CREATE INDEX follow_up_office ON follow_up (office);

CREATE TABLE follow_up_entry (
    id UUID NOT NULL,
    follow_up_id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    office TEXT,
    action TEXT NOT NULL,
    party TEXT NOT NULL,
    by UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    text TEXT NOT NULL,
    documents JSONB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(follow_up_id) REFERENCES follow_up (id)
);
CREATE INDEX follow_up_entry_of ON follow_up_entry (follow_up_id, at);

CREATE TABLE case_filing (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    follow_up_id UUID NOT NULL,
    agency TEXT NOT NULL,
    reference TEXT NOT NULL,
    basis TEXT NOT NULL,
    lines INTEGER[] NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    filed_by UUID NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_by UUID,
    closed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(follow_up_id) REFERENCES follow_up (id)
);

CREATE TABLE goods_fact (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    fact TEXT NOT NULL,
    value BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    by UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX goods_fact_case ON goods_fact (port, case_no);

CREATE TABLE cost_record (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    note TEXT NOT NULL,
    by UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX cost_record_case ON cost_record (port, case_no);

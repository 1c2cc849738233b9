CREATE TABLE checklist (
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    entries JSONB NOT NULL,
    mandatory BOOLEAN NOT NULL,
    published_by UUID NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, agency, code, version),
    FOREIGN KEY(agency) REFERENCES agency (code)
);

CREATE TABLE cabin_paper (
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    content JSONB NOT NULL,
    required_of TEXT[] NOT NULL,
    label TEXT,
    trader TEXT,
    broker TEXT,
    declaration_number TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    filed_by UUID,
    filed_by_name TEXT NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id, version),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX cabin_paper_case ON cabin_paper (port, case_no);
CREATE INDEX cabin_paper_trader ON cabin_paper (declaration_number);

CREATE TABLE read_receipt (
    paper_id UUID NOT NULL,
    version INTEGER NOT NULL,
    person_id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (paper_id, version, person_id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(paper_id, version) REFERENCES cabin_paper (id, version)
);
CREATE INDEX read_receipt_case ON read_receipt (port, case_no);

CREATE TABLE reading_excuse (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    person_id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    agency TEXT NOT NULL,
    papers JSONB NOT NULL,
    reason TEXT NOT NULL,
    excused_by UUID NOT NULL,
    excused_by_name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX reading_excuse_case ON reading_excuse (port, case_no);

CREATE TABLE checklist_answer (
    session_id UUID NOT NULL,
    paper_id UUID NOT NULL,
    entry TEXT NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    answered_by UUID NOT NULL,
    answered_by_name TEXT NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (session_id, paper_id, entry),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(session_id) REFERENCES field_session (id)
);

CREATE TABLE deliberation_message (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    reply_to UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(reply_to) REFERENCES deliberation_message (id)
);
CREATE INDEX deliberation_message_case ON deliberation_message (port, case_no, at);

CREATE TABLE division_proposal (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    number INTEGER NOT NULL,
    sheet_version INTEGER NOT NULL,
    agency TEXT NOT NULL,
    proposed_by UUID NOT NULL,
    name TEXT NOT NULL,
    document JSONB NOT NULL,
    content_hash TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    adopted_at TIMESTAMP WITH TIME ZONE,
    adopted_by UUID,
    adopted_version INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    UNIQUE (port, case_no, number)
);

CREATE TABLE division_answer (
    proposal_id UUID NOT NULL,
    agency TEXT NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agrees BOOLEAN NOT NULL,
    reason TEXT,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (proposal_id, agency),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(proposal_id) REFERENCES division_proposal (id)
);

CREATE TABLE sheet_acknowledgement (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    version INTEGER NOT NULL,
    agency TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, version, agency),
    FOREIGN KEY(port, case_no, version) REFERENCES task_sheet (port, case_no, version)
);

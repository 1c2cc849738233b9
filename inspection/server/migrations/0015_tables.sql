CREATE TABLE info_request (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    asked TEXT NOT NULL,
    finding_id UUID NOT NULL,
    line INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    blocking BOOLEAN NOT NULL,
    content_hash TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deadline_id UUID NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(finding_id) REFERENCES finding (id)
);
CREATE INDEX info_request_case ON info_request (port, case_no, sent_at);

CREATE TABLE info_answer (
    request_id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    outcome TEXT NOT NULL,
    text TEXT NOT NULL,
    sources JSONB NOT NULL,
    late BOOLEAN NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    key_id TEXT,
    signature BYTEA,
    signed BYTEA,
    PRIMARY KEY (request_id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(request_id) REFERENCES info_request (id)
);
CREATE INDEX info_answer_case ON info_answer (port, case_no);

CREATE TABLE finding_minutes (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    finding_id UUID NOT NULL,
    held_at TIMESTAMP WITH TIME ZONE NOT NULL,
    participants JSONB NOT NULL,
    text TEXT NOT NULL,
    evidence TEXT,
    content_hash TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(finding_id) REFERENCES finding (id)
);
CREATE INDEX finding_minutes_case ON finding_minutes (port, case_no);

CREATE TABLE equivalence (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    standard TEXT NOT NULL,
    stands_for TEXT NOT NULL,
    certificate_type TEXT NOT NULL,
    issuer TEXT NOT NULL,
    check_kinds TEXT[] NOT NULL,
    reuse_days INTEGER NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    basis TEXT NOT NULL,
    made_by UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code)
);
CREATE INDEX equivalence_unit ON equivalence (port, agency);

CREATE TABLE recognition (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    standard TEXT NOT NULL,
    certificate_type TEXT NOT NULL,
    issued_on DATE NOT NULL,
    valid_until DATE NOT NULL,
    verdict TEXT NOT NULL,
    lines INTEGER[] NOT NULL,
    check_kinds TEXT[] NOT NULL,
    stands_for TEXT NOT NULL,
    equivalence_id UUID NOT NULL,
    reusable_until DATE NOT NULL,
    mandates TEXT[] NOT NULL,
    evidence TEXT,
    declared TEXT,
    content_hash TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(equivalence_id) REFERENCES equivalence (id)
);
CREATE INDEX recognition_case ON recognition (port, case_no);

CREATE TABLE rights_holder (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    brands TEXT[] NOT NULL,
    made_by UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code)
);
CREATE INDEX rights_holder_unit ON rights_holder (port, agency);

CREATE TABLE rights_authorisation (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    holder_id UUID NOT NULL,
    brand TEXT NOT NULL,
    trader TEXT NOT NULL,
    reference TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    made_by UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code),
    FOREIGN KEY(holder_id) REFERENCES rights_holder (id)
);
CREATE INDEX rights_authorisation_unit ON rights_authorisation (port, agency);

CREATE TABLE rights_silence (
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by UUID NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, agency),
    FOREIGN KEY(agency) REFERENCES agency (code)
);

CREATE TABLE rights_confirmation (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    line INTEGER NOT NULL,
    brand TEXT NOT NULL,
    question TEXT NOT NULL,
    holder_id UUID NOT NULL,
    holder_name TEXT NOT NULL,
    authorisation_id UUID,
    authorisation TEXT,
    content_hash TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deadline_id UUID,
    due_at TIMESTAMP WITH TIME ZONE,
    secret_hash BYTEA,
    lapsed_at TIMESTAMP WITH TIME ZONE,
    silence TEXT,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX rights_confirmation_case ON rights_confirmation (port, case_no);
CREATE INDEX rights_confirmation_secret ON rights_confirmation (secret_hash);

CREATE TABLE rights_reply (
    confirmation_id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    outcome TEXT NOT NULL,
    text TEXT NOT NULL,
    name TEXT NOT NULL,
    late BOOLEAN NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (confirmation_id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(confirmation_id) REFERENCES rights_confirmation (id)
);
CREATE INDEX rights_reply_case ON rights_reply (port, case_no);

ALTER TABLE notice ADD COLUMN address TEXT;

-- Tables of the first release. A test holds the mapped classes in */tables.py against what this makes.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE agency (
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    PRIMARY KEY (code)
);

CREATE TABLE bay (
    port TEXT NOT NULL,
    code TEXT NOT NULL,
    zone TEXT NOT NULL,
    kind TEXT NOT NULL,
    places INTEGER NOT NULL,
    capabilities TEXT[] NOT NULL,
    PRIMARY KEY (port, code)
);

CREATE TABLE case_counter (
    port TEXT NOT NULL,
    day DATE NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (port, day)
);

CREATE TABLE clock_offset (
    "only" BOOLEAN NOT NULL,
    microseconds BIGINT NOT NULL,
    move BIGINT NOT NULL,
    PRIMARY KEY ("only")
);

CREATE TABLE deadline (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    stream TEXT NOT NULL,
    subject TEXT NOT NULL,
    basis TEXT NOT NULL,
    budget TEXT NOT NULL,
    calendar TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    provisional BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);
CREATE INDEX deadline_running ON deadline (due_at) WHERE state = 'RUNNING';
CREATE INDEX deadline_subject ON deadline (subject);

CREATE TABLE declaration (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    number TEXT NOT NULL,
    version INTEGER NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    state TEXT NOT NULL,
    history BOOLEAN NOT NULL,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    document_hash TEXT NOT NULL,
    document JSONB NOT NULL,
    flags JSONB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (port, trader, number, version)
);
CREATE INDEX declaration_broker ON declaration (broker, received_at) WHERE broker IS NOT NULL;
CREATE INDEX declaration_trader ON declaration (trader, received_at);

CREATE TABLE enterprise (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    demo BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (code)
);

CREATE TABLE event (
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    tenant TEXT NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    owner TEXT,
    label TEXT,
    data JSONB NOT NULL,
    payload_hash BYTEA NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE event_stream (
    stream TEXT NOT NULL,
    tenant TEXT NOT NULL,
    seq BIGINT NOT NULL,
    head BYTEA NOT NULL,
    PRIMARY KEY (stream)
);

CREATE TABLE evidence (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner TEXT NOT NULL,
    label TEXT,
    declared_by UUID NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    file_name TEXT NOT NULL,
    captured_at TIMESTAMP WITH TIME ZONE NOT NULL,
    device_id TEXT NOT NULL,
    device_seq BIGINT NOT NULL,
    geo JSONB,
    content_hash TEXT NOT NULL,
    facts JSONB,
    state TEXT NOT NULL,
    admission TEXT NOT NULL,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stored_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);
CREATE INDEX evidence_scope ON evidence (port, scope);

CREATE TABLE port_policy (
    port TEXT NOT NULL,
    policy TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by UUID NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port)
);

CREATE TABLE stored_answer (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX stored_answer_at ON stored_answer (at);

CREATE TABLE deadline_rung (
    deadline_id UUID NOT NULL,
    rung INTEGER NOT NULL,
    port TEXT NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (deadline_id, rung),
    FOREIGN KEY(deadline_id) REFERENCES deadline (id)
);

CREATE TABLE declaration_line (
    declaration_id UUID NOT NULL,
    no INTEGER NOT NULL,
    port TEXT NOT NULL,
    hs TEXT NOT NULL,
    name TEXT NOT NULL,
    line_hash TEXT NOT NULL,
    PRIMARY KEY (declaration_id, no),
    FOREIGN KEY(declaration_id) REFERENCES declaration (id)
);
CREATE INDEX declaration_line_hs ON declaration_line (port, hs);

CREATE TABLE enterprise_status (
    declaration_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    port TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    number TEXT NOT NULL,
    case_no TEXT,
    status JSONB NOT NULL,
    as_of TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (declaration_id, seq),
    FOREIGN KEY(declaration_id) REFERENCES declaration (id)
);

CREATE TABLE joint_case (
    port TEXT NOT NULL,
    no TEXT NOT NULL,
    declaration_id UUID NOT NULL,
    declaration_number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    state TEXT NOT NULL,
    lead_agency TEXT NOT NULL,
    mode TEXT NOT NULL,
    priority_class TEXT NOT NULL,
    policy TEXT NOT NULL,
    lead_inspector UUID,
    openings INTEGER DEFAULT 0 NOT NULL,
    cancelled BOOLEAN DEFAULT false NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    version INTEGER DEFAULT 1 NOT NULL,
    PRIMARY KEY (port, no),
    FOREIGN KEY(declaration_id) REFERENCES declaration (id),
    UNIQUE (port, declaration_id)
);
CREATE INDEX joint_case_state ON joint_case (port, state, opened_at);

CREATE TABLE person (
    id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    powers TEXT[] NOT NULL,
    agency TEXT,
    port TEXT,
    enterprise TEXT,
    certified_until DATE,
    disabled_at TIMESTAMP WITH TIME ZONE,
    demo BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (login),
    FOREIGN KEY(agency) REFERENCES agency (code),
    FOREIGN KEY(enterprise) REFERENCES enterprise (code)
);
CREATE INDEX person_port_agency ON person (port, agency);

CREATE TABLE progress_key (
    declaration_id UUID NOT NULL,
    port TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    secret TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    PRIMARY KEY (declaration_id),
    FOREIGN KEY(declaration_id) REFERENCES declaration (id),
    UNIQUE (secret_hash)
);

CREATE TABLE screening_run (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    declaration_id UUID NOT NULL,
    packs TEXT NOT NULL,
    seed BIGINT NOT NULL,
    lane TEXT NOT NULL,
    score INTEGER NOT NULL,
    agencies TEXT[] NOT NULL,
    result JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(declaration_id) REFERENCES declaration (id)
);
CREATE INDEX screening_run_declaration ON screening_run (declaration_id);

CREATE TABLE unit (
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    duty_24h BOOLEAN NOT NULL,
    PRIMARY KEY (port, agency),
    FOREIGN KEY(agency) REFERENCES agency (code)
);

CREATE TABLE booking (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    bay TEXT NOT NULL,
    place INTEGER NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    booked_by UUID NOT NULL,
    booked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(port, bay) REFERENCES bay (port, code),
    CONSTRAINT booking_one_place_once EXCLUDE USING gist (port WITH =, bay WITH =, place WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state IN ('PROPOSED', 'CONFIRMED', 'CHANGED', 'IN_PROGRESS'))
);
CREATE UNIQUE INDEX booking_live_case ON booking (port, case_no) WHERE state IN ('PROPOSED', 'CONFIRMED', 'CHANGED', 'IN_PROGRESS');

CREATE TABLE case_member (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    PRIMARY KEY (port, case_no, agency),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

CREATE TABLE conclusion (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    version INTEGER NOT NULL,
    lines JSONB NOT NULL,
    late BOOLEAN NOT NULL,
    content_hash TEXT NOT NULL,
    signer UUID NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, agency, version),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

CREATE TABLE credential (
    person_id UUID NOT NULL,
    login TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES person (id),
    UNIQUE (login)
);

CREATE TABLE field_session (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    state TEXT NOT NULL,
    lead_inspector UUID NOT NULL,
    officers JSONB NOT NULL,
    attendance TEXT NOT NULL,
    seals_before TEXT[] NOT NULL,
    seals_after TEXT[] NOT NULL,
    checked_in_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX field_session_case ON field_session (port, case_no);
CREATE UNIQUE INDEX field_session_live ON field_session (port, case_no) WHERE state <> 'CLOSED';

CREATE TABLE finding (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    session_id UUID NOT NULL,
    agency TEXT NOT NULL,
    line INTEGER NOT NULL,
    component TEXT,
    kind TEXT NOT NULL,
    grade TEXT NOT NULL,
    observation TEXT NOT NULL,
    evidence TEXT[] NOT NULL,
    links TEXT[] NOT NULL,
    label TEXT,
    state TEXT NOT NULL,
    admission TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    submitted_by UUID NOT NULL,
    captured_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX finding_case ON finding (port, case_no, received_at);

CREATE TABLE inbox_item (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    case_no TEXT NOT NULL,
    dedupe TEXT NOT NULL,
    kind TEXT NOT NULL,
    data JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    delivered_at TIMESTAMP WITH TIME ZONE,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    UNIQUE (port, agency, dedupe)
);
CREATE INDEX inbox_agency ON inbox_item (port, agency, at);

CREATE TABLE invitation (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    round INTEGER NOT NULL,
    state TEXT NOT NULL,
    mandatory BOOLEAN NOT NULL,
    domains TEXT[] NOT NULL,
    points JSONB NOT NULL,
    deadline_id UUID,
    due_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    answered_by UUID,
    late BOOLEAN DEFAULT false NOT NULL,
    experts JSONB NOT NULL,
    decline_reason TEXT,
    decline_text TEXT,
    decline_confirmed BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (port, case_no, agency, round),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

CREATE TABLE one_time_link (
    token_hash BYTEA NOT NULL,
    person_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (token_hash),
    FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE report (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    version INTEGER NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    document JSONB NOT NULL,
    document_hash TEXT NOT NULL,
    inputs_hash TEXT NOT NULL,
    merge JSONB NOT NULL,
    pdf_sha256 TEXT,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, version),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

CREATE TABLE sign_in_session (
    id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    UNIQUE (token_hash),
    FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX sign_in_session_person ON sign_in_session (person_id);

CREATE TABLE task_sheet (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    version INTEGER NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    document JSONB NOT NULL,
    document_hash TEXT NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, version),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

CREATE TABLE disposition (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    report_version INTEGER NOT NULL,
    type TEXT,
    state TEXT NOT NULL,
    automatic BOOLEAN NOT NULL,
    lines JSONB NOT NULL,
    reason TEXT NOT NULL,
    proposed_by UUID,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_by UUID,
    approved_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(port, case_no, report_version) REFERENCES report (port, case_no, version),
    UNIQUE (port, case_no, report_version)
);

CREATE TABLE workstream (
    session_id UUID NOT NULL,
    agency TEXT NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    mandatory BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (session_id, agency),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(session_id) REFERENCES field_session (id)
);


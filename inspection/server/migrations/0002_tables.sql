-- People: certificates, rosters, mandates, conflicts of interest, coordinators; draws and who holds a case.

-- A certificate as joint inspector 协同查验官. No domain named: it counts for every domain of the agency.
CREATE TABLE certificate (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    person_id UUID NOT NULL,
    type TEXT NOT NULL,
    level INTEGER NOT NULL,
    domains TEXT[] NOT NULL,
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_because TEXT,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code),
    FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX certificate_person ON certificate (person_id);
CREATE INDEX certificate_unit ON certificate (port, agency);

-- An approver lets somebody work on one matter without the certificate it asks for. The scope is opaque ("case:…").
CREATE TABLE certificate_waiver (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    scope TEXT NOT NULL,
    person_id UUID NOT NULL,
    domains TEXT[] NOT NULL,
    reason TEXT NOT NULL,
    approver UUID NOT NULL,
    approver_name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (port, scope, person_id),
    FOREIGN KEY(person_id) REFERENCES person (id)
);

-- A shift of a roster: on these weekdays (ISO, 1 is Monday) from the one local time to the other; equal times are a whole day.
CREATE TABLE roster_shift (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    role TEXT NOT NULL,
    person_id UUID NOT NULL,
    rank INTEGER NOT NULL,
    weekdays INTEGER[] NOT NULL,
    starts TIME WITHOUT TIME ZONE NOT NULL,
    ends TIME WITHOUT TIME ZONE NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code),
    FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX roster_shift_unit ON roster_shift (port, agency, role);

-- Somebody is away, and who stands in.
CREATE TABLE absence (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    person_id UUID NOT NULL,
    substitute_id UUID,
    reason TEXT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code),
    FOREIGN KEY(person_id) REFERENCES person (id),
    FOREIGN KEY(substitute_id) REFERENCES person (id)
);
CREATE INDEX absence_unit ON absence (port, agency, ends_at);

-- How the desk of a role is reached: an extension or a room, never anybody's private number.
CREATE TABLE duty_desk (
    port TEXT NOT NULL,
    role TEXT NOT NULL,
    agency TEXT NOT NULL,
    contact TEXT NOT NULL,
    PRIMARY KEY (port, role),
    FOREIGN KEY(agency) REFERENCES agency (code)
);

-- A joint mandate 联合授权委托: which acts an agency may do at the port, in which domains, signed by whom, until when.
CREATE TABLE mandate (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    number TEXT NOT NULL,
    acts TEXT[] NOT NULL,
    domains TEXT[] NOT NULL,
    signatories TEXT[] NOT NULL,
    clauses TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (port, agency, number),
    FOREIGN KEY(agency) REFERENCES agency (code)
);

-- A tie between a person and a party that keeps the person off that party's cases.
CREATE TABLE conflict_of_interest (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    agency TEXT NOT NULL,
    person_id UUID NOT NULL,
    party TEXT NOT NULL,
    reason TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    declared_by UUID NOT NULL,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES agency (code),
    FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX conflict_of_interest_unit ON conflict_of_interest (port, agency, party);

-- A coordinator 业务协调员 of an enterprise for one topic. Ends by a date, never by deletion.
CREATE TABLE coordinator_assignment (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    enterprise TEXT NOT NULL,
    topic TEXT NOT NULL,
    person_id UUID NOT NULL,
    substitute_id UUID,
    contact TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(enterprise) REFERENCES enterprise (code),
    FOREIGN KEY(person_id) REFERENCES person (id),
    FOREIGN KEY(substitute_id) REFERENCES person (id)
);
CREATE INDEX coordinator_assignment_enterprise ON coordinator_assignment (enterprise, port, topic);

-- A seed that is committed to and not yet revealed. Nobody reads it but the platform.
CREATE TABLE draw_seed (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    seed TEXT NOT NULL,
    commitment TEXT NOT NULL,
    committed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, purpose, subject),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

-- A draw 双随机 as anybody can replay it; who stands drawn after it, and why it was drawn again. Never changed.
CREATE TABLE draw_record (
    id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    agency TEXT NOT NULL,
    commitment TEXT NOT NULL,
    drawn_at TIMESTAMP WITH TIME ZONE NOT NULL,
    drawn_by UUID NOT NULL,
    eligible INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    drawn INTEGER NOT NULL,
    standing TEXT[] NOT NULL,
    reason TEXT,
    document JSONB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (port, case_no, commitment),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX draw_record_day ON draw_record (port, drawn_at);

-- Who holds a case on each agency's side; the hand-overs themselves are events of the case.
CREATE TABLE case_duty (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, agency),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(person_id) REFERENCES person (id)
);

-- A certificate is a row of its own now: what stood on the person becomes one for every domain.
INSERT INTO certificate
SELECT gen_random_uuid(), port, agency, id, 'JOINT_INSPECTOR', 2, '{}', 'P-' || login, agency,
       created_at::date, certified_until, NULL, NULL, created_at
FROM person WHERE certified_until IS NOT NULL AND port IS NOT NULL AND agency IS NOT NULL;
ALTER TABLE person DROP COLUMN certified_until;

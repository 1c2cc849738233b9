ALTER TABLE booking
    ADD COLUMN version INTEGER DEFAULT 1 NOT NULL,
    ADD COLUMN hold_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN off_hours BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN reasons JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN ended_because TEXT,
    ADD COLUMN absent_party TEXT,
    ADD CONSTRAINT booking_as_its_experts_see_it UNIQUE (id, starts_at, ends_at, state);
CREATE INDEX booking_hold ON booking (hold_until) WHERE state = 'PROPOSED';

CREATE TABLE booking_expert (
    booking_id UUID NOT NULL,
    person_id UUID NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    name TEXT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (booking_id, person_id),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(booking_id, starts_at, ends_at, state) REFERENCES booking (id, starts_at, ends_at, state) ON UPDATE CASCADE,
    CONSTRAINT booking_expert_one_place_at_a_time EXCLUDE USING gist (port WITH =, person_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state IN ('PROPOSED', 'CONFIRMED', 'CHANGED', 'IN_PROGRESS'))
);

CREATE TABLE booking_answer (
    booking_id UUID NOT NULL,
    agency TEXT NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    mandatory BOOLEAN NOT NULL,
    asked_version INTEGER NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    confirmed_by UUID,
    PRIMARY KEY (booking_id, agency),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(booking_id) REFERENCES booking (id)
);

CREATE TABLE preferred_windows (
    declaration_id UUID NOT NULL,
    port TEXT NOT NULL,
    number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    windows JSONB NOT NULL,
    off_hours BOOLEAN NOT NULL,
    stated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (declaration_id),
    FOREIGN KEY(declaration_id) REFERENCES declaration (id)
);

CREATE TABLE appointment_notice (
    booking_id UUID NOT NULL,
    sequence INTEGER NOT NULL,
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    declaration_id UUID NOT NULL,
    number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    document JSONB NOT NULL,
    calendar TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (booking_id, sequence),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(booking_id) REFERENCES booking (id)
);
CREATE INDEX appointment_notice_declaration ON appointment_notice (declaration_id, at);

CREATE TABLE yard_position (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    unit TEXT NOT NULL,
    bay TEXT,
    place INTEGER,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by UUID NOT NULL,
    PRIMARY KEY (port, case_no, unit),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no),
    FOREIGN KEY(port, bay) REFERENCES bay (port, code),
    CONSTRAINT yard_position_one_unit_a_place UNIQUE (port, bay, place)
);

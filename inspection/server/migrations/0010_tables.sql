ALTER TABLE booking
    ADD COLUMN earliest_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN wished BOOLEAN DEFAULT false NOT NULL;

CREATE TABLE case_time (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seq INTEGER NOT NULL,
    segments JSONB NOT NULL,
    clock BIGINT NOT NULL,
    working BIGINT NOT NULL,
    to_inspection_clock BIGINT,
    to_inspection_working BIGINT,
    inspection_clock BIGINT,
    inspection_working BIGINT,
    PRIMARY KEY (port, case_no),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX case_time_ended ON case_time (port, ended_at);

CREATE TABLE party_time (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    agency TEXT NOT NULL,
    kind TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    clock BIGINT NOT NULL,
    working BIGINT NOT NULL,
    alone_clock BIGINT NOT NULL,
    alone_working BIGINT NOT NULL,
    case_clock BIGINT NOT NULL,
    case_working BIGINT NOT NULL,
    PRIMARY KEY (port, case_no, agency),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);
CREATE INDEX party_time_ended ON party_time (port, ended_at, agency);

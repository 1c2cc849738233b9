CREATE TABLE case_reopening (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    number INTEGER NOT NULL,
    ground TEXT NOT NULL,
    reason TEXT NOT NULL,
    after_report INTEGER NOT NULL,
    reopened_by UUID,
    reopened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, number),
    FOREIGN KEY(port, case_no) REFERENCES joint_case (port, no)
);

ALTER TABLE appeal ADD COLUMN second_test TEXT;
ALTER TABLE appeal ADD COLUMN second_reference TEXT;
ALTER TABLE appeal ADD COLUMN second_note TEXT;
ALTER TABLE appeal ADD COLUMN second_by UUID;
ALTER TABLE appeal ADD COLUMN second_at TIMESTAMP WITH TIME ZONE;

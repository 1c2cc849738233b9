ALTER TABLE report ADD COLUMN seal BYTEA;

CREATE TABLE enterprise_report (
    port TEXT NOT NULL,
    case_no TEXT NOT NULL,
    version INTEGER NOT NULL,
    declaration_number TEXT NOT NULL,
    trader TEXT NOT NULL,
    broker TEXT,
    document JSONB NOT NULL,
    document_hash TEXT NOT NULL,
    pdf_sha256 TEXT NOT NULL,
    seal BYTEA,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (port, case_no, version),
    FOREIGN KEY(port, case_no, version) REFERENCES report (port, case_no, version)
);
CREATE INDEX enterprise_report_number ON enterprise_report (declaration_number);

CREATE TABLE printable_photo (
    evidence_id UUID NOT NULL,
    sha256 TEXT,
    size INTEGER,
    width INTEGER,
    height INTEGER,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (evidence_id),
    FOREIGN KEY(evidence_id) REFERENCES evidence (id),
    CHECK ((sha256 IS NULL) = (size IS NULL AND width IS NULL AND height IS NULL))
);

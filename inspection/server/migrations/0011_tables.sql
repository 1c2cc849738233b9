CREATE TABLE signing_key (
    id TEXT NOT NULL,
    person_id UUID NOT NULL,
    port TEXT,
    public_key BYTEA NOT NULL,
    name TEXT NOT NULL,
    enrolled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_because TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX signing_key_person ON signing_key (person_id);

ALTER TABLE conclusion
    ADD COLUMN key_id TEXT,
    ADD COLUMN signature BYTEA,
    ADD COLUMN signed BYTEA;

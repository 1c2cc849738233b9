CREATE TABLE back_test (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    version integer NOT NULL,
    sha256 text NOT NULL,
    against jsonb NOT NULL,
    options jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'CANCELLED', 'FAILED')),
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    cancelled boolean NOT NULL DEFAULT false,
    alive_at timestamptz,
    ended_at timestamptz,
    failure jsonb,
    report jsonb
);
CREATE INDEX back_test_of ON back_test (name, version, asked_at);

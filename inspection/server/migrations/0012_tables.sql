CREATE TABLE merge_policy (
    name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    status text NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'RETIRED')),
    source text NOT NULL,
    document jsonb,
    sha256 text,
    author uuid,
    drafted_at timestamptz,
    note text NOT NULL DEFAULT '',
    approver uuid,
    published_at timestamptz,
    effective_from timestamptz,
    reason text NOT NULL DEFAULT '',
    retired_by uuid,
    retired_at timestamptz,
    retired_because text NOT NULL DEFAULT '',
    PRIMARY KEY (name, version),
    -- the last word against an author who publishes alone; what ships has neither
    CHECK (author IS NULL OR approver IS DISTINCT FROM author),
    CHECK (status = 'DRAFT' OR (document IS NOT NULL AND sha256 IS NOT NULL AND effective_from IS NOT NULL))
);

-- the version a port's new cases get: null follows the newest that is in force
ALTER TABLE port_policy ADD COLUMN version integer;
-- cases opened before versions were kept had the first of their policy
ALTER TABLE joint_case ADD COLUMN policy_version integer NOT NULL DEFAULT 1;

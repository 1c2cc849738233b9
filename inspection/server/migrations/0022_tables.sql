CREATE TABLE rulebook_version (
    name text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    status text NOT NULL CHECK (status IN ('DRAFT', 'SHADOW', 'ACTIVE', 'RETIRED')),
    source text NOT NULL,
    document jsonb,
    sha256 text,
    title_zh text NOT NULL DEFAULT '',
    title_en text NOT NULL DEFAULT '',
    rules integer NOT NULL DEFAULT 0,
    agencies text[] NOT NULL DEFAULT '{}',
    author uuid,
    drafted_at timestamptz,
    note text NOT NULL DEFAULT '',
    shadow_since timestamptz,
    approver uuid,
    published_at timestamptz,
    effective_from timestamptz,
    reason text NOT NULL DEFAULT '',
    hastened text NOT NULL DEFAULT '',
    retired_by uuid,
    retired_at timestamptz,
    retired_because text NOT NULL DEFAULT '',
    PRIMARY KEY (name, version),
    -- the last word against an author who publishes alone; what ships has neither
    CHECK (author IS NULL OR approver IS DISTINCT FROM author),
    CHECK (status = 'DRAFT' OR (document IS NOT NULL AND sha256 IS NOT NULL)),
    CHECK (status IN ('DRAFT', 'SHADOW') OR effective_from IS NOT NULL)
);

CREATE TABLE rule_set (
    ruleset text PRIMARY KEY,
    members jsonb NOT NULL,
    first_at timestamptz NOT NULL
);

CREATE TABLE shadow_result (
    sha256 text NOT NULL,
    screening_id uuid NOT NULL,
    port text NOT NULL,
    screened_at timestamptz NOT NULL,
    at timestamptz NOT NULL,
    kept integer NOT NULL,
    gained jsonb NOT NULL,
    lost jsonb NOT NULL,
    agencies_gained text[] NOT NULL,
    agencies_lost text[] NOT NULL,
    lane text NOT NULL,
    shadow_lane text NOT NULL,
    PRIMARY KEY (sha256, screening_id)
);
CREATE INDEX shadow_result_at ON shadow_result (sha256, screened_at);

-- what has been screened since a version went into the shadow
CREATE INDEX screening_run_at ON screening_run USING brin (at);

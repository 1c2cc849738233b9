CREATE TABLE webhook_subscription (
    id UUID NOT NULL,
    port TEXT,
    agency TEXT,
    enterprise TEXT,
    url TEXT NOT NULL,
    templates TEXT[] NOT NULL,
    made_by UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_because TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX webhook_subscription_enterprise ON webhook_subscription (enterprise);
CREATE INDEX webhook_subscription_unit ON webhook_subscription (port, agency);

CREATE TABLE webhook_secret (
    id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    secret TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(subscription_id) REFERENCES webhook_subscription (id)
);
CREATE INDEX webhook_secret_subscription ON webhook_secret (subscription_id, made_at);

CREATE TABLE notice_preference (
    person_id UUID NOT NULL,
    language TEXT NOT NULL,
    email TEXT,
    quiet_since TIME WITHOUT TIME ZONE,
    quiet_until TIME WITHOUT TIME ZONE,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE notice (
    id UUID NOT NULL,
    dedupe TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    template TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    case_no TEXT,
    port TEXT,
    agency TEXT,
    enterprise TEXT,
    person_id UUID,
    subscription_id UUID,
    language TEXT NOT NULL,
    texts JSONB NOT NULL,
    data JSONB NOT NULL,
    calendar TEXT,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_try_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(subscription_id) REFERENCES webhook_subscription (id),
    UNIQUE (dedupe)
);
CREATE INDEX notice_enterprise ON notice (enterprise, at);
CREATE INDEX notice_failed ON notice (at) WHERE state = 'FAILED';
CREATE INDEX notice_person ON notice (person_id, at);
CREATE INDEX notice_queued ON notice (channel, next_try_at) WHERE state = 'QUEUED';
CREATE INDEX notice_subscription ON notice (subscription_id, at);
CREATE INDEX notice_unit ON notice (port, agency, at);

CREATE TABLE notice_attempt (
    notice_id UUID NOT NULL,
    attempt INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    answer TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (notice_id, attempt),
    FOREIGN KEY(notice_id) REFERENCES notice (id)
);


-- The data plane. The organization leads every key and index, nothing here has a trigger or a foreign key
-- out of the plane, and no default is needed that a distributed PostgreSQL would refuse.

-- The organization's posting clock, and its lock: every writer first takes this row FOR UPDATE, so the
-- postings of one organization are totally ordered and "as it stood then" has one answer.
CREATE TABLE ledger_clock (
    org_id bigint PRIMARY KEY,
    posted_at timestamptz NOT NULL
);

-- What yields credit: reporting currency, time zone, credit owner and the metrics, as the compiler takes them.
-- Read after the lock, never before it.
CREATE TABLE ledger_rules (
    org_id bigint PRIMARY KEY,
    rules jsonb NOT NULL
);

-- By which words a record's owner is recognised: 1 an external id of one source, 2 an e-mail, 3 a name. An external id
-- is kept to the letter, the others in small letters.
CREATE TABLE owner_key (
    org_id bigint NOT NULL,
    key text NOT NULL,
    rank smallint NOT NULL CHECK (rank BETWEEN 1 AND 3),
    source text NOT NULL,
    person_id bigint NOT NULL,
    PRIMARY KEY (org_id, key, rank, source, person_id)
);
CREATE INDEX owner_key_person ON owner_key (org_id, person_id);

-- In which units a person was on which days, and between which postings that was held to be so. All units of a day are
-- in one row: a department and those above it by their ids, a team by its id negated.
CREATE TABLE rollup (
    org_id bigint NOT NULL,
    person_id bigint NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL CHECK (to_day > from_day),
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL DEFAULT 'infinity',
    units bigint[] NOT NULL,
    PRIMARY KEY (org_id, person_id, from_day, known_from)
);
-- The stays that stand now: what a tree is summed by.
CREATE INDEX rollup_standing ON rollup (org_id, person_id, from_day, to_day) WHERE known_to = 'infinity';
-- Who came or went inside a window: only their days have to be looked at one by one.
CREATE INDEX rollup_from ON rollup (org_id, from_day, person_id);
CREATE INDEX rollup_to ON rollup (org_id, to_day, person_id);

-- What a unit of a currency is worth in the reporting currency, from a day until the next entry; `minor_rate` is the
-- same between their minor units, so that amounts convert without knowing either exponent.
CREATE TABLE currency_rate (
    org_id bigint NOT NULL,
    currency text NOT NULL,
    from_day date NOT NULL,
    rate numeric NOT NULL CHECK (rate > 0),
    minor_rate numeric NOT NULL CHECK (minor_rate > 0),
    PRIMARY KEY (org_id, currency, from_day)
);

-- One sequence for the three record tables, so that a record id alone names a record in the ledger.
CREATE SEQUENCE record_id_seq;

CREATE TABLE deal (
    org_id bigint NOT NULL,
    record_id bigint NOT NULL DEFAULT nextval('record_id_seq'),
    owner_id bigint,
    close_owner_id bigint,
    amount bigint,
    created_at timestamptz,
    closed_at timestamptz,
    modified timestamptz,
    created_day date,
    closed_day date,
    expected_close date,
    deleted boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'won', 'lost')),
    currency text NOT NULL,
    source text NOT NULL,
    external_id text NOT NULL,
    name text,
    owner text,
    stage text,
    pipeline text,
    product text,
    region text,
    custom jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (org_id, record_id)
);
CREATE UNIQUE INDEX deal_external ON deal (org_id, source, external_id);
CREATE INDEX deal_owner ON deal (org_id, owner_id, record_id);
CREATE INDEX deal_unmatched ON deal (org_id, lower(btrim(owner))) WHERE owner_id IS NULL AND owner IS NOT NULL;

CREATE TABLE lead (
    org_id bigint NOT NULL,
    record_id bigint NOT NULL DEFAULT nextval('record_id_seq'),
    owner_id bigint,
    close_owner_id bigint,
    created_at timestamptz,
    qualified_at timestamptz,
    modified timestamptz,
    created_day date,
    qualified_day date,
    deleted boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'qualified', 'disqualified')),
    source text NOT NULL,
    external_id text NOT NULL,
    name text,
    owner text,
    stage text,
    pipeline text,
    lead_source text,
    region text,
    custom jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (org_id, record_id)
);
CREATE UNIQUE INDEX lead_external ON lead (org_id, source, external_id);
CREATE INDEX lead_owner ON lead (org_id, owner_id, record_id);
CREATE INDEX lead_unmatched ON lead (org_id, lower(btrim(owner))) WHERE owner_id IS NULL AND owner IS NOT NULL;

CREATE TABLE task (
    org_id bigint NOT NULL,
    record_id bigint NOT NULL DEFAULT nextval('record_id_seq'),
    owner_id bigint,
    close_owner_id bigint,
    created_at timestamptz,
    completed_at timestamptz,
    modified timestamptz,
    created_day date,
    completed_day date,
    deleted boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completed', 'cancelled')),
    source text NOT NULL,
    external_id text NOT NULL,
    name text,
    owner text,
    type text,
    custom jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (org_id, record_id)
);
CREATE UNIQUE INDEX task_external ON task (org_id, source, external_id);
CREATE INDEX task_owner ON task (org_id, owner_id, record_id);
CREATE INDEX task_unmatched ON task (org_id, lower(btrim(owner))) WHERE owner_id IS NULL AND owner IS NOT NULL;

-- The ledger: only ever added to.
CREATE SEQUENCE credit_id_seq CACHE 100;
CREATE TABLE credit (
    org_id bigint NOT NULL,
    record_id bigint NOT NULL,
    credit_id bigint NOT NULL DEFAULT nextval('credit_id_seq'),
    person_id bigint NOT NULL,
    value bigint NOT NULL,
    posted_at timestamptz NOT NULL,
    metric_id integer NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (org_id, record_id, credit_id)
);
CREATE INDEX credit_counted ON credit (org_id, metric_id, day, person_id);

-- The ledger summed by metric, day and person, kept in step by the posting transaction. The value rides in the
-- index so that a whole tree is read from it alone.
CREATE TABLE daily_total (
    org_id bigint NOT NULL,
    person_id bigint NOT NULL,
    value bigint NOT NULL,
    metric_id integer NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (org_id, metric_id, day, person_id) INCLUDE (value)
);

-- For level metrics, the sum of all days: what stands at a day is this less what came after it.
CREATE TABLE level_total (
    org_id bigint NOT NULL,
    metric_id integer NOT NULL,
    person_id bigint NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (org_id, metric_id, person_id)
);

-- One row per committed batch, whatever it came from.
CREATE TABLE ingest_batch (
    org_id bigint NOT NULL,
    batch_id bigint GENERATED ALWAYS AS IDENTITY,
    module text NOT NULL,
    source text NOT NULL,
    file text,
    actor text NOT NULL,
    posted_at timestamptz NOT NULL,
    created integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    stale integer NOT NULL,
    rejected integer NOT NULL,
    PRIMARY KEY (org_id, batch_id)
);

CREATE TABLE rejected_row (
    org_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    place integer NOT NULL,
    line integer NOT NULL,
    column_name text,
    reason text NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (org_id, batch_id, place)
);

-- What each posting moved, for those who watch: NULL metrics or people are all of them, and `targets` are those whose
-- assignments changed. Kept for a day or so, so that a watcher who was away can ask for what it missed.
CREATE TABLE posting (
    org_id bigint NOT NULL,
    posted_at timestamptz NOT NULL,
    posting_id bigint GENERATED ALWAYS AS IDENTITY,
    metrics integer[],
    people bigint[],
    first_day date NOT NULL,
    last_day date NOT NULL,
    targets bigint[],
    PRIMARY KEY (org_id, posted_at, posting_id)
);

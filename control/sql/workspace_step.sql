-- What a workspace is made of: roles of sources, steps of a refresh, columns of the customer view. A domain declares its
-- own here, in its part of the script; nothing else needs to know of them.

CREATE TABLE crm.workspace_role (
    role text NOT NULL,
    position int NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('customer', 'time', 'number', 'text', 'truth', 'features')),
    needed boolean NOT NULL,
    meaning text NOT NULL,
    PRIMARY KEY (role, name),
    UNIQUE (role, position)
);
COMMENT ON TABLE crm.workspace_role IS 'The roles that a source of a workspace can play, and the columns of each.';
COMMENT ON COLUMN crm.workspace_role.kind IS
    'customer: any type, the same in all sources; time: date, timestamp or timestamptz; number; text; truth: boolean; features: jsonb.';
COMMENT ON COLUMN crm.workspace_role.needed IS 'Whether a source of this role must have the column; others are NULL when it has none.';

INSERT INTO crm.workspace_role VALUES
    ('orders', 1, 'customer', 'customer', true, 'whose order it is'),
    ('orders', 2, 'ordered_at', 'time', true, 'when it was ordered'),
    ('orders', 3, 'amount', 'number', true, 'what it came to; negative for a refund'),
    ('customers', 1, 'customer', 'customer', true, 'who it is: one row a customer'),
    ('customers', 2, 'name', 'text', true, 'what to call the customer'),
    ('comments', 1, 'customer', 'customer', true, 'who wrote it'),
    ('comments', 2, 'at', 'time', true, 'when it was written'),
    ('comments', 3, 'comment', 'text', true, 'what was written'),
    ('comments', 4, 'topic', 'text', false, 'what it is about, where a person has said so'),
    ('topic_rules', 1, 'topic', 'text', true, 'what comments that the rule fits are about'),
    ('topic_rules', 2, 'rule', 'text', true, 'words, phrases or a regular expression, as crm.fit_text_rules reads them');

CREATE TABLE crm.workspace_step (
    name text PRIMARY KEY,
    position int NOT NULL UNIQUE,
    role text,
    optional boolean NOT NULL DEFAULT true,
    makes text[] NOT NULL,
    keeps text[] NOT NULL DEFAULT '{}',
    versions text[] NOT NULL DEFAULT '{}',
    of_source text[] NOT NULL DEFAULT '{}',
    customer_join text,
    meaning text NOT NULL
);
COMMENT ON TABLE crm.workspace_step IS
    'The steps of crm.refresh, in their order. Step x is the function crm.refresh_x(this_run, as_of, options), which gives rows and a message; crm.set_up_x(customer_type) makes its tables and views.';
COMMENT ON COLUMN crm.workspace_step.role IS 'The source without which the step has nothing to do; NULL: orders.';
COMMENT ON COLUMN crm.workspace_step.optional IS 'Whether a run may leave the step out (option steps); what it made last then stays.';
COMMENT ON COLUMN crm.workspace_step.makes IS 'Tables with a column run whose rows of earlier runs go when a run is complete.';
COMMENT ON COLUMN crm.workspace_step.keeps IS 'Tables with a column run that hold all runs.';
COMMENT ON COLUMN crm.workspace_step.versions IS
    'Tables with columns run and superseded: run n shows the rows with run <= n that neither n nor an earlier run has superseded. What an earlier attempt at a run left in them is undone before the step begins, be it left out or not.';
COMMENT ON COLUMN crm.workspace_step.of_source IS 'Tables that hold what the source of the role says, and are emptied when it is dropped.';
COMMENT ON COLUMN crm.workspace_step.customer_join IS
    'What the columns of the step in view customer need beside fact, score and basis: a join of one row a customer.';

CREATE TABLE crm.workspace_column (
    step text NOT NULL,
    position int NOT NULL UNIQUE,
    name text PRIMARY KEY,
    expression text NOT NULL,
    meaning text NOT NULL
);
COMMENT ON TABLE crm.workspace_column IS
    'The columns of a workspace''s view customer: expressions over published, basis (what the run''s scores stand on), fact (the customer), score (of the customer''s history) and the joins of the steps.';

CREATE FUNCTION crm.undo_versions(step text, this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    versioned text;
BEGIN
    FOR versioned IN SELECT unnest(versions) FROM crm.workspace_step WHERE name = step LOOP
        EXECUTE format('DELETE FROM %I WHERE run = $1', versioned) USING this_run;
        EXECUTE format('UPDATE %I SET superseded = NULL WHERE superseded = $1', versioned) USING this_run;
    END LOOP;
END $$;
COMMENT ON FUNCTION crm.undo_versions(text, bigint) IS
    'Support of crm.refresh: undoes what an earlier attempt at the run left in the versions of a step, so that those of the last complete run are the start.';

REVOKE ALL ON crm.workspace_role, crm.workspace_step, crm.workspace_column FROM PUBLIC;
GRANT SELECT ON crm.workspace_role, crm.workspace_step, crm.workspace_column TO PUBLIC;

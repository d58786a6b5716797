-- The record of a workspace's runs, and what any session can see of one that is under way

CREATE FUNCTION crm.workspace_lock(workspace regnamespace) RETURNS bigint
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN (hashtext('crm.refresh')::bigint << 32) | workspace::oid::bigint;
COMMENT ON FUNCTION crm.workspace_lock(regnamespace) IS 'The key of the advisory lock that a refresh of the workspace holds.';

CREATE FUNCTION crm.begin_job(key bigint) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'crm_begin_job';
COMMENT ON FUNCTION crm.begin_job(bigint) IS
    'Takes an advisory lock for the session as pg_try_advisory_lock does, until crm.end_job, or until an error ends the transaction: a job that failed or was cancelled leaves no lock behind.';

CREATE FUNCTION crm.end_job() RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'crm_end_job';
COMMENT ON FUNCTION crm.end_job() IS 'Gives back the lock that crm.begin_job took; false when there is none.';

CREATE FUNCTION crm.is_refreshing(workspace regnamespace) RETURNS boolean
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN EXISTS (SELECT FROM pg_locks
                   WHERE locktype = 'advisory' AND objsubid = 1 AND granted
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                     AND classid = ((crm.workspace_lock(workspace) >> 32) & 4294967295)::oid
                     AND objid = (crm.workspace_lock(workspace) & 4294967295)::oid);
COMMENT ON FUNCTION crm.is_refreshing(regnamespace) IS 'Whether some session is refreshing the workspace right now.';

CREATE FUNCTION crm.set_up_runs() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    workspace CONSTANT name := current_schema();
BEGIN
    CREATE TABLE setting (name text PRIMARY KEY, value jsonb, meaning text NOT NULL, default_value jsonb);
    COMMENT ON TABLE setting IS 'Settings of this workspace: change value by UPDATE; a null takes the default. The options of crm.refresh override them for one run.';
    COMMENT ON COLUMN setting.default_value IS 'What a null stands for: the value that the setting was made with.';
    INSERT INTO setting VALUES
        ('time_zone', NULL, 'time zone in which days of a timestamptz begin'),
        ('horizon_days', '365', 'days ahead for churn probability, expected orders and lifetime value'),
        ('discount_rate', '0.10', 'a year, continuous, of money to come'),
        ('level', '0.80', 'probability that intervals hold'),
        ('bins', '5', 'scores of recency, frequency and monetary run from 1 to this'),
        ('segments', NULL, 'names by recency (rows) and frequency score (columns), as crm.rfm_segment takes them; null: the customary eleven'),
        ('models', '["bg_nbd", "mbg_nbd", "pareto_nbd"]', 'kinds of purchase models to try'),
        ('refit_after_days', '7', 'days after which models are fitted anew'),
        ('holdout_days', NULL, 'days at the end of the history on which models are judged; null: a quarter of it, 28 to 365'),
        ('reject_margin', '0.01', 'a new model is rejected when its quality is worse than the last one''s by more than this share'),
        ('usual_gap_days', NULL, 'silence beyond which a customer is at risk, beyond twice which one has lapsed; null: learned from the gaps between orders'),
        ('watermark_overlap', '"1 day"', 'how much earlier than the last watermark late rows are looked for, where it is a time'),
        ('migration_days', '30', 'days over which migration between segments is counted');

    CREATE TABLE source (
        role text CONSTRAINT source_pkey PRIMARY KEY, source text NOT NULL, columns jsonb NOT NULL, follow text NOT NULL, seen text);
    COMMENT ON TABLE source IS 'The sources of this workspace; crm.add_source changes them.';
    COMMENT ON COLUMN source.seen IS 'The highest watermark that a run has seen.';

    CREATE TABLE changed_order (customer text);
    COMMENT ON TABLE changed_order IS 'Whose orders changed since the last run, where triggers say so; NULL: everybody''s.';

    CREATE TABLE refresh_run (
        run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        as_of date NOT NULL,
        options jsonb NOT NULL,
        state text NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        customers bigint,
        changed_customers bigint,
        message text);
    COMMENT ON TABLE refresh_run IS 'Every run of crm.refresh; the view run says also how far one is.';
    CREATE TABLE refresh_step (
        run bigint NOT NULL REFERENCES refresh_run ON DELETE CASCADE,
        position int NOT NULL,
        step text NOT NULL,
        state text NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        rows bigint,
        message text,
        PRIMARY KEY (run, position));
    COMMENT ON TABLE refresh_step IS 'Every step of every run.';
    CREATE TABLE published (run bigint NOT NULL, as_of date NOT NULL, one boolean PRIMARY KEY DEFAULT true CHECK (one));
    COMMENT ON TABLE published IS 'The last complete run: what views show. One row, or none before the first.';

    -- A step under way is judged by the time that it took in the last complete run.
    EXECUTE format($view$
        CREATE VIEW run_step AS
        SELECT step.run, step.position, step.step,
               CASE WHEN step.state = 'running' AND NOT crm.is_refreshing(%1$L::regnamespace) THEN 'interrupted' ELSE step.state END AS state,
               step.started_at, step.ended_at,
               extract(epoch FROM coalesce(step.ended_at, clock_timestamp()) - step.started_at)::float8 AS seconds, step.rows,
               CASE WHEN step.state = 'complete' THEN 100.0
                    WHEN step.state = 'running' AND before.seconds > 0
                    THEN least(99.0, 100 * extract(epoch FROM clock_timestamp() - step.started_at)::float8 / before.seconds) END AS percent,
               CASE WHEN step.state = 'running' THEN step.started_at + before.seconds * interval '1 second' END AS estimated_end,
               step.message
        FROM refresh_step AS step
        LEFT JOIN LATERAL (
            SELECT extract(epoch FROM earlier.ended_at - earlier.started_at)::float8 AS seconds
            FROM refresh_step AS earlier
            WHERE earlier.step = step.step AND earlier.run < step.run AND earlier.state = 'complete'
            ORDER BY earlier.run DESC LIMIT 1) AS before ON true$view$, quote_ident(workspace));
    COMMENT ON VIEW run_step IS 'Every step of every run: state (running, interrupted, complete, failed), time, rows, and how far it is (by the time it took before).';
    EXECUTE format($view$
        CREATE VIEW run AS
        SELECT run.run, run.as_of,
               CASE WHEN run.state = 'running' AND NOT crm.is_refreshing(%1$L::regnamespace) THEN 'interrupted' ELSE run.state END AS state,
               run.started_at, run.ended_at,
               extract(epoch FROM coalesce(run.ended_at, clock_timestamp()) - run.started_at)::float8 AS seconds,
               run.customers, run.changed_customers,
               CASE WHEN run.state = 'complete' THEN 100.0
                    WHEN run.state = 'running' THEN coalesce(least(99.0, 100 * progress.done / nullif(progress.all_steps, 0)), 0) END AS percent,
               CASE WHEN run.state = 'running'
                    THEN clock_timestamp() + greatest(progress.all_steps - progress.done, 0) * interval '1 second' END AS estimated_end,
               run.message
        FROM refresh_run AS run
        LEFT JOIN LATERAL (
            SELECT sum(extract(epoch FROM earlier.ended_at - earlier.started_at))::float8 AS all_steps,
                   sum(CASE WHEN now_step.state = 'complete' THEN extract(epoch FROM earlier.ended_at - earlier.started_at)
                            WHEN now_step.state = 'running' THEN least(extract(epoch FROM earlier.ended_at - earlier.started_at),
                                                                       extract(epoch FROM clock_timestamp() - now_step.started_at))
                            ELSE 0 END)::float8 AS done
            FROM refresh_step AS earlier
            LEFT JOIN refresh_step AS now_step ON now_step.run = run.run AND now_step.step = earlier.step
            WHERE earlier.run = (SELECT max(complete.run) FROM refresh_run AS complete
                                 WHERE complete.state = 'complete' AND complete.run < run.run)) AS progress ON run.state = 'running'$view$,
        quote_ident(workspace));
    COMMENT ON VIEW run IS 'Every run of crm.refresh: state (running, interrupted, complete, failed), how far it is and when it may end (by the time the last complete run took).';
END $$;
COMMENT ON FUNCTION crm.set_up_runs() IS 'Support of crm.create_workspace: the tables and views of settings, sources and runs.';

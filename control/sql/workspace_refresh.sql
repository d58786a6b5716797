-- The job: one call runs the declared steps, each in a transaction of its own

CREATE FUNCTION crm.options_of_run(given jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    problem text;
    merged jsonb;
BEGIN
    IF jsonb_typeof(given) <> 'object' THEN
        RAISE invalid_parameter_value USING MESSAGE = format('options must be an object, not %s', given);
    END IF;
    SELECT key INTO problem FROM jsonb_object_keys(given) AS key
    WHERE key NOT IN (SELECT name FROM setting WHERE name NOT IN ('edition', 'customer_type')) AND key NOT IN ('full', 'refit', 'steps') LIMIT 1;
    IF problem IS NOT NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = format('unknown option "%s"', problem),
            HINT = format('Options are full, refit, steps, and the settings: %s.',
                          (SELECT string_agg(name, ', ' ORDER BY name) FROM setting WHERE name NOT IN ('edition', 'customer_type')));
    END IF;
    IF given ? 'time_zone' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'the time zone is not that of one run',
            HINT = 'Change it in the table setting of the workspace: all orders are then read anew.';
    END IF;
    IF given ? 'steps' THEN
        IF jsonb_typeof(given -> 'steps') <> 'array' THEN
            RAISE invalid_parameter_value USING MESSAGE = format('steps must be an array of names, not %s', given -> 'steps');
        END IF;
        SELECT named INTO problem FROM jsonb_array_elements_text(given -> 'steps') AS named
        WHERE named NOT IN (SELECT name FROM crm.workspace_step) LIMIT 1;
        IF problem IS NOT NULL THEN
            RAISE invalid_parameter_value USING MESSAGE = format('there is no step "%s"', problem),
                HINT = format('Steps are %s.', (SELECT string_agg(name, ', ' ORDER BY position) FROM crm.workspace_step));
        END IF;
    END IF;
    merged := (SELECT jsonb_object_agg(name, value) FROM setting WHERE name NOT IN ('edition', 'customer_type')) || given;
    -- A null takes the default.
    merged := merged || (SELECT coalesce(jsonb_object_agg(name, value), '{}')
                         FROM (SELECT name, default_value AS value FROM setting WHERE default_value <> 'null' AND name NOT IN ('edition', 'customer_type')
                               UNION ALL VALUES ('full', 'false'::jsonb), ('refit', 'false'::jsonb)) AS ready
                         WHERE coalesce(merged -> name, 'null') = 'null');
    IF jsonb_typeof(merged -> 'models') <> 'array' OR merged -> 'models' = '[]' THEN
        RAISE invalid_parameter_value USING MESSAGE = format('models must be an array of kinds, one at least, not %s', merged -> 'models');
    END IF;
    RETURN merged;
END $$;
COMMENT ON FUNCTION crm.options_of_run(jsonb) IS 'Support of crm.refresh: the settings of the workspace, and what was given for this run instead.';

CREATE FUNCTION crm.enter_run(workspace name) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    owner CONSTANT name := crm.workspace_owner(workspace);
BEGIN
    PERFORM crm.enter_workspace(workspace);
    IF NOT pg_has_role(owner, 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = format('permission denied to refresh workspace "%s"', workspace),
            HINT = format('Its owner %s can, and members of that role.', owner);
    END IF;
    -- What a run makes is the owner's, and what it may do is what the owner may.
    PERFORM set_config('role', owner, true);
    PERFORM set_config('datestyle', 'ISO', true);
    PERFORM set_config('client_min_messages', 'error', true);  -- what there is to say is in run_step
    PERFORM set_config('timezone', value #>> '{}', true) FROM setting WHERE name = 'time_zone' AND value <> 'null';
END $$;
COMMENT ON FUNCTION crm.enter_run(name) IS
    'Support of crm.refresh: for the rest of the transaction, rights, names, days and dates are what they are in every run of the workspace, whoever calls.';

-- The run to work on: the one that was interrupted, or a new one.
CREATE FUNCTION crm.begin_run(as_of date, options jsonb, OUT this_run bigint, OUT taken_up boolean, OUT unchanged boolean)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT earlier.run, true, earlier.as_of = begin_run.as_of AND earlier.options = begin_run.options INTO this_run, taken_up, unchanged
    FROM refresh_run AS earlier WHERE earlier.state <> 'complete' ORDER BY earlier.run DESC LIMIT 1;
    IF taken_up THEN
        UPDATE refresh_run AS earlier
        SET as_of = begin_run.as_of, options = begin_run.options, state = 'running', started_at = clock_timestamp(), ended_at = NULL,
            message = 'taken up again'
        WHERE earlier.run = this_run;
        IF NOT unchanged THEN DELETE FROM refresh_step AS done WHERE done.run = this_run; END IF;
    ELSE
        INSERT INTO refresh_run (as_of, options, state, started_at)
        VALUES (begin_run.as_of, begin_run.options, 'running', clock_timestamp()) RETURNING run INTO this_run;
        taken_up := false;
        unchanged := false;
    END IF;
END $$;
COMMENT ON FUNCTION crm.begin_run(date, jsonb) IS 'Support of crm.refresh.';

-- What a step that is left out made in the last complete run is shown in this one too.
CREATE FUNCTION crm.carry_over(step text, this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    made text;
    columns text;
BEGIN
    FOR made IN SELECT unnest(makes) FROM crm.workspace_step WHERE name = step LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
        FROM pg_attribute WHERE attrelid = made::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'run';
        EXECUTE format('DELETE FROM %I WHERE run = $1', made) USING this_run;
        EXECUTE format('INSERT INTO %1$I (run, %2$s) SELECT $1, %2$s FROM %1$I WHERE run = (SELECT published.run FROM published)', made, columns)
        USING this_run;
    END LOOP;
END $$;
COMMENT ON FUNCTION crm.carry_over(text, bigint) IS 'Support of crm.refresh.';

CREATE FUNCTION crm.publish_run(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    stages CONSTANT text := (SELECT basis.stage_expression FROM run_basis AS basis WHERE basis.run = this_run);
    last_stages CONSTANT text := (SELECT basis.stage_expression FROM run_basis AS basis JOIN published USING (run));
BEGIN
    UPDATE refresh_run AS finished
    SET state = 'complete', ended_at = clock_timestamp(),
        customers = (SELECT sum(total.customers) FROM stage_total_of_run AS total WHERE total.run = this_run),
        message = (SELECT string_agg(step.step || ': ' || step.message, E'\n' ORDER BY step.position)
                   FROM refresh_step AS step WHERE step.run = this_run AND step.message IS NOT NULL)
    WHERE finished.run = this_run;
    -- A gap that was learned stays, lest everybody's returning be judged anew each night.
    UPDATE setting SET value = to_jsonb(basis.usual_gap)
    FROM run_basis AS basis WHERE basis.run = this_run AND basis.is_gap_learned AND setting.name = 'usual_gap_days';
    INSERT INTO published (run, as_of) SELECT finished.run, finished.as_of FROM refresh_run AS finished WHERE finished.run = this_run
    ON CONFLICT (one) DO UPDATE SET run = excluded.run, as_of = excluded.as_of;
    IF stages IS DISTINCT FROM last_stages THEN PERFORM crm.show_stages(this_run, stages, coalesce(last_stages, 'NULL')); END IF;
END $$;
COMMENT ON FUNCTION crm.publish_run(bigint) IS 'Support of crm.refresh: from its commit on, readers see this run.';

CREATE FUNCTION crm.forget_earlier_runs(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT unnest(makes) FROM crm.workspace_step ORDER BY position LOOP
        EXECUTE format('DELETE FROM %I WHERE run < $1', made) USING this_run;
    END LOOP;
    FOR made IN SELECT unnest(versions) FROM crm.workspace_step ORDER BY position LOOP
        EXECUTE format('DELETE FROM %I WHERE superseded <= $1', made) USING this_run;
    END LOOP;
    -- View customer_history shows them still.
    WITH gone AS (DELETE FROM customer_fact WHERE superseded <= this_run RETURNING *)
    INSERT INTO former_fact SELECT * FROM gone;
END $$;
COMMENT ON FUNCTION crm.forget_earlier_runs(bigint) IS 'Support of crm.refresh: takes away what no reader sees any more.';

CREATE PROCEDURE crm.refresh(workspace name, as_of date DEFAULT NULL, options jsonb DEFAULT '{}')
    LANGUAGE plpgsql
    AS $$
DECLARE
    day date := as_of;
    merged jsonb;
    this record;
    step record;
    reuse boolean;
    step_rows bigint;
    step_message text;
    failed_state text;
    failed_message text;
    failed_detail text;
    failed_hint text;
BEGIN
    COMMIT;  -- inside a transaction block this fails before anything is begun
    PERFORM crm.enter_workspace(workspace);
    IF NOT crm.begin_job(crm.workspace_lock(quote_ident(workspace)::regnamespace)) THEN
        RAISE NOTICE USING MESSAGE = format('workspace "%s" is being refreshed already', workspace),
            HINT = format('%I.run says how far it is.', workspace);
        RETURN;
    END IF;

    PERFORM crm.enter_run(workspace);
    merged := crm.options_of_run(coalesce(options, '{}'));
    day := coalesce(day, current_date);
    IF NOT isfinite(day) THEN
        RAISE invalid_parameter_value USING MESSAGE = format('a workspace cannot be refreshed as of %s', day);
    END IF;
    IF (SELECT value #>> '{}' FROM setting WHERE name = 'edition') IS DISTINCT FROM crm.workspace_edition() THEN
        PERFORM crm.set_up_workspace(workspace);
        PERFORM crm.enter_run(workspace);
    END IF;
    SELECT * INTO this FROM crm.begin_run(day, merged);
    reuse := this.unchanged;

    FOR step IN SELECT declared.name, declared.position, declared.name = 'timelines' OR declared.role IS NOT NULL AS reads_source,
                       declared.optional AND NOT coalesce(merged -> 'steps' ? declared.name, true) AS is_left_out
                FROM crm.workspace_step AS declared
                WHERE declared.role IS NULL OR declared.role IN (SELECT role FROM source)
                ORDER BY declared.position LOOP
        -- What an interrupted run had done stays done, unless a source has changed since.
        CONTINUE WHEN reuse AND NOT step.reads_source
            AND EXISTS (SELECT FROM refresh_step AS done WHERE done.run = this.this_run AND done.step = step.name AND done.state = 'complete');
        INSERT INTO refresh_step AS started (run, position, step, state, started_at)
        VALUES (this.this_run, step.position, step.name, 'running', clock_timestamp())
        ON CONFLICT (run, position) DO UPDATE
            SET state = 'running', started_at = excluded.started_at, ended_at = NULL, rows = NULL, message = NULL;
        COMMIT;
        PERFORM crm.enter_run(workspace);
        failed_state := NULL;
        BEGIN
            PERFORM crm.undo_versions(step.name, this.this_run);
            IF step.is_left_out THEN
                PERFORM crm.carry_over(step.name, this.this_run);
                step_rows := NULL;
                step_message := 'left out';
            ELSE
                IF step.reads_source THEN PERFORM crm.require_sources(workspace); END IF;
                EXECUTE format('SELECT * FROM crm.%I($1, $2, $3)', 'refresh_' || step.name)
                    INTO step_rows, step_message USING this.this_run, day, merged;
            END IF;
        EXCEPTION WHEN OTHERS OR query_canceled THEN
            GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT,
                failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
            step_rows := NULL;
            step_message := failed_message;
        END;
        PERFORM crm.enter_run(workspace);
        UPDATE refresh_step AS ended
        SET state = CASE WHEN failed_state IS NULL THEN 'complete' ELSE 'failed' END, ended_at = clock_timestamp(),
            rows = step_rows, message = step_message
        WHERE ended.run = this.this_run AND ended.position = step.position;
        IF failed_state IS NOT NULL THEN
            UPDATE refresh_run AS ended
            SET state = 'failed', ended_at = clock_timestamp(), message = format('step %s: %s', step.name, failed_message)
            WHERE ended.run = this.this_run;
            COMMIT;
            RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = failed_message,
                DETAIL = concat_ws(' ', format('Step %s of run %s.', step.name, this.this_run), nullif(failed_detail, '')),
                HINT = coalesce(nullif(failed_hint, ''), 'Readers see the last complete run; the next call takes this one up again.');
        END IF;
        IF step.reads_source AND step_rows > 0 THEN
            -- Now rather than one by one: this attempt may be interrupted, too.
            DELETE FROM refresh_step AS done WHERE done.run = this.this_run AND done.position > step.position;
            reuse := false;
        END IF;
        COMMIT;
        PERFORM crm.enter_run(workspace);
    END LOOP;

    PERFORM crm.publish_run(this.this_run);
    COMMIT;
    PERFORM crm.enter_run(workspace);
    PERFORM crm.forget_earlier_runs(this.this_run);
    COMMIT;
    PERFORM crm.end_job();
END $$;
COMMENT ON PROCEDURE crm.refresh(name, date, jsonb) IS
    'Brings a workspace up to date, as of a day (else today): runs each step in a transaction of its own; readers see the last complete run until the new one is. Only one refresh of a workspace runs at a time: a second call returns with a notice. What was interrupted is taken up by the next call. Options: full (read all orders and compute all customers anew), refit (fit the models now), steps, and every setting of the workspace, for this run.';

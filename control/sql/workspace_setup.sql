-- Making and dropping a workspace

CREATE FUNCTION crm.set_up_workspace(workspace name) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    caller_messages CONSTANT text := pg_catalog.current_setting('client_min_messages');
    step text;
    customer_type regtype;
    plain name;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_catalog, pg_temp', workspace), true);
    SELECT (value #>> '{}')::regtype INTO customer_type FROM setting WHERE name = 'customer_type';
    PERFORM pg_catalog.set_config('client_min_messages', 'warning', true);
    FOR step IN SELECT name FROM crm.workspace_step ORDER BY position LOOP
        EXECUTE format('SELECT crm.%I($1)', 'set_up_' || step) USING customer_type;
    END LOOP;
    UPDATE setting SET default_value = coalesce(value, 'null') WHERE default_value IS NULL;
    PERFORM crm.make_customer_view();
    FOR plain IN SELECT relname FROM pg_class
                 WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname LIKE '%\_of\_run' AND obj_description(oid, 'pg_class') IS NULL LOOP
        EXECUTE format('COMMENT ON TABLE %I IS %L', plain, format('What view %s shows, of each run.', left(plain, -7)));
    END LOOP;
    -- Where all tables are published, rows without an identity could not be deleted.
    FOR plain IN SELECT relname FROM pg_class
                 WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'r' AND relreplident = 'd'
                   AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary) LOOP
        EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', plain);
    END LOOP;
    -- Without it the planner takes an empty table for one of ten pages, and sorts and hashes customers for it.
    FOR plain IN SELECT relname FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'r' AND relpages = 0 LOOP
        EXECUTE format('ANALYZE %I', plain);
    END LOOP;
    INSERT INTO setting VALUES ('edition', to_jsonb(crm.workspace_edition()), 'what steps and columns were declared, and how tables and views are made, when they were')
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    PERFORM pg_catalog.set_config('client_min_messages', caller_messages, true);
END $$;
COMMENT ON FUNCTION crm.set_up_workspace(name) IS
    'Makes the tables and views of all declared steps that a workspace has not got yet: at its creation, and at the first refresh after an update of the extension.';

CREATE FUNCTION crm.workspace_edition() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN (SELECT md5(string_agg(line, E'\n' ORDER BY line))
            FROM (SELECT step::text FROM crm.workspace_step AS step UNION ALL SELECT shown::text FROM crm.workspace_column AS shown
                  UNION ALL
                  SELECT proname || prosrc FROM pg_proc
                  WHERE pronamespace = 'crm'::regnamespace
                    AND (proname IN ('make_customer_view', 'score_source', 'set_up_histories')
                         OR proname IN (SELECT 'set_up_' || step.name FROM crm.workspace_step AS step))) AS lines (line));
COMMENT ON FUNCTION crm.workspace_edition() IS 'Differs when the declared steps or columns of workspaces differ, or what makes their tables and views.';

CREATE FUNCTION crm.make_customer_view() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    shown record;
BEGIN
    EXECUTE format($view$CREATE OR REPLACE VIEW customer AS SELECT %s
        FROM published
        JOIN run_basis AS basis ON basis.run = published.run
        JOIN customer_fact AS fact ON fact.run <= published.run AND (fact.superseded IS NULL OR fact.superseded > published.run) %s %s$view$,
        -- A view that is there takes new columns at its end only.
        (SELECT string_agg(format('%s AS %I', expression, name), ', ' ORDER BY attnum NULLS LAST, position)
         FROM crm.workspace_column LEFT JOIN pg_attribute ON attrelid = to_regclass(format('%I.customer', current_schema())) AND attname = name),
        crm.score_source(format('lifecycle_of(published.run, %s)', regexp_replace(crm.stage_parameters(), '(\w+) \w+(, |$)', '\1\2', 'g'))), (SELECT string_agg(customer_join, ' ' ORDER BY position) FROM crm.workspace_step));
    COMMENT ON VIEW customer IS 'One row a customer, as of the last complete run.';
    FOR shown IN SELECT name, meaning FROM crm.workspace_column LOOP
        EXECUTE format('COMMENT ON COLUMN customer.%I IS %L', shown.name, shown.meaning);
    END LOOP;
END $$;
COMMENT ON FUNCTION crm.make_customer_view() IS 'Makes a workspace''s view customer of the columns in crm.workspace_column.';

CREATE FUNCTION crm.create_workspace(
    workspace name, orders text, comments text DEFAULT NULL, customers text DEFAULT NULL, topic_rules text DEFAULT NULL,
    features text DEFAULT NULL, outcomes text DEFAULT NULL, costs text DEFAULT NULL, contracts text DEFAULT NULL,
    options jsonb DEFAULT '{}')
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    caller_path CONSTANT text := pg_catalog.current_setting('search_path');
    declared record;
    problem text;
BEGIN
    SELECT key INTO problem FROM pg_catalog.jsonb_object_keys(options) AS key
    WHERE key NOT IN ('columns', 'follow', 'time_zone', 'settings') LIMIT 1;
    IF problem IS NOT NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = pg_catalog.format('unknown option "%s"', problem),
            HINT = 'Options are columns, follow, time_zone and settings.';
    END IF;
    SELECT key INTO problem FROM pg_catalog.jsonb_object_keys(nullif(options -> 'columns', 'null')) AS key
    WHERE key NOT IN (SELECT role FROM crm.workspace_role) LIMIT 1;
    IF problem IS NOT NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = pg_catalog.format('there is no role "%s" for a source', problem),
            HINT = pg_catalog.format('Roles are %s.', (SELECT pg_catalog.string_agg(DISTINCT role, ', ') FROM crm.workspace_role));
    END IF;
    IF pg_catalog.to_regnamespace(pg_catalog.quote_ident(workspace)) IS NOT NULL THEN
        RAISE duplicate_schema USING MESSAGE = pg_catalog.format('schema "%s" already exists', workspace),
            HINT = 'A workspace is a schema of its own: choose another name, or drop the old one by crm.drop_workspace.';
    END IF;
    EXECUTE pg_catalog.format('CREATE SCHEMA %I', workspace);
    EXECUTE pg_catalog.format('COMMENT ON SCHEMA %I IS %L', workspace, 'A pg_crm workspace: CALL crm.refresh keeps its views fresh.');
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_catalog, pg_temp', workspace), true);
    PERFORM now() AT TIME ZONE (options ->> 'time_zone');  -- which may not be one
    PERFORM crm.set_up_runs();
    PERFORM crm.change_settings(pg_catalog.jsonb_build_object('time_zone', coalesce(options ->> 'time_zone', current_setting('timezone'))));
    FOR declared IN
        SELECT * FROM (VALUES ('orders', orders), ('comments', comments), ('customers', customers), ('topic_rules', topic_rules),
                               ('features', features), ('outcomes', outcomes), ('costs', costs), ('contracts', contracts)) AS given (role, source)
        WHERE given.source IS NOT NULL
    LOOP
        PERFORM set_config('search_path', caller_path, true);
        PERFORM crm.add_source(workspace, declared.role, declared.source, coalesce(options #> ARRAY['columns', declared.role], '{}'),
                               CASE declared.role WHEN 'orders' THEN coalesce(options ->> 'follow', 'compare') ELSE 'compare' END);
    END LOOP;
    PERFORM crm.set_up_workspace(workspace);
    PERFORM crm.change_settings(options -> 'settings');  -- which steps may have brought
    PERFORM pg_catalog.set_config('search_path', caller_path, true);
END $$;
COMMENT ON FUNCTION crm.create_workspace(name, text, text, text, text, text, text, text, text, jsonb) IS
    'Makes a schema of that name, owned by the caller, that crm.refresh keeps fresh. Each source is a relation or a query with the columns that crm.workspace_role names. Options: columns (by role, documented name to the source''s own), follow (of the orders, see crm.add_source), time_zone (in which days begin; else the session''s), settings (see the table setting of the workspace).';

CREATE FUNCTION crm.drop_workspace(workspace name) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    caller_path CONSTANT text := pg_catalog.current_setting('search_path');
    caller_messages CONSTANT text := pg_catalog.current_setting('client_min_messages');
BEGIN
    PERFORM crm.enter_workspace(workspace);
    IF NOT pg_try_advisory_xact_lock(crm.workspace_lock(quote_ident(workspace)::regnamespace)) THEN
        RAISE object_in_use USING MESSAGE = format('workspace "%s" is being refreshed', workspace), HINT = 'Try again when it is done.';
    END IF;
    PERFORM crm.follow_orders(workspace, NULL, NULL, 'compare');
    PERFORM set_config('client_min_messages', 'warning', true);
    EXECUTE format('DROP SCHEMA %I CASCADE', workspace);
    PERFORM set_config('client_min_messages', caller_messages, true);
    PERFORM set_config('search_path', caller_path, true);
END $$;
COMMENT ON FUNCTION crm.drop_workspace(name) IS
    'Drops a workspace: its schema with all that is in it, and its triggers on the orders. The sources stay as they are.';

CREATE FUNCTION crm.change_settings(changes jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    change record;
BEGIN
    FOR change IN SELECT key, value FROM pg_catalog.jsonb_each(changes) LOOP
        UPDATE setting SET value = change.value WHERE name = change.key AND name NOT IN ('edition', 'customer_type');
        IF NOT FOUND THEN
            RAISE invalid_parameter_value USING MESSAGE = pg_catalog.format('there is no setting "%s"', change.key),
                HINT = 'Settings are ' || (SELECT pg_catalog.string_agg(name, ', ' ORDER BY name) FROM setting WHERE name NOT IN ('edition', 'customer_type')) || '.';
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION crm.change_settings(jsonb) IS 'Support of crm.create_workspace: changes settings that there are.';

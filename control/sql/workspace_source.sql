-- The sources of a workspace: declared, checked, readable as views source_<role> whose columns are named as documented

CREATE FUNCTION crm.enter_workspace(workspace name) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    IF workspace IS NULL THEN
        RAISE null_value_not_allowed USING MESSAGE = 'no workspace is named';
    END IF;
    IF pg_catalog.to_regclass(pg_catalog.format('%I.refresh_run', workspace)) IS NULL
       OR pg_catalog.to_regclass(pg_catalog.format('%I.setting', workspace)) IS NULL THEN
        RAISE undefined_object USING MESSAGE = pg_catalog.format('there is no workspace "%s"', workspace),
            HINT = 'crm.create_workspace makes one.';
    END IF;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('pg_catalog, %I, pg_temp', workspace), true);
END $$;
COMMENT ON FUNCTION crm.enter_workspace(name) IS
    'For the rest of the transaction, names without a schema are those of the workspace.';

CREATE FUNCTION crm.workspace_owner(workspace name) RETURNS name
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = workspace);
COMMENT ON FUNCTION crm.workspace_owner(name) IS 'The role that owns the workspace, and all that is in it.';

CREATE FUNCTION crm.kind_of_type(type oid) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN CASE
        WHEN type IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'time'
        WHEN type = 'jsonb'::regtype THEN 'features'
        ELSE (SELECT CASE typcategory WHEN 'N' THEN 'number' WHEN 'S' THEN 'text' WHEN 'B' THEN 'truth' END
              FROM pg_type WHERE oid = type) END;
COMMENT ON FUNCTION crm.kind_of_type(oid) IS 'What a column of this type can be for a workspace; NULL: a customer at most.';

CREATE FUNCTION crm.compares_by_itself(type regtype) RETURNS boolean
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    RETURN NOT EXISTS (SELECT FROM pg_type AS base JOIN pg_opclass AS compared ON compared.opcintype = base.oid AND compared.opcdefault
                       WHERE base.oid IN (type, (SELECT domain.typbasetype FROM pg_type AS domain WHERE domain.oid = type))
                         AND compared.opcnamespace <> 'pg_catalog'::regnamespace);
COMMENT ON FUNCTION crm.compares_by_itself(regtype) IS
    'Whether = means for this type, or domain, what its indexes mean when only pg_catalog is in the search path: for citext it does not.';

CREATE FUNCTION crm.source_query(source text) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    -- Comments and parentheses may come first.
    IF source ~* '^(\s|\(|--[^\n]*\n|/\*.*?\*/)*(select|with|values|table)\M' THEN RETURN rtrim(source, E'; \n\t'); END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION crm.source_query(text) IS 'The source, if it is a query; NULL if it names a relation.';

CREATE FUNCTION crm.add_source(workspace name, role text, source text, columns jsonb DEFAULT '{}', follow text DEFAULT 'compare')
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    caller_path CONSTANT text := pg_catalog.current_setting('search_path');
    query text := crm.source_query(source);
    relation pg_catalog.regclass;
    customer_type text;
    wanted record;
    found record;
    found_names text;
    selected text[] := '{}';
    watermark text := pg_catalog.substring(follow, '^watermark (.+)$');
    problem text;
    broken text;
BEGIN
    IF query IS NULL THEN
        relation := source::pg_catalog.regclass;  -- by the caller's search path
        query := 'SELECT * FROM ' || relation::pg_catalog.text;
    END IF;
    EXECUTE pg_catalog.format('CREATE TEMPORARY VIEW crm_source AS %s', query);
    PERFORM crm.enter_workspace(workspace);
    IF NOT EXISTS (SELECT FROM crm.workspace_role AS known WHERE known.role = add_source.role) THEN
        RAISE invalid_parameter_value USING MESSAGE = format('there is no role "%s" for a source', role),
            HINT = format('Roles are %s.', (SELECT string_agg(DISTINCT known.role, ', ') FROM crm.workspace_role AS known));
    END IF;
    IF watermark IS NULL AND follow NOT IN ('compare', 'trigger') THEN
        RAISE invalid_parameter_value USING MESSAGE = format('a source cannot be followed by "%s"', follow),
            HINT = 'Follow it by "compare", "trigger", or "watermark" and the name of a column that grows with each change.';
    END IF;
    IF role <> 'orders' AND follow <> 'compare' THEN
        RAISE feature_not_supported USING MESSAGE = format('only orders are followed by "%s"', follow),
            HINT = 'Leave follow out: sources of other roles are compared.';
    END IF;
    SELECT string_agg(format('%s (%s)', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) INTO found_names
    FROM pg_attribute WHERE attrelid = 'pg_temp.crm_source'::regclass AND attnum > 0;

    SELECT key INTO problem FROM jsonb_object_keys(columns) AS key
    WHERE key NOT IN (SELECT name FROM crm.workspace_role AS known WHERE known.role = add_source.role) LIMIT 1;
    IF problem IS NOT NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = format('a source of %s has no column "%s"', role, problem),
            HINT = format('Its columns are %s.', (SELECT string_agg(name, ', ' ORDER BY position) FROM crm.workspace_role AS known
                                                  WHERE known.role = add_source.role));
    END IF;

    customer_type := (SELECT value #>> '{}' FROM setting WHERE name = 'customer_type');
    FOR wanted IN SELECT * FROM crm.workspace_role AS known WHERE known.role = add_source.role ORDER BY position LOOP
        SELECT attname, atttypid, format_type(atttypid, atttypmod) AS type, crm.kind_of_type(atttypid) AS kind INTO found
        FROM pg_attribute
        WHERE attrelid = 'pg_temp.crm_source'::regclass AND attnum > 0 AND attname = coalesce(columns ->> wanted.name, wanted.name);
        IF found.attname IS NULL THEN
            IF wanted.needed OR columns ? wanted.name THEN
                RAISE undefined_column USING
                    MESSAGE = format('the source of %s has no column "%s"', role, coalesce(columns ->> wanted.name, wanted.name)),
                    DETAIL = format('It is needed for %s, and there are: %s.', wanted.meaning, found_names),
                    HINT = coalesce(format('Perhaps columns => %L.', crm.guess_columns('pg_temp.crm_source'::regclass, role)),
                                    format('Say which column it is, as in columns => ''{"%s": "..."}''.', wanted.name));
            END IF;
            selected := selected || format('NULL::%s AS %I', CASE wanted.kind WHEN 'time' THEN 'date' WHEN 'number' THEN 'float8'
                                                              WHEN 'truth' THEN 'boolean' WHEN 'features' THEN 'jsonb' ELSE 'text' END,
                                           wanted.name);
            CONTINUE;
        END IF;
        IF wanted.kind <> 'customer' AND found.kind IS DISTINCT FROM wanted.kind THEN
            RAISE datatype_mismatch USING
                MESSAGE = format('column "%s" of the source of %s is of type %s', found.attname, role, found.type),
                DETAIL = format('It says %s, which must be %s.', wanted.meaning,
                                CASE wanted.kind WHEN 'time' THEN 'a date, timestamp or timestamptz' WHEN 'number' THEN 'a number'
                                     WHEN 'truth' THEN 'a boolean' WHEN 'features' THEN 'jsonb' ELSE 'a text' END),
                HINT = 'Give a query that casts it.';
        END IF;
        IF wanted.kind = 'customer' THEN
            IF customer_type IS NULL THEN
                -- As they are written, character and bit are of length 1.
                customer_type := format_type(CASE found.atttypid WHEN 'bpchar'::regtype THEN 'text'::regtype WHEN 'bit'::regtype THEN 'varbit'::regtype
                                                                ELSE found.atttypid END, NULL);
                INSERT INTO setting VALUES ('customer_type', to_jsonb(customer_type), 'type of the column customer');
            END IF;
            IF NOT crm.compares_by_itself(customer_type::regtype) THEN
                RAISE feature_not_supported USING MESSAGE = format('customers cannot be of type %s', customer_type),
                    DETAIL = 'Its values are compared by operators of an extension, which a refresh does not see.',
                    HINT = format('Give a query that casts them, as in SELECT lower(%I::text) AS customer.', found.attname);
            END IF;
            selected := selected || format('(source.%I)::%s AS customer', found.attname, customer_type);
        ELSE
            selected := selected || format('(source.%I)%s AS %I', found.attname,
                CASE wanted.kind WHEN 'number' THEN '::float8' WHEN 'text' THEN '::text' ELSE '' END, wanted.name);
        END IF;
    END LOOP;
    IF watermark IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'pg_temp.crm_source'::regclass AND attname = watermark AND attnum > 0) THEN
            RAISE undefined_column USING MESSAGE = format('the source of %s has no column "%s" for its watermark', role, watermark),
                DETAIL = format('There are: %s.', found_names);
        END IF;
        selected := selected || format('source.%I AS watermark', watermark);
    END IF;

    -- What a query means must not depend on who refreshes: the names in it are resolved now, with the caller's search path.
    IF to_regclass('source_' || role) IS NOT NULL THEN EXECUTE format('DROP VIEW %I.%I', workspace, 'source_' || role); END IF;
    PERFORM set_config('search_path', caller_path, true);
    BEGIN
        EXECUTE pg_catalog.format(E'CREATE VIEW %I.%I AS SELECT %s FROM (%s\n) AS source', workspace, 'source_' || role,
                                  pg_catalog.array_to_string(selected, ', '), query);
        -- With whose rights it is read, whoever declared it.
        EXECUTE pg_catalog.format('ALTER VIEW %I.%I OWNER TO %I', workspace, 'source_' || role, crm.workspace_owner(workspace));
        EXECUTE pg_catalog.format('SELECT 1 FROM (SELECT * FROM %I.%I LIMIT 1000) AS sample WHERE sample IS NULL', workspace, 'source_' || role)
            INTO broken;
    EXCEPTION WHEN cannot_coerce OR invalid_text_representation OR numeric_value_out_of_range THEN
        GET STACKED DIAGNOSTICS broken = MESSAGE_TEXT;
        RAISE datatype_mismatch USING MESSAGE = pg_catalog.format('the source of %s cannot be read as it is declared', role), DETAIL = broken;
    END;
    PERFORM crm.enter_workspace(workspace);
    DROP VIEW pg_temp.crm_source;
    EXECUTE format('COMMENT ON VIEW %I.%I IS %L', workspace, 'source_' || role, format('The source of %s, with its columns as documented.', role));

    INSERT INTO source AS declared VALUES (role, source, columns, follow, NULL)
    ON CONFLICT ON CONSTRAINT source_pkey DO UPDATE
        SET source = excluded.source, columns = excluded.columns, follow = excluded.follow, seen = NULL;
    IF role = 'orders' THEN PERFORM crm.follow_orders(workspace, relation, coalesce(columns ->> 'customer', 'customer'), follow); END IF;
    PERFORM set_config('search_path', caller_path, true);
END $$;
COMMENT ON FUNCTION crm.add_source(name, text, text, jsonb, text) IS
    'Declares a relation or a query as the source of a role (crm.workspace_role) in a workspace, in place of an earlier one. Columns maps the documented names to the source''s own. Changes of orders are found by follow: compare (all orders are read), trigger (triggers on the table say whose orders changed), or watermark and a column that grows with each change.';

CREATE FUNCTION crm.drop_source(workspace name, role text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    caller_path CONSTANT text := pg_catalog.current_setting('search_path');
    emptied text;
BEGIN
    PERFORM crm.enter_workspace(workspace);
    IF role = 'orders' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'a workspace needs its orders',
            HINT = 'crm.add_source puts another source in their place.';
    END IF;
    DELETE FROM source AS declared WHERE declared.role = drop_source.role;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('workspace "%s" has no source of %s', workspace, role);
    END IF;
    EXECUTE format('DROP VIEW IF EXISTS %I.%I', workspace, 'source_' || role);
    FOR emptied IN SELECT unnest(step.of_source) FROM crm.workspace_step AS step WHERE step.role = drop_source.role LOOP
        EXECUTE format('DELETE FROM %I', emptied);
    END LOOP;
    PERFORM set_config('search_path', caller_path, true);
END $$;
COMMENT ON FUNCTION crm.drop_source(name, text) IS 'Takes a source from a workspace; the next refresh does without it.';

-- Whoever drops a table with CASCADE takes the view of it along.
CREATE FUNCTION crm.require_sources(workspace name) RETURNS void
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    gone record;
BEGIN
    SELECT declared.role, declared.source INTO gone FROM source AS declared
    WHERE to_regclass(format('%I.%I', workspace, 'source_' || declared.role)) IS NULL ORDER BY declared.role LIMIT 1;
    IF FOUND THEN
        RAISE undefined_table USING MESSAGE = format('the source of %s is gone', gone.role), DETAIL = format('It was %s.', gone.source),
            HINT = CASE gone.role WHEN 'orders' THEN 'crm.add_source puts another one in its place.'
                   ELSE 'crm.add_source puts another one in its place, crm.drop_source does without it.' END;
    END IF;
END $$;
COMMENT ON FUNCTION crm.require_sources(name) IS 'Support of crm.refresh: raises an error when a declared source was dropped.';

CREATE FUNCTION crm.follow_orders(workspace name, relation regclass, customer_column text, follow text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET client_min_messages = warning
    AS $$
DECLARE
    event text;
BEGIN
    -- With its triggers, which whoever may make them on another's table may not drop by themselves.
    IF to_regprocedure(format('%I.note_changed_orders()', workspace)) IS NOT NULL THEN
        EXECUTE format('DROP FUNCTION %I.note_changed_orders() CASCADE', workspace);
    END IF;
    DELETE FROM changed_order;
    IF follow <> 'trigger' THEN RETURN; END IF;
    IF relation IS NULL OR (SELECT relkind FROM pg_class WHERE oid = relation) NOT IN ('r', 'p') THEN
        RAISE wrong_object_type USING MESSAGE = 'only a table can be followed by triggers',
            HINT = 'Name the table, or follow the source by "compare" or "watermark".';
    END IF;
    -- Whoever changes orders need not know of the workspace: the function notes with its owner's rights, and nothing else.
    EXECUTE format('CREATE FUNCTION %I.note_changed_orders() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L', workspace, format($body$
        BEGIN
            -- A workspace or a column with a new name keeps nobody from ordering.
            PERFORM set_config('search_path', format('pg_catalog, %%I, pg_temp', nspname), true)
            FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_namespace ON pg_namespace.oid = pronamespace
            JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = 'changed_order'
            WHERE tgrelid = TG_RELID AND tgname = TG_NAME;
            IF NOT FOUND THEN RETURN NULL; END IF;  -- lest a temporary table of that name be written with these rights
            IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = %1$L) THEN
                INSERT INTO changed_order VALUES (NULL);
                RETURN NULL;
            END IF;
            IF TG_OP IN ('INSERT', 'UPDATE') THEN INSERT INTO changed_order SELECT DISTINCT %1$I FROM new_rows WHERE %1$I IS NOT NULL; END IF;
            IF TG_OP IN ('UPDATE', 'DELETE') THEN INSERT INTO changed_order SELECT DISTINCT %1$I FROM old_rows WHERE %1$I IS NOT NULL; END IF;
            RETURN NULL;
        END $body$, customer_column));
    EXECUTE format('COMMENT ON FUNCTION %I.note_changed_orders() IS %L', workspace, 'Notes whose orders changed, for the next refresh.');
    EXECUTE format('REVOKE ALL ON FUNCTION %I.note_changed_orders() FROM PUBLIC', workspace);
    FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete', 'truncate'] LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %I.note_changed_orders()',
            CASE WHEN octet_length(workspace) <= 54 THEN workspace ELSE md5(workspace) END || '_' || event, event, relation,
            CASE event WHEN 'insert' THEN 'REFERENCING NEW TABLE AS new_rows'
                       WHEN 'update' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                       WHEN 'delete' THEN 'REFERENCING OLD TABLE AS old_rows' ELSE '' END, workspace);
    END LOOP;
    INSERT INTO changed_order VALUES (NULL);  -- of what changed before nobody has taken note
    EXECUTE format('ALTER FUNCTION %I.note_changed_orders() OWNER TO %I', workspace, crm.workspace_owner(workspace));
END $$;
COMMENT ON FUNCTION crm.follow_orders(name, regclass, text, text) IS 'Support of crm.add_source: puts triggers on the orders, or takes them away.';

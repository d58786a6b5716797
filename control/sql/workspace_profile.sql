-- One customer on a page

CREATE TABLE crm.workspace_profile_section (
    position int PRIMARY KEY,
    step text NOT NULL,
    section text NOT NULL,
    routine text NOT NULL
);
COMMENT ON TABLE crm.workspace_profile_section IS
    'The sections of crm.customer_profile, in their order. The routine is a function of schema crm of (about jsonb): the customer''s row of view customer; names without a schema are those of the workspace; it gives rows (label, value, note).';
COMMENT ON COLUMN crm.workspace_profile_section.step IS 'The step whose results it shows.';
INSERT INTO crm.workspace_profile_section VALUES
    (10, 'scores', 'who', 'profile_who'),
    (20, 'scores', 'value', 'profile_value'),
    (30, 'scores', 'now', 'profile_now'),
    (40, 'scores', 'next', 'profile_next'),
    (50, 'timelines', 'orders', 'profile_orders'),
    (60, 'segments', 'history', 'profile_history'),
    (70, 'topics', 'comments', 'profile_comments'),
    (80, 'scores', 'more', 'profile_more'),
    (900, 'scores', 'why', 'profile_why'),
    (1000, 'segments', 'next step', 'profile_next_step');
REVOKE ALL ON crm.workspace_profile_section FROM PUBLIC;
GRANT SELECT ON crm.workspace_profile_section TO PUBLIC;

CREATE FUNCTION crm.profile_who(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY VALUES
        ('customer', about ->> 'customer', about ->> 'name'),
        ('customer since', about ->> 'first_order', format('%s days', (about ->> 'as_of')::date - (about ->> 'first_order')::date)),
        ('as of', about ->> 'as_of', NULL);
END $$;
COMMENT ON FUNCTION crm.profile_who(jsonb) IS 'Section of crm.customer_profile: who it is.';

CREATE FUNCTION crm.profile_value(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY SELECT shown.* FROM (VALUES
        ('revenue', crm.in_words((about ->> 'revenue')::float8, 2),
         CASE about ->> 'decile' WHEN '1' THEN 'among the top tenth of the customers' ELSE format('tenth %s of ten, by revenue', about ->> 'decile') END),
        ('orders', about ->> 'orders', 'RFM ' || (about ->> 'rfm')),
        ('average order', crm.in_words((about ->> 'average_order')::float8, 2), NULL),
        ('lifetime value', crm.in_words((about ->> 'clv')::float8, 2),
         format('between %s and %s, with a probability of %s', crm.in_words((about ->> 'clv_lower')::float8, 2), crm.in_words((about ->> 'clv_upper')::float8, 2),
                (SELECT crm.share_in_words((done.options ->> 'level')::float8) FROM refresh_run AS done JOIN published USING (run))))) AS shown (label, value, note)
    WHERE shown.value IS NOT NULL;
END $$;
COMMENT ON FUNCTION crm.profile_value(jsonb) IS 'Section of crm.customer_profile: what the customer has brought and will bring.';

CREATE FUNCTION crm.profile_now(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    silence CONSTANT int := (about ->> 'days_since_last_order')::int;
    usual float8;
BEGIN
    EXECUTE format('
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)
        FROM (SELECT day - lag(day) OVER (ORDER BY day) AS gap
              FROM customer_timeline AS seen, crm.purchases(crm.until(seen.history, %L)) AS bought (day, orders, amount)
              WHERE seen.customer = %L AND bought.orders > 0) AS gaps', about ->> 'as_of', about ->> 'customer') INTO usual;
    RETURN QUERY SELECT shown.* FROM (VALUES
        ('stage', about ->> 'lifecycle', (SELECT rule.meaning FROM lifecycle_rule AS rule WHERE rule.stage = about ->> 'lifecycle')),
        ('segment', about ->> 'segment', NULL),
        ('still a customer', crm.share_in_words((about ->> 'p_alive')::float8), 'probability'),
        ('silent for', silence || ' days',
         CASE WHEN usual IS NULL THEN 'bought on one day only'
              WHEN silence <= usual THEN format('within the own usual gap of %s days', round(usual))
              ELSE format('%s times the own usual gap of %s days', crm.in_words(silence / usual, 1), round(usual)) END)) AS shown (label, value, note)
    WHERE shown.value IS NOT NULL;
END $$;
COMMENT ON FUNCTION crm.profile_now(jsonb) IS 'Section of crm.customer_profile: how it stands.';

CREATE FUNCTION crm.profile_next(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT text := (SELECT format('within %s days', basis.horizon_days) FROM run_basis AS basis JOIN published USING (run));
BEGIN
    RETURN QUERY SELECT shown.* FROM (VALUES
        ('expected orders', crm.in_words((about ->> 'expected_orders')::float8, 2),
         concat_ws(', ', days, format('between %s and %s', about ->> 'expected_orders_lower', about ->> 'expected_orders_upper'))),
        ('no order at all', crm.share_in_words((about ->> 'churn_probability')::float8), 'probability, ' || days),
        ('next order', about ->> 'next_order', format('if there is one; likely between %s and %s', about ->> 'next_order_earliest', about ->> 'next_order_latest')))
        AS shown (label, value, note)
    WHERE shown.value IS NOT NULL;
END $$;
COMMENT ON FUNCTION crm.profile_next(jsonb) IS 'Section of crm.customer_profile: what to expect.';

CREATE FUNCTION crm.profile_orders(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY EXECUTE format('
        SELECT to_char(bought.day, ''YYYY-MM-DD''), crm.in_words(bought.amount, 2), CASE WHEN bought.orders <> 1 THEN bought.orders || '' orders'' END
        FROM customer_timeline AS seen, crm.purchases(crm.until(seen.history, %L)) AS bought (day, orders, amount)
        WHERE seen.customer = %L ORDER BY bought.day DESC LIMIT 5', about ->> 'as_of', about ->> 'customer');
END $$;
COMMENT ON FUNCTION crm.profile_orders(jsonb) IS 'Section of crm.customer_profile: the last five days with orders.';

CREATE FUNCTION crm.profile_history(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY EXECUTE format('
        SELECT ''since '' || to_char(stage.since, ''YYYY-MM-DD''), stage.segment, stage.lifecycle FROM customer_history AS stage
        WHERE stage.customer = %L ORDER BY stage.since DESC, stage.until IS NULL DESC LIMIT 5', about ->> 'customer');
END $$;
COMMENT ON FUNCTION crm.profile_history(jsonb) IS 'Section of crm.customer_profile: the last five segments and stages.';

CREATE FUNCTION crm.profile_comments(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    -- Only comments have topics: whoever wrote nothing costs nothing.
    IF coalesce(about ->> 'comments', '0') = '0' THEN RETURN; END IF;
    RETURN QUERY EXECUTE format('
        SELECT to_char(said.day, ''YYYY-MM-DD''), said.comment,
               coalesce(said.topic, (SELECT given.topic FROM published JOIN topic_basis AS basis USING (run), comment_label AS given
                                     WHERE given.comment_digest = said.comment_digest AND given.made_by = basis.made_by))
        FROM published AS shown JOIN customer_said AS said ON said.run <= shown.run AND (said.superseded IS NULL OR said.superseded > shown.run)
        WHERE said.customer = %L ORDER BY said.day DESC, said.comment_digest', about ->> 'customer');
END $$;
COMMENT ON FUNCTION crm.profile_comments(jsonb) IS 'Section of crm.customer_profile: the last comments, each with its topic.';

CREATE FUNCTION crm.profile_more(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT pg_catalog.replace(shown.name, '_', ' '), about ->> shown.name, shown.meaning
      FROM crm.workspace_column AS shown
     -- What the other sections don't show already.
     WHERE shown.step NOT IN (SELECT s.step FROM crm.workspace_profile_section AS s) AND shown.step NOT IN ('customers', 'concentration') AND about ->> shown.name IS NOT NULL
     ORDER BY shown.position;
END;
COMMENT ON FUNCTION crm.profile_more(jsonb) IS
    'Section of crm.customer_profile: predictions and other columns of view customer, of steps that have no section of their own.';

CREATE FUNCTION crm.profile_why(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY SELECT 'why', about ->> 'reason', NULL::text WHERE about ->> 'reason' IS NOT NULL;
END $$;
COMMENT ON FUNCTION crm.profile_why(jsonb) IS 'Section of crm.customer_profile: what speaks for and against the customer being still one.';

CREATE FUNCTION crm.profile_next_step(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY SELECT advice.segment, advice.next_step, NULL::text FROM segment_next_step AS advice WHERE advice.segment = about ->> 'segment';
END $$;
COMMENT ON FUNCTION crm.profile_next_step(jsonb) IS 'Section of crm.customer_profile: what to do about customers of the segment.';

CREATE FUNCTION crm.customer_profile(workspace name, customer text)
    RETURNS TABLE (section text, label text, value text, note text)
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 25
    AS $$
DECLARE
    caller_path CONSTANT text := pg_catalog.current_setting('search_path');
    may_be_one boolean;
    about jsonb;
    part record;
BEGIN
    PERFORM crm.enter_workspace(workspace);
    BEGIN
        EXECUTE format('SELECT %L::%s IS NOT NULL', customer, (SELECT setting.value #>> '{}' FROM setting WHERE setting.name = 'customer_type')) INTO may_be_one;
    EXCEPTION WHEN data_exception THEN
        may_be_one := false;
    END;
    IF may_be_one THEN EXECUTE format('SELECT to_jsonb(c) FROM customer AS c WHERE c.customer = %L', customer) INTO about; END IF;
    IF about IS NOT NULL THEN
        FOR part IN SELECT s.section, s.routine FROM crm.workspace_profile_section AS s ORDER BY s.position LOOP
            RETURN QUERY EXECUTE format('SELECT %L, shown.label, shown.value, shown.note FROM crm.%I($1) AS shown', part.section, part.routine) USING about;
        END LOOP;
    END IF;
    PERFORM pg_catalog.set_config('search_path', caller_path, true);
END $$;
COMMENT ON FUNCTION crm.customer_profile(name, text) IS
    'One customer of a workspace on a page: who, value, how it stands, what to expect, orders, history, comments, why, and what to do. No rows for whoever is no customer. Other steps add sections in crm.workspace_profile_section.';

-- Step leads: who is not a customer yet, and which of them to work. A lead is won when the customer orders: so what came of
-- earlier leads is known, and a model of it is learnt like that of predictions.

INSERT INTO crm.workspace_role VALUES
    ('leads', 1, 'customer', 'customer', true, 'who it is, as the orders will name the customer'),
    ('leads', 2, 'at', 'time', true, 'when the lead came in'),
    ('leads', 3, 'features', 'features', true, 'what was known when it came in: an object of numbers, texts and truth values'),
    ('leads', 4, 'value', 'number', false, 'what it is worth if won; else what won leads have brought in lead_days'),
    ('leads', 5, 'last_activity', 'time', false, 'when something was last heard of it');

INSERT INTO crm.workspace_step (name, position, role, makes, keeps, of_source, meaning)
VALUES ('leads', 160, 'leads', '{lead_of_run,lead_basis}',
        '{fitted_model,prediction_quality_of_run,prediction_gain_of_run,prediction_calibration_of_run,prediction_importance_of_run}',
        '{lead_of_run,lead_basis}', 'learns from earlier leads who orders, and says which of the open ones to work');

CREATE FUNCTION crm.set_up_leads(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO setting VALUES
        ('lead_days', '90', 'a lead that has not ordered in so many days is lost'),
        ('lead_capacity', NULL, 'leads that can be worked now; null: all'),
        ('lead_cost', '0', 'of working a lead'),
        ('lead_minimum_profit', '0', 'expected profit above which a lead is worked'),
        ('lead_completeness', '0.5', 'least share of what the model goes by that must be known of a lead'),
        ('lead_half_life', NULL, 'days without activity in which the probability of a lead halves; null: it stays')
    ON CONFLICT (name) DO NOTHING;
    CREATE TABLE IF NOT EXISTS lead_basis (LIKE prediction_basis INCLUDING ALL);
    ALTER TABLE lead_basis ADD COLUMN IF NOT EXISTS value float8;
    COMMENT ON TABLE lead_basis IS 'What the leads of a run stand on.';
    COMMENT ON COLUMN lead_basis.value IS 'What a lead that was won has brought on average in lead_days.';
    EXECUTE format('CREATE TABLE IF NOT EXISTS lead_of_run (
        run bigint, customer %s, since date, rank int, decision text, seller text, probability float8, value float8, expected_profit float8, completeness float8,
        why text, PRIMARY KEY (run, customer))', customer_type);
    CREATE OR REPLACE VIEW lead AS
    SELECT published.as_of, open.customer, open.since, open.rank, open.decision, open.seller, open.probability, open.value, open.expected_profit, open.completeness, open.why
    FROM published JOIN lead_of_run AS open USING (run);
    COMMENT ON VIEW lead IS 'Leads that have not ordered yet and came in not longer ago than lead_days, see crm.qualify_leads.';
    COMMENT ON COLUMN lead.since IS 'The day that it came in.';
    COMMENT ON COLUMN lead.rank IS 'By expected profit: 1 is the highest.';
    COMMENT ON COLUMN lead.decision IS 'work, complete (ask for what is missing), nurture, or drop.';
    COMMENT ON COLUMN lead.seller IS 'Who works it; NULL: the workspace knows of no sellers.';
    COMMENT ON COLUMN lead.probability IS 'Probability that it is won in what is left of lead_days since it came in, less what lead_half_life takes off.';
    COMMENT ON COLUMN lead.value IS 'What it is worth if won.';
    COMMENT ON COLUMN lead.expected_profit IS 'Probability times value, less the cost.';
    COMMENT ON COLUMN lead.completeness IS 'Share of what the model goes by that is known of it (0 to 1).';
    COMMENT ON COLUMN lead.why IS 'Why this decision, in words.';
END $$;
COMMENT ON FUNCTION crm.set_up_leads(regtype) IS 'Tables and views of step leads.';

-- Of a lead that came in more than once the first counts. An order of the same day wins it; an earlier one makes it no lead.
CREATE FUNCTION crm.read_leads(as_of date, days int) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE lead_read ON COMMIT DROP AS
    SELECT came.customer, came.at::date AS day, CASE WHEN jsonb_typeof(came.features) = 'object' THEN came.features ELSE '{}' END AS features, came.value,
           came.last_activity::timestamptz AS last_activity, bought.first_order, bought.first_order <= came.at::date + days AS won,
           CASE WHEN bought.first_order <= came.at::date + days
                THEN crm.revenue(crm.until(seen.history, came.at::date + days)) END AS brought
    FROM (SELECT DISTINCT ON (customer) customer, at, features, value, last_activity FROM source_leads
          WHERE customer IS NOT NULL AND isfinite(at) AND at::date <= as_of ORDER BY customer, at, features, value, last_activity) AS came
    LEFT JOIN customer_timeline AS seen USING (customer)
    LEFT JOIN LATERAL (SELECT crm.first_purchase(crm.until(seen.history, as_of)) AS first_order) AS bought ON true
    WHERE (bought.first_order < came.at::date) IS NOT TRUE
    ORDER BY came.customer;
    ANALYZE lead_read;
END $$;
COMMENT ON FUNCTION crm.read_leads(date, int) IS 'Support of crm.refresh: makes the temporary table lead_read: leads until a day, and what came of them.';

-- Judged are the latest leads, by a model that knows only what had come of others before the first of them came in.
CREATE FUNCTION crm.gather_leads(as_of date, days int, options jsonb, OUT since date, OUT by_customer boolean, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    least CONSTANT int := (options ->> 'prediction_least_outcomes')::int;
    share CONSTANT float8 := (options ->> 'prediction_most_rows')::float8 / greatest((SELECT count(*) FROM lead_read), 1);
    found record;
BEGIN
    since := percentile_disc(0.8) WITHIN GROUP (ORDER BY day) FROM lead_read WHERE day + days <= as_of;
    CREATE TEMPORARY TABLE prediction_row ON COMMIT DROP AS
    SELECT customer, day, features, coalesce(won, false) AS outcome, CASE WHEN day > gather_leads.since THEN true WHEN day + days <= gather_leads.since THEN false END AS held_out
    FROM lead_read WHERE day + days <= as_of AND (share >= 1 OR crm.is_in_share(customer::text, share, 1));
    SELECT least(count(*) FILTER (WHERE outcome), count(*) FILTER (WHERE NOT outcome)) AS fewer,
           least(count(*) FILTER (WHERE outcome AND NOT held_out), count(*) FILTER (WHERE NOT outcome AND NOT held_out)) AS fewer_earlier,
           least(count(*) FILTER (WHERE outcome AND held_out), count(*) FILTER (WHERE NOT outcome AND held_out)) AS fewer_held_out,
           count(*) FILTER (WHERE outcome) AS won, count(*) AS leads
    INTO found FROM prediction_row;
    by_customer := found.fewer_earlier < least OR found.fewer_held_out < least / 2;
    IF found.fewer < least THEN
        since := NULL;
        message := format('%s won of %s leads of more than %s days ago are too few to learn from: %s that were won, and as many that were not, are needed', found.won, found.leads, days, least);
    ELSIF by_customer THEN
        since := (SELECT min(day) FROM prediction_row);
        UPDATE prediction_row SET held_out = crm.held_out_fifth(customer::text);
    END IF;
END $$;
COMMENT ON FUNCTION crm.gather_leads(date, int, jsonb) IS
    'Support of crm.refresh: makes prediction_row of leads that are won or lost, the latest held out; since is the day after which these came in, NULL when there is too little to learn from.';

CREATE FUNCTION crm.fit_leads(this_run bigint, as_of date, options jsonb, fit_options jsonb, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT int := (options ->> 'lead_days')::int;
    last lead_basis%ROWTYPE;
    found record;
    new record;
    kept boolean := false;
    among_fifth boolean;
    is_same boolean;
BEGIN
    SELECT basis.* INTO last FROM lead_basis AS basis JOIN published USING (run);
    is_same := coalesce(last.fit_options -> 'lead_days' = fit_options -> 'lead_days', false);
    SELECT * INTO found FROM crm.gather_leads(as_of, days, options);
    message := found.message;
    IF found.since IS NOT NULL THEN
        among_fifth := CASE WHEN last.judged_until <= found.since AND NOT found.by_customer THEN false WHEN last.judged_by_customer THEN true END;
        SELECT * INTO new FROM crm.choose_predictor(this_run, 'leads', as_of, found.since, as_of, found.by_customer, options,
            CASE WHEN is_same AND among_fifth IS NOT NULL THEN last.judged END, last.kind, among_fifth);
        message := nullif(concat_ws('; ', message, new.message), '');
        kept := new.kept;
    END IF;
    DROP TABLE prediction_row;
    IF kept THEN
        INSERT INTO lead_basis (run, kind, model, calibration, judged, judged_until, judged_by_customer, fit_options, tried_as_of, value)
        SELECT this_run, new.kind, new.model, new.calibration, new.judged, CASE WHEN found.by_customer THEN as_of ELSE found.since END, found.by_customer, fit_options, as_of,
               (SELECT avg(brought::numeric) FROM lead_read WHERE day + days <= as_of);
    ELSIF is_same AND last.model IS NOT NULL THEN
        last.run := this_run;
        last.tried_as_of := as_of;
        last.fit_options := fit_options;
        INSERT INTO lead_basis SELECT last.*;
    END IF;
END $$;
COMMENT ON FUNCTION crm.fit_leads(bigint, date, jsonb, jsonb) IS
    'Support of crm.refresh: the model of the run''s leads, a new one or the last, in lead_basis; no row without one.';

-- By Bayes' rule, where the days that winning takes are the same for all leads. A probability so small that a part of it would be no number
-- is taken for one that is larger.
CREATE FUNCTION crm.probability_left(probability float8, passed float8) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN passed < 1 THEN greatest(probability, 1e-300) * (1 - passed) / (1 - greatest(probability, 1e-300) * passed) ELSE 0 END;
COMMENT ON FUNCTION crm.probability_left(float8, float8) IS
    'Support of crm.refresh: the probability of what has not happened yet, although by now it has happened to a share (passed) of all to whom it ever does.';

CREATE FUNCTION crm.refresh_leads(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT int := (options ->> 'lead_days')::int;
    fit_options CONSTANT jsonb := jsonb_build_object('lead_days', days, 'prediction_models', options -> 'prediction_models');
    last lead_basis%ROWTYPE;
    basis lead_basis%ROWTYPE;
BEGIN
    PERFORM crm.forget_predictor(this_run, 'leads');
    DELETE FROM lead_basis WHERE run = this_run;
    DELETE FROM lead_of_run WHERE run = this_run;
    IF days < 1 THEN
        RAISE invalid_parameter_value USING MESSAGE = format('lead_days must be 1 or more, not %s', days);
    END IF;
    PERFORM crm.predictors_to_try(options -> 'prediction_models');
    rows := 0;
    -- As in step predictions: what a source holds must not keep the other steps from being shown.
    BEGIN
        PERFORM crm.read_leads(as_of, days);
        SELECT earlier.* INTO last FROM lead_basis AS earlier JOIN published USING (run);
        IF NOT (options ->> 'refit')::boolean AND last.fit_options = fit_options
           AND as_of - last.tried_as_of BETWEEN 0 AND (options ->> 'refit_after_days')::int - 1 THEN
            last.run := this_run;
            INSERT INTO lead_basis SELECT last.*;
        ELSE
            message := crm.fit_leads(this_run, as_of, options, fit_options);
        END IF;
        SELECT fresh.* INTO basis FROM lead_basis AS fresh WHERE fresh.run = this_run;
        IF basis.model IS NOT NULL THEN
            CREATE TEMPORARY TABLE open_lead ON COMMIT DROP AS
            WITH won AS MATERIALIZED (SELECT first_order - day AS after, count(*) AS leads FROM lead_read WHERE won AND day + days <= as_of GROUP BY after),
            age AS (
                SELECT day, (SELECT coalesce(sum(leads) FILTER (WHERE after <= as_of - day) / sum(leads), 0)::float8 FROM won) AS passed
                FROM (SELECT DISTINCT day FROM lead_read WHERE first_order IS NULL AND day + days > as_of) AS open)
            SELECT customer, customer::text AS lead, day, coalesce(value, basis.value) AS value, features,
                   crm.probability_left(crm.foretell(basis.model, basis.calibration, features), age.passed) AS probability, last_activity
            FROM lead_read JOIN age USING (day) WHERE first_order IS NULL;
            INSERT INTO lead_of_run
            SELECT this_run, came.customer, came.day, judged.rank, judged.decision, judged.seller, judged.probability, judged.value, judged.expected_profit,
                   judged.completeness, judged.why
            FROM crm.qualify_leads(basis.model, 'SELECT lead, value, features, probability, last_activity FROM pg_temp.open_lead', NULL, as_of,
                     jsonb_strip_nulls(jsonb_build_object('cost', options -> 'lead_cost', 'minimum_profit', options -> 'lead_minimum_profit',
                         'completeness', options -> 'lead_completeness', 'half_life', options -> 'lead_half_life', 'capacity', options -> 'lead_capacity'))) AS judged
            JOIN open_lead AS came USING (lead);
            GET DIAGNOSTICS rows = ROW_COUNT;
            DROP TABLE open_lead;
        END IF;
        DROP TABLE lead_read;
    EXCEPTION WHEN data_exception OR program_limit_exceeded OR out_of_memory THEN
        rows := 0;
        message := 'no lead is judged: ' || SQLERRM;
    END;
END $$;
COMMENT ON FUNCTION crm.refresh_leads(bigint, date, jsonb) IS 'Step leads.';

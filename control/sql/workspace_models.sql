-- Step models: purchase models tried on a hold-out, the best one fitted to all, kept or rejected against the last

INSERT INTO crm.workspace_step (name, position, optional, makes, keeps, meaning)
VALUES ('models', 20, false, '{}', '{fitted_model,holdout_calibration_of_run,purchase_tracking_of_run}',
        'tries the purchase models on a hold-out, fits the best one to everything and keeps it unless the last one was better');

CREATE FUNCTION crm.set_up_models(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS fitted_model (
        run bigint, name text, kind text NOT NULL, chosen boolean NOT NULL, kept boolean NOT NULL, fitted_as_of date NOT NULL, model crm.model,
        measure text, quality float8, last_quality float8, observations bigint, message text,
        PRIMARY KEY (run, name, kind));
    COMMENT ON TABLE fitted_model IS 'Every model that a run fitted, as a value; of the topics'' large ones only the one in use is kept, in topic_basis.';
    CREATE OR REPLACE VIEW model AS
    SELECT fitted.fitted_as_of AS as_of, fitted.name, fitted.kind, fitted.chosen, fitted.kept, fitted.measure, fitted.quality, fitted.last_quality,
           fitted.observations, crm.to_jsonb(fitted.model) -> 'parameters' #>> '{}' AS parameters, fitted.message, fitted.run
    FROM fitted_model AS fitted JOIN published ON fitted.run <= published.run;
    COMMENT ON VIEW model IS 'Every model that was fitted, with its quality. The table fitted_model has the models as values, but for those of topics.';
    COMMENT ON COLUMN model.run IS 'The run that fitted it, of which a day may have several: the higher the later.';
    COMMENT ON COLUMN model.chosen IS 'Whether it was the best of those tried.';
    COMMENT ON COLUMN model.kept IS 'Whether scores were made by it, until the next one that was kept.';
    COMMENT ON COLUMN model.measure IS 'What quality is; the higher the better.';
    COMMENT ON COLUMN model.last_quality IS 'Quality of the model that was in use, on the same hold-out.';

    CREATE TABLE IF NOT EXISTS holdout_calibration_of_run (
        run bigint, bin int, customers bigint, expected float8, actual float8, PRIMARY KEY (run, bin));
    CREATE OR REPLACE VIEW holdout_calibration AS
    SELECT basis.fitted_as_of AS as_of, bin.bin, bin.customers, bin.expected, bin.actual
    FROM published JOIN run_basis AS basis USING (run) JOIN holdout_calibration_of_run AS bin ON bin.run = basis.fitted_run;
    COMMENT ON VIEW holdout_calibration IS 'Customers by how much the model expected them to buy in the hold-out (bin 1 least), and how much they did.';
    COMMENT ON COLUMN holdout_calibration.expected IS 'Mean days of purchase expected in the hold-out.';
    COMMENT ON COLUMN holdout_calibration.actual IS 'Mean days of purchase in the hold-out.';

    CREATE TABLE IF NOT EXISTS purchase_tracking_of_run (
        run bigint, until date, actual bigint, expected float8, cumulative_actual bigint, cumulative_expected float8, is_holdout boolean,
        PRIMARY KEY (run, until));
    CREATE OR REPLACE VIEW purchase_tracking AS
    SELECT basis.fitted_as_of AS as_of, week.until, week.actual, week.expected, week.cumulative_actual, week.cumulative_expected, week.is_holdout
    FROM published JOIN run_basis AS basis USING (run) JOIN purchase_tracking_of_run AS week ON week.run = basis.fitted_run;
    COMMENT ON VIEW purchase_tracking IS
        'Repeat purchases by week, and what a model fitted to the time before the hold-out expects of customers who came until then.';
    COMMENT ON COLUMN purchase_tracking.is_holdout IS 'Whether the week ends after what the model had seen.';
END $$;
COMMENT ON FUNCTION crm.set_up_models(regtype) IS 'Tables and views of step models.';

CREATE FUNCTION crm.holdout_split(as_of date, options jsonb) RETURNS date
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN as_of - coalesce((options ->> 'holdout_days')::int,
                            least(365, greatest(28, (as_of - (SELECT min(first_order) FROM customer_fact)) / 4)));
END $$;
COMMENT ON FUNCTION crm.holdout_split(date, jsonb) IS 'Support of crm.refresh: the last day before the hold-out.';

-- Distinct histories until the split, with what became of them: as few as the histories that models tell apart.
CREATE FUNCTION crm.gather_holdout(as_of date, split date) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE holdout_history ON COMMIT DROP AS
    SELECT (before.r).frequency, (before.r).recency, (before.r).age, (after.r).frequency AS later_frequency, (after.r).recency AS later_recency,
           count(*) AS customers
    FROM (SELECT crm.rfm(history, split) AS r, crm.rfm(history, gather_holdout.as_of) AS later
          FROM customer_timeline WHERE history IS NOT NULL AND crm.first_purchase(history) <= split OFFSET 0) AS before,
         LATERAL (SELECT before.later AS r) AS after
    GROUP BY 1, 2, 3, 4, 5;
    ANALYZE holdout_history;
END $$;
COMMENT ON FUNCTION crm.gather_holdout(date, date) IS 'Support of crm.refresh: makes the temporary table holdout_history.';

CREATE FUNCTION crm.holdout_quality(model crm.model, days float8) RETURNS float8
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN (SELECT sum((customers * (crm.log_likelihood(model, crm.rfm(later_frequency, later_recency, age + days))
                                     - crm.log_likelihood(model, crm.rfm(frequency, recency, age))))::numeric) / sum(customers)
            FROM holdout_history);
END $$;
COMMENT ON FUNCTION crm.holdout_quality(crm.model, float8) IS
    'Support of crm.refresh: mean log-density of what customers did in the hold-out, given what they had done before.';

CREATE FUNCTION crm.fit_purchase_model(kind text, from_table regclass) RETURNS crm.model
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    model crm.model;
BEGIN
    IF kind NOT IN ('bg_nbd', 'mbg_nbd', 'pareto_nbd', 'ggom_nbd') THEN
        RAISE invalid_parameter_value USING MESSAGE = format('a workspace cannot try a model of kind "%s"', kind),
            HINT = 'Kinds are bg_nbd, mbg_nbd, pareto_nbd and ggom_nbd.';
    END IF;
    EXECUTE format('SELECT crm.%I(frequency, recency, age, customers) FROM %s', 'fit_' || kind, from_table) INTO model;
    RETURN model;
END $$;
COMMENT ON FUNCTION crm.fit_purchase_model(text, regclass) IS
    'Support of crm.refresh: fits a kind of purchase model to a table of distinct histories.';

CREATE FUNCTION crm.try_purchase_models(this_run bigint, as_of date, split date, kinds jsonb, last_model crm.model) RETURNS crm.model
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT float8 := as_of - split;
    tried_kind text;
    tried crm.model;
    best crm.model;
    quality float8;
    best_quality float8;
    last_quality CONSTANT float8 := crm.holdout_quality(last_model, days);
BEGIN
    FOR tried_kind IN SELECT jsonb_array_elements_text(kinds) LOOP
        tried := crm.fit_purchase_model(tried_kind, 'pg_temp.holdout_history');
        quality := CASE WHEN (SELECT converged FROM crm.fit_info(tried)) THEN crm.holdout_quality(tried, days) END;
        INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, model, measure, quality, last_quality, observations, message)
        SELECT this_run, 'buying', tried_kind, false, false, split, tried, 'mean log-density of the hold-out', quality, last_quality,
               info.observations, info.message
        FROM crm.fit_info(tried) AS info;
        IF quality IS NOT NULL AND (best_quality IS NULL OR quality > best_quality) THEN
            best := tried;
            best_quality := quality;
        END IF;
    END LOOP;
    IF best IS NULL THEN RETURN NULL; END IF;

    INSERT INTO holdout_calibration_of_run
    SELECT this_run, bin, sum(customers), (sum((customers * expected)::numeric) / sum(customers))::float8,
           (sum(customers * (later_frequency - frequency)) / sum(customers))::float8
    FROM (SELECT *, ceil(10 * (sum(customers) OVER least_first - customers / 2.0) / sum(customers) OVER ()) AS bin
          FROM (SELECT *, crm.expected_purchases(best, frequency, recency, age, days) AS expected FROM holdout_history) AS foretold
          WINDOW least_first AS (ORDER BY expected, frequency, recency, age, later_frequency, later_recency)) AS binned
    GROUP BY bin;
    INSERT INTO purchase_tracking_of_run
    SELECT this_run, week.until, week.actual, week.expected, week.cumulative_actual, week.cumulative_expected, week.until > split
    FROM (SELECT crm.tracking(best, history, try_purchase_models.as_of) AS weeks
          FROM customer_timeline WHERE history IS NOT NULL AND crm.first_purchase(history) <= split) AS tracked, unnest(tracked.weeks) AS week;
    RETURN best;
END $$;
COMMENT ON FUNCTION crm.try_purchase_models(bigint, date, date, jsonb, crm.model) IS
    'Support of crm.refresh: the model that foretold the hold-out best, fitted to what was before it.';

CREATE FUNCTION crm.refresh_models(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last record;  -- a type of the first workspace of a session would be that of all
    split date;
    best crm.model;
    best_quality float8;
    last_quality float8;
    parameters int;
    new_buying crm.model;
    new_spending crm.model;
    new_scorer crm.model;
    best_kind text;
    keep boolean := true;
    options_of_fit CONSTANT jsonb := jsonb_build_object('models', options -> 'models', 'bins', options -> 'bins');
BEGIN
    DELETE FROM fitted_model WHERE run = this_run AND name IN ('buying', 'spending', 'scorer');
    DELETE FROM holdout_calibration_of_run WHERE run = this_run;
    DELETE FROM purchase_tracking_of_run WHERE run = this_run;
    SELECT basis.* INTO last FROM run_basis AS basis JOIN published USING (run);
    UPDATE run_basis AS basis SET fit_options = options_of_fit WHERE basis.run = this_run;
    IF NOT (options ->> 'refit')::boolean AND last.fit_options = options_of_fit
       AND as_of - last.fitted_as_of BETWEEN 0 AND (options ->> 'refit_after_days')::int - 1
       AND (SELECT converged FROM crm.fit_info(last.buying)) THEN
        UPDATE run_basis SET buying = last.buying, spending = last.spending, scorer = last.scorer,
                             fitted_run = last.fitted_run, fitted_as_of = last.fitted_as_of
        WHERE run = this_run;
        rows := 0;
        message := format('models of %s are still in use', last.fitted_as_of);
        RETURN;
    END IF;

    split := crm.holdout_split(as_of, options);
    PERFORM crm.gather_holdout(as_of, split);
    -- A kind that is not to be tried any more stands in no other's way.
    best := crm.try_purchase_models(this_run, as_of, split, options -> 'models',
                                    CASE WHEN options -> 'models' ? (SELECT kind FROM crm.fit_info(last.buying)) THEN last.buying END);
    DROP TABLE holdout_history;
    CREATE TEMPORARY TABLE all_history ON COMMIT DROP AS
    SELECT frequency, (last_order - first_order)::float8 AS recency, (refresh_models.as_of - first_order)::float8 AS age, count(*) AS customers
    FROM customer_fact WHERE superseded IS NULL GROUP BY 1, 2, 3;

    SELECT fitted.kind, fitted.quality, fitted.last_quality INTO best_kind, best_quality, last_quality
    FROM fitted_model AS fitted WHERE fitted.run = this_run AND fitted.name = 'buying' AND fitted.quality IS NOT NULL
    ORDER BY fitted.quality DESC, fitted.kind LIMIT 1;
    IF best IS NULL THEN
        -- Nothing could be judged: the first kind, if all of the history will do for it.
        best_kind := options -> 'models' ->> 0;
        message := 'no model could be tried on a hold-out: there is too little history';
    ELSIF last_quality IS NOT NULL THEN
        SELECT count(*) INTO parameters FROM crm.coef(best);
        keep := best_quality >= last_quality - (options ->> 'reject_margin')::float8 * abs(last_quality)
                                - parameters / (SELECT sum(customers) FROM all_history)::float8;
        IF NOT keep THEN
            message := format('%s was rejected: its quality on the hold-out is %s, that of the model in use %s',
                              best_kind, round(best_quality::numeric, 4), round(last_quality::numeric, 4));
        END IF;
    END IF;
    new_buying := crm.fit_purchase_model(best_kind, 'pg_temp.all_history');
    IF NOT (SELECT converged FROM crm.fit_info(new_buying)) THEN
        message := concat_ws('; ', message, format('%s could not be fitted: %s', best_kind, (SELECT info.message FROM crm.fit_info(new_buying) AS info)));
        keep := last.buying IS NULL;
    END IF;
    IF best IS NULL THEN
        INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, model, observations, message)
        SELECT this_run, 'buying', best_kind, true, keep, refresh_models.as_of, new_buying, info.observations, info.message
        FROM crm.fit_info(new_buying) AS info
        ON CONFLICT DO NOTHING;
    END IF;
    UPDATE fitted_model AS fitted SET chosen = true, kept = keep, fitted_as_of = refresh_models.as_of, model = new_buying,
           observations = info.observations, message = info.message
    FROM crm.fit_info(new_buying) AS info WHERE fitted.run = this_run AND fitted.name = 'buying' AND fitted.kind = best_kind;
    DROP TABLE all_history;

    SELECT crm.fit_gamma_gamma(fact.frequency::float8, fact.monetary) INTO new_spending
    FROM customer_fact AS fact WHERE fact.superseded IS NULL AND fact.monetary IS NOT NULL;
    INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, model, observations, message)
    SELECT this_run, 'spending', 'gamma_gamma', true, coalesce(info.converged, false) OR last.spending IS NULL, refresh_models.as_of, new_spending, info.observations,
           info.message
    FROM crm.fit_info(new_spending) AS info;
    SELECT crm.fit_rfm_score(crm.rfm(fact.frequency, fact.last_order - fact.first_order, refresh_models.as_of - fact.first_order, fact.monetary),
                             (options ->> 'bins')::int) INTO new_scorer
    FROM customer_fact AS fact WHERE fact.superseded IS NULL;
    INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, model, observations)
    SELECT this_run, 'scorer', 'rfm_score', true, true, refresh_models.as_of, new_scorer, info.observations FROM crm.fit_info(new_scorer) AS info;

    UPDATE run_basis AS basis
    SET buying = CASE WHEN keep THEN new_buying ELSE last.buying END,
        spending = CASE WHEN last.spending IS NULL OR (SELECT converged FROM crm.fit_info(new_spending))
                        THEN new_spending ELSE last.spending END,
        scorer = new_scorer, fitted_run = this_run, fitted_as_of = refresh_models.as_of
    WHERE basis.run = this_run;
    SELECT count(*) INTO rows FROM fitted_model WHERE run = this_run;
END $$;
COMMENT ON FUNCTION crm.refresh_models(bigint, date, jsonb) IS 'Step models.';

-- Step predictions: a model of the outcome that a workspace asks for, learnt from days in the past and used on today.
-- On a day in the past only what was known on that day is looked at, and the outcome lies in the days after it.

INSERT INTO crm.workspace_role VALUES
    ('features', 1, 'customer', 'customer', true, 'whose features they are'),
    ('features', 2, 'at', 'time', false, 'since when they are known; without it, the workspace notes what it finds and when'),
    ('features', 3, 'features', 'features', true, 'what is known of the customer: an object of numbers, texts and truth values'),
    ('outcomes', 1, 'customer', 'customer', true, 'whom it happened to'),
    ('outcomes', 2, 'at', 'time', true, 'when it happened');

INSERT INTO crm.workspace_step (name, position, role, makes, keeps, of_source, customer_join, meaning)
VALUES ('predictions', 150, 'features', '{prediction_of_run,prediction_basis}',
        '{fitted_model,prediction_quality_of_run,prediction_gain_of_run,prediction_calibration_of_run,prediction_importance_of_run,prediction_drift_of_run}',
        '{feature_snapshot,prediction_of_run,prediction_basis}',
        'LEFT JOIN prediction_of_run AS foreseen ON foreseen.run = published.run AND foreseen.customer = fact.customer',
        'learns from features and orders of days in the past what came of customers, and foretells it of all');

INSERT INTO crm.workspace_column VALUES
    ('predictions', 710, 'predicted_probability', 'foreseen.probability',
     'Probability of the outcome within outcome_days, by the features and orders of the customer: what the source of outcomes tells of, else no order. Unlike churn_probability, which the purchase model says of the orders alone.'),
    ('predictions', 720, 'top_reasons', 'foreseen.reasons',
     'The three features that weigh most in predicted_probability, each with the points by which it raises or lowers the probability.');

CREATE FUNCTION crm.set_up_predictions(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO setting VALUES
        ('outcome_days', '90', 'days within which an outcome is foretold'),
        ('prediction_models', NULL, 'kinds of models to try, as crm.cross_validate takes them; null: logistic and boosted_trees, where there are such'),
        ('prediction_days', '4', 'days in the past to learn from at most, each outcome_days after the one before'),
        ('prediction_least_outcomes', '20', 'customers with the outcome, and customers without, that a model needs'),
        ('prediction_most_rows', '200000', 'customers, each on each day, to learn from; of more, a sample'),
        ('prediction_active_days', NULL, 'customers who have been silent for longer are neither learnt from nor foretold; null: all are'),
        ('alert_probability', '0.5', 'an alert is given when customers of the top tenth by revenue come to so high a predicted_probability'),
        ('snapshot_days', '30', 'days after which features are noted again, where their source does not say since when they are known')
    ON CONFLICT (name) DO NOTHING;

    EXECUTE format('CREATE TABLE IF NOT EXISTS feature_snapshot (customer %s, day date, features jsonb, PRIMARY KEY (customer, day))', customer_type);
    COMMENT ON TABLE feature_snapshot IS
        'Features as they were found, where their source does not say since when they are known: a row when they had changed. NULL: the customer was gone.';

    CREATE TABLE IF NOT EXISTS prediction_basis (
        run bigint PRIMARY KEY, kind text, model crm.model, calibration crm.model, judged crm.model, judged_until date, judged_by_customer boolean,
        reference crm.model, with_features boolean, fit_options jsonb, tried_as_of date);
    COMMENT ON TABLE prediction_basis IS 'What the predictions of a run stand on.';
    COMMENT ON COLUMN prediction_basis.calibration IS 'What the probabilities of the model are worth; NULL: what they say.';
    COMMENT ON COLUMN prediction_basis.judged IS 'The model as it was judged: without the rows that it was judged on.';
    COMMENT ON COLUMN prediction_basis.judged_until IS 'The last day of which the judged model knows outcomes.';
    COMMENT ON COLUMN prediction_basis.judged_by_customer IS 'Whether a fifth of the customers was held out, for want of a second day.';
    COMMENT ON COLUMN prediction_basis.reference IS 'What features and probabilities were like on the last day that the model has learnt from.';
    COMMENT ON COLUMN prediction_basis.with_features IS 'Whether the features of the source were known on the days that the model has learnt from.';

    EXECUTE format('CREATE TABLE IF NOT EXISTS prediction_of_run (run bigint, customer %s, probability float8, reasons text, PRIMARY KEY (run, customer))',
                   customer_type);
    CREATE OR REPLACE VIEW prediction AS
    SELECT published.as_of, foreseen.customer, foreseen.probability, foreseen.reasons AS top_reasons
    FROM published JOIN prediction_of_run AS foreseen USING (run);
    COMMENT ON VIEW prediction IS 'What is foretold of each customer, also of those who have features but no orders.';
    COMMENT ON COLUMN prediction.probability IS 'Probability of the outcome within outcome_days (0 to 1).';
    COMMENT ON COLUMN prediction.top_reasons IS 'The three features that weigh most, each with the points by which it raises or lowers the probability.';

    CREATE TABLE IF NOT EXISTS prediction_quality_of_run (
        run bigint, name text, kind text, was_in_use boolean, chosen boolean NOT NULL, calibrated boolean NOT NULL, since date, until date, held_out text, customers bigint,
        outcomes bigint, auc float8, auc_lower float8, auc_upper float8, log_loss float8, base_log_loss float8, brier float8, calibration_error float8,
        PRIMARY KEY (run, name, kind, was_in_use));
    CREATE OR REPLACE VIEW prediction_quality AS
    SELECT done.as_of, judged.name, judged.kind, judged.was_in_use, judged.chosen, judged.calibrated, judged.since, judged.until, judged.held_out, judged.customers,
           judged.outcomes, judged.auc, judged.auc_lower, judged.auc_upper, judged.log_loss, judged.base_log_loss, judged.brier, judged.calibration_error
    FROM prediction_quality_of_run AS judged JOIN refresh_run AS done USING (run) JOIN published ON judged.run <= published.run;
    COMMENT ON VIEW prediction_quality IS 'How well each model that was tried foretold what it had not seen, over time.';
    COMMENT ON COLUMN prediction_quality.as_of IS 'The day that the model was tried.';
    COMMENT ON COLUMN prediction_quality.name IS 'What is foretold: prediction (of customers), or leads.';
    COMMENT ON COLUMN prediction_quality.was_in_use IS 'Whether it is the model that had been in use, on the same customers.';
    COMMENT ON COLUMN prediction_quality.chosen IS 'Whether it was the best of those tried.';
    COMMENT ON COLUMN prediction_quality.calibrated IS 'Whether its probabilities had to be put right; the figures are then of what came out.';
    COMMENT ON COLUMN prediction_quality.since IS 'It foretold what came after this day,';
    COMMENT ON COLUMN prediction_quality.until IS 'until this one.';
    COMMENT ON COLUMN prediction_quality.held_out IS 'What it had not seen: time (all outcomes after since) or customers (a fifth of them).';
    COMMENT ON COLUMN prediction_quality.auc IS 'Probability that a customer with the outcome had the higher probability of two; with a 95 % interval.';
    COMMENT ON COLUMN prediction_quality.log_loss IS 'Mean log-loss; the lower the better.';
    COMMENT ON COLUMN prediction_quality.base_log_loss IS 'Log-loss of who gives all customers the share of outcomes that the model had learnt from.';
    COMMENT ON COLUMN prediction_quality.brier IS 'Mean squared error of the probabilities.';
    COMMENT ON COLUMN prediction_quality.calibration_error IS 'Mean difference between probabilities and shares of outcomes, in ten bins.';

    CREATE TABLE IF NOT EXISTS prediction_gain_of_run (
        run bigint, name text, bin int, customers bigint, outcomes float8, rate float8, lift float8, cumulative_share float8, cumulative_capture float8,
        lowest_probability float8, PRIMARY KEY (run, name, bin));
    CREATE OR REPLACE VIEW prediction_gain AS
    SELECT done.as_of, part.name, part.bin, part.customers, part.outcomes, part.rate, part.lift, part.cumulative_share, part.cumulative_capture,
           part.lowest_probability
    FROM prediction_gain_of_run AS part JOIN refresh_run AS done USING (run)
    WHERE part.run = (SELECT max(kept.run) FROM prediction_gain_of_run AS kept JOIN published ON kept.run <= published.run WHERE kept.name = part.name);
    COMMENT ON VIEW prediction_gain IS 'Customers held out in tenths by probability, 1 the highest, and how many had the outcome.';
    COMMENT ON COLUMN prediction_gain.lift IS 'Share with the outcome, as a multiple of that of all.';
    COMMENT ON COLUMN prediction_gain.cumulative_capture IS 'Share of all outcomes that this tenth and those before it hold.';

    CREATE TABLE IF NOT EXISTS prediction_calibration_of_run (
        run bigint, name text, bin int, customers bigint, outcomes bigint, probability float8, observed float8, observed_lower float8, observed_upper float8,
        PRIMARY KEY (run, name, bin));
    CREATE OR REPLACE VIEW prediction_calibration AS
    SELECT done.as_of, bin.name, bin.bin, bin.customers, bin.outcomes, bin.probability, bin.observed, bin.observed_lower, bin.observed_upper
    FROM prediction_calibration_of_run AS bin JOIN refresh_run AS done USING (run)
    WHERE bin.run = (SELECT max(kept.run) FROM prediction_calibration_of_run AS kept JOIN published ON kept.run <= published.run WHERE kept.name = bin.name);
    COMMENT ON VIEW prediction_calibration IS 'Customers held out in ten bins of about equal number, by probability, and how many had the outcome.';
    COMMENT ON COLUMN prediction_calibration.probability IS 'Mean probability.';
    COMMENT ON COLUMN prediction_calibration.observed IS 'Share that had the outcome; with a 95 % interval.';

    CREATE TABLE IF NOT EXISTS prediction_importance_of_run (
        run bigint, name text, rank int, feature text, contribution float8, share float8, PRIMARY KEY (run, name, rank));
    CREATE OR REPLACE VIEW prediction_importance AS
    SELECT done.as_of, matters.name, matters.rank, matters.feature, matters.contribution, matters.share
    FROM prediction_importance_of_run AS matters JOIN refresh_run AS done USING (run)
    WHERE matters.run = (SELECT max(kept.run) FROM prediction_importance_of_run AS kept JOIN published ON kept.run <= published.run WHERE kept.name = matters.name);
    COMMENT ON VIEW prediction_importance IS 'How much each feature moves the predictions of the model in use.';
    COMMENT ON COLUMN prediction_importance.contribution IS 'Mean magnitude of what it adds, see crm.importance.';
    COMMENT ON COLUMN prediction_importance.share IS 'Share of the sum over all features (0 to 1).';

    CREATE TABLE IF NOT EXISTS prediction_drift_of_run (
        run bigint, feature text, kind text, psi float8, by_chance float8, reference_missing float8, current_missing float8, moved_most text, note text,
        PRIMARY KEY (run, feature));
    CREATE OR REPLACE VIEW prediction_drift AS
    SELECT done.as_of, moved.feature, moved.kind, moved.psi, moved.by_chance, moved.reference_missing, moved.current_missing, moved.moved_most, moved.note
    FROM prediction_drift_of_run AS moved JOIN refresh_run AS done USING (run) JOIN published ON moved.run <= published.run;
    COMMENT ON VIEW prediction_drift IS
        'How far features of each run are from those of the last day that the model had learnt from, see crm.drift; "(probability)" is what was foretold.';
END $$;
COMMENT ON FUNCTION crm.set_up_predictions(regtype) IS 'Tables and views of step predictions.';


-- What is known on a day

CREATE FUNCTION crm.order_features(history crm.timeline, day date, days int) RETURNS TABLE (last_order date, features jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT fact.last_order, jsonb_build_object(
                   'orders', fact.orders, 'revenue', fact.revenue, 'average_order', fact.revenue / nullif(fact.orders, 0),
                   'days_since_last_order', order_features.day - fact.last_order, 'age_days', order_features.day - fact.first_order,
                   'days_between_orders', (fact.last_order - fact.first_order)::float8 / nullif(fact.frequency, 0), 'recent_orders', fact.recent)
        -- OFFSET 0: each figure is read from the history once.
        FROM (SELECT seen.first_order, seen.last_order, seen.frequency, seen.orders, seen.revenue,
                     coalesce(crm.orders(crm.since(crm.until(history, order_features.day), order_features.day - days)), 0) AS recent
              FROM crm.facts_of(history, order_features.day, NULL) AS seen OFFSET 0) AS fact;
    END;
COMMENT ON FUNCTION crm.order_features(crm.timeline, date, int) IS
    'What the orders until a day say of a customer, as features: orders, revenue, average_order, days_since_last_order, age_days (since the first order), days_between_orders, and recent_orders (of the last so many days). No row before the first order.';

-- A snapshot is never put before one that there is: what is known today must not pass for knowledge of yesterday.
CREATE FUNCTION crm.note_features(as_of date, every int) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last_day CONSTANT date := (SELECT max(day) FROM feature_snapshot);
BEGIN
    IF as_of < last_day + greatest(every, 1) THEN RETURN; END IF;
    INSERT INTO feature_snapshot
    SELECT customer, as_of, found.features
    FROM (SELECT DISTINCT ON (customer) customer, features FROM source_features WHERE customer IS NOT NULL ORDER BY customer, features) AS found
    FULL JOIN (SELECT DISTINCT ON (customer) customer, features FROM feature_snapshot ORDER BY customer, day DESC) AS noted USING (customer)
    WHERE found.features IS DISTINCT FROM noted.features;
END $$;
COMMENT ON FUNCTION crm.note_features(date, int) IS
    'Support of crm.refresh: notes the features that have changed, when the last time is so many days ago.';

CREATE FUNCTION crm.open_features(as_of date, every int, OUT known_since date, OUT has_outcomes boolean)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    IF EXISTS (SELECT FROM source_features WHERE at IS NOT NULL) THEN
        CREATE TEMPORARY VIEW known_feature AS
        SELECT customer, at::date AS day, at::timestamp AS at, CASE WHEN jsonb_typeof(features) = 'object' THEN features END AS features
        FROM source_features WHERE customer IS NOT NULL AND at IS NOT NULL;
    ELSE
        PERFORM crm.note_features(as_of, every);
        CREATE TEMPORARY VIEW known_feature AS
        SELECT customer, day, day::timestamp AS at, CASE WHEN jsonb_typeof(features) = 'object' THEN features END AS features FROM feature_snapshot;
    END IF;
    SELECT greatest(min(day), date '0001-01-01') INTO known_since FROM known_feature;  -- -infinity, too, is a day
    has_outcomes := to_regclass('source_outcomes') IS NOT NULL;
    IF has_outcomes THEN
        CREATE TEMPORARY VIEW known_outcome AS
        SELECT customer, at::date AS day FROM source_outcomes WHERE customer IS NOT NULL AND at IS NOT NULL;
    ELSE
        CREATE TEMPORARY VIEW known_outcome AS SELECT customer, NULL::date AS day FROM customer_timeline WHERE false;
    END IF;
    CREATE TEMPORARY TABLE prediction_row ON COMMIT DROP AS
    SELECT customer, NULL::date AS day, NULL::jsonb AS features, NULL::boolean AS outcome, NULL::boolean AS held_out FROM customer_timeline WHERE false;
END $$;
COMMENT ON FUNCTION crm.open_features(date, int) IS
    'Support of crm.refresh: makes the temporary views known_feature and known_outcome and the temporary table prediction_row.';

CREATE FUNCTION crm.close_features() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    DROP VIEW known_feature, known_outcome;
    DROP TABLE prediction_row;
END $$;
COMMENT ON FUNCTION crm.close_features() IS 'Support of crm.refresh: undoes crm.open_features.';

CREATE FUNCTION crm.is_in_share(customer text, share float8, seed bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (pg_catalog.hashtextextended(customer COLLATE "C", seed) & 1048575) < share * 1048576;
COMMENT ON FUNCTION crm.is_in_share(text, float8, bigint) IS 'Support of crm.refresh: whether a customer belongs to a share (0 to 1) of all, always the same ones.';

-- Everybody of whom something is known on the day, with what comes of them in the days after it. Whom the outcome has happened to
-- is no longer asked after, but for who has ordered since.
CREATE FUNCTION crm.gather_day(day date, days int, has_outcomes boolean, with_features boolean, active_days int, share float8, is_held_out boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO prediction_row
    SELECT customer, gather_day.day, coalesce(bought.features, '{}') || coalesce(known.features, '{}'),
           CASE WHEN is_held_out IS NULL THEN NULL WHEN has_outcomes THEN coalesce(event.happens, false) ELSE bought.later_orders = 0 END, is_held_out
    FROM (SELECT seen.customer, before.last_order, before.features,
                 CASE WHEN is_held_out IS NOT NULL AND NOT has_outcomes
                      THEN coalesce(crm.orders(crm.since(crm.until(seen.history, gather_day.day + days), gather_day.day)), 0) END AS later_orders
          FROM customer_timeline AS seen, LATERAL crm.order_features(seen.history, gather_day.day, days) AS before
          WHERE share >= 1 OR crm.is_in_share(seen.customer::text, share, 1)) AS bought
    FULL JOIN (SELECT * FROM (SELECT DISTINCT ON (said.customer) said.customer, said.features FROM known_feature AS said
                              WHERE with_features AND said.day <= gather_day.day AND (share >= 1 OR crm.is_in_share(said.customer::text, share, 1))
                              ORDER BY said.customer, said.at DESC, said.features) AS latest
               WHERE latest.features IS NOT NULL) AS known USING (customer)
    LEFT JOIN (SELECT happened.customer, max(happened.day) FILTER (WHERE happened.day <= gather_day.day) AS last_day,
                      bool_or(happened.day > gather_day.day AND happened.day <= gather_day.day + days) AS happens
               FROM known_outcome AS happened GROUP BY happened.customer) AS event USING (customer)
    WHERE (has_outcomes OR bought.customer IS NOT NULL) AND (event.last_day IS NULL OR bought.last_order > event.last_day)
      AND (gather_day.day - bought.last_order > active_days) IS NOT TRUE;
END $$;
COMMENT ON FUNCTION crm.gather_day(date, int, boolean, boolean, int, float8, boolean) IS
    'Support of crm.refresh: adds a row for each customer as known on a day, with the outcome of the days after unless is_held_out is NULL, to prediction_row.';


-- The step

CREATE FUNCTION crm.gather_days(as_of date, options jsonb, known_since date, has_outcomes boolean,
    OUT since date, OUT by_customer boolean, OUT with_features boolean, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT int := (options ->> 'outcome_days')::int;
    most_days CONSTANT int := (options ->> 'prediction_days')::int;
    least CONSTANT int := (options ->> 'prediction_least_outcomes')::int;
    first_day date := (SELECT min(crm.first_purchase(history)) FROM customer_timeline);
    customers bigint := (SELECT count(*) FROM customer_timeline);
    share float8;
    found record;
BEGIN
    since := as_of - days;
    with_features := known_since <= since IS TRUE;
    first_day := CASE WHEN with_features THEN known_since ELSE first_day END;
    IF has_outcomes AND with_features THEN  -- of those, too, who have features only
        customers := customers + (SELECT count(DISTINCT said.customer) FROM known_feature AS said
                                  WHERE NOT EXISTS (SELECT FROM customer_timeline AS seen WHERE seen.customer = said.customer));
    END IF;
    share := (options ->> 'prediction_most_rows')::float8
             / greatest(customers * least(most_days, greatest(ceil((as_of - first_day) / days::float8), 1)), 1);
    FOR place IN 1 .. most_days LOOP
        EXIT WHEN as_of - place * days < first_day;
        PERFORM crm.gather_day(as_of - place * days, days, has_outcomes, with_features, (options ->> 'prediction_active_days')::int, share, place = 1);
    END LOOP;
    SELECT least(count(*) FILTER (WHERE outcome), count(*) FILTER (WHERE NOT outcome)) AS fewer,
           least(count(*) FILTER (WHERE outcome AND NOT held_out), count(*) FILTER (WHERE NOT outcome AND NOT held_out)) AS fewer_earlier,
           least(count(*) FILTER (WHERE outcome AND held_out), count(*) FILTER (WHERE NOT outcome AND held_out)) AS fewer_held_out,
           count(*) FILTER (WHERE outcome) AS outcomes, count(*) AS customers
    INTO found FROM prediction_row;
    by_customer := found.fewer_earlier < least OR found.fewer_held_out < least / 2;
    IF found.fewer < least THEN
        since := NULL;
        message := CASE WHEN found.customers = 0 THEN format('nobody was known %s days ago: there is nothing to learn from yet', days)
            ELSE format('%s outcomes of %s customers are too few to learn from: %s with the outcome, and as many without, are needed', found.outcomes, found.customers, least) END;
        RETURN;
    ELSIF by_customer THEN
        UPDATE prediction_row SET held_out = crm.held_out_fifth(customer::text);
    END IF;
    IF NOT with_features THEN
        message := concat_ws(' ', 'the model goes by orders only:', CASE WHEN known_since IS NULL THEN 'there are no features'
                             ELSE format('features are known since %s, and can be learnt from on %s', known_since, known_since + days) END);
    END IF;
END $$;
COMMENT ON FUNCTION crm.gather_days(date, jsonb, date, boolean) IS
    'Support of crm.refresh: fills prediction_row for days in the past, the last of them held out; since is that day, NULL when there is too little to learn from.';

CREATE FUNCTION crm.fit_predictions(this_run bigint, as_of date, options jsonb, fit_options jsonb, known_since date, has_outcomes boolean, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last prediction_basis%ROWTYPE;
    found record;
    new record;
    kept boolean := false;
    among_fifth boolean;
    is_same boolean;
BEGIN
    SELECT basis.* INTO last FROM prediction_basis AS basis JOIN published USING (run);
    is_same := coalesce(last.fit_options - 'prediction_models' = fit_options - 'prediction_models', false);
    SELECT * INTO found FROM crm.gather_days(as_of, options, known_since, has_outcomes);
    message := found.message;
    IF found.since IS NOT NULL THEN
        among_fifth := CASE WHEN last.judged_until <= found.since THEN false WHEN last.judged_by_customer THEN true END;
        SELECT * INTO new FROM crm.choose_predictor(this_run, 'prediction', as_of, found.since, as_of, found.by_customer, options,
            CASE WHEN is_same AND among_fifth IS NOT NULL THEN last.judged END, last.kind, among_fifth);
        message := nullif(concat_ws('; ', message, new.message), '');
        kept := new.kept;
    END IF;
    IF kept THEN
        INSERT INTO prediction_basis
        SELECT this_run, new.kind, new.model, new.calibration, new.judged, CASE WHEN found.by_customer THEN as_of ELSE found.since END, found.by_customer,
               crm.fit_drift_reference(seen.features || jsonb_build_object('(probability)', crm.foretell(new.model, new.calibration, seen.features))),
               found.with_features, fit_options, as_of
        FROM prediction_row AS seen WHERE seen.day = found.since;
    ELSIF is_same AND last.model IS NOT NULL THEN
        INSERT INTO prediction_basis
        VALUES (this_run, last.kind, last.model, last.calibration, last.judged, last.judged_until, last.judged_by_customer, last.reference,
                last.with_features, fit_options, as_of);
    END IF;
    DELETE FROM prediction_row;
END $$;
COMMENT ON FUNCTION crm.fit_predictions(bigint, date, jsonb, jsonb, date, boolean) IS
    'Support of crm.refresh: the model of the run''s predictions, a new one or the last, in prediction_basis; no row without one.';

CREATE FUNCTION crm.foretell(model crm.model, calibration crm.model, features jsonb) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN calibration IS NULL THEN crm.predict(model, features) ELSE crm.calibrate(calibration, crm.predict(model, features)) END;
COMMENT ON FUNCTION crm.foretell(crm.model, crm.model, jsonb) IS 'The probability that a model says, put right by its calibration where it has one.';

-- Everybody grows older by a day each night, and with it changes what is foretold: all rows are written anew.
CREATE FUNCTION crm.refresh_predictions(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    days CONSTANT int := (options ->> 'outcome_days')::int;
    last prediction_basis%ROWTYPE;
    basis prediction_basis%ROWTYPE;
    known record;
    fit_options jsonb;
    share float8;
BEGIN
    PERFORM crm.forget_predictor(this_run, 'prediction');
    DELETE FROM prediction_basis WHERE run = this_run;
    DELETE FROM prediction_drift_of_run WHERE run = this_run;
    DELETE FROM prediction_of_run WHERE run = this_run;
    IF days < 1 OR (options ->> 'prediction_days')::int < 1 THEN
        RAISE invalid_parameter_value USING MESSAGE = format('%s must be 1 or more', CASE WHEN days < 1 THEN 'outcome_days' ELSE 'prediction_days' END);
    END IF;

    PERFORM crm.predictors_to_try(options -> 'prediction_models');
    rows := 0;
    -- What a source holds must not keep the other steps from being shown.
    BEGIN
        SELECT * INTO known FROM crm.open_features(as_of, (options ->> 'snapshot_days')::int);
        fit_options := jsonb_build_object('outcome_days', days, 'has_outcomes', known.has_outcomes, 'active_days', options -> 'prediction_active_days', 'prediction_models', options -> 'prediction_models');
        SELECT earlier.* INTO last FROM prediction_basis AS earlier JOIN published USING (run);
        IF NOT (options ->> 'refit')::boolean AND last.fit_options = fit_options
           AND as_of - last.tried_as_of BETWEEN 0 AND (options ->> 'refit_after_days')::int - 1 THEN
            last.run := this_run;
            INSERT INTO prediction_basis SELECT last.*;
        ELSE
            message := crm.fit_predictions(this_run, as_of, options, fit_options, known.known_since, known.has_outcomes);
        END IF;

        SELECT fresh.* INTO basis FROM prediction_basis AS fresh WHERE fresh.run = this_run;
        IF basis.model IS NOT NULL THEN
            PERFORM crm.gather_day(as_of, days, known.has_outcomes, basis.with_features, (options ->> 'prediction_active_days')::int, 1, NULL);
            INSERT INTO prediction_of_run
            SELECT this_run, seen.customer, crm.foretell(basis.model, basis.calibration, seen.features), crm.why(basis.model, seen.features, '{reasons}')
            FROM prediction_row AS seen;
            GET DIAGNOSTICS rows = ROW_COUNT;
            -- Shares are as good of as many as a model learns from.
            share := (options ->> 'prediction_most_rows')::float8 / greatest(rows, 1);
            INSERT INTO prediction_drift_of_run
            SELECT this_run, moved.feature, moved.kind, moved.psi, moved.by_chance, moved.reference_missing, moved.current_missing, moved.moved_most, moved.note
            FROM (SELECT crm.drift(basis.reference, seen.features || jsonb_build_object('(probability)', crm.foretell(basis.model, basis.calibration, seen.features))) AS found
                  FROM prediction_row AS seen WHERE share >= 1 OR crm.is_in_share(seen.customer::text, share, 1)) AS drifted, unnest(drifted.found) AS moved;
        END IF;
        PERFORM crm.close_features();
    EXCEPTION WHEN data_exception OR program_limit_exceeded OR out_of_memory THEN
        rows := 0;
        message := 'nothing is foretold: ' || SQLERRM;
    END;
END $$;
COMMENT ON FUNCTION crm.refresh_predictions(bigint, date, jsonb) IS 'Step predictions.';

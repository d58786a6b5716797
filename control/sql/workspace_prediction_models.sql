-- Trying, judging and keeping models of an outcome. Rows are in the temporary table prediction_row; those held out are what a model
-- is judged on, and it has not seen them; the model that is used then has seen all.

-- Nobody looks on: a little l2 keeps a feature that tells all outcomes apart from ending the fit.
CREATE FUNCTION crm.predictors_to_try(models jsonb) RETURNS TABLE (label text, kind text, options jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
    BEGIN ATOMIC
        SELECT known.label, known.kind, CASE WHEN known.kind = 'logistic' AND known.options = '{}' THEN '{"l2": 1}' ELSE known.options END
        FROM crm.models_to_compare(nullif(models, 'null'), 'jsonb') AS known;
    END;
COMMENT ON FUNCTION crm.predictors_to_try(jsonb) IS
    'Support of crm.refresh: the models of setting prediction_models; null: those of logistic and boosted_trees that there are. A logistic model without options has l2 1.';

CREATE FUNCTION crm.fit_predictor(kind text, options jsonb, on_all boolean) RETURNS crm.model
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    model crm.model;
BEGIN
    -- In one order, so that not even the last bits of a model depend on how the rows were joined.
    EXECUTE format('SELECT crm.%I(outcome, features, 1::float8, $1)
                    FROM (SELECT outcome, features FROM prediction_row WHERE $2 OR NOT held_out ORDER BY day, customer) AS seen', 'fit_' || kind)
    INTO model USING options, on_all;
    RETURN model;
END $$;
COMMENT ON FUNCTION crm.fit_predictor(text, jsonb, boolean) IS 'Support of crm.refresh: fits a model to all rows, or to those that are not held out.';

CREATE FUNCTION crm.held_out_fifth(customer text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN crm.is_in_share(customer, 0.2, 2);
COMMENT ON FUNCTION crm.held_out_fifth(text) IS 'Support of crm.refresh: the fifth of the customers that models are judged on where there is but one day to learn from.';

-- Each half is put right by what was learnt from the other, so that the figures are of rows that neither model nor calibration has seen.
CREATE FUNCTION crm.score_held_out(model crm.model) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    one crm.model;
    other crm.model;
    gain record;
BEGIN
    CREATE TEMPORARY TABLE held_out_score ON COMMIT DROP AS
    SELECT seen.customer, seen.day, seen.outcome, crm.predict(model, seen.features) AS said, crm.is_in_share(seen.customer::text, 0.5, 3) AS is_one, NULL::float8 AS probability
    FROM prediction_row AS seen WHERE seen.held_out ORDER BY seen.day, seen.customer;
    SELECT crm.fit_calibration(outcome, said) FILTER (WHERE is_one), crm.fit_calibration(outcome, said) FILTER (WHERE NOT is_one)
    INTO one, other FROM held_out_score;
    UPDATE held_out_score SET probability = crm.calibrate(CASE WHEN is_one THEN other ELSE one END, said);
    SELECT avg(less)::float8 AS mean, (stddev_samp(less) / sqrt(count(*)))::float8 AS std_error, bool_and(less IS NOT NULL) AS known INTO gain
    FROM (SELECT ln(greatest(CASE WHEN outcome THEN probability ELSE 1 - probability END, 1e-300)::numeric)
                 - ln(greatest(CASE WHEN outcome THEN said ELSE 1 - said END, 1e-300)::numeric) AS less FROM held_out_score) AS compared;
    IF gain.known AND gain.mean > 2 * gain.std_error THEN RETURN true; END IF;
    UPDATE held_out_score SET probability = said;
    RETURN false;
END $$;
COMMENT ON FUNCTION crm.score_held_out(crm.model) IS
    'Support of crm.refresh: makes the temporary table held_out_score; whether the probabilities had to be calibrated, which lowered their log-loss by more than two standard errors.';

CREATE FUNCTION crm.note_quality(
    this_run bigint, prediction_name text, kind text, was_in_use boolean, calibrated boolean, since date, until date, by_customer boolean, base float8)
    RETURNS float8
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    judged record;
BEGIN
    SELECT count(*) AS customers, count(*) FILTER (WHERE outcome) AS outcomes, crm.auc(outcome, probability) AS ranking,
           crm.log_loss(outcome, probability) AS log_loss, crm.brier(outcome, probability) AS brier, crm.calibration_error(outcome, probability) AS error,
           crm.log_loss(outcome, base) AS base_log_loss
    INTO judged FROM held_out_score;
    INSERT INTO prediction_quality_of_run
    VALUES (this_run, prediction_name, kind, was_in_use, false, calibrated, since, until, CASE WHEN by_customer THEN 'customers' ELSE 'time' END, judged.customers,
            judged.outcomes, (judged.ranking).auc, (judged.ranking).lower, (judged.ranking).upper, judged.log_loss, judged.base_log_loss, judged.brier,
            (judged.error).expected);
    RETURN judged.log_loss;
END $$;
COMMENT ON FUNCTION crm.note_quality(bigint, text, text, boolean, boolean, date, date, boolean, float8) IS
    'Support of crm.refresh: notes the quality of the probabilities in held_out_score; their log-loss.';

CREATE FUNCTION crm.report_prediction(this_run bigint, prediction_name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO prediction_gain_of_run
    SELECT this_run, prediction_name, part.bin, part.count, part.positives, part.rate, part.lift, part.cumulative_share, part.cumulative_capture, part.lowest_score
    FROM (SELECT crm.gain(outcome, probability) AS parts FROM held_out_score) AS gain, unnest(gain.parts) AS part;
    INSERT INTO prediction_calibration_of_run
    SELECT this_run, prediction_name, bin.bin, bin.count, bin.positives, bin.mean_probability, bin.observed, bin.observed_lower, bin.observed_upper
    FROM (SELECT crm.calibration(outcome, probability, 10, true) AS bins FROM held_out_score) AS binned, unnest(binned.bins) AS bin;
END $$;
COMMENT ON FUNCTION crm.report_prediction(bigint, text) IS 'Support of crm.refresh: gain and calibration of the probabilities in held_out_score.';

-- The last model is compared by what it was when it was judged, before it had seen everything, and on rows that it cannot have seen.
CREATE FUNCTION crm.compare_scores(margin float8, OUT log_loss float8, OUT last_log_loss float8, OUT is_worse boolean)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    std_error float8;
BEGIN
    SELECT avg(now_lost)::float8, avg(last_lost)::float8, stddev_samp(now_lost - last_lost) / sqrt(count(*)) INTO log_loss, last_log_loss, std_error
    FROM (SELECT -ln(greatest(CASE WHEN now.outcome THEN now.probability ELSE 1 - now.probability END, 1e-300)::numeric) AS now_lost,
                 -ln(greatest(CASE WHEN now.outcome THEN last.probability ELSE 1 - last.probability END, 1e-300)::numeric) AS last_lost
          FROM held_out_score AS now JOIN last_score AS last USING (customer, day)) AS lost;
    is_worse := coalesce(log_loss > last_log_loss * (1 + margin) AND log_loss - last_log_loss > 2 * std_error, false);
END $$;
COMMENT ON FUNCTION crm.compare_scores(float8) IS
    'Support of crm.refresh: log-losses of a model and the last one, in held_out_score and last_score; the first is worse when it loses more by a margin, and by more than two standard errors of the difference.';

CREATE FUNCTION crm.try_predictors(this_run bigint, prediction_name text, as_of date, since date, until date, by_customer boolean, kinds jsonb,
    OUT kind text, OUT options jsonb, OUT label text, OUT judged crm.model)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    tried record;
    tried_model crm.model;
    calibrated boolean;
    lost float8;
    least_lost float8;
    base CONSTANT float8 := (SELECT avg(outcome::int) FROM prediction_row WHERE NOT held_out);
BEGIN
    FOR tried IN SELECT known.label, known.kind, known.options FROM crm.predictors_to_try(kinds) AS known LOOP
        tried_model := crm.fit_predictor(tried.kind, tried.options, false);
        calibrated := crm.score_held_out(tried_model);
        lost := crm.note_quality(this_run, prediction_name, tried.label, false, calibrated, since, until, by_customer, base);
        DROP TABLE held_out_score;
        INSERT INTO fitted_model (run, name, kind, chosen, kept, fitted_as_of, model, measure, quality, observations, message)
        SELECT this_run, prediction_name, tried.label, false, false, since, tried_model, 'mean log-likelihood of outcomes not seen', -lost, info.observations, info.message
        FROM crm.fit_info(tried_model) AS info;
        IF lost IS NOT NULL AND (least_lost IS NULL OR lost < least_lost) THEN
            least_lost := lost;
            kind := tried.kind;
            options := tried.options;
            label := tried.label;
            judged := tried_model;
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION crm.try_predictors(bigint, text, date, date, date, boolean, jsonb) IS
    'Support of crm.refresh: the model that foretells the rows held out with the least log-loss, fitted to the others.';

CREATE FUNCTION crm.choose_predictor(this_run bigint, prediction_name text, as_of date, since date, until date, by_customer boolean, options jsonb,
    last_judged crm.model, last_kind text, among_fifth boolean,
    OUT kind text, OUT model crm.model, OUT calibration crm.model, OUT judged crm.model, OUT kept boolean, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    best record;
    lost float8;
    last_lost float8;
    is_worse boolean := false;
    is_calibrated boolean;
    base CONSTANT float8 := (SELECT avg(outcome::int) FROM prediction_row WHERE NOT held_out);
BEGIN
    kept := false;
    SELECT * INTO best FROM crm.try_predictors(this_run, prediction_name, as_of, since, until, by_customer, options -> 'prediction_models');
    IF best.judged IS NULL THEN
        message := format('no model could be fitted: %s',
                          (SELECT min(fitted.message) FROM fitted_model AS fitted WHERE fitted.run = this_run AND fitted.name = prediction_name));
        RETURN;
    END IF;
    kind := best.label;
    judged := best.judged;
    IF last_judged IS NOT NULL THEN
        is_calibrated := crm.score_held_out(last_judged);
        DELETE FROM held_out_score WHERE among_fifth AND NOT crm.held_out_fifth(customer::text);
        PERFORM crm.note_quality(this_run, prediction_name, last_kind, true, is_calibrated, since, until, by_customer, base);
        ALTER TABLE held_out_score RENAME TO last_score;
    END IF;
    IF crm.score_held_out(judged) THEN
        SELECT crm.fit_calibration(outcome, said) INTO calibration FROM held_out_score;
    END IF;
    IF last_judged IS NOT NULL THEN
        SELECT found.log_loss, found.last_log_loss, found.is_worse INTO lost, last_lost, is_worse FROM crm.compare_scores((options ->> 'reject_margin')::float8) AS found;
        DROP TABLE last_score;
    END IF;
    model := crm.fit_predictor(best.kind, best.options, true);
    kept := NOT is_worse AND (SELECT info.converged FROM crm.fit_info(model) AS info);
    IF is_worse THEN
        message := format('the new model (%s) was rejected: its log-loss is %s, that of the model in use %s', kind, round(lost::numeric, 4), round(last_lost::numeric, 4));
    ELSIF NOT kept THEN
        message := format('%s could not be fitted: %s', kind, (SELECT info.message FROM crm.fit_info(model) AS info));
    END IF;
    IF kept THEN
        PERFORM crm.report_prediction(this_run, prediction_name);
        INSERT INTO prediction_importance_of_run
        SELECT this_run, prediction_name, matters.rank, matters.feature, matters.contribution, matters.share FROM crm.importance(model) AS matters;
    END IF;
    DROP TABLE held_out_score;
    UPDATE prediction_quality_of_run AS tried SET chosen = true
    WHERE tried.run = this_run AND tried.name = prediction_name AND tried.kind = best.label AND NOT tried.was_in_use;
    UPDATE fitted_model AS fitted
    SET chosen = true, kept = choose_predictor.kept, fitted_as_of = choose_predictor.as_of, model = choose_predictor.model, quality = coalesce(-lost, fitted.quality),
        last_quality = -last_lost, observations = info.observations, message = info.message
    FROM crm.fit_info(choose_predictor.model) AS info
    WHERE fitted.run = this_run AND fitted.name = prediction_name AND fitted.kind = best.label;
END $$;
COMMENT ON FUNCTION crm.choose_predictor(bigint, text, date, date, date, boolean, jsonb, crm.model, text, boolean) IS
    'Support of crm.refresh: the best of the models tried, fitted to all rows, its calibration if it needs one, and whether it is kept. among_fifth: the last model has not seen a fifth of the customers; else it has seen none of the rows held out.';

CREATE FUNCTION crm.forget_predictor(this_run bigint, prediction_name text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    DELETE FROM fitted_model WHERE run = this_run AND name = prediction_name;
    DELETE FROM prediction_quality_of_run WHERE run = this_run AND name = prediction_name;
    DELETE FROM prediction_gain_of_run WHERE run = this_run AND name = prediction_name;
    DELETE FROM prediction_calibration_of_run WHERE run = this_run AND name = prediction_name;
    DELETE FROM prediction_importance_of_run WHERE run = this_run AND name = prediction_name;
END $$;
COMMENT ON FUNCTION crm.forget_predictor(bigint, text) IS 'Support of crm.refresh: takes away what an earlier attempt at the run has left of a model and its quality.';

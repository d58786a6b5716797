-- What predictions and leads have to say to step alerts

CREATE FUNCTION crm.prediction_alerts(this_run bigint, last_run bigint, options jsonb)
    RETURNS TABLE (severity text, kind text, subject text, message text, why text, next_step text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 3
    AS $$
DECLARE
    at_least CONSTANT float8 := coalesce((options ->> 'alert_probability')::float8, 0.5);
    threshold CONSTANT float8 := (SELECT figure.decile_thresholds[9] FROM concentration_figure_of_run AS figure WHERE figure.run = this_run);
BEGIN
    -- The last run has said already what had shifted then.
    RETURN QUERY
    SELECT 'warning', 'feature drift', moved.feature,
           format('%s of customers is not what the model of predictions has learnt from: %s', moved.feature, moved.moved_most),
           format('its population stability index is %s, above 0.25; %s %% of what moves the predictions comes from it', round(moved.psi::numeric, 2),
                  round(100 * matters.share::numeric)),
           'see whether the source still means what it meant; if it does, the next models will learn what is new'
    FROM prediction_drift_of_run AS moved
    JOIN prediction_importance_of_run AS matters ON matters.name = 'prediction' AND matters.feature = moved.feature AND matters.share >= 0.1
        AND matters.run = (SELECT max(kept.run) FROM prediction_importance_of_run AS kept WHERE kept.name = 'prediction' AND kept.run <= this_run)
    WHERE moved.run = this_run AND moved.note = 'shifted' AND NOT EXISTS (
        SELECT FROM prediction_drift_of_run AS said WHERE said.run = last_run AND said.feature = moved.feature AND said.note = 'shifted')
    ORDER BY matters.share DESC, moved.feature;

    RETURN QUERY
    SELECT 'warning', 'prediction quality', judged.name,
           format('the model of %s foretells worse than before: its AUC is %s (95 %%: %s to %s), that of %s was %s (%s to %s)', judged.name,
                  round(judged.auc::numeric, 3), round(judged.auc_lower::numeric, 3), round(judged.auc_upper::numeric, 3), earlier.as_of,
                  round(earlier.auc::numeric, 3), round(earlier.auc_lower::numeric, 3), round(earlier.auc_upper::numeric, 3)),
           'the intervals do not touch: chance alone hardly does that',
           'see view prediction_drift for what has changed, and whether the source still tells what mattered'
    FROM prediction_quality_of_run AS judged
    JOIN LATERAL (SELECT tried.auc, tried.auc_lower, tried.auc_upper, done.as_of
                  FROM prediction_quality_of_run AS tried JOIN refresh_run AS done USING (run)
                  WHERE tried.name = judged.name AND tried.chosen AND tried.run < this_run ORDER BY tried.run DESC LIMIT 1) AS earlier ON judged.auc_upper < earlier.auc_lower
    WHERE judged.run = this_run AND judged.chosen ORDER BY judged.name;

    RETURN QUERY
    SELECT 'notice', 'customers foretold', 'top 10 % by revenue',
           format('to %s of the customers in the top tenth by revenue the outcome is now foretold with a probability of %s %% or more, to whom the last run gave less',
                  found.customers, crm.in_short(100 * at_least::numeric)),
           format('together they have brought %s', crm.in_short(found.revenue)),
           format('SELECT customer, predicted_probability, top_reasons FROM customer WHERE decile = 1 AND predicted_probability >= %s', at_least)
    FROM (SELECT count(*) AS customers, sum(fact.revenue::numeric) AS revenue
          FROM prediction_of_run AS now
          JOIN prediction_of_run AS before ON before.run = last_run AND before.customer = now.customer AND before.probability < at_least
          JOIN customer_fact AS fact ON fact.customer = now.customer AND fact.superseded IS NULL AND fact.revenue >= threshold
          WHERE now.run = this_run AND now.probability >= at_least) AS found
    WHERE found.customers > 0;
END $$;
COMMENT ON FUNCTION crm.prediction_alerts(bigint, bigint, jsonb) IS
    'For step alerts: features that matter and have shifted, models that foretell worse than before, and customers of much revenue newly foretold the outcome.';

-- The distinct histories of step scores: how many customers each has, and since which run these are in which segment and stage

CREATE FUNCTION crm.set_up_histories() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS history (
        first_order date, last_order date, frequency int, returned boolean, run bigint, superseded bigint,
        customers bigint NOT NULL, orders bigint NOT NULL, revenue numeric NOT NULL, spend numeric,
        segment text, lifecycle text,
        PRIMARY KEY (first_order, last_order, frequency, returned, run));
    COMMENT ON TABLE history IS 'Each distinct history of orders, and of how many customers it is the history, in versions like those of customer_fact.';
    COMMENT ON COLUMN history.spend IS 'Sum over the customers of the mean amount of an order to expect of each.';
    CREATE INDEX IF NOT EXISTS history_run ON history (run);
    CREATE INDEX IF NOT EXISTS history_superseded ON history (superseded) WHERE superseded IS NOT NULL;

    CREATE TABLE IF NOT EXISTS history_stage (
        first_order date, last_order date, frequency int, returned boolean, run bigint, ended bigint, segment text, lifecycle text,
        PRIMARY KEY (first_order, last_order, frequency, returned, run));
    COMMENT ON TABLE history_stage IS 'The segments and stages of the customers of each history, from one run to before another: ended, or NULL.';
    CREATE INDEX IF NOT EXISTS history_stage_run ON history_stage (run);
    CREATE INDEX IF NOT EXISTS history_stage_ended ON history_stage (ended) WHERE ended IS NOT NULL;
END $$;
COMMENT ON FUNCTION crm.set_up_histories() IS 'Support of crm.set_up_scores.';

-- Numerics add up exactly, so that what came is added to the last run's sums, and what went taken off, to the same end.
CREATE FUNCTION crm.recount_histories(this_run bigint, is_full boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TEMPORARY TABLE recounted_history (
        first_order date, last_order date, frequency int, returned boolean, customers bigint, orders bigint, revenue numeric, spend numeric)
        ON COMMIT DROP;
    IF is_full OR NOT EXISTS (SELECT FROM published JOIN run_basis AS last USING (run), run_basis AS now
                              WHERE now.run = this_run AND now.fitted_run = last.fitted_run) THEN
        INSERT INTO recounted_history
        SELECT first_order, last_order, frequency, returned, coalesce(now.customers, 0), now.orders, now.revenue, now.spend
        FROM (SELECT fact.first_order, fact.last_order, fact.frequency, fact.returned, count(*) AS customers, sum(fact.orders) AS orders,
                     trim_scale(sum(fact.revenue::numeric)) AS revenue,
                     trim_scale(sum(crm.expected_spend(basis.spending, fact.frequency, fact.monetary)::numeric)) AS spend
              FROM run_basis AS basis JOIN customer_fact AS fact ON basis.run = this_run AND fact.superseded IS NULL
              GROUP BY 1, 2, 3, 4) AS now
        FULL JOIN (SELECT * FROM history WHERE superseded IS NULL) AS before USING (first_order, last_order, frequency, returned)
        WHERE (now.customers, now.orders, now.revenue, now.spend) IS DISTINCT FROM (before.customers, before.orders, before.revenue, before.spend);
    ELSE
        INSERT INTO recounted_history
        SELECT first_order, last_order, frequency, returned, coalesce(before.customers, 0) + change.customers, coalesce(before.orders, 0) + change.orders,
               trim_scale(coalesce(before.revenue, 0) + change.revenue), trim_scale(coalesce(before.spend, 0) + change.spend)
        FROM (SELECT fact.first_order, fact.last_order, fact.frequency, fact.returned, sum(came.sign) AS customers, sum(came.sign * fact.orders) AS orders,
                     sum(came.sign * fact.revenue::numeric) AS revenue,
                     sum(came.sign * crm.expected_spend(basis.spending, fact.frequency, fact.monetary)::numeric) AS spend
              FROM run_basis AS basis, customer_fact AS fact, LATERAL (SELECT CASE WHEN fact.run = this_run THEN 1 ELSE -1 END AS sign) AS came
              WHERE basis.run = this_run AND (fact.run = this_run OR fact.superseded = this_run)
              GROUP BY 1, 2, 3, 4) AS change
        LEFT JOIN (SELECT * FROM history WHERE superseded IS NULL) AS before USING (first_order, last_order, frequency, returned);
    END IF;
    ANALYZE recounted_history;
    UPDATE history AS old SET superseded = this_run
    FROM recounted_history AS now
    WHERE old.superseded IS NULL AND old.first_order = now.first_order AND old.last_order = now.last_order
      AND old.frequency = now.frequency AND old.returned = now.returned;
END $$;
COMMENT ON FUNCTION crm.recount_histories(bigint, boolean) IS
    'Support of crm.refresh: makes the temporary table recounted_history of the histories whose customers changed, by the facts that changed where it can, and supersedes what it replaces. No customers: the history has gone.';

CREATE FUNCTION crm.keep_histories(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    kept bigint;
BEGIN
    UPDATE history AS old SET superseded = this_run
    FROM fresh_history AS now
    WHERE NOT now.is_recounted AND old.superseded IS NULL AND old.first_order = now.first_order AND old.last_order = now.last_order
      AND old.frequency = now.frequency AND old.returned = now.returned;
    INSERT INTO history
    SELECT first_order, last_order, frequency, returned, this_run, NULL, customers, orders, revenue, spend, segment, lifecycle FROM fresh_history
    ORDER BY first_order, last_order, frequency, returned;
    GET DIAGNOSTICS kept = ROW_COUNT;
    UPDATE history_stage AS old SET ended = this_run
    FROM (SELECT first_order, last_order, frequency, returned FROM fresh_history WHERE has_moved
          UNION ALL
          SELECT first_order, last_order, frequency, returned FROM recounted_history WHERE customers = 0) AS left_by
    WHERE old.ended IS NULL AND old.first_order = left_by.first_order AND old.last_order = left_by.last_order
      AND old.frequency = left_by.frequency AND old.returned = left_by.returned;
    INSERT INTO history_stage
    SELECT first_order, last_order, frequency, returned, this_run, NULL, segment, lifecycle FROM fresh_history WHERE has_moved
    ORDER BY first_order, last_order, frequency, returned;
    IF kept > 0.1 * (SELECT reltuples FROM pg_class WHERE oid = 'history'::regclass) THEN ANALYZE history, history_stage; END IF;
END $$;
COMMENT ON FUNCTION crm.keep_histories(bigint) IS
    'Support of crm.refresh: keeps the histories of the temporary table fresh_history, and since when their customers are in which segment and stage.';

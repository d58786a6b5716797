-- Step scores: every distinct history scored once. Everybody ages a day each night; customers with the same first and last
-- day of purchase and the same number of days between share all that a model says but what they spend, and that the view
-- customer multiplies in when it is read. So a night costs what the distinct histories cost, and rewrites no customer.

INSERT INTO crm.workspace_step (name, position, optional, makes, meaning)
VALUES ('scores', 30, false, '{history_score,run_basis}', 'scores every distinct history as of the day: RFM, segment, lifecycle, churn, orders to expect');

INSERT INTO crm.workspace_column VALUES
    ('scores', 10, 'as_of', 'published.as_of', 'The day that everything is as of.'),
    ('scores', 20, 'customer', 'fact.customer', 'The customer, as the orders name it.'),
    ('scores', 30, 'first_order', 'fact.first_order', 'Day of the first order.'),
    ('scores', 40, 'last_order', 'fact.last_order', 'Day of the last order.'),
    ('scores', 50, 'days_since_last_order', 'published.as_of - fact.last_order', 'Days since the last order.'),
    ('scores', 60, 'orders', 'fact.orders', 'Orders; refunds are none.'),
    ('scores', 70, 'revenue', 'fact.revenue', 'What all orders came to, less refunds.'),
    ('scores', 80, 'average_order', 'fact.revenue / nullif(fact.orders, 0)', 'Revenue by orders.'),
    ('scores', 90, 'recency_score', 'score.recency_score', 'Recency of the last order, from 1 (long ago) up.'),
    ('scores', 100, 'frequency_score', 'score.frequency_score', 'Number of orders, from 1 (few) up.'),
    ('scores', 110, 'monetary_score',
     '(crm.rfm_score(basis.scorer, fact.frequency, fact.last_order - fact.first_order, published.as_of - fact.first_order, fact.monetary)).monetary',
     'Mean amount of an order, from 1 (little) up.'),
    ('scores', 120, 'rfm',
     '(crm.rfm_score(basis.scorer, fact.frequency, fact.last_order - fact.first_order, published.as_of - fact.first_order, fact.monetary)).code',
     'The scores of recency, frequency and monetary in one.'),
    ('scores', 130, 'segment', 'score.segment', 'Segment by recency and frequency score.'),
    ('scores', 150, 'lifecycle', 'score.lifecycle', 'Stage by the rules in table lifecycle_rule.'),
    ('scores', 160, 'p_alive', 'score.p_alive', 'Probability that the customer is still one (0 to 1).'),
    ('scores', 170, 'churn_probability', 'score.churn_probability', 'Probability of no order within the horizon (0 to 1).'),
    ('scores', 180, 'expected_orders', 'score.expected_orders', 'Days with orders to expect within the horizon.'),
    ('scores', 190, 'expected_orders_lower', 'score.expected_orders_lower', 'Within the horizon at least so many, with the probability of setting level.'),
    ('scores', 200, 'expected_orders_upper', 'score.expected_orders_upper', 'Within the horizon at most so many, with the probability of setting level.'),
    ('scores', 210, 'next_order', 'score.next_order', 'Day by which, if the customer buys again, half of such customers have.'),
    ('scores', 220, 'next_order_earliest', 'score.next_order_earliest', 'The next order is not before, with the probability of setting level that it lies between.'),
    ('scores', 230, 'next_order_latest', 'score.next_order_latest', 'The next order is not after, with the probability of setting level that it lies between.'),
    ('scores', 240, 'clv', 'score.discounted_orders * crm.expected_spend(basis.spending, fact.frequency, fact.monetary)',
     'Lifetime value: what the customer will spend within the horizon, discounted.'),
    ('scores', 250, 'clv_lower',
     'score.expected_orders_lower * score.discounted_orders / nullif(score.expected_orders, 0) * crm.expected_spend(basis.spending, fact.frequency, fact.monetary)',
     'Lifetime value of expected_orders_lower orders.'),
    ('scores', 260, 'clv_upper',
     'score.expected_orders_upper * score.discounted_orders / nullif(score.expected_orders, 0) * crm.expected_spend(basis.spending, fact.frequency, fact.monetary)',
     'Lifetime value of expected_orders_upper orders; less than clv, which is a mean, where most such customers buy nothing.'),
    ('scores', 270, 'reason',
     'crm.why(basis.buying, fact.frequency, fact.last_order - fact.first_order, published.as_of - fact.first_order)',
     'What speaks for and against the customer being still one, in words.');

CREATE FUNCTION crm.set_up_scores(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS history_score (
        run bigint, first_order date, last_order date, frequency int, returned boolean,
        customers bigint NOT NULL, orders bigint NOT NULL, revenue numeric NOT NULL, spend numeric,
        recency_score smallint, frequency_score smallint, segment text, lifecycle text,
        p_alive float8, churn_probability float8, expected_orders float8, expected_orders_lower int, expected_orders_upper int,
        discounted_orders float8, next_order date, next_order_earliest date, next_order_latest date,
        PRIMARY KEY (run, first_order, last_order, frequency, returned));
    COMMENT ON TABLE history_score IS
        'What the models say of each distinct history as of a run, and of how many customers it is the history: a customer''s row is in customer_fact.';
    COMMENT ON COLUMN history_score.spend IS 'Sum over the customers of the mean amount of an order to expect of each.';

    IF to_regclass('lifecycle_rule') IS NULL THEN
        CREATE TABLE lifecycle_rule (position int PRIMARY KEY, stage text NOT NULL UNIQUE, condition text NOT NULL, meaning text NOT NULL);
        COMMENT ON TABLE lifecycle_rule IS
            'Stages of a customer: the first whose condition holds, by position. A condition is an SQL expression over frequency (days of purchase after the first), age and days_since_last_order (days), usual_gap (days), returned (whether the last gap was longer than twice the usual), p_alive, churn_probability, expected_orders, recency_score, frequency_score and segment. Change it as you like.';
        INSERT INTO lifecycle_rule VALUES
            (10, 'lapsed', 'days_since_last_order > 2 * usual_gap OR p_alive < 0.2', 'silent for more than twice the usual gap between orders, or less than 20 % likely to be a customer still'),
            (20, 'at risk', 'days_since_last_order > usual_gap OR p_alive < 0.5', 'silent for longer than the usual gap between orders, or more likely gone than not'),
            (30, 'won back', 'returned', 'bought again after a silence of more than twice the usual gap'),
            (40, 'beginning', 'frequency = 0', 'bought once, not long ago'),
            (50, 'established', 'true', 'bought more than once, and in time');
    END IF;

    CREATE OR REPLACE VIEW lifecycle AS
    SELECT published.as_of, score.lifecycle, sum(score.customers)::bigint AS customers,
           (sum(score.customers) / sum(sum(score.customers)) OVER ())::float8 AS customers_share,
           sum(score.revenue)::float8 AS revenue, sum((score.discounted_orders * score.spend::float8)::numeric)::float8 AS clv, rule.meaning
    FROM published JOIN history_score AS score USING (run) LEFT JOIN lifecycle_rule AS rule ON rule.stage = score.lifecycle
    GROUP BY published.as_of, score.lifecycle, rule.meaning;
    COMMENT ON VIEW lifecycle IS 'How many customers are in which stage, and what they are worth.';
END $$;
COMMENT ON FUNCTION crm.set_up_scores(regtype) IS 'Tables and views of step scores.';

CREATE FUNCTION crm.stage_expression() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN coalesce('CASE ' || (SELECT string_agg(format('WHEN (%s) THEN %L', condition, stage), ' ' ORDER BY position) FROM lifecycle_rule) || ' END',
                    'NULL');
END $$;
COMMENT ON FUNCTION crm.stage_expression() IS 'Support of crm.refresh: the rules of table lifecycle_rule as one expression.';

-- Numerics add up exactly, so that what came is added to the last run's sums, and what went taken off, to the same end.
CREATE FUNCTION crm.gather_histories(this_run bigint, is_full boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    last_run CONSTANT bigint := (SELECT last.run FROM published JOIN run_basis AS last USING (run), run_basis AS now
                                 WHERE now.run = this_run AND now.fitted_run = last.fitted_run AND now.usual_gap = last.usual_gap);
BEGIN
    CREATE TEMPORARY TABLE distinct_history (
        first_order date, last_order date, frequency int, returned boolean, customers bigint, orders bigint, revenue numeric, spend numeric)
        ON COMMIT DROP;
    IF is_full OR last_run IS NULL THEN
        INSERT INTO distinct_history
        SELECT fact.first_order, fact.last_order, fact.frequency, fact.returned, count(*), sum(fact.orders),
               trim_scale(sum(fact.revenue::numeric)),
               trim_scale(sum(crm.expected_spend(basis.spending, fact.frequency, fact.monetary)::numeric))
        FROM run_basis AS basis JOIN customer_fact AS fact ON basis.run = this_run AND fact.superseded IS NULL
        GROUP BY 1, 2, 3, 4;
    ELSE
        INSERT INTO distinct_history
        SELECT first_order, last_order, frequency, returned, sum(customers), sum(orders), trim_scale(sum(revenue)), trim_scale(sum(spend))
        FROM (SELECT first_order, last_order, frequency, returned, customers, orders, revenue, spend FROM history_score WHERE run = last_run
              UNION ALL
              SELECT fact.first_order, fact.last_order, fact.frequency, fact.returned, came.sign, came.sign * fact.orders,
                     came.sign * fact.revenue::numeric,
                     came.sign * crm.expected_spend(basis.spending, fact.frequency, fact.monetary)::numeric
              FROM run_basis AS basis, customer_fact AS fact, LATERAL (SELECT CASE WHEN fact.run = this_run THEN 1 ELSE -1 END AS sign) AS came
              WHERE basis.run = this_run AND (fact.run = this_run OR fact.superseded = this_run)) AS parts
        GROUP BY 1, 2, 3, 4 HAVING sum(customers) > 0;
    END IF;
    ANALYZE distinct_history;
END $$;
COMMENT ON FUNCTION crm.gather_histories(bigint, boolean) IS
    'Support of crm.refresh: makes the temporary table distinct_history, of the last run''s scores and the facts that changed where it can.';

CREATE FUNCTION crm.refresh_scores(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    segments CONSTANT text[] := (SELECT array_agg(names ORDER BY place) FROM (
        SELECT ARRAY(SELECT jsonb_array_elements_text(line)) AS names, place
        FROM jsonb_array_elements(nullif(options -> 'segments', 'null')) WITH ORDINALITY AS lines (line, place)) AS grid);
BEGIN
    DELETE FROM history_score WHERE run = this_run;
    UPDATE run_basis SET horizon_days = (options ->> 'horizon_days')::float8, discount_rate = (options ->> 'discount_rate')::float8
    WHERE run = this_run;
    PERFORM crm.gather_histories(this_run, (options ->> 'full')::boolean);
    EXECUTE format($insert$
        INSERT INTO history_score
        SELECT $1, first_order, last_order, frequency, returned, customers, orders, revenue, spend, recency_score, frequency_score, segment, %s,
               p_alive, churn_probability, expected_orders, orders_lower, orders_upper, discounted_orders, next_median, next_lower, next_upper
        FROM (SELECT history.*, basis.usual_gap, $2 - history.first_order AS age, $2 - history.last_order AS days_since_last_order,
                     (score.rfm).recency AS recency_score, (score.rfm).frequency AS frequency_score,
                     CASE WHEN $3 IS NULL THEN crm.rfm_segment(score.rfm) ELSE crm.rfm_segment(score.rfm, $3) END AS segment,
                     crm.p_alive(basis.buying, seen.r) AS p_alive,
                     crm.churn_probability(basis.buying, seen.r, basis.horizon_days) AS churn_probability,
                     crm.expected_purchases(basis.buying, seen.r, basis.horizon_days) AS expected_orders,
                     crm.expected_purchases(basis.buying, seen.r, basis.horizon_days, basis.discount_rate) AS discounted_orders,
                     (crm.purchase_interval(basis.buying, seen.r, basis.horizon_days, $4)).lower AS orders_lower,
                     (crm.purchase_interval(basis.buying, seen.r, basis.horizon_days, $4)).upper AS orders_upper,
                     next_between.median AS next_median, next_between.lower AS next_lower, next_between.upper AS next_upper
              FROM run_basis AS basis JOIN distinct_history AS history ON basis.run = $1,
                   LATERAL (SELECT crm.rfm(history.frequency, history.last_order - history.first_order, $2 - history.first_order) AS r OFFSET 0) AS seen,
                   LATERAL (SELECT crm.rfm_score(basis.scorer, seen.r) AS rfm OFFSET 0) AS score,
                   LATERAL crm.next_purchase(basis.buying, seen.r, $2, $4) AS next_between) AS scored
        ORDER BY first_order, last_order, frequency, returned$insert$, crm.stage_expression())
        USING this_run, as_of, segments, (options ->> 'level')::float8;
    GET DIAGNOSTICS rows = ROW_COUNT;
    DROP TABLE distinct_history;
    ANALYZE history_score;
    IF NOT EXISTS (SELECT FROM history_score WHERE run = this_run AND p_alive IS NOT NULL) THEN
        message := 'there is no usable purchase model: what it would say is NULL';
    ELSIF NOT EXISTS (SELECT FROM history_score WHERE run = this_run AND spend IS NOT NULL) THEN
        message := 'there is no usable model of spending: lifetime values are NULL';
    END IF;
END $$;
COMMENT ON FUNCTION crm.refresh_scores(bigint, date, jsonb) IS 'Step scores.';

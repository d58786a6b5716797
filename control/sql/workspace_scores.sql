-- Step scores. Everybody ages a day each night, and no customer's row is rewritten for it: what a model says of a customer is
-- computed when view customer is read, and what it says of all of them from the distinct histories. Customers with the same
-- first and last day of purchase and the same number of days between share all but what they spend.

INSERT INTO crm.workspace_step (name, position, optional, makes, keeps, versions, meaning)
VALUES ('scores', 30, false, '{stage_total_of_run}', '{run_basis,history_stage}', '{history}', 'counts the customers of each distinct history, and says in which segment and stage they are, and what they are worth together');

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
    ('scores', 110, 'monetary_score', 'score.monetary_score', 'Mean amount of an order, from 1 (little) up.'),
    ('scores', 120, 'rfm', 'score.rfm', 'The scores of recency, frequency and monetary in one.'),
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
    IF to_regclass('lifecycle_rule') IS NULL THEN
        CREATE TABLE lifecycle_rule (position int PRIMARY KEY, stage text NOT NULL UNIQUE, condition text NOT NULL, meaning text NOT NULL);
        COMMENT ON TABLE lifecycle_rule IS
            'Stages of a customer: the first whose condition holds, by position. A condition is an SQL expression over frequency (days of purchase after the first), age and days_since_last_order (days), usual_gap (days), returned (whether the last gap was longer than twice the usual), p_alive, churn_probability, expected_orders, recency_score, frequency_score and segment, with functions and operators of PostgreSQL that read neither tables nor the clock. Change it as you like.';
        INSERT INTO lifecycle_rule VALUES
            (10, 'lapsed', 'days_since_last_order > 2 * usual_gap OR p_alive < 0.2', 'silent for more than twice the usual gap between orders, or less than 20 % likely to be a customer still'),
            (20, 'at risk', 'days_since_last_order > usual_gap OR p_alive < 0.5', 'silent for longer than the usual gap between orders, or more likely gone than not'),
            (30, 'won back', 'returned', 'bought again after a silence of more than twice the usual gap'),
            (40, 'beginning', 'frequency = 0', 'bought once, not long ago'),
            (50, 'established', 'true', 'bought more than once, and in time');
    END IF;
    IF to_regproc('lifecycle_of') IS NULL THEN PERFORM crm.show_stages(0, crm.stage_expression(), 'NULL'); END IF;
    PERFORM crm.set_up_histories();

    CREATE TABLE IF NOT EXISTS stage_total_of_run (
        run bigint, segment text, lifecycle text, histories bigint NOT NULL, customers bigint NOT NULL, new_customers bigint NOT NULL,
        orders bigint NOT NULL, revenue numeric NOT NULL, p_alive float8, expected_orders float8, clv float8,
        stayed_before float8, stayed_gain float8, stayed_loss float8,
        UNIQUE (run, segment, lifecycle));
    COMMENT ON TABLE stage_total_of_run IS 'The customers of each segment and stage as of a run, and sums over them; views segment, lifecycle, summary and equity add these up.';
    COMMENT ON COLUMN stage_total_of_run.new_customers IS 'Those whose first order was in the 30 days before.';
    COMMENT ON COLUMN stage_total_of_run.stayed_before IS 'Lifetime values as of the last run, by the models of this one, of customers whose orders have not changed since.';
    COMMENT ON COLUMN stage_total_of_run.stayed_gain IS 'What those of them gained since who gained.';
    COMMENT ON COLUMN stage_total_of_run.stayed_loss IS 'What the others lost (negative).';

    CREATE OR REPLACE VIEW lifecycle AS
    SELECT published.as_of, total.lifecycle, sum(total.customers)::bigint AS customers,
           (sum(total.customers) / sum(sum(total.customers)) OVER ())::float8 AS customers_share,
           sum(total.revenue)::float8 AS revenue, crm.exact_sum(total.clv) AS clv, rule.meaning
    FROM published JOIN stage_total_of_run AS total USING (run) LEFT JOIN lifecycle_rule AS rule ON rule.stage = total.lifecycle
    GROUP BY published.as_of, total.lifecycle, rule.meaning;
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

-- A function can be replaced while readers use it; for a view they would have to wait. Who still sees an earlier run has its rules.
CREATE FUNCTION crm.show_stages(from_run bigint, stages text, stages_before text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION %s.lifecycle_of(run bigint, %s) RETURNS text
            LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE WHEN run < %s THEN (%s)::text ELSE (%s)::text END$function$,
        (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = 'lifecycle_rule'::regclass), crm.stage_parameters(), from_run, stages_before, stages);
    COMMENT ON FUNCTION lifecycle_of IS 'The stage of a customer by the rules of the last complete run, which were those of table lifecycle_rule.';
END $$;
COMMENT ON FUNCTION crm.show_stages(bigint, text, text) IS 'Support of crm.refresh: makes these rules those of view customer.';

CREATE FUNCTION crm.stage_parameters() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'frequency int, age int, days_since_last_order int, usual_gap int, returned boolean, p_alive float8, churn_probability float8, '
           'expected_orders float8, recency_score smallint, frequency_score smallint, segment text';
COMMENT ON FUNCTION crm.stage_parameters() IS 'Support of workspaces: what a condition of table lifecycle_rule may use.';

-- What reads tables or the clock would say something else to each reader, and of another day than that of the run: the server
-- refuses it in generated columns. Functions of others than the server might do anything with a reader's rights.
CREATE FUNCTION crm.check_stage_rules() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    rule record;
BEGIN
    FOR rule IN SELECT stage, condition FROM lifecycle_rule ORDER BY position LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION pg_temp.checked_rule(%s) RETURNS boolean LANGUAGE sql RETURN %s', crm.stage_parameters(), rule.condition);
            EXECUTE format('CREATE TEMPORARY TABLE checked_rule (%s, holds boolean GENERATED ALWAYS AS (%s) STORED) ON COMMIT DROP',
                           crm.stage_parameters(), rule.condition);
            IF EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = to_regproc('pg_temp.checked_rule')
                       AND refclassid <> 'pg_namespace'::regclass) THEN
                RAISE feature_not_supported USING MESSAGE = 'it uses more than the functions, operators and types of PostgreSQL itself';
            ELSIF rule.condition ~* '''\s*(now|today|tomorrow|yesterday)\M' THEN
                RAISE feature_not_supported USING MESSAGE = 'it reads the clock';
            END IF;
            DROP TABLE checked_rule;
            DROP FUNCTION pg_temp.checked_rule;
        EXCEPTION WHEN syntax_error_or_access_rule_violation OR feature_not_supported OR data_exception THEN
            RAISE invalid_parameter_value USING MESSAGE = format('the condition of stage "%s" cannot be used: %s', rule.stage, SQLERRM),
                DETAIL = format('It is: %s', rule.condition),
                HINT = 'The comment on table lifecycle_rule says what a condition may use.';
        END;
    END LOOP;
END $$;
COMMENT ON FUNCTION crm.check_stage_rules() IS
    'Support of crm.refresh: an error where a condition in table lifecycle_rule is no immutable expression of what PostgreSQL has over what there is.';

-- All of it dissolves in the query of view customer: only columns that are read are computed, after the customers have been found.
CREATE FUNCTION crm.score_source(stages text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
BEGIN
    RETURN format($from$
        CROSS JOIN LATERAL (
            SELECT said.*, (%s)::text AS lifecycle
            FROM (SELECT fact.frequency, fact.returned, basis.usual_gap, published.as_of - fact.first_order AS age,
                         published.as_of - fact.last_order AS days_since_last_order,
                         (raw.scores).recency AS recency_score, (raw.scores).frequency AS frequency_score, (raw.scores).monetary AS monetary_score,
                         (raw.scores).code AS rfm,
                         CASE WHEN basis.segment_names IS NULL THEN crm.rfm_segment(raw.scores) ELSE crm.rfm_segment(raw.scores, basis.segment_names) END AS segment,
                         raw.p_alive, raw.churn_probability, raw.expected_orders, raw.discounted_orders,
                         (raw.orders_between).lower AS expected_orders_lower, (raw.orders_between).upper AS expected_orders_upper,
                         (raw.next_between).median AS next_order, (raw.next_between).lower AS next_order_earliest,
                         (raw.next_between).upper AS next_order_latest
                  FROM (SELECT fact.frequency AS x, fact.last_order - fact.first_order AS t_x, published.as_of - fact.first_order AS t) AS seen,
                       LATERAL (SELECT crm.rfm(seen.x, seen.t_x, seen.t, fact.monetary) AS r) AS summary,
                       LATERAL (SELECT crm.rfm_score(basis.scorer, summary.r) AS scores, crm.p_alive(basis.buying, seen.x, seen.t_x, seen.t) AS p_alive,
                                       crm.churn_probability(basis.buying, seen.x, seen.t_x, seen.t, basis.horizon_days) AS churn_probability,
                                       crm.expected_purchases(basis.buying, seen.x, seen.t_x, seen.t, basis.horizon_days) AS expected_orders,
                                       crm.expected_purchases(basis.buying, seen.x, seen.t_x, seen.t, basis.horizon_days, basis.discount_rate) AS discounted_orders,
                                       crm.purchase_interval(basis.buying, summary.r, basis.horizon_days, basis.level) AS orders_between,
                                       crm.next_purchase(basis.buying, summary.r, published.as_of, basis.level) AS next_between) AS raw) AS said) AS score$from$,
        stages);
END $$;
COMMENT ON FUNCTION crm.score_source(text) IS
    'Support of workspaces: the part of a FROM clause that says what the models of `basis` (a row of run_basis) say of `fact` (its first_order, last_order, frequency, returned and monetary) as of published.as_of, as one row `score`, with a stage by the expression.';

CREATE FUNCTION crm.refresh_scores(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last_as_of CONSTANT date := (SELECT published.as_of FROM published);
BEGIN
    DELETE FROM stage_total_of_run WHERE run = this_run;
    IF NOT ((options ->> 'level')::float8 > 0 AND (options ->> 'level')::float8 < 1) THEN
        RAISE invalid_parameter_value USING MESSAGE = format('level must be between 0 and 1, not %s', options ->> 'level');
    END IF;
    IF crm.stage_expression() IS DISTINCT FROM (SELECT basis.stage_expression FROM run_basis AS basis JOIN published USING (run)) THEN
        PERFORM crm.check_stage_rules();
    END IF;
    UPDATE run_basis SET horizon_days = (options ->> 'horizon_days')::float8, discount_rate = (options ->> 'discount_rate')::float8,
                         level = (options ->> 'level')::float8, stage_expression = crm.stage_expression(),
                         segment_names = (SELECT array_agg(names ORDER BY place) FROM (
                             SELECT ARRAY(SELECT jsonb_array_elements_text(line)) AS names, place
                             FROM jsonb_array_elements(nullif(options -> 'segments', 'null')) WITH ORDINALITY AS lines (line, place)) AS grid)
    WHERE run = this_run;
    DELETE FROM history_stage WHERE run = this_run;
    UPDATE history_stage SET ended = NULL WHERE ended = this_run;
    PERFORM crm.recount_histories(this_run, (options ->> 'full')::boolean);
    CREATE TEMPORARY TABLE fresh_history (
        first_order date, last_order date, frequency int, returned boolean, customers bigint, orders bigint, revenue numeric, spend numeric,
        segment text, lifecycle text, is_recounted boolean, has_moved boolean) ON COMMIT DROP;
    -- Of customers with new facts step equity says what has changed.
    EXECUTE format($pass$
        WITH arrived AS (
            SELECT came.first_order, came.last_order, came.frequency, came.returned, count(*) AS customers,
                   sum(crm.expected_spend(basis.spending, came.frequency, came.monetary)::numeric) AS spend
            FROM run_basis AS basis JOIN customer_fact AS came ON came.run = basis.run
            WHERE basis.run = $1 AND $3 IS NOT NULL GROUP BY 1, 2, 3, 4
        ), scored AS MATERIALIZED (
            SELECT fact.first_order, fact.last_order, fact.frequency, fact.returned, fact.customers, fact.orders, fact.revenue, fact.spend,
                   score.segment, score.lifecycle, fact.is_recounted,
                   fact.is_new OR (fact.segment, fact.lifecycle) IS DISTINCT FROM (score.segment, score.lifecycle) AS has_moved,
                   score.p_alive, score.expected_orders, score.discounted_orders, fact.all_spend,
                   CASE WHEN arrived.customers IS NULL THEN fact.all_spend ELSE (fact.spend - arrived.spend)::float8 END AS stayed_spend,
                   CASE WHEN fact.customers > coalesce(arrived.customers, 0)
                        THEN crm.expected_purchases(basis.buying, fact.frequency, fact.last_order - fact.first_order, $3 - fact.first_order,
                                                    basis.horizon_days, basis.discount_rate) END AS discounted_before
            FROM (SELECT $2 AS as_of) AS published, run_basis AS basis,
                 (SELECT first_order, last_order, frequency, returned, NULL::float8 AS monetary, customers, orders, revenue, spend, spend::float8 AS all_spend, segment, lifecycle,
                         false AS is_recounted, false AS is_new FROM history WHERE superseded IS NULL
                  UNION ALL
                  SELECT now.first_order, now.last_order, now.frequency, now.returned, NULL, now.customers, now.orders, now.revenue, now.spend, now.spend::float8,
                         old.segment, old.lifecycle, true, old.run IS NULL
                  FROM recounted_history AS now
                  LEFT JOIN history AS old ON old.superseded = $1 AND old.first_order = now.first_order AND old.last_order = now.last_order
                      AND old.frequency = now.frequency AND old.returned = now.returned
                  WHERE now.customers > 0) AS fact
                 LEFT JOIN arrived USING (first_order, last_order, frequency, returned)
                 %s
            WHERE basis.run = $1
        ), totals AS (
            INSERT INTO stage_total_of_run
            SELECT $1, segment, lifecycle, count(*), sum(customers), coalesce(sum(customers) FILTER (WHERE $2 - first_order < 30), 0), sum(orders), sum(revenue),
                   crm.exact_sum(customers * p_alive), crm.exact_sum(customers * expected_orders), crm.exact_sum(discounted_orders * all_spend),
                   crm.exact_sum(discounted_before * stayed_spend),
                   crm.exact_sum((discounted_orders - discounted_before) * stayed_spend) FILTER (WHERE discounted_orders > discounted_before),
                   crm.exact_sum((discounted_orders - discounted_before) * stayed_spend) FILTER (WHERE discounted_orders < discounted_before)
            FROM scored GROUP BY segment, lifecycle
        )
        INSERT INTO fresh_history
        SELECT first_order, last_order, frequency, returned, customers, orders, revenue, spend, segment, lifecycle, is_recounted, has_moved
        FROM scored WHERE is_recounted OR has_moved$pass$, crm.score_source(crm.stage_expression()))
        USING this_run, as_of, last_as_of;
    PERFORM crm.keep_histories(this_run);
    DROP TABLE recounted_history, fresh_history;
    SELECT coalesce(sum(total.histories), 0) INTO rows FROM stage_total_of_run AS total WHERE total.run = this_run;
    IF NOT EXISTS (SELECT FROM stage_total_of_run WHERE run = this_run AND p_alive IS NOT NULL) THEN
        message := 'there is no usable purchase model: what it would say is NULL';
    ELSIF NOT EXISTS (SELECT FROM stage_total_of_run WHERE run = this_run AND clv IS NOT NULL) THEN
        message := 'there is no usable model of spending: lifetime values are NULL';
    END IF;
END $$;
COMMENT ON FUNCTION crm.refresh_scores(bigint, date, jsonb) IS 'Step scores.';

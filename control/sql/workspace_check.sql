-- The proof that what a workspace shows, kept up to date by small steps, is what one would compute from the orders at once

CREATE TABLE crm.workspace_check (
    position int PRIMARY KEY,
    step text NOT NULL,
    name text NOT NULL,
    routine text NOT NULL
);
COMMENT ON TABLE crm.workspace_check IS
    'The checks of crm.check_workspace, in their order. The routine is a function of schema crm of (this_run bigint, as_of date, sample int); names without a schema are those of the workspace; it gives the number of differences and an example.';
COMMENT ON COLUMN crm.workspace_check.step IS 'The step whose results it checks.';
INSERT INTO crm.workspace_check VALUES
    (10, 'timelines', 'histories are the orders', 'check_timelines'),
    (20, 'timelines', 'facts are what histories say', 'check_facts'),
    (25, 'scores', 'histories are counted', 'check_histories'),
    (30, 'scores', 'scores are those of each customer''s own history', 'check_scores'),
    (40, 'segments', 'segments add up to the customers', 'check_segments'),
    (50, 'scores', 'stages add up to the customers', 'check_lifecycles'),
    (60, 'segments', 'the last segment in the history is that of now', 'check_stages'),
    (70, 'concentration', 'deciles add up to the revenue', 'check_concentration'),
    (80, 'cohorts', 'cohorts add up to the orders', 'check_cohorts'),
    (90, 'equity', 'equity adds up, to the sum of lifetime values', 'check_equity'),
    (100, 'summary', 'the summary is that of the customers', 'check_summary'),
    (110, 'topics', 'comments are counted, and have the topics of the model in use', 'check_topics');
REVOKE ALL ON crm.workspace_check FROM PUBLIC;
GRANT SELECT ON crm.workspace_check TO PUBLIC;

CREATE FUNCTION crm.nearly_equal(a float8, b float8) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-9 * (1 + abs(a)), false);
COMMENT ON FUNCTION crm.nearly_equal(float8, float8) IS 'Whether two figures are the same but for rounding (one in a billion), or both NULL.';

CREATE FUNCTION crm.check_timelines(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('customer %s: %s days with orders of %s in all are kept, the source has %s of %s', customer,
                                coalesce(crm.purchase_days(kept.history), 0), coalesce(crm.revenue(kept.history), 0),
                                coalesce(crm.purchase_days(read.history), 0), coalesce(crm.revenue(read.history), 0)))
    INTO differences, example
    FROM (SELECT customer, history FROM customer_timeline WHERE history IS NOT NULL) AS kept
    FULL JOIN (SELECT customer, crm.timeline(ordered_at, amount) AS history FROM source_orders WHERE customer IS NOT NULL GROUP BY customer) AS read
        USING (customer)
    WHERE CASE WHEN kept.history IS NULL OR read.history IS NULL THEN kept.history IS NOT NULL OR read.history IS NOT NULL
               ELSE NOT crm.timeline_equal(kept.history, read.history) END;
END $$;
COMMENT ON FUNCTION crm.check_timelines(bigint, date, int) IS
    'Support of crm.check_workspace: each history against the orders as they are now. Orders that came since the last refresh are differences.';

CREATE FUNCTION crm.check_facts(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    gap CONSTANT int := (SELECT basis.usual_gap FROM run_basis AS basis WHERE basis.run = this_run);
BEGIN
    SELECT count(*), min(format('customer %s', customer)) INTO differences, example
    FROM (SELECT fact.customer, fact.first_order, fact.last_order, fact.frequency, fact.orders, fact.revenue, fact.monetary, fact.last_gap, fact.returned
          FROM customer_fact AS fact WHERE fact.run <= this_run AND (fact.superseded IS NULL OR fact.superseded > this_run)) AS kept
    FULL JOIN (SELECT seen.customer, fact.* FROM customer_timeline AS seen, crm.facts_of(seen.history, check_facts.as_of, gap) AS fact
               WHERE seen.history IS NOT NULL) AS fresh USING (customer)
    WHERE (kept.first_order, kept.last_order, kept.frequency, kept.orders, kept.revenue, kept.monetary, kept.last_gap, kept.returned)
          IS DISTINCT FROM
          (fresh.first_order, fresh.last_order, fresh.frequency, fresh.orders, fresh.revenue, fresh.monetary, fresh.last_gap, fresh.returned);
END $$;
COMMENT ON FUNCTION crm.check_facts(bigint, date, int) IS 'Support of crm.check_workspace: each customer''s facts against the history.';

CREATE FUNCTION crm.check_histories(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('first order %s, last %s, %s between: %s customers with %s, one by one %s with %s', first_order, last_order, frequency,
                                kept.customers, kept.revenue, counted.customers, counted.revenue)) INTO differences, example
    FROM (SELECT first_order, last_order, frequency, returned, customers, orders, revenue, spend FROM history
          WHERE run <= this_run AND (superseded IS NULL OR superseded > this_run)) AS kept
    FULL JOIN (SELECT fact.first_order, fact.last_order, fact.frequency, fact.returned, count(*) AS customers, sum(fact.orders) AS orders,
                      sum(fact.revenue::numeric) AS revenue, sum(crm.expected_spend(basis.spending, fact.frequency, fact.monetary)::numeric) AS spend
               FROM customer_fact AS fact JOIN run_basis AS basis ON basis.run = this_run
               WHERE fact.run <= this_run AND (fact.superseded IS NULL OR fact.superseded > this_run)
               GROUP BY 1, 2, 3, 4) AS counted USING (first_order, last_order, frequency, returned)
    WHERE (kept.customers, kept.orders, kept.revenue, kept.spend) IS DISTINCT FROM (counted.customers, counted.orders, counted.revenue, counted.spend);
END $$;
COMMENT ON FUNCTION crm.check_histories(bigint, date, int) IS
    'Support of crm.check_workspace: the kept numbers of customers of each distinct history, and sums over them, against the facts.';

CREATE FUNCTION crm.check_scores(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    basis record;
BEGIN
    SELECT * INTO basis FROM run_basis WHERE run = this_run;
    SELECT count(*), min(format('customer %s: probability to be still one %s, by itself %s', shown.customer, shown.p_alive, single.p_alive)) INTO differences, example
    FROM (SELECT seen.customer, crm.rfm(seen.history, check_scores.as_of) AS r FROM customer_timeline AS seen WHERE seen.history IS NOT NULL
          ORDER BY hashtextextended(seen.customer::text, 0), seen.customer LIMIT sample) AS picked
    JOIN customer AS shown ON shown.customer = picked.customer
    CROSS JOIN LATERAL (
        SELECT crm.p_alive(basis.buying, picked.r) AS p_alive, crm.churn_probability(basis.buying, picked.r, basis.horizon_days) AS churn_probability,
               crm.expected_purchases(basis.buying, picked.r, basis.horizon_days) AS expected_orders,
               crm.clv(basis.buying, basis.spending, picked.r, basis.horizon_days, basis.discount_rate) AS clv,
               (crm.rfm_score(basis.scorer, picked.r)).code AS rfm,
               (crm.next_purchase(basis.buying, picked.r, check_scores.as_of, basis.level)).median AS next_order) AS single
    WHERE NOT (crm.nearly_equal(shown.p_alive, single.p_alive) AND crm.nearly_equal(shown.churn_probability, single.churn_probability)
               AND crm.nearly_equal(shown.expected_orders, single.expected_orders) AND crm.nearly_equal(shown.clv, single.clv))
       OR (shown.rfm, shown.next_order) IS DISTINCT FROM (single.rfm, single.next_order);
END $$;
COMMENT ON FUNCTION crm.check_scores(bigint, date, int) IS
    'Support of crm.check_workspace: what view customer says against the same models asked about each customer''s history by itself.';

CREATE FUNCTION crm.check_segments(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('segment %s: %s customers worth %s, one by one %s worth %s', segment, shown.customers, shown.clv, counted.customers, counted.clv))
    INTO differences, example
    FROM (SELECT coalesce(segment, '(none)') AS segment, customers, orders, revenue, p_alive, expected_orders, clv FROM segment) AS shown
    FULL JOIN (SELECT coalesce(segment, '(none)') AS segment, count(*) AS customers, sum(orders) AS orders, crm.exact_sum(revenue) AS revenue,
                      crm.exact_sum(p_alive) / count(*) AS p_alive, crm.exact_sum(expected_orders) AS expected_orders, crm.exact_sum(clv) AS clv
               FROM customer GROUP BY 1) AS counted USING (segment)
    WHERE (shown.customers, shown.orders) IS DISTINCT FROM (counted.customers, counted.orders)
       OR NOT (crm.nearly_equal(shown.revenue, counted.revenue) AND crm.nearly_equal(shown.p_alive, counted.p_alive)
               AND crm.nearly_equal(shown.expected_orders, counted.expected_orders) AND crm.nearly_equal(shown.clv, counted.clv));
END $$;
COMMENT ON FUNCTION crm.check_segments(bigint, date, int) IS 'Support of crm.check_workspace: view segment against view customer.';

CREATE FUNCTION crm.check_lifecycles(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('stage %s: %s customers, one by one %s', lifecycle, shown.customers, counted.customers)) INTO differences, example
    FROM (SELECT coalesce(lifecycle, '(none)') AS lifecycle, customers, revenue, clv FROM lifecycle) AS shown
    FULL JOIN (SELECT coalesce(lifecycle, '(none)') AS lifecycle, count(*) AS customers, crm.exact_sum(revenue) AS revenue, crm.exact_sum(clv) AS clv
               FROM customer GROUP BY 1) AS counted USING (lifecycle)
    WHERE shown.customers IS DISTINCT FROM counted.customers
       OR NOT (crm.nearly_equal(shown.revenue, counted.revenue) AND crm.nearly_equal(shown.clv, counted.clv));
END $$;
COMMENT ON FUNCTION crm.check_lifecycles(bigint, date, int) IS 'Support of crm.check_workspace: view lifecycle against view customer.';

CREATE FUNCTION crm.check_stages(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('customer %s', customer)) INTO differences, example
    FROM (SELECT customer, segment, lifecycle FROM customer_history WHERE until IS NULL) AS kept
    FULL JOIN (SELECT customer, segment, lifecycle, true AS there FROM customer) AS shown USING (customer)
    WHERE shown.there IS NULL OR (kept.segment, kept.lifecycle) IS DISTINCT FROM (shown.segment, shown.lifecycle);
END $$;
COMMENT ON FUNCTION crm.check_stages(bigint, date, int) IS 'Support of crm.check_workspace: where each customer came to last against where each is.';

CREATE FUNCTION crm.check_concentration(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    -- Of many distinct revenues the deciles are approximate, their sum is not.
    SELECT count(*), min(format('revenue of all deciles %s, of all customers %s', shown.revenue, counted.revenue)) INTO differences, example
    FROM (SELECT coalesce(sum(customers), 0) AS customers, coalesce(crm.exact_sum(revenue), 0) AS revenue FROM concentration) AS shown,
         (SELECT count(*) AS customers, coalesce(crm.exact_sum(greatest(revenue, 0)), 0) AS revenue FROM customer) AS counted
    WHERE counted.revenue > 0 AND (shown.customers <> counted.customers OR abs(shown.revenue - counted.revenue) > 1e-6 * counted.revenue);
END $$;
COMMENT ON FUNCTION crm.check_concentration(bigint, date, int) IS 'Support of crm.check_workspace: view concentration against view customer.';

CREATE FUNCTION crm.check_cohorts(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('month %s: %s customers with %s orders, one by one %s with %s', cohort, shown.customers, shown.orders,
                                counted.customers, counted.orders)) INTO differences, example
    FROM (SELECT cohort, max(customers) AS customers, sum(orders) AS orders, crm.exact_sum(revenue) AS revenue FROM cohort GROUP BY cohort) AS shown
    FULL JOIN (SELECT date_trunc('month', first_order)::date AS cohort, count(*) AS customers, sum(orders) AS orders, crm.exact_sum(revenue) AS revenue
               FROM customer GROUP BY 1) AS counted USING (cohort)
    WHERE (shown.customers, shown.orders) IS DISTINCT FROM (counted.customers, counted.orders) OR NOT crm.nearly_equal(shown.revenue, counted.revenue);
END $$;
COMMENT ON FUNCTION crm.check_cohorts(bigint, date, int) IS 'Support of crm.check_workspace: view cohort against view customer.';

CREATE FUNCTION crm.check_equity(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('run as of %s: closing is %s', wrong.day, wrong.closing)) INTO differences, example
    FROM (SELECT part.as_of AS day, part.closing FROM equity AS part
          WHERE part.opening + part.revalued + part.acquired + part.grown + part.lapsed + part.lost <> part.closing
          UNION ALL
          -- Cents are rounded in each part.
          SELECT check_equity.as_of, part.closing FROM equity_of_run AS part, (SELECT coalesce(crm.exact_sum(clv), 0)::numeric AS clv FROM customer) AS counted
          WHERE part.run = this_run AND abs(part.closing - counted.clv) > 0.05 + 1e-9 * counted.clv) AS wrong;
END $$;
COMMENT ON FUNCTION crm.check_equity(bigint, date, int) IS
    'Support of crm.check_workspace: that the parts of each run''s equity sum to it, and that of the last run to the lifetime values of view customer.';

CREATE FUNCTION crm.check_summary(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    SELECT count(*), min(format('%s customers with %s orders, one by one %s with %s', shown.customers, shown.orders, counted.customers, counted.orders))
    INTO differences, example
    FROM summary_of_run AS shown,
         (SELECT count(*) AS customers, coalesce(sum(orders), 0) AS orders, coalesce(crm.exact_sum(revenue), 0) AS revenue, crm.exact_sum(p_alive) AS active,
                 crm.exact_sum(expected_orders) AS expected_orders, crm.exact_sum(clv) AS clv FROM customer) AS counted
    WHERE shown.run = this_run
      AND ((shown.customers, shown.orders) IS DISTINCT FROM (counted.customers, counted.orders)
           OR NOT (crm.nearly_equal(shown.revenue, counted.revenue) AND crm.nearly_equal(shown.active_customers, counted.active)
                   AND crm.nearly_equal(shown.expected_orders, counted.expected_orders) AND crm.nearly_equal(shown.clv, counted.clv)));
END $$;
COMMENT ON FUNCTION crm.check_summary(bigint, date, int) IS 'Support of crm.check_workspace: the last row of view summary against view customer.';

CREATE FUNCTION crm.check_topics(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    basis record;
    more bigint;
    more_example text;
BEGIN
    differences := 0;
    SELECT * INTO basis FROM topic_basis AS b WHERE b.run = this_run;
    IF basis.run IS NULL OR to_regclass('source_comments') IS NULL THEN RETURN; END IF;
    SELECT count(*), min(format('customer %s: %s comments are counted, the source has %s', customer, shown.comments, counted.comments)) INTO differences, example
    FROM (SELECT customer, comments FROM customer_comment WHERE run <= this_run AND (superseded IS NULL OR superseded > this_run)) AS shown
    FULL JOIN (SELECT customer, count(*) AS comments FROM source_comments
               WHERE customer IS NOT NULL AND comment IS NOT NULL AND at::date <= check_topics.as_of GROUP BY customer) AS counted USING (customer)
    WHERE shown.comments IS DISTINCT FROM counted.comments;
    SELECT count(*), min(format('comment "%s": %s is kept, the model says %s', left(said.comment, 40), kept.topic, single.topic)) INTO more, more_example
    FROM (SELECT DISTINCT ON (digest) digest, comment
          FROM (SELECT crm.comment_digest(comment) AS digest, comment FROM source_comments WHERE at::date <= check_topics.as_of AND comment IS NOT NULL) AS read
          ORDER BY digest LIMIT sample) AS said
    LEFT JOIN comment_label AS kept ON kept.comment_digest = said.digest AND kept.made_by = basis.made_by
    LEFT JOIN LATERAL crm.first_rule(basis.rules, said.comment) AS by_rule ON true
    LEFT JOIN LATERAL crm.classify(basis.classifier, said.comment) AS by_model ON true
    LEFT JOIN LATERAL crm.classify(basis.rules, basis.classifier, said.comment) AS by_both ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN basis.rules IS NULL AND basis.classifier IS NULL THEN NULL
                    WHEN basis.classifier IS NULL THEN coalesce(by_rule.topic, 'other')
                    WHEN basis.rules IS NULL THEN CASE WHEN by_model.is_other THEN 'other' ELSE by_model.label END
                    WHEN by_both.is_other THEN 'other' ELSE by_both.label END AS topic) AS single
    WHERE kept.topic IS DISTINCT FROM single.topic;
    differences := differences + more;
    example := coalesce(example, more_example);
END $$;
COMMENT ON FUNCTION crm.check_topics(bigint, date, int) IS
    'Support of crm.check_workspace: counts of comments against the source, and kept topics against the model asked about each text by itself.';

CREATE FUNCTION crm.check_workspace(workspace name, sample int DEFAULT 10000)
    RETURNS TABLE ("check" text, ok boolean, differences bigint, example text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 14 COST 1000000
    AS $$
DECLARE
    caller_path CONSTANT text := pg_catalog.current_setting('search_path');
    caller_zone CONSTANT text := pg_catalog.current_setting('timezone');
    shown record;
    part record;
BEGIN
    PERFORM crm.enter_workspace(workspace);
    PERFORM set_config('timezone', setting.value #>> '{}', true) FROM setting WHERE setting.name = 'time_zone' AND setting.value <> 'null';
    SELECT * INTO shown FROM published;
    IF shown.run IS NULL THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('workspace "%s" has no complete run', workspace),
            HINT = format('CALL crm.refresh(%L) makes one.', workspace);
    END IF;
    FOR part IN SELECT c.name, c.routine FROM crm.workspace_check AS c
                -- What a step that was left out shows is of an earlier day.
                JOIN refresh_step AS done ON done.run = shown.run AND done.step = c.step AND done.rows IS NOT NULL ORDER BY c.position LOOP
        "check" := part.name;
        EXECUTE format('SELECT * FROM crm.%I($1, $2, $3)', part.routine) INTO differences, example USING shown.run, shown.as_of, sample;
        ok := differences = 0;
        RETURN NEXT;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', caller_path, true), pg_catalog.set_config('timezone', caller_zone, true);
END $$;
COMMENT ON FUNCTION crm.check_workspace(name, int) IS
    'Proves that what a workspace shows is what one would compute anew from its sources: a row for each check, with the number of differences and an example. Reads all orders, and asks the models about a sample of customers and comments (NULL: all). Orders that came since the last refresh are differences of the histories.';

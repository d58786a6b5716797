-- Step segments: how many customers are where, who moved, and since when

INSERT INTO crm.workspace_step (name, position, optional, makes, meaning)
VALUES ('segments', 40, false, '{segment_migration_of_run}', 'counts who went from which segment to which');

CREATE FUNCTION crm.set_up_segments(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    IF to_regclass('segment_next_step') IS NULL THEN
        CREATE TABLE segment_next_step (segment text PRIMARY KEY, next_step text NOT NULL);
        COMMENT ON TABLE segment_next_step IS 'What to do about the customers of a segment. Change it as you like.';
        INSERT INTO segment_next_step VALUES
            ('Champions', 'thank them: early access, a personal word, and ask for a recommendation; no discount'),
            ('Loyal Customers', 'offer what goes with what they buy, and a programme that rewards staying'),
            ('Potential Loyalists', 'win the next order soon: a reason to come back within their usual gap'),
            ('New Customers', 'welcome them, see that the first order went well, and show what else there is'),
            ('Promising', 'remind them of what they bought, with a small reason to buy again'),
            ('Need Attention', 'write before they drift: what is new in what they like, for a limited time'),
            ('About to Sleep', 'ask what was missing, and make one offer'),
            ('At Risk', 'call or write personally: they bought a lot and went silent; find out why'),
            ('Can''t Lose Them', 'somebody they know should call: they were among the best'),
            ('Hibernating', 'one inexpensive reminder a season; no more'),
            ('Lost', 'leave them in peace, or one last offer; learn why they left');
    END IF;
    CREATE OR REPLACE VIEW segment AS
    SELECT published.as_of, total.segment, sum(total.customers)::bigint AS customers,
           (sum(total.customers) / sum(sum(total.customers)) OVER ())::float8 AS customers_share,
           sum(total.orders)::bigint AS orders, sum(total.revenue)::float8 AS revenue,
           (sum(total.revenue) / nullif(sum(sum(total.revenue)) OVER (), 0))::float8 AS revenue_share,
           crm.exact_sum(total.p_alive) / sum(total.customers)::float8 AS p_alive,
           crm.exact_sum(total.expected_orders) AS expected_orders,
           crm.exact_sum(total.clv) AS clv,
           crm.exact_sum(total.clv) / nullif(crm.exact_sum(crm.exact_sum(total.clv)) OVER (), 0) AS clv_share,
           advice.next_step
    FROM published JOIN stage_total_of_run AS total USING (run) LEFT JOIN segment_next_step AS advice ON advice.segment = total.segment
    GROUP BY published.as_of, total.segment, advice.next_step;
    COMMENT ON VIEW segment IS 'Each segment: how many customers, what they brought, what they will bring, and what to do.';
    COMMENT ON COLUMN segment.p_alive IS 'Mean probability that a customer is still one.';
    COMMENT ON COLUMN segment.expected_orders IS 'Days with orders to expect of all of them within the horizon.';
    COMMENT ON COLUMN segment.clv IS 'Sum of their lifetime values.';

    -- What the customers of a history came to is what each of them came to. A row begins where the segment or stage is another
    -- than before, by orders or by age, and ends where the last that is like it does.
    CREATE OR REPLACE VIEW customer_history AS
    SELECT stay.customer, began.as_of AS since, ended.as_of AS until, stay.segment, stay.lifecycle, stay.orders, stay.revenue,
           crm.p_alive(basis.buying, stay.frequency, stay.last_order - stay.first_order, began.as_of - stay.first_order) AS p_alive,
           crm.expected_purchases(basis.buying, stay.frequency, stay.last_order - stay.first_order, began.as_of - stay.first_order,
                                  basis.horizon_days, basis.discount_rate)
           * crm.expected_spend(basis.spending, stay.frequency, stay.monetary) AS clv
    FROM (SELECT part.*, coalesce(lead(ended_before) OVER (PARTITION BY customer ORDER BY run), ended_at_last) AS ended_run
          FROM (SELECT part.*, lag(part.ended) OVER customers AS ended_before,
                       last_value(part.ended) OVER (customers ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS ended_at_last,
                       lag(part.run) OVER customers IS NOT NULL AND lag(part.ended) OVER customers = part.run
                       AND (lag(part.segment) OVER customers, lag(part.lifecycle) OVER customers) IS NOT DISTINCT FROM (part.segment, part.lifecycle) AS goes_on
                FROM (SELECT fact.customer, greatest(fact.run, stage.run) AS run,
                             -- What a run under way has ended has not ended for readers.
                             nullif(least(coalesce(fact.superseded, published.run + 1), coalesce(stage.ended, published.run + 1), published.run + 1),
                                    published.run + 1) AS ended,
                             stage.segment, stage.lifecycle, fact.first_order, fact.last_order, fact.frequency, fact.monetary, fact.orders, fact.revenue
                      FROM published
                      CROSS JOIN (SELECT customer, run, superseded, first_order, last_order, frequency, returned, monetary, orders, revenue FROM customer_fact
                                  UNION ALL
                                  SELECT customer, run, superseded, first_order, last_order, frequency, returned, monetary, orders, revenue FROM former_fact) AS fact
                      JOIN history_stage AS stage ON stage.first_order = fact.first_order AND stage.last_order = fact.last_order
                          AND stage.frequency = fact.frequency AND stage.returned = fact.returned
                      WHERE fact.run <= published.run AND stage.run <= published.run
                        AND (fact.superseded IS NULL OR fact.superseded > stage.run) AND (stage.ended IS NULL OR stage.ended > fact.run)) AS part
                WINDOW customers AS (PARTITION BY part.customer ORDER BY part.run)) AS part
          WHERE NOT goes_on) AS stay
    JOIN refresh_run AS began ON began.run = stay.run
    JOIN run_basis AS basis ON basis.run = stay.run
    LEFT JOIN refresh_run AS ended ON ended.run = stay.ended_run
    WHERE ended.as_of IS NULL OR ended.as_of > began.as_of;
    COMMENT ON VIEW customer_history IS 'Since when each customer was in which segment and stage, and what the figures were on coming there.';
    COMMENT ON COLUMN customer_history.until IS 'When the customer came to the next; NULL: still there.';

    CREATE TABLE IF NOT EXISTS segment_migration_of_run (
        run bigint, from_as_of date NOT NULL, before text, after text, customers bigint NOT NULL, UNIQUE (run, before, after));
    CREATE OR REPLACE VIEW segment_migration AS
    SELECT published.as_of, moved.from_as_of, moved.before, moved.after, moved.customers,
           (moved.customers / sum(moved.customers) OVER (PARTITION BY moved.before))::float8 AS share
    FROM published JOIN segment_migration_of_run AS moved USING (run);
    COMMENT ON VIEW segment_migration IS 'How many customers went from which segment to which within the days of setting migration_days, or since the first run.';
    COMMENT ON COLUMN segment_migration.before IS 'Segment then; NULL: no customer yet.';
    COMMENT ON COLUMN segment_migration.after IS 'Segment now; NULL: no customer any more.';
    COMMENT ON COLUMN segment_migration.share IS 'Of the customers of segment before.';
END $$;
COMMENT ON FUNCTION crm.set_up_segments(regtype) IS 'Tables and views of step segments.';

CREATE FUNCTION crm.refresh_segments(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    from_day date;
    from_run bigint;
BEGIN
    DELETE FROM segment_migration_of_run WHERE run = this_run;
    SELECT greatest(refresh_segments.as_of - (refresh_segments.options ->> 'migration_days')::int, min(done.as_of)) INTO from_day
    FROM refresh_run AS done WHERE done.state = 'complete' OR done.run = this_run;
    SELECT max(done.run) INTO from_run FROM refresh_run AS done
    WHERE (done.state = 'complete' OR done.run = this_run) AND done.as_of <= from_day;
    CREATE TEMPORARY TABLE newer ON COMMIT DROP AS
    SELECT customer, first_order, last_order, frequency, returned FROM customer_fact WHERE superseded IS NULL AND run > from_run;
    -- By grouping: the planner, who cannot know how many have moved, would join one by one.
    CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
    SELECT first_order, last_order, frequency, returned, max(segment) FILTER (WHERE run <= from_run) AS before
    FROM history_stage WHERE run > from_run OR ended > from_run
    GROUP BY 1, 2, 3, 4 HAVING bool_or(ended IS NULL AND run > from_run);
    ANALYZE newer, moved;
    INSERT INTO segment_migration_of_run
    WITH counted AS (
        -- All stayed where they are, but for histories that moved since and customers whose orders changed since.
        SELECT total.segment AS before, total.segment AS after, total.customers FROM stage_total_of_run AS total WHERE total.run = this_run
        UNION ALL
        SELECT now.segment, now.segment, -now.customers FROM moved JOIN history AS now USING (first_order, last_order, frequency, returned)
        WHERE now.superseded IS NULL
        UNION ALL
        SELECT now.segment, now.segment, -1 FROM newer JOIN history AS now USING (first_order, last_order, frequency, returned)
        WHERE now.superseded IS NULL AND NOT EXISTS (
            SELECT FROM moved WHERE moved.first_order = newer.first_order AND moved.last_order = newer.last_order
                AND moved.frequency = newer.frequency AND moved.returned = newer.returned)
        UNION ALL
        SELECT moved.before, now.segment, now.customers - coalesce(came.customers, 0)
        FROM moved JOIN history AS now USING (first_order, last_order, frequency, returned)
        LEFT JOIN (SELECT first_order, last_order, frequency, returned, count(*) AS customers FROM newer GROUP BY 1, 2, 3, 4) AS came
            USING (first_order, last_order, frequency, returned)
        WHERE now.superseded IS NULL AND now.customers > coalesce(came.customers, 0)
        UNION ALL
        SELECT before.segment, after.segment, 1
        FROM (SELECT newer.customer, now.segment
              FROM newer JOIN (SELECT * FROM history WHERE superseded IS NULL) AS now USING (first_order, last_order, frequency, returned)) AS after
        FULL JOIN (SELECT old.customer, was.segment
                   FROM (SELECT customer, run, superseded, first_order, last_order, frequency, returned FROM customer_fact WHERE superseded > from_run
                         UNION ALL
                         SELECT customer, run, superseded, first_order, last_order, frequency, returned FROM former_fact WHERE superseded > from_run) AS old
                   JOIN (SELECT * FROM history_stage WHERE run <= from_run AND (ended IS NULL OR ended > from_run)) AS was
                       USING (first_order, last_order, frequency, returned)
                   WHERE old.run <= from_run) AS before USING (customer)
    )
    SELECT this_run, from_day, before, after, sum(customers) FROM counted GROUP BY before, after HAVING sum(customers) > 0;
    GET DIAGNOSTICS rows = ROW_COUNT;
    DROP TABLE newer, moved;
END $$;
COMMENT ON FUNCTION crm.refresh_segments(bigint, date, jsonb) IS 'Step segments.';

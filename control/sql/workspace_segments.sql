-- Step segments: how many customers are where, who moved, and since when

INSERT INTO crm.workspace_step (name, position, optional, makes, keeps, meaning)
VALUES ('segments', 40, false, '{segment_migration_of_run}', '{customer_stage}', 'counts segments, and keeps when each customer came to which segment and stage');

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
    SELECT published.as_of, score.segment, sum(score.customers)::bigint AS customers,
           (sum(score.customers) / sum(sum(score.customers)) OVER ())::float8 AS customers_share,
           sum(score.orders)::bigint AS orders, sum(score.revenue)::float8 AS revenue,
           (sum(score.revenue) / nullif(sum(sum(score.revenue)) OVER (), 0))::float8 AS revenue_share,
           (sum((score.customers * score.p_alive)::numeric) / sum(score.customers))::float8 AS p_alive,
           sum((score.customers * score.expected_orders)::numeric)::float8 AS expected_orders,
           sum((score.discounted_orders * score.spend::float8)::numeric)::float8 AS clv,
           (sum((score.discounted_orders * score.spend::float8)::numeric)
            / nullif(sum(sum((score.discounted_orders * score.spend::float8)::numeric)) OVER (), 0))::float8 AS clv_share,
           advice.next_step
    FROM published JOIN history_score AS score USING (run) LEFT JOIN segment_next_step AS advice ON advice.segment = score.segment
    GROUP BY published.as_of, score.segment, advice.next_step;
    COMMENT ON VIEW segment IS 'Each segment: how many customers, what they brought, what they will bring, and what to do.';
    COMMENT ON COLUMN segment.p_alive IS 'Mean probability that a customer is still one.';
    COMMENT ON COLUMN segment.expected_orders IS 'Days with orders to expect of all of them within the horizon.';
    COMMENT ON COLUMN segment.clv IS 'Sum of their lifetime values.';

    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_stage (
        customer %s, run bigint, superseded bigint, since date NOT NULL, until date,
        segment text, lifecycle text, orders bigint, revenue float8, p_alive float8, clv float8,
        PRIMARY KEY (customer, run))', customer_type);
    COMMENT ON TABLE customer_stage IS 'Each customer''s segments and stages, in versions like those of customer_fact.';
    CREATE INDEX IF NOT EXISTS customer_stage_run ON customer_stage (run);
    CREATE INDEX IF NOT EXISTS customer_stage_superseded ON customer_stage (superseded) WHERE superseded IS NOT NULL;
    CREATE OR REPLACE VIEW customer_history AS
    SELECT stage.customer, stage.since, CASE WHEN stage.superseded <= published.run THEN stage.until END AS until,
           stage.segment, stage.lifecycle, stage.orders, stage.revenue, stage.p_alive, stage.clv
    FROM published JOIN customer_stage AS stage ON stage.run <= published.run
    WHERE stage.superseded IS NULL OR stage.superseded > published.run OR stage.until > stage.since;
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

-- Who may have moved: whoever's facts changed, and the customers of histories whose segment or stage changed.
CREATE FUNCTION crm.gather_stages(this_run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    last_run CONSTANT bigint := (SELECT published.run FROM published);
BEGIN
    CREATE TEMPORARY TABLE moved_history ON COMMIT DROP AS
    SELECT now.first_order, now.last_order, now.frequency, now.returned
    FROM history_score AS now
    LEFT JOIN history_score AS before ON before.run = last_run AND before.first_order = now.first_order AND before.last_order = now.last_order
        AND before.frequency = now.frequency AND before.returned = now.returned
    WHERE now.run = this_run AND (before.run IS NULL OR (before.segment, before.lifecycle) IS DISTINCT FROM (now.segment, now.lifecycle));
    ANALYZE moved_history;
    CREATE TEMPORARY TABLE fresh_stage ON COMMIT DROP AS
    SELECT fact.customer, score.segment, score.lifecycle, fact.orders, fact.revenue, score.p_alive,
           score.discounted_orders * crm.expected_spend(basis.spending, fact.frequency, fact.monetary) AS clv
    FROM (SELECT fact.* FROM customer_fact AS fact WHERE fact.superseded IS NULL AND fact.run = this_run
          UNION ALL
          SELECT fact.* FROM customer_fact AS fact JOIN moved_history USING (first_order, last_order, frequency, returned)
          WHERE fact.superseded IS NULL AND fact.run < this_run) AS fact
    JOIN run_basis AS basis ON basis.run = this_run
    JOIN history_score AS score ON score.run = this_run AND score.first_order = fact.first_order AND score.last_order = fact.last_order
        AND score.frequency = fact.frequency AND score.returned = fact.returned
    LEFT JOIN customer_stage AS old ON old.customer = fact.customer AND old.superseded IS NULL
    WHERE old.customer IS NULL OR (old.segment, old.lifecycle) IS DISTINCT FROM (score.segment, score.lifecycle)
    ORDER BY fact.customer;  -- so are pages of tables and indexes visited once
    DROP TABLE moved_history;
    ANALYZE fresh_stage;
END $$;
COMMENT ON FUNCTION crm.gather_stages(bigint) IS 'Support of crm.refresh: makes the temporary table fresh_stage.';

CREATE FUNCTION crm.refresh_segments(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    from_day date;
    went_back boolean;
BEGIN
    DELETE FROM customer_stage WHERE run = this_run;
    UPDATE customer_stage SET superseded = NULL, until = NULL WHERE superseded = this_run;
    DELETE FROM segment_migration_of_run WHERE run = this_run;

    PERFORM crm.gather_stages(this_run);
    UPDATE customer_stage AS old SET superseded = this_run, until = refresh_segments.as_of
    FROM fresh_stage AS fresh WHERE fresh.customer = old.customer AND old.superseded IS NULL;
    INSERT INTO customer_stage (customer, run, since, segment, lifecycle, orders, revenue, p_alive, clv)
    SELECT customer, this_run, refresh_segments.as_of, segment, lifecycle, orders, revenue, p_alive, clv FROM fresh_stage;
    GET DIAGNOSTICS rows = ROW_COUNT;
    DROP TABLE fresh_stage;
    UPDATE customer_stage AS old SET superseded = this_run, until = refresh_segments.as_of
    FROM customer_fact AS gone
    WHERE gone.superseded = this_run AND gone.customer = old.customer AND old.superseded IS NULL
      AND NOT EXISTS (SELECT FROM customer_fact AS fact WHERE fact.customer = gone.customer AND fact.superseded IS NULL);

    SELECT greatest(refresh_segments.as_of - (refresh_segments.options ->> 'migration_days')::int, min(done.as_of)) INTO from_day
    FROM refresh_run AS done WHERE done.state = 'complete' OR done.run = this_run;
    went_back := EXISTS (
        SELECT FROM (SELECT done.as_of < max(done.as_of) OVER (ORDER BY done.run) AS is_back FROM refresh_run AS done) AS runs WHERE is_back);
    INSERT INTO segment_migration_of_run
    SELECT this_run, from_day, before, after, sum(customers)
    FROM (SELECT segment AS before, segment AS after, count(*) AS customers
          FROM customer_stage WHERE superseded IS NULL AND since <= from_day GROUP BY segment
          UNION ALL
          SELECT before.segment, after.segment, count(*)
          FROM (SELECT customer, segment FROM customer_stage WHERE superseded IS NULL AND since > from_day) AS after
          FULL JOIN (SELECT customer, segment FROM customer_stage AS stage
                     WHERE superseded IS NOT NULL AND since <= from_day AND until > from_day
                       -- A run as of an earlier day than the one before it may have said otherwise of that day.
                       AND (NOT went_back OR NOT EXISTS (
                           SELECT FROM customer_stage AS later
                           WHERE later.customer = stage.customer AND later.run > stage.run AND later.since <= from_day))) AS before
              USING (customer)
          GROUP BY 1, 2) AS counted
    GROUP BY before, after;
END $$;
COMMENT ON FUNCTION crm.refresh_segments(bigint, date, jsonb) IS 'Step segments.';

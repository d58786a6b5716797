-- Step costs: what was spent on customers, and what is left of what they brought

INSERT INTO crm.workspace_role VALUES
    ('costs', 1, 'customer', 'customer', true, 'whom it was spent on'),
    ('costs', 2, 'at', 'time', true, 'when it was spent'),
    ('costs', 3, 'amount', 'number', true, 'what it came to; negative for a credit');

INSERT INTO crm.workspace_step (name, position, role, optional, makes, versions, of_source, customer_join, meaning)
VALUES ('costs', 45, 'costs', false, '{cost_basis}', '{customer_cost}', '{customer_cost,cost_basis}',
        'LEFT JOIN cost_basis AS spending ON spending.run = published.run
         LEFT JOIN customer_cost AS spent ON spent.customer = fact.customer AND spent.run <= published.run
             AND (spent.superseded IS NULL OR spent.superseded > published.run)',
        'adds up what was spent on each customer');

INSERT INTO crm.workspace_column VALUES
    ('costs', 640, 'costs', 'CASE WHEN spending.run IS NOT NULL THEN coalesce(spent.costs, 0) END',
     'What was spent on the customer until the day, 0 where the source of costs names nothing; NULL without such a source.'),
    ('costs', 650, 'margin', 'CASE WHEN spending.run IS NOT NULL THEN (fact.revenue::numeric - coalesce(spent.costs, 0)::numeric)::float8 END',
     'Revenue less costs; NULL without a source of costs.');

CREATE FUNCTION crm.set_up_costs(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_cost (
        customer %s, run bigint, superseded bigint, costs float8 NOT NULL, PRIMARY KEY (customer, run))', customer_type);
    COMMENT ON TABLE customer_cost IS 'What was spent on each customer, in versions like those of customer_fact; also on those who have not ordered.';
    CREATE INDEX IF NOT EXISTS customer_cost_run ON customer_cost (run);
    CREATE INDEX IF NOT EXISTS customer_cost_superseded ON customer_cost (superseded) WHERE superseded IS NOT NULL;

    CREATE TABLE IF NOT EXISTS cost_basis (run bigint PRIMARY KEY, costs float8 NOT NULL, other_costs float8 NOT NULL);
    COMMENT ON TABLE cost_basis IS 'What a run knows of costs: a row when there was a source of them.';
    COMMENT ON COLUMN cost_basis.costs IS 'All costs until the day.';
    COMMENT ON COLUMN cost_basis.other_costs IS 'Of these, what was spent on those who have not ordered until then.';

    CREATE OR REPLACE VIEW segment_margin AS
    SELECT segment.as_of, segment.segment, segment.customers, segment.revenue, coalesce(spent.costs, 0) AS costs,
           (segment.revenue::numeric - coalesce(spent.costs, 0)::numeric)::float8 AS margin
    FROM cost_basis AS spending JOIN published USING (run) CROSS JOIN segment
    LEFT JOIN (SELECT history.segment, sum(cost.costs::numeric)::float8 AS costs
               FROM published JOIN customer_cost AS cost ON cost.run <= published.run AND (cost.superseded IS NULL OR cost.superseded > published.run)
               JOIN customer_fact AS fact ON fact.customer = cost.customer AND fact.run <= published.run
                   AND (fact.superseded IS NULL OR fact.superseded > published.run)
               JOIN history ON history.first_order = fact.first_order AND history.last_order = fact.last_order
                   AND history.frequency = fact.frequency AND history.returned = fact.returned
                   AND history.run <= published.run AND (history.superseded IS NULL OR history.superseded > published.run)
               GROUP BY history.segment) AS spent ON spent.segment IS NOT DISTINCT FROM segment.segment;
    COMMENT ON VIEW segment_margin IS 'Each segment: what its customers brought, what was spent on them, and what is left. No rows without a source of costs.';
    COMMENT ON COLUMN segment_margin.as_of IS 'The day that everything is as of.';
    COMMENT ON COLUMN segment_margin.segment IS 'Segment.';
    COMMENT ON COLUMN segment_margin.customers IS 'Its customers.';
    COMMENT ON COLUMN segment_margin.revenue IS 'What all their orders came to, less refunds.';
    COMMENT ON COLUMN segment_margin.costs IS 'What was spent on them until the day.';
    COMMENT ON COLUMN segment_margin.margin IS 'Revenue less costs.';
END $$;
COMMENT ON FUNCTION crm.set_up_costs(regtype) IS 'Tables and views of step costs.';

CREATE FUNCTION crm.refresh_costs(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    skipped bigint;
BEGIN
    DELETE FROM cost_basis WHERE run = this_run;

    CREATE TEMPORARY TABLE fresh_cost ON COMMIT DROP AS
    SELECT customer, sum(amount::numeric) FILTER (WHERE is_cost)::float8 AS costs, count(*) FILTER (WHERE NOT is_cost) AS skipped
    FROM (SELECT customer, amount, customer IS NOT NULL AND at IS NOT NULL AND coalesce(abs(amount) < 'Infinity', false) AS is_cost
          FROM source_costs WHERE at::date <= refresh_costs.as_of OR at IS NULL) AS read
    GROUP BY customer;
    SELECT sum(fresh.skipped) INTO skipped FROM fresh_cost AS fresh;
    IF skipped > 0 THEN message := skipped || ' costs without a customer, a day or an amount were skipped'; END IF;
    DELETE FROM fresh_cost WHERE costs IS NULL;
    ANALYZE fresh_cost;

    CREATE TEMPORARY TABLE changed_cost ON COMMIT DROP AS
    SELECT customer, fresh.costs
    FROM (SELECT customer, costs FROM customer_cost WHERE superseded IS NULL) AS old FULL JOIN fresh_cost AS fresh USING (customer)
    WHERE old.costs IS DISTINCT FROM fresh.costs;
    GET DIAGNOSTICS rows = ROW_COUNT;
    UPDATE customer_cost AS old SET superseded = this_run FROM changed_cost AS changed WHERE changed.customer = old.customer AND old.superseded IS NULL;
    INSERT INTO customer_cost (customer, run, costs) SELECT customer, this_run, costs FROM changed_cost WHERE costs IS NOT NULL;

    INSERT INTO cost_basis
    SELECT this_run, coalesce(sum(fresh.costs::numeric), 0), coalesce(sum(fresh.costs::numeric) FILTER (WHERE fact.customer IS NULL), 0)
    FROM fresh_cost AS fresh LEFT JOIN customer_fact AS fact ON fact.customer = fresh.customer AND fact.superseded IS NULL;
    DROP TABLE fresh_cost, changed_cost;
END $$;
COMMENT ON FUNCTION crm.refresh_costs(bigint, date, jsonb) IS 'Step costs.';

INSERT INTO crm.workspace_check VALUES (120, 'costs', 'costs are those of the source', 'check_costs');
CREATE FUNCTION crm.check_costs(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    segments record;
BEGIN
    differences := 0;
    IF to_regclass('source_costs') IS NULL THEN RETURN; END IF;
    SELECT count(*), min(format('customer %s: costs are %s, the source has %s', customer, shown.costs, counted.costs)) INTO differences, example
    FROM (SELECT customer, costs, revenue, margin FROM customer) AS shown
    LEFT JOIN (SELECT customer, sum(amount::numeric)::float8 AS costs FROM source_costs
               WHERE at::date <= check_costs.as_of AND abs(amount) < 'Infinity' GROUP BY customer) AS counted USING (customer)
    WHERE NOT (crm.nearly_equal(shown.costs, coalesce(counted.costs, 0))
               AND crm.nearly_equal(shown.margin, shown.revenue - coalesce(counted.costs, 0)));
    SELECT count(*) AS differences, min(format('segment %s: costs are %s, one by one %s', segment, shown.costs, counted.costs)) AS example INTO segments
    FROM (SELECT coalesce(segment, '(none)') AS segment, customers, costs, margin FROM segment_margin) AS shown
    FULL JOIN (SELECT coalesce(segment, '(none)') AS segment, count(*) AS customers, sum(costs::numeric)::float8 AS costs, sum(margin::numeric)::float8 AS margin
               FROM customer GROUP BY 1) AS counted USING (segment)
    WHERE shown.customers IS DISTINCT FROM counted.customers
       OR NOT (crm.nearly_equal(shown.costs, counted.costs) AND crm.nearly_equal(shown.margin, counted.margin));
    differences := differences + segments.differences;
    example := coalesce(example, segments.example);
END $$;
COMMENT ON FUNCTION crm.check_costs(bigint, date, int) IS
    'Support of crm.check_workspace: costs of view customer against the source, and those of view segment_margin against view customer. Costs that came since the last refresh are differences.';

INSERT INTO crm.workspace_profile_section VALUES (25, 'costs', 'costs', 'profile_costs');
CREATE FUNCTION crm.profile_costs(about jsonb) RETURNS TABLE (label text, value text, note text)
    LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN QUERY SELECT shown.* FROM (VALUES
        ('costs', crm.in_words((about ->> 'costs')::float8, 2), NULL),
        ('margin', crm.in_words((about ->> 'margin')::float8, 2),
         CASE WHEN (about ->> 'revenue')::float8 > 0
              THEN crm.share_in_words((about ->> 'margin')::float8 / (about ->> 'revenue')::float8) || ' of the revenue' END)) AS shown (label, value, note)
    WHERE shown.value IS NOT NULL;
END $$;
COMMENT ON FUNCTION crm.profile_costs(jsonb) IS 'Section of crm.customer_profile: what was spent on the customer, and what is left.';

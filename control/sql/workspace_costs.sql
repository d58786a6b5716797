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
        customer %s, run bigint, superseded bigint, costs float8 NOT NULL, print numeric NOT NULL, PRIMARY KEY (customer, run))', customer_type);
    COMMENT ON TABLE customer_cost IS 'What was spent on each customer, in versions like those of customer_fact; also on those who have not ordered.';
    COMMENT ON COLUMN customer_cost.print IS 'Sum of 64 bits of each amount: who still has it has the same costs.';
    CREATE INDEX IF NOT EXISTS customer_cost_run ON customer_cost (run);
    CREATE INDEX IF NOT EXISTS customer_cost_superseded ON customer_cost (superseded) WHERE superseded IS NOT NULL;

    CREATE TABLE IF NOT EXISTS cost_basis (
        run bigint PRIMARY KEY, costs float8 NOT NULL, other_costs float8 NOT NULL, exact_costs numeric NOT NULL, exact_other_costs numeric NOT NULL);
    COMMENT ON TABLE cost_basis IS 'What a run knows of costs: a row when there was a source of them.';
    COMMENT ON COLUMN cost_basis.costs IS 'All costs until the day.';
    COMMENT ON COLUMN cost_basis.other_costs IS 'Of these, what was spent on those who have not ordered until then.';
    COMMENT ON COLUMN cost_basis.exact_costs IS 'The same, not rounded: the next run adds to it what has changed.';
    COMMENT ON COLUMN cost_basis.exact_other_costs IS 'The same of the others.';

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

-- To add up exactly costs much more than to see that what is added up is the same: only of customers with another print is
-- it done anew.
CREATE FUNCTION crm.find_changed_costs(as_of date, everybody boolean) RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    skipped bigint;
BEGIN
    CREATE TEMPORARY TABLE cost_print ON COMMIT DROP AS
    SELECT customer, sum(print) AS print, count(*) - count(print) AS skipped
    FROM (SELECT customer, CASE WHEN customer IS NOT NULL AND at IS NOT NULL AND abs(amount) < 'Infinity' THEN hashfloat8extended(amount, 0) END AS print
          FROM source_costs WHERE at::date <= find_changed_costs.as_of OR at IS NULL) AS read
    GROUP BY customer;
    SELECT sum(read.skipped) INTO skipped FROM cost_print AS read;
    CREATE TEMPORARY TABLE spender ON COMMIT DROP AS
    SELECT customer
    FROM (SELECT customer, print FROM cost_print WHERE print IS NOT NULL) AS fresh
    FULL JOIN (SELECT customer, print FROM customer_cost WHERE superseded IS NULL) AS old USING (customer)
    WHERE everybody OR fresh.print IS DISTINCT FROM old.print;
    ANALYZE spender;
    DROP TABLE cost_print;

    CREATE TEMPORARY TABLE changed_cost ON COMMIT DROP AS
    SELECT customer, fresh.costs, fresh.print, fresh.costs IS DISTINCT FROM old.costs AS is_other
    FROM (SELECT customer, cost.costs, cost.print FROM spender JOIN customer_cost AS cost USING (customer) WHERE cost.superseded IS NULL) AS old
    FULL JOIN (SELECT customer, sum(amount::numeric)::float8 AS costs, sum(hashfloat8extended(amount, 0)) AS print
               FROM spender JOIN source_costs USING (customer)
               WHERE at::date <= find_changed_costs.as_of AND abs(amount) < 'Infinity' GROUP BY customer) AS fresh USING (customer)
    WHERE (fresh.costs, fresh.print) IS DISTINCT FROM (old.costs, old.print);
    ANALYZE changed_cost;
    DROP TABLE spender;
    RETURN skipped;
END $$;
COMMENT ON FUNCTION crm.find_changed_costs(date, boolean) IS
    'Support of crm.refresh: makes the temporary table changed_cost; how many rows have no customer, no day or no amount.';

CREATE FUNCTION crm.add_up_costs(this_run bigint, all_anew boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO cost_basis
    SELECT this_run, added.costs, added.other_costs, added.costs, added.other_costs
    FROM (SELECT coalesce(sum(cost.costs::numeric), 0) AS costs, coalesce(sum(cost.costs::numeric) FILTER (WHERE fact.customer IS NULL), 0) AS other_costs
          FROM customer_cost AS cost LEFT JOIN customer_fact AS fact ON fact.customer = cost.customer AND fact.superseded IS NULL
          WHERE cost.superseded IS NULL) AS added
    WHERE all_anew;
    IF FOUND THEN RETURN; END IF;

    -- What is spent on customers who have ordered now, and had not, was spent on others, and the reverse.
    INSERT INTO cost_basis
    WITH touched AS (
        SELECT customer FROM customer_cost WHERE run = this_run OR superseded = this_run
        UNION SELECT customer FROM customer_fact WHERE run = this_run OR superseded = this_run
    ), part AS (
        SELECT cost.costs::numeric AS costs, cost.superseded IS NULL AS is_now, cost.run <> this_run AS was,
               EXISTS (SELECT FROM customer_fact AS fact WHERE fact.customer = cost.customer AND fact.superseded IS NULL) AS has_ordered,
               EXISTS (SELECT FROM customer_fact AS fact WHERE fact.customer = cost.customer AND fact.run <> this_run
                           AND (fact.superseded IS NULL OR fact.superseded = this_run)) AS had_ordered
        FROM touched JOIN customer_cost AS cost USING (customer) WHERE cost.superseded IS NULL OR cost.superseded = this_run
    ), change AS (
        SELECT coalesce(sum(costs) FILTER (WHERE is_now), 0) - coalesce(sum(costs) FILTER (WHERE was), 0) AS costs,
               coalesce(sum(costs) FILTER (WHERE is_now AND NOT has_ordered), 0) - coalesce(sum(costs) FILTER (WHERE was AND NOT had_ordered), 0)
                   AS other_costs
        FROM part)
    SELECT this_run, last.exact_costs + change.costs, last.exact_other_costs + change.other_costs,
           last.exact_costs + change.costs, last.exact_other_costs + change.other_costs
    FROM change, cost_basis AS last JOIN published USING (run);
END $$;
COMMENT ON FUNCTION crm.add_up_costs(bigint, boolean) IS 'Support of crm.refresh: all costs, and those of customers who have not ordered.';

CREATE FUNCTION crm.refresh_costs(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    all_anew CONSTANT boolean := coalesce((options ->> 'full')::boolean, false)
                                 OR NOT EXISTS (SELECT FROM cost_basis JOIN published USING (run));
    skipped bigint;
BEGIN
    DELETE FROM cost_basis WHERE run = this_run;
    skipped := crm.find_changed_costs(as_of, all_anew);
    IF skipped > 0 THEN message := skipped || ' costs without a customer, a day or an amount were skipped'; END IF;
    SELECT count(*) INTO rows FROM changed_cost WHERE is_other;
    UPDATE customer_cost AS old SET superseded = this_run FROM changed_cost AS changed WHERE changed.customer = old.customer AND old.superseded IS NULL;
    INSERT INTO customer_cost (customer, run, costs, print)
    SELECT customer, this_run, costs, print FROM changed_cost WHERE costs IS NOT NULL ORDER BY customer;
    DROP TABLE changed_cost;
    IF all_anew THEN ANALYZE customer_cost; END IF;
    PERFORM crm.add_up_costs(this_run, all_anew);
END $$;
COMMENT ON FUNCTION crm.refresh_costs(bigint, date, jsonb) IS 'Step costs.';

INSERT INTO crm.workspace_check VALUES (120, 'costs', 'costs are those of the source', 'check_costs');
CREATE FUNCTION crm.check_costs(this_run bigint, as_of date, sample int, OUT differences bigint, OUT example text)
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    segments record;
    totals record;
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
    SELECT count(*) AS differences, min(format('all costs are %s, one by one %s; those of others %s, one by one %s', shown.exact_costs, counted.costs,
                                              shown.exact_other_costs, counted.other_costs)) AS example INTO totals
    FROM cost_basis AS shown,
         (SELECT coalesce(sum(cost.costs::numeric), 0) AS costs, coalesce(sum(cost.costs::numeric) FILTER (WHERE fact.customer IS NULL), 0) AS other_costs
          FROM customer_cost AS cost
          LEFT JOIN customer_fact AS fact ON fact.customer = cost.customer AND fact.run <= this_run AND (fact.superseded IS NULL OR fact.superseded > this_run)
          WHERE cost.run <= this_run AND (cost.superseded IS NULL OR cost.superseded > this_run)) AS counted
    WHERE shown.run = this_run AND (shown.exact_costs, shown.exact_other_costs) IS DISTINCT FROM (counted.costs, counted.other_costs);
    differences := differences + segments.differences + totals.differences;
    example := coalesce(example, segments.example, totals.example);
END $$;
COMMENT ON FUNCTION crm.check_costs(bigint, date, int) IS
    'Support of crm.check_workspace: costs of view customer against the source, those of view segment_margin against view customer, and the sum of all against the costs of each. Costs that came since the last refresh are differences.';

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

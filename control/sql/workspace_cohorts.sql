-- Step cohorts: how many come back, by the month of their first order

INSERT INTO crm.workspace_step (name, position, makes, meaning)
VALUES ('cohorts', 60, '{cohort_of_run}', 'how many of each month''s new customers come back');

CREATE FUNCTION crm.set_up_cohorts(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    CREATE TABLE IF NOT EXISTS cohort_of_run (
        run bigint, cohort date, age int, customers bigint, active bigint, retention float8, orders bigint, revenue numeric,
        cumulative_per_customer float8, complete boolean, PRIMARY KEY (run, cohort, age));
    CREATE OR REPLACE VIEW cohort AS
    SELECT published.as_of, part.cohort, part.age, part.customers, part.active, part.retention, part.orders, part.revenue::float8 AS revenue,
           part.cumulative_per_customer, part.complete
    FROM published JOIN cohort_of_run AS part USING (run);
    COMMENT ON VIEW cohort IS 'Customers by the month of their first order, and what they did in each month of theirs.';
    COMMENT ON COLUMN cohort.age IS 'Months since the month of the first order.';
    COMMENT ON COLUMN cohort.active IS 'Those of them who ordered in that month.';
    COMMENT ON COLUMN cohort.complete IS 'Whether the month was over on the day of the run.';
END $$;
COMMENT ON FUNCTION crm.set_up_cohorts(regtype) IS 'Tables and views of step cohorts.';

-- What customers whose orders have changed, or who have orders of days to come, did then is taken off, and what they have done by
-- now is added. Numerics add up exactly, and by way of text they are all that a float8 is.
CREATE FUNCTION crm.count_changed_cohorts(this_run bigint, last_run bigint, as_of date, last_as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
    AS $$
DECLARE
    rows bigint;
BEGIN
    INSERT INTO cohort_of_run
    WITH changed AS MATERIALIZED (
        SELECT former.history AS before, seen.history AS after FROM former_timeline AS former JOIN customer_timeline AS seen USING (customer)
        UNION ALL
        SELECT seen.history, seen.history FROM customer_timeline AS seen
        WHERE seen.last_day > least(count_changed_cohorts.as_of, last_as_of)
          AND NOT EXISTS (SELECT FROM former_timeline AS former WHERE former.customer = seen.customer)
    ), cell AS (
        SELECT part.cohort, part.age, sum(part.active) AS active, sum(part.orders) AS orders, sum(part.revenue) AS revenue
        FROM (SELECT cohort, age, active, orders, revenue FROM cohort_of_run WHERE run = last_run
              UNION ALL
              SELECT gone.cohort, gone.age, -gone.active, -gone.orders, -gone.revenue::text::numeric
              FROM (SELECT crm.cohorts(before, last_as_of) AS parts FROM changed WHERE before IS NOT NULL) AS counted, unnest(counted.parts) AS gone
              UNION ALL
              SELECT come.cohort, come.age, come.active, come.orders, come.revenue::text::numeric
              FROM (SELECT crm.cohorts(after, count_changed_cohorts.as_of) AS parts FROM changed WHERE after IS NOT NULL) AS counted, unnest(counted.parts) AS come) AS part
        GROUP BY part.cohort, part.age
    ), month AS (
        SELECT date_trunc('month', count_changed_cohorts.as_of)::date AS last,
               date_trunc('month', count_changed_cohorts.as_of + 1) > date_trunc('month', count_changed_cohorts.as_of) AS is_over
    )
    SELECT this_run, first.cohort, place.age, first.active, coalesce(cell.active, 0), coalesce(cell.active, 0) / first.active::float8,
           coalesce(cell.orders, 0), coalesce(cell.revenue, 0),
           sum(coalesce(cell.revenue, 0)) OVER (PARTITION BY first.cohort ORDER BY place.age)::float8 / first.active::float8,
           place.age < span.last_age OR month.is_over
    FROM cell AS first
    CROSS JOIN month
    CROSS JOIN LATERAL (SELECT 12 * (extract(year FROM month.last) - extract(year FROM first.cohort))::int
                               + (extract(month FROM month.last) - extract(month FROM first.cohort))::int AS last_age) AS span
    CROSS JOIN LATERAL generate_series(0, span.last_age) AS place (age)
    LEFT JOIN cell ON cell.cohort = first.cohort AND cell.age = place.age
    WHERE first.age = 0 AND first.active > 0;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN rows;
END $$;
COMMENT ON FUNCTION crm.count_changed_cohorts(bigint, bigint, date, date) IS
    'Support of crm.refresh: the cohorts of the last run, brought up to date.';

CREATE FUNCTION crm.refresh_cohorts(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last record;
BEGIN
    DELETE FROM cohort_of_run WHERE run = this_run;
    SELECT published.run, published.as_of INTO last
    -- What a step that was left out shows is of an earlier day.
    FROM published JOIN refresh_step AS done ON done.run = published.run AND done.step = 'cohorts' AND done.rows IS NOT NULL;
    IF last.run IS NOT NULL AND NOT (options ->> 'full')::boolean THEN
        rows := crm.count_changed_cohorts(this_run, last.run, as_of, last.as_of);
        RETURN;
    END IF;
    INSERT INTO cohort_of_run
    SELECT this_run, part.cohort, part.age, part.customers, part.active, part.retention, part.orders, part.revenue::text::numeric,
           part.cumulative_per_customer, part.complete
    FROM (SELECT crm.cohorts(history, refresh_cohorts.as_of) AS parts FROM customer_timeline WHERE history IS NOT NULL) AS counted,
         unnest(counted.parts) AS part;
    GET DIAGNOSTICS rows = ROW_COUNT;
END $$;
COMMENT ON FUNCTION crm.refresh_cohorts(bigint, date, jsonb) IS 'Step cohorts.';

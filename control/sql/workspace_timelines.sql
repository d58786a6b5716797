-- Step timelines: whose orders changed, their histories, and what these say as of the day

INSERT INTO crm.workspace_step (name, position, optional, makes, meaning)
VALUES ('timelines', 10, false, '{}', 'reads new, changed and removed orders and brings the histories of their customers up to date');

CREATE FUNCTION crm.set_up_timelines(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_timeline (
        customer %s PRIMARY KEY, history crm.timeline, last_day date, run bigint NOT NULL)', customer_type);
    COMMENT ON TABLE customer_timeline IS 'The orders of each customer, as run first saw them so; a history is NULL when all orders were removed.';
    COMMENT ON COLUMN customer_timeline.last_day IS 'Day of the last order or refund, be it after the day of the run.';
    CREATE INDEX IF NOT EXISTS customer_timeline_run ON customer_timeline (run);
    CREATE INDEX IF NOT EXISTS customer_timeline_last_day ON customer_timeline (last_day);
    EXECUTE format('CREATE TABLE IF NOT EXISTS former_timeline (customer %s PRIMARY KEY, history crm.timeline, run bigint NOT NULL)', customer_type);
    COMMENT ON TABLE former_timeline IS 'What the run before saw of the customers whose orders the last one found changed: NULL where it saw none.';

    EXECUTE format('CREATE TABLE IF NOT EXISTS customer_fact (
        customer %s, run bigint, superseded bigint,
        first_order date NOT NULL, last_order date NOT NULL, frequency int NOT NULL, orders bigint NOT NULL, revenue float8 NOT NULL,
        monetary float8, last_gap int, returned boolean NOT NULL,
        PRIMARY KEY (customer, run))', customer_type);
    COMMENT ON TABLE customer_fact IS
        'What the orders of each customer say, in versions: that of run n is the one with run <= n that n or an earlier run has not superseded.';
    COMMENT ON COLUMN customer_fact.frequency IS 'Days of purchase after the first.';
    COMMENT ON COLUMN customer_fact.monetary IS 'Mean amount of a day of purchase after the first.';
    COMMENT ON COLUMN customer_fact.last_gap IS 'Days between the last two days of purchase.';
    COMMENT ON COLUMN customer_fact.returned IS 'Whether the last gap was longer than twice the usual one.';
    CREATE INDEX IF NOT EXISTS customer_fact_run ON customer_fact (run);
    CREATE INDEX IF NOT EXISTS customer_fact_superseded ON customer_fact (superseded) WHERE superseded IS NOT NULL;
    CREATE TABLE IF NOT EXISTS former_fact (LIKE customer_fact INCLUDING COMMENTS, PRIMARY KEY (customer, run));
    COMMENT ON TABLE former_fact IS 'Versions of customer_fact that have been superseded, by complete runs.';
    CREATE INDEX IF NOT EXISTS former_fact_superseded ON former_fact (superseded);

    -- What the scores of a run stand on; each step fills in its part.
    CREATE TABLE IF NOT EXISTS run_basis (
        run bigint PRIMARY KEY, usual_gap int, is_gap_learned boolean, fit_options jsonb, buying crm.model, spending crm.model, scorer crm.model, fitted_run bigint, fitted_as_of date,
        horizon_days float8, discount_rate float8, level float8, segment_names text[], stage_expression text);
    COMMENT ON TABLE run_basis IS 'What the scores of each run stand on: models, thresholds, options.';
END $$;
COMMENT ON FUNCTION crm.set_up_timelines(regtype) IS 'Tables of step timelines.';

CREATE FUNCTION crm.facts_of(history crm.timeline, as_of date, usual_gap int)
    RETURNS TABLE (first_order date, last_order date, frequency int, orders bigint, revenue float8, monetary float8, last_gap int, returned boolean)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
    BEGIN ATOMIC
        SELECT crm.first_purchase(history), crm.first_purchase(history) + (seen.r).recency::int, (seen.r).frequency,
               crm.orders(seen.past), crm.revenue(seen.past), (seen.r).monetary, seen.last_gap, coalesce(seen.last_gap > 2 * usual_gap, false)
        FROM (SELECT crm.rfm(history, as_of) AS r, crm.until(history, as_of) AS past, crm.last_gap(history, as_of) AS last_gap OFFSET 0) AS seen
        WHERE seen.r IS DISTINCT FROM NULL;
    END;
COMMENT ON FUNCTION crm.facts_of(crm.timeline, date, int) IS
    'What a history says as of a day, as a row of customer_fact; no row before the first order.';

CREATE FUNCTION crm.touched_by_watermark(seen text, overlap interval) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    type regtype := (SELECT atttypid FROM pg_attribute WHERE attrelid = 'source_orders'::regclass AND attname = 'watermark');
BEGIN
    RETURN format('SELECT DISTINCT customer FROM source_orders WHERE watermark >= %L::%s%s AND customer IS NOT NULL', seen, type,
                  CASE WHEN type IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN format(' - interval %L', overlap) ELSE '' END);
END $$;
COMMENT ON FUNCTION crm.touched_by_watermark(text, interval) IS 'Support of crm.refresh: the query for customers with orders at or beyond a watermark.';

-- `touched` is a query for customers whose histories are read anew; NULL: everybody's.
CREATE FUNCTION crm.read_histories(this_run bigint, touched text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    changed bigint;
BEGIN
    EXECUTE format('
        CREATE TEMPORARY TABLE changed_timeline ON COMMIT DROP AS
        SELECT customer, fresh.history, old.history AS former, old.run IS NOT NULL AS is_known
        FROM (SELECT customer, crm.timeline(ordered_at, amount) AS history FROM %s GROUP BY customer) AS fresh
        %s JOIN customer_timeline AS old USING (customer)
        WHERE CASE WHEN fresh.history IS NULL OR old.history IS NULL THEN (fresh.history IS NULL) <> (old.history IS NULL)
                   ELSE NOT crm.timeline_equal(fresh.history, old.history) END',
        CASE WHEN touched IS NULL THEN 'source_orders WHERE customer IS NOT NULL'
             ELSE format('(%s) AS touched LEFT JOIN source_orders USING (customer)', touched) END,
        CASE WHEN touched IS NULL THEN 'FULL' ELSE 'LEFT' END);
    GET DIAGNOSTICS changed = ROW_COUNT;
    INSERT INTO former_timeline SELECT customer, former, this_run FROM changed_timeline WHERE EXISTS (SELECT FROM published)
    ON CONFLICT DO NOTHING;  -- what an earlier attempt at this run had found is the older
    UPDATE customer_timeline AS old SET history = fresh.history, last_day = crm.last_day(fresh.history), run = this_run
    FROM changed_timeline AS fresh WHERE fresh.customer = old.customer AND fresh.is_known;
    INSERT INTO customer_timeline
    SELECT fresh.customer, fresh.history, crm.last_day(fresh.history), this_run FROM changed_timeline AS fresh WHERE NOT fresh.is_known
    ORDER BY fresh.customer;  -- an index grows fastest at its end
    DROP TABLE changed_timeline;
    RETURN changed;
END $$;
COMMENT ON FUNCTION crm.read_histories(bigint, text) IS 'Support of crm.refresh: brings histories up to date; how many changed.';

CREATE FUNCTION crm.histories_agree() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
DECLARE
    there record;
    here record;
BEGIN
    SELECT count(*) FILTER (WHERE amount >= 0) AS orders, coalesce(sum(amount), 0) AS revenue INTO there
    FROM source_orders WHERE customer IS NOT NULL AND ordered_at IS NOT NULL AND amount IS NOT NULL;
    SELECT coalesce(sum(crm.orders(history)), 0) AS orders, coalesce(sum(crm.revenue(history)), 0) AS revenue INTO here FROM customer_timeline;
    RETURN there.orders = here.orders AND abs(there.revenue - here.revenue) <= 1e-9 * (1 + abs(there.revenue));
END $$;
COMMENT ON FUNCTION crm.histories_agree() IS
    'Support of crm.refresh: whether the histories have as many orders, and as much revenue, as the source. A watermark does not see what was removed; this does.';

CREATE FUNCTION crm.triggers_have_gaps() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    AS $$
BEGIN
    RETURN EXISTS (SELECT FROM pg_trigger JOIN pg_class AS followed ON followed.oid = tgrelid
                   WHERE tgfoid = to_regprocedure('note_changed_orders()') AND followed.relhassubclass);
END $$;
COMMENT ON FUNCTION crm.triggers_have_gaps() IS
    'Support of crm.refresh: whether the orders have partitions. What is written to a partition by its own name fires no trigger of the whole.';

CREATE FUNCTION crm.refresh_timelines(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    followed record;  -- a type of the first workspace of a session would be that of all
    is_first boolean := NOT EXISTS (SELECT FROM customer_timeline);
    -- Another time zone makes other days of the same orders.
    read_all boolean := (options ->> 'full')::boolean
                        OR coalesce((SELECT last.options -> 'time_zone' IS DISTINCT FROM refresh_timelines.options -> 'time_zone'
                                     FROM refresh_run AS last JOIN published USING (run)), false);
    all_facts boolean;
    touched text;
    gap int;
    is_gap_learned boolean := false;
    last_basis record;
    last_as_of date;
BEGIN
    DELETE FROM former_timeline WHERE run < this_run;
    SELECT * INTO followed FROM source WHERE role = 'orders';
    IF followed.follow = 'trigger'
       AND (SELECT count(*) FROM pg_trigger WHERE tgfoid = to_regprocedure('note_changed_orders()') AND tgenabled IN ('O', 'A')) <> 4 THEN
        read_all := true;
        message := 'triggers on the orders are gone or disabled: all were read';
    END IF;
    IF followed.follow = 'trigger' AND NOT is_first AND NOT read_all THEN
        -- A temporary table, so that notes of transactions that commit meanwhile stay for the next run.
        CREATE TEMPORARY TABLE touched_customer ON COMMIT DROP AS
        WITH noted AS (DELETE FROM changed_order RETURNING customer) SELECT DISTINCT customer FROM noted;
        read_all := EXISTS (SELECT FROM touched_customer WHERE customer IS NULL);
        touched := format('SELECT customer::%s FROM touched_customer', (SELECT value #>> '{}' FROM setting WHERE name = 'customer_type'));
    ELSIF followed.follow LIKE 'watermark %' AND followed.seen IS NOT NULL AND NOT is_first AND NOT read_all THEN
        touched := crm.touched_by_watermark(followed.seen, (options ->> 'watermark_overlap')::interval);
    ELSE
        read_all := true;
        DELETE FROM changed_order;
    END IF;
    -- Before the orders are read: what is committed meanwhile must lie beyond.
    IF followed.follow LIKE 'watermark %' THEN
        UPDATE source SET seen = (SELECT max(watermark)::text FROM source_orders) WHERE role = 'orders';
    END IF;
    rows := crm.read_histories(this_run, CASE WHEN read_all THEN NULL ELSE touched END);
    IF followed.follow LIKE 'watermark %' OR followed.follow = 'trigger' AND crm.triggers_have_gaps() THEN
        IF NOT read_all AND NOT crm.histories_agree() THEN
            rows := rows + crm.read_histories(this_run, NULL);
            message := format('orders changed that the %s did not show: all were read', split_part(followed.follow, ' ', 1));
        END IF;
    END IF;
    IF touched LIKE '%touched_customer' THEN DROP TABLE touched_customer; END IF;

    gap := (options ->> 'usual_gap_days')::int;
    IF gap IS NULL THEN
        SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY last_gap) INTO gap
        FROM (SELECT crm.last_gap(history, as_of) AS last_gap FROM customer_timeline WHERE history IS NOT NULL) AS gaps HAVING count(last_gap) >= 30;
        IF gap IS NULL THEN
            gap := 180;
            message := concat_ws('; ', message, 'too few customers bought again to learn a usual gap from: 180 days are taken');
        ELSE
            is_gap_learned := true;
        END IF;
    END IF;
    SELECT basis.* INTO last_basis FROM run_basis AS basis JOIN published USING (run);
    SELECT published.as_of INTO last_as_of FROM published;
    -- An earlier attempt at this run may have fitted its models already.
    INSERT INTO run_basis (run, usual_gap, is_gap_learned) VALUES (this_run, gap, is_gap_learned)
    ON CONFLICT ON CONSTRAINT run_basis_pkey DO UPDATE SET usual_gap = excluded.usual_gap, is_gap_learned = excluded.is_gap_learned;

    -- What an earlier attempt at this run left is undone: the versions that the last complete run shows are the start.
    DELETE FROM customer_fact WHERE run = this_run;
    UPDATE customer_fact SET superseded = NULL WHERE superseded = this_run;
    all_facts := (options ->> 'full')::boolean OR last_basis.usual_gap IS DISTINCT FROM gap;
    CREATE TEMPORARY TABLE fresh_fact ON COMMIT DROP AS
    SELECT seen.customer, fact.*
    FROM customer_timeline AS seen LEFT JOIN LATERAL crm.facts_of(seen.history, refresh_timelines.as_of, gap) AS fact ON true
    WHERE all_facts OR seen.run = this_run OR seen.last_day > least(refresh_timelines.as_of, last_as_of);
    UPDATE customer_fact AS old SET superseded = this_run
    FROM fresh_fact AS fresh
    WHERE fresh.customer = old.customer AND old.superseded IS NULL
      AND (fresh.first_order, fresh.last_order, fresh.frequency, fresh.orders, fresh.revenue, fresh.monetary, fresh.last_gap, fresh.returned)
          IS DISTINCT FROM (old.first_order, old.last_order, old.frequency, old.orders, old.revenue, old.monetary, old.last_gap, old.returned);
    INSERT INTO customer_fact (customer, run, first_order, last_order, frequency, orders, revenue, monetary, last_gap, returned)
    SELECT fresh.customer, this_run, fresh.first_order, fresh.last_order, fresh.frequency, fresh.orders, fresh.revenue, fresh.monetary,
           fresh.last_gap, fresh.returned
    FROM fresh_fact AS fresh
    WHERE fresh.first_order IS NOT NULL
      AND NOT EXISTS (SELECT FROM customer_fact AS old WHERE old.customer = fresh.customer AND old.superseded IS NULL)
    ORDER BY fresh.customer;
    DROP TABLE fresh_fact;
    UPDATE refresh_run AS now SET changed_customers = (SELECT count(*) FROM customer_timeline AS seen WHERE seen.run = this_run)
    WHERE now.run = this_run;
    IF is_first THEN ANALYZE customer_timeline, customer_fact; END IF;
    ANALYZE former_timeline;  -- as many rows as changed this time, which nobody could guess
END $$;
COMMENT ON FUNCTION crm.refresh_timelines(bigint, date, jsonb) IS 'Step timelines.';

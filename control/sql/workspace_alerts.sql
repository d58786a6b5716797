-- Step alerts, the last: what somebody should look at, in words

INSERT INTO crm.workspace_step (name, position, makes, keeps, meaning)
VALUES ('alerts', 1000, '{}', '{alert_of_run}', 'says what has changed since the last run that somebody should look at');

CREATE FUNCTION crm.set_up_alerts(customer_type regtype) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
BEGIN
    INSERT INTO setting VALUES
        ('alert_top_deciles', '2', 'an alert is given when customers of so many top tenths by revenue go silent'),
        ('alert_stages', '["at risk", "lapsed"]', 'the stages of customers who have gone silent'),
        ('alert_customers', '20', 'customers gone silent who are named one by one, those of most revenue'),
        ('alert_segment_change', '0.2', 'share by which a segment must grow or shrink for an alert'),
        ('alert_segment_errors', '3', 'standard errors by which it must as well'),
        ('alert_gini', '0.02', 'rise of the Gini coefficient of revenue for an alert'),
        ('alert_missing_p', '0.001', 'an alert is given when days without any order are less probable than this'),
        ('alert_removed_share', '0.01', 'share of the orders that must have vanished for an alert')
    ON CONFLICT (name) DO NOTHING;
    CREATE TABLE IF NOT EXISTS alert_of_run (
        run bigint, position bigint, severity text NOT NULL CHECK (severity IN ('urgent', 'warning', 'notice')), kind text NOT NULL,
        subject text NOT NULL, message text NOT NULL, why text NOT NULL, next_step text NOT NULL, PRIMARY KEY (run, position));
    COMMENT ON TABLE alert_of_run IS 'What each run found that somebody should look at.';
    CREATE OR REPLACE VIEW alert AS
    SELECT done.as_of, found.severity, found.kind, found.subject, found.message, found.why, found.next_step, found.position, found.run
    FROM alert_of_run AS found JOIN refresh_run AS done USING (run) JOIN published ON found.run <= published.run;
    COMMENT ON VIEW alert IS 'What each complete run found that somebody should look at; the most urgent of a run has position 1.';
    COMMENT ON COLUMN alert.as_of IS 'The day that the run was as of.';
    COMMENT ON COLUMN alert.run IS 'The run, of which a day may have several: the higher the later.';
    COMMENT ON COLUMN alert.severity IS 'urgent, warning or notice.';
    COMMENT ON COLUMN alert.kind IS 'customer gone silent, customers gone silent, segment, concentration, model, topic, orders missing, rows skipped, orders removed, feature drift, prediction quality or customers foretold.';
    COMMENT ON COLUMN alert.subject IS 'The customer, segment, model, topic or source.';
    COMMENT ON COLUMN alert.message IS 'What has happened, with the figures.';
    COMMENT ON COLUMN alert.why IS 'Why that is worth a look, or what made it so.';
    COMMENT ON COLUMN alert.next_step IS 'What to do about it.';
    COMMENT ON COLUMN alert.position IS 'Place in the run, the most urgent first.';
END $$;
COMMENT ON FUNCTION crm.set_up_alerts(regtype) IS 'Tables and views of step alerts.';

CREATE FUNCTION crm.in_words(amount float8, decimals int DEFAULT 0) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- Commas between thousands, whatever the locale.
    RETURN pg_catalog.regexp_replace(pg_catalog.round(amount::numeric, decimals)::text, '(\d)(?=(\d{3})+(\.|$))', '\1,', 'g');
COMMENT ON FUNCTION crm.in_words(float8, int) IS 'A figure as people read it: 12,345.';

CREATE FUNCTION crm.share_in_words(share float8) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog.round(100 * share::numeric, 1)::text || ' %';
COMMENT ON FUNCTION crm.share_in_words(float8) IS 'A share as people read it: 12.3 %.';

CREATE FUNCTION crm.add_alert(this_run bigint, severity text, kind text, subject text, message text, why text, next_step text) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    AS $$
    INSERT INTO alert_of_run
    VALUES (this_run, (SELECT coalesce(max(earlier.position), 0) + 1 FROM alert_of_run AS earlier WHERE earlier.run = this_run),
            severity, kind, subject, message, why, next_step)
$$;
COMMENT ON FUNCTION crm.add_alert(bigint, text, text, text, text, text, text) IS
    'For steps of crm.refresh: adds an alert to the run. Severity is urgent, warning or notice. A step that calls it uses kinds of its own, and begins by deleting these for the run.';

CREATE FUNCTION crm.alert_of_silence(this_run bigint, last_run bigint, as_of date, options jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    at_most CONSTANT int := coalesce((options ->> 'alert_customers')::int, 20);
    tenths CONSTANT int := coalesce((options ->> 'alert_top_deciles')::int, 2);
    stages CONSTANT text[] := ARRAY(SELECT jsonb_array_elements_text(coalesce(nullif(options -> 'alert_stages', 'null'), '["at risk", "lapsed"]')));
    basis record;
    last record;
    gone record;
    top_customers bigint;
    every record;
BEGIN
    SELECT b.buying, b.spending, b.horizon_days, b.discount_rate, figure.decile_thresholds[greatest(10 - tenths, 1)] AS threshold, figure.decile_thresholds INTO basis
    FROM run_basis AS b LEFT JOIN concentration_figure_of_run AS figure USING (run) WHERE b.run = this_run;
    SELECT b.buying, b.spending, b.horizon_days, b.discount_rate, published.as_of INTO last FROM run_basis AS b JOIN published USING (run);
    -- Nobody can tell the planner how many rows a run has made; small tables that are analyzed can.
    CREATE TEMPORARY TABLE silent_history ON COMMIT DROP AS
    SELECT first_order, last_order, frequency, returned, max(lifecycle) FILTER (WHERE run = this_run) AS lifecycle,
           max(lifecycle) FILTER (WHERE ended = this_run) AS lifecycle_before
    FROM history_stage WHERE run = this_run OR ended = this_run
    GROUP BY 1, 2, 3, 4
    HAVING bool_or(run = this_run AND lifecycle = ANY (stages)) AND bool_or(ended = this_run AND (lifecycle = ANY (stages)) IS NOT TRUE);
    CREATE TEMPORARY TABLE changed_customer ON COMMIT DROP AS
    SELECT customer, now.revenue, now.orders, now.first_order, now.last_order, now.frequency, now.returned, now.monetary,
           old.first_order AS first_before, old.last_order AS last_before, old.frequency AS frequency_before, old.returned AS returned_before,
           old.monetary AS monetary_before
    FROM (SELECT * FROM customer_fact WHERE run = this_run) AS now FULL JOIN (SELECT * FROM customer_fact WHERE superseded = this_run) AS old USING (customer);
    ANALYZE silent_history, changed_customer;
    CREATE TEMPORARY TABLE silent_customer ON COMMIT DROP AS
    SELECT fallen.customer, fallen.revenue, fallen.first_order, fallen.last_order, fallen.frequency, fallen.orders, fallen.lifecycle, fallen.lifecycle_before,
           10 - width_bucket(fallen.revenue, basis.decile_thresholds) AS decile,
           crm.expected_purchases(last.buying, fallen.frequency_before, fallen.last_before - fallen.first_before, last.as_of - fallen.first_before,
                                  last.horizon_days, last.discount_rate) * crm.expected_spend(last.spending, fallen.frequency_before, fallen.monetary_before) AS worth_before,
           crm.expected_purchases(basis.buying, fallen.frequency, fallen.last_order - fallen.first_order, alert_of_silence.as_of - fallen.first_order,
                                  basis.horizon_days, basis.discount_rate) * crm.expected_spend(basis.spending, fallen.frequency, fallen.monetary) AS worth
    FROM (-- By age alone, with all others of the same history; or by what became of their orders.
          SELECT now.customer, now.revenue, now.orders, now.first_order, now.last_order, now.frequency, now.monetary, stage.lifecycle, stage.lifecycle_before,
                 now.first_order AS first_before, now.last_order AS last_before, now.frequency AS frequency_before, now.monetary AS monetary_before
          FROM silent_history AS stage JOIN customer_fact AS now USING (first_order, last_order, frequency, returned)
          WHERE now.superseded IS NULL AND now.run < this_run AND now.revenue >= basis.threshold
          UNION ALL
          SELECT now.customer, now.revenue, now.orders, now.first_order, now.last_order, now.frequency, now.monetary, stage.lifecycle, was.lifecycle,
                 now.first_before, now.last_before, now.frequency_before, now.monetary_before
          FROM changed_customer AS now
          JOIN history_stage AS stage ON stage.ended IS NULL AND stage.first_order = now.first_order AND stage.last_order = now.last_order
              AND stage.frequency = now.frequency AND stage.returned = now.returned
          JOIN history_stage AS was ON was.run <= last_run AND (was.ended IS NULL OR was.ended > last_run) AND was.first_order = now.first_before
              AND was.last_order = now.last_before AND was.frequency = now.frequency_before AND was.returned = now.returned_before
          WHERE now.revenue >= basis.threshold AND stage.lifecycle = ANY (stages) AND (was.lifecycle = ANY (stages)) IS NOT TRUE) AS fallen;
    DROP TABLE silent_history, changed_customer;
    SELECT count(*) AS customers, crm.exact_sum(revenue) AS revenue, crm.exact_sum(worth_before - worth) AS loss, count(*) FILTER (WHERE decile = 1) AS best
    INTO every FROM silent_customer;
    IF every.customers > 0 THEN
        -- Those at the threshold are all of the top, though a tenth may be full.
        SELECT greatest(sum(tenth.customers), every.customers) INTO top_customers
        FROM concentration_of_run AS tenth WHERE tenth.run = this_run AND tenth.decile <= tenths;
        PERFORM crm.add_alert(this_run, CASE WHEN every.customers > 0.05 * top_customers THEN 'urgent' ELSE 'warning' END,
            'customers gone silent', format('top %s %% by revenue', 10 * tenths),
            format('%s of the %s customers in the top %s %% by revenue have gone silent since the last run (%s); %s of them are in the top tenth',
                   crm.in_words(every.customers), crm.in_words(top_customers), 10 * tenths, array_to_string(stages, ' or '), every.best),
            format('they have brought %s; what they are worth has fallen by %s', crm.in_words(every.revenue), coalesce(crm.in_words(every.loss), 'an unknown amount')),
            'work through the list of customers below, the most valuable first');
    END IF;
    FOR gone IN
        SELECT s.*, coalesce(named.name || format(' (%s)', s.customer), s.customer::text) AS label
        FROM silent_customer AS s LEFT JOIN customer_name AS named ON named.customer = s.customer
        ORDER BY s.revenue DESC, s.customer LIMIT at_most
    LOOP
        PERFORM crm.add_alert(this_run, CASE WHEN gone.decile = 1 AND gone.lifecycle <> 'at risk' THEN 'urgent' ELSE 'warning' END,
            'customer gone silent', gone.label,
            format('%s, %s until the last run, is now %s: no order for %s days after %s orders of %s in all', gone.label, gone.lifecycle_before,
                   gone.lifecycle, refresh_day.day - gone.last_order, gone.orders, crm.in_words(gone.revenue)),
            coalesce(crm.why(basis.buying, crm.rfm(gone.frequency, gone.last_order - gone.first_order, refresh_day.day - gone.first_order)), 'silent for longer than is usual'),
            coalesce(format('get in touch in person; an offer is worth up to %s, the lifetime value that is left', crm.in_words(gone.worth)), 'get in touch in person'))
        FROM (SELECT as_of AS day) AS refresh_day;
    END LOOP;
    DROP TABLE silent_customer;
END $$;
COMMENT ON FUNCTION crm.alert_of_silence(bigint, bigint, date, jsonb) IS 'Support of crm.refresh: good customers who went silent since the last run.';

CREATE FUNCTION crm.alert_of_segments(this_run bigint, last_run bigint, options jsonb) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    AS $$
    -- Fewer of those who are likely to come back, or more of those who are not, is no good news.
    SELECT crm.add_alert(this_run, CASE WHEN (change.now < change.before) = (change.p_alive > change.p_alive_of_all) THEN 'warning' ELSE 'notice' END,
        'segment', change.segment,
        format('segment %s has %s customers, %s than in the last run: then %s', change.segment, crm.in_words(change.now),
               CASE WHEN change.before = 0 THEN 'more' ELSE crm.share_in_words(abs(change.now - change.before) / change.before)
                    || CASE WHEN change.now > change.before THEN ' more' ELSE ' fewer' END END, crm.in_words(change.before)),
        format('chance alone changes such a number by about %s', crm.in_words(sqrt(change.now + change.before)))
        || CASE WHEN now_basis.fitted_run = this_run THEN '; the scores were fitted anew in this run, which moves customers as well' ELSE '' END,
        format('see who moved: SELECT * FROM segment_migration WHERE before = %1$L OR after = %1$L', change.segment))
    FROM (SELECT coalesce(segment, '(none)') AS segment, coalesce(sum(customers) FILTER (WHERE run = this_run), 0)::float8 AS now,
                 coalesce(sum(customers) FILTER (WHERE run = last_run), 0)::float8 AS before,
                 crm.exact_sum(p_alive) / sum(customers)::float8 AS p_alive,
                 crm.exact_sum(crm.exact_sum(p_alive)) OVER () / (sum(sum(customers)) OVER ())::float8 AS p_alive_of_all
          FROM stage_total_of_run WHERE run IN (this_run, last_run) GROUP BY segment) AS change
    JOIN run_basis AS now_basis ON now_basis.run = this_run
    WHERE abs(change.now - change.before) > coalesce((options ->> 'alert_segment_change')::float8, 0.2) * change.before
      AND abs(change.now - change.before) > coalesce((options ->> 'alert_segment_errors')::float8, 3) * sqrt(change.now + change.before)
    ORDER BY abs(change.now - change.before) DESC, change.segment
$$;
COMMENT ON FUNCTION crm.alert_of_segments(bigint, bigint, jsonb) IS 'Support of crm.refresh: segments that grew or shrank beyond chance.';

CREATE FUNCTION crm.alert_of_concentration(this_run bigint, last_run bigint, options jsonb) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    AS $$
    SELECT crm.add_alert(this_run, 'warning', 'concentration', 'revenue',
        format('the revenue comes from fewer customers: the Gini coefficient has risen from %s to %s, the top fifth bring %s of it (before: %s)',
               round(before.gini::numeric, 3), round(now.gini::numeric, 3), crm.share_in_words(now.top_20_share), crm.share_in_words(before.top_20_share)),
        'the fewer bring the revenue, the more hangs on each of them staying',
        'look at the top customers in view customer (decile = 1): whom would it hurt to lose, and who looks after them?')
    FROM concentration_figure_of_run AS now JOIN concentration_figure_of_run AS before ON before.run = last_run
    WHERE now.run = this_run AND now.gini - before.gini > coalesce((options ->> 'alert_gini')::float8, 0.02)
$$;
COMMENT ON FUNCTION crm.alert_of_concentration(bigint, bigint, jsonb) IS 'Support of crm.refresh: revenue that hangs on fewer customers.';

CREATE FUNCTION crm.alert_of_models(this_run bigint) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    AS $$
    SELECT crm.add_alert(this_run, CASE WHEN fitted.kept THEN 'notice' ELSE 'warning' END, 'model', fitted.name,
        CASE WHEN fitted.kept
             THEN format('the new model %s (%s) is somewhat worse than the last one, and is used: %s is %s, was %s', fitted.name, fitted.kind,
                         fitted.measure, round(fitted.quality::numeric, 4), round(fitted.last_quality::numeric, 4))
             WHEN fitted.quality < fitted.last_quality
             THEN format('the new model %s (%s) was rejected: %s is %s, of the one in use %s', fitted.name, fitted.kind,
                         fitted.measure, round(fitted.quality::numeric, 4), round(fitted.last_quality::numeric, 4))
             ELSE format('the new model %s (%s) cannot be used: %s', fitted.name, fitted.kind, coalesce(fitted.message, 'its fit did not converge')) END,
        'customers may behave unlike before, or the source may have changed',
        'look for what is new in the source: imports, double rows, changed meanings; then CALL crm.refresh with option refit')
    FROM fitted_model AS fitted
    WHERE fitted.run = this_run AND fitted.chosen AND (NOT fitted.kept OR fitted.quality < fitted.last_quality)
    ORDER BY fitted.kept, fitted.name, fitted.kind
$$;
COMMENT ON FUNCTION crm.alert_of_models(bigint) IS 'Support of crm.refresh: models that were rejected, or have become worse.';

CREATE FUNCTION crm.alert_of_topics(this_run bigint, last_run bigint) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
    AS $$
    SELECT crm.add_alert(this_run, CASE WHEN alarm.direction = 'up' THEN 'warning' ELSE 'notice' END, 'topic', alarm.topic,
        format('customers write %s about %s: %s of the recent comments (%s), %s of those before', CASE alarm.direction WHEN 'up' THEN 'more' ELSE 'less' END,
               alarm.topic, crm.share_in_words(alarm.recent_share), crm.in_words(alarm.recent), crm.share_in_words(alarm.earlier_share)),
        format('by chance alone so large a change is found in fewer than %s of topics',
               CASE WHEN alarm.adjusted_p < 0.0001 THEN '0.01 %' ELSE round(100 * alarm.adjusted_p::numeric + 0.005, 2) || ' %' END),
        format('read them: SELECT * FROM comment_topic WHERE topic = %L', alarm.topic))
    FROM topic_alarm_of_run AS alarm
    -- What the last run has said already is not said again.
    WHERE alarm.run = this_run AND NOT EXISTS (
        SELECT FROM topic_alarm_of_run AS said WHERE said.run = last_run AND said.topic = alarm.topic AND said.direction = alarm.direction)
    ORDER BY alarm.adjusted_p, alarm.topic
$$;
COMMENT ON FUNCTION crm.alert_of_topics(bigint, bigint) IS 'Support of crm.refresh: topics that customers write about more, or less, than before.';

-- The day of the run may not be over: it is not missed. Days of the week differ, so each is expected to be like its own kind.
CREATE FUNCTION crm.alert_of_missing_orders(this_run bigint, as_of date, options jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    latest_day CONSTANT date := (SELECT max(last_order) FROM history WHERE superseded IS NULL);
    since CONSTANT date := latest_day - 83;  -- twelve weeks
    first_day CONSTANT date := (SELECT min(first_order) FROM history WHERE superseded IS NULL);
    expected float8;
    p float8;
BEGIN
    -- What the last twelve weeks don't have is not missed, however long it goes on; less than four weeks say nothing.
    IF latest_day IS NULL OR as_of - latest_day < 2 OR latest_day - first_day < 28 THEN RETURN; END IF;
    SELECT sum(usual.orders) INTO expected
    FROM generate_series(1, least(as_of - 1 - latest_day, 366)) AS missed (place)
    JOIN (SELECT extract(isodow FROM bought.day) AS weekday, sum(bought.orders) / ((latest_day - greatest(since, first_day) + 1) / 7.0) AS orders
          FROM customer_timeline AS seen
          CROSS JOIN LATERAL crm.purchases(crm.since(crm.until(seen.history, latest_day), greatest(since, first_day) - 1)) AS bought
          WHERE seen.last_day >= since GROUP BY 1) AS usual ON usual.weekday = extract(isodow FROM latest_day + missed.place);
    p := exp(-least(coalesce(expected, 0), 700));  -- beyond which a float8 underflows, which is an error here
    IF p < coalesce((options ->> 'alert_missing_p')::float8, 0.001) THEN
        PERFORM crm.add_alert(this_run, 'urgent', 'orders missing', 'orders',
            format('there are no orders after %s, %s days before the day of the run; on such days there are usually %s', latest_day, as_of - latest_day, crm.in_words(expected, 1)),
            format('by chance alone that happens with a probability of %s', CASE WHEN p < 1e-6 THEN 'less than one in a million' ELSE 'one in ' || crm.in_words(1 / p) END),
            'see whether orders still arrive in the source, and whether its days are what the workspace takes them for');
    END IF;
END $$;
COMMENT ON FUNCTION crm.alert_of_missing_orders(bigint, date, jsonb) IS 'Support of crm.refresh: days without orders that are too many to be chance.';

CREATE FUNCTION crm.alert_of_source(this_run bigint, last_run bigint, as_of date, options jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    skipped record;
    saying text;
    removed record;
BEGIN
    -- Where orders are followed by something quicker than reading all, this must not read all either.
    IF last_run IS NULL OR (options ->> 'full')::boolean OR (SELECT follow FROM source WHERE role = 'orders') = 'compare' THEN
        SELECT count(*) AS rows, count(*) FILTER (WHERE customer IS NULL) AS customers, count(*) FILTER (WHERE ordered_at IS NULL) AS days,
               count(*) FILTER (WHERE amount IS NULL) AS amounts
        INTO skipped FROM source_orders WHERE customer IS NULL OR ordered_at IS NULL OR amount IS NULL;
        saying := format('%s rows of the orders are skipped: %s without a customer, %s without a day, %s without an amount', crm.in_words(skipped.rows),
                         crm.in_words(skipped.customers), crm.in_words(skipped.days), crm.in_words(skipped.amounts));
        -- Once, not every night.
        IF skipped.rows > 0 AND saying IS DISTINCT FROM (SELECT said.message FROM alert_of_run AS said WHERE said.run < this_run AND said.kind = 'rows skipped'
                                                         ORDER BY said.run DESC LIMIT 1) THEN
            PERFORM crm.add_alert(this_run, 'notice', 'rows skipped', 'orders', saying, 'an order counts when it says who, when and how much',
                                  'fill them in, or leave them out of the source if they are no orders');
        END IF;
    END IF;
    IF as_of < (SELECT published.as_of FROM published) THEN RETURN; END IF;
    SELECT count(*) AS customers, sum(old.orders - coalesce(new.orders, 0)) AS orders,
           (SELECT sum(total.orders) FROM stage_total_of_run AS total WHERE total.run = last_run) AS all_orders
    INTO removed
    FROM customer_fact AS old LEFT JOIN customer_fact AS new ON new.customer = old.customer AND new.superseded IS NULL
    WHERE old.superseded = this_run AND old.orders > coalesce(new.orders, 0);
    IF removed.orders > coalesce((options ->> 'alert_removed_share')::float8, 0.01) * removed.all_orders THEN
        PERFORM crm.add_alert(this_run, CASE WHEN removed.orders > 0.1 * removed.all_orders THEN 'urgent' ELSE 'warning' END, 'orders removed', 'orders',
            format('%s orders of %s customers that the last run had seen are gone: %s of all', crm.in_words(removed.orders), crm.in_words(removed.customers),
                   crm.share_in_words(removed.orders / removed.all_orders::float8)),
            'all that is said of these customers now leaves them out',
            'see whether they were removed on purpose; if not, restore them, and the next run is right again');
    END IF;
END $$;
COMMENT ON FUNCTION crm.alert_of_source(bigint, bigint, date, jsonb) IS 'Support of crm.refresh: orders that cannot be read, or are gone.';

CREATE FUNCTION crm.refresh_alerts(this_run bigint, as_of date, options jsonb, OUT rows bigint, OUT message text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    AS $$
DECLARE
    last_run CONSTANT bigint := (SELECT published.run FROM published WHERE published.run < this_run);
BEGIN
    -- Those of other steps stay.
    DELETE FROM alert_of_run WHERE run = this_run AND kind IN (
        'customers gone silent', 'customer gone silent', 'segment', 'concentration', 'model', 'topic', 'orders missing', 'rows skipped', 'orders removed');
    PERFORM crm.alert_of_missing_orders(this_run, as_of, options);
    PERFORM crm.alert_of_source(this_run, last_run, as_of, options);
    PERFORM crm.alert_of_models(this_run);
    PERFORM crm.alert_of_topics(this_run, last_run);
    PERFORM crm.add_alert(this_run, said.severity, said.kind, said.subject, said.message, said.why, said.next_step)
    FROM crm.prediction_alerts(this_run, last_run, options) AS said;
    IF last_run IS NOT NULL THEN
        PERFORM crm.alert_of_silence(this_run, last_run, as_of, options);
        PERFORM crm.alert_of_segments(this_run, last_run, options);
        PERFORM crm.alert_of_concentration(this_run, last_run, options);
    END IF;
    UPDATE alert_of_run AS found SET position = -ordered.place
    FROM (SELECT alert.position, row_number() OVER (ORDER BY array_position('{urgent,warning,notice}', alert.severity), alert.position) AS place
          FROM alert_of_run AS alert WHERE alert.run = this_run) AS ordered
    WHERE found.run = this_run AND found.position = ordered.position;
    UPDATE alert_of_run SET position = -position WHERE run = this_run;
    GET DIAGNOSTICS rows = ROW_COUNT;
END $$;
COMMENT ON FUNCTION crm.refresh_alerts(bigint, date, jsonb) IS 'Step alerts.';

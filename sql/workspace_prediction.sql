-- Predictions in a workspace: learnt from days in the past, never from what came after them, and used on everybody today.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE SCHEMA prediction_test;
SET search_path = prediction_test, public;
-- 400 clients who order every few days until they leave; most complain more before they do.
CREATE TABLE client AS
SELECT c AS customer, 5 + c * 7919 % 20 AS gap, date '2025-01-01' + c * 37 % 150 AS since, date '2025-01-01' + c * 37 % 150 + 40 + c * 104729 % 400 AS until,
       (ARRAY['basic', 'plus', 'pro'])[1 + c % 3] AS plan
FROM generate_series(1, 400) AS c;
CREATE TABLE purchase AS
SELECT customer, since + n * gap AS ordered_at, (10 + customer % 50 + n % 5)::float8 AS amount
FROM client, generate_series(0, 100) AS n WHERE since + n * gap <= least(until, '2025-12-31');
CREATE TABLE profile AS
SELECT customer, since AS at, jsonb_build_object('plan', plan, 'tickets', customer % 2) AS features FROM client
UNION ALL
SELECT customer, until - ago, jsonb_build_object('plan', plan, 'tickets', 6 - ago / 10 + customer % 2) FROM client, (VALUES (40), (20)) AS v (ago) WHERE customer % 5 <> 0;

SELECT crm.create_workspace('shop', 'purchase', features => 'profile', options => '{"time_zone": "UTC", "settings": {"outcome_days": 60, "prediction_active_days": 120, "models": ["mbg_nbd"], "prediction_models": ["logistic"]}}');
CALL crm.refresh('shop', '2025-11-30');
SELECT step, state, rows, message FROM shop.run_step WHERE step IN ('predictions', 'leads');
SELECT kind, was_in_use, chosen, calibrated, since, until, held_out, customers, outcomes, round(auc::numeric, 3) AS auc, round(log_loss::numeric, 3) AS log_loss,
       round(base_log_loss::numeric, 3) AS base, round(brier::numeric, 3) AS brier FROM shop.prediction_quality;
SELECT name, kind, chosen, kept, measure, round(quality::numeric, 3) AS quality, last_quality, observations FROM shop.model WHERE name = 'prediction';
SELECT rank, feature, round(share::numeric, 2) AS share FROM shop.prediction_importance ORDER BY rank LIMIT 4;
SELECT bin, customers, outcomes, round(lift::numeric, 2) AS lift, round(cumulative_capture::numeric, 2) AS capture FROM shop.prediction_gain ORDER BY bin LIMIT 4;
SELECT sum(customers), sum(outcomes), bool_and(observed BETWEEN observed_lower AND observed_upper) AS within FROM shop.prediction_calibration;
SELECT customer, round(predicted_probability::numeric, 2) AS predicted, round(churn_probability::numeric, 2) AS churn, top_reasons
FROM shop.customer WHERE customer IN (1, 2, 13, 20) ORDER BY customer;

-- By hand, from the tables: what is known on a day, and what comes after it.
CREATE FUNCTION known(day date, days int) RETURNS TABLE (customer int, features jsonb, outcome boolean) LANGUAGE sql AS $$
    SELECT p.customer,
           jsonb_build_object('orders', count(*) FILTER (WHERE ordered_at <= day), 'revenue', sum(amount) FILTER (WHERE ordered_at <= day),
               'average_order', avg(amount) FILTER (WHERE ordered_at <= day), 'days_since_last_order', day - max(ordered_at) FILTER (WHERE ordered_at <= day),
               'age_days', day - min(ordered_at), 'recent_orders', count(*) FILTER (WHERE ordered_at BETWEEN day - days + 1 AND day),
               'days_between_orders', (max(ordered_at) FILTER (WHERE ordered_at <= day) - min(ordered_at))::float8 / nullif(count(*) FILTER (WHERE ordered_at <= day) - 1, 0))
           || (SELECT f.features FROM profile AS f WHERE f.customer = p.customer AND f.at <= day ORDER BY f.at DESC LIMIT 1),
           count(*) FILTER (WHERE ordered_at BETWEEN day + 1 AND day + days) = 0
    FROM purchase AS p GROUP BY p.customer HAVING day - max(ordered_at) FILTER (WHERE ordered_at <= day) <= 120 ORDER BY p.customer
$$;
CREATE TABLE by_hand AS
SELECT crm.fit_logistic(outcome, features, 1::float8, '{"l2": 1}') FILTER (WHERE day < '2025-10-01') AS judged, crm.fit_logistic(outcome, features, 1::float8, '{"l2": 1}') AS used
FROM generate_series(timestamp '2025-04-04', '2025-10-01', interval '60 days') AS days (day), known(day::date, 60);
SELECT max(abs(a.estimate - b.estimate)) < 1e-6 AS judged, max(abs(c.estimate - d.estimate)) < 1e-6 AS used, count(*) > 8 AS all_there
FROM by_hand, shop.prediction_basis AS basis, crm.coef(by_hand.judged) AS a JOIN crm.coef(basis.judged) AS b USING (name)
     JOIN crm.coef(by_hand.used) AS c USING (name) JOIN crm.coef(basis.model) AS d USING (name);
SELECT abs((crm.auc(outcome, said)).auc - quality.auc) < 1e-9 AS auc, abs(crm.log_loss(outcome, said) - quality.log_loss) < 1e-6 AS log_loss, count(*) = quality.customers AS customers
FROM (SELECT outcome, crm.predict(judged, features) AS said FROM by_hand, known('2025-10-01', 60)) AS held_out, shop.prediction_quality AS quality
GROUP BY quality.auc, quality.log_loss, quality.customers;
SELECT count(*) AS customers, max(abs(crm.predict(used, features) - probability)) < 1e-6 AS probability
FROM by_hand, known('2025-11-30', 60) FULL JOIN shop.prediction USING (customer);

-- What is known only after the last day that can be learnt from, 2025-10-01, teaches nothing, however well it tells who leaves.
CREATE VIEW future AS
SELECT * FROM profile
UNION ALL SELECT customer, date '2025-10-02', jsonb_build_object('plan', plan, 'tickets', 1, 'left', until <= '2025-11-30') FROM client;
CREATE VIEW present AS
SELECT * FROM profile
UNION ALL SELECT customer, date '2025-10-01', jsonb_build_object('plan', plan, 'tickets', 1, 'left', until <= '2025-11-30') FROM client;
CREATE TABLE learnt (source text, judged text, model text, importance text);
CREATE PROCEDURE learn(source text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm.add_source('shop', 'features', source);
    CALL crm.refresh('shop', '2025-11-30', '{"refit": true}');
    INSERT INTO learnt SELECT source, md5(crm.model_send(judged)), md5(crm.model_send(model)),
        (SELECT string_agg(feature, ' ' ORDER BY feature) FROM shop.prediction_importance WHERE feature IN ('left', 'tickets'))
    FROM shop.prediction_basis;
END $$;
CALL learn('profile');
CALL learn('future');
SELECT count(*) FILTER (WHERE top_reasons LIKE '%left%') AS reasons_that_leak, sum(1 - current_missing) FILTER (WHERE feature = 'left') AS drift_that_leaks
FROM shop.customer, shop.prediction_drift;
CALL learn('present');
INSERT INTO purchase VALUES (1, '2025-12-01', 500), (2, '2026-02-01', 500);
CALL learn('profile');
SELECT source, judged = first_value(judged) OVER w AS same_judged, model = first_value(model) OVER w AS same_model, importance
FROM (SELECT *, row_number() OVER () AS place FROM learnt) AS l WINDOW w AS (ORDER BY place) ORDER BY place;
DELETE FROM purchase WHERE ordered_at >= '2025-12-01' AND amount = 500;

-- Days at the edges: the day itself belongs to what is known, the day after it to what is foretold.
CREATE TABLE edge_order AS SELECT c AS customer, date '2025-01-01' AS ordered_at, 10 AS amount FROM generate_series(1, 6) AS c;
INSERT INTO edge_order VALUES (1, '2025-03-01', 1), (2, '2025-03-02', 1), (3, '2025-03-31', 1), (4, '2025-04-01', 1);
CREATE TABLE edge_feature (customer int, at timestamptz, features jsonb);
INSERT INTO edge_feature VALUES (1, '2025-03-01 23:59+00', '{"x": 1}'), (1, '2025-02-28 10:00+00', '{"x": 0}'), (2, '2025-03-02 00:00+00', '{"x": 2}'),
    (3, '2025-01-01 00:00+00', '{"x": 3, "orders": 7}'), (4, '2025-01-01 00:00+00', '[4]'), (5, NULL, '{"x": 5}'), (9, '2025-02-01 00:00+00', '{"x": 9}');
CREATE TABLE edge_outcome (customer int, at date);
INSERT INTO edge_outcome VALUES (1, '2025-02-28'), (2, '2025-03-01'), (3, '2025-03-02'), (4, '2025-03-31'), (5, '2025-04-01'), (9, '2025-03-31');
SELECT crm.create_workspace('edge', 'edge_order', features => 'edge_feature', options => '{"time_zone": "UTC", "settings": {"models": ["mbg_nbd"]}}');
CALL crm.refresh('edge', '2025-06-30');
CREATE PROCEDURE look(day date, days int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, edge, pg_temp', true), set_config('timezone', 'UTC', true);
    PERFORM crm.gather_day(day, days, opened.has_outcomes, true, NULL, 1, false) FROM crm.open_features(day, 30) AS opened;
END $$;
BEGIN;
CALL look('2025-03-01', 30);
SELECT customer, outcome, features ->> 'x' AS x, features ->> 'orders' AS orders, features ->> 'days_since_last_order' AS silent FROM prediction_row ORDER BY customer;
ROLLBACK;
-- With events of its own; whom it has happened to, and who did not order since, is no longer asked after.
SELECT crm.add_source('edge', 'outcomes', 'edge_outcome');
BEGIN;
CALL look('2025-03-01', 30);
SELECT customer, outcome, features ->> 'x' AS x, features ->> 'orders' AS orders FROM prediction_row ORDER BY customer;
ROLLBACK;
-- A sample is one of everybody who is asked after, also of those who have features only.
BEGIN;
INSERT INTO edge_feature SELECT 1000 + n, '2025-01-01', '{"x": 1}' FROM generate_series(1, 400) AS n;
DO $$
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, edge, pg_temp', true), set_config('timezone', 'UTC', true);
    PERFORM crm.gather_days('2025-06-30', '{"outcome_days": 60, "prediction_days": 1, "prediction_least_outcomes": 20, "prediction_most_rows": 100}', opened.known_since, opened.has_outcomes)
    FROM crm.open_features('2025-06-30', 30) AS opened;
END $$;
SELECT count(*) BETWEEN 50 AND 150 AS a_sample FROM prediction_row;
ROLLBACK;
CALL crm.refresh('edge', '2025-06-30');
SELECT step, rows, message FROM edge.run_step WHERE run = 2 AND step = 'predictions';
SELECT count(*), count(predicted_probability) FROM edge.customer;

-- A model is fitted anew after a while, and not used when it is worse than the one in use. What was interrupted is as if nothing had been.
CALL crm.refresh('shop', '2025-12-02');
SELECT run, rows, message FROM shop.run_step WHERE step = 'predictions' ORDER BY run DESC LIMIT 1;
CALL crm.refresh('shop', '2025-12-09', '{"prediction_models": [{"logistic": {"l2": 1e7}}]}');
SELECT rows, message FROM shop.run_step WHERE step = 'predictions' ORDER BY run DESC LIMIT 1;
SELECT kind, was_in_use, chosen, since, round(log_loss::numeric, 3) AS log_loss FROM shop.prediction_quality WHERE as_of = '2025-12-09' ORDER BY was_in_use;
SELECT kind, judged_until FROM shop.prediction_basis;
\set VERBOSITY terse
CALL crm.refresh('shop', '2025-12-10', '{"prediction_models": ["logistics"]}');
\set VERBOSITY default
SELECT run, state, message FROM shop.run ORDER BY run DESC LIMIT 1;
CREATE TABLE before AS SELECT * FROM shop.prediction;
CALL crm.refresh('shop', '2025-12-10');
SELECT run, state FROM shop.run ORDER BY run DESC LIMIT 1;
CREATE TABLE once AS SELECT * FROM shop.prediction;
CALL crm.refresh('shop', '2025-12-10', '{"refit": true}');
SELECT (SELECT count(*) FROM before JOIN once USING (customer, as_of)) AS as_of_the_failed_run,
       (SELECT count(*) FROM (SELECT * FROM once EXCEPT SELECT * FROM shop.prediction) AS d) AS differences, (SELECT count(*) FROM once) AS customers;
CALL crm.refresh('shop', '2025-12-11', '{"steps": []}');
SELECT (SELECT count(*) FROM once JOIN shop.prediction AS p USING (customer, probability, top_reasons)) AS left_out_and_carried;

-- Drift, and what there is to say of it.
CREATE VIEW shifted AS SELECT * FROM profile UNION ALL SELECT customer, date '2026-01-05', jsonb_build_object('plan', plan, 'tickets', 20) FROM client;
SELECT crm.add_source('shop', 'features', 'shifted');
CALL crm.refresh('shop', '2026-01-06', '{"refit_after_days": 60}');
SELECT feature, note, moved_most FROM shop.prediction_drift WHERE as_of = '2026-01-06' AND feature IN ('plan', 'tickets', '(probability)') ORDER BY feature;
CREATE FUNCTION alerts(last_run bigint, this_run bigint) RETURNS TABLE (severity text, kind text, subject text, message text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, shop, pg_temp', true);
    RETURN QUERY SELECT a.severity, a.kind, a.subject, a.message FROM crm.prediction_alerts(this_run, last_run, '{}') AS a;
END $$;
SELECT * FROM alerts((SELECT max(run) - 1 FROM shop.run), (SELECT max(run) FROM shop.run));
SELECT count(*) FROM alerts((SELECT max(run) FROM shop.run), (SELECT max(run) FROM shop.run)) WHERE kind = 'feature drift';
BEGIN;
INSERT INTO shop.prediction_of_run SELECT run - 1, customer, CASE WHEN customer % 2 = 0 THEN 0.49 ELSE 0.5 END FROM shop.prediction_of_run;
INSERT INTO shop.prediction_quality_of_run (run, name, kind, was_in_use, chosen, calibrated, auc, auc_lower, auc_upper)
SELECT run, 'prediction', 'logistic', false, true, false, 0.7, 0.6, 0.8 FROM shop.published;
SELECT severity, kind, subject, message FROM alerts((SELECT max(run) - 1 FROM shop.run), (SELECT max(run) FROM shop.run)) WHERE kind <> 'feature drift';
SELECT count(*) FROM shop.customer WHERE decile = 1 AND customer % 2 = 0 AND predicted_probability >= 0.5;
ROLLBACK;

-- A source that does not say since when: the workspace notes what it finds, and never puts it into the past.
CREATE TABLE now_only AS SELECT customer, jsonb_build_object('plan', plan) AS features FROM client WHERE customer <= 50;
SELECT crm.create_workspace('noted', 'purchase', features => 'now_only', options => '{"time_zone": "UTC", "settings": {"outcome_days": 30, "models": ["mbg_nbd"], "prediction_models": ["logistic"]}}');
CALL crm.refresh('noted', '2025-09-01');
SELECT message FROM noted.run_step WHERE step = 'predictions';
UPDATE now_only SET features = '{"plan": "new"}' WHERE customer <= 2;
DELETE FROM now_only WHERE customer = 3;
CALL crm.refresh('noted', '2025-09-10');
CALL crm.refresh('noted', '2025-10-01');
CALL crm.refresh('noted', '2025-08-01');
SELECT day, count(*), count(features) FROM noted.feature_snapshot GROUP BY day ORDER BY day;
SELECT as_of, held_out, since, customers FROM noted.prediction_quality WHERE NOT was_in_use ORDER BY as_of;
SELECT bool_or(feature = 'plan') AS at_first FROM noted.prediction_importance;
CALL crm.refresh('noted', '2025-10-05');
SELECT bool_or(feature = 'plan') AS when_known_long_enough FROM noted.prediction_importance;
SELECT as_of, was_in_use, held_out, since FROM noted.prediction_quality WHERE as_of = '2025-10-05' ORDER BY was_in_use;
SELECT crm.drop_source('noted', 'features');
CALL crm.refresh('noted', '2025-10-06');
SELECT count(*), count(predicted_probability) FROM noted.customer;
SELECT count(*) FROM noted.prediction;

-- What cannot be read is said, and everything else is shown all the same; what is no model is refused at once.
CREATE TABLE odd AS SELECT customer, CASE WHEN customer % 7 = 0 THEN timestamp '-infinity' ELSE timestamp '2025-01-01 12:00' END AS at,
       jsonb_build_object('plan', plan) || CASE WHEN customer = 44 THEN '{"visits": [1, 2]}'::jsonb ELSE '{}' END AS features FROM client;
SELECT crm.add_source('noted', 'features', 'odd');
CALL crm.refresh('noted', '2025-10-07');
SELECT rows, message FROM noted.run_step WHERE step = 'predictions' ORDER BY run DESC LIMIT 1;
SELECT count(*), count(predicted_probability) FROM noted.customer;
DELETE FROM odd WHERE customer = 44;
CALL crm.refresh('noted', '2025-10-08');
SELECT rows, message FROM noted.run_step WHERE step = 'predictions' ORDER BY run DESC LIMIT 1;

SELECT relname AS without_comment FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('v', 'r') AND obj_description(oid, 'pg_class') IS NULL ORDER BY 1;
CALL crm.refresh('noted', '2025-10-09', '{"outcome_days": 0}');
SELECT crm.drop_workspace('shop'), crm.drop_workspace('edge'), crm.drop_workspace('noted');
DROP SCHEMA prediction_test CASCADE;

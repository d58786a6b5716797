-- What somebody should look at after a refresh.
SET client_min_messages = warning;
SET datestyle = 'ISO';
CREATE SCHEMA workspace_alerts;
SET search_path = workspace_alerts, public;
-- Three hundred customers who buy every 10 to 40 days, each for twelve months.
CREATE TABLE bought AS
SELECT c AS customer, date '2025-01-06' + c * 37 % 60 + n * (10 + c % 31) AS ordered_at, (20 + c * 7 % 50)::numeric AS amount
FROM generate_series(1, 300) AS c, generate_series(0, 40) AS n
WHERE c * 37 % 60 + n * (10 + c % 31) < 360 AND (c % 50 <> 1 OR n < 5);
-- Ten of the best bought every 18 days until 27 October.
INSERT INTO bought SELECT 1000 + c, date '2025-10-27' - 18 * n, 60 + c FROM generate_series(1, 10) AS c, generate_series(0, 14) AS n;
CREATE VIEW called AS SELECT customer, 'Customer no. ' || customer AS name FROM bought GROUP BY customer;
SELECT crm.create_workspace('watch', 'bought', customers => 'called', options => '{"settings": {"usual_gap_days": 37, "alert_customers": 3}}');
-- The first run has nothing to compare with, and sees the source.
CALL crm.refresh('watch', '2025-12-01');
SELECT count(*) FROM watch.alert;

-- A quiet day is no alert; nor is the day of the run, which may not be over.
CALL crm.refresh('watch', '2025-12-02');
SELECT severity, kind, subject, message FROM watch.alert WHERE kind <> 'customer gone silent';

-- Good customers go silent, orders are removed, one customer brings more than all, rows lack what they need.
DELETE FROM bought WHERE customer % 10 = 3 AND ordered_at > '2025-06-01';
DELETE FROM bought WHERE customer = 7;
INSERT INTO bought VALUES (8, '2025-12-03', 90000), (NULL, '2025-12-03', 5), (9, NULL, 5), (9, '2025-12-03', NULL), (10, NULL, NULL);
CALL crm.refresh('watch', '2025-12-04');
SELECT position, severity, kind, subject FROM watch.alert WHERE as_of = '2025-12-04' ORDER BY position;
SELECT severity, message, why, next_step FROM watch.alert WHERE as_of = '2025-12-04' AND kind IN ('orders removed', 'rows skipped', 'concentration', 'customers gone silent') ORDER BY position;
SELECT subject, message, why, next_step FROM watch.alert WHERE as_of = '2025-12-04' AND kind = 'customer gone silent' ORDER BY position;
-- Those who are said to have gone silent have, and were fine before: counted another way.
SELECT count(*) AS customers,
       (SELECT message FROM watch.alert WHERE as_of = '2025-12-04' AND kind = 'customers gone silent') LIKE count(*) || ' of %' AS said
FROM watch.customer AS now JOIN watch.customer_history AS before USING (customer)
WHERE now.decile <= 2 AND now.lifecycle IN ('at risk', 'lapsed') AND before.until = '2025-12-04' AND before.lifecycle NOT IN ('at risk', 'lapsed');

-- Thresholds are settings, of the workspace or of a run.
CALL crm.refresh('watch', '2025-12-05', '{"alert_gini": 0, "alert_top_deciles": 0, "alert_segment_change": 0, "alert_segment_errors": 0}');
SELECT position, severity, kind, subject, message, why FROM watch.alert WHERE as_of = '2025-12-05' ORDER BY position;

-- Then nothing arrives any more. Days of the week differ: a shop that is closed on Sundays is not missing them.
DELETE FROM bought WHERE extract(isodow FROM ordered_at) = 7 OR customer IS NULL OR ordered_at IS NULL OR amount IS NULL;
DELETE FROM bought WHERE ordered_at > '2025-12-06';
CALL crm.refresh('watch', '2025-12-08');
SELECT count(*) FROM watch.alert WHERE kind = 'orders missing';
CALL crm.refresh('watch', '2025-12-10');
SELECT severity, message, why, next_step FROM watch.alert WHERE kind = 'orders missing' AND as_of = '2025-12-10';
-- The Poisson probability, from the orders themselves: twelve weeks, a Monday and a Tuesday.
SELECT round(sum(orders), 1) AS expected, exp(-sum(orders)) < 0.001 AS improbable
FROM (SELECT extract(isodow FROM ordered_at) AS weekday, count(*) / 12.0 AS orders FROM bought
      WHERE ordered_at > date '2025-12-06' - 84 GROUP BY 1) AS usual WHERE weekday IN (1, 2, 7);
-- Where thousands are missing, the probability is no number any more.
CALL crm.refresh('watch', '2026-09-10');
SELECT message, why FROM watch.alert WHERE kind = 'orders missing' AND as_of = '2026-09-10';
SELECT crm.in_words(1234567.891), crm.in_words(1234567.891, 2), crm.in_words(-999), crm.in_words(0.5, 1), crm.in_words(NULL), crm.share_in_words(0.12345);
-- Another step may say something too.
SET search_path = watch, pg_catalog;
SELECT crm.add_alert(7, 'urgent', 'weather', 'rain', 'it rains', 'clouds', 'take an umbrella');
SELECT * FROM crm.refresh_alerts(7, '2026-09-10', '{}');
SELECT position, kind, message FROM alert WHERE as_of = '2026-09-10' AND kind IN ('weather', 'orders missing') ORDER BY position;
RESET search_path;
SELECT crm.drop_workspace('watch');
DROP SCHEMA workspace_alerts CASCADE;

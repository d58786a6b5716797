-- Leads in a workspace: what came of earlier ones says which of the open ones to work.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE SCHEMA leads_test;
SET search_path = leads_test, public;
CREATE TABLE inquiry AS
SELECT i AS customer, date '2025-01-01' + i * 270 / 900 AS at, jsonb_build_object('source', (ARRAY['web', 'fair', 'call'])[1 + i % 3], 'employees', i * 31 % 200) AS features,
       CASE WHEN i % 10 = 0 THEN 500 END AS value, date '2025-01-01' + i * 270 / 900 + i % 20 AS last_activity
FROM generate_series(1, 900) AS i;
CREATE TABLE purchase AS
SELECT customer, at + customer * 13 % 60 AS ordered_at, 120 AS amount FROM inquiry
WHERE customer * 7919 % 100 < CASE features ->> 'source' WHEN 'call' THEN 50 WHEN 'fair' THEN 25 ELSE 8 END + (features ->> 'employees')::int / 8
      AND at + customer * 13 % 60 <= '2025-09-28';
-- Edges of an order's day, of leads of 2025-05-01: the day before (a customer already), that day, the 60th and the 61st after it.
INSERT INTO inquiry SELECT 2000 + i, date '2025-05-01', '{"source": "edge"}', NULL, NULL FROM generate_series(1, 4) AS i;
INSERT INTO purchase VALUES (2001, '2025-04-30', 120), (2002, '2025-05-01', 120), (2003, '2025-06-30', 120), (2004, '2025-07-01', 120);
INSERT INTO inquiry VALUES (2002, '2025-05-20', '{"source": "again"}', 1, NULL), (2005, '2025-09-30', '{}', NULL, NULL), (2006, '2025-09-28', NULL, NULL, NULL),
    (2007, '2025-08-01', '{"source": "old"}', NULL, NULL), (2008, '2025-07-31', '{"source": "older"}', NULL, NULL), (2009, '2025-10-01', '{"source": "to come"}', NULL, NULL);

SELECT crm.create_workspace('shop', 'purchase',
    options => '{"time_zone": "UTC", "settings": {"lead_days": 60, "lead_capacity": 10, "lead_cost": 20, "lead_half_life": 30, "models": ["mbg_nbd"], "prediction_models": ["logistic"]}}');
SELECT crm.add_source('shop', 'leads', 'inquiry');
BEGIN;
SELECT set_config('search_path', 'pg_catalog, shop, leads_test, pg_temp', true);
SELECT crm.refresh_timelines(1, '2025-09-30', crm.options_of_run('{}')) IS NOT NULL AS read;
SELECT crm.read_leads('2025-09-30', 60);
SELECT customer, day, features, first_order, won, brought FROM lead_read WHERE customer > 2000 ORDER BY customer;
SELECT * FROM crm.gather_leads('2025-09-30', 60, crm.options_of_run('{}'));
SELECT held_out, min(day), max(day), count(*), count(*) FILTER (WHERE outcome) AS won FROM prediction_row GROUP BY held_out ORDER BY min(day);
ROLLBACK;
CALL crm.refresh('shop', '2025-09-30');
SELECT step, state, rows, message FROM shop.run_step WHERE step IN ('predictions', 'leads');
SELECT name, kind, chosen, since, held_out, customers, outcomes, round(auc::numeric, 3) AS auc, round(log_loss::numeric, 3) AS log_loss, round(base_log_loss::numeric, 3) AS base
FROM shop.prediction_quality;
SELECT name, rank, feature, round(share::numeric, 2) AS share FROM shop.prediction_importance ORDER BY rank;
SELECT decision, count(*), min(since), max(since) FROM shop.lead GROUP BY decision ORDER BY decision;
SELECT rank, customer, since, decision, round(probability::numeric, 2) AS probability, value, round(expected_profit::numeric, 1) AS profit, why FROM shop.lead
WHERE rank <= 5 OR customer > 2000 ORDER BY rank;
-- A lead of the last day has its whole probability. Others have lost some, as most who are won are won sooner; and idle ones.
CREATE TABLE waited AS SELECT ordered_at - at AS days FROM inquiry JOIN purchase USING (customer)
WHERE at + 60 <= '2025-09-30' AND ordered_at BETWEEN at AND at + 60 AND (customer, at) <> (2002, '2025-05-20');
SELECT bool_and(abs(lead.probability - said * (1 - passed) / (1 - said * passed) * power(0.5, greatest(date '2025-09-30' - last_activity, 0) / 30.0)) < 1e-9) AS probability,
       bool_and(lead.value = coalesce(inquiry.value, 120)) AS value, bool_and(abs(expected_profit - (probability * lead.value - 20)) < 1e-9) AS profit, count(*)
FROM shop.lead JOIN inquiry USING (customer), shop.lead_basis, LATERAL (SELECT crm.predict(model, features) AS said) AS model,
     LATERAL (SELECT avg((days <= date '2025-09-30' - since)::int) AS passed FROM waited) AS known WHERE last_activity IS NOT NULL;
SELECT p, array_agg(round(crm.probability_left(p, passed)::numeric, 4) ORDER BY passed) AS left FROM unnest(ARRAY[0, '5e-324', 0.4, 1]::float8[]) AS p, unnest(ARRAY[0, 0.3, 0.75, 1]) AS passed GROUP BY p ORDER BY p;
CALL crm.refresh('shop', '2025-10-01', '{"lead_days": 5000}');
SELECT message FROM shop.run_step WHERE step = 'leads' AND run = 2;
SELECT count(*) FROM shop.lead;
SELECT crm.drop_source('shop', 'leads');
SELECT crm.drop_workspace('shop');
DROP SCHEMA leads_test CASCADE;

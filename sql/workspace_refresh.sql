-- A workspace: declared once, brought up to date by one call, read as plain views.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE TABLE purchase AS
SELECT 'C' || lpad(c::text, 3, '0') AS client, date '2025-01-01' + (c * 37 % 120) + n * (9 + c * 53 % 41) AS bought_on,
       (10 + c * 71 % 50 + n * 13 % 7)::numeric(10, 2) AS paid
FROM generate_series(1, 400) AS c, generate_series(0, 8) AS n
WHERE n <= c * 29 % 9 AND (c * 37 % 120) + n * (9 + c * 53 % 41) < 330;
CREATE VIEW client AS SELECT DISTINCT client, 'Customer "' || client || '"' AS full_name FROM purchase;

-- What is declared is checked at once.
SELECT crm.create_workspace('shop', 'purchase');
SELECT crm.create_workspace('shop', 'purchase', options => '{"columns": {"orders": {"customer": "client", "ordered_at": "paid", "amount": "paid"}}}');
SELECT crm.create_workspace('shop', 'purchase', options => '{"columns": {"orders": {"client": "customer"}}}');
SELECT crm.create_workspace('shop', 'purchase', options => '{"colums": {}}');
SELECT crm.create_workspace('shop', 'purchase', options => '{"follow": "telepathy", "columns": {"orders": {"customer": "client", "ordered_at": "bought_on", "amount": "paid"}}}');
SELECT crm.create_workspace('shop', 'purchase', options => '{"settings": {"horizont": 30}, "columns": {"orders": {"customer": "client", "ordered_at": "bought_on", "amount": "paid"}}}');
SELECT crm.create_workspace('public', 'purchase');
SELECT crm.create_workspace('shop', 'nowhere');
CALL crm.refresh('shop');

SELECT crm.create_workspace('shop', 'purchase', customers => 'SELECT client AS customer, full_name AS name FROM client;',
    options => '{"columns": {"orders": {"customer": "client", "ordered_at": "bought_on", "amount": "paid"}}, "follow": "trigger", "time_zone": "Europe/Berlin"}');
SELECT role, source, follow FROM shop.source ORDER BY role;
SELECT * FROM shop.customer;

-- One call.
CALL crm.refresh('shop', '2025-11-30');
SELECT run, as_of, state, customers, changed_customers, percent, message FROM shop.run;
SELECT position, step, state, rows, percent, message FROM shop.run_step ORDER BY position;
SELECT customer, name, first_order, last_order, orders, revenue, rfm, segment, decile, lifecycle, round(p_alive::numeric, 3) AS p_alive,
       round(churn_probability::numeric, 3) AS churn, round(expected_orders::numeric, 2) AS expected, next_order, round(clv::numeric, 2) AS clv
FROM shop.customer ORDER BY clv DESC, customer LIMIT 4;
SELECT reason FROM shop.customer WHERE customer = 'C007';
SELECT segment, customers, orders, round(revenue::numeric, 2) AS revenue, round(p_alive::numeric, 3) AS p_alive, round(clv::numeric) AS clv, next_step
FROM shop.segment ORDER BY segment;
SELECT lifecycle, customers, meaning FROM shop.lifecycle ORDER BY lifecycle;
SELECT name, kind, chosen, kept, measure, round(quality::numeric, 3) AS quality, observations FROM shop.model ORDER BY name, kind;
SELECT value AS usual_gap FROM shop.setting WHERE name = 'usual_gap_days';

-- Scores are those of the functions, customer by customer.
SELECT count(*) AS customers, bool_and(customer.p_alive = crm.p_alive(buying, r)) AS p_alive, bool_and(customer.clv = crm.clv(buying, spending, r, 365, 0.1)) AS clv,
       bool_and(customer.segment = crm.rfm_segment(crm.rfm_score(scorer, r))) AS segment, bool_and(rfm = (crm.rfm_score(scorer, r)).code) AS rfm,
       bool_and(customer.orders = seen.orders AND customer.revenue = seen.revenue AND average_order = seen.revenue / seen.orders) AS orders
FROM shop.customer
JOIN (SELECT client, crm.rfm(bought_on, paid, '2025-11-30') AS r, count(*) AS orders, sum(paid)::float8 AS revenue FROM purchase GROUP BY client) AS seen
     ON client = customer,
     shop.run_basis;

-- Each customer is in one place of every report.
SELECT (SELECT count(*) FROM shop.customer) = (SELECT sum(customers) FROM shop.segment) AS segments,
       (SELECT sum(customers) FROM shop.lifecycle) = (SELECT customers FROM shop.summary) AS stages,
       (SELECT sum(customers) FROM shop.concentration) = (SELECT count(*) FROM shop.customer) AS deciles,
       abs((SELECT sum(clv) FROM shop.customer) - (SELECT closing FROM shop.equity)::float8) < 0.01 AS equity,
       (SELECT count(*) FROM shop.customer WHERE decile = 1) AS top_tenth;

-- BI tools read plain columns, and every one of them says what it is.
SELECT DISTINCT format_type(atttypid, NULL) AS type FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'shop'::regnamespace AND relkind = 'v' AND attnum > 0 ORDER BY 1;
SELECT relname AS without_comment FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('v', 'r') AND obj_description(oid, 'pg_class') IS NULL ORDER BY 1;
SELECT attname AS without_comment FROM pg_attribute WHERE attrelid = 'shop.customer'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;

-- The next day: new orders, a removed one, one that comes late, one to come. Only their customers are read again.
INSERT INTO purchase VALUES ('C007', '2025-12-01', 30), ('C399', '2025-12-01', 12), ('D001', '2025-12-01', 99), ('C008', '2025-12-24', 20);
DELETE FROM purchase WHERE client = 'C010';
UPDATE purchase SET paid = paid + 1 WHERE client = 'C011';
INSERT INTO purchase VALUES ('C012', '2025-03-03', 44);
CALL crm.refresh('shop', '2025-12-01');
SELECT run, as_of, state, customers, changed_customers, message FROM shop.run;
SELECT customer, last_order, orders, segment FROM shop.customer WHERE customer IN ('C007', 'C008', 'C010', 'D001') ORDER BY customer;
SELECT as_of, opening + revalued + acquired + grown + lapsed + lost = closing AS adds_up,
       opening = lag(closing, 1, 0) OVER (ORDER BY as_of) AS goes_on, acquired > 0 AS acquired, lost < 0 AS lost
FROM shop.equity ORDER BY as_of;
SELECT customer, since, until, segment FROM shop.customer_history WHERE customer IN ('C007', 'C010', 'D001') ORDER BY customer, since;
SELECT from_as_of, before, after, customers FROM shop.segment_migration WHERE before IS DISTINCT FROM after ORDER BY before, after;

-- It is what a run over everything makes of it.
SELECT crm.create_workspace('anew', 'purchase', customers => 'SELECT client AS customer, full_name AS name FROM client',
    options => '{"columns": {"orders": {"customer": "client", "ordered_at": "bought_on", "amount": "paid"}}, "settings": {"usual_gap_days": 42, "models": ["mbg_nbd"]}}');
UPDATE shop.setting SET value = '42' WHERE name = 'usual_gap_days';
CALL crm.refresh('anew', '2025-12-02');
CALL crm.refresh('shop', '2025-12-02', '{"models": ["mbg_nbd"], "refit": true}');
CREATE FUNCTION differences(shown text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM ((SELECT v::text FROM shop.%1$I AS v EXCEPT ALL SELECT v::text FROM anew.%1$I AS v)
                    UNION ALL (SELECT v::text FROM anew.%1$I AS v EXCEPT ALL SELECT v::text FROM shop.%1$I AS v)) AS both_ways', shown) INTO found;
    RETURN found;
END $$;
SELECT shown, differences(shown)
FROM unnest(ARRAY['customer', 'segment', 'lifecycle', 'concentration', 'concentration_curve', 'cohort', 'holdout_calibration', 'purchase_tracking']) AS shown;

-- Orders followed by a column that grows with each change; what was removed is found by its count.
CREATE TABLE numbered (id bigint GENERATED ALWAYS AS IDENTITY, customer text, ordered_at date, amount float8);
INSERT INTO numbered (customer, ordered_at, amount) SELECT client, bought_on, paid FROM purchase;
SELECT crm.add_source('anew', 'orders', 'numbered', follow => 'watermark id');
CALL crm.refresh('anew', '2025-12-03');
INSERT INTO numbered (customer, ordered_at, amount) VALUES ('C020', '2025-12-03', 5);
CALL crm.refresh('anew', '2025-12-03');
DELETE FROM numbered WHERE customer = 'C021';
CALL crm.refresh('anew', '2025-12-03');
SELECT run, customers, changed_customers, message FROM anew.run ORDER BY run;

-- Parts of a run, and options.
CALL crm.refresh('anew', '2025-12-04', '{"steps": [], "horizon_days": 30, "segments": [["gone", "faded"], ["new", "regular"]], "bins": 2, "refit": true}');
SELECT DISTINCT segment FROM anew.customer ORDER BY 1;
SELECT step, message FROM anew.run_step WHERE run = 5 AND message IS NOT NULL ORDER BY position;
SELECT as_of, count(*) FROM anew.concentration GROUP BY 1;
CALL crm.refresh('anew', '2025-12-04', '{"horizont": 30}');
CALL crm.refresh('anew', '2025-12-04', '{"steps": ["segmets"]}');
CALL crm.refresh('anew', '2025-12-04', '{"models": ["pareto"], "refit": true}');
SELECT run, state, message FROM anew.run WHERE state <> 'complete';
SELECT as_of, count(*) FROM anew.customer GROUP BY 1;
CALL crm.refresh('anew', '2025-12-04');
SELECT run, state, message FROM anew.run ORDER BY run DESC LIMIT 1;
BEGIN;
CALL crm.refresh('anew', '2025-12-04');
ROLLBACK;
SELECT crm.is_refreshing('anew');

-- A stage of one's own.
UPDATE anew.lifecycle_rule SET condition = 'segment = ''Champions''', stage = 'darling', meaning = 'whom we love' WHERE stage = 'won back';
UPDATE anew.lifecycle_rule SET position = 5 WHERE stage = 'darling';
CALL crm.refresh('anew', '2025-12-05');
SELECT count(*) > 0 AS some, bool_and(segment = 'Champions') AS right FROM anew.customer WHERE lifecycle = 'darling';

-- Little to go by: it says so, and what cannot be known is NULL.
CREATE TABLE few (customer uuid, ordered_at timestamptz, amount int);
SELECT crm.create_workspace('thin', 'few');
CALL crm.refresh('thin', '2025-12-01');
SELECT * FROM thin.summary;
INSERT INTO few VALUES ('00000000-0000-0000-0000-000000000001', '2025-11-01', 10), ('00000000-0000-0000-0000-000000000002', NULL, 10),
    (NULL, '2025-11-01', 10), ('00000000-0000-0000-0000-000000000003', '2025-11-01', -5);
CALL crm.refresh('thin', '2025-12-02');
SELECT customer, orders, segment, lifecycle, p_alive, clv FROM thin.customer ORDER BY customer;
SELECT step, message FROM thin.run_step WHERE run = 2 AND message IS NOT NULL ORDER BY position;

SELECT crm.drop_source('shop', 'customers');
CALL crm.refresh('shop', '2025-12-04');
SELECT count(*), count(name) FROM shop.customer;
SELECT crm.drop_source('shop', 'orders');

-- A run as of an earlier day: it stands for the days after it, too, and nobody is counted twice.
CALL crm.refresh('shop', '2026-01-15');
CALL crm.refresh('shop', '2025-12-10');
CALL crm.refresh('shop', '2026-01-20');
SELECT from_as_of, sum(customers) = (SELECT count(*) FROM shop.customer) AS once FROM shop.segment_migration GROUP BY 1;
SELECT crm.drop_workspace('shop'), crm.drop_workspace('anew'), crm.drop_workspace('thin');
SELECT count(*) AS triggers_left FROM pg_trigger WHERE tgrelid = 'purchase'::regclass;
SELECT crm.drop_workspace('shop');

-- What was spent on customers, kept up to date by crm.refresh.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE SCHEMA workspace_costs;
SET search_path = workspace_costs, public;
CREATE TABLE bought AS
SELECT c AS customer, date '2026-01-01' + c * 13 % 90 + n * (11 + c % 17) AS ordered_at, (20 + c % 9 + 0.1)::numeric AS amount
FROM generate_series(1, 80) AS c, generate_series(0, 5) AS n WHERE n <= c % 6;
CREATE TABLE spent (id int, customer int, at timestamptz, amount numeric, kind text);
INSERT INTO spent SELECT id, 1 + id * 7 % 50, timestamptz '2026-01-10 12:00+00' + id * interval '1 day', 1.1 + id % 5, 'service' FROM generate_series(1, 120) AS id;
INSERT INTO spent VALUES (201, 3, '2026-02-01', -2.2, 'credit'), (202, 999, '2026-02-01', 7, 'acquisition'), (203, 4, '2026-06-01 12:00+00', 5, 'return');

-- Without a source, nothing is known.
SELECT crm.create_workspace('kept', 'bought', options => '{"time_zone": "UTC"}');
SELECT crm.create_workspace('whole', 'bought', costs => 'spent', options => '{"time_zone": "UTC"}');
CALL crm.refresh('kept', '2026-05-31');
SELECT count(*), count(costs), count(margin) FROM kept.customer;
SELECT count(*) FROM kept.segment_margin;
SELECT crm.add_source('kept', 'costs', 'spent');
SELECT count(costs) AS not_yet FROM kept.customer;
CALL crm.refresh('kept', '2026-05-31');
SELECT rows, message FROM kept.run_step WHERE run = 2 AND step = 'costs';
-- A credit lessens them; 70 cost nothing; what comes after the day is not read; 999 has not ordered.
SELECT customer, revenue, costs, margin FROM kept.customer WHERE customer IN (3, 4, 70) ORDER BY customer;
SELECT sum(amount) AS spent_on_3 FROM spent WHERE customer = 3;
SELECT costs, other_costs FROM kept.cost_basis;
SELECT segment, customers, round(revenue::numeric, 2) AS revenue, round(costs::numeric, 2) AS costs, round(margin::numeric, 2) AS margin
FROM kept.segment_margin ORDER BY segment;
SELECT sum(costs::numeric) = (SELECT sum(amount) FROM spent WHERE at < '2026-06-01' AND customer <= 80) AS all_of_them FROM kept.segment_margin;
SELECT section, label, value, note FROM crm.customer_profile('kept', '3') WHERE section = 'costs';

-- The next days: only what has changed is written. Rows that say nothing are skipped.
CALL crm.refresh('kept', '2026-05-31');
INSERT INTO spent VALUES (301, 70, '2026-06-01', 4, NULL), (302, NULL, '2026-06-01', 4, NULL), (303, 71, NULL, 4, NULL), (304, 71, '2026-06-01', NULL, NULL),
    (305, 71, '2026-06-01', 'NaN', NULL), (306, 72, 'infinity', 4, NULL);
UPDATE spent SET amount = amount + 1 WHERE id = 7;
DELETE FROM spent WHERE customer = 8;
CALL crm.refresh('kept', '2026-06-01');
SELECT run, rows, message FROM kept.run_step WHERE run > 2 AND step = 'costs' ORDER BY run;
SELECT customer, costs FROM kept.customer WHERE customer IN (3, 4, 8, 50, 70, 71, 72) ORDER BY customer;
SELECT run, superseded, count(*) FROM kept.customer_cost GROUP BY run, superseded ORDER BY run, superseded;
-- A run that fails shows nothing of what it did; the next call takes it up, as of another day.
UPDATE spent SET amount = amount * 2;
CREATE TABLE before AS SELECT customer, costs, margin FROM kept.customer;
CREATE TABLE margin_before AS SELECT * FROM kept.segment_margin;
UPDATE kept.setting SET value = '"no list"' WHERE name = 'alert_stages';
CALL crm.refresh('kept', '2026-06-02');
SELECT state, position FROM kept.refresh_step WHERE run = 5 AND step IN ('costs', 'alerts') ORDER BY position;
SELECT count(*) AS unfinished FROM kept.customer_cost WHERE run = 5;
SELECT count(*) AS seen FROM (TABLE before EXCEPT SELECT customer, costs, margin FROM kept.customer) AS changed;
SELECT count(*) AS seen FROM (TABLE margin_before EXCEPT TABLE kept.segment_margin) AS changed;
UPDATE kept.setting SET value = '["at risk", "lapsed"]' WHERE name = 'alert_stages';
CALL crm.refresh('kept', '2026-05-20');
CALL crm.refresh('whole', '2026-05-20');
SELECT count(*) AS different
FROM (SELECT customer, costs, margin FROM kept.customer) AS k FULL JOIN (SELECT customer, costs, margin FROM whole.customer) AS w USING (customer)
WHERE (k.costs, k.margin) IS DISTINCT FROM (w.costs, w.margin);
SELECT * FROM crm.check_workspace('kept') WHERE "check" LIKE 'costs%' OR NOT ok;
-- Back and forth, with steps left out: of a day, the same.
CALL crm.refresh('kept', '2026-06-01', '{"steps": []}');
CALL crm.refresh('whole', '2026-06-01', '{"full": true}');
SELECT count(*) AS different
FROM (SELECT customer, costs, margin FROM kept.customer) AS k FULL JOIN (SELECT customer, costs, margin FROM whole.customer) AS w USING (customer)
WHERE (k.costs, k.margin) IS DISTINCT FROM (w.costs, w.margin);
-- Night after night only what has changed is added up; of a day, the same as when all is.
CREATE TABLE verdict (day date, rows bigint, versions bigint, different bigint, wrong bigint);
CREATE PROCEDURE compare(day date) LANGUAGE plpgsql AS $$
BEGIN
    CALL crm.refresh('kept', day);
    CALL crm.refresh('whole', day, '{"full": true}');
    INSERT INTO verdict
    SELECT day, step.rows, (SELECT count(*) FROM kept.customer_cost AS made WHERE made.run = shown.run),
           (SELECT count(*) FROM (SELECT customer, costs FROM kept.customer_cost EXCEPT SELECT customer, costs FROM whole.customer_cost) AS d)
           + (SELECT count(*) FROM (SELECT costs, other_costs, exact_costs, exact_other_costs FROM kept.cost_basis
                                    EXCEPT SELECT costs, other_costs, exact_costs, exact_other_costs FROM whole.cost_basis) AS d)
           + (SELECT count(*) FROM (TABLE kept.segment_margin EXCEPT TABLE whole.segment_margin) AS d),
           (SELECT count(*) FROM crm.check_workspace('kept') WHERE NOT ok)
    FROM kept.published AS shown JOIN kept.run_step AS step USING (run) WHERE step.step = 'costs';
END $$;
CALL compare('2026-06-01');
-- Who has not ordered does, and the reverse; of other amounts with the same sum nothing is seen.
INSERT INTO bought VALUES (999, '2026-06-02', 10);
DELETE FROM bought WHERE customer = 11;
UPDATE spent SET amount = amount + CASE id WHEN (SELECT min(id) FROM spent WHERE customer = 12) THEN 0.5 ELSE -0.5 END
WHERE customer = 12 AND id IN (SELECT id FROM spent WHERE customer = 12 ORDER BY id LIMIT 2);
CALL compare('2026-06-02');
-- Spent on another one; on nobody; later, and in time again.
UPDATE spent SET customer = customer + 1 WHERE id % 17 = 0;
UPDATE spent SET customer = NULL WHERE id % 23 = 0;
UPDATE spent SET at = at + interval '1 year' WHERE id % 19 = 0;
CALL compare('2026-06-03');
UPDATE spent SET at = at - interval '1 year' WHERE id % 19 = 0;
DELETE FROM bought WHERE customer = 999;
CALL compare('2026-06-04');
CALL compare('2026-03-01');
CALL compare('2026-06-04');
TABLE verdict;
-- The check fails when there is reason to.
BEGIN;
UPDATE kept.cost_basis SET exact_other_costs = exact_other_costs + 0.01;
SELECT differences, example FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;
BEGIN;
UPDATE kept.customer_cost SET costs = costs + 0.01 WHERE customer = 3 AND superseded IS NULL;
INSERT INTO spent VALUES (400, 5, '2026-06-01', 1, NULL);
SELECT * FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;

-- An empty source says that nothing was spent.
TRUNCATE spent;
CALL crm.refresh('kept', '2026-06-02');
SELECT rows, message FROM kept.run_step WHERE step = 'costs' ORDER BY run DESC LIMIT 1;
SELECT count(*), sum(costs) AS costs, bool_and(margin = revenue) AS all_is_left FROM kept.customer;
-- A dropped one, nothing.
SELECT crm.drop_source('kept', 'costs');
SELECT count(*), count(costs), count(margin) FROM kept.customer;
CALL crm.refresh('kept', '2026-06-03');
SELECT count(*), count(costs), count(margin) FROM kept.customer;
SELECT count(*) AS wrong FROM crm.check_workspace('kept') WHERE NOT ok;
SELECT crm.add_source('kept', 'costs', 'SELECT customer, ordered_at FROM bought');
SELECT crm.drop_workspace('kept'), crm.drop_workspace('whole');
DROP SCHEMA workspace_costs CASCADE;

-- Contracts: who has one, how long they last, and how likely each is to be renewed.
SET client_min_messages = warning;
SET datestyle = 'ISO';
\set SHOW_CONTEXT never
CREATE SCHEMA workspace_contracts;
SET search_path = workspace_contracts, public;
CREATE TABLE bought AS
SELECT c AS customer, date '2025-01-01' + c * 13 % 90 + n * (11 + c % 17) AS ordered_at, 20 + c % 9 AS amount
FROM generate_series(1, 60) AS c, generate_series(0, 5) AS n WHERE n <= c % 6;
-- A thousand begin on the same day; so many are left after each year in Fader and Hardie (2007), whose years are periods here.
CREATE TABLE signed AS
SELECT c AS customer, date '2025-01-01' AS started_at,
       (SELECT date '2025-01-01' + 30 * min(n)::int FROM unnest('{631,468,382,326,289,262,241}'::int[]) WITH ORDINALITY AS l (left_over, n) WHERE c > l.left_over) AS ended_at
FROM generate_series(1, 1000) AS c;

SELECT crm.create_workspace('kept', 'bought', contracts => 'signed', options => '{"time_zone": "UTC"}');
CALL crm.refresh('kept', '2025-08-05');
SELECT rows, message FROM kept.run_step WHERE step = 'contracts';
SELECT kind, chosen, kept, measure, round(quality::numeric, 2) AS quality, observations FROM kept.model WHERE name = 'contracts' ORDER BY kind;
-- The paper's estimates for these customers are alpha 0.704, beta 1.182.
SELECT name, round(estimate::numeric, 3) AS estimate FROM kept.contract_basis, crm.coef(model);
SELECT period, contracts, lost, round(actual::numeric, 3) AS actual, round(expected::numeric, 3) AS expected FROM kept.contract_survival ORDER BY period;
SELECT started_at, contracts, renewals, next_renewal, round(renewal_probability::numeric, 4) AS renewal_probability,
       round(residual_periods::numeric, 3) AS residual_periods, count(*) AS customers
FROM kept.contract GROUP BY 1, 2, 3, 4, 5, 6;
SELECT bool_and(renewal_probability = crm.retention(model, 8)) AS of_the_model FROM kept.contract, kept.contract_basis;
SELECT customer, contract_since, round(renewal_probability::numeric, 4) AS renewal_probability FROM kept.customer WHERE customer IN (1, 60) ORDER BY customer;
SELECT section, label, value, note FROM crm.customer_profile('kept', '7') WHERE section = 'contract';

-- What is known of a contract as of a day, against the definition, period by period.
SELECT count(*) AS different
FROM generate_series(0, 130, 5) AS age, generate_series(0, 130) AS life, unnest('{1,7,30}'::int[]) AS days,
     crm.contract_periods('2025-01-01', date '2025-01-01' + life, date '2025-01-01' + age, days) AS known,
     LATERAL (SELECT count(*) AS whole, min(n) FILTER (WHERE life <= age AND life <= n * days) AS lost_in
              FROM generate_series(1, 200) AS n WHERE n * days <= age) AS counted
WHERE (known.periods, known.lost) IS DISTINCT FROM (coalesce(counted.lost_in, counted.whole)::int, counted.lost_in IS NOT NULL);
SELECT * FROM crm.contract_periods('2025-01-01', NULL, '2025-03-05', 30);

-- Contracts that begin all the time, and end on any day; some customers have several, and some rows say nothing.
CREATE FUNCTION pick(id int, what int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (abs(hashint4(id * 31 + what)::bigint) % 100000 + 0.5) / 100000 $$;
TRUNCATE signed;
INSERT INTO signed
SELECT 1 + id % 500, began, CASE WHEN pick(id, 3) < 0.8 THEN began + (ln(pick(id, 2)) / ln(1 - 0.02 - 0.3 * pick(id, 4)) * 30)::int END
FROM generate_series(1, 900) AS id, LATERAL (SELECT date '2024-01-01' + (pick(id, 1) * 500)::int AS began) AS b;
INSERT INTO signed VALUES (60, '2025-05-01', NULL), (60, '2025-05-01', NULL), (60, '2023-05-01', NULL), (59, '2025-05-01', 'infinity'),
    (NULL, '2025-01-01', NULL), (58, NULL, NULL), (58, '-infinity', NULL), (58, '2025-01-01', '2024-12-31'), (58, '2025-01-01', '-infinity'), (58, 'infinity', NULL);
CALL crm.refresh('kept', '2025-08-06');
SELECT rows, message FROM kept.run_step WHERE run = 2 AND step = 'contracts';
SELECT customer, started_at, contracts, renewals, next_renewal FROM kept.contract WHERE customer IN (59, 60) AND started_at NOT BETWEEN '2024-01-01' AND '2025-04-30' ORDER BY 1, 2;
SELECT customer, contract_since FROM kept.customer WHERE customer = 60;
-- The share that is left is that of Kaplan and Meier.
SELECT count(*) > 20 AS many, max(abs(shown.actual - crm.survival(curve.m, shown.period::float8))) < 1e-12 AS same
FROM kept.contract_survival AS shown,
     (SELECT crm.fit_kaplan_meier(known.periods::float8, known.lost) AS m
      FROM (SELECT started_at, ended_at FROM signed WHERE customer IS NOT NULL AND isfinite(started_at) AND started_at <= '2025-08-06'
            AND coalesce(ended_at >= started_at, true) OFFSET 0) AS s, crm.contract_periods(started_at, ended_at, '2025-08-06', 30) AS known
      WHERE known.periods > 0) AS curve;
-- The models of the day before are still in use, until they are old, or are to be fitted.
SELECT fitted_as_of FROM kept.contract_basis;
CALL crm.refresh('kept', '2025-08-06', '{"refit": true}');
SELECT fitted_as_of FROM kept.contract_basis;
SELECT * FROM crm.check_workspace('kept') WHERE "check" LIKE 'contracts%' OR NOT ok;

-- As of a day nothing of what came later is known: an end is cut, and so is what began.
SELECT crm.create_workspace('whole', 'bought', contracts => 'SELECT customer, started_at, CASE WHEN ended_at <= ''2025-02-15'' THEN ended_at END AS ended_at
    FROM signed WHERE started_at <= ''2025-02-15''', options => '{"time_zone": "UTC"}');
-- A run that fails shows nothing of what it did; the next call takes it up, as of another day.
CREATE TABLE before AS TABLE kept.contract;
CREATE TABLE survival_before AS TABLE kept.contract_survival;
UPDATE kept.setting SET value = '"no list"' WHERE name = 'alert_stages';
DELETE FROM signed WHERE customer = 7;
INSERT INTO signed VALUES (7, '2025-04-01', NULL);
CALL crm.refresh('kept', '2025-08-30');
SELECT count(*) > 0 AS unfinished FROM kept.running_contract WHERE run = 4;
SELECT count(*) AS seen FROM (TABLE before EXCEPT TABLE kept.contract) AS gone;
SELECT count(*) AS seen FROM (TABLE kept.contract EXCEPT TABLE before) AS come;
SELECT count(*) AS seen FROM (TABLE survival_before EXCEPT TABLE kept.contract_survival) AS gone;
UPDATE kept.setting SET value = '["at risk", "lapsed"]' WHERE name = 'alert_stages';
CALL crm.refresh('kept', '2025-02-15');
CALL crm.refresh('whole', '2025-02-15');
SELECT count(*) > 100 AS many, (SELECT count(*) FROM (TABLE kept.contract EXCEPT TABLE whole.contract) AS d) AS more,
       (SELECT count(*) FROM (TABLE whole.contract EXCEPT TABLE kept.contract) AS d) AS fewer
FROM kept.contract;
SELECT (SELECT model::text FROM kept.contract_basis) = (SELECT model::text FROM whole.contract_basis) AS same_model;
SELECT count(*) AS different FROM ((TABLE kept.contract_survival EXCEPT TABLE whole.contract_survival) UNION ALL (TABLE whole.contract_survival EXCEPT TABLE kept.contract_survival)) AS d;
SELECT count(*) AS different FROM (SELECT customer, contract_since, renewal_probability FROM kept.customer EXCEPT SELECT customer, contract_since, renewal_probability FROM whole.customer) AS d;
-- The oldest of a customer ends, or is another one's; and another takes its place.
SELECT crm.add_source('whole', 'contracts', 'signed');
CREATE TABLE verdict (day date, rows bigint, more bigint, fewer bigint, wrong bigint);
CREATE PROCEDURE compare(day date) LANGUAGE plpgsql AS $$
BEGIN
    CALL crm.refresh('kept', day);
    CALL crm.refresh('whole', day, '{"full": true}');
    INSERT INTO verdict
    SELECT day, step.rows,
           (SELECT count(*) FROM (SELECT customer, started_at, contracts, is_oldest FROM kept.running_contract
                                  EXCEPT SELECT customer, started_at, contracts, is_oldest FROM whole.running_contract) AS d),
           (SELECT count(*) FROM (SELECT customer, started_at, contracts, is_oldest FROM whole.running_contract
                                  EXCEPT SELECT customer, started_at, contracts, is_oldest FROM kept.running_contract) AS d),
           (SELECT count(*) FROM crm.check_workspace('kept') WHERE NOT ok)
    FROM kept.published AS shown JOIN kept.run_step AS step USING (run) WHERE step.step = 'contracts';
END $$;
CALL compare('2025-02-15');
UPDATE signed SET ended_at = '2025-02-16' WHERE customer % 9 = 0 AND started_at < '2024-06-01';
UPDATE signed SET customer = customer + 1 WHERE customer % 11 = 0 AND started_at > '2024-06-01';
INSERT INTO signed SELECT customer, '2023-12-01', NULL FROM generate_series(5, 50, 5) AS customer;
CALL compare('2025-02-16');
DELETE FROM signed WHERE started_at = '2023-12-01';
CALL compare('2025-02-17');
CALL compare('2025-01-20');
CALL compare('2025-02-15');
TABLE verdict;
-- The check fails when there is reason to.
BEGIN;
DELETE FROM kept.running_contract WHERE customer = 60 AND superseded IS NULL;
SELECT "check", ok, differences, example FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;
BEGIN;
UPDATE kept.contract_score_of_run SET renewal_probability = renewal_probability * 0.999 WHERE renewals = 3;
SELECT "check", ok FROM crm.check_workspace('kept') WHERE NOT ok;
ROLLBACK;

-- Too little to learn from: who has a contract is known, how likely it is renewed is not.
DELETE FROM signed WHERE customer > 20;
CALL crm.refresh('kept', '2025-02-16');
SELECT message FROM kept.run_step WHERE step = 'contracts' ORDER BY run DESC LIMIT 1;
SELECT count(*) > 5 AS some, count(renewal_probability) AS probabilities, count(residual_periods) AS residual FROM kept.contract;
SELECT count(*) > 3 AS some, count(expected) AS expected FROM kept.contract_survival;
-- Periods so long that none is over.
CALL crm.refresh('kept', '2025-02-16', '{"contract_least_outcomes": 0, "contract_period_days": 3650}');
SELECT message FROM kept.run_step WHERE step = 'contracts' ORDER BY run DESC LIMIT 1;
CALL crm.refresh('kept', '2025-02-16', '{"contract_period_days": 0}');
TRUNCATE signed;
CALL crm.refresh('kept', '2025-02-17');
SELECT message FROM kept.run_step WHERE step = 'contracts' ORDER BY run DESC LIMIT 1;
SELECT count(*) FROM kept.contract;

INSERT INTO signed VALUES (1, '2025-01-01', NULL);
CALL crm.refresh('kept', '2025-02-18');
SELECT count(*), count(contract_since) FROM kept.customer;
SELECT crm.drop_source('kept', 'contracts');
SELECT count(*), count(contract_since) FROM kept.customer;
CALL crm.refresh('kept', '2025-02-19');
SELECT count(*), count(contract_since) FROM kept.customer;
SELECT crm.add_source('kept', 'contracts', 'SELECT customer, started_at AS since, ended_at FROM signed');
SELECT crm.drop_workspace('kept'), crm.drop_workspace('whole');
DROP SCHEMA workspace_contracts CASCADE;

-- Online Retail, one year of a shop without a cohort: who bought hardly leaves within it, so that the likelihood of the
-- Pareto/NBD rises to the edge of its parameters. The fit says so.
\getenv data PG_CRM_TEST_DATA
\if :{?data}
\else
\echo skipped: PG_CRM_TEST_DATA is not set
\quit
\endif
CREATE SCHEMA value_online_retail;
SET search_path = value_online_retail, public;
SET extra_float_digits = 0;
CREATE TABLE lines (row_no int, invoice text, stock_code text, description text, quantity int, at timestamp, price float8, customer text, country text);
\set command 'xz -dc "' :data '/online_retail/online_retail_2010_2011.csv.xz"'
\set load '\\copy lines FROM PROGRAM ' :'command' ' CSV HEADER'
:load
CREATE TABLE seen AS
SELECT customer, crm.rfm(at, quantity * price, date '2011-12-09') AS r
  FROM lines WHERE customer <> '' AND quantity > 0 AND price > 0 AND invoice !~ '^C' GROUP BY customer;
SELECT count(*), sum((r).frequency) AS repeats FROM seen;
CREATE TABLE model AS
SELECT 1 AS position, crm.fit_pareto_nbd(r) AS m FROM seen
UNION ALL SELECT 2, crm.fit_bg_nbd(r) FROM seen
UNION ALL SELECT 3, crm.fit_mbg_nbd(r) FROM seen
UNION ALL SELECT 4, crm.fit_ggom_nbd(r) FROM seen;
SELECT kind, converged, round(log_likelihood::numeric, 3) AS log_likelihood, message FROM model, crm.fit_info(m) ORDER BY position;
SELECT name, round(estimate::numeric, 4) AS estimate, std_error IS NOT NULL AS has_error FROM model, crm.coef(m) WHERE position = 1 AND name <> 'beta';
SELECT kind, round(sum(crm.p_alive(m, r))::numeric, 1) AS active, round(sum(crm.expected_purchases(m, r, 90))::numeric, 1) AS next_90_days
  FROM model, crm.fit_info(m), seen GROUP BY position, kind ORDER BY position;

-- Domain predict: boosted trees, on a million rows of 20 numbers and on telco_churn (7,043 customers) in the directory that
-- PG_CRM_TEST_DATA names. Read by scripts/bench; bench/predict_trees_peers.py lets scikit-learn do the same.

--@ prepare
SELECT setseed(0.5);
-- Sums of three uniform numbers: bell-shaped, with mean 0 and variance 1.
CREATE TABLE million AS
SELECT x, random() < 1 / (1 + exp(-(x[1] + 0.8 * x[2] * x[3] - abs(x[4]) + 0.5 * x[5]))) AS y
  FROM (SELECT ARRAY(SELECT 2 * (random() + random() + random()) - 3 FROM generate_series(1, 20) WHERE i > 0) AS x FROM generate_series(1, 1000000) AS i) AS rows;
CREATE TABLE telco (
    customer text, gender text, senior text, partner text, dependents text, tenure float8, phone text, lines text, internet text, security text, backup text,
    protection text, support text, tv text, movies text, contract text, paperless text, payment text, monthly float8, total text, churn text, line serial);
\copy telco (customer, gender, senior, partner, dependents, tenure, phone, lines, internet, security, backup, protection, support, tv, movies, contract, paperless, payment, monthly, total, churn) FROM PROGRAM 'cat "$PG_CRM_TEST_DATA/telco_churn/telco_churn.csv"' (FORMAT csv, HEADER)
CREATE TABLE customers AS
SELECT line % 5 AS fold, churn = 'Yes' AS y, to_jsonb(t) - 'line' - 'customer' - 'churn' || jsonb_build_object('total', nullif(trim(total), '')::float8) AS x FROM telco AS t;
CREATE TABLE judged AS
SELECT fold, y, crm.predict(m, x) AS p
  FROM (SELECT held AS fold, crm.fit_boosted_trees(y, x, '{"early_stopping": false}') FILTER (WHERE fold <> held) AS m FROM customers, generate_series(0, 4) AS held GROUP BY held) AS models
  JOIN customers USING (fold);
CREATE TABLE model AS SELECT crm.fit_boosted_trees(y, x, '{"early_stopping": false}') AS m FROM million;
VACUUM ANALYZE million, customers, judged, model;

--@ figure telco_churn: mean AUC of 5 folds; at least 0.8329
SELECT avg(auc) FROM (SELECT (crm.auc(y, p)).auc FROM judged GROUP BY fold) AS folds;

--@ figure telco_churn: log-loss of 5 folds; at most 0.4342
SELECT crm.log_loss(y, p) FROM judged;

--@ figure model of 100 trees of 31 leaves, MB as stored; at most 0.1
SELECT pg_column_size(m) / 1e6 FROM model;

--@ limit `crm.fit_boosted_trees` of a million rows of 20 numbers, 100 trees; at most 12
-- ours: reading the rows and the fit
SELECT (crm.fit_info(crm.fit_boosted_trees(y, x, '{"early_stopping": false}'))).iterations FROM million;

--@ limit `crm.predict` of a million rows, 100 trees; at most 2
-- ours: the model comes from a table
SELECT sum(crm.predict((SELECT m FROM model), x)) FROM million;

--@ limit `crm.explain` of 20,000 rows of 20 numbers, 100 trees; at most 1
-- ours: one function call a row, 21 rows from each
SELECT count(*) FROM (SELECT x FROM million LIMIT 20000) AS few, crm.explain((SELECT m FROM model), x);

--@ memory `crm.fit_boosted_trees` of a million rows of 20 numbers; at most 300
-- before: the table is in the cache
SELECT count(x[1]) FROM million;
-- ours: 160 MB are the rows
SELECT (crm.fit_info(crm.fit_boosted_trees(y, x, '{"early_stopping": false, "trees": 10}'))).iterations FROM million;

-- Domain value: from 2.06 million orders of a million simulated customers to their scores. Read by scripts/bench.
-- A query by customer ends in OFFSET 1000000: all its rows are computed, none is sent.

--@ prepare
CREATE TABLE orders (customer_id int, ordered_at date, amount float8);
\copy orders FROM PROGRAM 'build/bench/orders 1000000' (FORMAT csv)
CREATE TABLE seen AS SELECT customer_id, crm.rfm(ordered_at, amount, date '1997-09-30') AS r FROM orders GROUP BY customer_id;
CREATE TABLE plain AS SELECT customer_id, (r).frequency, (r).recency, (r).age, (r).monetary FROM seen;
CREATE TABLE described AS SELECT r, ARRAY[customer_id % 2, (customer_id % 5 = 0)::int, sin(customer_id)] AS covariates FROM seen;
CREATE TABLE model AS
SELECT crm.fit_bg_nbd(r) AS buying, crm.fit_pareto_nbd(r) AS pareto, crm.fit_gamma_gamma(r) AS spending FROM seen;
VACUUM ANALYZE orders, seen, plain, described, model;

--@ measure `crm.rfm` of every customer's orders, against `count, min, max, sum` GROUP BY customer; at most 1.2
-- ours: counts days, not orders, and the mean amount of the repeat days
SELECT customer_id, crm.rfm(ordered_at, amount, date '1997-09-30') FROM orders GROUP BY customer_id OFFSET 1000000;
-- theirs: the least that SQL can do, which does not merge the orders of a day
SELECT customer_id, count(*), min(ordered_at), max(ordered_at), sum(amount) FROM orders GROUP BY customer_id OFFSET 1000000;

--@ measure `crm.timeline`, then `crm.rfm` of it, against the two-level GROUP BY with the same answer; at most 0.7
-- ours: keeps the whole history by day, then sums it up
SELECT customer_id, crm.rfm(crm.timeline(ordered_at, amount), date '1997-09-30') FROM orders GROUP BY customer_id OFFSET 1000000;
-- theirs: days first, then customers; the first day is no repeat, and its amount has to be found
SELECT customer_id, count(*) - 1, max(day) - min(day), date '1997-09-30' - min(day),
       (sum(amount) - (array_agg(amount ORDER BY day))[1]) / nullif(count(*) - 1, 0)
FROM (SELECT customer_id, ordered_at AS day, sum(amount) AS amount FROM orders GROUP BY customer_id, ordered_at) AS days
GROUP BY customer_id OFFSET 1000000;

--@ measure `crm.fit_bg_nbd` of a million `crm.rfm`, against counting their distinct values; at most 1.2
-- ours: counts the distinct observations, then finds the maximum of the likelihood
SELECT (crm.fit_info(crm.fit_bg_nbd(r))).log_likelihood FROM seen;
-- theirs: the counting alone, of plain columns
SELECT count(*) FROM (SELECT count(*) FROM plain GROUP BY frequency, recency, age) AS observation;

--@ measure `crm.p_alive` of a million `crm.rfm`, against `sum(x * ln(t_x + 1))`; at most 2
-- ours: the model comes from a table
SELECT sum(crm.p_alive((SELECT buying FROM model), r)) FROM seen;
-- theirs: one logarithm and one product of plain columns
SELECT sum(frequency * ln(recency + 1)) FROM plain;

--@ measure `crm.p_alive` of plain columns, against `sum(x * ln(t_x + 1))`; at most 2
-- ours: the same without a composite
SELECT sum(crm.p_alive((SELECT buying FROM model), frequency, recency, age)) FROM plain;
-- theirs: one logarithm and one product of plain columns
SELECT sum(frequency * ln(recency + 1)) FROM plain;

--@ measure `crm.clv` of a million `crm.rfm`, against `sum(x * ln(t_x + 1))`; at most 15
-- ours: a year's purchases, discounted, times the expected spend; both models come from a table
SELECT sum(crm.clv((SELECT buying FROM model), (SELECT spending FROM model), r, interval '1 year', 0.1)) FROM seen;
-- theirs: one logarithm and one product of plain columns
SELECT sum(frequency * ln(recency + 1)) FROM plain;

--@ limit `crm.fit_pareto_nbd` of a million `crm.rfm`; at most 1.5
-- ours: 106,105 of them are distinct
SELECT (crm.fit_info(crm.fit_pareto_nbd(r))).log_likelihood FROM seen;

--@ limit `crm.fit_mbg_nbd` of a million `crm.rfm`; at most 0.3
-- ours: reading and counting included, as everywhere
SELECT (crm.fit_info(crm.fit_mbg_nbd(r))).log_likelihood FROM seen;

--@ limit `crm.fit_gamma_gamma` of a million `crm.rfm`; at most 0.3
-- ours: reads those who bought again
SELECT (crm.fit_info(crm.fit_gamma_gamma(r))).log_likelihood FROM seen;

--@ limit `crm.fit_pareto_nbd` with three covariates; at most 20
-- ours: a million customers, no two with the same covariates
SELECT (crm.fit_info(crm.fit_pareto_nbd(r, covariates))).log_likelihood FROM described;

--@ limit `crm.fit_bg_nbd` of 1,000 segments with 1,000 customers each; at most 2
-- ours: a model for each segment
SELECT count((crm.fit_info(buying)).log_likelihood)
FROM (SELECT crm.fit_bg_nbd(r) AS buying FROM seen GROUP BY customer_id % 1000) AS segment;

--@ limit BG/NBD: `crm.p_alive` and a year's `crm.expected_purchases` of a million `crm.rfm`; at most 0.6
-- ours: the model comes from a table
SELECT sum(crm.p_alive((SELECT buying FROM model), r)), sum(crm.expected_purchases((SELECT buying FROM model), r, 365)) FROM seen;

--@ limit Pareto/NBD: the same; at most 1.5
-- ours: the model comes from a table
SELECT sum(crm.p_alive((SELECT pareto FROM model), r)), sum(crm.expected_purchases((SELECT pareto FROM model), r, 365)) FROM seen;

--@ memory Peak memory of `crm.fit_bg_nbd`; at most 64
-- before: reads the same rows, for pages of the shared buffers count as the process's own
SELECT max((r).age) FROM seen;
-- ours: the fit
SELECT (crm.fit_info(crm.fit_bg_nbd(r))).log_likelihood FROM seen;

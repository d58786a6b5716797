-- How the cost of a fit grows: with the distinct summaries, which grow more slowly than the customers. Read by scripts/bench.

--@ curve customers; 10000 100000 1000000 large 10000000
-- before: of the customers of value.sql, and more of their kind
CREATE TABLE seen (frequency float8, recency float8, age float8);
\copy seen FROM PROGRAM 'build/bench/orders --summaries SIZE' (FORMAT csv)
VACUUM ANALYZE seen;
-- answer: distinct
SELECT count(*) FROM (SELECT FROM seen GROUP BY frequency, recency, age) AS observation;
-- seconds: `crm.fit_bg_nbd`
SELECT (crm.fit_info(crm.fit_bg_nbd(frequency, recency, age))).log_likelihood FROM seen;
-- seconds: `crm.fit_pareto_nbd`
SELECT (crm.fit_info(crm.fit_pareto_nbd(frequency, recency, age))).log_likelihood FROM seen;

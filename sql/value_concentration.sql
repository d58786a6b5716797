-- How revenue is spread over customers: one value, from one row a customer, answers every question.
CREATE SCHEMA value_concentration;
SET search_path = value_concentration, public;
SET extra_float_digits = 0;
CREATE TABLE customers (id int, country text, revenue numeric);
INSERT INTO customers VALUES
    (1, 'DE', 500), (2, 'DE', 120.50), (3, 'DE', 60), (4, 'DE', 60), (5, 'DE', 0),
    (6, 'FR', 150), (7, 'FR', 59.50), (8, 'FR', 50), (9, 'FR', 0), (10, 'FR', 0), (11, 'FR', NULL);
SELECT crm.lorenz(revenue) FROM customers;
SELECT crm.customers(l), crm.total(l), crm.max_error(l), crm.gini(l), crm.gini(l, corrected => true) AS corrected,
       crm.top_share(l, 0.2), crm.top_share(l, 0.25) AS top_2_and_a_half, crm.share_needed(l, 0.8), crm.customers_needed(l, 0.8)
  FROM (SELECT crm.lorenz(revenue) AS l FROM customers) AS x;
SELECT round((g).lower::numeric, 6) AS gini_from, round((g).upper::numeric, 6) AS gini_to,
       round((t).lower::numeric, 6) AS top_from, round((t).upper::numeric, 6) AS top_to
  FROM (SELECT crm.gini_interval(l) AS g, crm.top_share_interval(l, 0.2, 0.9) AS t FROM (SELECT crm.lorenz(revenue) AS l FROM customers) AS x) AS y;
SELECT d.* FROM (SELECT crm.lorenz(revenue) AS l FROM customers) AS x, crm.deciles(l, 4) AS d;
SELECT count(*), max(decile) FROM (SELECT crm.lorenz(revenue) AS l FROM customers) AS x, crm.deciles(l);
SELECT c.* FROM (SELECT crm.lorenz(revenue) AS l FROM customers) AS x, crm.lorenz_curve(l, 5) AS c;
SELECT count(*) FROM (SELECT crm.lorenz(revenue) AS l FROM customers) AS x, crm.lorenz_curve(l);
SELECT country, crm.gini(crm.lorenz(revenue)) FROM customers GROUP BY country ORDER BY country;

-- Stored parts are merged: sets of customers that share none.
CREATE TABLE stored AS SELECT country, crm.lorenz(revenue) AS l FROM customers GROUP BY country;
SELECT crm.rollup(l) = (SELECT crm.lorenz(revenue) FROM customers) AS rollup FROM stored;
SELECT de.l + fr.l = (SELECT crm.lorenz(revenue) FROM customers) AS plus FROM stored AS de, stored AS fr WHERE de.country = 'DE' AND fr.country = 'FR';
SELECT crm.rollup(l) IS NULL AS no_rows FROM stored WHERE false;

-- What has no answer is NULL: no customer, no revenue, one customer of whom nothing varies.
SELECT crm.lorenz(revenue) IS NULL AS no_rows FROM customers WHERE revenue IS NULL;
SELECT crm.gini(l), crm.top_share(l, 0.2), crm.share_needed(l, 0.8), crm.customers_needed(l, 0.8), crm.gini_interval(l), crm.top_share_interval(l, 0.2)
  FROM (SELECT crm.lorenz(0) AS l FROM generate_series(1, 3)) AS x;
SELECT d.* FROM (SELECT crm.lorenz(0) AS l FROM generate_series(1, 3)) AS x, crm.deciles(l, 2) AS d;
SELECT crm.gini(l), crm.gini(l, corrected => true) AS corrected, crm.top_share(l, 0.2), crm.gini_interval(l), crm.top_share_interval(l, 0.2)
  FROM (SELECT crm.lorenz(7) AS l) AS x;
SELECT crm.gini(l), crm.gini_interval(l), crm.top_share(l, 0.3), crm.customers_needed(l, 0.3) FROM (SELECT crm.lorenz(0.1) AS l FROM generate_series(1, 10)) AS x;
SELECT crm.customers(l), crm.gini(l) FROM (SELECT '{"customers": []}'::crm.lorenz AS l) AS x;

-- Against SQL itself: ntile, window sums, pairs.
CREATE TABLE many AS
SELECT n AS id, round((exp(3 + 1.2 * sqrt(-2 * ln((n * 7919 % 10007 + 1) / 10009.0)) * cos(n * 2.399963)))::numeric, 2) AS revenue FROM generate_series(1, 1000) AS n;
CREATE TABLE summary AS SELECT crm.lorenz(revenue) AS l FROM many;
SELECT bool_and(d.customers = e.customers AND abs(d.revenue - e.revenue) < 1e-6 AND d.lowest = e.lowest AND d.highest = e.highest
                AND abs(d.share - e.revenue / all_revenue) < 1e-12) AS deciles
  FROM summary, crm.deciles(l) AS d
  JOIN (SELECT decile, count(*) AS customers, sum(revenue)::float8 AS revenue, min(revenue)::float8 AS lowest, max(revenue)::float8 AS highest
          FROM (SELECT revenue, ntile(10) OVER (ORDER BY revenue DESC) AS decile FROM many) AS x GROUP BY decile) AS e USING (decile),
       (SELECT sum(revenue)::float8 AS all_revenue FROM many) AS a;
SELECT abs(crm.gini(l) - (SELECT sum(abs(a.revenue - b.revenue))::float8 / (2 * 1000 * 1000 * avg(a.revenue)::float8) FROM many AS a, many AS b)) < 1e-12 AS gini FROM summary;
SELECT crm.customers_needed(l, 0.8) = (SELECT min(rank) FROM (SELECT row_number() OVER (ORDER BY revenue DESC) AS rank, sum(revenue) OVER (ORDER BY revenue DESC ROWS UNBOUNDED PRECEDING) AS sum FROM many) AS x
                                        WHERE sum >= 0.8 * (SELECT sum(revenue) FROM many)) AS customers_needed FROM summary;

-- Beyond 4096 distinct revenues neighbours are merged; no share is off by more than the value states.
CREATE TABLE distinct_revenues AS SELECT exp(8 * (n * 0.6180339887498949 % 1)) AS revenue FROM generate_series(1, 50000) AS n;
SELECT crm.max_error(l) > 0 AS merged, crm.max_error(l) < 1e-6 AS error, jsonb_array_length(l::jsonb -> 'customers') <= 4096 AS size, crm.customers(l),
       abs(crm.total(l) / (SELECT sum(revenue) FROM distinct_revenues) - 1) < 1e-12 AS revenue
  FROM (SELECT crm.lorenz(revenue) AS l FROM distinct_revenues) AS x;
SELECT bool_and(abs(crm.top_share(l, rank / 50000.0) - sum / total) <= crm.max_error(l) + 1e-12) AS top_share,
       bool_and(sum > 0.999999 * total OR abs(crm.share_needed(l, sum / total) - rank / 50000.0) <= crm.max_error(l) + 1e-9) AS share_needed
  FROM (SELECT row_number() OVER w AS rank, sum(revenue) OVER w AS sum, sum(revenue) OVER () AS total FROM distinct_revenues
        WINDOW w AS (ORDER BY revenue DESC ROWS UNBOUNDED PRECEDING)) AS exact,
       (SELECT crm.lorenz(revenue) AS l FROM distinct_revenues) AS x WHERE rank % 293 = 0;

-- Text, jsonb and binary are the same value; the binary form of version 1, for ever.
SELECT l::jsonb, to_jsonb(s) FROM stored AS s WHERE country = 'DE';
SELECT '{"customers": [[5, 1], [0, 2], [5, 3], [0.3333, 1]], "error": 0.001}'::crm.lorenz;
SELECT crm.lorenz_send('{"error": 0.5, "customers": [[0, 200], [19.9, 3], [20.3333, 1]]}');
\copy stored TO 'results/value_concentration.bin' (FORMAT binary)
CREATE TABLE restored (LIKE stored);
\copy restored FROM 'results/value_concentration.bin' (FORMAT binary)
SELECT count(*), bool_and(s.l = r.l), bool_and(s.l::text::crm.lorenz = s.l) FROM stored AS s JOIN restored AS r USING (country);

-- What is refused.
SELECT crm.lorenz(revenue) FROM (VALUES (10), (-3.5)) AS x (revenue);
SELECT crm.lorenz(float8 'NaN');
SELECT crm.lorenz(float8 'infinity');
SELECT crm.lorenz(1.7e308) FROM generate_series(1, 2);
SELECT crm.top_share(crm.lorenz(1), 20);
SELECT crm.share_needed(crm.lorenz(1), -0.1);
SELECT crm.gini_interval(crm.lorenz(1), 95);
SELECT crm.deciles(crm.lorenz(1), 0);
SELECT crm.lorenz_curve(crm.lorenz(1), 100000);
SELECT '{"customers": [[-5, 1]]}'::crm.lorenz;
SELECT '{"customers": [[5, 0]]}'::crm.lorenz;
SELECT '{"customers": [5]}'::crm.lorenz;
SELECT '{"gini": 0.5}'::crm.lorenz;
SELECT '{"customers": [[5, 1]], "error": 2}'::crm.lorenz;
SELECT '[[5, 1]]'::crm.lorenz;

-- Any order of rows and any number of workers give the same.
ANALYZE distinct_revenues;
CREATE TABLE serial AS SELECT crm.lorenz(revenue) AS l FROM distinct_revenues;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.lorenz(revenue) FROM distinct_revenues;
SELECT crm.lorenz(revenue) = (SELECT l FROM serial) AS parallel FROM distinct_revenues;
SELECT crm.lorenz(revenue ORDER BY md5(revenue::text)) = (SELECT l FROM serial) AS shuffled FROM distinct_revenues;

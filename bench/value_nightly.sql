-- A night's work: the orders of one day, of 0.3 % of a million customers, against starting over. Read by scripts/bench.
-- Neither side stores what it finds: rows that a round changed and took back would slow down the next one.

--@ prepare
CREATE TABLE orders (customer_id int, ordered_at date, amount float8);
\copy orders FROM PROGRAM 'build/bench/orders 1000000' (FORMAT csv)
CREATE TABLE history AS SELECT customer_id, crm.timeline(ordered_at, amount) AS t FROM orders GROUP BY customer_id;
ALTER TABLE history ADD PRIMARY KEY (customer_id);
CREATE TABLE model AS
SELECT crm.fit_bg_nbd(r) AS buying, crm.fit_gamma_gamma(r) AS spending
FROM (SELECT crm.rfm(t, date '1997-09-30') AS r FROM history) AS seen;
CREATE TABLE today AS
SELECT 331 * i AS customer_id, date '1997-10-01' AS ordered_at, 10 + i % 50 AS amount FROM generate_series(1, 3000) AS i;
VACUUM ANALYZE orders, history, model, today;

--@ measure One day's orders of 3,000 customers merged, and these customers scored anew, against all of it; at most 0.01
-- ours: their histories are found by the primary key
SELECT customer_id, t, crm.p_alive(buying, r), crm.clv(buying, spending, r, interval '1 year', 0.1)
FROM model, (SELECT customer_id, t, crm.rfm(t, date '1997-10-01') AS r
             FROM (SELECT customer_id, history.t + new.t AS t
                   FROM (SELECT customer_id, crm.timeline(ordered_at, amount) AS t FROM today GROUP BY customer_id) AS new
                   JOIN history USING (customer_id) OFFSET 0) AS merged OFFSET 0) AS seen
OFFSET 1000000;
-- theirs: every order ever, every customer
SELECT customer_id, t, crm.p_alive(buying, r), crm.clv(buying, spending, r, interval '1 year', 0.1)
FROM model, (SELECT customer_id, t, crm.rfm(t, date '1997-10-01') AS r
             FROM (SELECT customer_id, crm.timeline(ordered_at, amount) AS t
                   FROM (TABLE orders UNION ALL TABLE today) AS every_order GROUP BY customer_id) AS every_history OFFSET 0) AS seen
OFFSET 1000000;

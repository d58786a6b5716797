-- A workspace of a million customers: refreshed from nothing, after a night, and read meanwhile. Read by scripts/bench.

--@ prepare
CREATE TABLE orders (customer int, ordered_at date, amount float8);
\copy orders FROM PROGRAM 'build/bench/orders 1000000' (FORMAT csv)
CREATE INDEX ON orders (customer);
VACUUM ANALYZE orders;
SELECT crm.create_workspace('shop', 'orders', options => '{"follow": "trigger", "time_zone": "UTC"}');
CALL crm.refresh('shop', '1997-09-30');

--@ limit Refresh of a million customers, 2.06 million orders, everything read and fitted anew; at most 60
-- ours: processor time of the session
CALL crm.refresh('shop', '1997-09-30', '{"full": true, "refit": true}');

--@ limit Segments of a million customers read from view customer, with probability of being one and lifetime value; at most 2
-- ours: computed as they are read
SELECT segment, avg(p_alive), sum(clv) FROM shop.customer GROUP BY segment;

--@ limit The ten best of a million customers read from view customer, all columns; at most 2
-- ours: sorted by what is computed
SELECT * FROM shop.customer ORDER BY clv DESC LIMIT 10;

--@ measure Refresh after a night in which 0.3 % of the customers bought, against everything anew; at most 0.05
-- ours: the orders of a day, and the refresh
SELECT as_of + 1 AS day FROM shop.published \gset
INSERT INTO orders SELECT 331 * i, :'day', 10 + i % 50 FROM generate_series(1, 3000) AS i;
CALL crm.refresh('shop', :'day');
-- theirs: as of the same day
SELECT as_of AS day FROM shop.published \gset
CALL crm.refresh('shop', :'day', '{"full": true, "refit": true}');

--@ figure MB of memory for such a refresh, beside the shared buffers; at most 1024
CREATE TEMPORARY TABLE memory (mb float8);
\copy memory FROM PROGRAM 'bench/peak_memory bench_workspace "SET work_mem = ''64MB''; CALL crm.refresh(''shop'', ''1997-12-31'', ''{\"full\": true, \"refit\": true}'')"'
SELECT mb FROM memory;

--@ figure Slowest hundredth of a reader's queries while a refresh runs, against none running; at most 1.5
CREATE TEMPORARY TABLE reading (idle_ms float8, busy_ms float8);
\copy reading FROM PROGRAM 'bench/workspace_readers'
SELECT busy_ms / idle_ms FROM reading;

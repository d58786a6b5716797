-- What comments talk about more, or less, than before.
CREATE SCHEMA text_trending;
SET search_path = text_trending, public;
CREATE TABLE comments (at date, topic text, comment text);
-- Nine weeks of 60 comments; in the last one parcels are lost and nobody asks about vouchers any more.
INSERT INTO comments
SELECT date '2026-03-01' - 7 * week - n % 7,
       CASE WHEN n < 24 AND week = 0 OR n < 4 THEN 'delivery' WHEN n < 30 AND week > 0 THEN 'vouchers' WHEN n < 50 THEN 'card' END,
       CASE WHEN n < 24 AND week = 0 OR n < 4 THEN 'the Lost Parcel again' WHEN n < 30 AND week > 0 THEN 'where is my voucher'
            ELSE (ARRAY['how do I change my card', 'the app is slow', 'thank you', 'what is the fee'])[1 + (n * 7 + week) % 4] END
  FROM generate_series(0, 8) AS week, generate_series(1, 60) AS n;
SELECT t.keyword, t.direction, t.recent, t.earlier, round(t.recent_share::numeric, 3) AS recent_share, round(t.earlier_share::numeric, 3) AS earlier_share,
       round(t.ratio::numeric, 2) AS ratio, round(t.lower::numeric, 2) AS lower, round(t.upper::numeric, 2) AS upper, round(t.dispersion::numeric, 2) AS dispersion,
       t.adjusted_p < 0.05 AS changed
  FROM (SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days', '{"top": 8}') AS rows FROM comments) AS x, unnest(rows) AS t;
SELECT t.keyword, t.direction, t.recent, t.earlier, round(t.ratio::numeric, 2) AS ratio, round(t.lower::numeric, 2) AS lower, round(t.upper::numeric, 2) AS upper,
       t.adjusted_p < 0.05 AS changed
  FROM (SELECT crm.trending_topics(at, topic, date '2026-03-01', interval '7 days') AS rows FROM comments) AS x, unnest(rows) AS t;

-- A week before, nothing had changed.
SELECT count(*), count(*) FILTER (WHERE adjusted_p < 0.05) AS changed
  FROM (SELECT crm.trending(at, comment, date '2026-02-22', interval '1 week') AS rows FROM comments) AS x, unnest(rows) AS t;

-- What is new has no ratio: it is infinite, and so is its upper end.
SELECT keyword, recent, earlier, ratio, round(lower::numeric, 3) AS lower, upper = 'infinity' AS unbounded, round(p_value::numeric, 6) AS p_value
  FROM (SELECT crm.trending(day, word, date '2026-01-14', interval '7 days', '{"windows": 1, "phrases": 1}') AS rows
          FROM (SELECT date '2026-01-14' AS day, 'new' AS word FROM generate_series(1, 8) UNION ALL
                SELECT date '2026-01-07', 'old' FROM generate_series(1, 8)) AS v) AS x, unnest(rows) AS t ORDER BY keyword;

-- No recent comments, no earlier ones, none at all; a NULL comment is none, a NULL topic is a comment without one.
SELECT cardinality(crm.trending(at, comment, date '2030-01-01', interval '7 days')) AS none_recent FROM comments;
SELECT cardinality(crm.trending(at, comment, date '2025-12-29', interval '7 days')) AS none_earlier FROM comments;
SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days') IS NULL AS no_rows FROM comments WHERE false;
SELECT round(t.recent_share::numeric, 4) AS of_all
  FROM (SELECT crm.trending_topics(at, topic, date '2026-03-01', interval '7 days') AS rows FROM comments) AS x, unnest(rows) AS t WHERE keyword = 'delivery';

-- What is refused.
SELECT crm.trending(at, comment, date '2026-03-01', interval '12 hours') FROM comments;
SELECT crm.trending(at, comment, date '2026-03-01', interval '-7 days') FROM comments;
SELECT crm.trending(at, comment, at, interval '7 days') IS NULL FROM comments;
SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days', '{"period": 3}') FROM comments;
SELECT crm.trending_topics(at, topic, date '2026-03-01', interval '7 days', '{"phrases": 3}') FROM comments;
SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days', '{"level": 95}') FROM comments;
SELECT crm.trending(at, comment, date 'infinity', interval '7 days') FROM comments;

-- Any order of rows and any number of workers give the same.
ANALYZE comments;
CREATE TABLE serial AS SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days') AS rows, crm.trending_topics(at, topic, date '2026-03-01', interval '7 days') AS topics FROM comments;
SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days' ORDER BY md5(comment), at) = (SELECT rows FROM serial) AS shuffled FROM comments;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT crm.trending(at, comment, date '2026-03-01', interval '7 days') = (SELECT rows FROM serial) AS parallel,
       crm.trending_topics(at, topic, date '2026-03-01', interval '7 days') = (SELECT topics FROM serial) AS parallel_topics FROM comments;

-- Cut points as a value: equal customers get equal scores.
CREATE SCHEMA value_rfm_score;
SET search_path = value_rfm_score, public;
CREATE TABLE seen (customer int, r crm.rfm);
INSERT INTO seen
SELECT n, ROW(f, CASE WHEN f > 0 THEN 10 + n % 50 ELSE 0 END, 100 + n % 150, CASE WHEN f > 0 THEN 5 + n % 90 END)::crm.rfm
  FROM (SELECT n, greatest(0, n % 11 - 4) AS f FROM generate_series(1, 1000) AS n) AS x;
CREATE TABLE scorer AS SELECT crm.fit_rfm_score(r) AS m FROM seen;
SELECT m::jsonb - 'fit' AS cut_points FROM scorer;
SELECT kind, observations, skipped FROM scorer, crm.fit_info(m);
SELECT (s).frequency, count(*), min((r).frequency), max((r).frequency)
  FROM (SELECT r, crm.rfm_score(m, r) AS s FROM seen, scorer) AS x GROUP BY 1 ORDER BY 1;
SELECT (s).recency, count(*), min((r).age - (r).recency) AS least_silence, max((r).age - (r).recency) AS most_silence
  FROM (SELECT r, crm.rfm_score(m, r) AS s FROM seen, scorer) AS x GROUP BY 1 ORDER BY 1;
SELECT (s).monetary, count(*), count((r).monetary) AS with_amount, min((r).monetary), max((r).monetary)
  FROM (SELECT r, crm.rfm_score(m, r) AS s FROM seen, scorer) AS x GROUP BY 1 ORDER BY 1;
SELECT bool_and(crm.rfm_score(m, r) = crm.rfm_score(m, (r).frequency, (r).recency, (r).age, (r).monetary)) AS plain FROM seen, scorer;
-- Other numbers of bins; all rows must agree on it.
SELECT bins, min((crm.rfm_score(m, r)).frequency), max((crm.rfm_score(m, r)).frequency)
  FROM (SELECT bins, crm.fit_rfm_score(r, bins) AS m FROM seen, generate_series(2, 9) AS bins GROUP BY bins) AS x, seen
 GROUP BY bins ORDER BY bins;
SELECT crm.fit_rfm_score(r, 1) FROM seen;
SELECT crm.fit_rfm_score(r, 10) FROM seen;
SELECT crm.fit_rfm_score(r, 2 + customer % 2) FROM seen;
-- One customer, all equal, nobody who came back, nobody at all.
SELECT crm.rfm_score(crm.fit_rfm_score(r), ROW(2, 10, 20, 5)) FROM (SELECT ROW(2, 10, 20, 5)::crm.rfm AS r) AS x;
SELECT crm.rfm_score(crm.fit_rfm_score(r), ROW(0, 0, 20, NULL)) FROM (SELECT ROW(0, 0, 20, NULL)::crm.rfm AS r FROM generate_series(1, 9)) AS x;
SELECT crm.fit_rfm_score(r) IS NULL AS nobody FROM seen WHERE false;
SELECT crm.fit_rfm_score(NULL::crm.rfm) IS NULL AS only_nulls FROM seen;

-- The eleven customary segments, on the grid of recency (down) and frequency (across).
SELECT recency, string_agg(rpad(crm.rfm_segment(format('(%s,%s,3,)', recency, frequency)::crm.rfm_score), 19), ' ' ORDER BY frequency) AS frequency_1_to_5
  FROM generate_series(1, 5) AS recency, generate_series(1, 5) AS frequency GROUP BY recency ORDER BY recency DESC;
SELECT count(DISTINCT crm.rfm_segment(format('(%s,%s,3,)', r, f)::crm.rfm_score)) FROM generate_series(1, 5) AS r, generate_series(1, 5) AS f;
SELECT crm.rfm_segment('(6,1,1,611)');
SELECT crm.rfm_segment(NULL) IS NULL AS null;
-- Names of one's own: a row for each recency score, a column for each frequency score.
SELECT crm.rfm_segment('(2,1,1,211)', '{{gone,sleeping},{new,regular}}'), crm.rfm_segment('(1,2,1,121)', '{{gone,sleeping},{new,regular}}');
SELECT crm.rfm_segment('(3,1,1,311)', '{{gone,sleeping},{new,regular}}');
SELECT crm.rfm_segment('(1,1,1,111)', '{gone,sleeping}');

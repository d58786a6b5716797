-- Which lead first? A table of points that a salesman can add up.
CREATE SCHEMA predict_scorecard;
SET search_path = predict_scorecard, public;
SET extra_float_digits = 0;
CREATE TABLE leads AS
SELECT n AS id, visits, source, CASE WHEN n % 10 > 0 THEN employees END AS employees,
       (n * 7919 % 1009 + 0.5) / 1009 < 1 / (1 + exp(-(-2.2 + CASE WHEN visits >= 8 THEN 1.6 WHEN visits >= 3 THEN 0.7 ELSE 0 END
                                                       + CASE source WHEN 'referral' THEN 1.2 WHEN 'fair' THEN 0.9 ELSE 0 END))) AS has_bought
  FROM generate_series(1, 4000) AS n,
       LATERAL (SELECT n * 31 % 17 AS visits, (ARRAY['fair', 'mail', 'referral', 'web'])[1 + n * 17 % 101 % 4] AS source, n * 13 % 370 AS employees) AS x;
CREATE VIEW described AS
SELECT *, jsonb_build_object('visits', visits, 'source', source, 'employees', employees) AS features FROM leads;
CREATE TABLE card AS SELECT crm.fit_scorecard(has_bought, features) AS m FROM described;
SELECT feature, bin, lower, upper, points, round(share::numeric, 4) AS share, round(rate::numeric, 4) AS rate, round(weight_of_evidence::numeric, 4) AS evidence FROM card, crm.points(m);
SELECT kind, observations, skipped, converged, message FROM card, crm.fit_info(m);
SELECT name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM card, crm.coef(m);
SELECT section, item, round(value::numeric, 3) AS value, note FROM card, crm.model_card(m) WHERE section <> 'coefficient';

-- The points of a lead add up, in every way.
SELECT id, crm.total_points(m, features) AS points, round(crm.predict(m, features)::numeric, 4) AS probability FROM card, described WHERE id IN (1, 2, 10) ORDER BY id;
SELECT feature, bin, points FROM card, described, crm.points(m, features) WHERE id = 10;
SELECT bool_and(total = crm.total_points(m, features)) AS by_bin, bool_and(abs(ln(p / (1 - p)) - (total - 600 + 20 / ln(2) * ln(50)) / (20 / ln(2))) < 1e-9) AS by_odds
  FROM card, described, LATERAL (SELECT sum(points) AS total FROM crm.points(m, features)) AS t, LATERAL (SELECT crm.predict(m, features) AS p) AS s;
SELECT bool_and(abs(total - ln(p / (1 - p))) < 1e-9) AS contributions_add_up
  FROM card, described, LATERAL (SELECT sum(contribution) AS total FROM crm.explain(m, features)) AS t, LATERAL (SELECT crm.predict(m, features) AS p) AS s;
SELECT rank, feature, round(contribution::numeric, 4) AS contribution, round(share::numeric, 4) AS share FROM card, crm.importance(m);
SELECT crm.why(m, features) FROM card, described WHERE id IN (1, 10) ORDER BY id;
SELECT feature, bin, points FROM card, crm.points(m, '{"source": "radio", "visits": 100}'::jsonb);

-- Twenty points double the odds; every other scale orders leads the same way.
SELECT count(DISTINCT (a, b)) = count(DISTINCT a) AS one_order FROM
  (SELECT crm.total_points(card.m, features) AS a, round((crm.total_points(other.m, features) - (SELECT points FROM crm.points(other.m) LIMIT 1)) / 100.0) AS b
     FROM card, described, (SELECT crm.fit_scorecard(has_bought, features, '{"base_points": 100, "base_odds": 1, "points_to_double_odds": 2000}') AS m FROM described) AS other) AS x;

-- Arrays, weights, order and workers.
SELECT bool_and(crm.total_points(a.m, ARRAY[employees, visits]::float8[]) = crm.total_points(b.m, jsonb_build_object('visits', visits, 'employees', employees))) AS arrays
  FROM leads, (SELECT crm.fit_scorecard(has_bought, ARRAY[employees, visits]::float8[], '{"names": ["employees", "visits"]}') AS m FROM leads) AS a,
       (SELECT crm.fit_scorecard(has_bought, jsonb_build_object('visits', visits, 'employees', employees)) AS m FROM leads) AS b;
SELECT feature, bin, points FROM (SELECT crm.fit_scorecard(has_bought, ARRAY[employees, visits]::float8[]) AS m FROM leads) AS a, crm.points(m, ARRAY[NULL, 9]::float8[]);
SELECT item, round(value::numeric, 2) AS value, note FROM (SELECT crm.fit_scorecard(has_bought, jsonb_build_object('bill', has_bought::int * 10 + id % 12)) AS m FROM leads) AS x, crm.model_card(m) WHERE section = 'information value';
SELECT count(*) AS bins, count(*) FILTER (WHERE (a.bin, a.points) IS DISTINCT FROM (b.bin, b.points) OR abs(a.rate - b.rate) > 1e-12) AS differ
  FROM (SELECT p.* FROM (SELECT crm.fit_scorecard(has_bought, features, visits, '{}') AS m FROM described) AS x, crm.points(m) WITH ORDINALITY AS p) AS a
  JOIN (SELECT p.* FROM (SELECT crm.fit_scorecard(has_bought, features) AS m FROM described, generate_series(1, visits)) AS x, crm.points(m) WITH ORDINALITY AS p) AS b USING (ordinality);
SELECT observations = 2::numeric ^ 53 AS most, distinct_observations, converged FROM (SELECT crm.fit_scorecard(has_bought, features, 1e30, '{}') AS m FROM described) AS x, crm.fit_info(m);
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.fit_scorecard(has_bought, features) AS m FROM described;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) FILTER (WHERE crm.total_points(a.m, features) <> crm.total_points(b.m, features)) AS differ FROM card AS a, in_parallel AS b, described;

-- Options of binning.
SELECT o->>'binning' AS binning, o->>'monotone' AS monotone, (SELECT string_agg(bin || ': ' || points, '; ') FROM crm.points(m) WHERE feature = 'visits') AS visits
  FROM (VALUES ('{"binning": "quantile", "bins": 4}'::jsonb), ('{"bins": 2}'), ('{"monotone": ["visits"]}'), ('{"monotone": true, "least_share": 0.3}')) AS v (o),
       LATERAL (SELECT crm.fit_scorecard(has_bought, features, o) AS m FROM described) AS f;

-- A scorecard is a value; one may be made by hand.
SELECT m::text::crm.model::text = m::text AS text FROM card;
\copy card TO 'results/predict_scorecard.bin' (FORMAT binary)
CREATE TABLE restored (LIKE card);
\copy restored FROM 'results/predict_scorecard.bin' (FORMAT binary)
SELECT bool_and(crm.total_points(a.m, features) = crm.total_points(b.m, features)) AS restored FROM card AS a, restored AS b, described;
CREATE TABLE by_hand AS
SELECT crm.make_model('scorecard', '{"base": 500, "points_to_double_odds": 50, "features": {"visits": [{"below": 3, "points": -20}, {"points": 30}, {"missing": true, "points": 0}],
  "source": [{"levels": ["referral", "fair"], "points": 25}, {"points": 0}]}}') AS m;
SELECT feature, bin, lower, upper, points, share FROM by_hand, crm.points(m);
SELECT crm.total_points(m, '{"visits": 3, "source": "fair"}'::jsonb) AS best, crm.total_points(m, '{"visits": 2.9, "source": "radio"}'::jsonb) AS worst, crm.total_points(m, '{}'::jsonb) AS nothing FROM by_hand;
SELECT crm.model_send(m) FROM by_hand;

-- What cannot be.
SELECT converged, message, crm.total_points(m, '{}'::jsonb) IS NULL AS unknown FROM (SELECT crm.fit_scorecard(true, features) AS m FROM described) AS x, crm.fit_info(m);
SELECT crm.fit_scorecard(has_bought, features) IS NULL AS no_rows FROM described WHERE id < 0;
SELECT message FROM (SELECT crm.fit_scorecard(has_bought, jsonb_build_object('visits', visits, 'again', visits * 2, 'number', id % 2)) AS m FROM leads) AS x, crm.fit_info(m);
SELECT crm.fit_scorecard(true, '{}'::jsonb, '{"points": 20}');
SELECT crm.fit_scorecard(true, '{}'::jsonb, '{"points_to_double_odds": 0}');
SELECT crm.fit_scorecard(true, '{}'::jsonb, '{"base_odds": 0}');
SELECT crm.fit_scorecard(true, '{}'::jsonb, '{"bins": 1}');
SELECT crm.fit_scorecard(true, '{}'::jsonb, '{"binning": "tree"}');
SELECT crm.fit_scorecard(has_bought, features, '{"monotone": ["visit"]}') FROM described;
SELECT crm.fit_scorecard(has_bought, ARRAY[employees, visits]::float8[], '{"names": ["visits", "visits"]}') FROM leads;
SELECT crm.points(crm.make_model('logistic', '{"intercept": 1}'));
SELECT crm.make_model('scorecard', '{"features": {"a": [{"below": 2, "points": 1}]}}');
SELECT crm.make_model('scorecard', '{"features": {"a": [{"below": 2, "points": 1}, {"below": 1, "points": 2}, {"points": 3}]}}');
SELECT crm.make_model('scorecard', '{"features": {"a": [{"levels": ["x", "x"], "points": 1}]}}');
SELECT crm.make_model('scorecard', '{"features": {"a": []}}');

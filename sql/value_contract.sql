-- Contracts that are renewed each year: two segments, customers left of a thousand each. Fader, Hardie (2007), table 1.
CREATE SCHEMA value_contract;
SET search_path = value_contract, public;
SET extra_float_digits = 0;
CREATE TABLE cohort AS
SELECT segment, year::int, lag(left_over) OVER (PARTITION BY segment ORDER BY year) - left_over AS lost, left_over AS kept
  FROM (VALUES ('regular', '{1000,631,468,382,326,289,262,241,223,207,194,183,173}'::int[]),
               ('high end', '{1000,869,743,653,593,551,517,491,468,445,427,409,394}')) AS s (segment, left_overs),
       unnest(left_overs) WITH ORDINALITY AS u (left_over, ordinal), LATERAL (SELECT ordinal - 1 AS year) AS y;
CREATE TABLE model AS
SELECT segment, crm.fit_sbg(year, lost, kept) AS sbg, crm.fit_bdw(year, lost, kept) AS bdw
  FROM cohort WHERE year BETWEEN 1 AND 7 GROUP BY segment;
SELECT segment, kind, observations, distinct_observations AS distinct, skipped, round(log_likelihood::numeric, 3) AS log_likelihood,
       round(aic::numeric, 2) AS aic, converged, message
  FROM model, unnest(ARRAY[sbg, bdw]) AS m, crm.fit_info(m) ORDER BY segment, kind DESC;
SELECT segment, kind, name, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error
  FROM model, unnest(ARRAY[sbg, bdw]) AS m, crm.fit_info(m), crm.coef(m) ORDER BY segment, kind DESC, name;
-- Seven years tell what becomes of the other five.
SELECT segment, year, round(kept / 1000.0, 3) AS actual, round(crm.survival(sbg, year)::numeric, 3) AS sbg, round(crm.survival(bdw, year)::numeric, 3) AS bdw
  FROM model JOIN cohort USING (segment) WHERE year >= 8 ORDER BY segment, year;
SELECT period, round(survival::numeric, 4) AS survival, round(retention::numeric, 4) AS retention
  FROM model, crm.survival_curve(sbg, 5) WHERE segment = 'high end';
SELECT bool_and(abs(survival - crm.survival(bdw, period)) < 1e-14 AND (period = 0) = (retention IS NULL)
                AND coalesce(abs(retention - crm.retention(bdw, nullif(period, 0))) < 1e-14, period = 0)) AS same
  FROM model, crm.survival_curve(bdw, 100);
-- Whoever has stayed for long will stay longer.
SELECT segment, renewals, round(crm.residual_lifetime(sbg, renewals, 0.1)::numeric, 4) AS sbg, round(crm.residual_lifetime(bdw, renewals, 0.1)::numeric, 4) AS bdw
  FROM model, unnest('{0,1,4,20}'::int[]) AS renewals ORDER BY segment, renewals;
SELECT crm.residual_lifetime(sbg, 0, 0) AS without_discount FROM model;

-- One row a contract says the same as one row a period; order, NULLs, grouping and workers do not matter.
CREATE TABLE contract AS
SELECT year AS periods, true AS lost FROM cohort, generate_series(1, lost) WHERE segment = 'regular' AND year BETWEEN 1 AND 7
UNION ALL SELECT 7, false FROM cohort, generate_series(1, kept) WHERE segment = 'regular' AND year = 7;
CREATE TABLE from_contracts AS SELECT crm.fit_sbg(periods, lost) AS sbg, crm.fit_bdw(periods, lost) AS bdw FROM contract;
SELECT i.observations, i.distinct_observations AS distinct, round(i.log_likelihood::numeric, 3) AS log_likelihood,
       abs(crm.survival(c.sbg, 12) - crm.survival(m.sbg, 12)) < 1e-9 AS sbg, abs(crm.survival(c.bdw, 12) - crm.survival(m.bdw, 12)) < 1e-7 AS bdw
  FROM from_contracts AS c, model AS m, crm.fit_info(c.sbg) AS i WHERE segment = 'regular';
SELECT abs(sum(crm.log_likelihood(sbg, periods, lost)) - (crm.fit_info(min(sbg::text)::crm.model)).log_likelihood) < 1e-8 AS same
  FROM contract, from_contracts;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT crm.fit_sbg(periods, lost), crm.fit_bdw(periods, lost) FROM contract;
SELECT crm.fit_sbg(periods, lost)::text = (SELECT sbg::text FROM from_contracts) AS sbg,
       crm.fit_bdw(periods, lost)::text = (SELECT bdw::text FROM from_contracts) AS bdw FROM contract;
SET max_parallel_workers_per_gather = 0;
SELECT i.observations, i.skipped
  FROM (SELECT crm.fit_sbg(year, lost, kept) AS m FROM (TABLE cohort UNION ALL VALUES ('none', 9, NULL, 1), ('none', NULL, 1, 1), ('none', 9, 0, 0)) AS x WHERE year > 0 OR segment = 'none') AS x,
       crm.fit_info(m) AS i;
SELECT i.observations, i.skipped
  FROM (SELECT crm.fit_bdw(periods, lost) AS m FROM (TABLE contract UNION ALL VALUES (NULL, true), (3, NULL), (0, false)) AS x) AS x, crm.fit_info(m) AS i;

-- Five of a hundred customers more are kept: what is that worth?
SELECT retention, round(value_before::numeric, 4) AS value_before, round(value_after::numeric, 4) AS value_after, round(gain::numeric, 4) AS gain, round(gain_ratio::numeric, 4) AS gain_ratio
  FROM unnest('{0.5,0.8,0.9,0.95}'::float8[]) AS retention, crm.retention_value(retention, 0.05, 0.1);
SELECT segment, round(value_before::numeric, 4) AS value_before, round(value_after::numeric, 4) AS value_after, round(gain::numeric, 4) AS gain, round(gain_ratio::numeric, 4) AS gain_ratio
  FROM model, crm.retention_value(sbg, 0.05, 0.1) ORDER BY segment;
SELECT abs((crm.retention_value(sbg, 0.05, 0.1)).value_before - 1 - crm.residual_lifetime(sbg, 0, 0.1) / 1.1) < 1e-12 AS first_payment_and_the_rest FROM model;
SELECT v.* FROM crm.retention_value(crm.make_model('sbg', '{"alpha": 0.5, "beta": 1}'), 0.05, 0) AS v;
SELECT v.value_before, v.value_after, v.gain, round(v.gain_ratio::numeric, 12) AS gain_ratio FROM crm.retention_value(0.8, -0.3, 0) AS v;

-- A contract of a day: three thousand periods.
SELECT i.converged, i.observations, round(crm.retention(m, 1)::numeric, 4) AS first, round(crm.retention(m, 3000)::numeric, 6) AS last
  FROM (SELECT crm.fit_bdw(day, 100000 / (day + 50), 100000) AS m FROM generate_series(1, 3000) AS day) AS x, crm.fit_info(m) AS i;

-- Known parameters, and models as text.
SELECT crm.make_model('sbg', '{"alpha": 0.704, "beta": 1.182}') AS sbg, crm.make_model('bdw', '{"alpha": 0.704, "beta": 1.182, "c": 1}')::jsonb AS bdw;
SELECT bool_and(sbg::text::crm.model::text = sbg::text) AS sbg, bool_and(bdw::text::crm.model::text = bdw::text) AS bdw FROM model;
SELECT crm.make_model('sbg', '{"alpha": 0.704}');
SELECT crm.make_model('bdw', '{"alpha": 0.704, "beta": 1.182, "c": 0}');

-- What cannot be.
SELECT crm.fit_sbg(0, 1, 1);
SELECT crm.fit_sbg(1, -1, 1);
SELECT crm.fit_bdw(1, 1, -1);
SELECT crm.fit_sbg(0, true);
SELECT crm.fit_bdw(-1, false);
SELECT crm.retention(sbg, 0) FROM model;
SELECT crm.survival(sbg, -1) FROM model;
SELECT count(*) FROM model, crm.survival_curve(sbg, 2000000);
SELECT crm.residual_lifetime(sbg, -1, 0.1) FROM model;
SELECT crm.residual_lifetime(sbg, 1, -0.1) FROM model;
SELECT crm.log_likelihood(sbg, 0, true) FROM model;
SELECT crm.retention_value(1, 0, 0.1);
SELECT crm.retention_value(0.9, 0.2, 0.1);
SELECT crm.retention_value(0.5, 0.5, 0);
SELECT crm.retention_value(0.5, 0.1, 'NaN');
SELECT crm.retention_value(sbg, 1.5, 0.1) FROM model;
SELECT crm.retention_value(sbg, 1e-9, 1e-9) FROM model;
SELECT crm.p_alive(sbg, 1, 1, 2) FROM model;
SELECT crm.retention(crm.make_model('gamma_gamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 1);
SELECT crm.retention(NULL, 1) IS NULL AS no_model, crm.retention(sbg, NULL) IS NULL AS no_period FROM model LIMIT 1;

-- Thin data say why.
CREATE TABLE thin AS
SELECT 'nobody lost' AS data, 1 AS period, 0 AS lost, 50 AS kept UNION ALL SELECT 'nobody kept', 1, 50, 0
UNION ALL SELECT 'one renewal', 1, 20, 80 UNION ALL SELECT 'all alike', t, 20, 80 FROM generate_series(1, 5) AS t
UNION ALL SELECT 'some at once, the others never', t, CASE t WHEN 1 THEN 30 ELSE 0 END, 70 FROM generate_series(1, 5) AS t;
CREATE TABLE thin_model AS SELECT data, crm.fit_sbg(period, lost, kept) AS m FROM thin GROUP BY data;
SELECT data, converged, message, round(crm.survival(m, 5)::numeric, 4) AS survival_5 FROM thin_model, crm.fit_info(m) ORDER BY data;
SELECT data, name, estimate IN (0, 'infinity') AS boundary, std_error IS NULL AS no_error FROM thin_model, crm.coef(m) ORDER BY data, name;
SELECT crm.fit_sbg(periods, lost) IS NULL AS nobody FROM contract WHERE false;
SELECT crm.fit_bdw(NULL::int, lost) IS NULL AS only_nulls FROM contract;

-- Bytes of version 1, for ever.
SELECT crm.model_send(crm.make_model('sbg', '{"alpha": 0.704, "beta": 1.182}'));
SELECT crm.model_send(crm.make_model('bdw', '{"alpha": 0.704, "beta": 1.182, "c": 1.5}'));

-- A score that ranks well and promises too much is put right on customers it has not seen.
CREATE SCHEMA predict_calibration;
SET search_path = predict_calibration, public;
SET extra_float_digits = 0;
CREATE TABLE scored AS
SELECT n AS id, (n * 31 % 1000 + 0.5) / 1000 AS said, (n * 7919 % 1009 + 0.5) / 1009 < ((n * 31 % 1000 + 0.5) / 1000) ^ 2 / 2 AS has_left FROM generate_series(1, 4000) AS n;
CREATE TABLE mended AS
SELECT method, crm.fit_calibration(has_left, said, jsonb_build_object('method', method)) AS m FROM scored, unnest(ARRAY['platt', 'isotonic', 'auto']) AS method WHERE id % 2 = 0 GROUP BY method;
SELECT method, kind, observations, distinct_observations, round(log_likelihood::numeric, 4) AS log_likelihood, round(aic::numeric, 4) AS aic, message FROM mended, crm.fit_info(m) ORDER BY method;
SELECT method, name, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error FROM mended, crm.coef(m) ORDER BY method, name;
SELECT method, said, round(crm.calibrate(m, said)::numeric, 4) AS meant, said ^ 2 / 2 AS truth FROM mended, unnest(ARRAY[0, 0.2, 0.5, 0.8, 1]::float8[]) AS said ORDER BY method, said;
SELECT method, round((e).expected::numeric, 4) AS error, round(loss::numeric, 4) AS log_loss
  FROM (SELECT method, crm.calibration_error(has_left, crm.calibrate(m, said)) AS e, crm.log_loss(has_left, crm.calibrate(m, said)) AS loss FROM mended, scored WHERE id % 2 = 1 GROUP BY method
        UNION ALL SELECT 'as said', crm.calibration_error(has_left, said), crm.log_loss(has_left, said) FROM scored WHERE id % 2 = 1) AS x ORDER BY method;

-- Order and workers change nothing.
SELECT a.m::text = (SELECT crm.fit_calibration(has_left, said, '{"method": "isotonic"}' ORDER BY id * 7 % 4001)::text FROM scored WHERE id % 2 = 0) AS by_order FROM mended AS a WHERE method = 'isotonic';
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE in_parallel AS SELECT crm.fit_calibration(has_left, said) AS m FROM scored WHERE id % 2 = 0;
SET max_parallel_workers_per_gather = 0;
SELECT a.m::text = b.m::text AS parallel FROM mended AS a, in_parallel AS b WHERE method = 'auto';

-- A calibration is a value.
SELECT bool_and(m::text::crm.model::text = m::text) AS text FROM mended;
\copy mended TO 'results/predict_calibration.bin' (FORMAT binary)
CREATE TABLE restored (LIKE mended);
\copy restored FROM 'results/predict_calibration.bin' (FORMAT binary)
SELECT bool_and(crm.calibrate(a.m, said) = crm.calibrate(b.m, said)) AS restored FROM mended AS a JOIN restored AS b USING (method), scored;
SELECT crm.calibrate(crm.make_model('calibration', '{"intercept": 0, "slope": 1}'), 0.25) AS as_said, crm.calibrate(crm.make_model('calibration', '{"knots": [[0.2, 0.1], [0.4, 0.5]]}'), 0.3) AS between;
SELECT crm.model_send(crm.make_model('calibration', '{"knots": [[0.2, 0.1], [0.4, 0.5]]}'));

-- What cannot be.
SELECT converged, message, crm.calibrate(m, 0.5) IS NULL AS unknown FROM (SELECT crm.fit_calibration(false, said) AS m FROM scored) AS x, crm.fit_info(m);
SELECT crm.fit_calibration(has_left, NULL) IS NULL AS no_rows FROM scored;
SELECT crm.fit_calibration(true, 1.01::float8);
SELECT crm.fit_calibration(true, 'NaN'::float8);
SELECT crm.fit_calibration(true, 0.5::float8, '{"method": "spline"}');
SELECT crm.fit_calibration(true, 0.5::float8, '{"bins": 10}');
SELECT crm.fit_calibration(has_left, said, jsonb_build_object('method', CASE WHEN id % 2 = 0 THEN 'platt' ELSE 'isotonic' END)) FROM scored;
SELECT crm.calibrate(m, -0.1) FROM in_parallel;
SELECT crm.make_model('calibration', '{"knots": [[0.4, 0.1], [0.2, 0.5]]}');
SELECT crm.make_model('calibration', '{"knots": []}');
SELECT crm.make_model('calibration', '{"knots": [[0.4, 0.1]], "slope": 1}');

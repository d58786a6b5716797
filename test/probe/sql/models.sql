-- A model passed for many rows is decoded once, wherever it is kept.
CREATE TABLE model (name text PRIMARY KEY, m probe.model);
INSERT INTO model
SELECT name, probe.make_model('weight', jsonb_build_object('factor', 2, 'size', size))
  FROM (VALUES ('small', 10), ('medium', 3000), ('large', 5000000)) AS v (name, size);
SELECT name, pg_column_size(m) > 2500 AS long FROM model ORDER BY name;
SELECT probe.decoded_models() >= 0 AS reset;
SELECT sum(probe.weigh(m, n)) FROM model, generate_series(1, 10000) AS n WHERE name = 'small';
SELECT probe.decoded_models();
SELECT sum(probe.weigh(m, n)) FROM model, generate_series(1, 10000) AS n WHERE name = 'medium';
SELECT probe.decoded_models();
SELECT sum(probe.weigh(m, n)) FROM model, generate_series(1, 10000) AS n WHERE name = 'large';
SELECT probe.decoded_models();
-- In memory, from a subquery, it is recognised by its fingerprint.
WITH fitted AS MATERIALIZED (SELECT probe.make_model('weight', '{"factor": 3, "size": 1000000}') AS m)
SELECT sum(probe.weigh(m, n)) FROM fitted, generate_series(1, 10000) AS n;
SELECT probe.decoded_models();
-- Models that change from row to row are told apart.
SELECT n, probe.weigh(probe.make_model('weight', jsonb_build_object('factor', n, 'size', 0)), 10) FROM generate_series(1, 3) AS n;
SELECT sum(probe.weigh(m, 1)) FROM (SELECT m FROM model ORDER BY name) AS x;

-- One that was not fitted scores to NULL; one of another kind is refused.
SELECT probe.weigh(probe.make_model('weight', '{"factor": 0, "size": 0}'), 1) IS NULL AS unusable;
SELECT probe.weigh(probe.make_model('feather', '{}'), 1);
SELECT probe.make_model('stone', '{}');
SELECT probe.make_model('weight', '{"factor": 1, "size": 0, "colour": 2}');
SELECT probe.make_model('weight', '{"factor": "much", "size": 0}');
SELECT probe.make_model('weight', '{"size": 0}');

-- Text form, there and back.
SELECT probe.make_model('weight', '{"factor": 0.1, "size": 3}');
SELECT probe.weigh('{"kind": "weight", "version": 1, "size": 0, "factor": 0.1}', 10);
SELECT '{"kind": "weight", "version": 99, "size": 0, "factor": 0.1}'::probe.model;
SELECT '{"kind": "weight"'::probe.model;
SELECT '[]'::probe.model;
-- Binary form, there and back; damage is noticed.
SELECT probe.model_send(probe.make_model('weight', '{"factor": 2, "size": 0}'));

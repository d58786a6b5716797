-- Fewer leads going to the sales force, but more of them worked and converted.
CREATE SCHEMA predict_qualify_leads;
SET search_path = predict_qualify_leads, public;
SET datestyle = iso;
SET timezone = 'UTC';
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE TABLE past AS
SELECT n AS id, jsonb_build_object('visits', visits, 'industry', industry, 'employees', employees) AS features,
       (n * 7919 % 1009 + 0.5) / 1009 < 1 / (1 + exp(-(-3 + 0.5 * visits + CASE industry WHEN 'software' THEN 1 ELSE 0 END + 0.01 * employees))) AS won
  FROM generate_series(1, 2000) AS n, LATERAL (SELECT n * 31 % 7 AS visits, (ARRAY['software', 'retail', 'building'])[1 + n * 17 % 101 % 3] AS industry, n * 13 % 97 AS employees) AS x;
CREATE TABLE model AS SELECT crm.fit_logistic(won, features) AS m FROM past;
SELECT feature, round(share::numeric, 3) AS share FROM model, crm.importance(m);

CREATE TABLE leads (lead text, value float8, features jsonb, last_activity date, skill text);
INSERT INTO leads VALUES
    ('hot',          1000, '{"visits": 6, "industry": "software", "employees": 80}', '2026-10-30', NULL),
    ('warm',          900, '{"visits": 4, "industry": "software", "employees": 40}', '2026-10-30', 'french'),
    ('french too',    800, '{"visits": 4, "industry": "software", "employees": 40}', '2026-10-30', 'french'),
    ('german',        800, '{"visits": 3, "industry": "retail", "employees": 40}', '2026-10-30', 'german'),
    ('small',         300, '{"visits": 3, "industry": "retail", "employees": 40}', '2026-10-30', NULL),
    ('gone cold',     300, '{"visits": 5, "industry": "software", "employees": 20}', '2026-05-01', NULL),
    ('unknown',      2000, '{"industry": "software"}', '2026-10-30', NULL),
    ('hardly known',  500, '{"visits": 2}', '2026-10-30', NULL),
    ('not worth it',  200, '{"visits": 0, "industry": "building", "employees": 3}', '2026-10-30', NULL),
    ('tiny',           40, '{"visits": 6, "industry": "software", "employees": 90}', '2026-10-30', NULL),
    ('no value',     NULL, '{"visits": 6, "industry": "software", "employees": 90}', '2026-10-30', NULL),
    ('no features',   500, NULL, '2026-10-30', NULL);
CREATE TABLE sellers (seller text, capacity int, skills text[]);
INSERT INTO sellers VALUES ('Anna', 1, '{french}'), ('Ben', 2, '{french,german}'), ('Cleo', 1, NULL);

CREATE FUNCTION qualified(leads text, sellers text DEFAULT NULL, options jsonb DEFAULT '{"cost": 50, "half_life": "60 days"}')
RETURNS TABLE (rank int, lead text, decision text, seller text, probability numeric, expected_profit numeric, completeness numeric, why text) LANGUAGE sql AS
$$SELECT q.rank, q.lead, q.decision, q.seller, round(q.probability::numeric, 3), round(q.expected_profit::numeric, 1), round(q.completeness::numeric, 2), q.why
    FROM model, crm.qualify_leads(m, leads, sellers, '2026-11-01', options) AS q ORDER BY q.rank$$;
SELECT * FROM qualified('SELECT * FROM leads', 'SELECT * FROM sellers');

-- The order of the queries' rows changes nothing.
SELECT bool_and(a.* IS NOT DISTINCT FROM b.*) AS by_order FROM qualified('SELECT * FROM leads', 'SELECT * FROM sellers') AS a
  JOIN qualified('SELECT * FROM leads ORDER BY lead DESC -- all', 'SELECT * FROM sellers ORDER BY seller DESC -- all') AS b USING (rank);

-- Expected profit is the probability, halved for every half-life of silence, times the value, less the cost.
SELECT bool_and(abs(q.expected_profit - (crm.predict(m, features) * 0.5 ^ ((date '2026-11-01' - last_activity) / 60.0) * l.value - 50)) < 1e-9) AS as_defined, count(q.expected_profit)
  FROM model, crm.qualify_leads(m, 'SELECT * FROM leads', as_of => '2026-11-01', options => '{"cost": 50, "half_life": 60}') AS q JOIN leads AS l USING (lead);

-- Activity tomorrow is as good as today's; silence for ages is no chance at all.
SELECT lead, decision, round(expected_profit::numeric, 6) AS expected_profit FROM crm.qualify_leads(NULL, $$SELECT 'tomorrow' AS lead, 100 AS value, 0.5 AS probability, '2026-11-02' AS last_activity UNION ALL SELECT 'ages ago', 100, 0.5, '1900-01-01'
    UNION ALL SELECT 'never', 100, 0.5, NULL UNION ALL SELECT 'never yet', 100, 0.5, '-infinity'$$, as_of => '2026-11-01', options => '{"half_life": 1, "cost": 1}');

-- Without sellers: a number of leads, or as many as pay. Without a gate of completeness nobody is asked.
SELECT decision, count(*), string_agg(lead, ', ' ORDER BY rank) AS leads FROM qualified('SELECT * FROM leads', NULL, '{"cost": 50, "capacity": 2}') GROUP BY decision ORDER BY decision;
SELECT decision, count(*), string_agg(lead, ', ' ORDER BY rank) AS leads FROM qualified('SELECT * FROM leads', NULL, '{"cost": 50, "completeness": 0, "minimum_profit": 100}') GROUP BY decision ORDER BY decision;

-- A probability of one's own, such as a calibrated one; the model then says what is missing, and why.
SELECT lead, decision, expected_profit, why FROM qualified('SELECT *, 0.25 AS probability FROM leads', NULL, '{"cost": 50}') ORDER BY rank LIMIT 3;
SELECT lead, decision, expected_profit, completeness, why FROM crm.qualify_leads(NULL, $$SELECT 'a' AS lead, 100 AS value, 0.5 AS probability UNION ALL SELECT 'b', 100, NULL$$);

-- Who has most time left is given the next lead; of the equally able the first by name.
SELECT seller, string_agg(lead, ' ' ORDER BY rank) AS leads
  FROM crm.qualify_leads(NULL, 'SELECT n AS lead, 1000 - n AS value, 0.5 AS probability FROM generate_series(1, 9) AS n', $$SELECT * FROM (VALUES ('x', 2), ('y', 4), ('a', 2)) AS s (seller, capacity)$$) GROUP BY seller ORDER BY seller;
-- Properties of many: capacity is kept, skills are heeded, and no lead waits that is worth more than one worked by somebody who could have worked it.
CREATE TABLE many AS SELECT n AS lead, (n * 7919 % 1009)::float8 AS value, (n * 104729 % 997) / 997.0 AS probability, (ARRAY['a', 'b', 'c', NULL])[1 + n % 4] AS skill FROM generate_series(1, 500) AS n;
CREATE TABLE team AS SELECT 's' || n AS seller, n % 7 * 4 AS capacity, (ARRAY['{a}', '{a,b}', '{b}', NULL, '{}'])[1 + n % 5]::text[] AS skills FROM generate_series(1, 20) AS n;
CREATE TABLE routed AS SELECT q.*, m.skill FROM crm.qualify_leads(NULL, 'TABLE many', 'TABLE team', options => '{"cost": 100}') AS q JOIN many AS m ON m.lead::text = q.lead;
SELECT count(*) FILTER (WHERE decision = 'work') AS worked, (SELECT sum(capacity) FROM team) AS capacity,
       (SELECT bool_and(n <= capacity) FROM (SELECT seller, count(*) AS n FROM routed WHERE seller IS NOT NULL GROUP BY seller) AS w JOIN team USING (seller)) AS within_capacity,
       bool_and(t.skills IS NULL OR r.skill IS NULL OR r.skill = ANY (t.skills)) AS skilled
  FROM routed AS r LEFT JOIN team AS t USING (seller);
SELECT count(*) AS unjust FROM routed AS waits JOIN routed AS works ON works.decision = 'work' AND waits.decision = 'nurture' AND waits.rank < works.rank
  JOIN team AS t ON t.seller = works.seller WHERE waits.skill IS NULL OR t.skills IS NULL OR waits.skill = ANY (t.skills);

-- A table of leads may be called whatever it is called.
CREATE TABLE matters AS SELECT 'a' AS lead, 100 AS value, 0.5 AS probability;
SELECT lead, decision FROM crm.qualify_leads(NULL, 'TABLE matters');

-- An empty skill is one that nobody has, not none.
SELECT lead, decision, seller FROM crm.qualify_leads(NULL, $$SELECT * FROM (VALUES ('a', 100, 0.5, ''), ('b', 90, 0.5, NULL)) AS l (lead, value, probability, skill)$$, 'SELECT seller, capacity, skills FROM sellers WHERE skills IS NOT NULL');

-- Nothing to qualify, nobody to work.
SELECT * FROM qualified('SELECT * FROM leads WHERE false');
SELECT decision, count(*) FROM qualified('SELECT * FROM leads', 'SELECT * FROM sellers WHERE false') GROUP BY decision ORDER BY decision;

-- What is refused.
SELECT * FROM qualified('SELECT lead, features FROM leads', NULL, '{}');
SELECT * FROM qualified('SELECT lead, value FROM leads', NULL, '{}');
SELECT * FROM qualified('SELECT lead, value, value AS features FROM leads', NULL, '{}');
SELECT * FROM qualified('SELECT lead, value, features FROM leads');
SELECT * FROM qualified('SELECT * FROM leads', NULL, '{"cost": "NaN"}');
SELECT * FROM qualified('SELECT * FROM leads', NULL, '{"minimum_profit": "-Infinity"}');
SELECT * FROM qualified('SELECT * FROM leads', NULL, '{"half_life": 0}');
SELECT * FROM qualified('SELECT * FROM leads', NULL, '{"completeness": 50}');
SELECT * FROM qualified('SELECT * FROM leads', NULL, '{"costs": 50}');
SELECT * FROM qualified('SELECT * FROM leads', 'SELECT * FROM sellers', '{"capacity": 50}');
SELECT * FROM qualified('SELECT * FROM leads', 'SELECT seller, -1 AS capacity FROM sellers', '{}');
SELECT * FROM qualified('SELECT lead, value, 2 AS probability FROM leads', NULL, '{}');
SELECT * FROM qualified($$SELECT lead, 'NaN' AS value, features FROM leads$$, NULL, '{}');

SET client_min_messages = warning;
DROP SCHEMA predict_qualify_leads CASCADE;

-- Charts are read from a workspace's views; here tables of the same columns stand for them, larger than a chart can show.
CREATE SCHEMA "Big shop";
SET search_path = "Big shop", public;
SET extra_float_digits = 0;
\set SHOW_CONTEXT never
CREATE TABLE segment (as_of date, segment text, customers bigint, customers_share float8, revenue float8, revenue_share float8, clv float8, clv_share float8);
CREATE TABLE customer (segment text, recency_score smallint, frequency_score smallint);
CREATE TABLE concentration_curve (customers_share float8, revenue_share float8);
CREATE TABLE cohort (cohort date, age int, customers bigint, active bigint, retention float8, complete boolean);
CREATE TABLE purchase_tracking (until date, actual float8, expected float8, is_holdout boolean);
CREATE TABLE holdout_calibration (bin int, customers bigint, expected float8, actual float8);
CREATE TABLE equity (as_of date, from_as_of date, opening numeric, revalued numeric, acquired numeric, grown numeric, lapsed numeric, lost numeric, closing numeric, run bigint);
CREATE TABLE comment_topic (topic text, comments bigint, comments_share float8);

SELECT chart, section, needs_view FROM crm.charts();
SELECT array_agg(chart) AS of_this_workspace FROM crm.charts('Big shop');
SELECT array_agg(chart) AS of_none FROM crm.charts('nowhere');

-- Without data: a specification all the same.
SELECT chart, spec #> '{data,values}' AS data, spec #>> '{title,subtitle}' AS note
  FROM crm.charts('Big shop'), crm.chart_spec('Big shop', chart) AS spec;

INSERT INTO segment SELECT '2026-06-30', 'segment ' || n, 100 * n, n / 210.0, 1000 * n, n / 210.0, 500 * n, n / 210.0 FROM generate_series(1, 20) AS n;
INSERT INTO customer SELECT 'segment ' || n % 7, 1 + n % 5, 1 + n / 5 % 5 FROM generate_series(1, 1000) AS n;
INSERT INTO customer VALUES (NULL, NULL, NULL), ('many scores', 90, 90);
INSERT INTO concentration_curve SELECT n / 200.0, (n / 200.0) ^ 3 FROM generate_series(0, 200) AS n;
INSERT INTO cohort SELECT c, a, 200, 200 / (a + 1), 1 / (a + 1.0), c + make_interval(months => a) < '2026-06-01'
  FROM generate_series(timestamp '2019-01-01', '2026-06-01', '1 month') AS c, generate_series(0, 90) AS a WHERE c + make_interval(months => a) <= '2026-06-01';
INSERT INTO purchase_tracking SELECT date '2016-01-03' + 7 * n, 10 + n % 3, 11, n > 400 FROM generate_series(1, 520) AS n;
INSERT INTO holdout_calibration SELECT n, 10, n / 50.0, n / 51.0 FROM generate_series(1, 300) AS n;
INSERT INTO equity VALUES ('2026-05-31', NULL, 0, 0, 1000, 0, 0, 0, 1000, 1), ('2026-06-30', '2026-05-31', 1000, -10, 300, 200, -150, -50, 1290, 2);
INSERT INTO comment_topic SELECT 'topic ' || n, 10 * n, 0.01 FROM generate_series(1, 40) AS n;

-- However large the workspace is, a chart's data are few.
SELECT chart, jsonb_array_length(spec #> '{data,values}') AS rows, spec ->> 'height' AS height, spec #>> '{title,subtitle}' AS finding
  FROM crm.charts('Big shop'), crm.chart_spec('Big shop', chart) AS spec;
SELECT bool_and(spec ?& '{$schema,width,autosize,title,description,data,config}' AND spec ?| '{mark,layer}'
                AND spec ->> 'description' LIKE title || '. ' || (spec #>> '{title,subtitle}') || ' ' || meaning) AS complete
  FROM crm.charts('Big shop'), crm.chart_spec('Big shop', chart) AS spec;

-- What they hold is what the views hold.
SELECT d.* FROM crm.chart_spec('Big shop', 'equity') AS spec,
    jsonb_to_recordset(spec #> '{data,values}') AS d (step text, kind text, change float8, from_value float8, to_value float8);
SELECT d.* FROM crm.chart_spec('Big shop', 'segments') AS spec,
    jsonb_to_recordset(spec #> '{data,values}') AS d (segment text, measure text, share float8, total float8) LIMIT 4;
SELECT min(d.cohort), max(d.cohort), min(d.age), max(d.age) FROM crm.chart_spec('Big shop', 'cohort') AS spec,
    jsonb_to_recordset(spec #> '{data,values}') AS d (cohort text, age int);
SELECT sum(d.customers), count(*) FILTER (WHERE d.segment IS NULL) AS without_segment FROM crm.chart_spec('Big shop', 'rfm_map') AS spec,
    jsonb_to_recordset(spec #> '{data,values}') AS d (recency int, frequency int, customers bigint, segment text);
SELECT d.is_holdout, count(*), min(d.actual) >= 10 AND max(d.actual) <= 12 AS mean_of_periods, max(d.until) FROM crm.chart_spec('Big shop', 'tracking') AS spec,
    jsonb_to_recordset(spec #> '{data,values}') AS d (until date, actual float8, expected float8, is_holdout boolean) GROUP BY 1 ORDER BY 1;
SELECT d.* FROM crm.chart_spec('Big shop', 'lorenz') AS spec,
    jsonb_to_recordset(spec #> '{data,values}') AS d (customers_share float8, revenue_share float8, best_fifth boolean) WHERE d.best_fifth OR d.customers_share = 1;

-- Marks stand out 3 to 1 and words 4.5 to 1 (WCAG 2.1), on either background, and words on the strongest cell of a heat map too.
CREATE FUNCTION channel(colour text, nth int) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN get_byte(decode(substr(colour, 2), 'hex'), nth);
CREATE FUNCTION linear(channel float8) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN CASE WHEN channel / 255 <= 0.04045 THEN channel / 255 / 12.92 ELSE ((channel / 255 + 0.055) / 1.055) ^ 2.4 END;
-- Of a colour laid over another.
CREATE FUNCTION luminance(colour text, under text DEFAULT '#000000', opacity float8 DEFAULT 1) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
    SELECT sum(weight * linear(opacity * channel(colour, nth) + (1 - opacity) * channel(under, nth)))
      FROM (VALUES (0, 0.2126), (1, 0.7152), (2, 0.0722)) AS w (nth, weight)
$$;
CREATE FUNCTION contrast(one float8, other float8) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN (greatest(one, other) + 0.05) / (least(one, other) + 0.05);
SELECT contrast(luminance('#ffffff'), luminance('#000000')) AS greatest_contrast;
SELECT name, bool_and(contrast(luminance(colour), luminance(theme ->> 'background')) >= 3) AS marks,
       bool_and(contrast(luminance(theme #>> '{text,color}'), luminance(theme ->> 'background')) >= 4.5) AS words,
       bool_and(contrast(luminance(theme #>> '{text,color}'), luminance(theme #>> '{rect,color}', theme ->> 'background', 0.7)) >= 4.5) AS words_on_cells
  FROM unnest('{light,dark}'::text[]) AS name, crm.chart_theme(name) AS theme, jsonb_array_elements_text(theme #> '{range,category}') AS colour GROUP BY name;
SELECT bool_and(contrast(luminance(colour[1]), luminance(theme ->> 'background')) >= 3 OR colour[1] = '#757575') AS colours_of_charts
  FROM crm.workspace_chart, regexp_matches(spec::text, '#[0-9a-f]{6}', 'g') AS colour, unnest('{light,dark}'::text[]) AS name, crm.chart_theme(name) AS theme;
SELECT bool_and((cell #>> '{opacity,scale,range,1}')::float8 <= 0.7) AS cells_no_stronger
  FROM crm.workspace_chart, jsonb_path_query(spec, '$.**.encoding ? (exists(@.opacity))') AS cell;
SELECT crm.chart_spec('Big shop', 'topics') - 'config' = crm.chart_spec('Big shop', 'topics', 'dark') - 'config' AS same_but_for_colours,
       crm.chart_spec('Big shop', 'topics', 'dark') -> 'config' = crm.chart_theme('dark') AS dark;

-- Nobody's search path or tables change what is read.
CREATE TEMP TABLE comment_topic (topic text, comments bigint, comments_share float8);
CREATE SCHEMA elsewhere CREATE TABLE comment_topic (topic text, comments bigint, comments_share float8);
SET search_path = elsewhere, pg_temp, public;
SELECT jsonb_array_length(crm.chart_spec('Big shop', 'topics') #> '{data,values}') AS topics;
SHOW search_path;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT count(crm.chart_spec('Big shop', chart)) AS in_a_transaction_that_only_reads FROM crm.charts('Big shop');
COMMIT;
SELECT crm.chart_spec(NULL, 'topics') IS NULL AS of_nothing;

SELECT crm.chart_spec('Big shop', 'pie');
SELECT crm.chart_spec('Big shop', 'topic_trend');
SELECT crm.chart_spec('nowhere', 'topics');
SELECT crm.chart_spec('Big shop', 'topics', 'sepia');
CREATE ROLE workspace_charts_reader;
SET ROLE workspace_charts_reader;
SELECT count(*) FROM crm.charts();
SELECT crm.chart_spec('Big shop', 'topics');
RESET ROLE;
DROP ROLE workspace_charts_reader;
SET client_min_messages = warning;
DROP SCHEMA "Big shop", elsewhere CASCADE;

-- Charts of a workspace: who the customers are, what they bought, and what was expected of them

INSERT INTO crm.workspace_chart (chart, "position", section, needs_view, title, meaning, query, finding, spec) VALUES
('segments', 10, 'Customers', 'segment', 'Segments', 'For each of the largest twelve segments its share of all customers, of their revenue so far and of their lifetime value ahead.',
$query$
SELECT l.segment, m.measure, m.share, m.total
  FROM (SELECT s.*, row_number() OVER (ORDER BY s.revenue DESC NULLS LAST, s.segment) AS place FROM segment AS s) AS l
 CROSS JOIN LATERAL (VALUES (1, 'customers', l.customers_share, l.customers::float8), (2, 'revenue', l.revenue_share, l.revenue),
                            (3, 'lifetime value', l.clv_share, l.clv)) AS m (nth, measure, share, total)
 WHERE l.place <= 12 AND m.share IS NOT NULL
 ORDER BY l.place, m.nth
$query$,
$finding$
SELECT format('Segment "%s" has %s %% of the customers and brings %s %% of the revenue.',
              segment, round(100 * customers_share::numeric), round(100 * revenue_share::numeric))
  FROM segment ORDER BY revenue DESC NULLS LAST, segment LIMIT 1
$finding$,
'{"height": {"step": 42}, "mark": "bar", "encoding": {
  "y": {"field": "segment", "type": "nominal", "sort": null, "title": null},
  "yOffset": {"field": "measure", "type": "nominal", "sort": null},
  "x": {"field": "share", "type": "quantitative", "title": "share of the whole", "axis": {"format": ".0%", "tickCount": 5}},
  "color": {"field": "measure", "type": "nominal", "sort": null, "title": null},
  "tooltip": [{"field": "segment", "type": "nominal"}, {"field": "measure", "type": "nominal"},
              {"field": "share", "type": "quantitative", "format": ".1%"}, {"field": "total", "type": "quantitative", "format": ",.0f"}]}}'),

('rfm_map', 20, 'Customers', 'customer', 'Recency and frequency', 'Customers by how lately (to the right: latest) and how often (upwards: most often) they bought, and the segment that most customers of a cell are in. The stronger the colour the more customers.',
$query$
SELECT c.recency_score AS recency, c.frequency_score AS frequency, sum(c.customers)::bigint AS customers,
       (array_agg(c.segment ORDER BY c.customers DESC, c.segment))[1] AS segment
  FROM (SELECT recency_score, frequency_score, segment, count(*) AS customers
          FROM customer WHERE recency_score <= 10 AND frequency_score <= 10 GROUP BY 1, 2, 3) AS c
 GROUP BY 1, 2 ORDER BY 1, 2
$query$,
$finding$
SELECT format('%s of %s customers bought both lately and often.',
              to_char(coalesce(sum(customers) FILTER (WHERE recency_score = latest AND frequency_score = most_often), 0), 'FM999,999,999,990'),
              to_char(sum(customers), 'FM999,999,999,990'))
  FROM (SELECT recency_score, frequency_score, count(*) AS customers,
               max(recency_score) OVER () AS latest, max(frequency_score) OVER () AS most_often
          FROM customer WHERE recency_score <= 10 AND frequency_score <= 10 GROUP BY 1, 2) AS c
HAVING sum(customers) > 0
$finding$,
'{"height": 320, "encoding": {
  "x": {"field": "recency", "type": "ordinal", "title": "recency score", "axis": {"labelAngle": 0}},
  "y": {"field": "frequency", "type": "ordinal", "sort": "descending", "title": "frequency score"}},
 "layer": [
  {"mark": "rect", "encoding": {
    "opacity": {"field": "customers", "type": "quantitative", "legend": null, "scale": {"domainMin": 0, "range": [0.06, 0.7]}},
    "tooltip": [{"field": "segment", "type": "nominal"}, {"field": "customers", "type": "quantitative", "format": ","}]}},
  {"mark": {"type": "text", "dy": -14, "fontWeight": "bold"}, "encoding": {"text": {"field": "customers", "type": "quantitative", "format": ","}}},
  {"transform": [{"calculate": "split(datum.segment, '' '')", "as": "words"}],
   "mark": {"type": "text", "lineHeight": 12, "fontSize": {"expr": "width < 400 ? 9 : 11"}}, "encoding": {"text": {"field": "words", "type": "nominal"}}}]}'),

('lorenz', 30, 'Customers', 'concentration_curve', 'Concentration of revenue', 'The share of revenue (upwards) that comes from a share of customers (to the right), those of least revenue first. On the dashed line all would bring the same; the dot sets the best fifth apart.',
$query$
SELECT customers_share, revenue_share, row_number() OVER (ORDER BY abs(customers_share - 0.8), customers_share) = 1 AS best_fifth
  FROM (SELECT c.*, row_number() OVER (ORDER BY customers_share) AS nth, count(*) OVER () AS points FROM concentration_curve AS c) AS c
 WHERE (nth - 1) % greatest(ceil((points - 1) / 100.0)::bigint, 1) = 0
 ORDER BY customers_share
$query$,
$finding$
SELECT format('The best fifth of the customers brings %s %% of the revenue.', round(100 * (1 - revenue_share)::numeric))
  FROM concentration_curve ORDER BY abs(customers_share - 0.8), customers_share LIMIT 1
$finding$,
'{"height": 320, "encoding": {
  "x": {"field": "customers_share", "type": "quantitative", "title": "share of customers", "axis": {"format": ".0%", "tickCount": 5}}},
 "layer": [
  {"mark": {"type": "line", "style": "reference"}, "encoding": {"y": {"field": "customers_share", "type": "quantitative"}}},
  {"mark": "line", "encoding": {"y": {"field": "revenue_share", "type": "quantitative", "title": "share of revenue", "axis": {"format": ".0%", "tickCount": 5}}}},
  {"transform": [{"filter": "datum.best_fifth"},
     {"calculate": "''best fifth: '' + format(1 - datum.revenue_share, ''.0%'') + '' of revenue''", "as": "label"}],
   "encoding": {"y": {"field": "revenue_share", "type": "quantitative"}},
   "layer": [{"mark": {"type": "point", "size": 80, "opacity": 1, "color": "#d9660d"}},
             {"mark": {"type": "text", "align": "right", "dx": -8, "dy": -10}, "encoding": {"text": {"field": "label", "type": "nominal"}}}]}]}'),

('cohort', 40, 'Purchases', 'cohort', 'Retention by month of the first order', 'For the customers who first ordered in a month (row), how many in a hundred ordered again so many months later (column); the last 24 months. Months that are not over are left out.',
$query$
SELECT to_char(cohort, 'YYYY-MM') AS cohort, age, customers, active, retention
  FROM cohort
 WHERE complete AND age BETWEEN 1 AND 24
   AND cohort >= (SELECT max(cohort) FROM cohort WHERE complete AND age > 0) - interval '23 months'
 ORDER BY cohort.cohort, age
$query$,
$finding$
SELECT format('Of the customers of these cohorts %s %% ordered again in the month after the first', round(100.0 * sum(active) FILTER (WHERE age = 1) / nullif(sum(customers) FILTER (WHERE age = 1), 0)))
       || coalesce(format(', and %s %% in the twelfth month', round(100.0 * sum(active) FILTER (WHERE age = 12) / nullif(sum(customers) FILTER (WHERE age = 12), 0))), '') || '.'
  FROM cohort
 WHERE complete AND cohort >= (SELECT max(cohort) FROM cohort WHERE complete AND age > 0) - interval '23 months'
HAVING sum(customers) FILTER (WHERE age = 1) > 0
$finding$,
'{"height": {"step": 18}, "encoding": {
  "x": {"field": "age", "type": "ordinal", "title": "months after the first order", "axis": {"labelAngle": 0, "orient": "top", "labelOverlap": true}},
  "y": {"field": "cohort", "type": "ordinal", "title": null}},
 "layer": [
  {"mark": "rect", "encoding": {
    "opacity": {"field": "retention", "type": "quantitative", "legend": null, "scale": {"domainMin": 0, "range": [0.04, 0.7]}},
    "tooltip": [{"field": "cohort", "type": "nominal"}, {"field": "age", "type": "quantitative"},
                {"field": "retention", "type": "quantitative", "format": ".1%"}, {"field": "active", "type": "quantitative", "format": ","},
                {"field": "customers", "type": "quantitative", "format": ","}]}},
  {"mark": "text",
   "encoding": {"text": {"field": "percent", "type": "quantitative", "format": ".0f"}},
   "transform": [{"filter": "width >= 400"}, {"calculate": "100 * datum.retention", "as": "percent"}]}]}'),

('tracking', 50, 'Purchases', 'purchase_tracking', 'Repeat purchases, actual and expected', 'Repeat purchases by period, and what the model of the purchases expected of it. The model has not seen the shaded periods. Of more than 98 periods a point is the mean of several.',
$query$
SELECT max(until) AS until, avg(actual::numeric)::float8 AS actual, avg(expected::numeric)::float8 AS expected, is_holdout
  FROM (SELECT t.*, (row_number() OVER (PARTITION BY is_holdout ORDER BY until) - 1) / greatest(1, ceil(count(*) OVER () / 98.0)::bigint) AS bundle
          FROM purchase_tracking AS t) AS t
 GROUP BY is_holdout, bundle ORDER BY 1
$query$,
$finding$
SELECT format('Of the periods that the model has not seen it expected %s repeat purchases; there were %s.',
              to_char(sum(expected::numeric), 'FM999,999,999,990'), to_char(sum(actual::numeric), 'FM999,999,999,990'))
  FROM purchase_tracking WHERE is_holdout HAVING sum(expected) IS NOT NULL
$finding$,
'{"height": 280, "layer": [
  {"transform": [{"filter": "datum.is_holdout"}, {"aggregate": [{"op": "min", "field": "until", "as": "from"}, {"op": "max", "field": "until", "as": "to"}]},
                 {"calculate": "toDate(datum.from)", "as": "from"}, {"calculate": "toDate(datum.to)", "as": "to"}],
   "mark": {"type": "rect", "opacity": 0.12, "color": "#757575"},
   "encoding": {"x": {"field": "from", "type": "temporal", "scale": {"type": "utc"}}, "x2": {"field": "to"}}},
  {"transform": [{"fold": ["actual", "expected"], "as": ["series", "purchases"]}, {"filter": "isValid(datum.purchases)"}],
   "mark": "line", "encoding": {
    "x": {"field": "until", "type": "temporal", "scale": {"type": "utc"}, "title": null, "axis": {"tickCount": 6, "labelOverlap": true}},
    "y": {"field": "purchases", "type": "quantitative", "title": "repeat purchases", "axis": {"labelExpr": "format(datum.value, abs(datum.value) < 1e4 ? '',~r'' : ''.3~s'')", "tickCount": 5}, "scale": {"zero": true}},
    "color": {"field": "series", "type": "nominal", "title": null},
    "strokeDash": {"field": "series", "type": "nominal", "title": null, "scale": {"range": [[1, 0], [6, 3]]}}}}]}'),

('calibration', 60, 'Purchases', 'holdout_calibration', 'Expected and actual purchases', 'Customers in groups by the purchases expected of each in the hold-out (to the right), and what they made (upwards). On the dashed line the forecast is exact; a larger dot is more customers.',
$query$
SELECT bin, customers, expected, actual FROM holdout_calibration ORDER BY bin LIMIT 100
$query$,
$finding$
SELECT format('%s purchases a customer were expected of the likeliest group; it made %s.', round(expected::numeric, 2), round(actual::numeric, 2))
  FROM holdout_calibration WHERE expected IS NOT NULL AND actual IS NOT NULL ORDER BY expected DESC, bin LIMIT 1
$finding$,
'{"height": 320, "encoding": {
  "x": {"field": "expected", "type": "quantitative", "title": "expected purchases a customer", "axis": {"tickCount": 5}, "scale": {"zero": true}}},
 "layer": [
  {"mark": {"type": "line", "style": "reference"}, "encoding": {"y": {"field": "expected", "type": "quantitative"}}},
  {"mark": {"type": "point", "opacity": 1}, "encoding": {
    "y": {"field": "actual", "type": "quantitative", "title": "actual purchases a customer", "axis": {"tickCount": 5}, "scale": {"zero": true}},
    "size": {"field": "customers", "type": "quantitative", "legend": null, "scale": {"range": [40, 240]}},
    "tooltip": [{"field": "customers", "type": "quantitative", "format": ","}, {"field": "expected", "type": "quantitative", "format": ".2f"},
                {"field": "actual", "type": "quantitative", "format": ".2f"}]}}]}'),

('equity', 70, 'Value', 'equity', 'What became of the customers'' value', 'The lifetime value of all customers at the run before and at the last one, and what changed it in between: other models, new customers, customers who are worth more or less than then, and those who lapsed.',
$query$
SELECT c.step, c.kind, c.change, c.from_value, c.to_value
  FROM (SELECT e.* FROM equity AS e WHERE e.from_as_of IS NOT NULL ORDER BY e.run DESC LIMIT 1) AS e
 CROSS JOIN LATERAL (
    SELECT p.*, CASE WHEN p.kind = 'level' THEN 0 ELSE e.opening + coalesce(sum(p.change) FILTER (WHERE p.kind <> 'level') OVER before, 0) END AS from_value,
           CASE WHEN p.kind = 'level' THEN p.change ELSE e.opening + sum(p.change) FILTER (WHERE p.kind <> 'level') OVER so_far END AS to_value
      FROM (SELECT nth, step, change, CASE WHEN step IN ('before', 'now') THEN 'level' WHEN change < 0 THEN 'loss' ELSE 'gain' END AS kind
              FROM (VALUES (1, 'before', e.opening), (2, 'revalued', e.revalued), (3, 'new customers', e.acquired), (4, 'worth more', e.grown),
                           (5, 'worth less', e.lapsed), (6, 'lapsed', e.lost), (7, 'now', e.closing)) AS v (nth, step, change)) AS p
    WINDOW so_far AS (ORDER BY p.nth), before AS (ORDER BY p.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS c
 ORDER BY c.nth
$query$,
$finding$
SELECT format('From %s to %s the value of all customers went from %s to %s.', to_char(from_as_of, 'YYYY-MM-DD'), to_char(as_of, 'YYYY-MM-DD'),
              to_char(opening::numeric, 'FM999,999,999,999,990'), to_char(closing::numeric, 'FM999,999,999,999,990'))
  FROM equity WHERE from_as_of IS NOT NULL ORDER BY run DESC LIMIT 1
$finding$,
'{"height": 300, "encoding": {
  "x": {"field": "step", "type": "nominal", "sort": null, "title": null, "axis": {"labelAngle": -35}}},
 "layer": [
  {"mark": "bar", "encoding": {
    "y": {"field": "from_value", "type": "quantitative", "title": "lifetime value", "axis": {"labelExpr": "format(datum.value, abs(datum.value) < 1e4 ? '',~r'' : ''.3~s'')", "tickCount": 5}}, "y2": {"field": "to_value"},
    "color": {"field": "kind", "type": "nominal", "title": null, "scale": {"domain": ["level", "gain", "loss"], "range": ["#3b82f6", "#1f9d63", "#d9660d"]}}}},
  {"transform": [{"calculate": "max(datum.from_value, datum.to_value)", "as": "top"},
                 {"joinaggregate": [{"op": "max", "field": "top", "as": "highest"}]},
                 {"calculate": "datum.top + 0.04 * datum.highest", "as": "above"}],
   "mark": {"type": "text", "fontSize": {"expr": "width < 400 ? 9 : 11"}}, "encoding": {
    "y": {"field": "above", "type": "quantitative"},
    "text": {"field": "change", "type": "quantitative", "format": ".3~s"}}}]}');

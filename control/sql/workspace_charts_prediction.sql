-- Charts of a workspace: what is foretold of customers and leads, and how well

INSERT INTO crm.workspace_chart (chart, "position", section, needs_view, title, meaning, query, finding, spec) VALUES
('prediction_gain', 74, 'Predictions', 'prediction_gain', 'What a prediction finds', 'Of customers that the model had not seen: the share of all outcomes (upwards) that those with the highest probabilities hold (to the right). On the dashed line a list in any order would do as well.',
$query$
SELECT CASE name WHEN 'prediction' THEN 'customers' ELSE name END AS "of", share, capture
  FROM (SELECT name, cumulative_share AS share, cumulative_capture AS capture FROM prediction_gain WHERE cumulative_capture IS NOT NULL
        UNION ALL
        SELECT DISTINCT name, 0, 0 FROM prediction_gain WHERE cumulative_capture IS NOT NULL) AS curve
 ORDER BY name DESC, share
$query$,
$finding$
SELECT format('The tenth of the %s with the highest probabilities holds %s %% of all outcomes.', CASE name WHEN 'prediction' THEN 'customers' ELSE name END, round(100 * cumulative_capture::numeric))
  FROM prediction_gain WHERE bin = 1 AND cumulative_capture IS NOT NULL ORDER BY name DESC LIMIT 1
$finding$,
'{"height": 320, "encoding": {
  "x": {"field": "share", "type": "quantitative", "title": "share asked after, likeliest first", "axis": {"format": ".0%", "tickCount": 5}}},
 "layer": [
  {"mark": {"type": "line", "style": "reference"}, "encoding": {"y": {"field": "share", "type": "quantitative"}}},
  {"mark": {"type": "line", "point": true}, "encoding": {
    "y": {"field": "capture", "type": "quantitative", "title": "share of outcomes", "axis": {"format": ".0%", "tickCount": 5}},
    "color": {"field": "of", "type": "nominal", "sort": null, "title": null},
    "strokeDash": {"field": "of", "type": "nominal", "sort": null, "title": null, "scale": {"range": [[1, 0], [6, 3]]}},
    "tooltip": [{"field": "of", "type": "nominal"}, {"field": "share", "type": "quantitative", "format": ".0%"}, {"field": "capture", "type": "quantitative", "format": ".1%"}]}}]}'),

('prediction_calibration', 75, 'Predictions', 'prediction_calibration', 'What was foretold, and what came', 'Customers that the model had not seen, in groups by their probability (to the right), and the share with the outcome (upwards), with its 95 % interval. On the dashed line probabilities are what they say; a larger dot is more customers.',
$query$
SELECT CASE name WHEN 'prediction' THEN 'customers' ELSE name END AS "of", bin, customers, probability, observed, observed_lower, observed_upper
  FROM prediction_calibration WHERE observed IS NOT NULL ORDER BY name DESC, bin LIMIT 100
$query$,
$finding$
SELECT format('Of the group with the highest probabilities, %s %% on average, %s %% had the outcome.', round(100 * probability::numeric), round(100 * observed::numeric))
  FROM prediction_calibration WHERE observed IS NOT NULL ORDER BY name DESC, bin DESC LIMIT 1
$finding$,
'{"height": 320, "encoding": {
  "x": {"field": "probability", "type": "quantitative", "title": "mean probability", "axis": {"format": ".0%", "tickCount": 5}, "scale": {"zero": true}},
  "color": {"field": "of", "type": "nominal", "sort": null, "title": null}},
 "layer": [
  {"mark": {"type": "line", "style": "reference"}, "encoding": {"y": {"field": "probability", "type": "quantitative"}, "color": null}},
  {"mark": "rule", "encoding": {"y": {"field": "observed_lower", "type": "quantitative"}, "y2": {"field": "observed_upper"}}},
  {"mark": {"type": "point", "opacity": 1}, "encoding": {
    "y": {"field": "observed", "type": "quantitative", "title": "share with the outcome", "axis": {"format": ".0%", "tickCount": 5}, "scale": {"zero": true}},
    "size": {"field": "customers", "type": "quantitative", "legend": null, "scale": {"range": [40, 240]}},
    "tooltip": [{"field": "of", "type": "nominal"}, {"field": "customers", "type": "quantitative", "format": ","},
                {"field": "probability", "type": "quantitative", "format": ".1%"}, {"field": "observed", "type": "quantitative", "format": ".1%"}]}}]}'),

('prediction_importance', 76, 'Predictions', 'prediction_importance', 'What the predictions go by', 'The twelve features that move the predictions of customers most, and the share that each has in all that moves them.',
$query$
SELECT feature, share FROM prediction_importance WHERE name = 'prediction' ORDER BY rank LIMIT 12
$query$,
$finding$
SELECT format('"%s" matters most, with a share of %s %%.', feature, round(100 * share::numeric)) FROM prediction_importance WHERE name = 'prediction' ORDER BY rank LIMIT 1
$finding$,
'{"height": {"step": 28}, "mark": "bar", "encoding": {
  "y": {"field": "feature", "type": "nominal", "sort": null, "title": null},
  "x": {"field": "share", "type": "quantitative", "title": "share of the influence", "axis": {"format": ".0%", "tickCount": 5}},
  "tooltip": [{"field": "feature", "type": "nominal"}, {"field": "share", "type": "quantitative", "format": ".1%"}]}}'),

('prediction_quality', 77, 'Predictions', 'prediction_quality', 'How well was foretold, over time', 'The probability that of two customers, one with the outcome and one without, the first was given the higher probability, with its 95 % interval, at each of the last 50 times that models were tried. On the dashed line a coin would do as well.',
$query$
SELECT CASE name WHEN 'prediction' THEN 'customers' ELSE name END AS "of", as_of, auc, auc_lower, auc_upper, 0.5 AS coin
  FROM (SELECT q.*, row_number() OVER (PARTITION BY name ORDER BY as_of DESC) AS nth FROM prediction_quality AS q WHERE chosen AND auc IS NOT NULL) AS tried
 WHERE nth <= 50 ORDER BY name DESC, as_of
$query$,
$finding$
SELECT format('At the last time, %s, it was %s of 100.', to_char(as_of, 'YYYY-MM-DD'), round(100 * auc::numeric))
  FROM prediction_quality WHERE chosen AND auc IS NOT NULL ORDER BY as_of DESC, name DESC LIMIT 1
$finding$,
'{"height": 240, "encoding": {
  "x": {"field": "as_of", "type": "temporal", "scale": {"type": "utc"}, "title": null, "axis": {"tickCount": 6, "labelOverlap": true}},
  "color": {"field": "of", "type": "nominal", "sort": null, "title": null}},
 "layer": [
  {"mark": {"type": "line", "style": "reference"}, "encoding": {"y": {"field": "coin", "type": "quantitative"}, "color": null}},
  {"mark": "rule", "encoding": {"y": {"field": "auc_lower", "type": "quantitative"}, "y2": {"field": "auc_upper"}}},
  {"mark": {"type": "line", "point": true}, "encoding": {
    "y": {"field": "auc", "type": "quantitative", "title": "AUC", "axis": {"tickCount": 5}, "scale": {"zero": false}},
    "tooltip": [{"field": "of", "type": "nominal"}, {"field": "as_of", "type": "temporal"}, {"field": "auc", "type": "quantitative", "format": ".3f"},
                {"field": "auc_lower", "type": "quantitative", "format": ".3f"}, {"field": "auc_upper", "type": "quantitative", "format": ".3f"}]}}]}');

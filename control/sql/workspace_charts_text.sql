-- Charts of a workspace: what customers write about

INSERT INTO crm.workspace_chart (chart, "position", section, needs_view, title, meaning, query, finding, spec) VALUES
('topics', 80, 'Comments', 'comment_topic', 'What customers write about', 'The comments of the twelve largest topics.',
$query$
SELECT topic, comments, comments_share FROM comment_topic ORDER BY comments DESC, topic LIMIT 12
$query$,
$finding$
SELECT format('"%s" is the largest topic, with %s comments.', topic, to_char(comments, 'FM999,999,999,990'))
  FROM comment_topic ORDER BY comments DESC, topic LIMIT 1
$finding$,
'{"height": {"step": 28}, "encoding": {
  "y": {"field": "topic", "type": "nominal", "sort": null, "title": null},
  "x": {"field": "comments", "type": "quantitative", "title": "comments", "axis": {"labelExpr": "format(datum.value, abs(datum.value) < 1e4 ? '',~r'' : ''.3~s'')", "tickCount": 5}}},
 "layer": [
  {"mark": "bar", "encoding": {"tooltip": [{"field": "topic", "type": "nominal"}, {"field": "comments", "type": "quantitative", "format": ","},
                                         {"field": "comments_share", "type": "quantitative", "format": ".1%"}]}},
  {"transform": [{"joinaggregate": [{"op": "max", "field": "comments", "as": "most"}]},
                 {"calculate": "datum.comments + 40 * datum.most / max(width - 120, 100)", "as": "label_end"}],
   "mark": {"type": "text", "align": "right"}, "encoding": {
    "x": {"field": "label_end", "type": "quantitative"}, "text": {"field": "comments", "type": "quantitative", "format": ","}}}]}'),

('topic_trend', 90, 'Comments', 'topic_trend', 'Topics by month', 'Comments of the six largest topics in each of the last 24 months.',
$query$
SELECT t.topic, t.period, t.comments
  FROM topic_trend AS t
  JOIN (SELECT topic, row_number() OVER (ORDER BY sum(comments) DESC, topic) AS place FROM topic_trend GROUP BY topic) AS l ON l.topic = t.topic AND l.place <= 6
 WHERE t.period > (SELECT max(period) FROM topic_trend) - interval '24 months'
 ORDER BY l.place, t.period
$query$,
$finding$
SELECT format('"%s" changed most: from %s comments to %s in the last month.', topic, to_char(earlier, 'FM999,999,999,990'), to_char(comments, 'FM999,999,999,990'))
  FROM (SELECT topic, period, comments, lag(comments) OVER (PARTITION BY topic ORDER BY period) AS earlier FROM topic_trend) AS t
 WHERE period = (SELECT max(period) FROM topic_trend) AND earlier IS NOT NULL
 ORDER BY abs(comments - earlier) DESC, topic LIMIT 1
$finding$,
'{"height": 280, "mark": "line", "encoding": {
  "x": {"field": "period", "type": "temporal", "scale": {"type": "utc"}, "title": null, "axis": {"tickCount": 6, "labelOverlap": true}},
  "y": {"field": "comments", "type": "quantitative", "title": "comments a month", "axis": {"labelExpr": "format(datum.value, abs(datum.value) < 1e4 ? '',~r'' : ''.3~s'')", "tickCount": 5}},
  "color": {"field": "topic", "type": "nominal", "sort": null, "title": null},
  "strokeDash": {"field": "topic", "type": "nominal", "sort": null, "title": null, "scale": {"range": [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 2, 1, 2]]}}}}');

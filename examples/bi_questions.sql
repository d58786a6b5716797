-- Questions to a workspace, for any tool that takes SQL: in Metabase paste one as New > SQL query, in Superset into SQL Lab and save it as a
-- dataset. The comment above each names the chart that suits it. The workspace is called shop here.

-- Headline figures by run: line, x as_of
SELECT run, as_of, customers, new_customers, active_customers, revenue, clv, top_20_share, at_risk_customers, at_risk_clv
  FROM shop.summary ORDER BY run;

-- Alerts of the last run: table
SELECT severity, kind, subject, message, why, next_step
  FROM shop.alert WHERE run = (SELECT max(run) FROM shop.summary) ORDER BY position;

-- Whom to call today: table
SELECT c.customer, c.name, c.segment, c.last_order, c.revenue, c.p_alive, c.clv, c.reason, s.next_step
  FROM shop.customer AS c LEFT JOIN shop.segment AS s USING (segment)
 WHERE c.lifecycle = 'at risk' ORDER BY c.clv DESC NULLS LAST LIMIT 50;

-- Segments: bar, x segment, y customers_share, revenue_share and clv_share
SELECT segment, customers, customers_share, revenue_share, clv_share, next_step
  FROM shop.segment ORDER BY revenue DESC;

-- Who moved where: pivot table, rows before, columns after, values customers
SELECT before, after, customers, share FROM shop.segment_migration ORDER BY before, after;

-- Stages of the customer's life: bar
SELECT lifecycle, customers, customers_share, revenue, clv FROM shop.lifecycle ORDER BY customers DESC;

-- Retention by month of the first order: pivot table, rows cohort, columns age, values retention
SELECT cohort, age, retention FROM shop.cohort WHERE complete AND age BETWEEN 1 AND 24 ORDER BY cohort, age;

-- Revenue of a cohort's customer so far: line, x age, a series for each cohort
SELECT age, to_char(cohort, 'YYYY-MM') AS cohort, cumulative_per_customer
  FROM shop.cohort WHERE complete ORDER BY cohort.cohort, age;

-- Revenue by tenth of the customers: bar, x decile
SELECT decile, customers, revenue, share, cumulative_share FROM shop.concentration ORDER BY decile;

-- Repeat purchases, actual and expected: line, x until
SELECT until, actual, expected, is_holdout FROM shop.purchase_tracking ORDER BY until;

-- Is the forecast to be trusted: scatter, x expected, y actual
SELECT bin, customers, expected, actual FROM shop.holdout_calibration ORDER BY bin;

-- Orders to expect in the coming weeks: bar, x week
SELECT date_trunc('week', next_order)::date AS week, count(*) AS customers, sum(average_order) AS revenue
  FROM shop.customer WHERE next_order IS NOT NULL AND next_order < as_of + 84 GROUP BY 1 ORDER BY 1;

-- What customers write about: bar, x topic
SELECT topic, comments, recent_comments, earlier_comments, keywords, example FROM shop.comment_topic ORDER BY comments DESC;

-- Topics by month: line, x period, a series for each topic
SELECT period, topic, comments FROM shop.topic_trend ORDER BY period, topic;

-- What changed the customers' value: table
SELECT * FROM shop.equity ORDER BY run;

-- Is the workspace up to date: table
SELECT run, as_of, state, started_at, ended_at, customers, changed_customers, message FROM shop.run ORDER BY run DESC LIMIT 10;

-- What a customer will spend within a horizon, in today's money.
CREATE SCHEMA value_clv;
SET search_path = value_clv, public;
CREATE TABLE m AS
SELECT crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 30.898, "a": 0.793, "b": 2.426}') AS buying,
       crm.make_model('gamma_gamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS spending;
CREATE TABLE seen AS
SELECT n, ROW(n % 6, CASE WHEN n % 6 > 0 THEN 20 + n * 7 % 150 ELSE 0 END, 200 + n % 50, CASE WHEN n % 6 > 0 THEN 10 + n % 40 END)::crm.rfm AS r FROM generate_series(1, 100) AS n;
SELECT r, round(crm.clv(buying, spending, r, interval '1 year', discount_rate => 0.10)::numeric, 4) AS clv FROM m, seen WHERE n <= 6 ORDER BY n;
-- Without discount it is expected purchases times expected spend.
SELECT bool_and(crm.clv(buying, spending, r, 365.25, 0) = crm.expected_purchases(buying, r, 365.25) * crm.expected_spend(spending, r)) AS undiscounted FROM m, seen;
-- The integral, taken in small steps.
SELECT max(abs(crm.clv(buying, spending, r, 300, 0.15) / stepwise - 1)) < 1e-6 AS same
  FROM m, seen, LATERAL (
      SELECT sum((crm.expected_purchases(buying, r, t + 1) - crm.expected_purchases(buying, r, t)) * exp(-0.15 * (t + 0.5) / 365.25))
             * crm.expected_spend(spending, r) AS stepwise
        FROM generate_series(0, 299) AS t) AS x
 WHERE n <= 20;
-- The longer the more, the dearer the money the less.
SELECT bool_and(crm.clv(buying, spending, r, 100, 0.1) < crm.clv(buying, spending, r, 200, 0.1)) AS longer,
       bool_and(crm.clv(buying, spending, r, 200, 0.2) < crm.clv(buying, spending, r, 200, 0.1)) AS dearer,
       bool_and(crm.clv(buying, spending, r, 0, 0.1) = 0) AS no_time FROM m, seen;
-- Plain columns.
SELECT bool_and(crm.clv(buying, spending, r, 100, 0.1) = crm.clv(buying, spending, (r).frequency, (r).recency, (r).age, (r).monetary, 100, 0.1)
                AND crm.clv(buying, spending, r, 100, 0.1) = crm.clv(buying, spending, (r).frequency, (r).recency, (r).age, (r).monetary, interval '100 days', 0.1)) AS plain
  FROM m, seen;
SELECT crm.clv(buying, spending, r, -1, 0.1) FROM m, seen;
SELECT crm.clv(buying, spending, r, 10, -0.1) FROM m, seen;
SELECT crm.clv(buying, spending, r, 10, 'NaN') FROM m, seen;
SELECT crm.clv(spending, buying, r, 10, 0.1) FROM m, seen;

-- What the BG/NBD foretells beyond one number, in the published case (weeks).
CREATE SCHEMA value_forecast;
SET search_path = value_forecast, public;
SET extra_float_digits = 0;
CREATE TABLE model AS SELECT crm.make_model('bg_nbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}') AS m,
                             crm.make_model('gamma_gamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS s;

-- How many purchases: the distribution is one, and its mean is the expectation.
SELECT purchases, round(probability::numeric, 6) AS probability FROM model, crm.purchase_distribution(m, 2, 30.43, 38.86, 39) LIMIT 6;
SELECT abs(sum(probability) - 1) < 1e-8 AS one,
       abs(sum(purchases * probability) - min(crm.expected_purchases(m, 2, 30.43, 38.86, 39))) < 1e-6 AS mean,
       abs(min(probability) FILTER (WHERE purchases = 0) - min(crm.churn_probability(m, 2, 30.43, 38.86, 39))) < 1e-12 AS none
  FROM model, crm.purchase_distribution(m, 2, 30.43, 38.86, 39);
SELECT purchases, round(probability::numeric, 6) AS new_customer FROM model, crm.purchase_distribution(m, 39) LIMIT 3;
SELECT level, (crm.purchase_interval(m, 2, 30.43, 38.86, 39, level)).* FROM model, unnest('{0.5,0.8,0.95}'::float8[]) AS level;
SELECT crm.purchase_interval(m, 2, 30.43, 38.86, interval '39 days', 0.8) = crm.purchase_interval(m, crm.rfm(2, 30.43, 38.86), 39, 0.8) AS forms FROM model;
SELECT crm.purchase_interval(m, 2, 30.43, 38.86, 39, 1) FROM model;
SELECT count(*) FROM model, crm.purchase_distribution(m, 2, 30.43, 38.86, 0);
SELECT count(*) FROM model, crm.purchase_distribution(m, 10000, 30.43, 30.5, 1e9);
SELECT count(*) FROM crm.purchase_distribution(NULL, 1, 2, 3, 4);

-- How long: ahead, and in the past.
SELECT days, round(p_alive::numeric, 6) AS p_alive FROM model, crm.survival_curve(m, 2, 30.43, 38.86, 10, 4);
SELECT bool_and(p_alive = crm.p_alive(m, crm.rfm(2, 30.43, 38.86), days)) AS same FROM model, crm.survival_curve(m, 2, 30.43, 38.86, 10, 4);
SELECT crm.p_alive(m, 2, 30.43, 38.86, 0) = crm.p_alive(m, 2, 30.43, 38.86) AS now,
       crm.p_alive(m, 2, 30.43, 38.86, interval '10 days') = crm.p_alive(m, crm.rfm(2, 30.43, 38.86), 10) AS later FROM model;
SELECT crm.survival_curve(m, 2, 30.43, 38.86, 10, 0) FROM model;
SELECT count(*) FROM model, crm.survival_curve(m, 2, 30.43, 38.86, 1e9, 1);
SELECT day, round(p_alive::numeric, 4) AS p_alive, purchase
  FROM model, crm.p_alive_history(m, '[["2026-01-05", 1, 10], ["2026-01-07", 2, 20], ["2026-01-08", 0, -5], ["2026-01-10", 1, 0]]', '2026-01-14');
SELECT bool_and(h.p_alive = crm.p_alive(m, crm.rfm(t, day))) AS as_it_looked
  FROM model, (SELECT crm.timeline(day, 1) AS t FROM generate_series(date '2026-01-05', '2026-04-05', interval '11 days') AS day) AS x,
       crm.p_alive_history(m, t, '2026-06-30') AS h;
SELECT count(*) FROM model, crm.p_alive_history(m, '[["2026-01-05", 1, 10]]', '2025-12-31');
SELECT count(*) FROM model, crm.p_alive_history(m, '[["2026-01-05", 1, 10]]', '9999-12-31');

-- When: the median splits those who buy again in two halves.
SELECT round(probability::numeric, 6) AS probability, round(median::numeric, 4) AS median, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
  FROM model, crm.next_purchase(m, 2, 30.43, 38.86, 0.8);
SELECT round(((1 - crm.churn_probability(m, 2, 30.43, 38.86, median)) / probability)::numeric, 9) AS half,
       round(((1 - crm.churn_probability(m, 2, 30.43, 38.86, lower)) / probability)::numeric, 9) AS tenth,
       round(((1 - crm.churn_probability(m, 2, 30.43, 38.86, upper)) / probability)::numeric, 9) AS nine_tenths
  FROM model, crm.next_purchase(m, 2, 30.43, 38.86, 0.8);
SELECT (crm.next_purchase(m, crm.rfm(2, 30.43, 38.86), '2026-06-30', 0.5)).median FROM model;
SELECT crm.next_purchase(m, crm.rfm(0, 0, 1000), '2026-06-30', 0.99) FROM model;
SELECT crm.next_purchase(m, 5000, 1, 1000, 0.8) FROM model;

-- How much.
SELECT round(crm.residual_clv(m, s, 2, 30.43, 38.86, 22.35, 0.1)::numeric, 4) AS for_ever,
       round(crm.clv(m, s, 2, 30.43, 38.86, 22.35, 1e6, 0.1)::numeric, 4) AS for_very_long,
       round(crm.clv(m, s, 2, 30.43, 38.86, 22.35, 'infinity'::float8, 0.1)::numeric, 4) AS horizon_for_ever FROM model;
SELECT crm.residual_clv(m, s, 2, 30.43, 38.86, 22.35, 0) FROM model;
SELECT level, round(lower::numeric, 3) AS lower, round(upper::numeric, 3) AS upper
  FROM model, unnest('{0.2,0.8,0.95}'::float8[]) AS level, crm.clv_interval(m, s, 2, 30.43, 38.86, 22.35, 39, 0.1, level);
SELECT crm.clv_interval(m, s, crm.rfm(2, 30.43, 38.86, 22.35), interval '39 days', 0.1, 0.8) = crm.clv_interval(m, s, 2, 30.43, 38.86, 22.35, interval '39 days', 0.1, 0.8) AS forms FROM model;
SELECT crm.clv_interval(m, s, 2, 30.43, 38.86, 22.35, 0, 0.1, 0.8) AS at_once FROM model;

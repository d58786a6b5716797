-- The summary that models read: times in days, as of a date.
CREATE SCHEMA value_rfm;
SET search_path = value_rfm, public;
CREATE TABLE orders (customer int, at timestamp, amount float8);
INSERT INTO orders VALUES
    (1, '2026-01-01', 10), (1, '2026-01-11 08:00', 20), (1, '2026-01-11 20:00', 5), (1, '2026-03-01', 35),
    (2, '2026-01-01', 10),
    (3, '2026-01-01', 10), (3, '2026-02-01', 0), (3, '2026-02-10', -4),
    (4, '2026-06-01', 10),
    (5, '2026-01-01', -10), (5, '2026-01-20', 50), (5, '2026-01-30', 70), (5, '2026-01-30', -20);
SELECT customer, (crm.rfm(crm.timeline(at, amount), '2026-04-01')).* FROM orders GROUP BY customer ORDER BY customer;
-- Straight from the rows, the same.
SELECT customer, (crm.rfm(at, amount, '2026-04-01')).* FROM orders GROUP BY customer ORDER BY customer;
-- What happens after as_of is not seen; whoever first buys after it is NULL.
SELECT customer, crm.rfm(at, amount, '2026-01-11') AS r, crm.rfm(at, amount, '2026-01-11') IS NULL AS unseen
  FROM orders GROUP BY customer ORDER BY customer;
SELECT crm.rfm(at::date, amount, '2026-04-01') = crm.rfm(at, amount, '2026-04-01') AS of_dates,
       crm.rfm(at AT TIME ZONE 'UTC', amount, '2026-04-01') IS NOT NULL AS of_timestamptz
  FROM orders WHERE customer = 1;
SELECT crm.rfm(at, amount, '2026-04-01') IS NULL AS no_rows FROM orders WHERE false;
SELECT crm.rfm(at, amount, at::date) FROM orders WHERE customer = 1;
SELECT crm.rfm(at, amount, 'infinity') FROM orders;
SELECT to_jsonb(crm.rfm(at, amount, '2026-04-01')) FROM orders WHERE customer = 1;

-- From plain columns, checked.
SELECT crm.rfm(2, 30, 60, 25), crm.rfm(count(*), 0.5, 7.25) AS of_a_count, crm.rfm(NULL, 0, 1) IS NULL AS unknown FROM orders WHERE customer = 2;
SELECT crm.rfm(2, 70, 60);

-- Against plain SQL: merge days, then count.
CREATE TABLE many AS
SELECT n % 997 AS customer, date '2020-01-01' + (n * 7919 % 2000) AS at, ((n * 31) % 10000)::float8 AS amount
  FROM generate_series(1, 20000) AS n;
WITH days AS (SELECT customer, at, sum(amount) AS amount FROM many WHERE at <= '2024-06-30' GROUP BY customer, at),
     numbered AS (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY at) AS number FROM days),
     plain AS (
         SELECT customer, count(*) - 1 AS frequency, max(at) - min(at) AS recency, date '2024-06-30' - min(at) AS age,
                avg(amount) FILTER (WHERE number > 1) AS monetary
           FROM numbered GROUP BY customer),
     ours AS (SELECT customer, crm.rfm(at, amount, '2024-06-30') AS r FROM many GROUP BY customer)
SELECT count(*), bool_and((r).frequency = frequency AND (r).recency = recency AND (r).age = age
                          AND abs((r).monetary - monetary) < 1e-9) AS same
  FROM plain JOIN ours USING (customer);

-- Values that cannot be are errors wherever a summary is read.
SELECT crm.p_alive(crm.make_model('bg_nbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}'), f, rec, age)
  FROM (VALUES (1, 5, 3)) AS v (f, rec, age);
\set model 'crm.make_model($$bg_nbd$$, $${"r": 1, "alpha": 1, "a": 1, "b": 1}$$)'
SELECT crm.p_alive(:model, -1, 0, 3);
SELECT crm.p_alive(:model, 1, -2, 3);
SELECT crm.p_alive(:model, 1, 2, 'NaN');
SELECT crm.p_alive(:model, 1, 2, 'infinity');
SELECT crm.p_alive(:model, 0, 2, 3);
SELECT crm.p_alive(:model, 2, 0, 3);
SELECT crm.p_alive(:model, ROW(1, 2, 3, 'NaN')::crm.rfm);
SELECT crm.p_alive(:model, ROW(1, NULL, 3, 4)::crm.rfm) IS NULL AS null_recency, crm.p_alive(:model, ROW(1, 2, 3, NULL)::crm.rfm) IS NULL AS null_monetary;

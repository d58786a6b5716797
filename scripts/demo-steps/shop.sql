-- A shop's orders, drawn from the models themselves with the parameters published for CDNOW (Fader, Hardie, Lee 2005; Fader, Hardie
-- 2013, note 025): :customers customers, if not said otherwise 20,000, who came within two years, 35 of the shop's currency
-- an order on average.
-- Every random number is a hash of what it is for, so the shop is the same on every machine, in any order of execution.

\if :{?customers}
\else
\set customers 20000
\endif

-- Uniform on (0, 1).
CREATE FUNCTION pg_temp.uniform(purpose text, customer int, draw int) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || substr(md5(format('20240601 %s %s %s', purpose, customer, draw)), 1, 13))::bit(52)::bigint + 0.5) / 2 ^ 52
$$;

-- Gamma with rate 1: Marsaglia and Tsang (2000), "A Simple Method for Generating Gamma Variables".
CREATE FUNCTION pg_temp.gamma(shape float8, purpose text, customer int, draw int DEFAULT 1) RETURNS float8
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    d CONSTANT float8 := (CASE WHEN shape < 1 THEN shape + 1 ELSE shape END) - 1.0 / 3;
    x float8;
    v float8;
BEGIN
    IF shape < 1 THEN
        RETURN pg_temp.gamma(shape + 1, purpose, customer, draw)
             * pg_temp.uniform(purpose || ' below 1', customer, draw) ^ (1 / shape);
    END IF;
    FOR attempt IN draw * 1000 .. draw * 1000 + 999 LOOP
        x := sqrt(-2 * ln(pg_temp.uniform(purpose || ' radius', customer, attempt)))
           * cos(2 * pi() * pg_temp.uniform(purpose || ' angle', customer, attempt));
        v := (1 + x / sqrt(9 * d)) ^ 3;
        CONTINUE WHEN v <= 0;
        IF ln(pg_temp.uniform(purpose || ' accept', customer, attempt)) < x * x / 2 + d - d * v + d * ln(v) THEN
            RETURN d * v;
        END IF;
    END LOOP;
END
$$;

CREATE TEMPORARY TABLE shopper AS
SELECT customer,
       date '2026-06-30' - interval '730 days' * pg_temp.uniform('first order', customer, 1) AS first_order,
       greatest(pg_temp.gamma(0.243, 'rate', customer) / (4.414 * 7), 1e-12)                 AS orders_a_day,
       stays / (leaves + stays)                                                              AS loyalty,
       pg_temp.gamma(3.74, 'spending', customer) / 15.44                                     AS thrift
FROM generate_series(1, :customers) AS customer,
     LATERAL (SELECT pg_temp.gamma(0.793, 'leaves', customer) AS leaves,
                     pg_temp.gamma(2.426, 'stays', customer)  AS stays) AS beta;

INSERT INTO orders (customer_id, ordered_at, amount)
WITH RECURSIVE purchase AS (
    SELECT customer, 0 AS repeat, first_order AS ordered_at
    FROM shopper
    UNION ALL
    -- After each repeat purchase the customer stays with the probability of his loyalty; then the next one follows at his rate.
    SELECT customer, repeat + 1, ordered_at + gap * interval '1 day'
    FROM purchase
    JOIN shopper USING (customer),
         LATERAL (SELECT -ln(pg_temp.uniform('gap', customer, repeat)) / orders_a_day AS gap) AS waiting
    WHERE (repeat = 0 OR pg_temp.uniform('stay', customer, repeat) < loyalty)
      AND gap < 731
      AND ordered_at + gap * interval '1 day' < date '2026-07-01'
)
SELECT to_char(customer, '"C"FM00000'),
       date_trunc('minute', ordered_at),
       round((pg_temp.gamma(6.25, 'amount', customer, repeat + 1) / thrift)::numeric, 2)
FROM purchase
JOIN shopper USING (customer)
ORDER BY ordered_at, customer;

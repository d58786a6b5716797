\echo
\echo '-- How well the orders up to' :cutoff 'foretell those of the' :horizon 'after it'
CREATE TABLE holdout AS
WITH seen AS (
    SELECT customer, crm.rfm(history, date :'cutoff') AS r,
           coalesce(crm.purchase_days(crm.since(history, date :'cutoff')), 0) AS actual
    FROM shop.customer_timeline
), model AS (
    SELECT crm.fit_bg_nbd(r) AS buying FROM seen
)
SELECT customer, (r).frequency, actual,
       crm.expected_purchases(buying, r, interval :'horizon')                            AS expected,
       (r).frequency / greatest((r).age, 1) * extract(day FROM interval :'horizon')::int AS at_the_same_rate
FROM seen, model
WHERE (r).frequency IS NOT NULL;  -- those who came later are nobody's forecast
\echo
SELECT count(*) AS customers, sum(expected)::numeric(20) AS expected, sum(actual) AS actual,
       round((100 * (sum(expected) / nullif(sum(actual), 0) - 1))::numeric, 1)  AS "error %",
       avg(abs(expected - actual))::numeric(10, 3)                              AS "mean absolute error",
       avg(abs(at_the_same_rate - actual))::numeric(10, 3)                      AS "if all went on at their rate"
FROM holdout;

SELECT CASE WHEN frequency < 7 THEN frequency::text ELSE '7 or more' END AS "repeat purchases so far",
       count(*) AS customers, avg(expected)::numeric(10, 2) AS "expected, mean", avg(actual)::numeric(10, 2) AS "actual, mean"
FROM holdout
GROUP BY 1
ORDER BY min(frequency);

SELECT round(100 * sum(actual) FILTER (WHERE by_model <= 0.1) / nullif(sum(actual), 0)) AS "% of purchases by the model's top tenth",
       round(100 * sum(actual) FILTER (WHERE by_past  <= 0.1) / nullif(sum(actual), 0)) AS "by the most frequent tenth so far",
       round(100 * sum(actual) FILTER (WHERE in_fact  <= 0.1) / nullif(sum(actual), 0)) AS "by the tenth that then bought most"
FROM (SELECT actual,
             row_number() OVER (ORDER BY expected  DESC, customer) / count(*) OVER ()::numeric AS by_model,
             row_number() OVER (ORDER BY frequency DESC, customer) / count(*) OVER ()::numeric AS by_past,
             row_number() OVER (ORDER BY actual    DESC, customer) / count(*) OVER ()::numeric AS in_fact
      FROM holdout) AS ranked;

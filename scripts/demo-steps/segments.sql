\echo
\echo '-- Segments'
SELECT segment,
       customers,
       round((100 * customers_share)::numeric, 1) AS "% of customers",
       revenue::numeric(20),
       round((100 * revenue_share)::numeric, 1)   AS "% of revenue",
       p_alive::numeric(4, 2),
       clv::numeric(20)                           AS "value next year",
       next_step
FROM shop.segment
ORDER BY revenue DESC;

SELECT format('%s %% of the revenue came from the best 20 %% of the customers; the Gini coefficient is %s.',
              round((100 * top_20_share)::numeric), gini::numeric(4, 2)) AS concentration
FROM shop.summary
ORDER BY as_of DESC
LIMIT 1;

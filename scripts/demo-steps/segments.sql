\echo
\echo '-- Segments'
SELECT segment,
       count(*)                                                               AS customers,
       round(100 * count(*) / sum(count(*)) OVER (), 1)                       AS "% of customers",
       sum(revenue)::numeric(20)                                              AS revenue,
       round((100 * sum(revenue) / sum(sum(revenue)) OVER ())::numeric, 1)    AS "% of revenue",
       avg(1 - p_no_order_90d)::numeric(4, 2)                                 AS "chance of an order in 90 days",
       sum(clv)::numeric(20)                                                  AS "value next year"
FROM customer
GROUP BY segment
ORDER BY sum(revenue) DESC;

SELECT format('%s%% of the revenue came from the best 20%% of the customers, 80%% of it from the best %s%%.',
              round(100 * coalesce(max(share_of_revenue) FILTER (WHERE share_of_customers <= 0.2), 0)),
              round(100 * min(share_of_customers) FILTER (WHERE share_of_revenue >= 0.8))) AS concentration
FROM (SELECT rank::numeric / count(*) OVER ()                                                      AS share_of_customers,
             (sum(revenue) OVER (ORDER BY rank) / nullif(sum(revenue) OVER (), 0))::numeric        AS share_of_revenue
      FROM (SELECT revenue, row_number() OVER (ORDER BY revenue DESC) AS rank FROM customer) AS ranked) AS curve;

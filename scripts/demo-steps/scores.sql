\echo
\echo '-- Every customer scored'
CREATE TABLE customer AS
SELECT customer_id,
       crm.last_purchase(purchases)                                           AS last_purchase,
       crm.purchase_days(purchases)                                           AS purchase_days,
       crm.revenue(purchases)                                                 AS revenue,
       (crm.rfm_score(scorer, r)).code                                        AS rfm,
       crm.rfm_segment(crm.rfm_score(scorer, r))                              AS segment,
       crm.p_alive(buying, r)                                                 AS p_alive,
       crm.churn_probability(buying, r, interval '90 days')                   AS p_no_order_90d,
       crm.expected_purchases(buying, r, interval '1 year')                   AS orders_next_year,
       crm.clv(buying, spending, r, interval '1 year', discount_rate => 0.10) AS clv,
       r
FROM history, model
WHERE crm.purchase_days(purchases) > 0;  -- some have refunds only

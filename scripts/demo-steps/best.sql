\echo
\echo '-- The ten best customers by what they will be worth within a year'
SELECT customer_id, segment, last_purchase, purchase_days, revenue::numeric(20, 2), p_alive::numeric(4, 2),
       orders_next_year::numeric(10, 1), clv::numeric(20, 2)
FROM customer
ORDER BY clv DESC NULLS LAST, revenue DESC
LIMIT 10;

\echo
\echo '-- The ten best customers by what they will be worth within a year'
SELECT customer, segment, last_order, orders, revenue::numeric(20, 2), p_alive::numeric(4, 2),
       expected_orders::numeric(10, 1) AS "orders next year", clv::numeric(20, 2)
FROM shop.customer
ORDER BY clv DESC NULLS LAST, revenue DESC, customer
LIMIT 10;

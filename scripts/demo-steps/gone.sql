\echo
\echo '-- Valuable customers who are probably gone: of the tenth with the highest revenue, by the revenue at stake'
SELECT customer_id, revenue::numeric(20, 2), p_alive::numeric(4, 2), crm.why(buying, r)
FROM (SELECT *, percent_rank() OVER (ORDER BY revenue DESC) AS rank FROM customer) AS customer, model
WHERE rank <= 0.1 AND p_alive < 0.5
ORDER BY revenue * (1 - p_alive) DESC
LIMIT 10;

\echo
\echo '-- Valuable customers who are probably gone: of the tenth with the highest revenue, by the revenue at stake'
SELECT customer, revenue::numeric(20, 2), p_alive::numeric(4, 2), lifecycle, reason
FROM shop.customer
WHERE decile = 1 AND p_alive < 0.5
ORDER BY revenue * (1 - p_alive) DESC, customer
LIMIT 10;

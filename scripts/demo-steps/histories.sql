\echo
\echo '-- Every customer''s purchases as one value, and what the models read of it'
CREATE TABLE history AS
SELECT customer_id, purchases, crm.rfm(purchases, date :'as_of') AS r
FROM (SELECT customer_id, crm.timeline(ordered_at, amount) AS purchases FROM orders GROUP BY customer_id) AS customer;
\echo
SELECT count(*) AS customers, sum(crm.purchase_days(purchases)) AS purchase_days, sum(crm.revenue(purchases))::numeric(20, 2) AS revenue,
       min(crm.first_purchase(purchases)) AS first, max(crm.last_purchase(purchases)) AS last
FROM history;

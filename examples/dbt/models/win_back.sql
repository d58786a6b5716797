-- Customers who are slipping away and worth a call, and what to tell them.
SELECT c.as_of, c.customer, c.name, c.segment, c.last_order, c.revenue, c.p_alive, c.clv, c.reason, s.next_step,
       rank() OVER (ORDER BY c.clv DESC NULLS LAST, c.customer) AS place
  FROM {{ source('workspace', 'customer') }} AS c
  LEFT JOIN {{ source('workspace', 'segment') }} AS s ON s.segment = c.segment
 WHERE c.lifecycle = 'at risk'

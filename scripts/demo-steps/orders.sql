CREATE TABLE orders (
    customer_id text             NOT NULL,
    ordered_at  timestamp        NOT NULL,
    amount      double precision NOT NULL   -- negative: a refund or a cancellation
);
COMMENT ON TABLE orders IS 'What the demo loaded: one row for each order or line of an order.';

CREATE TABLE loaded (
    file             text,
    lines            bigint,
    without_customer bigint,
    without_date     bigint,
    without_amount   bigint,
    repeated         bigint,
    orders           bigint
);
COMMENT ON TABLE loaded IS 'What became of the lines of each file.';

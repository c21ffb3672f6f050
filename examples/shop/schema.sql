create table if not exists products (
  id integer primary key,
  sku text not null unique,
  name text not null,
  category text not null,
  price_cents integer not null
);

create table if not exists stock (
  sku text primary key references products (sku),
  available integer not null check (available >= 0)
);

create table if not exists orders (
  id integer generated always as identity primary key,
  sku text not null references products (sku),
  quantity integer not null check (quantity > 0),
  total_cents integer not null,
  state text not null default 'received',
  created_at timestamptz not null default now()
);

create table if not exists jobs (
  id integer generated always as identity primary key,
  order_id integer not null references orders (id),
  claimed_at timestamptz,
  done_at timestamptz
);

insert into products values
  (1, 'LAMP-01', 'Desk lamp', 'lighting', 3900),
  (2, 'LAMP-02', 'Floor lamp', 'lighting', 8900),
  (3, 'CHAIR-01', 'Kitchen chair', 'furniture', 5900),
  (4, 'TABLE-01', 'Kitchen table', 'furniture', 24900),
  (5, 'CLOCK-01', 'Wall clock', 'decoration', 2900)
on conflict do nothing;

-- The clock is sold out.
insert into stock values
  ('LAMP-01', 1000000), ('LAMP-02', 1000000), ('CHAIR-01', 1000000), ('TABLE-01', 1000000), ('CLOCK-01', 0)
on conflict do nothing;

-- What the planner knows of tables that one transaction fills. Until somebody counts, it takes a partnership for one row
-- and reads all of them once for each row that is checked; autovacuum counts only what is committed. Counts each table
-- that was never counted or has grown by a tenth since, or every one where `always`. Runs as the owner, because only an
-- owner may; a table that another session is counting is passed over, so nobody waits.
create function public.refresh_statistics(always boolean, variadic tables regclass[]) returns void
language plpgsql security definer set search_path = pg_catalog
as $$
declare counted regclass;
begin
  for counted in
    select c.oid from pg_class c where c.oid = any(tables) and (always or c.reltuples < 0
      or pg_relation_size(c.oid) > 1.1 * c.relpages * current_setting('block_size')::bigint)
    order by array_position(tables, c.oid::regclass)
  loop
    execute format('analyze (skip_locked) %s', counted);
  end loop;
end $$;

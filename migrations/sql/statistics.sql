-- What the planner knows of tables that one transaction fills. Until somebody counts, it takes a partnership for one row
-- and reads all of them once for each row that is checked; autovacuum counts only what is committed. Runs as the owner,
-- because only an owner may; a table that another session is counting is passed over, so nobody waits.
create function public.refresh_statistics(variadic tables regclass[]) returns void
language plpgsql security definer set search_path = pg_catalog
as $$
declare counted regclass;
begin
  foreach counted in array tables loop
    execute format('analyze (skip_locked) %s', counted);
  end loop;
end $$;

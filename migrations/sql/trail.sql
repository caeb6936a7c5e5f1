-- Who changed what: each statement that changes an audited table leaves one event a row, written by the owner alone.

create function public.trail_changes(before jsonb, after jsonb) returns jsonb
language sql immutable set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_array(k, before ->> k, after ->> k) order by k), '[]')
  from jsonb_object_keys(coalesce(after, before)) k
  where before ->> k is distinct from after ->> k
    and k not in ('partnership_id', 'id', 'version', 'created_at', 'import_id', 'extra', 'occurrence')
    and k not like '%\_sha256' and k not like 'source\_%'
$$;

create function public.trail_investment(subject text, content jsonb) returns uuid
language sql stable set search_path = pg_catalog
as $$
  select case subject when 'investment' then (content ->> 'id')::uuid
    when 'restriction_term' then (select r.investment_id from public.restriction r
      where r.partnership_id = (content ->> 'partnership_id')::uuid and r.id = (content ->> 'restriction_id')::uuid)
    else (content ->> 'investment_id')::uuid end
$$;

-- An award as it came in is its own first content, so its creation repeats none of it.
create function public.keep_trail() returns trigger
language plpgsql security definer set search_path = pg_catalog
as $$
declare
  who text := coalesce(nullif(current_setting('app.actor', true), ''), session_user);
begin
  if tg_op = 'INSERT' then
    insert into public.audit_event (partnership_id, recorded_at, actor, action, subject, row_id, investment_id, changes)
    select (f ->> 'partnership_id')::uuid, clock_timestamp(), who, 'CREATED', tg_table_name, (f ->> 'id')::uuid,
      public.trail_investment(tg_table_name, f),
      case tg_table_name when 'investment' then '[]' else public.trail_changes(null, f) end
    from (select to_jsonb(n) as f from fresh n) x;
  elsif tg_op = 'UPDATE' then
    insert into public.audit_event (partnership_id, recorded_at, actor, action, subject, row_id, investment_id, changes)
    select (f ->> 'partnership_id')::uuid, clock_timestamp(), who, 'CHANGED', tg_table_name, (f ->> 'id')::uuid,
      public.trail_investment(tg_table_name, f), c
    from (select to_jsonb(n) as f, public.trail_changes(to_jsonb(o), to_jsonb(n)) as c
      from fresh n join stale o on o.partnership_id = n.partnership_id and o.id = n.id) x
    where c <> '[]';
  else
    insert into public.audit_event (partnership_id, recorded_at, actor, action, subject, row_id, investment_id, changes)
    select (f ->> 'partnership_id')::uuid, clock_timestamp(), who, 'REMOVED', tg_table_name, (f ->> 'id')::uuid,
      public.trail_investment(tg_table_name, f), public.trail_changes(f, null)
    from (select to_jsonb(o) as f from stale o) x;
  end if;
  return null;
end $$;

revoke all on function public.keep_trail from public;

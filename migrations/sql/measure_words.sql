-- The words of a measure's title and summary, one row a stem, as PostgreSQL's English text search makes them.
-- It runs with its caller's power, so row-level security binds it like any other statement.
create function keep_measure_words() returns trigger language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    delete from public.measure_word w where w.partnership_id = new.partnership_id and w.measure_id = new.id;
  end if;
  insert into public.measure_word (partnership_id, lexeme, measure_id, in_title)
  select new.partnership_id, w.lexeme, new.id, 'A' = any (w.weights)
  from unnest(
    setweight(to_tsvector('pg_catalog.english', new.title), 'A')
    || to_tsvector('pg_catalog.english', coalesce(new.summary, ''))
  ) w;
  return null;
end
$$;

create trigger words_of_a_measure after insert on policy_measure
  for each row execute function keep_measure_words();

create trigger words_of_an_amended_measure after update of title, summary on policy_measure
  for each row when ((old.title, old.summary) is distinct from (new.title, new.summary))
  execute function keep_measure_words();

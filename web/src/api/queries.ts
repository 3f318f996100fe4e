/** One hook for each question to the API. Keys hold what was asked, so that a new day or scenario is a new question. */
import { keepPreviousData, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useView, type View, type Within } from '../url.ts'
import { api, read } from './client.ts'
import type { Changes, Compare, Facilities, Feed, Feeds, Frame, Glossary, Jobs, Notes, Origin, OriginAnswer, Quarantine, Region, SearchResult, Situation, WatchHistory, WatchList, WatchRow } from './types.ts'

type Asked = Pick<View, 'country' | 'as_of' | 'scenario'>
export type Target = NonNullable<Compare['target']>
export type Level = WatchList['level']

function asked(view: View): Asked {
  return { country: view.country, as_of: view.as_of, scenario: view.scenario }
}

function useAsked<T>(key: unknown[], ask: (query: Asked) => Promise<T>, enabled = true): UseQueryResult<T> {
  const [view] = useView()
  const query = asked(view)
  return useQuery({ queryKey: [...key, query], queryFn: () => ask(query), placeholderData: keepPreviousData, enabled })
}

export const useFrame = (): UseQueryResult<Frame> => useAsked(['frame'], (query) => read(api.GET('/api/v1/frame', { params: { query } })))

export const useSituation = (): UseQueryResult<Situation> =>
  useAsked(['situation'], (query) => read(api.GET('/api/v1/situation', { params: { query } })))

export const useChanges = (since?: string): UseQueryResult<Changes> =>
  useAsked(['changes', since], (query) => read(api.GET('/api/v1/changes', { params: { query: { ...query, since } } })))

/** The words of the house. They change with the program alone. */
export const useGlossary = (): UseQueryResult<Glossary> =>
  useQuery({ queryKey: ['glossary'], queryFn: () => read(api.GET('/api/v1/glossary', { params: { query: {} } })), staleTime: Infinity })

export const useWatch = (level: Level, within: Within, enabled = true): UseQueryResult<WatchList> =>
  useAsked(['watch', level, within], (query) => read(api.GET('/api/v1/watch', { params: { query: { ...query, level, within: `${within}` as const } } })), enabled)

export const useRegion = (place: string, per?: '100k'): UseQueryResult<Region> =>
  useAsked(['region', place, per], (query) => read(api.GET('/api/v1/regions/{place}', { params: { path: { place }, query: { ...query, per } } })))

export const useCompare = (places: string[], target: Target, per?: '100k'): UseQueryResult<Compare> =>
  useAsked(
    ['compare', places, target, per],
    (query) => read(api.GET('/api/v1/compare', { params: { query: { ...query, places: places.join(','), target, per } } })),
    places.length > 0,
  )

export const useFeeds = (): UseQueryResult<Feeds> => useAsked(['feeds'], (query) => read(api.GET('/api/v1/feeds', { params: { query } })))

export const useFeed = (feed: string, seen: { indicator?: string; before?: string; after?: string } = {}): UseQueryResult<Feed> =>
  useAsked(['feed', feed, seen], (query) =>
    read(api.GET('/api/v1/feeds/{feed}', { params: { path: { feed }, query: { ...query, ...seen } } })),
  )

export const useQuarantine = (seen: { feed?: string; rule?: string; column?: string }, page: number): UseQueryResult<Quarantine> =>
  useAsked(['quarantine', seen, page], (query) => read(api.GET('/api/v1/quarantine', { params: { query: { ...query, ...seen, page } } })))

export const useOrigin = (origin: Origin | null): UseQueryResult<OriginAnswer> =>
  useAsked(
    ['origin', origin],
    (query) => {
      const filter = Object.entries(origin?.filters ?? {}).map(([key, value]) => `${key}:${value}`)
      return read(api.GET('/api/v1/origin', { params: { query: { ...query, table: origin?.table ?? '', filter } } }))
    },
    origin !== null,
  )

export const useFacilities = (): UseQueryResult<Facilities> => useAsked(['facilities'], (query) => read(api.GET('/api/v1/facilities', { params: { query } })))

export const useSearch = (q: string): UseQueryResult<SearchResult> =>
  useAsked(['search', q], (query) => read(api.GET('/api/v1/search', { params: { query: { ...query, q } } })), q.trim().length > 0)

export const useNotes = (place: string): UseQueryResult<Notes> =>
  useAsked(['notes', place], (query) => read(api.GET('/api/v1/regions/{place}/notes', { params: { path: { place }, query } })))

export const useWatchHistory = (row: Pick<WatchRow, 'place' | 'level'>): UseQueryResult<WatchHistory> =>
  useAsked(['history', row.place, row.level], (query) =>
    read(api.GET('/api/v1/watch/{place}/{level}/actions', { params: { path: { place: row.place, level: row.level }, query } })),
  )

export const useJobs = (): UseQueryResult<Jobs> =>
  useQuery({ queryKey: ['jobs'], queryFn: () => read(api.GET('/api/v1/jobs', { params: { query: { newest: 5 } } })) })

/** Listens to the server: new figures make every answer old, progress of work refreshes the list of jobs. */
export function useEvents(): void {
  const client = useQueryClient()
  useEffect(() => {
    const source = new EventSource('/api/v1/events')
    source.addEventListener('sequence', () => void client.invalidateQueries())
    source.addEventListener('job', () => void client.invalidateQueries({ queryKey: ['jobs'] }))
    return () => source.close()
  }, [client])
}

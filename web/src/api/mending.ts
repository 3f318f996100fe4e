/** What the page asks to have mended. Whatever was loaded makes every answer old. */
import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { api, read } from './client.ts'
import type { MendPreview, MendRequest, MendResult, SheetAnswer } from './types.ts'

export interface Chosen {
  feed: string
  ids: number[]
  group: { rule: string; column: string | null } | null
}

export interface Changes {
  cells: Record<string, Record<string, string>>
  replace: { column: string; values: Record<string, string> } | null
}

export const NOTHING: Changes = { cells: {}, replace: null }

const body = (chosen: Chosen, changes: Changes): MendRequest => ({ ...chosen, ...changes })

/** The rows as they stood when they were opened, and what is wrong with them: once settled, they can be asked for no more. */
export const useRows = (chosen: Chosen): UseQueryResult<MendPreview> =>
  useQuery({
    queryKey: ['mending', chosen],
    queryFn: () => read(api.POST('/api/v1/quarantine/preview', { body: body(chosen, NOTHING) })),
    enabled: (query) => query.state.data === undefined,
    gcTime: 0,
  })

export const useCheck = (chosen: Chosen): UseMutationResult<MendPreview, Error, Changes> =>
  useMutation({ mutationFn: (changes) => read(api.POST('/api/v1/quarantine/preview', { body: body(chosen, changes) })) })

function useDone(): () => void {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'mending' })
}

export const useMend = (chosen: Chosen): UseMutationResult<MendResult, Error, { changes: Changes; reason: string }> => {
  const done = useDone()
  return useMutation({
    mutationFn: ({ changes, reason }) => read(api.POST('/api/v1/quarantine/mend', { body: { ...body(chosen, changes), reason } })),
    onSuccess: done,
  })
}

export const useDismiss = (chosen: Chosen): UseMutationResult<MendResult, Error, string> => {
  const done = useDone()
  return useMutation({
    mutationFn: (reason) => read(api.POST('/api/v1/quarantine/dismiss', { body: { ...chosen, reason } })),
    onSuccess: done,
  })
}

export interface SheetFile {
  name: string
  text: string
}

/** Spreadsheets write UTF-8, or, the older ones, the code page of Western Europe. */
export async function readSheet(file: File): Promise<SheetFile> {
  const bytes = await file.arrayBuffer()
  try {
    return { name: file.name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { name: file.name, text: new TextDecoder('windows-1252').decode(bytes) }
  }
}

export const useSheet = (): UseMutationResult<SheetAnswer, Error, { sheet: SheetFile; approve: boolean; reason: string }> => {
  const done = useDone()
  return useMutation({
    mutationFn: ({ sheet, approve, reason }) => read(api.POST('/api/v1/quarantine/sheet', { body: { ...sheet, approve, reason } })),
    onSuccess: (answer) => answer.approved && done(),
  })
}

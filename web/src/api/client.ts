/** The one way to the API: typed by its OpenAPI text, errors as `Failure`. */
import createClient from 'openapi-fetch'
import type { Text } from './types.ts'
import type { paths } from './schema.ts'

export const api = createClient<paths>({ baseUrl: '' })

/** What went wrong, in words for both languages. `reachable` is false when nobody answered. */
export class Failure extends Error {
  constructor(
    readonly title: Text | null,
    readonly detail: string,
    readonly request: string | null,
    readonly status: number,
    /** What went wrong, foreseen: for the person at the page, under the field it belongs to. */
    readonly text: Text | null = null,
    readonly field: string | null = null,
  ) {
    super(detail)
  }
  get reachable(): boolean {
    return this.status > 0
  }
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

function failure(error: unknown, response: Response): Failure {
  const problem = (typeof error === 'object' && error !== null ? error : {}) as Partial<{ title: Text; detail: string; request: string; text: Text; field: string }>
  return new Failure(problem.title ?? null, problem.detail ?? response.statusText, problem.request ?? null, response.status, problem.text ?? null, problem.field ?? null)
}

/** The data of a JSON answer (never the text of a file); throws `Failure`. */
export async function read<T>(asked: Promise<Answer<T>>): Promise<Exclude<T, string>> {
  let answer: Answer<T>
  try {
    answer = await asked
  } catch (error) {
    throw new Failure(null, String(error), null, 0)
  }
  if (answer.data === undefined || typeof answer.data === 'string') throw failure(answer.error, answer.response)
  return answer.data as Exclude<T, string>
}

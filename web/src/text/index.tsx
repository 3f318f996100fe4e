import { createContext, useContext, type ReactNode } from 'react'
import type { Sentence as SentenceText, Text } from '../api/types.ts'
import type { Lang } from '../format.ts'
import { useView } from '../url.ts'
import { en } from './en.ts'
import { fr, type Words } from './fr.ts'

const WORDS: Record<Lang, Words> = { fr, en }

export interface Say {
  lang: Lang
  t: Words
  /** A text of the API in the language of the page. */
  pick: (text: Text | null | undefined) => string
  /** The zone times are shown in. */
  zone: string
}

const Zone = createContext('Europe/Paris')
export const ZoneProvider = Zone.Provider

export function useSay(): Say {
  const [{ lang }] = useView()
  const zone = useContext(Zone)
  return { lang, t: WORDS[lang], pick: (text) => (text ? text[lang] : ''), zone }
}

/** A sentence of the API, its facts heavier. */
export function Sentence({ text }: { text: SentenceText }): ReactNode {
  const { lang } = useSay()
  return text[lang].map((part, i) => (part.strong ? <strong key={i}>{part.text}</strong> : <span key={i}>{part.text}</span>))
}

/** The words of the house, one for a thing, in both languages. */
import { useEffect, useState, type ReactNode } from 'react'
import { useLocation } from 'react-router'
import { useGlossary } from '../api/queries.ts'
import type { Glossary as Data } from '../api/types.ts'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { useSay } from '../text/index.tsx'

export default function Glossary(): ReactNode {
  const { t } = useSay()
  return (
    <Answered query={useGlossary()} what={t.glossary}>
      {(data) => <Sheet data={data} />}
    </Answered>
  )
}

/** Without accents and case, as people type. */
function bare(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function Sheet({ data }: { data: Data }): ReactNode {
  const { t, lang, pick } = useSay()
  const { hash } = useLocation()
  const [asked, ask] = useState('')
  const other = lang === 'fr' ? 'en' : 'fr'
  const shown = data.terms
    .filter((term) => bare(`${term.term.fr} ${term.term.en} ${pick(term.definition)}`).includes(bare(asked)))
    .sort((a, b) => pick(a.term).localeCompare(pick(b.term), lang))
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView()
  }, [hash])
  return (
    <div className="sheet glossary-page" data-ready="glossary">
      <Panel
        page
        title={t.glossary}
        className="glossary"
        certificate={{ more: t.glossary_meta(`${data.terms.length}`) }}
        controls={
          <label className="glossary-find">
            <span className="meta">{t.glossary_find}</span>
            <input type="search" value={asked} onChange={(event) => ask(event.target.value)} />
          </label>
        }
      >
        {shown.length === 0 ? (
          <Empty>{t.glossary_none}</Empty>
        ) : (
          <dl>
            {shown.map((term) => (
              <div key={term.id} id={term.id}>
                <dt>{pick(term.term)}</dt>
                <dd className="other" lang={other}>
                  {term.term[other]}
                </dd>
                <dd className="meaning">{pick(term.definition)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Panel>
    </div>
  )
}

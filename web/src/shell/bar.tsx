/** The as-of bar: where, as known when, who has reported, how old, under which scenario, in which language. */
import type { ReactNode } from 'react'
import type { Frame } from '../api/types.ts'
import { addDays, age, dayYear, daysBetween, instant, isoDay, longDay, number, percent } from '../format.ts'
import { MarkIcon } from '../parts/marks.tsx'
import { Choice, Menu } from '../parts/menu.tsx'
import { useSay } from '../text/index.tsx'
import { keep, useView } from '../url.ts'
import { Horizon } from './horizon.tsx'
import { ScenarioSwitch } from './scenario-switch.tsx'
import { WallClock } from './wall.tsx'

/** A day, or a day and its time; a narrow screen leaves the time out. */
function Moment({ value }: { value: string | undefined }): ReactNode {
  const { lang, zone } = useSay()
  if (!value) return '…'
  if (value.length <= 10) return longDay(value, lang)
  const text = instant(value, lang, zone)
  return (
    <span>
      {text.slice(0, -7)}
      <span className="wide-only">{text.slice(-7)}</span>
    </span>
  )
}

/** Days that the strip spans before the last one. */
const SPAN = 57

export function AsOfBar({ frame, menu }: { frame: Frame | undefined; menu: ReactNode }): ReactNode {
  const { t, lang, pick } = useSay()
  const [view, change] = useView()
  const now = frame?.meta.now
  const today = now ? isoDay(new Date(now)) : isoDay(new Date())
  const newest = frame?.last_day && daysBetween(frame.last_day, today) > SPAN ? addDays(frame.last_day, 1) : today
  const shown = view.as_of?.slice(0, 10) ?? newest
  const asked = view.as_of !== undefined

  const goTo = (day: string): void => change({ as_of: day >= newest ? null : day }, { push: true })
  const last = daysBetween(shown, newest) > SPAN ? addDays(shown, 14) : newest
  const first = addDays(last, -SPAN)
  const level = frame?.reported.level
  const unit = level === 'department' ? t.departments : level === 'region' ? t.regions : t.places

  return (
    <header className={asked ? 'bar past' : 'bar'}>
      {menu}
      <div className="cell place">
        <span className="label" id="country">
          {t.place}
        </span>
        <select aria-labelledby="country" value={frame?.meta.country ?? ''} onChange={(event) => change({ country: event.target.value, place: null }, { push: true })}>
          {frame?.countries.map((c) => (
            <option key={c.id} value={c.id}>
              {pick(c.name)}
            </option>
          ))}
        </select>
      </div>
      <div className="cell when">
        <span className="label">
          {t.as_known}
          {asked && frame?.meta.basis === 'assumed' && <em> · {t.basis_assumed}</em>}
        </span>
        <Menu
          className="value"
          prefix={t.as_known}
          label={
            <>
              <Moment value={view.as_of ?? now} />
              <span className="caret" aria-hidden="true" />
            </>
          }
        >
          {(close) => (
            <form
              className="form"
              onSubmit={(event) => {
                event.preventDefault()
                const day = new FormData(event.currentTarget).get('day')
                if (typeof day === 'string' && day) goTo(day)
                close()
              }}
            >
              <label>
                {t.as_known}
                <input type="date" name="day" defaultValue={shown} key={shown} max={newest} min={frame?.first_day ?? undefined} />
              </label>
              {frame?.days.slice(0, 8).map((d) => (
                <button
                  key={`${d.as_of}${d.sequence}`}
                  type="button"
                  className="item"
                  onClick={() => {
                    change({ as_of: d.as_of }, { push: true })
                    close()
                  }}
                >
                  {t.forecast_of(dayYear(d.reference_date, lang))}
                </button>
              ))}
              <button type="submit" className="primary">
                {t.see}
              </button>
            </form>
          )}
        </Menu>
      </div>
      <div className="cell strip">
        <Horizon first={first} last={last} value={shown} onChange={goTo} />
      </div>
      {asked ? (
        <div className="cell past-note" role="status">
          <strong>{t.seeing(dayYear(shown, lang))}</strong>
          <button type="button" onClick={() => change({ as_of: null }, { push: true })}>
            {t.back_to_now}
          </button>
        </div>
      ) : (
        <>
          <div className="cell reported">
            <span className="label">{t.reported}</span>
            <span className="value">
              {frame
                ? `${number(frame.reported.n, lang)} / ${number(frame.reported.of, lang)} ${unit(frame.reported.of)}${frame.reported.share === null ? '' : ` · ${percent(frame.reported.share, lang)}`}`
                : '…'}
            </span>
          </div>
          <div className="cell oldest">
            <span className="label">{t.oldest}</span>
            <span className="value">
              {frame?.oldest ? (
                <>
                  {frame.oldest.state !== 'fresh' && <MarkIcon mark="stale" label={t.mark_stale} />}
                  <span className="clip">{frame.oldest.title}</span>
                  <span>{age(frame.oldest.age_hours, lang)}</span>
                </>
              ) : frame ? (
                t.none_waiting
              ) : (
                '…'
              )}
            </span>
          </div>
        </>
      )}
      {view.wall && <WallClock />}
      <ScenarioSwitch frame={frame} />
      <div className="cell lang">
        <Choice
          label={t.language}
          value={lang}
          options={[
            { value: 'fr', text: 'FR', name: 'FR, français' },
            { value: 'en', text: 'EN', name: 'EN, English' },
          ]}
          onChange={(value) => {
            keep({ lang: value })
            change({ lang: value })
          }}
        />
      </div>
    </header>
  )
}

/** Numbers, dates and intervals as people read them, in French and English (design language, section 5). */

export type Lang = 'fr' | 'en'

const NBSP = '\u00a0'
const NNBSP = '\u202f'
const MINUS = '\u2212'

const LOCALE: Record<Lang, string> = { fr: 'fr-FR', en: 'en-GB' }
const cache = new Map<string, Intl.NumberFormat>()

function numbers(lang: Lang, digits: number): Intl.NumberFormat {
  const key = `${lang}${digits}`
  let found = cache.get(key)
  if (!found) {
    found = new Intl.NumberFormat(LOCALE[lang], { minimumFractionDigits: digits, maximumFractionDigits: digits })
    cache.set(key, found)
  }
  return found
}

/** 14920 -> "14 920" (U+202F) or "14,920"; a minus is U+2212. */
export function number(value: number, lang: Lang, digits = 0): string {
  const rounded = Number(value.toFixed(digits))
  return numbers(lang, digits)
    .format(Object.is(rounded, -0) ? 0 : rounded)
    .replace(/[-\u2010-\u2015]/g, MINUS)
    .replace(/[\u00a0 ]/g, NNBSP)
}

/** Share 0..1 -> "73 %" or "73%". A reported share: 0 and 100 are written. */
export function percent(share: number, lang: Lang, digits = 0): string {
  return number(share * 100, lang, digits) + (lang === 'fr' ? `${NBSP}%` : '%')
}

/** Chance 0..1 of a forecast -> whole per cent, never 0 or 100: "< 1 %", "> 99 %". */
export function chance(value: number, lang: Lang): string {
  const sign = lang === 'fr' ? `${NBSP}%` : '%'
  if (value < 0.01) return `<${NBSP}1${sign}`
  if (value > 0.99) return `>${NBSP}99${sign}`
  return Math.round(value * 100) + sign
}

/** Step to round to, from the 90 % interval: the power of ten below half the 50 % width (of a normal law: 0.41 of the 90 %). */
export function stepOf(low: number, high: number): number {
  const half = ((high - low) / 2) * 0.41
  if (!(half > 0)) return 0
  return 10 ** Math.floor(Math.log10(half))
}

/** Rounds to a step and gives the digits to write. A count never gets decimals. */
export function rounded(value: number, step: number, counts = true): { value: number; digits: number } {
  const least = counts ? Math.max(step, 1) : Math.max(step, 0.001)
  const digits = least >= 1 ? 0 : Math.round(-Math.log10(least))
  return { value: Math.round(value / least) * least, digits }
}

/** An estimate, rounded as its 90 % interval deserves. */
export function estimate(value: number, low: number, high: number, lang: Lang, counts = true): string {
  const r = rounded(value, stepOf(low, high) || (counts ? 1 : 0.01), counts)
  return number(r.value, lang, r.digits)
}

/** "6 200 – 6 800 · 90 %" or "6,200–6,800 · 90%". */
export function interval(low: number, high: number, lang: Lang, options: { level?: number; counts?: boolean; exact?: boolean } = {}): string {
  const { level = 0.9, counts = true, exact = false } = options
  const step = exact ? 0 : stepOf(low, high) || (counts ? 1 : 0.01)
  const a = rounded(low, step, counts)
  const b = rounded(high, step, counts)
  return `${span(number(a.value, lang, a.digits), number(b.value, lang, b.digits), lang)} · ${percent(level, lang)}`
}

/** Two ends joined: spaced dash in French, bare dash in English. */
export function span(a: string, b: string, lang: Lang): string {
  return lang === 'fr' ? `${a}${NNBSP}–${NNBSP}${b}` : `${a}–${b}`
}

/** Relative change -> "↑ +18 %", "↓ −4 %", "→"; in `points` or plain numbers when told so. */
export function change(value: number, lang: Lang, kind: 'relative' | 'points' | 'absolute' = 'relative', digits = 0): string {
  const shown = kind === 'absolute' ? value : value * 100
  const size = Number(Math.abs(shown).toFixed(digits))
  if (size === 0) return '→'
  const sign = shown > 0 ? '+' : MINUS
  const written = sign + number(size, lang, digits)
  const unit = kind === 'relative' ? (lang === 'fr' ? `${NBSP}%` : '%') : kind === 'points' ? `${NBSP}points` : ''
  return `${shown > 0 ? '↑' : '↓'}${NBSP}${written}${unit}`
}

// ---------------------------------------------------------------- days and times

/** A day "2020-11-24" at noon UTC, so that no zone moves it. */
export function parseDay(day: string): Date {
  return new Date(`${day.slice(0, 10)}T12:00:00Z`)
}

export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10)
}

export function addDays(day: string, n: number): string {
  return isoDay(new Date(parseDay(day).getTime() + n * 86_400_000))
}

/** Whole days from a to b. */
export function daysBetween(a: string, b: string): number {
  return Math.round((parseDay(b).getTime() - parseDay(a).getTime()) / 86_400_000)
}

type Piece = 'weekday' | 'day' | 'month' | 'year' | 'hour' | 'minute'

/** Day and month names: English takes three-letter American abbreviations ("Sep", not "Sept"). */
function pieces(date: Date, lang: Lang, zone: string): Record<Piece, string> {
  const format = new Intl.DateTimeFormat(lang === 'fr' ? 'fr-FR' : 'en-US', {
    weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone,
  })
  const found = Object.fromEntries(format.formatToParts(date).map((p) => [p.type, p.value])) as Record<Piece, string>
  if (lang === 'fr' && found.day === '1') found.day = '1er'
  return found
}

/** "24 nov." or "24 Nov". */
export function day(value: string, lang: Lang): string {
  const p = pieces(parseDay(value), lang, 'UTC')
  return `${p.day}${NBSP}${p.month}`
}

/** "24 nov. 2026". */
export function dayYear(value: string, lang: Lang): string {
  const p = pieces(parseDay(value), lang, 'UTC')
  return `${p.day}${NBSP}${p.month}${NBSP}${p.year}`
}

/** "mar. 24 nov. 2026". */
export function longDay(value: string, lang: Lang): string {
  const p = pieces(parseDay(value), lang, 'UTC')
  return `${p.weekday} ${p.day}${NBSP}${p.month}${NBSP}${p.year}`
}

/** "mar. 24 nov. 2026, 07:40" in the place's zone. */
export function instant(value: string, lang: Lang, zone: string): string {
  const p = pieces(new Date(value), lang, zone)
  return `${p.weekday} ${p.day}${NBSP}${p.month}${NBSP}${p.year}, ${p.hour}:${p.minute}`
}

/** "07:40". */
export function clock(value: string, lang: Lang, zone: string): string {
  const p = pieces(new Date(value), lang, zone)
  return `${p.hour}:${p.minute}`
}

/** "29 nov.–2 déc.", "3–7 déc.". */
export function days(from: string, to: string, lang: Lang): string {
  if (from === to) return day(from, lang)
  if (from.slice(0, 7) !== to.slice(0, 7)) return `${day(from, lang)}–${day(to, lang)}`
  return `${pieces(parseDay(from), lang, 'UTC').day}–${day(to, lang)}`
}

/** Hours -> "52 h", "9 j" / "9 d" from four days on. */
export function age(hours: number, lang: Lang): string {
  if (hours < 1) return lang === 'fr' ? 'à l’instant' : 'now'
  if (hours < 96) return `${number(hours, lang)}${NBSP}h`
  return `${number(hours / 24, lang)}${NBSP}${lang === 'fr' ? 'j' : 'd'}`
}

/** "342 pour 100 000". */
export function rate(value: number, lang: Lang, digits = 0): string {
  return `${number(value, lang, digits)} ${lang === 'fr' ? 'pour' : 'per'} ${number(100_000, lang)}`
}

/** Hyphens that do not break, for names in a sentence. */
export function unbroken(name: string): string {
  return name.replace(/-/g, '\u2011')
}

/** A drawing as a PNG: its title and filters above, the day it was known and the source under it. Always light: it goes on paper. */

const STYLED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'fill-opacity', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order', 'stroke-linejoin', 'vector-effect', 'display']

/** A copy of a drawing that stands alone: every style that matters is written into its attributes. */
function standalone(drawing: SVGSVGElement): SVGSVGElement {
  const copy = drawing.cloneNode(true) as SVGSVGElement
  const from = [drawing, ...drawing.querySelectorAll('*')]
  const to = [copy, ...copy.querySelectorAll('*')]
  from.forEach((element, i) => {
    const style = getComputedStyle(element)
    const target = to[i] as SVGElement
    target.removeAttribute('style')
    target.removeAttribute('class')
    for (const name of STYLED) target.setAttribute(name, style.getPropertyValue(name))
  })
  const patterns = document.querySelector('svg.defs defs')
  if (patterns) {
    const defs = patterns.cloneNode(true) as SVGDefsElement
    patterns.querySelectorAll('*').forEach((element, i) => {
      const style = getComputedStyle(element)
      const target = defs.querySelectorAll('*')[i]!
      if (!/pattern/i.test(element.tagName)) for (const name of ['fill', 'stroke']) target.setAttribute(name, style.getPropertyValue(name))
    })
    copy.prepend(defs)
  }
  return copy
}

export interface Words {
  title: string
  /** What was chosen: horizon, unit, scenario. */
  filters: string
  /** Known when, from which version, from which source; each begins a line. */
  foot: string[]
}

const [EDGE, SCALE] = [16, 2]
const [TITLE, SMALL] = [18, 14]

/** Runs something while the page is in its light theme; nothing is painted in between. */
function inLight<T>(make: () => T): T {
  const root = document.documentElement
  const before = root.dataset.theme
  root.dataset.theme = 'light'
  try {
    return make()
  } finally {
    root.dataset.theme = before
  }
}

/** Words in lines no wider than the picture. */
export function wrapped(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word
    if (line && !fits(longer)) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line ? [...lines, line] : lines
}

async function imageOf(drawing: SVGSVGElement, width: number, height: number): Promise<HTMLImageElement> {
  const copy = inLight(() => standalone(drawing))
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }))
  const picture = new Image()
  picture.src = address
  await picture.decode()
  URL.revokeObjectURL(address)
  return picture
}

/** Saves the first drawing inside `selector`. */
export async function savePicture(selector: string, words: Words): Promise<void> {
  const drawing = document.querySelector<SVGSVGElement>(`${selector} svg`)
  if (!drawing) return
  const { width, height } = drawing.getBoundingClientRect()
  const picture = await imageOf(drawing, width, height)
  const [panel, ink, ink3, font] = inLight(() => {
    const style = getComputedStyle(document.documentElement)
    return ['--panel', '--ink', '--ink-3', '--font'].map((name) => style.getPropertyValue(name)) as [string, string, string, string]
  })
  const [bold, plain] = [`600 13px ${font}`, `400 11px ${font}`]
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')!
  const lines = (face: string, text: string): string[] => {
    pen.font = face
    return wrapped(text, (line) => pen.measureText(line).width <= width)
  }
  const head = [...lines(bold, words.title).map((text) => [bold, ink, text, TITLE] as const), ...lines(plain, words.filters).map((text) => [plain, ink3, text, SMALL] as const)]
  const foot = words.foot.flatMap((text) => lines(plain, text)).map((text) => [plain, ink3, text, SMALL] as const)
  const above = EDGE + head.reduce((sum, line) => sum + line[3], 0)
  const whole = above + height + foot.length * SMALL + EDGE
  canvas.width = (width + 2 * EDGE) * SCALE
  canvas.height = whole * SCALE
  pen.scale(SCALE, SCALE)
  pen.fillStyle = panel
  pen.fillRect(0, 0, width + 2 * EDGE, whole)
  const write = (list: typeof head, top: number): void => {
    let y = top
    for (const [face, colour, text, step] of list) {
      y += step
      pen.font = face
      pen.fillStyle = colour
      pen.fillText(text, EDGE, y - 4)
    }
  }
  write(head, EDGE - 4)
  pen.drawImage(picture, EDGE, above, width, height)
  write(foot, above + height + 4)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
  if (blob) download(blob, `belvedere-${fileName(words.title)}.png`)
}

/** A title as a file name: letters without accents, the rest as hyphens. */
export function fileName(title: string): string {
  const bare = title.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  return bare.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

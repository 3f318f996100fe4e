/** A drawing as a PNG, with its title, the day it was known and the source printed under it. */

const STYLED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'fill-opacity', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order', 'stroke-linejoin', 'display']

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

/** Saves the first drawing inside `selector`. */
export async function savePicture(selector: string, title: string): Promise<void> {
  const drawing = document.querySelector<SVGSVGElement>(`${selector} svg`)
  if (!drawing) return
  const { width, height } = drawing.getBoundingClientRect()
  const scale = 2
  const [head, foot, edge] = [34, 26, 16]
  const copy = standalone(drawing)
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }))
  const picture = new Image()
  picture.src = address
  await picture.decode()
  URL.revokeObjectURL(address)

  const canvas = document.createElement('canvas')
  canvas.width = (width + 2 * edge) * scale
  canvas.height = (height + head + foot) * scale
  const pen = canvas.getContext('2d')!
  const style = getComputedStyle(document.documentElement)
  pen.scale(scale, scale)
  pen.fillStyle = style.getPropertyValue('--panel')
  pen.fillRect(0, 0, width + 2 * edge, height + head + foot)
  pen.drawImage(picture, edge, head, width, height)
  pen.fillStyle = style.getPropertyValue('--ink')
  pen.font = `600 13px ${style.getPropertyValue('--font')}`
  pen.fillText(title, edge, 22)
  pen.fillStyle = style.getPropertyValue('--ink-3')
  pen.font = `400 10px ${style.getPropertyValue('--font')}`
  pen.fillText(document.querySelector('.print-foot')?.textContent ?? '', edge, height + head + 15)
  const link = document.createElement('a')
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
  if (!blob) return
  link.href = URL.createObjectURL(blob)
  link.download = `belvedere-${title.toLowerCase().replace(/[^a-z0-9]+/gi, '-')}.png`
  link.click()
  URL.revokeObjectURL(link.href)
}

/**
 * A small menu or form under its button: native popover, so Escape, light dismiss and focus are the browser's.
 * `name` replaces what a reader hears (it must contain what is seen); `prefix` comes before it.
 */
import { useId, useRef, type ReactNode } from 'react'

export function Menu(props: { label: ReactNode; name?: string; prefix?: string; className?: string; align?: 'start' | 'end'; children: (close: () => void) => ReactNode; disabled?: boolean }): ReactNode {
  const { label, name, prefix, className = '', align = 'start', children, disabled } = props
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)

  const place = (): void => {
    if (!button.current || !panel.current) return
    const box = button.current.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = panel.current
    const left = align === 'end' ? box.right - width : box.left
    const below = box.bottom + 4
    panel.current.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`
    panel.current.style.top = `${below + height > window.innerHeight - 8 ? Math.max(8, box.top - height - 4) : below}px`
  }
  const close = (): void => panel.current?.hidePopover()

  return (
    <>
      <button type="button" ref={button} className={className} aria-label={name} disabled={disabled} popoverTarget={id}>
        {prefix && <span className="sr">{prefix} : </span>}
        {label}
      </button>
      <div
        id={id}
        ref={panel}
        popover="auto"
        className="menu"
        onToggle={(event) => {
          if (event.newState !== 'open') return
          place()
          panel.current?.querySelector<HTMLElement>('input, select, button, a')?.focus()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          if (!(event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement)) return
          const items = [...(panel.current?.querySelectorAll<HTMLElement>('button, a') ?? [])]
          const at = items.indexOf(event.target)
          items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus()
          event.preventDefault()
        }}
      >
        {children(close)}
      </div>
    </>
  )
}

/** One of a few choices, side by side. */
export function Choice<T extends string | number>(props: { label: string; value: T; options: { value: T; text: string; name?: string }[]; onChange: (value: T) => void }): ReactNode {
  const { label, value, options, onChange } = props
  return (
    <span className="choice" role="group" aria-label={label}>
      {options.map((o) => (
        <button key={o.value} type="button" aria-pressed={o.value === value} aria-label={o.name} onClick={() => onChange(o.value)}>
          {o.text}
        </button>
      ))}
    </span>
  )
}

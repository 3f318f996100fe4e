/** A mended spreadsheet: what it would change is shown first, and loaded once approved. */
import { useState, type ReactNode } from 'react'
import { readSheet, useSheet, type SheetFile } from '../api/mending.ts'
import { useSay } from '../text/index.tsx'
import { MarkIcon } from './marks.tsx'
import { Dialog, Rows } from './mend-dialog.tsx'

export function SheetUpload(): ReactNode {
  const { t } = useSay()
  const [sheet, setSheet] = useState<SheetFile | null>(null)
  return (
    <>
      <label className="button upload">
        {t.sheet_upload}
        <input
          type="file"
          accept=".csv,text/csv"
          className="sr"
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file) void readSheet(file).then(setSheet)
          }}
        />
      </label>
      {sheet && <Approval sheet={sheet} onClose={() => setSheet(null)} />}
    </>
  )
}

function Approval({ sheet, onClose }: { sheet: SheetFile; onClose: () => void }): ReactNode {
  const { t, pick } = useSay()
  const [reason, setReason] = useState('')
  const look = useSheet()
  const approve = useSheet()
  if (look.isIdle) look.mutate({ sheet, approve: false, reason: '' })
  const told = approve.data ?? look.data
  const failure = look.error ?? approve.error
  const loads = told?.feeds.reduce((sum, feed) => sum + feed.loads, 0) ?? 0
  return (
    <Dialog title={`${t.sheet_title} · ${sheet.name}`} onClose={onClose}>
      {failure && (
        <p className="field-error" role="alert">
          {failure.message}
        </p>
      )}
      {told && (
        <p role="status" className="outcome">
          <MarkIcon mark={loads ? 'good' : 'watch'} /> <strong>{told.feeds.some((feed) => feed.rows.length) ? pick(told.summary) : t.sheet_unchanged}</strong>
        </p>
      )}
      {told?.feeds.map((feed) => (
        <Rows key={feed.feed} rows={feed.rows} />
      ))}
      {told && !approve.data && loads > 0 && (
        <>
          <label className="why">
            {t.mend_reason}
            <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
          </label>
          <p className="controls">
            <button type="button" className="primary" disabled={reason.trim().length < 3 || approve.isPending} onClick={() => approve.mutate({ sheet, approve: true, reason })}>
              {t.sheet_approve}
            </button>
            <span className="meta">{t.mend_signed}</span>
          </p>
        </>
      )}
    </Dialog>
  )
}

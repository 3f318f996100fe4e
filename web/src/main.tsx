import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, StrictMode, Suspense, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { Failure } from './api/client.ts'
import { Progress } from './parts/panel.tsx'
import { Fallen } from './pages/fallen.tsx'
import { NotFound } from './pages/not-found.tsx'
import { Situation } from './pages/situation.tsx'
import { Shell } from './shell/shell.tsx'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/situation.css'
import './styles/terms.css'
import './styles/small.css'
import './styles/print.css'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: true,
      retry: (times, error) => times < 1 && !(error instanceof Failure && error.status >= 400 && error.status < 500),
    },
  },
})

const later = (page: ReactNode): ReactNode => <Suspense fallback={<Progress />}>{page}</Suspense>
const Region = lazy(() => import('./pages/region.tsx'))
const Compare = lazy(() => import('./pages/compare.tsx'))
const Watch = lazy(() => import('./pages/watch.tsx'))
const Alerts = lazy(() => import('./pages/alerts.tsx'))
const Data = lazy(() => import('./pages/data.tsx'))
const Feed = lazy(() => import('./pages/feed.tsx'))
const Glossary = lazy(() => import('./pages/glossary.tsx'))
const Quarantine = lazy(() => import('./pages/quarantine.tsx'))

const router = createBrowserRouter([
  {
    path: '/',
    element: <Shell />,
    errorElement: <Fallen />,
    children: [
      { index: true, element: <Situation /> },
      { path: 'region/:place', element: later(<Region />) },
      { path: 'compare', element: later(<Compare />) },
      { path: 'watch', element: later(<Watch />) },
      { path: 'alerts', element: later(<Alerts />) },
      { path: 'glossary', element: later(<Glossary />) },
      { path: 'data', element: later(<Data />) },
      { path: 'data/quarantine', element: later(<Quarantine />) },
      { path: 'data/:feed', element: later(<Feed />) },
      { path: '*', element: <NotFound /> },
    ],
  },
])

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)

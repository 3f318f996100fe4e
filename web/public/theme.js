// Sets theme and language before the first paint, so that a dark page never flashes white. `src/url.ts` has the same rules.
;(function () {
  var query = new URLSearchParams(location.search)
  var kept = {}
  try { kept = JSON.parse(localStorage.getItem('belvedere') || '{}') } catch (error) { kept = {} }
  var dark = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  var theme = query.get('theme') || kept.theme || dark
  document.documentElement.dataset.theme = theme === 'dark' ? 'dark' : 'light'
  document.documentElement.lang = query.get('lang') || kept.lang || (navigator.language.slice(0, 2) === 'fr' ? 'fr' : 'en')
})()

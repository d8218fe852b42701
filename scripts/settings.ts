// Writes docs/settings.md from the table of variables. That it is up to date is a unit test (functions/host/settings.test.ts).
import { writeFileSync } from 'node:fs'
import { settingsPage } from '#functions/host/settings-page.ts'

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage())

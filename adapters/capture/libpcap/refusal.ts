import { realpathSync } from 'node:fs'
import { CaptureRefused } from '../port.ts'
import type { Device } from './binding.ts'

/** What libpcap refused, in one sentence with the way out. `words` are its own. */
export const refusal = (words: string, device: string, filter: string, devices: readonly Device[]): CaptureRefused => {
  if (/not permitted|permission/i.test(words)) return new CaptureRefused(notPermitted(device), 'right')
  if (/no such device/i.test(words)) return new CaptureRefused(`there is no interface ${device}: there are ${names(devices)}`, 'interface')
  if (/is not up|network is down/i.test(words))
    return new CaptureRefused(`the interface ${device} is down: ip link set ${device} up`, 'interface')
  if (filter !== '' && /filter|syntax|expression|primitive|unknown|illegal|expects|not supported|rejects all/i.test(words))
    return new CaptureRefused(`libpcap does not accept the filter "${filter}": ${words}`, 'filter')
  return new CaptureRefused(`libpcap cannot capture on ${device}${filter === '' ? '' : ` with the filter "${filter}"`}: ${words}`)
}

const notPermitted = (device: string): string => {
  const node = realpathSync(process.execPath)
  return `no right to capture on ${device}: CAP_NET_RAW is missing; give it with: sudo setcap cap_net_raw,cap_net_admin=eip ${node} (or run with sudo)`
}

/** Without what captures no network. */
const names = (devices: readonly Device[]): string =>
  devices
    .map(({ name }) => name)
    .filter((name) => !/^(bluetooth|nflog|nfqueue|dbus|usbmon)/.test(name))
    .join(', ')

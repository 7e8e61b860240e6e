// The real Bluesky servers on loopback: a directory of accounts (PLC), a PDS, and the AppView with
// its search. usage: node start.mjs FOLDER POSTGRES_URL, FOLDER being where npm installed
// package.json. Tells its addresses as one line of JSON, and ends when its standard input does.
import { createRequire } from 'node:module'
import { Server } from 'node:net'
import { join, resolve } from 'node:path'

const [folder, postgres] = process.argv.slice(2)
const need = createRequire(join(resolve(folder), 'package.json'))

// The servers would listen on every interface.
const listen = Server.prototype.listen
Server.prototype.listen = function (where, ...rest) {
  const then = rest.find((one) => typeof one === 'function')
  const port = typeof where === 'object' ? where.port : where
  return listen.call(this, { port: Number(port ?? 0), host: '127.0.0.1' }, then)
}

const { TestBsky, TestBsync, TestPds, TestPlc, mockNetworkUtilities } = need('@atproto/dev-env')
const getPort = need('get-port').default ?? need('get-port')
const key = 'loopback'
const pdsPort = await getPort()
const plc = await TestPlc.create({ port: await getPort() })
const bsync = await TestBsync.create({
  port: await getPort(), apiKeys: [key], dbUrl: postgres, dbSchema: 'bsync',
})
const bsky = await TestBsky.create({
  port: await getPort(), plcUrl: plc.url, pdsPort, repoProvider: `ws://localhost:${pdsPort}`,
  bsyncApiKey: key, bsyncUrl: bsync.url, dbPostgresUrl: postgres, dbPostgresSchema: 'appview',
})
bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
const pds = await TestPds.create({
  port: pdsPort, hostname: 'localhost', didPlcUrl: plc.url, inviteRequired: false,
  bskyAppViewUrl: bsky.url, bskyAppViewDid: bsky.ctx.cfg.serverDid,
})
mockNetworkUtilities(pds, bsky)
console.log(JSON.stringify({ pds: `http://127.0.0.1:${pdsPort}`, appview: bsky.url.replace('localhost', '127.0.0.1') }))

const stop = () => process.exit(0)
process.stdin.on('end', stop).on('close', stop).resume()

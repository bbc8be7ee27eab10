// Required into a program before it starts, this keeps it on this machine: it connects to loopback alone and listens on
// loopback alone, whatever it was written to do. It is a belt, not a wall: child processes are not held by it.
const dns = require('node:dns');
const net = require('node:net');

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i;

function refusal(host) {
  return Object.assign(new Error(`kept on this machine: ${host} was not called`), { code: 'ENOTFOUND', hostname: host });
}

// destination is the host that the arguments of connect name; a port alone and a socket's file are on this machine.
function destination(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return first.path ? 'localhost' : (first.host ?? 'localhost');
  return typeof second === 'string' ? second : 'localhost';
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connectHere(...args) {
  const host = destination(args);
  if (LOOPBACK.test(host)) return connect.apply(this, args);
  process.nextTick(() => this.destroy(refusal(host)));
  return this;
};

const lookup = dns.lookup;
dns.lookup = function lookupHere(host, ...rest) {
  if (LOOPBACK.test(host)) return lookup.call(this, host, ...rest);
  process.nextTick(rest.at(-1), refusal(host));
};

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenHere(first, ...rest) {
  if (typeof first === 'object' && first !== null) return listen.call(this, first.path ? first : { ...first, host: '127.0.0.1' }, ...rest);
  const done = rest.filter((argument) => typeof argument === 'function');
  return listen.call(this, { port: Number(first) || 0, host: '127.0.0.1' }, ...done);
};

import { describe, expect, test } from 'vitest';
import { type AllowedHost, isPublicAddress, parseAllowedHost, routeOf } from './url-policy.ts';

const hosts = ['files.example.com', '*.cdn.example.com', 'odd.example.com:8443', '8-8.example'].map((text) =>
  parseAllowedHost(text),
) as AllowedHost[];
const policy = {
  crossmark: 'https://crossmark.example.com',
  allowedHosts: hosts,
  isAllowedAddress: isPublicAddress,
};
const kindOf = (link: string, crossmark = policy.crossmark) => {
  const route = routeOf(link, { ...policy, crossmark });
  return route.kind === 'refused' ? route.reason : route.kind;
};

describe('a link', () => {
  test.each([
    ['https://crossmark.example.com/a.pdf', 'crossmark'],
    ['https://CROSSMARK.example.com:443/a.pdf?x=1', 'crossmark'],
    ['https://files.example.com/a.pdf', 'other'],
    ['https://files.example.com./a.pdf', 'other'],
    ['https://a.b.cdn.example.com/a.pdf', 'other'],
    ['https://odd.example.com:8443/a.pdf', 'other'],
  ])('to %s is fetched as %s', (link, kind) => {
    expect(kindOf(link)).toBe(kind);
  });

  test.each([
    ['not an address', 'The link is not an address.'],
    ['file:///etc/passwd', 'The link does not lead to a website.'],
    ['ftp://files.example.com/a.pdf', 'The link does not lead to a website.'],
    ['javascript:alert(1)', 'The link does not lead to a website.'],
    ['data:application/pdf;base64,JVBERg==', 'The link does not lead to a website.'],
    ['http://files.example.com/a.pdf', 'The link is not encrypted: it begins with http.'],
    ['http://crossmark.example.com/a.pdf', 'The link is not encrypted: it begins with http.'],
    ['https://ada:secret@files.example.com/a.pdf', 'The link contains a user name or a password.'],
    ['https://ada@crossmark.example.com/a.pdf', 'The link contains a user name or a password.'],
    ['https://crossmark.example.com:8443/a.pdf', 'crossmark.example.com:8443, which is not among'],
    ['https://files.example.com:8443/a.pdf', 'files.example.com:8443, which is not among'],
    ['https://odd.example.com/a.pdf', 'odd.example.com, which is not among'],
    ['https://cdn.example.com/a.pdf', 'cdn.example.com, which is not among'],
    ['https://evilcdn.example.com/a.pdf', 'evilcdn.example.com, which is not among'],
    ['https://files.example.com.evil.test/a.pdf', 'files.example.com.evil.test, which is not among'],
    ['https://files.example.com@evil.test/a.pdf', 'The link contains a user name or a password.'],
    ['https://localhost/a.pdf', 'localhost, which is not among'],
    ['https://127.0.0.1/a.pdf', 'an address inside of a network'],
    ['https://0x7f.1/a.pdf', 'an address inside of a network'],
    ['https://2130706433/a.pdf', 'an address inside of a network'],
    ['https://169.254.169.254/latest/meta-data', 'an address inside of a network'],
    ['https://[::1]/a.pdf', 'an address inside of a network'],
    ['https://[::ffff:10.0.0.1]/a.pdf', 'an address inside of a network'],
    ['https://8.8.8.8/a.pdf', '8.8.8.8, which is not among'],
  ])('to %s is refused: %s', (link, reason) => {
    expect(kindOf(link)).toContain(reason);
  });

  test('without encryption is fetched only from the simulator on this machine', () => {
    expect(kindOf('http://127.0.0.1:4300/a.pdf', 'http://127.0.0.1:4300')).toBe('crossmark');
    expect(kindOf('http://127.0.0.1:4301/a.pdf', 'http://127.0.0.1:4300')).toContain('not encrypted');
    expect(kindOf('http://crossmark.test/a.pdf', 'http://crossmark.test')).toContain('not encrypted');
  });
});

test.each([
  ['8.8.8.8', true],
  ['93.184.216.34', true],
  ['2606:4700::1111', true],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['127.255.255.254', false],
  ['169.254.169.254', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.0.0.8', false],
  ['192.0.2.1', false],
  ['192.168.1.1', false],
  ['198.18.0.1', false],
  ['198.51.100.1', false],
  ['203.0.113.1', false],
  ['224.0.0.1', false],
  ['240.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:a9fe:a9fe', false],
  ['::ffff:8.8.8.8', true],
  ['::7f00:1', false],
  ['64:ff9b::a00:1', false],
  ['64:ff9b:1::a00:1', false],
  ['100::1', false],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['2002:a00:1::1', false],
  ['fc00::1', false],
  ['fd12:3456::1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fec0::1', false],
  ['ff02::1', false],
  ['no address', false],
])('the address %s may be connected to: %s', (address, isAllowed) => {
  expect(isPublicAddress(address)).toBe(isAllowed);
});

test('a host of the setting is a name, with a port or for its subdomains; nothing else', () => {
  expect(parseAllowedHost('Files.Example.com')).toEqual({
    name: 'files.example.com',
    port: 443,
    isSubdomains: false,
  });
  expect(parseAllowedHost('*.example.com:8443')).toEqual({
    name: 'example.com',
    port: 8443,
    isSubdomains: true,
  });
  const wrong = [
    '*',
    '*.',
    'https://a.test',
    'a.test/x',
    'a b',
    '10.0.0.1',
    '[::1]',
    'a.test:0',
    'a.test:99999',
  ];
  expect(wrong.map(parseAllowedHost)).toEqual(wrong.map(() => null));
});

/**
 * Headers that close a page to other sites, for every answer of an app.
 * @param options.https whether people open the app by https: it then tells browsers never to try anything else
 * @param options.policy directives of the content security policy that differ from what every answer of ours has: nothing
 * loads but from where it came, nothing frames it, no form leads elsewhere
 */
export function securityHeaders(options: {
  https: boolean;
  policy: Record<string, string>;
}): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'object-src': "'none'",
    ...options.policy,
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(options.https && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  };
}

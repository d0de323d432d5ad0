import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { allSettings } from './lib/configuration.ts';
import { ROOT } from './lib/process.ts';

const FOLDER = join(ROOT, 'deploy/kubernetes');
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');

interface Container {
  name: string;
  image: string;
  ports?: { name: string; containerPort: number }[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  [probe: string]: unknown;
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec: {
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    podSelector?: { matchLabels: Record<string, string> };
    scaleTargetRef?: { kind: string; name: string };
    metrics?: { external: { metric: { name: string } } }[];
    ports?: { targetPort: string }[];
    activeDeadlineSeconds?: number;
    progressDeadlineSeconds?: number;
    template?: {
      metadata: { labels: Record<string, string> };
      spec: { containers: Container[]; enableServiceLinks: boolean; automountServiceAccountToken: boolean };
    };
  };
}
interface Kustomization {
  resources: string[];
  images: { name: string; newName: string; newTag: string }[];
  configMapGenerator: { name: string; literals: string[] }[];
}

const documentsIn = (text: string) =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
const kustomization = parse(read('kustomization.yaml')) as Kustomization;
const manifests = kustomization.resources.flatMap((file) => documentsIn(read(file)));

const schemas = JSON.parse(read('schemas.json')) as { kinds: Record<string, object>; definitions: object };
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { int32: true, int64: true, byte: true, 'date-time': true, double: true },
});
/** What is wrong with manifests, by their kinds' schemas. */
const faultsOf = (all: readonly Manifest[]) =>
  all.flatMap((manifest) => {
    const { kind, metadata } = manifest;
    const kindSchema = schemas.kinds[kind];
    if (!kindSchema) return [`${kind}: schemas.json has no such kind`];
    const validate = ajv.compile({ ...kindSchema, definitions: schemas.definitions });
    if (validate(manifest)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${kind} ${metadata.name}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  });

const podsOf = (all: readonly Manifest[]) =>
  all.flatMap(({ kind, metadata, spec }) =>
    spec?.template ? [{ kind, name: metadata.name, ...spec.template }] : [],
  );
const APPS = ['server', 'worker', 'web', 'admin'];

test('every manifest is as Kubernetes’ schema of its kind wants it, and all are listed', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  const others = ['kustomization.yaml', 'prometheus-adapter.yaml', 'roles.yaml'];
  expect(files.filter((file) => !others.includes(file)).sort()).toEqual([...kustomization.resources].sort());
  expect(faultsOf(manifests)).toEqual([]);
  expect(
    manifests
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata }) => metadata.name)
      .sort(),
  ).toEqual([...APPS].sort());
});

test('a misspelled field and a wrong type are found', () => {
  const [server] = documentsIn(read('server.yaml').replace('terminationGracePeriodSeconds: 35', 'grace: 35'));
  expect(faultsOf([server as Manifest]).join()).toContain('"additionalProperty":"grace"');
  const [text] = documentsIn(read('server.yaml').replace('replicas: 2', "replicas: 'two'"));
  expect(faultsOf([text as Manifest]).join()).toContain('/spec/replicas must be integer');
});

test('every pod gets the settings that its app requires and no unknown ones, and secrets only by reference', () => {
  const settings = allSettings();
  const literals = kustomization.configMapGenerator.flatMap((map) => map.literals);
  const shared = literals.map((line) => line.slice(0, line.indexOf('=')));
  expect(shared.filter((name) => !settings.has(name))).toEqual([]);
  expect(shared.filter((name) => /SECRET|PASSWORD|TOKEN|KEY|DATABASE|REDIS|SMTP|WEBHOOK/.test(name))).toEqual(
    [],
  );
  for (const { name, spec } of podsOf(manifests)) {
    const [container] = spec.containers;
    const env = container?.env ?? [];
    const all = [...shared, ...env.map((one) => one.name)];
    const required = [...settings].flatMap(([setting, { apps, required: isRequired }]) =>
      isRequired && apps.includes(name) ? [setting] : [],
    );
    expect(
      required.filter((setting) => !all.includes(setting)),
      name,
    ).toEqual([]);
    const foreign = env.filter((one) => !settings.get(one.name)?.apps.includes(name) && name !== 'migrate');
    expect(foreign, name).toEqual([]);
    const open = env.filter((one) => one.value !== undefined).map((one) => one.name);
    expect(open, name).toEqual(name === 'web' ? ['SERVER_URL'] : []);
    // Otherwise the cluster itself would set SERVER_PORT, WEB_PORT and ADMIN_PORT.
    expect(spec.enableServiceLinks, name).toBe(false);
    expect(spec.automountServiceAccountToken, name).toBe(false);
  }
  const migrator = podsOf(manifests).find(({ name }) => name === 'migrate')?.spec.containers[0]?.env;
  expect(new Set(migrator?.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name))).toEqual(
    new Set(['migrator']),
  );
});

test('probes, services, budgets, policies and the autoscaler name what is there', () => {
  const pods = podsOf(manifests);
  const labelsOf = new Map(pods.map(({ name, metadata }) => [name, metadata.labels]));
  for (const { name, spec } of pods.filter(({ kind }) => kind === 'Deployment')) {
    const [container] = spec.containers;
    const port = allSettings().get(`${name.toUpperCase()}_PORT`)?.described.default;
    expect(container?.ports, name).toEqual([{ name: 'http', containerPort: port }]);
    for (const [probe, path] of [
      ['startupProbe', '/healthz'],
      ['livenessProbe', '/healthz'],
      ['readinessProbe', '/readyz'],
    ] as const)
      expect(container?.[probe], `${name} ${probe}`).toMatchObject({ httpGet: { path, port: 'http' } });
  }
  const selecting = manifests.filter(({ kind }) =>
    ['Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind),
  );
  expect(selecting.length).toBeGreaterThan(10);
  for (const { kind, metadata, spec } of selecting) {
    const selector = spec.podSelector?.matchLabels ?? spec.selector?.matchLabels ?? spec.selector;
    expect(labelsOf.get(metadata.name), `${kind} ${metadata.name}`).toMatchObject(selector ?? {});
  }
  const policies = selecting.filter(({ kind }) => kind === 'NetworkPolicy');
  expect(policies.map(({ metadata }) => metadata.name).sort()).toEqual([...APPS, 'migrate'].sort());
  const scaler = manifests.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
  expect(scaler?.spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: 'worker' });
  const adapter = parse(read('prometheus-adapter.yaml')) as {
    rules: { external: { name: { as: string } }[] };
  };
  expect(adapter.rules.external.map(({ name }) => name.as)).toEqual(
    scaler?.spec.metrics?.map(({ external }) => external.metric.name),
  );
});

test('the job of the roles runs the server’s image with the settings of that command, all of them secret', () => {
  const jobs = documentsIn(read('roles.yaml'));
  expect(faultsOf(jobs)).toEqual([]);
  const [pod] = podsOf(jobs);
  const [container] = pod?.spec.containers ?? [];
  const server = kustomization.images.find(({ name }) => name === 'crossmark-scheduler/server');
  expect(container?.image).toBe(`${server?.newName}:${server?.newTag}`);
  expect(container?.command).toEqual(['node', 'dist/roles.js']);
  const settings = [...allSettings()].flatMap(([name, { apps }]) =>
    apps.includes('`roles.js`') ? [name] : [],
  );
  expect(container?.env?.map(({ name }) => name).sort()).toEqual(['DATABASE_URL', ...settings].sort());
  for (const { name, valueFrom } of container?.env ?? [])
    expect(valueFrom?.secretKeyRef).toEqual({ name: 'roles', key: name });
  const policy = manifests.find(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'migrate',
  );
  expect(pod?.metadata.labels).toMatchObject(policy?.spec.podSelector?.matchLabels ?? { 'no policy': '' });
});

test('a deployment waits longer for its new pods than the migration may take', () => {
  const migration = manifests.find(({ kind }) => kind === 'Job')?.spec.activeDeadlineSeconds ?? Infinity;
  for (const { metadata, spec } of manifests.filter(({ kind }) => kind === 'Deployment'))
    expect(spec.progressDeadlineSeconds, metadata.name).toBeGreaterThan(migration);
});

const kubectl = spawnSync('kubectl', ['kustomize', FOLDER], { encoding: 'utf8' });
const hasKubectl = kubectl.error === undefined;
if (!hasKubectl) {
  console.warn(
    'The rendering of deploy/kubernetes is not tested: kubectl is not on PATH. Run apt-get install kubernetes-client to include it.',
  );
}

test.skipIf(!hasKubectl)('kubectl renders them, each valid, in one namespace and with your images', () => {
  expect(kubectl.status, kubectl.stderr).toBe(0);
  const rendered = documentsIn(kubectl.stdout);
  expect(faultsOf(rendered)).toEqual([]);
  expect(rendered).toHaveLength(manifests.length + kustomization.configMapGenerator.length);
  for (const { metadata } of rendered) expect(metadata).toMatchObject({ namespace: 'crossmark-scheduler' });
  const map = rendered.find(({ kind }) => kind === 'ConfigMap');
  for (const { name, spec } of podsOf(rendered)) {
    const [container] = spec.containers;
    expect(container?.image, name).toMatch(/^registry\.example\.com\/crossmark-scheduler\/\w+:latest$/);
    if (name !== 'migrate')
      expect(container?.envFrom, name).toEqual([{ configMapRef: { name: map?.metadata.name } }]);
  }
});

test.skipIf(!hasKubectl)(
  'the lines of docs/kubernetes.md for a company’s authority give each app its certificate',
  () => {
    const page = readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8');
    const [, lines = ''] =
      /```yaml\n# kustomization\.yaml, a company's authority\n([\s\S]*?)```/.exec(page) ?? [];
    expect(lines).toContain('company-ca.crt');
    const { configMapGenerator, patches } = parse(lines) as Record<string, object[]>;
    const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(FOLDER, folder, { recursive: true });
    writeFileSync(join(folder, 'company-ca.crt'), 'a certificate');
    const whole = {
      ...kustomization,
      configMapGenerator: [...kustomization.configMapGenerator, ...(configMapGenerator ?? [])],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ ...whole, patches }));
    const made = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    const rendered = documentsIn(made.stdout);
    expect(faultsOf(rendered)).toEqual([]);
    const map = rendered.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('company-ca-'),
    );
    const pods = podsOf(rendered);
    expect(pods.map(({ name }) => name).sort()).toEqual([...APPS, 'migrate'].sort());
    for (const { name, spec } of pods) {
      expect(JSON.stringify(spec), name).toContain(JSON.stringify({ name: map?.metadata.name }));
      const [container] = spec.containers;
      const file = container?.env?.find((one) => one.name === 'NODE_EXTRA_CA_CERTS')?.value;
      expect(file, name).toBe('/etc/company-ca/company-ca.crt');
      expect(container?.volumeMounts, name).toContainEqual({
        name: 'company-ca',
        mountPath: '/etc/company-ca',
        readOnly: true,
      });
    }
  },
);

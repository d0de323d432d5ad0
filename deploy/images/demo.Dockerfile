# The simulator of Crossmark and the demo data, to try the product: this checkout with all packages that its commands need, run
# from source. Nothing of it is for an installation that people depend on.
# Build from the repository's root: docker build -f deploy/images/demo.Dockerfile .
ARG NODE_IMAGE=node:26-bookworm-slim
FROM ${NODE_IMAGE}
RUN npm install --global pnpm@12
WORKDIR /repo
COPY . .
RUN pnpm install --frozen-lockfile
ENV HOST=0.0.0.0 SIMULATOR_PORT=4300
USER 1000:1000
EXPOSE 4300
CMD ["node", "packages/crossmark/simulator/main.ts"]

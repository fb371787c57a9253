# Posecast for CPUs. Two stages: the first builds the wheel, the second holds Python and the wheel with what it depends on.
#
#   docker build -t posecast .
#   docker run --rm -p 8000:8000 -v posecast:/data posecast
#
# PyTorch's ordinary build for x86-64 brings some GB of CUDA libraries. Its index of CPU builds avoids that:
#   docker build -t posecast --build-arg TORCH_INDEX=ADDRESS .

FROM python:3.11-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY . .
ENV PIP_CONSTRAINT=/src/constraints.txt PIP_BUILD_CONSTRAINT=/src/constraints.txt
RUN webapp/bundle/build.sh python && pip wheel --no-deps -w /wheel .

FROM python:3.11-slim
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN --mount=type=bind,from=build,source=/wheel,target=/wheel \
    --mount=type=bind,source=constraints.txt,target=/constraints.txt \
    if [ -n "$TORCH_INDEX" ]; then pip install --index-url "$TORCH_INDEX" -c /constraints.txt torch; fi \
    && pip install -c /constraints.txt /wheel/*.whl
RUN useradd --create-home --uid 1000 posecast && mkdir /data && chown posecast: /data
USER posecast
# Converted models, settings and recordings.
ENV XDG_CACHE_HOME=/data/cache XDG_CONFIG_HOME=/data/config XDG_DATA_HOME=/data/data PYTHONUNBUFFERED=1
VOLUME /data
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --start-period=120s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
ENTRYPOINT ["posecast"]
CMD ["serve", "--host", "0.0.0.0"]

{{- define "spider.labels" -}}
app.kubernetes.io/name: spider
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "spider.selector" -}}
app.kubernetes.io/name: spider
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "spider.image" -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- /* Where functions publish: the usual address of the broker's class. */ -}}
{{- define "spider.sink" -}}
{{- if .Values.broker.url -}}
{{ .Values.broker.url }}
{{- else -}}
http://{{ eq .Values.broker.class "Kafka" | ternary "kafka-broker-ingress" "broker-ingress" }}.knative-eventing.svc.cluster.local/{{ .Release.Namespace }}/spider
{{- end -}}
{{- end }}

{{- /* A password that is made once: what the cluster has already is kept. */ -}}
{{- define "spider.password" -}}
{{- $kept := lookup "v1" "Secret" .root.Release.Namespace .secret -}}
{{- if and $kept $kept.data (hasKey $kept.data .key) -}}
{{ index $kept.data .key | b64dec }}
{{- else -}}
{{ randAlphaNum 32 }}
{{- end -}}
{{- end }}

{{- /* What secrets of TLS sessions are sealed with: likewise made once, and kept. */ -}}
{{- define "spider.sealingKey" -}}
{{- $kept := lookup "v1" "Secret" .Release.Namespace "spider-sealing" -}}
{{- if and $kept $kept.data (hasKey $kept.data "key") -}}
{{ index $kept.data "key" | b64dec }}
{{- else -}}
{{ randBytes 32 }}
{{- end -}}
{{- end }}

{{- define "spider.secretName" -}}
{{ .Values.existingSecret | default "spider" }}
{{- end }}

{{- define "spider.storageClass" -}}
{{- with . }}
storageClassName: {{ . }}
{{- end }}
{{- end }}

{{- /* A change of settings or secrets makes a new revision. */ -}}
{{- define "spider.settingsHash" -}}
{{ list .Values.elasticsearch .Values.redis .Values.blobs .Values.retention .Values.functions.env .Values.functions.chain .Values.existingSecret .Values.schemas | toJson | sha256sum }}
{{- end }}

{{- define "spider.env" -}}
- name: FUNCTION_TARGET
  value: {{ .name }}
- name: K_SINK
  value: {{ include "spider.sink" .root }}
{{- with .root }}
{{- if not .Values.existingSecret }}
- name: SPIDER_SECRETS_KEY
  valueFrom: { secretKeyRef: { name: spider-sealing, key: key } }
{{- end }}
{{- if .Values.redis.enabled }}
- name: REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: spider-redis, key: password } }
- name: REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@redis:6379
{{- end }}
{{- if .Values.elasticsearch.eck.enabled }}
- name: ELASTICSEARCH_URL
  value: https://spider-es-http:9200
- name: ELASTICSEARCH_USERNAME
  value: spider
- name: ELASTICSEARCH_PASSWORD
  valueFrom: { secretKeyRef: { name: spider-elasticsearch-user, key: password } }
{{- end }}
{{- range $name, $value := .Values.functions.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "spider.envFrom" -}}
- configMapRef: { name: spider }
- secretRef: { name: {{ include "spider.secretName" . }} }
{{- end }}

{{- /* Secret with the certificate of Elasticsearch's authority; empty where a public one signed. */ -}}
{{- define "spider.elasticsearchCa" -}}
{{- if .Values.elasticsearch.eck.enabled }}spider-es-http-certs-public{{ else }}{{ .Values.elasticsearch.external.caSecret }}{{ end }}
{{- end }}

{{- /* The ConfigMap with schemas of gRPC; empty: none. */ -}}
{{- define "spider.schemas" -}}
{{- with .Values.schemas }}{{ .existingConfigMap | default (.files | empty | ternary "" "spider-schemas") }}{{ end -}}
{{- end }}

{{- define "spider.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if include "spider.elasticsearchCa" . }}
- { name: elasticsearch-ca, mountPath: /etc/spider/elasticsearch, readOnly: true }
{{- end }}
{{- if .Values.blobs.volume.enabled }}
- { name: blobs, mountPath: /data }
{{- end }}
{{- end }}

{{- define "spider.volumes" -}}
- name: tmp
  emptyDir: { medium: Memory, sizeLimit: 64Mi }
{{- with include "spider.elasticsearchCa" . }}
- name: elasticsearch-ca
  secret: { secretName: {{ . }}, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- if .Values.blobs.volume.enabled }}
- name: blobs
  persistentVolumeClaim: { claimName: {{ .Values.blobs.volume.existingClaim | default "spider-blobs" }} }
{{- end }}
{{- end }}

{{- /* Namespaces whose pods carry messages of Spider: Knative, its ingresses, the cluster's resolver. */ -}}
{{- define "spider.carriers" -}}
{{- $table := .Files.Get "files/functions.yaml" | fromYaml -}}
{{ .Values.agents.whisperer.ownTraffic.carriers | default (append $table.ingresses "kube-system") | join "," }}
{{- end }}

{{- /* Servers that functions use, outside of this namespace: hosts with their ports, and never what else stands in an address. */ -}}
{{- define "spider.servers" -}}
{{- $servers := .Values.agents.whisperer.ownTraffic.servers -}}
{{- $urls := concat (splitList "," .Values.elasticsearch.external.url) (list .Values.redis.external.url .Values.blobs.s3.endpoint) -}}
{{- if and .Values.blobs.s3.bucket (not .Values.blobs.s3.endpoint) -}}
{{- $urls = append $urls (printf "https://%s.s3.%s.amazonaws.com" .Values.blobs.s3.bucket (.Values.blobs.s3.region | default "us-east-1")) -}}
{{- end -}}
{{- range $urls -}}
{{- if . -}}
{{- $scheme := regexFind "^[^:+]+" . -}}
{{- range splitList "," (regexReplaceAll "^[^/]*//([^/@]*@)?([^/?]*).*$" . "${2}") -}}
{{- $servers = append $servers (printf "%s://%s" $scheme .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{ $servers | uniq | join "," }}
{{- end }}

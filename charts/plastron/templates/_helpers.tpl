{{- define "plastron.name" -}}
{{- if contains "plastron" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-plastron" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- /* Names of cluster-wide objects carry the namespace unless it is the usual one, so that two installations can be side by side. */ -}}
{{- define "plastron.clusterName" -}}
{{- if eq .Release.Namespace "plastron-system" }}{{ include "plastron.name" . }}{{ else }}{{ printf "%s-%s" (include "plastron.name" .) .Release.Namespace | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "plastron.selector" -}}
app.kubernetes.io/name: plastron
app.kubernetes.io/component: operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "plastron.labels" -}}
{{ include "plastron.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "plastron.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "plastron.name" .) }}{{ else }}{{ required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{- /* Service, Secret and Certificate of the webhook. */ -}}
{{- define "plastron.webhook" -}}
{{ include "plastron.name" . }}-webhook
{{- end }}

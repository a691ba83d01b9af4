{{- define "shop.labels" -}}
app: web
tier: "-"
{{- range $key, $value := .Values.labels }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "shop.account" -}}
{{ .Release.Name }}_account
{{- end }}

{{- define "shop.grace" -}}
{{ .Values.web.grace | default 30 }}
{{- end }}

{{- define "labels" }}
team: "a b"
{{- end }}

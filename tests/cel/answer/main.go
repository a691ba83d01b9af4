// SPDX-License-Identifier: Apache-2.0

// What the API server's CEL environment makes of expressions: one JSON request a line in, one
// answer a line out (record.py asks). Build it in a minor's module:
//
//	cd tests/cluster/1.36 && go build -o ANSWER ../../cel/answer/main.go
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/version"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

type req struct {
	Expr    string                    `json:"expr"`
	Vars    map[string]any            `json:"vars"`
	Declare map[string]string         `json:"declare"`
	Schema  *apiextv1.JSONSchemaProps `json:"schema"`
	New     bool                      `json:"new"`
	Minor   uint                      `json:"minor"`
}

func typ(s string) *cel.Type {
	switch s {
	case "int":
		return cel.IntType
	case "uint":
		return cel.UintType
	case "double":
		return cel.DoubleType
	case "string":
		return cel.StringType
	case "bytes":
		return cel.BytesType
	case "bool":
		return cel.BoolType
	case "list(int)":
		return cel.ListType(cel.IntType)
	case "list(string)":
		return cel.ListType(cel.StringType)
	case "list(dyn)":
		return cel.ListType(cel.DynType)
	case "map(string,dyn)":
		return cel.MapType(cel.StringType, cel.DynType)
	case "map(string,string)":
		return cel.MapType(cel.StringType, cel.StringType)
	case "timestamp":
		return cel.TimestampType
	case "duration":
		return cel.DurationType
	}
	return cel.DynType
}

func fixNum(v any) any {
	switch t := v.(type) {
	case json.Number:
		if i, err := t.Int64(); err == nil {
			return i
		}
		f, _ := t.Float64()
		return f
	case map[string]any:
		for k, x := range t {
			t[k] = fixNum(x)
		}
	case []any:
		for k, x := range t {
			t[k] = fixNum(x)
		}
	}
	return v
}

func show(v ref.Val) string {
	switch t := v.(type) {
	case types.String:
		b := &bytes.Buffer{}
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		enc.Encode(string(t))
		return strings.TrimSpace(b.String())
	case types.Bytes:
		return fmt.Sprintf("b%q", string(t))
	case types.Int:
		return fmt.Sprintf("%d", int64(t))
	case types.Uint:
		return fmt.Sprintf("%du", uint64(t))
	case types.Double:
		return fmt.Sprintf("double(%v)", float64(t))
	case types.Bool:
		return fmt.Sprintf("%v", bool(t))
	case types.Null:
		return "null"
	case types.Timestamp:
		return "timestamp(" + string(t.ConvertToType(types.StringType).(types.String)) + ")"
	case types.Duration:
		return "duration(" + string(t.ConvertToType(types.StringType).(types.String)) + ")"
	case *types.Optional:
		if !t.HasValue() {
			return "none"
		}
		return "optional(" + show(t.GetValue()) + ")"
	case traits.Lister:
		var out []string
		for it := t.Iterator(); it.HasNext() == types.True; {
			out = append(out, show(it.Next()))
		}
		return "[" + strings.Join(out, ", ") + "]"
	case traits.Mapper:
		var out []string
		for it := t.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			out = append(out, show(k)+": "+show(t.Get(k)))
		}
		if len(out) > 1 {
			sort.Strings(out)
		}
		return "{" + strings.Join(out, ", ") + "}"
	case *types.Type:
		return "type(" + t.TypeName() + ")"
	}
	return fmt.Sprintf("<%s>", v.Type().TypeName())
}

type sizeEstimator struct{ d *apiservercel.DeclType }

func (c *sizeEstimator) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if len(element.Path()) == 0 {
		return nil
	}
	currentNode := c.d
	for _, name := range element.Path()[1:] {
		switch name {
		case "@items", "@values":
			if currentNode.ElemType == nil {
				return nil
			}
			currentNode = currentNode.ElemType
		case "@keys":
			if currentNode.KeyType == nil {
				return nil
			}
			currentNode = currentNode.KeyType
		default:
			field, ok := currentNode.Fields[name]
			if !ok {
				return nil
			}
			if field.Type == nil {
				return nil
			}
			currentNode = field.Type
		}
	}
	return &checker.SizeEstimate{Min: 0, Max: uint64(currentNode.MaxElements)}
}
func (c *sizeEstimator) EstimateCallCost(function, overloadID string, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	return nil
}

var envs = map[uint]*environment.EnvSet{}

func run(r *req) map[string]any {
	out := map[string]any{}
	if r.Minor == 0 {
		r.Minor = 35
	}
	set := envs[r.Minor]
	if set == nil {
		set = environment.MustBaseEnvSet(version.MajorMinor(1, r.Minor))
		envs[r.Minor] = set
	}
	var opts []cel.EnvOption
	for k, v := range r.Declare {
		opts = append(opts, cel.Variable(k, typ(v)))
	}
	for k := range r.Vars {
		if _, ok := r.Declare[k]; !ok && (r.Schema == nil || k != "self") {
			opts = append(opts, cel.Variable(k, cel.DynType))
		}
	}
	vo := environment.VersionedOptions{IntroducedVersion: version.MajorMinor(1, 0), EnvOptions: opts}
	var decl *apiservercel.DeclType
	var structural *schema.Structural
	if r.Schema != nil {
		in := &apiextensions.JSONSchemaProps{}
		if err := apiextv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(r.Schema, in, nil); err != nil {
			out["error"] = err.Error()
			return out
		}
		var err error
		structural, err = schema.NewStructural(in)
		if err != nil {
			out["error"] = err.Error()
			return out
		}
		decl = model.SchemaDeclType(structural, false)
		if decl == nil {
			out["error"] = "no decl type"
			return out
		}
		decl = decl.MaybeAssignTypeName("selfType")
		vo.EnvOptions = append(vo.EnvOptions, cel.Variable("self", decl.CelType()))
		vo.DeclTypes = []*apiservercel.DeclType{decl}
	}
	ext, err := set.Extend(vo)
	if err != nil {
		out["error"] = err.Error()
		return out
	}
	env := ext.StoredExpressionsEnv()
	if r.New {
		env = ext.NewExpressionsEnv()
	}
	ast, iss := env.Compile(r.Expr)
	if iss != nil && iss.Err() != nil {
		out["stage"] = "compile"
		out["error"] = iss.String()
		return out
	}
	out["type"] = checker.FormatCELType(ast.OutputType())
	ce := &library.CostEstimator{SizeEstimator: &sizeEstimator{decl}}
	if decl == nil {
		ce.SizeEstimator = nil
	}
	est, err := env.EstimateCost(ast, ce)
	if err == nil {
		out["estimate"] = []string{fmt.Sprint(est.Min), fmt.Sprint(est.Max)}
	}
	prog, err := env.Program(ast)
	if err != nil {
		out["stage"] = "plan"
		out["error"] = err.Error()
		return out
	}
	act := map[string]any{}
	for k, v := range r.Vars {
		v = fixNum(v)
		if k == "self" && structural != nil {
			act[k] = schemacelVal(v, structural)
			continue
		}
		act[k] = v
	}
	v, det, err := prog.Eval(act)
	if det != nil && det.ActualCost() != nil {
		out["cost"] = fmt.Sprint(*det.ActualCost())
	}
	if err != nil {
		out["stage"] = "evaluate"
		out["error"] = err.Error()
		return out
	}
	out["value"] = show(v)
	return out
}

func schemacelVal(v any, s *schema.Structural) any {
	return common.UnstructuredToVal(v, &model.Structural{Structural: s})
}

func main() {
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(make([]byte, 1<<20), 64<<20)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for sc.Scan() {
		line := sc.Bytes()
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		r := &req{}
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(r); err != nil {
			fmt.Fprintf(w, "{\"error\":%q}\n", err.Error())
			continue
		}
		var out map[string]any
		func() {
			defer func() {
				if p := recover(); p != nil {
					out = map[string]any{"panic": fmt.Sprint(p)}
				}
			}()
			out = run(r)
		}()
		b := &bytes.Buffer{}
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		enc.Encode(out)
		w.Write(b.Bytes())
		w.Flush()
	}
}

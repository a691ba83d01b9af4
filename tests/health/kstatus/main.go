// SPDX-License-Identifier: Apache-2.0
// Reads objects, one JSON object a line, and prints what kstatus makes of each: "State Reason".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

const longestLine = 1 << 20

func answer(line []byte) string {
	object := &unstructured.Unstructured{}
	if err := json.Unmarshal(line, &object.Object); err != nil {
		return "no JSON: " + err.Error()
	}
	// As client-go reads objects: whole numbers are integers.
	if err := object.UnmarshalJSON(line); err != nil {
		return "no object: " + err.Error()
	}
	result, err := status.Compute(object)
	if err != nil {
		return "Unknown"
	}
	reason := ""
	for _, condition := range result.Conditions {
		reason = condition.Reason
	}
	return fmt.Sprintf("%s %s", result.Status, reason)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		fmt.Println(answer(lines.Bytes()))
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
